//! What a field of the text and one of a server have in common.

use super::*;
use serde_json::json;

fn same(meaning: Meaning, expected: &str, actual: Value) -> bool {
    meaning.same(&Text::from(expected), &Fact::Plain(actual))
}

#[test]
fn what_an_author_writes_is_compared_by_what_it_may_mean() {
    for (expected, actual, equal) in [
        ("30m", json!(1800), true),
        ("30m", json!("30m0s"), true),
        ("30m", json!("30m"), true),
        ("1800", json!(1800), true),
        ("1800", json!("1800"), true),
        ("1800", json!("30m"), false),
        ("true", json!(true), true),
        ("web", json!("web"), true),
        ("web", json!("web2"), false),
    ] {
        assert_eq!(same(Meaning::Written, expected, actual), equal, "{expected}");
    }
    assert!(same(Meaning::Pattern, "^nginx:1\\.2", json!("nginx:1.27")));
    assert!(!same(Meaning::Pattern, "^nginx:1\\.2$", json!("nginx:1.27")));
    assert!(!same(Meaning::Pattern, "(", json!("(")), "no expression matches nothing");
    let sealed = |text: &str| Fact::Sealed(crate::secret::Secret::new(text));
    assert!(Meaning::Pattern.same(&Text::from("^h.*2$"), &sealed("hunter2")));
    assert!(Meaning::Written.same(&Text::from("30m"), &sealed("1800")));
    assert!(Meaning::WrittenList.same(&Text::from("5,1800"), &sealed("[1800,5]")));
    assert!(!Meaning::WrittenList.same(&Text::from("5"), &sealed("[1800,5]")));
}

#[test]
fn durations_compare_in_seconds() {
    for (expected, actual, equal) in [
        ("30m", json!(1800), true),
        ("1h", json!(3600), true),
        ("1h30m", json!("5400s"), true),
        ("1d", json!(86400), true),
        ("1.5h", json!(5400), true),
        (".5h", json!("30m"), true),
        ("0.1s", json!(0), false),
        ("1.5.5h", json!(5400), false),
        ("1h30", json!(5400), false),
        ("90m", json!("1h30m0s"), true),
        ("5400", json!("1.5h"), true),
        ("30m", json!(3600), false),
        ("soon", json!(1800), false),
        ("", json!(0), false),
    ] {
        assert_eq!(same(Meaning::Duration, expected, actual), equal, "{expected}");
    }
    assert_eq!(Meaning::Duration.shown(&Fact::Plain(json!(5400))), "1h30m");
}

#[test]
fn a_text_is_found_inside_another() {
    assert!(same(Meaning::Contains, "b\nc", json!("a\nb\nc\n")));
    assert!(!same(Meaning::Contains, "b\nd", json!("a\nb\nc\n")));
    let sealed = Fact::Sealed(crate::secret::Secret::new("x=1\ny=2"));
    assert!(Meaning::Contains.same(&Text::from("y=2").sealed(), &sealed));
    assert!(!Meaning::Contains.same(&Text::from("y=3"), &sealed));
}

#[test]
fn sets_have_no_order() {
    assert!(same(Meaning::Set, "a,b", json!(["b", "a"])));
    assert!(same(Meaning::Set, "a", json!(["a"])));
    assert!(!same(Meaning::Set, "a", json!(["a", "b"])));
    assert!(!same(Meaning::Set, "a", json!([])));
}

#[test]
fn holes_in_sets_and_durations_match_anything() {
    let with_hole = |before: &str, behind: &str| {
        let mut text = Text::from(before);
        text.push(Part::Hole(Hole::Unbound("$X".into())));
        text.push(Part::Literal(behind.into()));
        text
    };
    let minutes = with_hole("", "m");
    assert!(Meaning::Duration.same(&minutes, &Fact::Plain(json!(1800))));
    let list = with_hole("", ",b");
    assert!(Meaning::Set.same(&list, &Fact::Plain(json!(["b", "a"]))));
    assert!(!Meaning::Set.same(&list, &Fact::Plain(json!(["a"]))));
    assert!(Meaning::Set.same(&with_hole("", ""), &Fact::Plain(json!([]))));
    assert!(!Meaning::Set.same(&with_hole("team-", ""), &Fact::Plain(json!(["other"]))));
}

#[test]
fn sql_is_folded_outside_quotes_only() {
    let text = "CREATE ROLE x;     GRANT  SELECT ON t TO x;";
    assert!(same(Meaning::Sql, text, json!(["CREATE ROLE x; GRANT SELECT ON t TO x"])));
    assert!(same(Meaning::Sql, text, json!(["CREATE ROLE x", "GRANT SELECT ON t TO x;"])));
    assert!(!same(Meaning::Sql, "SELECT 'a  b'", json!(["SELECT 'a b'"])));
    assert!(!same(Meaning::Sql, "GRANT SELECT", json!(["GRANT INSERT"])));
}

#[test]
fn connection_urls_compare_by_what_they_reach() {
    let expected = "postgresql://{{username}}:{{password}}@h:5432/?sslmode=disable";
    for (actual, equal) in [
        ("postgresql://{{username}}:{{password}}@h:5432/?sslmode=disable", true),
        ("postgres://{{username}}:{{password}}@h:5432?sslmode=disable", true),
        ("postgresql://{{username}}:{{password}}@other:5432/?sslmode=disable", false),
        ("postgresql://{{username}}:{{password}}@h:5432/?sslmode=require", false),
        ("postgresql://{{username}}:{{password}}@h:5432/db?sslmode=disable", false),
    ] {
        assert_eq!(same(Meaning::ConnectionUrl, expected, json!(actual)), equal, "{actual}");
    }
    let mut open = Text::from("postgresql://{{username}}:{{password}}@");
    open.push(Part::Hole(Hole::Unbound("$H".into())));
    open.push(Part::Literal(":5432/?sslmode=disable".into()));
    let actual = json!("postgresql://{{username}}:{{password}}@10.0.0.1:5432/?sslmode=disable");
    assert!(Meaning::ConnectionUrl.same(&open, &Fact::Plain(actual)));
    let shown = Meaning::ConnectionUrl.shown(&Fact::Plain(json!("postgres://u:pw@h/d")));
    assert_eq!(shown, "postgres://u:…@h/d");
    for (text, expected) in [
        ("host=h user=u password=pw", "host=h user=u password=…"),
        ("postgres://h/d?password=pw&sslmode=disable", "postgres://h/d?password=…&sslmode=disable"),
        ("postgres://u:pw@$PG_HOST/d", "postgres://u:…@$PG_HOST/d"),
        ("postgres://{{username}}:{{password}}@h/", "postgres://{{username}}:{{password}}@h/"),
    ] {
        assert_eq!(Meaning::ConnectionUrl.shown(&Fact::Plain(json!(text))), expected);
    }
}
