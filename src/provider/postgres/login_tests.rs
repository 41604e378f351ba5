//! What `psql` commands claim, and what two tries of one login say.

use super::super::attempt::judge;
use super::super::cli::tests::call;
use super::super::client::{Afterwards, Login};
use super::super::conninfo::Endpoint;
use super::*;
use crate::claim::{Field, Meaning, Seen};
use std::collections::BTreeMap;

/// The claims of a text before a login: a role, its credentials, and where asked for a rotation.
fn story(rotated: bool) -> Story {
    let mut credential = Claim::new(
        Subject::new(dynamic_credential::ID, "database/api"),
        Expectation::Present(Vec::new()),
        Verb::Make,
    );
    credential.depends.push(Subject::new(database_role::ID, "database/api"));
    let mut claims = vec![credential];
    if rotated {
        let subject = Subject::new(root_rotation::ID, "database/pg")
            .with("user", "postgres")
            .with("password", "old")
            .with("role", "api");
        claims.push(Claim::new(subject, Expectation::Changed, Verb::Disturb));
    }
    Story { claims, ..Story::default() }
}

fn told(line: &str, rotated: bool) -> String {
    infer(&call(line), &story(rotated)).map_or_else(
        || "-".to_owned(),
        |claim| {
            assert_eq!(claim.verb, Verb::Confirm);
            format!("{}: {}", claim.expectation.word(), PostgresLogin.title(&claim))
        },
    )
}

#[test]
fn psql_claims_fresh_old_and_known_logins() {
    let fresh = "present: fresh credentials of `api` log in to `products`";
    let refused = "refused: `postgres` can no longer log in with the old password";
    for (line, rotated, expected) in [
        ("psql -U <USER> -h $PG_HOST products", false, fresh),
        ("psql -U <USER> -h $PG_HOST products", true, fresh),
        ("psql -U postgres -h $PG_HOST", true, refused),
        ("psql postgresql://postgres:old@h/d", true, refused),
        ("psql postgresql://postgres:new@h/d", true, "-"),
        ("psql -U postgres -h h", false, "-"),
        ("psql postgresql://app:pw@h/d", false, "present: `app` logs in to `d`"),
        ("psql -h h", false, "-"),
        ("psql -U postgres -f x.sql", true, "-"),
    ] {
        assert_eq!(told(line, rotated), expected, "{line}");
    }
}

#[test]
fn a_refused_login_hangs_on_its_rotation() {
    let claim = infer(&call("psql -U postgres -h h"), &story(true)).unwrap();
    assert_eq!(
        claim.depends,
        [Subject::new(root_rotation::ID, "database/pg")
            .with("user", "postgres")
            .with("password", "old")
            .with("role", "api")]
    );
    assert_eq!(claim.subject.param("config"), Some(&Text::from("database/pg")));
    let hint = PostgresLogin.hint(&claim);
    assert_eq!(hint, "`vault write -force database/rotate-root/pg` replaces the password");
    let all = [hint, PostgresLogin.title(&claim), PostgresLogin.expected(&claim)];
    assert!(all.iter().all(|text| !text.contains("`old`")));
}

#[test]
fn a_rotation_turns_the_texts_own_logins_down() {
    let mut story = Story::default();
    let login = infer(&call("psql postgresql://postgres:old@h/d"), &story).unwrap();
    let fields = [("username", "postgres"), ("password", "old")]
        .map(|(key, value)| Field::new(key, value, Meaning::Exact));
    let config = Subject::new(crate::provider::vault::database_config::ID, "database/pg");
    let config = Claim::new(config, Expectation::Present(fields.to_vec()), Verb::Make);
    story.claims.extend([login.clone(), config]);
    let rotated = rotated(&call("vault write -f database/rotate-root/pg"), &story);
    assert_eq!(rotated.len(), 1);
    assert_eq!((&rotated[0].subject, rotated[0].verb), (&login.subject, Verb::Disturb));
    assert_eq!(rotated[0].expectation, Expectation::Refused);
}

#[test]
fn an_accepted_login_needs_to_have_been_asked_for_a_password() {
    let info = Conninfo::parse(&Text::from("postgresql://h/d")).unwrap();
    let endpoint = Endpoint::choose(&info, None, &BTreeMap::new()).unwrap();
    let accepted = |but| Login::Accepted { session: None, but };
    let words =
        |with: &Login, without: &Login| match judge(with, without, &endpoint, "`u`", true).seen {
            Seen::Present(facts) => format!("present {}", facts.but.unwrap_or_default()),
            Seen::Refused(_) => "refused".to_owned(),
            Seen::Absent(_) => "absent".to_owned(),
            Seen::Unobservable(reason) => format!("unseen {}", reason.reason()),
        };
    let trust =
        "unseen Postgres at `h:5432` asks `u` for no password from here, so a login proves nothing";
    let other =
        "unseen Postgres at `h:5432` turns it down for another reason than the password (28000)";
    for (with, without, expected) in [
        (accepted(None), Login::Asked, "present "),
        (accepted(None), accepted(None), trust),
        (
            accepted(Some(Afterwards::NoSuchDatabase)),
            Login::Asked,
            "present the password is right, but there is no database `d`",
        ),
        (accepted(Some(Afterwards::NoConnectionLeft)), Login::Asked, "present "),
        (Login::Refused, Login::Asked, "refused"),
        (Login::TurnedDown, Login::TurnedDown, other),
    ] {
        assert_eq!(words(&with, &without), expected);
    }
}
