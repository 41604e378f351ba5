//! Secrets: what commands claim of them, and what the answers of both versions say.

use std::sync::Arc;

use super::super::cli::tests::call;
use super::*;
use serde_json::json;

fn tell(lines: &[&str]) -> Vec<String> {
    let mut story = Story::default();
    let mut told = Vec::new();
    for line in lines {
        let call = call(line);
        for claim in infer(&call, &story).unwrap_or_default() {
            let container = claim.container.as_ref().map(|c| c.name.shown()).unwrap_or_default();
            let word = claim.expectation.word();
            told.push(format!(
                "{:?} {word} {} {container}",
                claim.verb,
                claim.subject.name.shown()
            ));
        }
        story.claims.extend(super::super::Vault::claims(&call, &story));
    }
    told
}

#[test]
fn commands_read_write_and_remove() {
    for (line, expected) in [
        ("vault read kv/db/creds", "Read present kv/db/creds "),
        ("vault kv get kv/db/creds", "Read present kv/db/creds "),
        ("vault kv get -mount=secret a", "Read present secret/a "),
        ("vault kv put secret/a k=v", "Replace present secret/a "),
        ("vault kv patch -mount secret a k=v", "Change present secret/a "),
        ("vault kv delete kv/db/creds", "Remove absent kv/db/creds "),
        ("vault delete kv/a", "Remove absent kv/a "),
        ("vault write kv/a k=v", "Replace present kv/a "),
    ] {
        assert_eq!(tell(&[line]), [expected], "{line}");
    }
    for line in [
        "vault read database/creds/x",
        "vault read sys/mounts",
        "vault write transit/keys/x a=b",
        "vault write other/x a=b",
        "vault kv metadata delete secret/a",
        "vault kv list kv/",
        "vault status",
    ] {
        assert_eq!(tell(&[line]), [""; 0], "{line}");
    }
}

#[test]
fn versions_leave_open_whether_the_newest_is_there() {
    let versions = ["delete", "undelete", "destroy"]
        .map(|verb| format!("vault kv {verb} -versions=2 secret/a"));
    for line in &versions {
        assert_eq!(tell(&[line]), ["Disturb absent secret/a "], "{line}");
        let put = "vault kv put secret/a k=v";
        let told = tell(&[put, put, put, line]);
        assert_eq!(told, ["Replace present secret/a "; 3], "{line}");
    }
    let told = tell(&["vault kv delete secret/a", "vault kv rollback -version=1 secret/a"]);
    assert_eq!(told[1..], ["Disturb present secret/a ", "Make present secret/a "]);
}

#[test]
fn a_get_after_a_delete_confirms_it() {
    let told = tell(&["vault read kv/a", "vault kv delete kv/a", "vault kv get kv/a"]);
    assert_eq!(told, ["Read present kv/a ", "Remove absent kv/a ", "Confirm absent kv/a "]);
    let told = tell(&["vault secrets enable -path=team kv", "vault write team/a k=v"]);
    assert_eq!(told, ["Replace present team/a team/"]);
}

fn outcome(version: Version, status: u16, body: serde_json::Value) -> String {
    let reply: Reply = Ok(Arc::new(Answer { status, body }));
    let observation = judge(&reply, version, "kv/a");
    match observation.seen {
        Seen::Present(facts) => format!("present {}", facts.fields().len()),
        Seen::Absent(control) if control.container_gone => "gone".to_owned(),
        Seen::Absent(_) => format!("absent {}", observation.near.unwrap_or_default()),
        other => format!("{other:?}"),
    }
}

#[test]
fn each_answer_of_both_versions_means_one_thing() {
    let metadata = |destroyed: bool, time: &str| {
        json!({"request_id": "x", "data": {"data": null, "metadata": {
            "version": 3, "destroyed": destroyed, "deletion_time": time}}})
    };
    let value = json!({"request_id": "x", "data": {"k": "v"}});
    let values = json!({"data": {"data": {"k": "v"}, "metadata": {"version": 1}}});
    let unrouted = json!({"errors": ["no handler for route \"kv/a\". route entry not found."]});
    for (version, status, body, expected) in [
        (Version::One, 200, value, "present 1"),
        (Version::One, 404, json!({"errors": []}), "absent "),
        (Version::Two, 200, values, "present 1"),
        (Version::Two, 404, json!({"errors": []}), "absent "),
        (Version::Two, 404, metadata(false, "2026-01-01T00:00:00Z"), "absent version 3 is deleted"),
        (Version::Two, 404, metadata(true, ""), "absent version 3 is destroyed"),
        (Version::One, 404, unrouted, "gone"),
    ] {
        assert_eq!(outcome(version, status, body), expected);
    }
    for (version, status, body) in [
        (
            Version::One,
            404,
            json!({"data": null, "warnings": ["Invalid path for a versioned K/V"]}),
        ),
        (Version::Two, 404, metadata(false, "")),
        (Version::One, 403, json!({"errors": ["permission denied"]})),
        (Version::One, 500, json!({"errors": []})),
    ] {
        let outcome = outcome(version, status, body);
        assert!(outcome.starts_with("Unobservable"), "{outcome}");
    }
}

#[test]
fn values_are_compared_and_never_shown() {
    let facts = facts(&json!({"password": "hunter2", "n": 1}));
    assert!(!format!("{facts:?}").contains("hunter2"));
    assert!(Meaning::Exact.same(&Text::from("hunter2"), facts.get("password").unwrap()));
    assert!(Meaning::Exact.same(&Text::from("1"), facts.get("n").unwrap()));
    let claim =
        infer(&call("vault kv put kv/a password=hunter2"), &Story::default()).unwrap().remove(0);
    for text in [KvSecret.title(&claim), KvSecret.expected(&claim), KvSecret.hint(&claim)] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_versioned_engine_is_told_by_its_warning() {
    let body =
        json!({"data": null, "warnings": ["Invalid path for a versioned K/V secrets engine."]});
    let answer = Answer { status: 404, body };
    assert_eq!(unlisted("secret/a", Some(&answer)).version, Version::Two);
    assert_eq!(unlisted("secret/a", None).version, Version::One);
}
