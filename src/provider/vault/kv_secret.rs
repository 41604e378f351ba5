//! `vault/kv-secret`: a path of the KV engine, in either version.

use futures_util::future::{BoxFuture, join};
use serde_json::Value;

use super::answer::Answer;
use super::cli::Invocation;
use super::client::{Reply, Session};
use super::place::{DatabasePath, known, mount_of, mount_path, under};
use crate::claim::{
    Claim, Control, Expectation, Facts, Field, Meaning, Observation, Subject, Text, Unobservable,
    Verb,
};
use crate::provider::masked::Masked;
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::secret::Secret;
use crate::text::ticked;

pub(crate) const ID: &str = "vault/kv-secret";

const DOC: &str = "\
A secret in the KV engine, version 1 or 2; which of them is found out from the lab.

Claimed by `vault kv put`, `patch`, `delete` and `metadata delete`, with `-mount=` or the whole path, and by
`vault write` and `delete` of a path that is the KV engine's by the text. `vault kv get` and `vault read` of a
path only read; after the text has removed it, they confirm that it is gone.

Read by `GET PATH`, for version 2 `GET MOUNT/data/PATH`. Values are compared and never shown. Gone in version
2 are: never written, metadata deleted, and a newest version that is deleted or destroyed; the report says
which. Control of an absence: the engine answers, with Vault's 404 of nothing or of a deleted version.

Older versions and custom metadata are not compared.";

/// The kind.
pub(super) struct KvSecret;

