//! The table of paths of what is built into every Vault: identities, and Vault's own settings. The live suite
//! writes each row that is read back to a real Vault (`tests/live/kinds/paths`).

use super::path_area::{Area, keeps, leaves, looks, makes, replaces, resets, sets};
use super::path_field::{Written, exact, hcl, pairs, policies, set, switch, time};
use crate::provider::Unseen;

const ENTITY: &[Written] = &[set("policies"), switch("disabled"), pairs("metadata")];
const GROUP: &[Written] = &[
    policies("policies"),
    exact("type"),
    pairs("metadata"),
    set("member_entity_ids"),
    set("member_group_ids"),
];

const OIDC_KEY: &[Written] = &[
    exact("algorithm"),
    time("rotation_period"),
    time("verification_ttl"),
    set("allowed_client_ids"),
];
const OIDC_ROLE: &[Written] = &[exact("key"), time("ttl"), exact("client_id")];
const OIDC_CLIENT: &[Written] = &[
    set("redirect_uris"),
    set("assignments"),
    exact("key"),
    time("id_token_ttl"),
    time("access_token_ttl"),
    exact("client_type"),
];
const OIDC_PROVIDER: &[Written] = &[set("allowed_client_ids"), set("scopes_supported")];
const OIDC_ASSIGNMENT: &[Written] = &[set("entity_ids"), set("group_ids")];
const ENFORCEMENT: &[Written] = &[
    set("mfa_method_ids"),
    set("auth_method_accessors"),
    set("auth_method_types"),
    set("identity_group_ids"),
    set("identity_entity_ids"),
];

const RATE_LIMIT: &[Written] =
    &[exact("rate"), time("interval"), time("block_interval"), exact("role")];
const PLUGIN: &[Written] = &[exact("sha256"), exact("command"), set("args")];
/// What is built into every Vault: identities, and Vault's own settings.
pub(super) const BUILT_IN: &[Area] = &[
    makes("identity", "entity", "entity/name/{name}", &[ENTITY]),
    keeps("identity", "entity/name/*", &[ENTITY]),
    keeps("identity", "entity/id/*", &[ENTITY]),
    leaves("identity", "entity/merge", Unseen::NoMark),
    makes("identity", "group", "group/name/{name}", &[GROUP]),
    keeps("identity", "group/name/*", &[GROUP]),
    keeps("identity", "group/id/*", &[GROUP]),
    leaves("identity", "entity-alias", Unseen::Nameless),
    leaves("identity", "entity-alias/id/*", Unseen::Nameless),
    leaves("identity", "group-alias", Unseen::Nameless),
    leaves("identity", "group-alias/id/*", Unseen::Nameless),
    leaves("identity", "alias", Unseen::Nameless),
    leaves("identity", "persona", Unseen::Nameless),
    looks("identity", "lookup/*"),
    sets("identity", "oidc/config", &[&[exact("issuer")]]),
    keeps("identity", "oidc/key/*", &[OIDC_KEY]),
    leaves("identity", "oidc/key/*/rotate", Unseen::NoMark),
    keeps("identity", "oidc/role/*", &[OIDC_ROLE]),
    keeps("identity", "oidc/client/*", &[OIDC_CLIENT]),
    keeps("identity", "oidc/provider/*", &[OIDC_PROVIDER]),
    keeps("identity", "oidc/scope/*", &[&[exact("description")]]),
    keeps("identity", "oidc/assignment/*", &[OIDC_ASSIGNMENT]),
    looks("identity", "oidc/introspect"),
    keeps("identity", "mfa/login-enforcement/*", &[ENFORCEMENT]),
    leaves("identity", "mfa/method/totp/generate", Unseen::NoMark),
    leaves("identity", "mfa/method/totp/admin-generate", Unseen::NoMark),
    leaves("identity", "mfa/method/totp/admin-destroy", Unseen::NoMark),
    leaves("identity", "mfa/method/*", Unseen::Nameless),
    leaves("identity", "mfa/method/*/*", Unseen::Nameless),
    leaves("cubbyhole", "**", Unseen::OwnSettings),
    replaces("sys", "policies/password/*", &[&[hcl("policy")]]),
    looks("sys", "policies/password/*/generate"),
    leaves("sys", "policies/egp/*", Unseen::OtherEdition),
    leaves("sys", "policies/rgp/*", Unseen::OtherEdition),
    replaces("sys", "quotas/rate-limit/*", &[RATE_LIMIT]),
    leaves("sys", "quotas/lease-count/*", Unseen::OtherEdition),
    resets(
        "sys",
        "quotas/config",
        &[&[
            switch("enable_rate_limit_audit_logging"),
            switch("enable_rate_limit_response_headers"),
        ]],
    ),
    // To the headers, Vault adds its own.
    resets("sys", "config/cors", &[&[switch("enabled"), set("allowed_origins")]]),
    keeps("sys", "config/ui/headers/*", &[]),
    keeps("sys", "config/auditing/request-headers/*", &[]),
    leaves("sys", "config/reload/*", Unseen::NoMark),
    leaves("sys", "config/control-group", Unseen::OtherEdition),
    sets("sys", "internal/counters/config", &[&[exact("enabled"), exact("retention_months")]]),
    keeps("sys", "plugins/catalog/*/*", &[PLUGIN]),
    // The form without a type is of an older Vault.
    leaves("sys", "plugins/catalog/*", Unseen::OtherEdition),
    leaves("sys", "plugins/reload/backend", Unseen::NoMark),
    leaves("sys", "plugins/reload/*/*", Unseen::NoMark),
    leaves("sys", "leases/renew", Unseen::NoMark),
    leaves("sys", "leases/renew/**", Unseen::NoMark),
    looks("sys", "leases/lookup"),
    leaves("sys", "leases/tidy", Unseen::NoMark),
    leaves("sys", "wrapping/wrap", Unseen::ShortLived),
    leaves("sys", "wrapping/unwrap", Unseen::NoMark),
    leaves("sys", "wrapping/rewrap", Unseen::ShortLived),
    looks("sys", "wrapping/lookup"),
    looks("sys", "tools/**"),
    looks("sys", "capabilities"),
    looks("sys", "capabilities-self"),
    looks("sys", "capabilities-accessor"),
    looks("sys", "audit-hash/**"),
    leaves("sys", "rotate", Unseen::NoMark),
    leaves("sys", "rotate/config", Unseen::NoMark),
    leaves("sys", "loggers", Unseen::NoMark),
    leaves("sys", "loggers/*", Unseen::NoMark),
    leaves("sys", "step-down", Unseen::NoMark),
    leaves("sys", "license", Unseen::OtherEdition),
    leaves("sys", "mfa/**", Unseen::OtherEdition),
    leaves("sys", "managed-keys/**", Unseen::OtherEdition),
    leaves("sys", "replication/**", Unseen::OtherEdition),
    leaves("sys", "storage/raft/snapshot", Unseen::NoMark),
    leaves("sys", "storage/raft/snapshot-auto/**", Unseen::OtherEdition),
    leaves("sys", "sync/**", Unseen::OtherEdition),
];
