//! `vault/policy`: what a token that carries it may do.

use futures_util::future::BoxFuture;

use super::answer::Answer;
use super::cli::Invocation;
use super::client::Session;
use super::place::known;
use super::policy_text::{fold, folded};
use crate::claim::{
    Claim, Control, Expectation, Facts, Field, Meaning, Observation, Subject, Text, Unobservable,
    Verb,
};
use crate::provider::masked::Masked;
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::{and_list, nearest, ticked};

pub(super) const ID: &str = "vault/policy";

const DOC: &str = "\
An ACL policy.

Claimed by `vault policy write NAME -` with a heredoc, `vault policy write NAME FILE` (where the text does not
show what the file holds, only that the policy is there), `vault policy delete NAME`, and by writes to
`sys/policies/acl/NAME` and `sys/policy/NAME`. `vault policy read` only reads; after the text has deleted the
policy, it confirms that it is gone.

Read by `GET sys/policies/acl/NAME`, or `sys/policy/NAME` where the token may not; where there is none of the
name, `LIST sys/policies/acl` for what is near it. White space and comments do not count. Vault keeps the name
in lower case. Control of an absence: Vault's 404 of nothing.";

/// The kind.
pub(super) struct Policy;

impl Kind for Policy {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "policy"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        let name = ticked(&claim.subject.name.shown());
        match &claim.expectation {
            Expectation::Absent => format!("policy {name} is gone"),
            Expectation::Present(fields) if fields.is_empty() => format!("policy {name} exists"),
            _ => format!("policy {name} says what was written"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let name = ticked(&claim.subject.name.shown());
        match &claim.expectation {
            Expectation::Absent => format!("no policy {name}"),
            Expectation::Present(fields) if fields.is_empty() => format!("a policy {name}"),
            _ => format!("a policy {name} with the rules of the text"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let name = claim.subject.name.shown();
        match claim.expectation {
            Expectation::Absent => format!("`vault policy delete {name}` takes it away"),
            _ => format!(
                "`vault policy write {name} …` writes it; `vault policy read {name}` shows its rules"
            ),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        Looks {
            reads: vec![format!("GET sys/policies/acl/{}", claim.subject.name.shown())],
            controls: match claim.expectation {
                Expectation::Absent => vec!["Vault answers for its policies".to_owned()],
                _ => Vec::new(),
            },
        }
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, &lab.vault))
    }
}

fn infer(call: &Call, story: &Story) -> Option<Claim> {
    let invocation = Invocation::of(call)?;
    if invocation.elsewhere() {
        return None;
    }
    let argument = invocation.path()?;
    let verb: Vec<&str> = invocation.verb.iter().map(String::as_str).collect();
    match verb.as_slice() {
        ["policy", "write"] => {
            let rules = rules(call, &invocation, invocation.arguments.get(1)?);
            Some(written(&subject(argument), rules))
        }
        ["policy", "delete"] => Some(deleted(subject(argument))),
        ["policy", "read"] => Some(story.read(subject(argument))),
        ["read"] => {
            let masked = Masked::new(argument);
            let path = masked.text.trim_matches('/');
            let name =
                path.strip_prefix("sys/policies/acl/").or(path.strip_prefix("sys/policy/"))?;
            Some(story.read(subject(&masked.unmask(name))))
        }
        _ => None,
    }
}

fn subject(name: &Text) -> Subject {
    let masked = Masked::new(name);
    let bare = masked.unmask(masked.text.trim_matches('/'));
    Subject::new(ID, bare.map(str::to_lowercase))
}

fn written(subject: &Subject, rules: Option<Text>) -> Claim {
    // These two are there from the start; `root` cannot be written.
    let built_in = matches!(subject.name.literal().as_deref(), Some("default" | "root"));
    let verb = if built_in { Verb::Change } else { Verb::Replace };
    let field = rules.map(|rules| Field::new("policy", folded(&rules), Meaning::Exact));
    Claim::new(subject.clone(), Expectation::Present(field.into_iter().collect()), verb)
}

fn deleted(subject: Subject) -> Claim {
    Claim::new(subject, Expectation::Absent, Verb::Remove)
}

/// The rules that `vault policy write` takes from standard input or a file, where the text shows them. A write
/// to `sys/policies/acl/NAME` has them in its data, and is read as the same command.
fn rules(call: &Call, invocation: &Invocation, from: &Text) -> Option<Text> {
    match from.literal()?.as_str() {
        "-" | "/dev/stdin" => invocation.stdin.clone(),
        file => call.file(file).cloned(),
    }
}

async fn observe(subject: &Subject, session: &Session) -> Observation {
    let shown = format!("sys/policies/acl/{}", subject.name.shown());
    let name = match known(&subject.name) {
        Ok(name) => name,
        Err(reason) => return Observation::unobservable(reason, format!("GET {shown}")),
    };
    let first = session.get(&format!("sys/policies/acl/{name}")).await;
    let (reply, shown) = match &first {
        Ok(answer) if answer.is_forbidden() => {
            let shown = format!("sys/policy/{}", subject.name.shown());
            (session.get(&format!("sys/policy/{name}")).await, shown)
        }
        _ => (first, shown),
    };
    let answer = match reply {
        Ok(answer) => answer,
        Err(reason) => return Observation::unobservable(reason, format!("GET {shown}")),
    };
    let seen = judge(&answer, &shown);
    if !answer.is_nothing() {
        return seen;
    }
    let names = session.list("sys/policies/acl").await.map(|list| list.keys()).unwrap_or_default();
    seen.near(near(&name, names))
}

/// What an answer says of a policy. Pure.
fn judge(answer: &Answer, shown: &str) -> Observation {
    let read = format!("GET {shown} → {}", answer.status);
    let data = answer.data();
    let rules = data["policy"].as_str().or_else(|| data["rules"].as_str());
    match (answer.status, rules) {
        (200, Some(rules)) => Observation::present(Facts::none().with("policy", fold(rules)), read),
        _ if answer.is_nothing() => {
            Observation::absent(Control::new("Vault answers for its policies"), read)
        }
        (403, _) => {
            let reason = format!("the token may not read {}", ticked(shown));
            Observation::unobservable(Unobservable::Forbidden(reason), read)
        }
        (status, _) => {
            let reason = format!("Vault answered {status} to GET {shown}");
            Observation::unobservable(Unobservable::Unexpected(reason), read)
        }
    }
}

/// A policy of nearly the name, else the first few that are not Vault's own.
fn near(name: &str, mut names: Vec<String>) -> Option<String> {
    names.retain(|name| !matches!(name.as_str(), "default" | "root"));
    match nearest(name, &names) {
        Some(near) => Some(format!("there is a policy {}", ticked(near))),
        None if names.is_empty() => None,
        None => Some(format!("there are the policies {}", and_list(&names))),
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
