//! Mounts: what commands claim of them, and what Vault's answers say.

use super::super::cli::tests::call;
use super::*;
use serde_json::json;

fn shown(line: &str) -> Option<String> {
    let claim = infer(&call(line), &Story::default())?.remove(0);
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
    assert!(matches!(listed(&mounts(), "db/"), Some(Engine::There { .. })));
    assert!(matches!(listed(&mounts(), "database/"), Some(Engine::Absent { .. })));
    let denied = Answer { status: 403, body: json!({"errors": ["permission denied"]}) };
    assert_eq!(listed(&denied, "db/"), None);
    let nothing = Answer { status: 404, body: json!({"errors": []}) };
    assert_eq!(listed(&nothing, "db/"), None);
}

#[test]
fn a_near_miss_is_of_the_same_type_or_name() {
    let near = |path| near(path, &mounts());
    assert_eq!(near("database/").unwrap(), "`db/` is of type `database`");
    assert_eq!(near("kw/").unwrap(), "`kv/` is of type `kv`");
    assert_eq!(near("transit/").unwrap(), "engines are at `db/` and `kv/`");
}

#[test]
fn facts_hold_type_and_version() {
    let facts = facts(&mounts().data()["kv/"]);
    assert!(Meaning::Exact.same(&Text::from("2"), facts.get("version").unwrap()));
    let claim = infer(&call("vault secrets enable -path=db database"), &Story::default());
    let claim = claim.unwrap().remove(0);
    assert_eq!(Mount.title(&claim), "database engine is enabled at `db/`");
    assert!(Mount.hint(&claim).starts_with("`vault secrets enable -path=db database`"));
}
