//! `vault/path`: what was written to a path of Vault's, as a read gives it back.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::cli::Invocation;
use super::client::Session;
use super::mounted::Engine;
use super::object::{self, Holder, Thing};
use super::path_area::{Area, Does, Kept};
use super::path_auth::METHODS;
use super::path_built_in::BUILT_IN;
use super::path_engines::ENGINES;
use super::path_field;
use super::path_guess::{self, Guess, guess};
use super::path_reading::leaves_no_mark;
use super::place::known;
use super::served::Served;
use crate::claim::{
    Claim, Control, Expectation, Facts, Meaning, Observation, Subject, Text, Unobservable, Verb,
};
use crate::provider::masked::Masked;
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::secret::Secret;
use crate::text::ticked;

pub(super) const ID: &str = "vault/path";

const DOC: &str = "\
What was written to a path of an auth method, a secrets engine or Vault itself, as a read gives it back.

Claimed by `vault write PATH key=value …` and `vault delete PATH` where a table knows what the path keeps, for
the methods userpass, approle, kubernetes, ldap, jwt and oidc, github, aws, azure, gcp, alicloud, cf, kerberos,
cert, okta, radius and token, the engines pki, transit, ssh, totp, aws, azure, gcp, alicloud, consul, nomad,
rabbitmq, kubernetes, ldap, terraform and mongodbatlas, identities, and Vault's own settings. What is behind a
path is known by what the text enabled there, else by its name; where neither tells it, by what the lab has
mounted there. `vault read PATH` only reads; after the text has deleted it, it confirms that it is gone.

Read by `GET PATH`, or where the table says that it is kept: an entity at `identity/entity/name/NAME`, a
certificate authority at `MOUNT/cert/ca`. Where there is none of the name, the list beside it tells what is
near. TTLs are compared as time, lists as sets. Control of an absence: the engine or method answers, with Vault's
404 of nothing.

What is not given back (passwords, keys), or in another form, is not compared. Writes that leave nothing to
read (logins, signatures, what has no name of its own) claim nothing.";

/// The kind.
pub(super) struct VaultPath;

