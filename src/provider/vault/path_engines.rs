//! The table of paths of the secrets engines but KV and databases. The live suite writes each row that is read back
//! to a real Vault (`tests/live/kinds/paths`), but for those that Vault takes only from its other side (a cloud, a
//! directory, a wrapped key). Their fields are as Vault's source and documentation have them: `aws static-roles/*`,
//! `azure roles/*`, `gcp roleset/*`, `gcp static-account/*`, `gcp impersonated-account/*`, `ldap library/*`,
//! `transit keys/*/import`.

use super::path_area::{
    Area, changes, configures, keeps, leaves, looks, makes, removes, replaces, resets, sets,
};
use super::path_field::{Written, exact, set, switch, time};
use crate::provider::Unseen;

const LEASE: &[Written] = &[time("ttl"), time("max_ttl")];

const PKI_ROLE: &[Written] = &[
    time("ttl"),
    time("max_ttl"),
    time("not_before_duration"),
    set("allowed_domains"),
    set("allowed_uri_sans"),
    set("allowed_other_sans"),
    set("allowed_serial_numbers"),
    set("allowed_user_ids"),
    set("key_usage"),
    set("ext_key_usage"),
    set("ext_key_usage_oids"),
    set("policy_identifiers"),
    set("cn_validations"),
    set("ou"),
    set("organization"),
    set("country"),
    set("locality"),
    set("province"),
    set("street_address"),
    set("postal_code"),
    exact("key_type"),
    exact("key_bits"),
    exact("issuer_ref"),
    exact("not_after"),
    switch("allow_localhost"),
    switch("allowed_domains_template"),
    switch("allow_bare_domains"),
    switch("allow_subdomains"),
    switch("allow_glob_domains"),
    switch("allow_wildcard_certificates"),
    switch("allow_any_name"),
    switch("enforce_hostnames"),
    switch("allow_ip_sans"),
    switch("server_flag"),
    switch("client_flag"),
    switch("code_signing_flag"),
    switch("email_protection_flag"),
    switch("use_csr_common_name"),
    switch("use_csr_sans"),
    switch("no_store"),
    switch("require_cn"),
    switch("generate_lease"),
    switch("basic_constraints_valid_for_non_ca"),
];

const PKI_URLS: &[Written] = &[
    set("issuing_certificates"),
    set("crl_distribution_points"),
    set("ocsp_servers"),
    switch("enable_templating"),
];

const PKI_CRL: &[Written] = &[
    time("expiry"),
    switch("disable"),
    switch("ocsp_disable"),
    time("ocsp_expiry"),
    switch("auto_rebuild"),
    time("auto_rebuild_grace_period"),
    switch("enable_delta"),
    time("delta_rebuild_interval"),
];

const PKI_ACME: &[Written] = &[
    switch("enabled"),
    exact("default_directory_policy"),
    set("allowed_roles"),
    set("allowed_issuers"),
    switch("allow_role_ext_key_usage"),
    exact("dns_resolver"),
    exact("eab_policy"),
];

const PKI_TIDY: &[Written] = &[
    switch("enabled"),
    time("interval_duration"),
    switch("tidy_cert_store"),
    switch("tidy_revoked_certs"),
    switch("tidy_revoked_cert_issuer_associations"),
    switch("tidy_expired_issuers"),
    switch("tidy_acme"),
    time("safety_buffer"),
    time("issuer_safety_buffer"),
    exact("pause_duration"),
];

const PKI_ISSUER: &[Written] =
    &[exact("issuer_name"), exact("leaf_not_after_behavior"), set("usage")];

const TRANSIT_KEY: &[Written] = &[
    exact("type"),
    switch("derived"),
    switch("exportable"),
    switch("allow_plaintext_backup"),
    switch("convergent_encryption"),
    time("auto_rotate_period"),
];

const TRANSIT_CONFIG: &[Written] = &[
    exact("min_decryption_version"),
    exact("min_encryption_version"),
    switch("deletion_allowed"),
    switch("exportable"),
    switch("allow_plaintext_backup"),
    time("auto_rotate_period"),
];

