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

Claimed by `vault secrets enable [-path=PATH] TYPE` (enabled, with its type, KV version, description and
TTLs) and `vault secrets disable PATH` (gone, with all that it held).

Read by `GET sys/mounts`, which lists all engines; a token that may not read it is tried at
`sys/internal/ui/mounts/PATH` and `sys/mounts/PATH`. Control of an absence: the list itself, or Vault's own
`No secret engine mount at`. A 403 proves nothing: `sys/internal/ui/mounts` answers it for a missing engine,
even to root.

Options that are not listed above are not compared.";

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
    fn infer(&self, call: &Call, _story: &Story) -> Vec<Claim> {
        infer(call).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match (&claim.expectation, field(claim, "type")) {
            (Expectation::Present(_), Some(kind)) => {
                format!("{} engine is enabled at {path}", kind.shown())
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
            (Expectation::Present(_), None) => "`vault secrets list` shows all engines".to_owned(),
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

fn infer(call: &Call) -> Option<Claim> {
    let invocation = Invocation::of(call)?;
    if invocation.elsewhere() {
        return None;
    }
    let argument = invocation.path()?;
    if invocation.is(&["secrets", "disable"]) {
        let subject = Subject::new(ID, mount_path(argument));
        return Some(Claim::new(subject, Expectation::Absent, Verb::Remove));
    }
    if !invocation.is(&["secrets", "enable"]) {
        return None;
    }
    let path = invocation.flag("path").unwrap_or(argument);
    let (kind, version) = match argument.literal().as_deref() {
        // `kv-v2` is an alias of the CLI: Vault stores the type and an option.
        Some("kv-v2") => (Text::from("kv"), Some(Text::from("2"))),
        _ => (argument.clone(), invocation.flag("version").cloned()),
    };
    let mut fields = vec![Field::new("type", kind, Meaning::Exact)];
    fields.extend(version.map(|version| Field::new("version", version, Meaning::Exact)));
    for (flag, name, meaning) in [
        ("description", "description", Meaning::Exact),
        ("default-lease-ttl", "default_lease_ttl", Meaning::Duration),
        ("max-lease-ttl", "max_lease_ttl", Meaning::Duration),
    ] {
        let value = invocation.flag(flag).cloned();
        fields.extend(value.map(|value| Field::new(name, value, meaning)));
    }
    let subject = Subject::new(ID, mount_path(path));
    Some(Claim::new(subject, Expectation::Present(fields), Verb::Create))
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
    facts
        .with("description", data["description"].clone())
        .with("default_lease_ttl", config["default_lease_ttl"].clone())
        .with("max_lease_ttl", config["max_lease_ttl"].clone())
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