impl Kind for VaultPath {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "path"
    }

    fn holds_secrets(&self, _subject: &Subject, _field: &str) -> bool {
        true
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match &claim.expectation {
            Expectation::Absent => format!("{path} is gone"),
            Expectation::Present(_) if compared(claim) => format!("{path} is set as written"),
            _ => format!("{path} is there"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match &claim.expectation {
            Expectation::Absent => format!("nothing at {path}"),
            Expectation::Present(fields) if compared(claim) => {
                let told = fields.iter().filter(|field| field.meaning != Meaning::NotReturned);
                let keys: Vec<&str> = told.map(|field| field.path.as_str()).collect();
                format!("{path} with {}", crate::text::and_list(&keys))
            }
            _ => format!("something at {path}"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = claim.subject.name.shown();
        match claim.expectation {
            Expectation::Absent => format!("`vault delete {path}` takes it away"),
            _ if path.ends_with("/cert/ca") => {
                format!("`vault read {path}` shows the certificate, once there is one")
            }
            _ => format!("`vault write {path} …` sets it; `vault read {path}` shows what is set"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        Looks {
            reads: vec![format!("GET {}", claim.subject.name.shown())],
            controls: match claim.expectation {
                Expectation::Absent => vec!["what serves the path answers".to_owned()],
                _ => Vec::new(),
            },
        }
    }
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        let inside = thing.name.shown().starts_with(&format!("{}/", holder.name.shown()));
        thing.kind == ID && inside
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, &lab.vault))
    }
}

/// Whether a field of the claim is compared.
fn compared(claim: &Claim) -> bool {
    claim.expectation.fields().iter().any(|field| field.meaning != Meaning::NotReturned)
}

fn infer(call: &Call, story: &Story) -> Option<Claim> {
    let invocation = Invocation::of(call)?;
    if invocation.elsewhere() {
        return None;
    }
    let [verb] = invocation.verb.as_slice() else { return None };
    let masked = Masked::new(invocation.path()?);
    let Some(served) = Served::of(&masked, story) else {
        return guessed(verb, &guess(&masked)?, &invocation, story);
    };
    let (area, names) = area(&served.engine, &served.rest)?;
    let Does::Keeps(kept) = &area.does else { return None };
    let data = invocation.data();
    let subject = Subject::new(ID, place(kept, &served, &names, &masked, &data)?);
    let claim = match verb.as_str() {
        "write" | "patch" if kept.verb != Verb::Remove => {
            let verb = if verb == "patch" { Verb::Change } else { kept.verb };
            let fields = path_field::given(kept.fields, &data);
            if leaves_no_mark(area, kept, &fields, &data) {
                return None;
            }
            Claim::new(subject, Expectation::Present(fields), verb)
        }
        "delete" if kept.removable => Claim::new(subject, Expectation::Absent, Verb::Remove),
        "read" if kept.read.is_none() => story.read(subject),
        _ => return None,
    };
    Some(match served.container {
        Some(container) => claim.within(container),
        None => claim,
    })
}

/// The same where the lab tells what is behind the path.
fn guessed(verb: &str, guess: &Guess, invocation: &Invocation, story: &Story) -> Option<Claim> {
    let subject = guess.subject.clone();
    let present = || Expectation::Present(guess.fields(&invocation.data()));
    let claim = match verb {
        "write" => Claim::new(subject, present(), guess.verb()?),
        "patch" => Claim::new(subject, present(), Verb::Change),
        "delete" if guess.is_removable() => Claim::new(subject, Expectation::Absent, Verb::Remove),
        "read" if story.is_gone(&subject) => {
            Claim::new(subject, Expectation::Absent, Verb::Confirm)
        }
        _ => return None,
    };
    Some(claim.within(guess.container.clone()))
}

/// The row of the table for what follows the mount of an engine, and the pieces that it leaves open. A plugin that is
/// registered under the name of its repository serves what the one that comes with Vault serves.
pub(super) fn area<'a>(engine: &str, rest: &'a str) -> Option<(&'static Area, Vec<&'a str>)> {
    let engine = engine.replace("vault-plugin-auth-", "").replace("vault-plugin-secrets-", "");
    rows().filter(|area| area.engine == engine).find_map(|area| Some((area, area.names(rest)?)))
}

pub(super) fn rows() -> impl Iterator<Item = &'static Area> {
    METHODS.iter().chain(BUILT_IN).chain(ENGINES)
}

/// Where what is written is read.
fn place(
    kept: &Kept,
    served: &Served,
    names: &[&str],
    masked: &Masked,
    data: &[(String, Text)],
) -> Option<Text> {
    let mut path = masked.unmask(&served.mount);
    let Some(read) = kept.read else {
        path.extend(&masked.unmask(served.rest.trim_matches('/')));
        return Some(path);
    };
    let mut names = names.iter();
    for (index, piece) in read.split('/').enumerate() {
        if index > 0 {
            path = path.suffixed("/");
        }
        match (piece, piece.strip_prefix('{').and_then(|key| key.strip_suffix('}'))) {
            (_, Some(key)) => path.extend(&data.iter().find(|(name, _)| name == key)?.1),
            ("*", _) => path.extend(&masked.unmask(names.next()?)),
            (literal, _) => path = path.suffixed(literal),
        }
    }
    Some(path)
}

async fn observe(subject: &Subject, session: &Session) -> Observation {
    let shown = subject.name.shown();
    let path = match known(&subject.name) {
        Ok(path) => path,
        Err(reason) => return Observation::unobservable(reason, format!("GET {shown}")),
    };
    if let Err(reason) = path_guess::fits(subject, session).await {
        return Observation::unobservable(reason, format!("GET {shown}"));
    }
    let (reply, holder) =
        futures_util::future::join(session.get(&path), holder(session, &path, &shown)).await;
    match object::judge(&reply, &holder, &shown) {
        Thing::There(answer, read) if is_empty(&path, answer.data()) => {
            Observation::absent(Control::new(holder.answers()), read)
        }
        Thing::There(answer, read) => Observation::present(facts(answer.data()), read),
        Thing::Not(_) if reply.as_ref().is_ok_and(|answer| answer.is_unset()) => {
            let status = reply.as_ref().map_or(0, |answer| answer.status);
            let read = format!("GET {shown} → {status}");
            Observation::absent(Control::new(holder.answers()), read)
        }
        Thing::Not(observation) if reply.as_ref().is_ok_and(|answer| answer.is_nothing()) => {
            observation.near(near(session, &path, &shown).await)
        }
        Thing::Not(observation) => observation,
    }
}