impl Kind for KvSecret {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "secret"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match &claim.expectation {
            Expectation::Absent => format!("{path} is gone"),
            Expectation::Present(fields) if fields.is_empty() => format!("{path} is there"),
            _ => format!("{path} holds what was written"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        let keys: Vec<&str> =
            claim.expectation.fields().iter().map(|field| field.path.as_str()).collect();
        match &claim.expectation {
            Expectation::Absent => format!("no secret at {path}"),
            _ if keys.is_empty() => format!("a secret at {path}"),
            _ => format!("a secret at {path} with {}", crate::text::and_list(&keys)),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = claim.subject.name.shown();
        match &claim.expectation {
            Expectation::Absent => format!("`vault kv delete {path}` takes it away"),
            _ => format!("`vault kv put {path} …` writes it; `vault kv get {path}` shows it"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        let path = claim.subject.name.shown();
        Looks {
            reads: vec![format!("GET {path}, or its `data/` path in version 2")],
            controls: match claim.expectation {
                Expectation::Absent => vec!["the engine that serves the path answers".to_owned()],
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
    if invocation.elsewhere() || invocation.has("versions") {
        return None;
    }
    let argument = invocation.path()?;
    let verb: Vec<&str> = invocation.verb.iter().map(String::as_str).collect();
    let own = verb.first() == Some(&"kv");
    let path = match invocation.flag("mount") {
        Some(mount) if own => under(&mount_path(mount), &trimmed(argument)),
        _ => trimmed(argument),
    };
    if !own && (DatabasePath::of(&path, story).is_some() || !may_be_kv(&path, story)) {
        return None;
    }
    let subject = Subject::new(ID, path);
    let removed = story
        .last(ID, |claim| claim.subject == subject && claim.verb != Verb::Read)
        .is_some_and(|claim| claim.expectation == Expectation::Absent);
    let known = own || is_kv(&subject, story);
    let (expectation, verb) = match verb.as_slice() {
        ["read"] | ["kv", "get" | "metadata", ..] if verb.last() != Some(&"delete") => {
            if verb.len() == 3 && verb[2] != "get" {
                return None;
            }
            if removed {
                (Expectation::Absent, Verb::Confirm)
            } else {
                (Expectation::Present(Vec::new()), Verb::Read)
            }
        }
        ["kv", "delete"] | ["kv", "metadata", "delete"] => (Expectation::Absent, Verb::Remove),
        ["delete"] if known => (Expectation::Absent, Verb::Remove),
        ["kv", "put"] => (Expectation::Present(fields(&invocation)), Verb::Replace),
        ["kv", "patch"] => (Expectation::Present(fields(&invocation)), Verb::Change),
        ["write"] if known => (Expectation::Present(fields(&invocation)), Verb::Replace),
        _ => return None,
    };
    let container = mount_of(&subject.name, story).map(|(mount, _)| mount);
    let claim = Claim::new(subject, expectation, verb);
    Some(match container {
        Some(container) => claim.within(container),
        None => claim,
    })
}

fn fields(invocation: &Invocation) -> Vec<Field> {
    let data = invocation.data().into_iter();
    data.map(|(key, value)| Field::new(key, value.sealed(), Meaning::Exact)).collect()
}

fn trimmed(path: &Text) -> Text {
    let masked = Masked::new(path);
    masked.unmask(masked.text.trim_matches('/'))
}

/// Whether a path may be read as a secret: it is not one of Vault's own, nor of another engine by the text.
fn may_be_kv(path: &Text, story: &Story) -> bool {
    let masked = Masked::new(path).text;
    let Some((first, _)) = masked.split_once('/') else { return false };
    if matches!(first, "sys" | "auth" | "identity" | "cubbyhole" | "database" | "pki" | "transit") {
        return false;
    }
    mount_of(path, story).and_then(|(_, kind)| kind).is_none_or(|kind| kind == "kv")
}

/// Whether the text or the form shows that a path is the KV engine's.
fn is_kv(subject: &Subject, story: &Story) -> bool {
    let masked = Masked::new(&subject.name).text;
    let called_so = matches!(masked.split('/').next(), Some("kv" | "secret"));
    let mounted =
        mount_of(&subject.name, story).is_some_and(|(_, kind)| kind.as_deref() == Some("kv"));
    let named =
        story.last(ID, |claim| claim.subject == *subject && claim.verb != Verb::Read).is_some();
    called_so || mounted || named
}

/// Where a path is served.
struct Engine {
    path: String,
    version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

async fn observe(subject: &Subject, session: &Session) -> Observation {
    let shown = subject.name.shown();
    let path = match known(&subject.name) {
        Ok(path) => path,
        Err(reason) => return Observation::unobservable(reason, format!("GET {shown}")),
    };
    // The form of version 1 tells most of it, and is read while the engine is found out.
    let (plain, engine) = join(session.get(&path), engine(session, &path)).await;
    let engine = match engine {
        Ok(Some(engine)) => engine,
        Ok(None) => {
            let holder = path.split('/').next().unwrap_or_default();
            let proof = format!("no engine is mounted at {}", ticked(&format!("{holder}/")));
            return Observation::absent(Control::container_gone(proof), "GET sys/mounts → 200");
        }
        Err(Unobservable::Forbidden(_)) => unlisted(&path, plain.as_ref().ok().map(AsRef::as_ref)),
        Err(reason) => return Observation::unobservable(reason, format!("GET {shown}")),
    };
    if engine.version == Version::One {
        return judge(&plain, Version::One, &shown);
    }
    let inner = path.strip_prefix(&engine.path).unwrap_or_default();
    let inner = inner.strip_prefix("data/").unwrap_or(inner);
    let reply = session.get(&format!("{}data/{inner}", engine.path)).await;
    let shown = if path == shown { format!("{}data/{inner}", engine.path) } else { shown };
    judge(&reply, Version::Two, &shown)
}

/// The engine that serves a path; `None` where there is none.
async fn engine(session: &Session, path: &str) -> Result<Option<Engine>, Unobservable> {
    let all = session.get("sys/mounts").await?;
    if let Some(engines) = all.data().as_object().filter(|_| all.is_there()) {
        let serving = engines.iter().filter(|(mount, _)| path.starts_with(mount.as_str()));
        let longest = serving.max_by_key(|(mount, _)| mount.len());
        return Ok(longest.map(|(mount, data)| of_mount(mount, data)));
    }
    if !all.is_forbidden() {
        let reason = format!("Vault answered {} to GET sys/mounts", all.status);
        return Err(Unobservable::Unexpected(reason));
    }
    let one = session.get(&format!("sys/internal/ui/mounts/{path}")).await?;
    match one.data()["path"].as_str().filter(|_| one.is_there()) {
        Some(mount) => Ok(Some(of_mount(mount, one.data()))),
        None => Err(Unobservable::Forbidden("the token may not read `sys/mounts`".to_owned())),
    }
}

fn of_mount(path: &str, data: &Value) -> Engine {
    let two = data["options"]["version"].as_str() == Some("2");
    Engine { path: path.to_owned(), version: if two { Version::Two } else { Version::One } }
}

/// What the answer in version 1's form says of the engine, where the mounts are not to be read.
fn unlisted(path: &str, plain: Option<&Answer>) -> Engine {
    let versioned = plain.is_some_and(|answer| {
        let warnings = answer.body["warnings"].as_array().into_iter().flatten();
        warnings.filter_map(Value::as_str).any(|warning| warning.contains("versioned K/V"))
    });
    let holder = path.split('/').next().unwrap_or_default();
    let version = if versioned { Version::Two } else { Version::One };
    Engine { path: format!("{holder}/"), version }
}

/// What an answer says of a secret. Pure.
fn judge(reply: &Reply, version: Version, shown: &str) -> Observation {
    let answer = match reply {
        Ok(answer) => answer,
        Err(reason) => return Observation::unobservable(reason.clone(), format!("GET {shown}")),
    };
    let read = format!("GET {shown} → {}", answer.status);
    let mount = ticked(&format!("{}/", shown.split('/').next().unwrap_or_default()));
    if answer.is_unrouted() {
        let proof = format!("no engine is mounted at {mount}");
        return Observation::absent(Control::container_gone(proof), read);
    }
    let absent = |read, why: Option<&str>| {
        let control = Control::new(format!("the engine at {mount} answers"));
        Observation::absent(control, read).near(why.map(str::to_owned))
    };
    if answer.is_nothing() {
        return absent(read, None);
    }
    let data = answer.data();
    match (version, answer.status) {
        (Version::One, 200) if data.is_object() => Observation::present(facts(data), read),
        (Version::Two, 200) if data["data"].is_object() => {
            let mut facts = facts(&data["data"]);
            facts.note =
                data["metadata"]["version"].as_u64().map(|n| format!("version {n} is there"));
            Observation::present(facts, read)
        }
        (Version::Two, 404) if data["data"].is_null() => match gone(&data["metadata"]) {
            Some(why) => absent(read, Some(&why)),
            None => unexpected(answer, shown, read),
        },
        (_, 403) => {
            let reason = format!("the token may not read {}", ticked(shown));
            Observation::unobservable(Unobservable::Forbidden(reason), read)
        }
        _ => unexpected(answer, shown, read),
    }
}

fn unexpected(answer: &Answer, shown: &str, read: String) -> Observation {
    let reason = format!("Vault answered {} to GET {shown}", answer.status);
    Observation::unobservable(Unobservable::Unexpected(reason), read)
}

/// How the newest version of a secret is gone, by its metadata.
fn gone(metadata: &Value) -> Option<String> {
    let version = metadata["version"].as_u64()?;
    if metadata["destroyed"] == true {
        return Some(format!("version {version} is destroyed"));
    }
    let deleted = metadata["deletion_time"].as_str().is_some_and(|time| !time.is_empty());
    deleted.then(|| format!("version {version} is deleted"))
}

fn facts(data: &Value) -> Facts {
    data.as_object().into_iter().flatten().fold(Facts::none(), |facts, (key, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        facts.sealed(key, Secret::new(text))
    })
}

#[cfg(test)]
#[path = "kv_secret_tests.rs"]
mod tests;
