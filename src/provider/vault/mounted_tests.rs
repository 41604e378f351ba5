//! Engines and methods: what commands claim of them, and what Vault's answers say.

use super::super::auth_mount::{AuthMount, METHODS};
use super::super::cli::tests::call;
use super::super::mount::{ENGINES, Mount};
use super::*;
use crate::provider::Kind;
use serde_json::json;

fn shown(line: &str) -> Option<String> {
    let claim = Mount.infer(&call(line), &Story::default()).into_iter().next()?;
    let fields: Vec<String> = claim
        .expectation
        .fields()
        .iter()
        .map(|field| format!("{}={}", field.path, field.value.shown()))
        .collect();
    Some(format!(
        "{} {} {}",
        claim.expectation.word(),
        claim.subject.name.shown(),
        fields.join(" ")
    ))
}

#[test]
fn enable_and_disable_claim_a_mount() {
    for (line, expected) in [
        ("vault secrets enable database", Some("present database/ type=database")),
        ("vault secrets enable -path=db database", Some("present db/ type=database")),
        ("vault secrets enable -path db/ database", Some("present db/ type=database")),
        ("vault secrets enable kv-v2", Some("present kv-v2/ type=kv version=2")),
        ("vault secrets enable -version=2 kv", Some("present kv/ type=kv version=2")),
        (
            "vault secrets enable -max-lease-ttl=1h pki",
            Some("present pki/ type=pki max_lease_ttl=1h"),
        ),
        ("vault secrets disable database/", Some("absent database/ ")),
        ("vault secrets list", None),
        ("vault secrets enable -namespace=a kv", None),
        ("vault auth enable userpass", None),
    ] {
        assert_eq!(shown(line).as_deref(), expected, "{line}");
    }
}

fn mounts() -> Answer {
    let body = json!({"request_id": "x", "data": {
        "db/": {"type": "database", "options": null, "config": {"default_lease_ttl": 0}},
        "kv/": {"type": "kv", "options": {"version": "2"}},
        "sys/": {"type": "system"},
    }});
    Answer { status: 200, body }
}

#[test]
fn the_list_shows_presence_and_absence() {
    assert!(matches!(ENGINES.listed(&mounts(), "db/"), Some(Engine::There { .. })));
    assert!(matches!(ENGINES.listed(&mounts(), "database/"), Some(Engine::Absent { .. })));
    let denied = Answer { status: 403, body: json!({"errors": ["permission denied"]}) };
    assert_eq!(ENGINES.listed(&denied, "db/"), None);
    let nothing = Answer { status: 404, body: json!({"errors": []}) };
    assert_eq!(ENGINES.listed(&nothing, "db/"), None);
}

#[test]
fn a_near_miss_is_of_the_same_type_or_name() {
    let near = |path| ENGINES.near(path, &mounts());
    assert_eq!(near("database/").unwrap(), "`db/` is of type `database`");
    assert_eq!(near("kw/").unwrap(), "`kv/` is of type `kv`");
    assert_eq!(near("transit/").unwrap(), "engines are at `db/` and `kv/`");
}

#[test]
fn facts_hold_type_and_version() {
    let facts = facts(&mounts().data()["kv/"]);
    assert!(Meaning::Exact.same(&Text::from("2"), facts.get("version").unwrap()));
    let line = "vault secrets enable -path=db database";
    let claim = Mount.infer(&call(line), &Story::default()).remove(0);
    assert_eq!(Mount.title(&claim), "database engine is enabled at `db/`");
    assert!(Mount.hint(&claim).starts_with("`vault secrets enable -path=db database`"));
}

fn shown_methods(line: &str) -> Vec<String> {
    AuthMount
        .infer(&call(line), &Story::default())
        .iter()
        .map(|claim| {
            let fields = claim.expectation.fields().iter();
            let fields: Vec<String> =
                fields.map(|field| format!(" {}={}", field.path, field.value.shown())).collect();
            let (word, name) = (claim.expectation.word(), claim.subject.name.shown());
            format!("{word} {name}{}", fields.concat())
        })
        .collect()
}

#[test]
fn enable_tune_move_and_disable_claim_a_method() {
    for (line, expected) in [
        ("vault auth enable userpass", "present auth/userpass/ type=userpass"),
        ("vault auth enable -path=corp ldap", "present auth/corp/ type=ldap"),
        ("vault auth enable -path=a/b/ ldap", "present auth/a/b/ type=ldap"),
        (
            "vault auth enable -max-lease-ttl=1h -listing-visibility=unauth oidc",
            "present auth/oidc/ type=oidc max_lease_ttl=1h listing_visibility=unauth",
        ),
        ("vault auth tune -default-lease-ttl=1h corp/", "present auth/corp/ default_lease_ttl=1h"),
        ("vault auth disable corp", "absent auth/corp/"),
        ("vault write sys/auth/corp type=ldap", "present auth/corp/ type=ldap"),
        ("vault write sys/auth/corp/tune max_lease_ttl=1h", "present auth/corp/ max_lease_ttl=1h"),
        ("vault delete sys/auth/corp", "absent auth/corp/"),
    ] {
        assert_eq!(shown_methods(line), [expected], "{line}");
    }
    let moved = shown_methods("vault auth move auth/a/ auth/b/");
    assert_eq!(moved, ["absent auth/a/", "present auth/b/"]);
    for line in ["vault auth list", "vault auth enable", "vault auth enable -ns=a userpass"] {
        assert_eq!(shown_methods(line), [""; 0], "{line}");
    }
}

#[test]
fn words_name_the_path_and_the_type() {
    let claim =
        AuthMount.infer(&call("vault auth enable -path=corp ldap"), &Story::default()).remove(0);
    assert_eq!(AuthMount.title(&claim), "ldap auth method is enabled at `auth/corp/`");
    assert!(AuthMount.hint(&claim).starts_with("`vault auth enable -path=corp ldap`"));
    let claim = AuthMount.infer(&call("vault auth disable corp"), &Story::default()).remove(0);
    assert_eq!(AuthMount.title(&claim), "no auth method is left at `auth/corp/`");
    assert!(AuthMount.hint(&claim).starts_with("`vault auth disable corp`"));
}

#[test]
fn a_methods_near_miss_is_told_with_its_whole_path() {
    let body = json!({"request_id": "x", "data": {
        "corp/": {"type": "ldap"}, "token/": {"type": "token"}, "approle/": {"type": "approle"},
    }});
    let all = Answer { status: 200, body };
    let near = |path| METHODS.near(path, &all);
    assert_eq!(near("auth/ldap/").unwrap(), "`auth/corp/` is of type `ldap`");
    assert_eq!(near("auth/corps/").unwrap(), "`auth/corp/` is of type `ldap`");
    assert!(near("auth/zzzzzzzz/").unwrap().starts_with("auth methods are at "));
}
