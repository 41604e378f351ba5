//! Auth methods: what commands claim of them, and what Vault's answers say.

use super::super::cli::tests::call;
use super::*;
use serde_json::json;

fn shown(line: &str) -> Vec<String> {
    infer(&call(line), &Story::default())
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
        assert_eq!(shown(line), [expected], "{line}");
    }
    let moved = shown("vault auth move auth/a/ auth/b/");
    assert_eq!(moved, ["absent auth/a/", "present auth/b/"]);
    for line in ["vault auth list", "vault auth enable", "vault auth enable -ns=a userpass"] {
        assert_eq!(shown(line), [""; 0], "{line}");
    }
}

#[test]
fn the_story_knows_the_type_after_a_tune() {
    let mut story = Story::default();
    for line in ["vault auth enable -path=corp ldap", "vault auth tune -max-lease-ttl=1h corp"] {
        let claims = infer(&call(line), &story);
        story.claims.extend(claims);
    }
    assert_eq!(type_of(&subject(&Text::from("corp")), &story), Some(Text::from("ldap")));
}

#[test]
fn words_name_the_path_and_the_type() {
    let claim = infer(&call("vault auth enable -path=corp ldap"), &Story::default()).remove(0);
    assert_eq!(AuthMount.title(&claim), "ldap auth method is enabled at `auth/corp/`");
    assert!(AuthMount.hint(&claim).starts_with("`vault auth enable -path=corp ldap`"));
    let claim = infer(&call("vault auth disable corp"), &Story::default()).remove(0);
    assert_eq!(AuthMount.title(&claim), "no auth method is left at `auth/corp/`");
    assert!(AuthMount.hint(&claim).starts_with("`vault auth disable corp`"));
}

#[test]
fn a_near_miss_is_of_the_same_type_or_name() {
    let body = json!({"request_id": "x", "data": {
        "corp/": {"type": "ldap"}, "token/": {"type": "token"}, "approle/": {"type": "approle"},
    }});
    let all = Answer { status: 200, body };
    let near = |path| near(path, &all);
    assert_eq!(near("auth/ldap/").unwrap(), "`auth/corp/` is of type `ldap`");
    assert_eq!(near("auth/corps/").unwrap(), "`auth/corp/` is of type `ldap`");
    assert!(near("auth/zzzzzzzz/").unwrap().starts_with("auth methods are at "));
}
