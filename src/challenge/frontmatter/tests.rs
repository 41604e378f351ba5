//! The block's borders and what is said of broken ones; fields are in `tests/challenges/parse`.

use super::*;
use crate::diagnostic::Severity;

fn read_text(text: &str) -> (Frontmatter, usize, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let (frontmatter, body) = read(text, &mut diagnostics);
    (frontmatter, body, diagnostics)
}

#[test]
fn only_the_block_at_the_very_top_is_frontmatter() {
    for (text, body, wanted) in [
        ("---\nslug: a\n---\nb\n---\n", "b\n---\n", None),
        ("---\r\nslug: a\r\n---\r\nb", "b", None),
        ("\u{feff}---\nslug: a\n---\nb", "b", None),
        ("--- \nslug: a\n---  \nb", "b", None),
        ("---\nslug: a\n---", "", None),
        ("\n---\nslug: a\n---\nb", "\n---\nslug: a\n---\nb", Some(Severity::Warning)),
        ("", "", Some(Severity::Warning)),
        ("---", "", Some(Severity::Error)),
        ("---\nslug: a\n", "slug: a\n", Some(Severity::Error)),
        ("---\n---\nb", "b", Some(Severity::Warning)),
        ("---\n- a\n---\nb", "b", Some(Severity::Error)),
    ] {
        let (_, start, diagnostics) = read_text(text);
        assert_eq!(&text[start..], body, "{text:?}");
        let worst = diagnostics.iter().map(|diagnostic| diagnostic.severity).max();
        assert_eq!(worst, wanted, "{text:?}: {diagnostics:?}");
    }
}

#[test]
fn places_are_those_of_the_file() {
    let text = "---\r\nslug: \"é\"\r\ntabs:\r\n- title: ü\r\n  port: 80\r\n---\r\n";
    let (frontmatter, _, diagnostics) = read_text(text);
    assert_eq!(diagnostics, []);
    let slug = frontmatter.slug.unwrap();
    assert_eq!((slug.value.as_str(), &text[slug.key.start..slug.key.end]), ("é", "slug"));
    assert_eq!(&text[slug.span.start..slug.span.end], "\"é\"");
    let port = frontmatter.tabs[0].port.clone().unwrap();
    assert_eq!((port.value, &text[port.span.start..port.span.end]), (80, "80"));
    let tab = frontmatter.tabs[0].span;
    assert_eq!(&text[tab.start..tab.end], "title: ü\r\n  port: 80");
}

#[test]
fn scalars_that_look_like_something_else_stay_what_was_written() {
    for (written, wanted) in [
        ("yes", "yes"),
        ("on", "on"),
        ("017", "017"),
        ("1_000", "1_000"),
        ("1e5", "1e5"),
        ("0x1F", "0x1F"),
        ("true", "true"),
        ("1.10", "1.10"),
        ("'null'", "null"),
        ("2024-01-01", "2024-01-01"),
    ] {
        let (frontmatter, _, _) = read_text(&format!("---\nid: {written}\n---\n"));
        assert_eq!(frontmatter.id.map(|id| id.value).as_deref(), Some(wanted), "{written}");
    }
    for nothing in ["", "~", "null"] {
        let (frontmatter, _, diagnostics) = read_text(&format!("---\nid: {nothing}\n---\n"));
        assert_eq!((frontmatter.id, diagnostics), (None, vec![]), "{nothing}");
    }
}
