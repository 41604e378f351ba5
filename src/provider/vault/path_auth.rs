//! The table of paths of the auth methods. The live suite writes each row that is read back to a real Vault
//! (`tests/live/kinds/paths`), but for `auth/cf config`, which Vault takes only with a Cloud Foundry at its other side: its
//! fields are as Vault's source has them.

use super::path_area::{Area, changes, configures, keeps, leaves, looks, replaces, resets, sets};
use super::path_field::{Written, exact, lower, policies, set, switch, time};
use crate::provider::Unseen;

/// What every method says of the tokens that it makes.
const TOKEN: &[Written] = &[
    policies("token_policies"),
    time("token_ttl"),
    time("token_max_ttl"),
    time("token_period"),
    time("token_explicit_max_ttl"),
    exact("token_num_uses"),
    exact("token_type"),
    set("token_bound_cidrs"),
    switch("token_no_default_policy"),
];

/// The older names of the same, with those of the methods that know them.
const POLICIES: &[Written] = &[policies("policies").back_as("token_policies")];
const TTLS: &[Written] =
    &[time("ttl").back_as("token_ttl"), time("max_ttl").back_as("token_max_ttl")];
const PERIOD: &[Written] = &[time("period").back_as("token_period")];
const OWN_POLICIES: &[Written] = &[policies("policies")];

const APPROLE: &[Written] = &[
    switch("bind_secret_id"),
    set("secret_id_bound_cidrs"),
    exact("secret_id_num_uses"),
    time("secret_id_ttl"),
    switch("local_secret_ids"),
];

const KUBERNETES: &[Written] = &[
    exact("kubernetes_host"),
    exact("issuer"),
    switch("disable_iss_validation"),
    switch("disable_local_ca_jwt"),
    switch("use_annotations_as_alias_metadata"),
];

const KUBERNETES_ROLE: &[Written] = &[
    set("bound_service_account_names"),
    set("bound_service_account_namespaces"),
    exact("bound_service_account_namespace_selector"),
    exact("audience"),
    exact("alias_name_source"),
];

const LDAP: &[Written] = &[
    lower("url"),
    exact("binddn"),
    exact("userdn"),
    exact("groupdn"),
    lower("userattr"),
    exact("userfilter"),
    exact("groupattr"),
    exact("groupfilter"),
    exact("upndomain"),
    switch("discoverdn"),
    switch("starttls"),
    switch("insecure_tls"),
    switch("deny_null_bind"),
    switch("use_token_groups"),
    switch("username_as_alias"),
    switch("case_sensitive_names"),
];

const JWT: &[Written] = &[
    exact("oidc_discovery_url"),
    exact("oidc_client_id"),
    exact("default_role"),
    exact("jwks_url"),
    exact("bound_issuer"),
    set("jwt_supported_algs"),
    exact("oidc_response_mode"),
    set("oidc_response_types"),
    switch("namespace_in_state"),
];

const JWT_ROLE: &[Written] = &[
    exact("role_type"),
    set("bound_audiences"),
    exact("user_claim"),
    exact("groups_claim"),
    exact("bound_subject"),
    set("allowed_redirect_uris"),
    set("oidc_scopes"),
    switch("user_claim_json_pointer"),
    switch("verbose_oidc_logging"),
    time("max_age"),
];

const CF: &[Written] = &[
    exact("cf_api_addr"),
    exact("cf_username"),
    exact("cf_client_id"),
    time("cf_timeout"),
    time("login_max_seconds_not_before"),
    time("login_max_seconds_not_after"),
];

const CF_ROLE: &[Written] = &[
    set("bound_application_ids"),
    set("bound_space_ids"),
    set("bound_organization_ids"),
    set("bound_instance_ids"),
    switch("disable_ip_matching"),
];

const KERBEROS: &[Written] =
    &[exact("service_account"), switch("add_group_aliases"), switch("remove_instance_name")];

const GITHUB: &[Written] = &[exact("organization"), exact("organization_id"), exact("base_url")];
const VALUE: &[Written] = &[exact("value")];

const AWS: &[Written] = &[
    exact("access_key"),
    exact("endpoint"),
    exact("iam_endpoint"),
    exact("sts_endpoint"),
    exact("sts_region"),
    exact("iam_server_id_header_value"),
    exact("max_retries"),
];