const SSH_ROLE: &[Written] = &[
    exact("key_type"),
    exact("default_user"),
    set("allowed_users"),
    set("allowed_domains"),
    set("cidr_list"),
    set("exclude_cidr_list"),
    exact("port"),
    time("ttl"),
    time("max_ttl"),
    time("not_before_duration"),
    set("allowed_extensions"),
    set("allowed_critical_options"),
    switch("allow_user_certificates"),
    switch("allow_host_certificates"),
    switch("allow_bare_domains"),
    switch("allow_subdomains"),
    switch("allow_user_key_ids"),
    switch("allow_empty_principals"),
    switch("allowed_users_template"),
    switch("allowed_domains_template"),
    switch("default_user_template"),
    switch("default_extensions_template"),
    exact("key_id_format"),
    exact("algorithm_signer"),
];

const TOTP: &[Written] =
    &[exact("issuer"), exact("account_name"), exact("algorithm"), exact("digits"), time("period")];

const AWS_ROOT: &[Written] = &[
    exact("access_key"),
    exact("region"),
    exact("iam_endpoint"),
    exact("sts_endpoint"),
    exact("max_retries"),
    exact("username_template"),
];

const AWS_ROLE: &[Written] = &[
    exact("credential_type"),
    set("role_arns"),
    set("policy_arns"),
    set("iam_groups"),
    time("default_sts_ttl"),
    time("max_sts_ttl"),
    exact("user_path"),
    exact("permissions_boundary_arn"),
];

const AZURE: &[Written] =
    &[exact("subscription_id"), exact("tenant_id"), exact("client_id"), exact("environment")];

const CONSUL_ROLE: &[Written] = &[
    set("consul_policies"),
    set("policies").back_as("consul_policies"),
    set("consul_roles"),
    set("service_identities"),
    set("node_identities"),
    time("ttl"),
    time("max_ttl"),
    time("lease").back_as("ttl"),
    switch("local"),
    exact("token_type"),
    exact("consul_namespace"),
    exact("partition"),
];

const NOMAD_ROLE: &[Written] = &[set("policies"), switch("global"), exact("type")];

const KUBERNETES_ROLE: &[Written] = &[
    set("allowed_kubernetes_namespaces"),
    exact("service_account_name"),
    exact("kubernetes_role_name"),
    exact("kubernetes_role_type"),
    time("token_max_ttl"),
    time("token_default_ttl"),
    set("token_default_audiences"),
];

const LDAP: &[Written] = &[exact("binddn"), exact("userdn"), exact("schema")];

const LDAP_STATIC: &[Written] = &[exact("dn"), exact("username"), time("rotation_period")];
const LDAP_ROLE: &[Written] = &[time("default_ttl"), time("max_ttl")];
const LDAP_LIBRARY: &[Written] = &[
    set("service_account_names"),
    time("ttl"),
    time("max_ttl"),
    switch("disable_check_in_enforcement"),
];

const TERRAFORM_ROLE: &[Written] =
    &[exact("organization"), exact("team_id"), exact("user_id"), time("ttl"), time("max_ttl")];

const ATLAS_ROLE: &[Written] = &[
    exact("organization_id"),
    exact("project_id"),
    set("cidr_blocks"),
    set("ip_addresses"),
    time("ttl"),
    time("max_ttl"),
];

