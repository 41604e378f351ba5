//! How long what Vault issues lives, and whether it may issue it at all, by the text's own settings. Pure.

use super::database_config;
use super::place::{field, last};
use crate::claim::{Claim, Subject, Text, seconds};
use crate::provider::Story;

/// What lives less long than this is gone by the time that somebody looks: ten minutes.
const SHORT: u64 = 600;
/// The settings that end the life of what a role issues.
const ENDS: &[&str] = &["default_ttl", "max_ttl", "ttl", "default_sts_ttl", "default_lease_ttl"];

/// Whether the text gives what `issuers` (a role, its mount) issue a life that is short.
pub(super) fn is_short<'a>(issuers: impl Iterator<Item = &'a Subject>, story: &Story) -> bool {
    issuers.into_iter().any(|issuer| ENDS.iter().any(|end| runs_out(issuer, end, story)))
}

/// Whether a setting of a thing is a short time, as the text set it last.
pub(super) fn runs_out(thing: &Subject, setting: &str, story: &Story) -> bool {
    let set =
        story.last(thing.kind, |claim| claim.subject == *thing && field(claim, setting).is_some());
    let time = set.and_then(|claim| field(claim, setting)?.value());
    time.and_then(|time| seconds(&time)).is_some_and(|time| time > 0 && time < SHORT)
}

/// Whether the text's own connection lets no role issue credentials, or not `role`: Vault turns down each that its
/// `allowed_roles` leave out.
pub(super) fn issues_nothing(config: &Subject, role: Option<&Text>, story: &Story) -> bool {
    let of = |claim: &Claim| claim.subject == *config;
    let written = story
        .last(database_config::ID, |claim| of(claim) && field(claim, "connection_url").is_some());
    if written.is_none() {
        return false;
    }
    let allowed = story
        .last(database_config::ID, |claim| of(claim) && field(claim, "allowed_roles").is_some());
    let Some(allowed) = allowed.and_then(|claim| field(claim, "allowed_roles")) else {
        return true;
    };
    let (Some(allowed), Some(role)) = (allowed.literal(), role.and_then(Text::literal)) else {
        return false;
    };
    let role = last(&Text::from(role));
    let plain = |one: &str| one.trim_matches(['[', ']', '"', '\'', ' ']).to_owned();
    let mut names = allowed.split(',').map(plain);
    !names.any(|name| name == role || name.contains('*'))
}
