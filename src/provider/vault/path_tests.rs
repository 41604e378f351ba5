//! Paths: what commands claim of them, the table that tells it, and what Vault's answers say.

use super::super::cli::tests::call;
use super::super::path_reading::reading;
use super::*;
use crate::claim::{Fact, Field};
use crate::provider::vault::Vault;
use crate::provider::{Reading, Unseen};
use serde_json::json;

fn after(before: &[&str], line: &str) -> Option<Claim> {
    let mut story = Story::default();
    for line in before {
        let claims = Vault::claims(&call(line), &story);
        story.claims.extend(claims);
    }
    infer(&call(line), &story)
}

fn shown(before: &[&str], line: &str) -> Option<String> {
    let claim = after(before, line)?;
    let fields = claim.expectation.fields().iter();
    let fields: Vec<String> = fields
        .map(|field| match field.meaning {
            Meaning::NotReturned => format!(" {}?", field.path),
            _ => format!(" {}={}", field.path, field.value.shown()),
        })
        .collect();
    let name = claim.subject.name.shown();
    Some(format!("{:?} {name}{}", claim.verb, fields.concat()))
}

#[test]
fn a_write_claims_what_the_table_knows() {
    for (line, expected) in [
        (
            "vault write auth/userpass/users/ann password=x policies=dev,ops",
            Some("Make auth/userpass/users/ann password? token_policies=dev,ops"),
        ),
        (
            "vault write /auth/approle/role/web token_ttl=1h secret_id_num_uses=3",
            Some("Make auth/approle/role/web token_ttl=1h secret_id_num_uses=3"),
        ),
        (
            "vault write auth/approle/role/web/policies token_policies=a",
            Some("Change auth/approle/role/web token_policies=a"),
        ),
        (
            "vault write identity/entity name=ann metadata=team=red",
            Some("Make identity/entity/name/ann name? metadata.team=red"),
        ),
        ("vault write identity/entity policies=a", None),
        (
            "vault write pki/root/generate/internal common_name=x",
            Some("Make pki/cert/ca common_name?"),
        ),
        ("vault delete pki/root", Some("Remove pki/cert/ca")),
        ("vault write pki/root x=y", None),
        ("vault write -f transit/keys/orders", Some("Make transit/keys/orders")),
        (
            "vault write transit/keys/orders/config deletion_allowed=true",
            Some("Change transit/keys/orders deletion_allowed=true"),
        ),
        ("vault write transit/encrypt/orders plaintext=x", None),
        ("vault delete transit/keys/orders", Some("Remove transit/keys/orders")),
        ("vault delete transit/keys/orders/config", None),
        ("vault write auth/userpass/login/ann password=x", None),
        // What no text enables and no name tells is what the lab has there: what all that may be there agree in.
        (
            "vault write auth/corp/groups/dev policies=a",
            Some("Make auth/corp/groups/dev policies=a"),
        ),
        (
            "vault write auth/people/users/ann password=x policies=a",
            Some("Make auth/people/users/ann password? token_policies?"),
        ),
        ("vault write -f crypt/keys/orders", Some("Make crypt/keys/orders")),
        ("vault delete crypt/keys/orders", Some("Remove crypt/keys/orders")),
        ("vault read crypt/keys/orders", None),
        ("vault write app/config url=x", None),
        ("vault write some/thing a=b", None),
        ("vault write kv/roles/a b=c", None),
        ("vault read transit/keys/orders", Some("Read transit/keys/orders")),
        ("vault list transit/keys", None),
        ("vault write -ns=a transit/keys/orders type=rsa-2048", None),
        ("vault write database/roles/x db_name=a", None),
        ("vault write kv/a b=c", None),
    ] {
        assert_eq!(shown(&[], line).as_deref(), expected, "{line}");
    }
}

#[test]
fn what_the_text_enabled_tells_what_is_behind_a_path() {
    let corp = ["vault auth enable -path=corp ldap"];
    let claim = after(&corp, "vault write auth/corp/groups/dev policies=a").unwrap();
    assert_eq!(claim.verb, Verb::Replace);
    assert_eq!(claim.container.unwrap().name.shown(), "auth/corp/");
    let kv = ["vault secrets enable -path=pki kv"];
    assert_eq!(after(&kv, "vault write pki/roles/a ttl=1h"), None);
}

