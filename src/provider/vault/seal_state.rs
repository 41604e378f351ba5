//! `vault/seal-state`: whether Vault is initialised, and unsealed.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::cli::Invocation;
use super::client::Session;
use crate::claim::{
    Claim, Control, Expectation, Facts, Field, Meaning, Observation, Subject, Text, Unobservable,
    Verb,
};
use crate::provider::{Call, Kind, Lab, Looks, Story, servers};

const ID: &str = "vault/seal-state";

const DOC: &str = "\
Whether Vault is initialised, and unsealed.

Claimed by `vault operator init` (initialised, into so many key shares), `vault operator unseal` (unsealed, or,
where it takes more keys, so many of them given) and `vault operator seal` (sealed).

Read by `GET sys/seal-status`, which needs no token and answers while Vault is sealed. Control of an absence:
Vault's own answer, with `initialized` or `sealed` in it.

After a seal within the same text, only the first of several keys is told.";

/// The thing that `operator init` makes.
const INITIALISED: &str = "initialised";

/// What `operator unseal` makes and `operator seal` takes away; with the number of the key.
const UNSEALED: &str = "unsealed";

/// How many keys were given.
const KEYS: &str = "keys";

const READ: &str = "GET sys/seal-status";

/// The kind.
pub(super) struct SealState;

impl Kind for SealState {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "state"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        let restarted = servers::restarts(call, "vault").then(|| sealed_again(story)).flatten();
        infer(call, story).into_iter().chain(restarted).collect()
    }
    fn title(&self, claim: &Claim) -> String {
        let keys = keys(&claim.subject);
        match (&claim.expectation, is_initialised(&claim.subject)) {
            (Expectation::Absent, true) => "Vault is not initialised".to_owned(),
            (_, true) => "Vault is initialised".to_owned(),
            (Expectation::Absent, false) => "Vault is sealed".to_owned(),
            _ if keys > 1 => format!("Vault is unsealed, or has {keys} of its keys"),
            _ => "Vault is unsealed, or has the first of its keys".to_owned(),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        match (&claim.expectation, is_initialised(&claim.subject)) {
            (Expectation::Absent, true) => "a Vault that is not initialised".to_owned(),
            (_, true) => "a Vault that is initialised".to_owned(),
            (Expectation::Absent, false) => "a sealed Vault without any key given".to_owned(),
            _ => "an unsealed Vault, or its keys on the way".to_owned(),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let command = match (&claim.expectation, is_initialised(&claim.subject)) {
            (_, true) => "`vault operator init` does it once",
            (Expectation::Absent, false) => "`vault operator seal` seals it",
            _ => "`vault operator unseal KEY` takes one key after the other",
        };
        format!("{command}; `vault status` shows it")
    }
    fn looks(&self, claim: &Claim) -> Looks {
        Looks {
            reads: vec![READ.to_owned()],
            controls: match claim.expectation {
                Expectation::Absent => vec!["Vault itself says so".to_owned()],
                _ => Vec::new(),
            },
        }
    }
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        // Sealing takes all keys back, not only the first.
        holder.kind == thing.kind && keys(holder) == 1 && keys(thing) > 1
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, &lab.vault))
    }
}

fn is_initialised(subject: &Subject) -> bool {
    subject.name == Text::from(INITIALISED)
}