const AWS_IDENTITY: &[Written] =
    &[exact("iam_alias"), exact("ec2_alias"), set("iam_metadata"), set("ec2_metadata")];

const AWS_ROLE: &[Written] = &[
    exact("auth_type"),
    set("bound_ami_id"),
    set("bound_account_id"),
    set("bound_region"),
    set("bound_vpc_id"),
    set("bound_subnet_id"),
    set("bound_iam_role_arn"),
    set("bound_iam_instance_profile_arn"),
    set("bound_iam_principal_arn"),
    exact("inferred_entity_type"),
    exact("inferred_aws_region"),
    switch("resolve_aws_unique_ids"),
];

const AZURE: &[Written] =
    &[exact("tenant_id"), exact("resource"), exact("environment"), exact("client_id")];

const AZURE_ROLE: &[Written] = &[
    set("bound_service_principal_ids"),
    set("bound_group_ids"),
    set("bound_locations"),
    set("bound_subscription_ids"),
    set("bound_resource_groups"),
    set("bound_scale_sets"),
];

const GCP: &[Written] =
    &[exact("iam_alias"), set("iam_metadata"), exact("gce_alias"), set("gce_metadata")];

const GCP_ROLE: &[Written] = &[
    exact("type"),
    set("bound_projects"),
    set("bound_service_accounts"),
    set("bound_zones"),
    set("bound_regions"),
    set("bound_instance_groups"),
];

const CERT: &[Written] = &[
    exact("display_name"),
    set("allowed_common_names"),
    set("allowed_dns_sans"),
    set("allowed_email_sans"),
    set("allowed_uri_sans"),
    set("allowed_organizational_units"),
    set("required_extensions"),
];

const OKTA: &[Written] = &[exact("org_name"), exact("base_url"), switch("bypass_okta_mfa")];
const OKTA_USER: &[Written] = &[set("groups"), set("policies")];
const LDAP_USER: &[Written] = &[set("groups"), policies("policies")];
const RADIUS: &[Written] = &[exact("host"), exact("port"), exact("nas_identifier")];

const TOKEN_ROLE: &[Written] = &[
    policies("allowed_policies"),
    policies("disallowed_policies"),
    policies("allowed_policies_glob"),
    policies("disallowed_policies_glob"),
    switch("orphan"),
    switch("renewable"),
    exact("path_suffix"),
    set("allowed_entity_aliases"),
    time("token_period"),
    time("period"),
    time("token_explicit_max_ttl"),
    time("explicit_max_ttl"),
    exact("token_type"),
    set("token_bound_cidrs"),
    exact("token_num_uses"),
    switch("token_no_default_policy"),
];

