//! `vault/kv-version`: one version of a secret in the KV engine's version 2.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::client::Session;
use super::kv::{self, Act, KvCommand};
use super::{kv_metadata, kv_secret};
use crate::claim::{
    Claim, Control, Expectation, Facts, Observation, Seen, Subject, Text, Unobservable, Verb,
};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::ticked;

pub(super) const ID: &str = "vault/kv-version";

const DOC: &str = "\
One version of a secret in the KV engine's version 2: whether it can be read, and whether its data are still kept.

Claimed by `vault kv delete -versions=N` (not to be read any more), `vault kv undelete -versions=N` (to be
read again) and `vault kv destroy -versions=N` (its data are gone for good), and by `vault write` of
`MOUNT/delete/PATH`, `undelete` and `destroy`. Where there is no secret at all, nothing is told of its versions.

Read by `GET MOUNT/metadata/PATH`, whose `versions` tell deleted and destroyed apart. A version that was never
written is neither. Control: the metadata of the secret, which list its versions.";

/// The parameter that a claim on the data carries, as against one on whether they can be read.
const DATA: &str = "data";

/// The parameter with the version's number.
const VERSION: &str = "version";

/// The kind.
pub(super) struct KvVersion;

impl Kind for KvVersion {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "version"
    }

    fn holds_secrets(&self, _subject: &Subject, _field: &str) -> bool {
        true
    }

    fn params(&self) -> &'static [&'static str] {
        &["version"]
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).unwrap_or_default()
    }
    fn title(&self, claim: &Claim) -> String {
        let version = named(claim);
        match (&claim.expectation, claim.subject.param(DATA).is_some()) {
            (Expectation::Absent, true) => format!("{version} is destroyed"),
            (Expectation::Absent, false) => format!("{version} is deleted"),
            _ => format!("{version} can be read"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let version = named(claim);
        match (&claim.expectation, claim.subject.param(DATA).is_some()) {
            (Expectation::Absent, true) => format!("no data of {version}"),
            (Expectation::Absent, false) => format!("{version} deleted or destroyed"),
            _ => format!("{version}, neither deleted nor destroyed"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = claim.subject.name.shown();
        let number = number(&claim.subject);
        let verb = match (&claim.expectation, claim.subject.param(DATA).is_some()) {
            (Expectation::Absent, true) => "destroy",
            (Expectation::Absent, false) => "delete",
            _ => "undelete",
        };
        format!(
            "`vault kv {verb} -versions={number} {path}` makes it so; `vault kv metadata get {path}` shows it"
        )
    }
    fn looks(&self, claim: &Claim) -> Looks {
        let path = claim.subject.name.shown();
        Looks {
            reads: vec![format!("GET {path} below `metadata/` of its engine")],
            controls: vec!["the metadata list the versions".to_owned()],
        }
    }
    fn needs(&self) -> &'static [&'static str] {
        &[VERSION]
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, &lab.vault))
    }
}

fn number(subject: &Subject) -> String {
    subject.param(VERSION).map(Text::shown).unwrap_or_default()
}

fn named(claim: &Claim) -> String {
    format!("version {} of {}", number(&claim.subject), ticked(&claim.subject.name.shown()))
}

fn infer(call: &Call, story: &Story) -> Option<Vec<Claim>> {
    let command = KvCommand::of(call, story)?;
    let subject =
        |version: &Text| Subject::new(ID, command.path.clone()).with(VERSION, version.clone());
    let claim = |subject: Subject, expectation: Expectation, verb: Verb| {
        let holder = Subject::new(kv_metadata::ID, command.path.clone());
        let secret = Subject::new(kv_secret::ID, command.path.clone());
        Claim::new(subject, expectation, verb).within(holder).needing([secret])
    };
    let there = || Expectation::Present(Vec::new());
    Some(match &command.act {
        Act::DeleteVersions(versions) => {
            let gone = |version| claim(subject(version), Expectation::Absent, Verb::Remove);
            versions.iter().map(gone).collect()
        }
        Act::Undelete(versions) => {
            let removed = kv::is_removed(&command.path, story);
            let written = kv::versions_written(&command.path, story);
            let back = |version| {
                // What the text has found, deleted and brought back is as it was at the start.
                let found = removed && !is_written(version, written);
                let found = found.then(|| claim(subject(version), there(), Verb::Read));
                found.into_iter().chain([claim(subject(version), there(), Verb::Make)])
            };
            versions.iter().flat_map(back).collect()
        }
        Act::Destroy(versions) => {
            let gone = |version: &Text| {
                let data = subject(version).with(DATA, "kept");
                let unread = claim(subject(version), Expectation::Absent, Verb::Disturb);
                // What is deleted already stays so.
                let last = story.last(ID, |one| one.subject == unread.subject);
                let back = last.is_some_and(|one| one.verb == Verb::Make);
                let unread = Some(unread).filter(|_| back);
                [Some(claim(data, Expectation::Absent, Verb::Remove)), unread]
            };
            versions.iter().flat_map(gone).flatten().collect()
        }
        Act::Get(Some(version)) => {
            let subject = subject(version);
            let last = story.last(ID, |one| one.subject == subject && one.verb != Verb::Read);
            let (expectation, verb) = match last {
                Some(one) if one.verb == Verb::Remove => (Expectation::Absent, Verb::Confirm),
                _ => (there(), Verb::Read),
            };
            vec![claim(subject, expectation, verb)]
        }
        // The newest version goes; which one that is, the text does not say.
        Act::Delete => {
            let mut touched: Vec<Subject> = Vec::new();
            for one in &story.claims {
                let own = one.subject.kind == ID && one.subject.name == command.path;
                let older = older(&one.subject, kv::versions_written(&command.path, story));
                if own
                    && one.subject.param(DATA).is_none()
                    && !older
                    && !touched.contains(&one.subject)
                {
                    touched.push(one.subject.clone());
                }
            }
            let open = |subject| claim(subject, Expectation::Absent, Verb::Disturb);
            touched.into_iter().map(open).collect()
        }
        _ => return None,
    })
}

