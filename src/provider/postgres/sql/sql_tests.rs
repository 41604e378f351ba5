//! Totality, and what is said of statements that the forms do not reach.

use super::*;
use proptest::prelude::*;

#[test]
fn an_unknown_statement_is_named_by_its_first_words_only() {
    for statement in ["ALTER ROLE x PASSWORD 'hunter2' NONSENSE", "FROB 'hunter2'", "'hunter2'"] {
        let said = read(statement, None);
        assert!(said.claims.is_empty());
        let Reading::NotUnderstood(what) = said.reading else { panic!("{statement}") };
        assert!(!what.contains("hunter2"), "{what}");
    }
}

#[test]
fn a_deep_statement_is_turned_down() {
    let many = |part: &str| format!("DELETE FROM t WHERE {}1", part.repeat(100_000));
    for statement in [many("NOT "), many("("), many("1+"), many("a and "), many("- "), many("[")] {
        assert!(matches!(read(&statement, None).reading, Reading::NotUnderstood(_)));
    }
}

#[test]
fn conditions_come_back_as_they_were_written() {
    let with = rows::Conditions::from([
        ("id".to_owned(), Some("1".to_owned())),
        ("My Name".to_owned(), Some("it's".to_owned())),
        ("gone".to_owned(), None),
        ("column 2".to_owned(), Some(" and a = '1'".to_owned())),
    ]);
    let text = rows::written(&with).value().unwrap();
    assert_eq!(rows::conditions(&text), Some(with), "{text}");
    assert_eq!(rows::conditions(""), Some(rows::Conditions::new()));
    assert_eq!(rows::conditions("id > 1"), None);
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        let _ = read(&text, None);
    }

    #[test]
    fn any_words_are_read(words in prop::collection::vec(
        prop::sample::select(vec![
            "CREATE", "ALTER", "DROP", "ROLE", "TABLE", "DATABASE", "SCHEMA", "GRANT", "REVOKE", "ON", "TO",
            "FROM", "ALL", "IN", "a", "b.c", "\"D\"", "(", ")", ",", ";", "'x'", "1", "INSERT", "INTO", "VALUES",
            "UPDATE", "SET", "=", "DELETE", "WHERE", "AND", "INDEX", "VIEW", "AS", "SELECT", "FUNCTION", "$$ x $$",
            "LANGUAGE", "WITH", "PASSWORD", "DEFAULT", "PRIVILEGES", "COLUMN", "ADD", "\u{e000}", "IF", "EXISTS",
        ]), 0..12)) {
        let _ = read(&words.join(" "), Some("s"));
    }
}
