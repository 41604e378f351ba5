//! Vault: its CLI's commands and its HTTP API.

mod answer;
mod audit_device;
mod auth_mount;
mod cli;
mod client;
pub(crate) mod connection;
mod curl;
pub(crate) mod database_config;
pub(crate) mod database_role;
mod database_roles;
pub(crate) mod dynamic_credential;
mod http;
pub(crate) mod issue;
mod kv;
mod kv_metadata;
mod kv_secret;
mod kv_version;
mod lease;
mod lifetime;
mod lookup;
mod mount;
mod mounted;
mod object;
mod path;
mod path_area;
mod path_auth;
mod path_built_in;
mod path_engines;
mod path_field;
mod path_guess;
mod path_reading;
pub(crate) mod place;
mod policy;
mod policy_text;
pub(crate) mod probe;
mod reading;
pub(crate) mod root_rotation;
mod seal_state;
mod served;
mod server;
mod static_role;
mod system;
mod words;

use futures_util::future::BoxFuture;

use super::{Call, Kind, Lab, Provider, Reading, Story, servers};
use crate::claim::{Text, Unobservable};

pub use client::Session;

/// The provider.
pub struct Vault;

/// The kinds, in the order of their ids.
const KINDS: &[&dyn Kind] = &[
    &audit_device::AuditDevice,
    &auth_mount::AuthMount,
    &database_config::DatabaseConfig,
    &database_role::DatabaseRole,
    &dynamic_credential::DynamicCredential,
    &kv_metadata::KvMetadata,
    &kv_secret::KvSecret,
    &kv_version::KvVersion,
    &mount::Mount,
    &path::VaultPath,
    &policy::Policy,
    &root_rotation::RootRotation,
    &seal_state::SealState,
    &static_role::StaticRole,
];

impl Provider for Vault {
    fn name(&self) -> &'static str {
        "vault"
    }
    fn programs(&self) -> &'static [&'static str] {
        &["curl", "vault"]
    }
    fn knows(&self, call: &Call) -> bool {
        call.program().as_deref() == Some("vault") || curl::is_vaults(call)
    }
    fn reads_inside(&self, call: &Call) -> bool {
        // What is done to a server itself is done to that of the container.
        let operates = call.words.iter().skip(1).find(|word| !word.shown().starts_with('-'));
        let operates = operates.is_some_and(|verb| verb.shown() == "operator");
        call.program().as_deref() == Some("vault") && !operates
    }
    fn kinds(&self) -> &'static [&'static dyn Kind] {
        KINDS
    }
    fn reading(&self, call: &Call, story: &Story) -> Reading {
        dynamic_credential::reading(call, story).unwrap_or_else(|| reading::reading(call))
    }
    fn server(&self, call: &Call) -> Option<Text> {
        server::address(call)
    }
    fn server_inside(&self, outer: &Call) -> Option<Text> {
        servers::container(outer)
    }
    fn leaves_server(&self, call: &Call) -> bool {
        server::leaves(call)
    }
    fn is_lookup(&self, call: &Call) -> bool {
        lookup::is_lookup(call)
    }
    fn look_up<'a>(
        &'a self,
        call: &'a Call,
        lab: &'a Lab,
    ) -> BoxFuture<'a, Result<String, Unobservable>> {
        Box::pin(lookup::look_up(call, &lab.vault))
    }
}

#[cfg(test)]
impl Vault {
    /// What all kinds claim of a call.
    fn claims(call: &Call, story: &Story) -> Vec<crate::claim::Claim> {
        KINDS.iter().flat_map(|kind| kind.infer(call, story)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::cli::tests::call;
    use super::*;

    #[test]
    fn commands_without_a_claim_are_told_apart() {
        let of = |line: &str| Vault.reading(&call(line), &Story::default());
        for line in
            ["vault status", "vault secrets list", "vault token lookup", "vault kv list kv/"]
        {
            assert_eq!(of(line), Reading::Reads, "{line}");
        }
        assert!(matches!(of("vault token create"), Reading::NotObservable(_)));
        let unknown = Reading::NotUnderstood("`vault write pki/thing/x`".to_owned());
        assert_eq!(of("vault write pki/thing/x a=b"), unknown);
    }

    #[test]
    fn kinds_are_in_order_and_documented() {
        assert!(KINDS.is_sorted_by_key(|kind| kind.id()));
        assert!(KINDS.iter().all(|kind| kind.doc().lines().count() > 3));
    }
}
