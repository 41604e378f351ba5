//! `vault/auth-mount`: an auth method at a path.

use futures_util::future::BoxFuture;

use super::cli::Invocation;
use super::mounted::Family;
use crate::claim::{Claim, Observation, Subject};
use crate::provider::{Call, Kind, Lab, Looks, Story};

pub(super) const ID: &str = "vault/auth-mount";

const DOC: &str = "\
An auth method at a path.

Claimed by `vault auth enable [-path=PATH] TYPE` (enabled, with its type, description, TTLs, token type and
what else is set), `vault auth tune PATH` (what it sets), `vault auth move FROM TO` and `vault auth disable PATH` (gone,
with all that it held), and by writes to `sys/auth/PATH`.

Read by `GET sys/auth`, which lists all methods; a token that may not read it is tried at
`sys/internal/ui/mounts/auth/PATH` and `sys/auth/PATH`. Control of an absence: the list itself, or Vault's own
`No auth engine at`. A 403 proves nothing.

Options that are not listed above are not compared.";

pub(super) const METHODS: Family = Family {
    id: ID,
    one: "an auth method",
    noun: "auth method",
    group: "auth",
    list: "sys/auth",
    before: "auth/",
    built_in: &["token", "ns_token"],
};

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
        METHODS.noun
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        let invocation = Invocation::of(call);
        invocation.and_then(|it| METHODS.infer(&it, story)).unwrap_or_default()
    }
    fn title(&self, claim: &Claim) -> String {
        METHODS.title(claim)
    }
    fn expected(&self, claim: &Claim) -> String {
        METHODS.expected(claim)
    }
    fn hint(&self, claim: &Claim) -> String {
        METHODS.hint(claim)
    }
    fn looks(&self, claim: &Claim) -> Looks {
        METHODS.looks(claim)
    }
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        let inside = thing.name.shown().starts_with(&holder.name.shown());
        thing.kind == super::path::ID && inside
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(METHODS.observe(subject, &lab.vault))
    }
}