/// Some places can be read before there is anything: an authority without a certificate, a map without data.
fn is_empty(path: &str, data: &Value) -> bool {
    let no_certificate = || data["certificate"].as_str().is_none_or(str::is_empty);
    data.is_null() || (path.ends_with("/cert/ca") && no_certificate())
}

/// What serves a path.
async fn holder(session: &Session, path: &str, shown: &str) -> Holder {
    let first = path.split('/').next().unwrap_or_default();
    let built_in = matches!(first, "sys" | "identity") || path.starts_with("auth/token/");
    if built_in {
        let read = String::new();
        let depth = if first == "auth" { 2 } else { 1 };
        let engine = Ok(Engine::There { data: Value::Null, read });
        return Holder { engine, shown: pieces(shown, depth) };
    }
    let (list, before) = if first == "auth" { ("sys/auth", "auth/") } else { ("sys/mounts", "") };
    let found = serving(session, list, before, path).await;
    let depth = match &found {
        Ok(Some(mount)) => mount.matches('/').count(),
        _ if first == "auth" => 2,
        _ => 1,
    };
    let engine = found.map(|mount| match mount {
        Some(_) => Engine::There { data: Value::Null, read: String::new() },
        None => Engine::Absent { read: format!("GET {list} → 200") },
    });
    Holder { engine, shown: pieces(shown, depth) }
}

/// The mount that a path is under; `None` where there is none.
async fn serving(
    session: &Session,
    list: &str,
    before: &str,
    path: &str,
) -> Result<Option<String>, Unobservable> {
    let all = session.get(list).await?;
    if let Some(mounts) = all.data().as_object().filter(|_| all.is_there()) {
        let mounts = mounts.keys().map(|mount| format!("{before}{mount}"));
        return Ok(mounts.filter(|mount| path.starts_with(mount)).max_by_key(String::len));
    }
    if !all.is_forbidden() {
        let reason = format!("Vault answered {} to GET {list}", all.status);
        return Err(Unobservable::Unexpected(reason));
    }
    let one = session.get(&format!("sys/internal/ui/mounts/{path}")).await?;
    match one.data()["path"].as_str().filter(|_| one.is_there()) {
        // A method is told without `auth/`.
        Some(mount) => Ok(Some(format!("{before}{}", mount.trim_start_matches(before)))),
        None => Err(Unobservable::Forbidden(format!("the token may not read {}", ticked(list)))),
    }
}

/// The first pieces of a path, with a slash behind each.
fn pieces(path: &str, depth: usize) -> String {
    path.split('/').take(depth).flat_map(|piece| [piece, "/"]).collect()
}

/// What the list beside it has instead.
async fn near(session: &Session, path: &str, shown: &str) -> Option<String> {
    let (beside, name) = path.rsplit_once('/')?;
    let (shown, _) = shown.rsplit_once('/')?;
    let names = session.list(beside).await.ok()?.keys();
    object::has(&format!("{shown}/"), name, &names)
}

/// The fields of an answer; what an object holds, by its own names.
fn facts(data: &Value) -> Facts {
    let mut facts = Facts::none();
    for (key, value) in data.as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) => {
                for (name, value) in inner {
                    facts = with(facts, &format!("{key}.{name}"), value);
                }
            }
            _ => facts = with(facts, key, value),
        }
    }
    facts
}

fn with(facts: Facts, key: &str, value: &Value) -> Facts {
    const SECRETS: [&str; 5] = ["password", "bindpass", "secret", "secret_key", "private_key"];
    match value {
        // The policy of passwords is the one long text among them.
        Value::String(text) if key == "policy" => facts.with(key, super::policy_text::fold(text)),
        Value::String(text) if SECRETS.iter().any(|secret| key.ends_with(secret)) => {
            facts.sealed(key, Secret::new(text.clone()))
        }
        _ => facts.with(key, value.clone()),
    }
}

#[cfg(test)]
#[path = "path_tests.rs"]
mod tests;