fn keys(subject: &Subject) -> usize {
    subject.param(KEYS).and_then(Text::literal).and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn unsealed(keys: usize) -> Subject {
    Subject::new(ID, UNSEALED).with(KEYS, keys.to_string())
}

/// A Vault that is started anew may be sealed, or not be there, whatever keys it was given.
fn sealed_again(story: &Story) -> Option<Claim> {
    let first = unsealed(1);
    story.last(ID, |claim| claim.subject == first)?;
    Some(Claim::new(first, Expectation::Absent, Verb::Disturb).leniently(true))
}

fn infer(call: &Call, story: &Story) -> Option<Claim> {
    let invocation = Invocation::of(call)?;
    if invocation.elsewhere() {
        return None;
    }
    let there = || Expectation::Present(Vec::new());
    if invocation.is(&["operator", "init"]) && !invocation.has("status") {
        let given = [("key-shares", "secret_shares"), ("key-threshold", "secret_threshold")];
        let fields = given.iter().filter_map(|(flag, name)| {
            Some(Field::new(*name, invocation.flag(flag)?.clone(), Meaning::Exact))
        });
        let subject = Subject::new(ID, INITIALISED);
        return Some(Claim::new(subject, Expectation::Present(fields.collect()), Verb::Create));
    }
    if invocation.is(&["operator", "seal"]) {
        return Some(Claim::new(unsealed(1), Expectation::Absent, Verb::Remove));
    }
    if !invocation.is(&["operator", "unseal"]) || invocation.has("migrate") {
        return None;
    }
    let own = story.claims.iter().filter(|claim| claim.subject.kind == ID);
    let sealed = own.clone().any(|claim| claim.expectation == Expectation::Absent);
    if invocation.has("reset") {
        let last = own.rev().find(|claim| keys(&claim.subject) > 0)?;
        return Some(Claim::new(last.subject.clone(), Expectation::Absent, Verb::Disturb));
    }
    let since = own.rev().take_while(|claim| claim.expectation != Expectation::Absent);
    let given = since.filter(|claim| keys(&claim.subject) > 0).count() + 1;
    // What was sealed by the text was unsealed before: the later keys would be taken for given.
    (given == 1 || !sealed).then(|| Claim::new(unsealed(given), there(), Verb::Make))
}

async fn observe(subject: &Subject, session: &Session) -> Observation {
    match session.seal_status().await {
        Ok(answer) if answer.is_there() => judge(&answer.body, subject),
        Ok(answer) => {
            let reason = format!("Vault answered {} to {READ}", answer.status);
            Observation::unobservable(Unobservable::Unexpected(reason), READ)
        }
        Err(reason) => Observation::unobservable(reason, READ),
    }
}

/// What the status says. Pure.
fn judge(status: &Value, subject: &Subject) -> Observation {
    let read = format!("{READ} → 200");
    let absent = |shows: &str| Observation::absent(Control::new(shows), read.clone());
    let (initialised, sealed) = (status["initialized"].as_bool(), status["sealed"].as_bool());
    let (Some(initialised), Some(sealed)) = (initialised, sealed) else {
        let reason = "Vault does not say whether it is initialised and sealed".to_owned();
        return Observation::unobservable(Unobservable::Unexpected(reason), read);
    };
    if is_initialised(subject) {
        return if initialised {
            let facts = Facts::none()
                .with("secret_shares", status["n"].clone())
                .with("secret_threshold", status["t"].clone());
            Observation::present(facts, read)
        } else {
            absent("Vault says that it is not initialised")
        };
    }
    let (given, needed) = (status["progress"].as_u64().unwrap_or(0), status["t"].as_u64());
    if !sealed {
        return Observation::present(noted("it is unsealed"), read);
    }
    let needed = needed.map(|needed| format!(" of {needed}")).unwrap_or_default();
    let state = format!("it is sealed, with {given}{needed} keys given");
    if given > 0 && usize::try_from(given).is_ok_and(|given| given >= keys(subject)) {
        return Observation::present(noted(&state), read);
    }
    absent("Vault says that it is sealed").near(Some(state))
}

fn noted(note: &str) -> Facts {
    let mut facts = Facts::none();
    facts.note = Some(note.to_owned());
    facts
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;
    use crate::claim::Seen;
    use serde_json::json;

    fn tell(lines: &[&str]) -> Vec<String> {
        let mut story = Story::default();
        let mut told = Vec::new();
        for line in lines {
            let claim = infer(&call(line), &story);
            let claim = claim.into_iter().inspect(|claim| {
                let name = claim.subject.name.shown();
                told.push(format!("{:?} {name} {}", claim.verb, keys(&claim.subject)));
            });
            story.claims.extend(claim);
        }
        told
    }

    #[test]
    fn keys_are_counted() {
        let unseal = "vault operator unseal $KEY";
        let first = tell(&["vault operator init", unseal, unseal]);
        assert_eq!(first, ["Create initialised 0", "Make unsealed 1", "Make unsealed 2"]);
        let again = tell(&["vault operator seal", unseal, unseal, "vault operator seal", unseal]);
        assert_eq!(
            again,
            ["Remove unsealed 1", "Make unsealed 1", "Remove unsealed 1", "Make unsealed 1"]
        );
        assert_eq!(tell(&["vault operator init -status", "vault status"]), [""; 0]);
    }

    #[test]
    fn the_status_shows_keys_on_their_way() {
        let of = |sealed: bool, progress: u64, subject: &Subject| {
            let status = json!({"initialized": true, "sealed": sealed, "t": 3, "n": 5, "progress": progress});
            match judge(&status, subject).seen {
                Seen::Present(_) => "there",
                Seen::Absent(_) => "not there",
                _ => "unseen",
            }
        };
        assert_eq!(of(false, 0, &unsealed(2)), "there");
        assert_eq!(of(true, 2, &unsealed(2)), "there");
        assert_eq!(of(true, 1, &unsealed(2)), "not there");
        assert_eq!(of(true, 0, &unsealed(1)), "not there");
        assert_eq!(of(true, 0, &Subject::new(ID, INITIALISED)), "there");
    }
}