/// Whether a version is surely not the newest: the text has written more since.
fn older(subject: &Subject, written: usize) -> bool {
    let number = subject.param(VERSION).and_then(Text::literal);
    number.and_then(|number| number.parse::<usize>().ok()).is_some_and(|number| number < written)
}

/// Whether the text itself has written a version, by its number.
fn is_written(version: &Text, written: usize) -> bool {
    let number = version.literal().and_then(|number| number.parse::<usize>().ok());
    number.map_or(written > 0, |number| number <= written)
}

/// Whether versions are all surely older than the newest.
pub(super) fn all_older(versions: &[Text], written: usize) -> bool {
    versions
        .iter()
        .all(|version| older(&Subject::new(ID, "").with(VERSION, version.clone()), written))
}

async fn observe(subject: &Subject, session: &Session) -> Observation {
    let shown = ticked(&subject.name.shown());
    let untold = |read: String| {
        // Neither a secret that was never written nor one that was forgotten shows what became of a version.
        let reason = format!("there is no secret at {shown}, so nothing is known of its versions");
        Observation::unobservable(Unobservable::NotObserved(reason), read)
    };
    let metadata = match kv_metadata::read(&subject.name, session).await {
        Ok(metadata) => metadata,
        Err(Observation { seen: Seen::Absent(_), read, .. }) => return untold(read),
        Err(observation) => return observation,
    };
    let Some(number) = subject.param(VERSION).and_then(Text::value) else {
        let unbound = subject.param(VERSION).map(Text::unbound).unwrap_or_default();
        return Observation::unobservable(Unobservable::unbound(&unbound), metadata.read);
    };
    let of_data = subject.param(DATA).is_some();
    if let Some(data) = &metadata.data {
        return judge(data, &number, of_data, metadata.read);
    }
    untold(metadata.read)
}

/// What the metadata say of a version. Pure.
fn judge(metadata: &Value, number: &str, of_data: bool, read: String) -> Observation {
    let absent = |shows: String| Observation::absent(Control::new(shows), read.clone());
    let version = &metadata["versions"][number];
    if version.is_null() {
        let newest = metadata["current_version"].as_u64().unwrap_or(0);
        let dropped = number.parse::<u64>().is_ok_and(|number| number > 0 && number <= newest);
        return if dropped {
            absent(format!("version {number} is no longer kept, and the newest is {newest}"))
        } else {
            // Neither deleted nor to be read.
            let but = format!("version {number} was never written");
            Observation::present(Facts::none().but(but), read)
        };
    }
    if version["destroyed"] == true {
        return absent(format!("the metadata say that version {number} is destroyed"));
    }
    let deleted = version["deletion_time"].as_str().filter(|time| !time.is_empty());
    match deleted {
        // `delete_version_after` sets a time to come.
        Some(time) if !of_data && !is_to_come(time) => {
            absent(format!("the metadata say that version {number} is deleted"))
        }
        Some(_) if of_data => {
            Observation::present(noted(format!("version {number} is deleted, not destroyed")), read)
        }
        _ => Observation::present(noted(format!("version {number} is there")), read),
    }
}

fn noted(note: String) -> Facts {
    let mut facts = Facts::none();
    facts.note = Some(note);
    facts
}

/// Whether a time lies ahead.
pub(super) fn is_to_come(time: &str) -> bool {
    time.parse::<jiff::Timestamp>().is_ok_and(|time| time > jiff::Timestamp::now())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use super::super::Vault;
    use super::super::cli::tests::call;

    #[test]
    fn what_the_text_found_is_told_from_what_it_wrote() {
        let found = |lines: &[&str]| {
            let mut story = Story::default();
            for line in lines {
                let claims = Vault::claims(&call(line), &story);
                story.claims.extend(claims);
            }
            let own = story.claims.iter().find(|claim| claim.subject.kind == ID);
            own.is_some_and(|claim| claim.verb == Verb::Read)
        };
        let (put, delete) = ("vault kv put secret/a b=1", "vault kv delete secret/a");
        let undelete = "vault kv undelete -versions=1 secret/a";
        assert!(found(&[delete, undelete]));
        assert!(!found(&[put, delete, undelete]));
        assert!(!found(&[undelete]));
    }

    #[test]
    fn deleted_destroyed_dropped_and_never_written_are_told_apart() {
        let metadata = json!({"current_version": 5, "versions": {
            "2": {"deletion_time": "2026-01-01T00:00:00Z", "destroyed": false},
            "3": {"deletion_time": "", "destroyed": true},
            "4": {"deletion_time": "2999-01-01T00:00:00Z", "destroyed": false},
            "5": {"deletion_time": "", "destroyed": false},
        }});
        let of =
            |number: &str, of_data: bool| match judge(&metadata, number, of_data, String::new())
                .seen
            {
                Seen::Present(facts) if facts.but.is_some() => "neither",
                Seen::Present(_) => "there",
                Seen::Absent(_) => "gone",
                _ => "unseen",
            };
        for (number, read, data) in [
            ("1", "gone", "gone"),
            ("2", "gone", "there"),
            ("3", "gone", "gone"),
            ("4", "there", "there"),
            ("5", "there", "there"),
            ("6", "neither", "neither"),
        ] {
            assert_eq!((of(number, false), of(number, true)), (read, data), "version {number}");
        }
    }
}
