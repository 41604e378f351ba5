//! `vault/mount`: a secrets engine at a path.

use futures_util::future::BoxFuture;

use super::cli::Invocation;
use super::client::Session;
use super::mounted::{Engine, Family, version};
use crate::claim::{Claim, Expectation, Observation, Subject, Text, Unobservable, Verb};
use crate::provider::{Call, Kind, Lab, Looks, Story};

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

pub(super) const ENGINES: Family = Family {
    id: ID,
    one: "an engine",
    noun: "engine",
    group: "secrets",
    list: "sys/mounts",
    before: "",
    built_in: &["system", "identity", "cubbyhole", "ns_system"],
};

/// The kind.
pub(super) struct Mount;

impl Kind for Mount {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        ENGINES.noun
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        let Some(invocation) = Invocation::of(call) else { return Vec::new() };
        let versioned = || Some(vec![versioned(&invocation)?]);
        ENGINES.infer(&invocation, story).or_else(versioned).unwrap_or_default()
    }
    fn title(&self, claim: &Claim) -> String {
        ENGINES.title(claim)
    }
    fn expected(&self, claim: &Claim) -> String {
        ENGINES.expected(claim)
    }
    fn hint(&self, claim: &Claim) -> String {
        ENGINES.hint(claim)
    }
    fn looks(&self, claim: &Claim) -> Looks {
        ENGINES.looks(claim)
    }
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        let inside = thing.name.shown().starts_with(&holder.name.shown());
        thing.kind.starts_with("vault/") && thing.kind != ID && inside
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(ENGINES.observe(subject, &lab.vault))
    }
}

/// `kv enable-versioning` tunes an engine, too.
fn versioned(invocation: &Invocation) -> Option<Claim> {
    if !invocation.is(&["kv", "enable-versioning"]) || invocation.elsewhere() {
        return None;
    }
    let fields = vec![version(Text::from("2"))];
    let subject = ENGINES.at(invocation.path()?);
    Some(Claim::new(subject, Expectation::Present(fields), Verb::Change))
}

/// The engine at a path with its slash.
pub(super) async fn engine(session: &Session, path: &str) -> Result<Engine, Unobservable> {
    ENGINES.find(session, path).await
}
