//! Policies: what commands claim of them, and what Vault's answers say.

use super::super::cli::tests::call;
use super::*;
use crate::claim::Seen;
use serde_json::{Value, json};

const RULES: &str = "path \"kv/*\" {\n  capabilities = [\"read\"]\n}\n";
const FOLDED: &str = "path \"kv/*\"{capabilities=[\"read\"]}";

fn shown(call: &Call) -> Option<String> {
    let claim = infer(call, &Story::default())?;
    let rules = claim.expectation.fields().first().map(|field| field.value.shown());
    let (word, name) = (claim.expectation.word(), claim.subject.name.shown());
    Some(format!("{word} {name} {}", rules.unwrap_or_default()))
}

#[test]
fn rules_come_from_standard_input_files_and_data() {
    let mut with = call("vault policy write Readers -");
    with.stdin = Some(Text::from(RULES));
    assert_eq!(shown(&with).unwrap(), format!("present readers {FOLDED}"));
    let mut with = call("vault policy write readers ./readers.hcl");
    assert_eq!(shown(&with).unwrap(), "present readers ");
    with.files = crate::provider::Files::from_iter([("readers.hcl".to_owned(), Text::from(RULES))]);
    assert_eq!(shown(&with).unwrap(), format!("present readers {FOLDED}"));
    let mut with = call("vault write sys/policies/acl/readers policy=@readers.hcl");
    with.files = crate::provider::Files::from_iter([("readers.hcl".to_owned(), Text::from(RULES))]);
    assert_eq!(shown(&with).unwrap(), format!("present readers {FOLDED}"));
    let mut with = call("vault write sys/policy/readers rules=-");
    with.stdin = Some(Text::from(RULES));
    assert_eq!(shown(&with).unwrap(), format!("present readers {FOLDED}"));
    for (line, expected) in [
        ("vault policy delete readers", Some("absent readers ")),
        ("vault delete sys/policies/acl/readers", Some("absent readers ")),
        ("vault policy list", None),
        ("vault policy fmt readers.hcl", None),
        ("vault policy write -ns=a readers -", None),
        ("vault write sys/policies/password/x policy=a", None),
    ] {
        assert_eq!(shown(&call(line)).as_deref(), expected, "{line}");
    }
}

#[test]
fn a_read_after_a_delete_confirms_it() {
    let of = |line: &str, story: &Story| infer(&call(line), story).unwrap();
    let mut story = Story::default();
    assert_eq!(of("vault policy read a", &story).verb, Verb::Read);
    story.claims.push(of("vault policy delete a", &story));
    let claim = of("vault policy read A", &story);
    assert_eq!((claim.verb, claim.expectation), (Verb::Confirm, Expectation::Absent));
}

#[test]
fn what_is_there_from_the_start_is_only_changed() {
    let of = |line: &str| infer(&call(line), &Story::default()).unwrap().verb;
    assert_eq!(of("vault policy write default x.hcl"), Verb::Change);
    assert_eq!(of("vault policy write other x.hcl"), Verb::Replace);
}

#[test]
fn each_answer_means_one_thing() {
    let seen = |status, body: Value| judge(&Answer { status, body }, "sys/policies/acl/a").seen;
    let there = seen(200, json!({"data": {"name": "a", "policy": RULES}}));
    assert_eq!(there, Seen::Present(Facts::none().with("policy", FOLDED)));
    let older = seen(200, json!({"data": {"name": "a", "rules": RULES}}));
    assert_eq!(older, there);
    assert!(matches!(seen(404, json!({"errors": []})), Seen::Absent(_)));
    for (status, body) in [
        (403, json!({"errors": ["permission denied"]})),
        (404, json!({"errors": ["no handler for route"]})),
        (500, json!({"errors": ["x"]})),
        (200, json!({"data": {"name": "a"}})),
    ] {
        assert!(matches!(seen(status, body), Seen::Unobservable(_)), "{status}");
    }
}

#[test]
fn a_near_miss_leaves_vaults_own_out() {
    let near = |name: &str, names: &[&str]| {
        near(name, names.iter().map(|name| (*name).to_owned()).collect())
    };
    assert_eq!(near("readers", &["default", "reader"]).unwrap(), "there is a policy `reader`");
    assert_eq!(near("x", &["default", "root"]), None);
    assert_eq!(near("zzzzzzzz", &["a", "b"]).unwrap(), "there are the policies `a` and `b`");
}
