//! `vault/mount`: a secrets engine at a path.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::answer::Answer;
use super::cli::Invocation;
use super::client::Session;
use super::place::{field, known, mount_path};
use crate::claim::{
    Claim, Control, Expectation, Facts, Field, Meaning, Observation, Subject, Text, Unobservable,
    Verb,
};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::{and_list, nearest, ticked};

pub(super) const ID: &str = "vault/mount";

const DOC: &str = "\
A secrets engine at a path.

Claimed by `vault secrets enable [-path=PATH] TYPE` (enabled, with its type, KV version, description, TTLs
and what else is set), `secrets tune` and `kv enable-versioning` (what they set), `secrets move` (gone there,
enabled here) and `vault secrets disable PATH` (gone, with all that it held); by `vault write` and `delete` of
`sys/mounts/PATH`, too.

Read by `GET sys/mounts`, which lists all engines; a token that may not read it is tried at
`sys/internal/ui/mounts/PATH` and `sys/mounts/PATH`. Control of an absence: the list itself, or Vault's own
`No secret engine mount at`. A 403 proves nothing: `sys/internal/ui/mounts` answers it for a missing engine,
even to root.

Options that are not listed above are not compared.";

/// Flags, what Vault calls them, and how they are compared.
const SETTINGS: &[(&str, &str, Meaning)] = &[
    ("description", "description", Meaning::Exact),
    ("default-lease-ttl", "default_lease_ttl", Meaning::Duration),
    ("max-lease-ttl", "max_lease_ttl", Meaning::Duration),
    ("listing-visibility", "listing_visibility", Meaning::Exact),
    ("plugin-version", "plugin_version", Meaning::Exact),
    ("audit-non-hmac-request-keys", "audit_non_hmac_request_keys", Meaning::Set),
    ("audit-non-hmac-response-keys", "audit_non_hmac_response_keys", Meaning::Set),
    ("passthrough-request-headers", "passthrough_request_headers", Meaning::Set),
    ("allowed-response-headers", "allowed_response_headers", Meaning::Set),
];

/// The kind.
pub(super) struct Mount;

/// An engine as Vault tells it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Engine {
    /// It is there: its entry of `sys/mounts`, and the read.
    There { data: Value, read: String },
    /// It is not, as `read` proves.
    Absent { read: String },
}

