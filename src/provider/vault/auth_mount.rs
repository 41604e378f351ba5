//! `vault/auth-mount`: an auth method at a path.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::answer::Answer;
use super::cli::Invocation;
use super::client::Session;
use super::mount::Engine;
use super::place::{field, known, mount_path};
use crate::claim::{
    Claim, Control, Expectation, Facts, Field, Meaning, Observation, Subject, Text, Unobservable,
    Verb,
};
use crate::provider::masked::Masked;
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::{and_list, nearest, ticked};

pub(super) const ID: &str = "vault/auth-mount";

const DOC: &str = "\
An auth method at a path.

Claimed by `vault auth enable [-path=PATH] TYPE` (enabled, with its type, description, TTLs, token type and
listing visibility), `vault auth tune PATH`, `vault auth move FROM TO` and `vault auth disable PATH` (gone,
with all that it held), and by writes to `sys/auth/PATH`.

Read by `GET sys/auth`, which lists all methods; a token that may not read it is tried at
`sys/internal/ui/mounts/auth/PATH` and `sys/auth/PATH`. Control of an absence: the list itself, or Vault's own
`No auth engine at`. A 403 proves nothing.

Options that are not listed above are not compared.";

/// The kind.
pub(super) struct AuthMount;

impl Kind for AuthMount {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "auth method"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story)
    }
    fn title(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match (&claim.expectation, field(claim, "type")) {
            (Expectation::Present(_), Some(kind)) => {
                format!("{} auth method is enabled at {path}", kind.shown())
            }
            (Expectation::Present(_), None) if claim.verb == Verb::Change => {
                format!("the auth method at {path} is tuned")
            }
            (Expectation::Present(_), None) => format!("an auth method is enabled at {path}"),
            _ => format!("no auth method is left at {path}"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match (&claim.expectation, field(claim, "type")) {
            (Expectation::Present(_), Some(kind)) => {
                format!("an auth method of type {} at {path}", ticked(&kind.shown()))
            }
            (Expectation::Present(_), None) => format!("an auth method at {path}"),
            _ => format!("no auth method at {path}"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = short(&claim.subject.name);
        match (&claim.expectation, field(claim, "type").map(Text::shown)) {
            (Expectation::Present(_), Some(kind)) if kind == path => {
                format!("`vault auth enable {kind}` enables it; `vault auth list` shows them all")
            }
            (Expectation::Present(_), Some(kind)) => format!(
                "`vault auth enable -path={path} {kind}` enables it; `vault auth list` shows them all"
            ),
            (Expectation::Present(_), None) => {
                format!("`vault auth tune {path}/` sets it; `vault auth list -detailed` shows all")
            }
            _ => format!("`vault auth disable {path}` takes it away with all that it holds"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        Looks {
            reads: vec!["GET sys/auth".to_owned()],
            controls: match claim.expectation {
                Expectation::Absent => vec!["the list of all auth methods can be read".to_owned()],
                _ => Vec::new(),
            },
        }
    }
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        let inside = thing.name.shown().starts_with(&holder.name.shown());
        thing.kind == super::path::ID && inside
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, &lab.vault))
    }
}

/// The subject at a path below `auth/`.
pub(super) fn subject(path: &Text) -> Subject {
    Subject::new(ID, mount_path(path).prefixed("auth/"))
}

/// The path below `auth/`, as a person may read it and without its slash.
fn short(name: &Text) -> String {
    name.shown().trim_start_matches("auth/").trim_end_matches('/').to_owned()
}

/// The type that the story gave the method.
pub(super) fn type_of(subject: &Subject, story: &Story) -> Option<Text> {
    let typed = |claim: &Claim| claim.subject == *subject && field(claim, "type").is_some();
    field(story.last(ID, typed)?, "type").cloned()
}

const SETTINGS: &[(&str, Meaning)] = &[
    ("description", Meaning::Exact),
    ("default_lease_ttl", Meaning::Duration),
    ("max_lease_ttl", Meaning::Duration),
    ("token_type", Meaning::Exact),
    ("listing_visibility", Meaning::Exact),
];

fn infer(call: &Call, story: &Story) -> Vec<Claim> {
    let Some(invocation) = Invocation::of(call).filter(|invocation| !invocation.elsewhere()) else {
        return Vec::new();
    };
    let Some(argument) = invocation.path() else { return Vec::new() };
    let verb: Vec<&str> = invocation.verb.iter().map(String::as_str).collect();
    match verb.as_slice() {
        ["auth", "enable"] => {
            let path = invocation.flag("path").unwrap_or(argument);
            vec![enabled(path, argument, flags(&invocation))]
        }
        ["auth", "tune"] => vec![tuned(argument, flags(&invocation))],
        ["auth", "disable"] => vec![disabled(argument)],
        ["auth", "move"] => moved(&invocation, story).unwrap_or_default(),
        [verb @ ("write" | "delete")] => written(verb, argument, &invocation).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn enabled(path: &Text, kind: &Text, settings: Vec<Field>) -> Claim {
    let mut fields = vec![Field::new("type", kind.clone(), Meaning::Exact)];
    fields.extend(settings);
    Claim::new(subject(path), Expectation::Present(fields), Verb::Create)
}

fn tuned(path: &Text, settings: Vec<Field>) -> Claim {
    Claim::new(subject(path), Expectation::Present(settings), Verb::Change)
}

fn disabled(path: &Text) -> Claim {
    Claim::new(subject(path), Expectation::Absent, Verb::Remove)
}

fn flags(invocation: &Invocation) -> Vec<Field> {
    let given = |(name, meaning): &(&'static str, Meaning)| {
        let value = invocation.flag(&name.replace('_', "-"))?;
        Some(Field::new(*name, value.clone(), *meaning))
    };
    SETTINGS.iter().filter_map(given).collect()
}

/// The method is at another path afterwards, and is the same.
fn moved(invocation: &Invocation, story: &Story) -> Option<Vec<Claim>> {
    let [from, to] = invocation.arguments.as_slice() else { return None };
    let bare = |path: &Text| {
        let masked = Masked::new(path);
        let inner = masked.text.trim_matches('/').trim_start_matches("auth/").to_owned();
        masked.unmask(&inner)
    };
    let (from, to) = (bare(from), bare(to));
    let kind = type_of(&subject(&from), story);
    let fields = kind.map(|kind| Field::new("type", kind, Meaning::Exact)).into_iter().collect();
    let there = Claim::new(subject(&to), Expectation::Present(fields), Verb::Create);
    Some(vec![disabled(&from), there])
}

/// `vault write sys/auth/PATH type=…`, `sys/auth/PATH/tune`, and their deletion.
fn written(verb: &str, path: &Text, invocation: &Invocation) -> Option<Claim> {
    let masked = Masked::new(path);
    let inner = masked.text.trim_matches('/').strip_prefix("sys/auth/")?;
    let data = invocation.data();
    let given = |(name, meaning): &(&'static str, Meaning)| {
        let (_, value) = data.iter().find(|(key, _)| key == name)?;
        Some(Field::new(*name, value.clone(), *meaning))
    };
    match (verb, inner.strip_suffix("/tune")) {
        ("delete", None) => Some(disabled(&masked.unmask(inner))),
        ("write", Some(path)) => {
            Some(tuned(&masked.unmask(path), SETTINGS.iter().filter_map(given).collect()))
        }
        ("write", None) => {
            let (_, kind) = data.iter().find(|(key, _)| key == "type")?;
            let description = given(&SETTINGS[0]);
            Some(enabled(&masked.unmask(inner), kind, description.into_iter().collect()))
        }
        _ => None,
    }
}

async fn observe(subject: &Subject, session: &Session) -> Observation {
    const READ: &str = "GET sys/auth";
    let path = match known(&subject.name) {
        Ok(path) => path,
        Err(reason) => return Observation::unobservable(reason, READ),
    };
    match method(session, &path).await {
        Ok(Engine::There { data, read }) => Observation::present(facts(&data), read),
        Ok(Engine::Absent { read }) => {
            let near = session.get("sys/auth").await.ok().and_then(|all| near(&path, &all));
            Observation::absent(Control::new("Vault lists its auth methods"), read).near(near)
        }
        Err(reason) => Observation::unobservable(reason, READ),
    }
}

/// The method at a path with `auth/` and its slash.
async fn method(session: &Session, path: &str) -> Result<Engine, Unobservable> {
    let name = path.trim_start_matches("auth/");
    let all = session.get("sys/auth").await?;
    if let Some(methods) = all.data().as_object().filter(|_| all.is_there()) {
        let read = "GET sys/auth → 200".to_owned();
        return Ok(match methods.get(name) {
            Some(data) => Engine::There { data: data.clone(), read },
            None => Engine::Absent { read },
        });
    }
    if !all.is_forbidden() {
        let reason = format!("Vault answered {} to GET sys/auth", all.status);
        return Err(Unobservable::Unexpected(reason));
    }
    let bare = path.trim_end_matches('/');
    let (shown, own) = (format!("sys/internal/ui/mounts/{bare}"), format!("sys/{bare}"));
    let (shown_answer, own_answer) =
        futures_util::future::join(session.get(&shown), session.get(&own)).await;
    for (read, answer) in [(shown, shown_answer?), (own, own_answer?)] {
        let read = format!("GET {read} → {}", answer.status);
        if answer.is_there() && answer.data()["type"].is_string() {
            // The first serves any path: it may be a shorter mount's.
            let found = answer.data()["path"].as_str().is_none_or(|found| found == path);
            return Ok(if found {
                Engine::There { data: answer.data().clone(), read }
            } else {
                Engine::Absent { read }
            });
        }
        if answer.is_unrouted() {
            return Ok(Engine::Absent { read });
        }
    }
    Err(Unobservable::Forbidden("the token may not read `sys/auth`".to_owned()))
}

fn facts(data: &Value) -> Facts {
    let config = &data["config"];
    let mut facts = Facts::none()
        .with("type", data["type"].clone())
        .with("description", data["description"].clone());
    for name in ["default_lease_ttl", "max_lease_ttl", "token_type", "listing_visibility"] {
        facts = facts.with(name, config[name].clone());
    }
    facts
}

/// A method of the type that the path is named after, a slip of the path, or what there is.
fn near(path: &str, all: &Answer) -> Option<String> {
    let wanted = path.trim_start_matches("auth/").trim_end_matches('/');
    let methods: Vec<(String, &str)> = all
        .data()
        .as_object()?
        .iter()
        .filter_map(|(path, data)| Some((format!("auth/{path}"), data["type"].as_str()?)))
        .filter(|(_, kind)| !matches!(*kind, "token" | "ns_token"))
        .collect();
    let of_type =
        |(path, kind): &(String, &str)| format!("{} is of type {}", ticked(path), ticked(kind));
    if let Some(method) = methods.iter().find(|(_, kind)| *kind == wanted) {
        return Some(of_type(method));
    }
    let paths: Vec<&str> = methods.iter().map(|(path, _)| path.as_str()).collect();
    if let Some(near) = nearest(path, &paths) {
        return methods.iter().find(|(path, _)| path == near).map(of_type);
    }
    (!paths.is_empty()).then(|| format!("auth methods are at {}", and_list(&paths)))
}

#[cfg(test)]
#[path = "auth_mount_tests.rs"]
mod tests;
