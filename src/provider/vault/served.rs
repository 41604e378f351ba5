//! What is behind a path of a command: by what the text enabled there, else by the name of its mount. Pure.

use super::auth_mount;
use super::path_auth::METHODS;
use super::path_engines::ENGINES;
use super::place::field;
use crate::claim::{Claim, Expectation, Subject, Text};
use crate::provider::Story;
use crate::provider::masked::Masked;

/// A path taken apart, in its masked form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Served {
    /// As the table of paths calls it: `pki`, `auth/approle`, `sys`.
    pub(super) engine: String,
    /// With its slash: `auth/approle/`.
    pub(super) mount: String,
    /// What follows it.
    pub(super) rest: String,
    /// The mount, where it can be made and taken away.
    pub(super) container: Option<Subject>,
}

impl Served {
    /// Takes a path apart; `None` where it is not known what is behind it.
    pub(super) fn of(path: &Masked, story: &Story) -> Option<Self> {
        let text = path.text.trim_matches('/');
        let first = text.split('/').next()?;
        if matches!(first, "sys" | "identity" | "cubbyhole") {
            let rest = text.strip_prefix(first)?.strip_prefix('/')?.to_owned();
            let mount = format!("{first}/");
            return Some(Self { engine: first.to_owned(), mount, rest, container: None });
        }
        if let Some(inner) = text.strip_prefix("auth/") {
            return Self::method(path, text, inner, story);
        }
        let (mount, kind) = told(super::mount::ID, text, story).unwrap_or_else(|| {
            let mount = format!("{first}/");
            (mount, named(first, ENGINES.iter().map(|area| area.engine)))
        });
        let engine = known_as(&kind?).to_owned();
        let container = Some(Subject::new(super::mount::ID, path.unmask(&mount)));
        let rest = text.strip_prefix(mount.as_str())?.to_owned();
        Some(Self { engine, mount, rest, container })
    }

    fn method(path: &Masked, text: &str, inner: &str, story: &Story) -> Option<Self> {
        let first = inner.split('/').next()?;
        let (mount, kind) = told(auth_mount::ID, text, story).unwrap_or_else(|| {
            let types = METHODS.iter().filter_map(|area| area.engine.strip_prefix("auth/"));
            (format!("auth/{first}/"), named(first, types.chain(["oidc"])))
        });
        let engine = format!("auth/{}", known_as(&kind?));
        let rest = text.strip_prefix(mount.as_str())?.to_owned();
        // Tokens have a method that cannot be taken away.
        let fixed = mount == "auth/token/";
        let container = (!fixed).then(|| Subject::new(auth_mount::ID, path.unmask(&mount)));
        Some(Self { engine, mount, rest, container })
    }
}

/// The story's mount that a path is under, the longest, and its type.
fn told(kind: &str, path: &str, story: &Story) -> Option<(String, Option<String>)> {
    let serves = |claim: &&Claim| {
        let mount = Masked::new(&claim.subject.name).text;
        claim.subject.kind == kind && path.starts_with(&mount)
    };
    let longest = story.claims.iter().filter(serves).max_by_key(|claim| {
        // The last of them counts, which `max_by_key` gives.
        Masked::new(&claim.subject.name).text.len()
    })?;
    let subject = &longest.subject;
    let typed = |claim: &Claim| claim.subject == *subject && field(claim, "type").is_some();
    let typed = story.last(kind, typed).filter(|claim| claim.expectation != Expectation::Absent);
    let mount = Masked::new(&subject.name).text;
    let told = typed.and_then(|claim| field(claim, "type")).and_then(Text::literal);
    // A tuned or moved mount of the lab's own is still called something.
    let told = told.or_else(|| {
        let name = mount.trim_end_matches('/').rsplit('/').next()?;
        let all = ENGINES.iter().chain(METHODS).map(|area| area.engine);
        named(name, all.map(|engine| engine.trim_start_matches("auth/")))
    });
    Some((mount, told))
}

/// The type that a mount is called by: `pki` of `pki_int`.
fn named<'a>(name: &str, mut types: impl Iterator<Item = &'a str>) -> Option<String> {
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    types.find(|kind| words.contains(kind)).map(str::to_owned)
}

/// Two names of one plugin.
pub(super) fn known_as(kind: &str) -> &str {
    match kind {
        "oidc" => "jwt",
        "openldap" => "ldap",
        kind => kind,
    }
}

/// Whether a path could be one of this engine's mounts, by its form alone.
pub(super) fn is_under(engine: &str, mount: &str) -> bool {
    let method = mount.starts_with("auth/") && mount != "auth/";
    let built_in = matches!(engine, "sys" | "identity" | "cubbyhole");
    match engine.strip_prefix("auth/") {
        Some(_) => method,
        None if built_in => mount.trim_end_matches('/') == engine,
        None => {
            !["auth/", "sys/", "identity/", "cubbyhole/"].iter().any(|own| mount.starts_with(own))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;
    use crate::provider::vault::Vault;

    fn of(path: &str, before: &[&str]) -> Option<String> {
        let mut story = Story::default();
        for line in before {
            let claims = Vault::claims(&call(line), &story);
            story.claims.extend(claims);
        }
        let served = Served::of(&Masked::new(&Text::from(path)), &story)?;
        Some(format!("{} {} {}", served.engine, served.mount, served.rest))
    }

    #[test]
    fn a_path_is_known_by_what_is_enabled_there_or_by_its_name() {
        for (path, before, expected) in [
            ("pki/roles/web", &[][..], Some("pki pki/ roles/web")),
            ("/pki_int/roles/web", &[], Some("pki pki_int/ roles/web")),
            ("certs/roles/web", &[], None),
            (
                "certs/roles/web",
                &["vault secrets enable -path=certs pki"],
                Some("pki certs/ roles/web"),
            ),
            ("pki/a", &["vault secrets enable -path=pki kv"], Some("kv pki/ a")),
            (
                "a/b/keys/k",
                &["vault secrets enable -path=a/b transit"],
                Some("transit a/b/ keys/k"),
            ),
            ("auth/approle/role/x", &[], Some("auth/approle auth/approle/ role/x")),
            ("auth/corp/groups/x", &[], None),
            (
                "auth/corp/groups/x",
                &["vault auth enable -path=corp ldap"],
                Some("auth/ldap auth/corp/ groups/x"),
            ),
            (
                "auth/corp/groups/x",
                &["vault auth enable -path=corp ldap", "vault auth tune -max-lease-ttl=1h corp"],
                Some("auth/ldap auth/corp/ groups/x"),
            ),
            ("auth/oidc/config", &[], Some("auth/jwt auth/oidc/ config")),
            ("auth/token/roles/x", &[], Some("auth/token auth/token/ roles/x")),
            ("identity/entity", &[], Some("identity identity/ entity")),
            ("sys/quotas/rate-limit/x", &[], Some("sys sys/ quotas/rate-limit/x")),
            ("pki", &[], None),
        ] {
            assert_eq!(of(path, before).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_mount_can_only_be_of_its_own_side() {
        for (engine, mount, can) in [
            ("pki", "pki_int/", true),
            ("pki", "auth/x/", false),
            ("pki", "sys/", false),
            ("auth/approle", "auth/x/", true),
            ("auth/approle", "auth/", false),
            ("sys", "sys/", true),
            ("sys", "x/", false),
        ] {
            assert_eq!(is_under(engine, mount), can, "{engine} {mount}");
        }
    }
}
