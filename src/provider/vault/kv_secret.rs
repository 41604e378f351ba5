//! `vault/kv-secret`: a path of the KV engine, in either version.

use futures_util::future::{BoxFuture, join};
use serde_json::Value;

use super::answer::Answer;
use super::client::{Reply, Session};
use super::kv::{self, Act, KvCommand};
use super::object::has;
use super::place::known;
use super::{kv_metadata, kv_version};
use crate::claim::{
    Claim, Control, Expectation, Facts, Field, Meaning, Observation, Seen, Subject, Text,
    Unobservable, Verb,
};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::secret::Secret;
use crate::text::ticked;

pub(crate) const ID: &str = "vault/kv-secret";

const DOC: &str = "\
A secret in the KV engine, version 1 or 2; which of them is found out from the lab.

Claimed by `vault kv put`, `patch` and `delete`, with `-mount=` or the whole path, by a `kv rollback` after
it, and by `vault write` and `delete` of a path that is the KV engine's by the text, in version 2 below
`MOUNT/data/`. `vault kv get` and `vault read` of a path only read; after the text has removed it, they confirm
that it is gone. A write whose `-cas` the text itself has left behind claims nothing: it is meant to fail.

Read by `GET PATH`, for version 2 `GET MOUNT/data/PATH`. Values are compared and never shown. Gone in version
2 are: never written, metadata deleted, and a newest version that is deleted or destroyed; the report says
which. Control of an absence: the engine answers, with Vault's 404 of nothing or of a deleted version.

Older versions and metadata are kinds of their own. A line's end behind a value does not count.";

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

    fn holds_secrets(&self, _subject: &Subject, _field: &str) -> bool {
        true
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).unwrap_or_default()
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

fn infer(call: &Call, story: &Story) -> Option<Vec<Claim>> {
    let command = KvCommand::of(call, story)?;
    let claim = |expectation: Expectation, verb: Verb| command.claim(ID, expectation, verb, story);
    let there = || Expectation::Present(Vec::new());
    Some(match &command.act {
        _ if command.must_fail(story) => return None,
        Act::Get(None) if kv::is_removed(&command.path, story) => {
            vec![claim(Expectation::Absent, Verb::Confirm)]
        }
        Act::Get(None) => vec![claim(there(), Verb::Read)],
        Act::Delete => vec![claim(Expectation::Absent, Verb::Remove)],
        Act::MetadataDelete if kv_metadata::written_only(&command.path, story) => {
            vec![claim(Expectation::Absent, Verb::Remove)]
        }
        Act::Put(data) => vec![claim(Expectation::Present(fields(data)), Verb::Replace)],
        Act::Patch(data, removed) => {
            let mut fields = fields(data);
            fields.extend(removed.iter().map(|key| Field::unset(key.shown())));
            vec![claim(Expectation::Present(fields), Verb::Change)]
        }
        Act::DeleteVersions(versions) | Act::Undelete(versions) | Act::Destroy(versions) => {
            let written = kv::versions_written(&command.path, story);
            if kv_version::all_older(versions, written) {
                return None;
            }
            // One of them may be the newest, which is what a plain read gives.
            vec![claim(Expectation::Absent, Verb::Disturb)]
        }
        Act::Rollback => {
            let gone = kv::is_removed(&command.path, story);
            let back = gone.then(|| claim(there(), Verb::Make));
            std::iter::once(claim(there(), Verb::Disturb)).chain(back).collect()
        }
        _ => return None,
    })
}

fn fields(data: &[(String, Text)]) -> Vec<Field> {
    let field = |(key, value): &(String, Text)| {
        let value = value.map(without_end);
        Field::new(key, value.sealed(), Meaning::Exact)
    };
    // A key that is given twice becomes a list.
    let once = |key: &str| data.iter().filter(|(other, _)| other == key).count() == 1;
    data.iter().filter(|(key, _)| once(key)).map(field).collect()
}

/// Whether a pipe or a file ends in a line's end is not always seen in the text, so it does not count.
fn without_end(value: &str) -> String {
    value.trim_end_matches('\n').to_owned()
}

/// Where a path is served.
pub(super) struct Engine {
    pub(super) path: String,
    pub(super) version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
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
    let inner = path.strip_prefix(&engine.path).unwrap_or_default();
    let observation = match engine.version {
        Version::One => judge(&plain, Version::One, &shown),
        Version::Two => {
            let asked = format!("{}data/{inner}", engine.path);
            let reply = session.get(&asked).await;
            judge(&reply, Version::Two, if path == shown { &asked } else { &shown })
        }
    };
    let nothing = matches!(&observation.seen, Seen::Absent(control) if !control.container_gone)
        && observation.near.is_none();
    // What stands in a variable of the caller's is not told by its neighbours either.
    if nothing && path == shown {
        return observation.near(near(session, &engine, inner).await);
    }
    observation
}

/// What the folder of a secret has instead.
pub(super) async fn near(session: &Session, engine: &Engine, inner: &str) -> Option<String> {
    let (folder, name) = inner.rsplit_once('/').unwrap_or(("", inner));
    let area = match engine.version {
        Version::One => "",
        Version::Two => "metadata/",
    };
    let listed = format!("{}{area}{folder}", engine.path);
    let names = session.list(listed.trim_end_matches('/')).await.ok()?.keys();
    let holder = format!("{}{folder}", engine.path);
    has(&format!("{}/", holder.trim_end_matches('/')), name, &names)
}

/// The engine that serves a path; `None` where there is none.
pub(super) async fn engine(session: &Session, path: &str) -> Result<Option<Engine>, Unobservable> {
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
        facts.sealed(key, Secret::new(without_end(&text)))
    })
}

#[cfg(test)]
#[path = "kv_secret_tests.rs"]
mod tests;