/// The secrets engines, by the type of their mount.
pub(super) const ENGINES: &[Area] = &[
    replaces("pki", "roles/*", &[PKI_ROLE]),
    sets("pki", "config/urls", &[PKI_URLS]),
    sets("pki", "config/crl", &[PKI_CRL]),
    sets("pki", "config/cluster", &[&[exact("path"), exact("aia_path")]]),
    sets("pki", "config/acme", &[PKI_ACME]),
    sets("pki", "config/auto-tidy", &[PKI_TIDY]),
    leaves("pki", "config/issuers", Unseen::NoMark),
    leaves("pki", "config/keys", Unseen::NoMark),
    makes("pki", "config/ca", "cert/ca", &[]),
    makes("pki", "root/generate/*", "cert/ca", &[]),
    makes("pki", "issuers/generate/root/*", "cert/ca", &[]),
    makes("pki", "issuers/import/*", "cert/ca", &[]),
    makes("pki", "intermediate/set-signed", "cert/ca", &[]),
    removes("pki", "root", "cert/ca"),
    leaves("pki", "root/rotate/*", Unseen::Nameless),
    leaves("pki", "root/replace", Unseen::NoMark),
    leaves("pki", "intermediate/generate/*", Unseen::Nameless),
    leaves("pki", "issuers/generate/intermediate/*", Unseen::Nameless),
    leaves("pki", "intermediate/cross-sign", Unseen::Nameless),
    leaves("pki", "keys/generate/*", Unseen::Nameless),
    leaves("pki", "keys/import", Unseen::Nameless),
    leaves("pki", "root/sign-intermediate", Unseen::Nameless),
    leaves("pki", "root/sign-self-issued", Unseen::Nameless),
    leaves("pki", "issue/*", Unseen::Nameless),
    leaves("pki", "sign/*", Unseen::Nameless),
    leaves("pki", "sign-verbatim", Unseen::Nameless),
    leaves("pki", "sign-verbatim/*", Unseen::Nameless),
    leaves("pki", "issuer/*/sign-intermediate", Unseen::Nameless),
    leaves("pki", "issuer/*/sign-verbatim", Unseen::Nameless),
    leaves("pki", "issuer/*/issue/*", Unseen::Nameless),
    leaves("pki", "issuer/*/sign/*", Unseen::Nameless),
    leaves("pki", "issuer/*/revoke", Unseen::NoMark),
    resets("pki", "issuer/default", &[PKI_ISSUER]),
    // A write gives it the name that is written; without one, it has none left.
    makes("pki", "issuer/*", "issuer/{issuer_name}", &[PKI_ISSUER]),
    resets("pki", "key/*", &[&[exact("key_name")]]),
    leaves("pki", "revoke", Unseen::Nameless),
    leaves("pki", "revoke-with-key", Unseen::Nameless),
    leaves("pki", "tidy", Unseen::NoMark),
    leaves("pki", "tidy-cancel", Unseen::NoMark),
    leaves("pki", "acme/new-eab", Unseen::Nameless),
    leaves("pki", "roles/*/acme/new-eab", Unseen::Nameless),
    keeps("transit", "keys/*", &[TRANSIT_KEY]),
    changes("transit", "keys/*/config", "keys/*", &[TRANSIT_CONFIG]),
    changes("transit", "keys/*/trim", "keys/*", &[&[exact("min_available_version")]]),
    makes("transit", "keys/*/import", "keys/*", &[TRANSIT_KEY]),
    leaves("transit", "keys/*/import_version", Unseen::NoMark),
    leaves("transit", "keys/*/rotate", Unseen::NoMark),
    sets("transit", "config/keys", &[&[switch("disable_upsert")]]),
    sets("transit", "cache-config", &[&[exact("size")]]),
    makes("transit", "restore/*", "keys/*", &[]),
    leaves("transit", "restore", Unseen::NotInText),
    looks("transit", "encrypt/*"),
    looks("transit", "decrypt/*"),
    looks("transit", "rewrap/*"),
    looks("transit", "datakey/*/*"),
    looks("transit", "hmac/**"),
    looks("transit", "verify/**"),
    looks("transit", "hash"),
    looks("transit", "hash/*"),
    looks("transit", "random"),
    looks("transit", "random/**"),
    // The word `sign` of others leaves a certificate: theirs come first.
    looks("transit", "sign/**"),
    replaces("ssh", "roles/*", &[SSH_ROLE]),
    keeps("ssh", "config/ca", &[]),
    looks("ssh", "sign/*"),
    looks("ssh", "issue/*"),
    leaves("ssh", "creds/*", Unseen::ShortLived),
    leaves("ssh", "verify", Unseen::NoMark),
    looks("ssh", "lookup"),
    replaces("ssh", "config/zeroaddress", &[&[set("roles")]]),
    replaces("totp", "keys/*", &[TOTP]),
    looks("totp", "code/*"),
    configures("aws", "config/root", &[AWS_ROOT]),
    configures("aws", "config/lease", &[&[time("lease"), time("lease_max")]]),
    leaves("aws", "config/rotate-root", Unseen::NoMark),
    keeps("aws", "roles/*", &[AWS_ROLE]),
    leaves("aws", "creds/*", Unseen::ShortLived),
    leaves("aws", "sts/*", Unseen::ShortLived),
    keeps("aws", "static-roles/*", &[&[exact("username"), time("rotation_period")]]),
    sets("azure", "config", &[AZURE]),
    leaves("azure", "rotate-root", Unseen::NoMark),
    keeps("azure", "roles/*", &[&[exact("application_object_id")], LEASE]),
    configures("gcp", "config", &[LEASE]),
    leaves("gcp", "config/rotate-root", Unseen::NoMark),
    keeps("gcp", "roleset/*", &[&[exact("project"), exact("secret_type")]]),
    keeps("gcp", "static-account/*", &[&[exact("secret_type")]]),
    keeps("gcp", "impersonated-account/*", &[&[time("ttl")]]),
    resets("consul", "config/access", &[&[exact("address"), exact("scheme")]]),
    replaces("consul", "roles/*", &[CONSUL_ROLE]),
    keeps("nomad", "config/access", &[&[exact("address")]]),
    replaces("nomad", "config/lease", &[LEASE]),
    keeps("nomad", "role/*", &[NOMAD_ROLE]),
    leaves("rabbitmq", "config/connection", Unseen::NoMark),
    resets("rabbitmq", "config/lease", &[LEASE]),
    replaces("rabbitmq", "roles/*", &[&[exact("tags")]]),
    keeps("kubernetes", "config", &[&[exact("kubernetes_host"), switch("disable_local_ca_jwt")]]),
    keeps("kubernetes", "roles/*", &[KUBERNETES_ROLE]),
    leaves("kubernetes", "creds/*", Unseen::ShortLived),
    keeps("ldap", "config", &[LDAP]),
    keeps("ldap", "static-role/*", &[LDAP_STATIC]),
    keeps("ldap", "role/*", &[LDAP_ROLE]),
    keeps("ldap", "library/*", &[LDAP_LIBRARY]),
    leaves("ldap", "library/*/check-out", Unseen::ShortLived),
    leaves("ldap", "library/*/check-in", Unseen::NoMark),
    leaves("ldap", "rotate-root", Unseen::NoMark),
    leaves("ldap", "rotate-role/*", Unseen::NoMark),
    // A read of it before it is written is more than the plugin takes.
    leaves("terraform", "config", Unseen::NoMark),
    keeps("terraform", "role/*", &[TERRAFORM_ROLE]),
    leaves("terraform", "rotate-role/*", Unseen::NoMark),
    leaves("database", "rotate-role/*", Unseen::NoMark),
    // Of a Postgres it is `vault/root-rotation`.
    leaves("database", "rotate-root/*", Unseen::NoMark),
    leaves("database", "reset/*", Unseen::NoMark),
    leaves("database", "reload/*", Unseen::NoMark),
    // As terraform's: a read before the write fails.
    leaves("mongodbatlas", "config", Unseen::NoMark),
    keeps("mongodbatlas", "roles/*", &[ATLAS_ROLE]),
    leaves("mongodbatlas", "creds/*", Unseen::ShortLived),
    keeps("alicloud", "config", &[&[exact("access_key")]]),
    keeps("alicloud", "role/*", &[LEASE]),
    leaves("transform", "**", Unseen::OtherEdition),
    leaves("kmip", "**", Unseen::OtherEdition),
    leaves("keymgmt", "**", Unseen::OtherEdition),
];