/// The auth methods, by the type with `auth/` before it.
pub(super) const METHODS: &[Area] = &[
    keeps("auth/userpass", "users/*", &[TOKEN, POLICIES, TTLS]),
    leaves("auth/userpass", "users/*/password", Unseen::NoMark),
    changes("auth/userpass", "users/*/policies", "users/*", &[TOKEN, POLICIES]),
    leaves("auth/userpass", "login/*", Unseen::Nameless),
    keeps("auth/approle", "role/*", &[TOKEN, POLICIES, PERIOD, APPROLE]),
    sets("auth/approle", "role/*/role-id", &[&[exact("role_id")]]),
    leaves("auth/approle", "role/*/secret-id", Unseen::Nameless),
    leaves("auth/approle", "role/*/custom-secret-id", Unseen::Nameless),
    looks("auth/approle", "role/*/secret-id/lookup"),
    leaves("auth/approle", "role/*/secret-id/destroy", Unseen::NoMark),
    looks("auth/approle", "role/*/secret-id-accessor/lookup"),
    leaves("auth/approle", "role/*/secret-id-accessor/destroy", Unseen::NoMark),
    changes("auth/approle", "role/*/policies", "role/*", &[TOKEN, POLICIES]),
    changes("auth/approle", "role/*/period", "role/*", &[TOKEN, PERIOD]),
    changes("auth/approle", "role/*/*", "role/*", &[TOKEN, APPROLE]),
    leaves("auth/approle", "login", Unseen::Nameless),
    leaves("auth/approle", "tidy/secret-id", Unseen::NoMark),
    resets("auth/kubernetes", "config", &[KUBERNETES]),
    keeps("auth/kubernetes", "role/*", &[TOKEN, POLICIES, TTLS, PERIOD, KUBERNETES_ROLE]),
    leaves("auth/kubernetes", "login", Unseen::Nameless),
    sets("auth/ldap", "config", &[TOKEN, LDAP]),
    replaces("auth/ldap", "groups/*", &[OWN_POLICIES]),
    replaces("auth/ldap", "users/*", &[LDAP_USER]),
    leaves("auth/ldap", "login/*", Unseen::Nameless),
    leaves("auth/ldap", "config/rotate-root", Unseen::NoMark),
    resets("auth/jwt", "config", &[JWT]),
    keeps("auth/jwt", "role/*", &[TOKEN, POLICIES, TTLS, PERIOD, JWT_ROLE]),
    leaves("auth/jwt", "login", Unseen::Nameless),
    leaves("auth/jwt", "oidc/auth_url", Unseen::ShortLived),
    configures("auth/github", "config", &[TOKEN, TTLS, GITHUB]),
    replaces("auth/github", "map/teams/*", &[VALUE]),
    replaces("auth/github", "map/users/*", &[VALUE]),
    leaves("auth/github", "login", Unseen::Nameless),
    keeps("auth/aws", "config/client", &[AWS]),
    sets("auth/aws", "config/identity", &[AWS_IDENTITY]),
    keeps("auth/aws", "config/sts/*", &[&[exact("sts_role"), exact("external_id")]]),
    leaves("auth/aws", "config/rotate-root", Unseen::NoMark),
    keeps("auth/aws", "role/*", &[TOKEN, POLICIES, TTLS, PERIOD, AWS_ROLE]),
    leaves("auth/aws", "login", Unseen::Nameless),
    keeps("auth/azure", "config", &[AZURE]),
    keeps("auth/azure", "role/*", &[TOKEN, POLICIES, TTLS, PERIOD, AZURE_ROLE]),
    leaves("auth/azure", "login", Unseen::Nameless),
    sets("auth/gcp", "config", &[GCP]),
    keeps("auth/gcp", "role/*", &[TOKEN, POLICIES, TTLS, PERIOD, GCP_ROLE]),
    leaves("auth/gcp", "login", Unseen::Nameless),
    keeps("auth/cert", "certs/*", &[TOKEN, POLICIES, TTLS, PERIOD, CERT]),
    leaves("auth/cert", "login", Unseen::Nameless),
    configures("auth/okta", "config", &[TOKEN, OKTA]),
    replaces("auth/okta", "users/*", &[OKTA_USER]),
    replaces("auth/okta", "groups/*", &[OWN_POLICIES]),
    leaves("auth/okta", "login/*", Unseen::Nameless),
    configures("auth/radius", "config", &[TOKEN, RADIUS]),
    replaces("auth/radius", "users/*", &[OWN_POLICIES]),
    leaves("auth/radius", "login", Unseen::Nameless),
    leaves("auth/radius", "login/*", Unseen::Nameless),
    keeps("auth/cf", "config", &[CF]),
    keeps("auth/cf", "roles/*", &[TOKEN, POLICIES, TTLS, PERIOD, CF_ROLE]),
    leaves("auth/cf", "login", Unseen::Nameless),
    configures("auth/kerberos", "config", &[KERBEROS]),
    configures("auth/kerberos", "config/ldap", &[TOKEN, LDAP]),
    replaces("auth/kerberos", "groups/*", &[OWN_POLICIES]),
    leaves("auth/kerberos", "login", Unseen::Nameless),
    keeps("auth/alicloud", "role/*", &[TOKEN, POLICIES, TTLS, PERIOD, &[exact("arn")]]),
    leaves("auth/alicloud", "login", Unseen::Nameless),
    keeps("auth/token", "roles/*", &[TOKEN_ROLE]),
    leaves("auth/token", "create", Unseen::Nameless),
    leaves("auth/token", "create/*", Unseen::Nameless),
    leaves("auth/token", "create-orphan", Unseen::Nameless),
    looks("auth/token", "lookup"),
    looks("auth/token", "lookup-self"),
    looks("auth/token", "lookup-accessor"),
    leaves("auth/token", "renew", Unseen::NoMark),
    leaves("auth/token", "renew-self", Unseen::NoMark),
    leaves("auth/token", "renew-accessor", Unseen::NoMark),
];