impl Kind for Mount {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "engine"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).unwrap_or_default()
    }
    fn title(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match (&claim.expectation, field(claim, "type")) {
            (Expectation::Present(_), Some(kind)) => {
                format!("{} engine is enabled at {path}", kind.shown())
            }
            (Expectation::Present(fields), None) if claim.verb == Verb::Change => {
                let names: Vec<&str> = fields.iter().map(|field| field.path.as_str()).collect();
                match names.as_slice() {
                    [] => format!("the engine at {path} is enabled"),
                    names => format!("the engine at {path} has its {}", and_list(names)),
                }
            }
            (Expectation::Present(_), None) => format!("an engine is enabled at {path}"),
            _ => format!("no engine is left at {path}"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match (&claim.expectation, field(claim, "type")) {
            (Expectation::Present(_), Some(kind)) => {
                format!("an engine of type {} at {path}", ticked(&kind.shown()))
            }
            (Expectation::Present(_), None) => format!("an engine at {path}"),
            _ => format!("no engine at {path}"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = claim.subject.name.shown();
        let path = path.trim_end_matches('/');
        match (&claim.expectation, field(claim, "type").map(Text::shown)) {
            (Expectation::Present(_), Some(kind)) if kind == path => {
                format!(
                    "`vault secrets enable {kind}` enables it; `vault secrets list` shows them all"
                )
            }
            (Expectation::Present(_), Some(kind)) => format!(
                "`vault secrets enable -path={path} {kind}` enables it; `vault secrets list` shows them all"
            ),
            (Expectation::Present(_), None) => {
                "`vault secrets list -detailed` shows all engines with what they are set to"
                    .to_owned()
            }
            _ => format!("`vault secrets disable {path}` takes it away with all that it holds"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        Looks {
            reads: vec!["GET sys/mounts".to_owned()],
            controls: match claim.expectation {
                Expectation::Absent => vec!["the list of all engines can be read".to_owned()],
                _ => Vec::new(),
            },
        }
    }
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        let inside = thing.name.shown().starts_with(&holder.name.shown());
        thing.kind.starts_with("vault/") && thing.kind != ID && inside
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, &lab.vault))
    }
}

fn infer(call: &Call, story: &Story) -> Option<Vec<Claim>> {
    let invocation = Invocation::of(call)?;
    if invocation.elsewhere() {
        return None;
    }
    let argument = invocation.path()?;
    let at = |path: &Text| Subject::new(ID, mount_path(path));
    let verb: Vec<&str> = invocation.verb.iter().map(String::as_str).collect();
    Some(match verb.as_slice() {
        ["secrets", "enable"] => vec![enabled(&invocation, argument)?],
        ["secrets", "disable"] => {
            vec![Claim::new(at(argument), Expectation::Absent, Verb::Remove)]
        }
        ["secrets", "tune"] => {
            let mut fields = settings(&invocation);
            fields.extend(option_version(&invocation).map(version));
            vec![Claim::new(at(argument), Expectation::Present(fields), Verb::Change)]
        }
        ["kv", "enable-versioning"] => {
            let fields = vec![version(Text::from("2"))];
            vec![Claim::new(at(argument), Expectation::Present(fields), Verb::Change)]
        }
        ["secrets", "move"] => {
            let (from, to) = (at(argument), at(invocation.arguments.get(1)?));
            if from == to {
                return None;
            }
            let known = known_of(&from, story);
            vec![
                Claim::new(from, Expectation::Absent, Verb::Remove),
                Claim::new(to, Expectation::Present(known), Verb::Create),
            ]
        }
        _ => return None,
    })
}

fn enabled(invocation: &Invocation, argument: &Text) -> Option<Claim> {
    let plugin = invocation.flag("plugin-name");
    let argument = match argument.literal().as_deref() {
        Some("plugin") => plugin?,
        _ => argument,
    };
    let path = invocation.flag("path").unwrap_or(argument);
    // `kv-v2` is an alias: Vault stores the type and an option.
    let (kind, alias) = match argument.literal().as_deref() {
        Some("kv-v2") => (Text::from("kv"), Some(Text::from("2"))),
        Some("kv-v1") => (Text::from("kv"), Some(Text::from("1"))),
        _ => (argument.clone(), None),
    };
    let mut fields = vec![Field::new("type", kind, Meaning::Exact)];
    fields.extend(alias.or_else(|| option_version(invocation)).map(version));
    fields.extend(settings(invocation));
    let subject = Subject::new(ID, mount_path(path));
    Some(Claim::new(subject, Expectation::Present(fields), Verb::Create))
}

fn version(version: Text) -> Field {
    Field::new("version", version, Meaning::Exact)
}

/// `-version=2` or `-options=version=2`.
fn option_version(invocation: &Invocation) -> Option<Text> {
    let options = invocation.flags_of("options").filter_map(|pair| pair.split_once('='));
    let named = options.filter(|(key, _)| key.literal().as_deref() == Some("version"));
    invocation.flag("version").cloned().or_else(|| named.map(|(_, value)| value).last())
}

/// The settings that `enable` and `tune` share.
fn settings(invocation: &Invocation) -> Vec<Field> {
    let mut fields = Vec::new();
    for (flag, name, meaning) in SETTINGS {
        let mut values = invocation.flags_of(flag).cloned();
        let Some(first) = values.next() else { continue };
        // A list is given as one flag for each item.
        let value = values.fold(first, |all, value| {
            let mut all = all.suffixed(",");
            all.extend(&value);
            all
        });
        fields.push(Field::new(*name, value, *meaning));
    }
    for (flag, name) in [("local", "local"), ("seal-wrap", "seal_wrap")] {
        if invocation.has(flag) {
            fields.push(Field::new(name, "true", Meaning::Exact));
        }
    }
    fields
}

/// What the text says of an engine that is moved: its type and version.
fn known_of(subject: &Subject, story: &Story) -> Vec<Field> {
    let claims = story.claims.iter().rev().filter(|claim| claim.subject == *subject);
    let fields = claims.flat_map(|claim| claim.expectation.fields());
    let mut known: Vec<Field> = Vec::new();
    for field in fields.filter(|field| matches!(field.path.as_str(), "type" | "version")) {
        if known.iter().all(|other| other.path != field.path) {
            known.push(field.clone());
        }
    }
    known.sort_by(|one, other| one.path.cmp(&other.path));
    known
}

async fn observe(subject: &Subject, session: &Session) -> Observation {
    const READ: &str = "GET sys/mounts";
    let path = match known(&subject.name) {
        Ok(path) => path,
        Err(reason) => return Observation::unobservable(reason, READ),
    };
    match engine(session, &path).await {
        Ok(Engine::There { data, read }) => Observation::present(facts(&data), read),
        Ok(Engine::Absent { read }) => {
            let near = session.get("sys/mounts").await.ok().and_then(|all| near(&path, &all));
            let shows = "Vault lists its engines".to_owned();
            Observation::absent(Control::new(shows), read).near(near)
        }
        Err(reason) => Observation::unobservable(reason, READ),
    }
}

/// The engine at a path with its slash.
pub(super) async fn engine(session: &Session, path: &str) -> Result<Engine, Unobservable> {
    let all = session.get("sys/mounts").await?;
    if let Some(engine) = listed(&all, path) {
        return Ok(engine);
    }
    if !all.is_forbidden() {
        let reason = format!("Vault answered {} to GET sys/mounts", all.status);
        return Err(Unobservable::Unexpected(reason));
    }
    let name = path.trim_end_matches('/');
    let (shown, own) = (format!("sys/internal/ui/mounts/{name}"), format!("sys/mounts/{name}"));
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
    Err(Unobservable::Forbidden("the token may not read `sys/mounts`".to_owned()))
}

/// What the list of all says of one; `None` where it is no list.
fn listed(all: &Answer, path: &str) -> Option<Engine> {
    let engines = all.data().as_object().filter(|_| all.is_there())?;
    let read = "GET sys/mounts → 200".to_owned();
    Some(match engines.get(path) {
        Some(data) => Engine::There { data: data.clone(), read },
        None => Engine::Absent { read },
    })
}

fn facts(data: &Value) -> Facts {
    let config = &data["config"];
    let mut facts = Facts::none().with("type", data["type"].clone());
    if let Some(version) = data["options"]["version"].as_str() {
        facts = facts.with("version", version);
    } else if data["type"] == "kv" {
        facts = facts.with("version", "1");
    }
    for own in ["description", "local", "seal_wrap", "plugin_version"] {
        facts = facts.with(own, data[own].clone());
    }
    // What is not set is not in the list.
    let set = SETTINGS.iter().map(|(_, name, _)| *name).filter(|name| !config[*name].is_null());
    set.fold(facts, |facts, name| facts.with(name, config[name].clone()))
}

/// An engine of the type that the path is named after, a slip of the path, or what there is.
fn near(path: &str, all: &Answer) -> Option<String> {
    let wanted = path.trim_end_matches('/');
    let engines: Vec<(&String, &str)> = all
        .data()
        .as_object()?
        .iter()
        .filter_map(|(path, data)| Some((path, data["type"].as_str()?)))
        .filter(|(_, kind)| !matches!(*kind, "system" | "identity" | "cubbyhole" | "ns_system"))
        .collect();
    let of_type =
        |(path, kind): &(&String, &str)| format!("{} is of type {}", ticked(path), ticked(kind));
    if let Some(engine) = engines.iter().find(|(_, kind)| *kind == wanted) {
        return Some(of_type(engine));
    }
    let paths: Vec<&str> = engines.iter().map(|(path, _)| path.as_str()).collect();
    if let Some(near) = nearest(path, &paths) {
        return engines.iter().find(|(path, _)| *path == near).map(of_type);
    }
    (!paths.is_empty()).then(|| format!("engines are at {}", and_list(&paths)))
}

#[cfg(test)]
#[path = "mount_tests.rs"]
mod tests;