#[test]
fn a_read_after_a_delete_confirms_it() {
    let before = ["vault write -f transit/keys/a", "vault delete transit/keys/a"];
    assert_eq!(shown(&before, "vault read transit/keys/a").unwrap(), "Confirm transit/keys/a");
    assert_eq!(shown(&before[..1], "vault read transit/keys/a").unwrap(), "Read transit/keys/a");
}

#[test]
fn writes_that_leave_nothing_to_read_are_said() {
    let of = |line: &str| reading(&Invocation::of(&call(line)).unwrap());
    let unseen = |why| Some(Reading::NotObservable(why));
    for (line, expected) in [
        ("vault write auth/userpass/login/ann password=x", unseen(Unseen::Nameless)),
        ("vault write -f auth/approle/role/web/secret-id", unseen(Unseen::Nameless)),
        ("vault write -f my/own/intermediate/generate/internal", unseen(Unseen::Nameless)),
        ("vault write pki_int/issue/web common_name=a", unseen(Unseen::Nameless)),
        ("vault write transit/encrypt/a plaintext=x", Some(Reading::Reads)),
        ("vault write transit/sign/a input=x", Some(Reading::Reads)),
        ("vault write ssh/sign/a public_key=x", Some(Reading::Reads)),
        ("vault write -f transit/keys/a/rotate", unseen(Unseen::NoMark)),
        ("vault write sys/wrapping/wrap a=b", unseen(Unseen::ShortLived)),
        ("vault write cubbyhole/a b=c", unseen(Unseen::OwnSettings)),
        ("vault write identity/entity policies=a", unseen(Unseen::Nameless)),
        ("vault write identity/entity-alias name=a", unseen(Unseen::Nameless)),
        ("vault write other/roles/a b=c", unseen(Unseen::NotInText)),
        ("vault write transit/keys/a type=b", None),
        ("vault read transit/keys/a", None),
    ] {
        assert_eq!(of(line), expected, "{line}");
    }
}

#[test]
fn the_table_is_well_formed() {
    let stars = |pattern: &str| pattern.split('/').filter(|piece| *piece == "*").count();
    for area in rows() {
        let about = format!("{} {}", area.engine, area.pattern);
        // No row stands behind one that takes its paths away.
        let path = area.pattern.replace('*', "x");
        let (first, _) = super::area(area.engine, &path).unwrap();
        assert!(std::ptr::eq(first, area), "{about} is behind {}", first.pattern);
        if let Does::Keeps(kept) = &area.does {
            let read = kept.read.map_or(0, stars);
            assert!(read <= stars(area.pattern), "{about}");
            assert!(!area.pattern.contains("**"), "{about}");
        }
    }
}

#[test]
fn facts_are_flat_and_their_secrets_sealed() {
    let data = json!({
        "token_ttl": 60, "metadata": {"team": "red"}, "bindpass": "hunter2", "policies": ["a"],
    });
    let facts = facts(&data);
    let same = |field: Field| field.meaning.same(&field.value, facts.get(&field.path).unwrap());
    assert!(same(Field::new("token_ttl", "1m", Meaning::Duration)));
    assert!(same(Field::new("metadata.team", "red", Meaning::Exact)));
    assert!(same(Field::new("policies", "a", Meaning::Set)));
    assert!(matches!(facts.get("bindpass"), Some(Fact::Sealed(_))));
    assert!(!format!("{facts:?}").contains("hunter2"));
}

#[test]
fn words_are_the_users() {
    let claim = after(&[], "vault write auth/userpass/users/ann password=x policies=a").unwrap();
    assert_eq!(VaultPath.title(&claim), "`auth/userpass/users/ann` is set as written");
    let expected = "`auth/userpass/users/ann` with `token_policies`";
    assert_eq!(VaultPath.expected(&claim), expected);
    assert!(VaultPath.hint(&claim).starts_with("`vault write auth/userpass/users/ann …` sets it"));
    let claim = after(&[], "vault write -f transit/keys/a").unwrap();
    assert_eq!(VaultPath.title(&claim), "`transit/keys/a` is there");
    let claim = after(&[], "vault delete transit/keys/a").unwrap();
    assert_eq!(VaultPath.title(&claim), "`transit/keys/a` is gone");
}

#[test]
fn one_thing_holds_another_by_its_path() {
    let subject = |name: &str| Subject::new(ID, name);
    let role = subject("auth/approle/role/web");
    assert!(VaultPath.holds(&role, &subject("auth/approle/role/web/role-id")));
    assert!(!VaultPath.holds(&role, &subject("auth/approle/role/web2")));
}
