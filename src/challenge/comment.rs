//! The author's word in the body: comments `<!-- labproof: … -->`. All other comments are none of ours.

use pulldown_cmark::{Event, Options, Parser};

use crate::source::Span;

/// What a comment of ours begins with.
const MARK: &str = "labproof:";

/// A comment of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The whole comment.
    pub span: Span,
    /// What stands in it behind `labproof:`.
    pub said: Span,
}

/// All comments in the body, which starts at `start` of `text`, in order. What stands in a fence or in code is text
/// that is shown, and no comment.
pub(super) fn all(text: &str, start: usize) -> Vec<Span> {
    // Most texts have none, and need not be parsed once more.
    if !text[start..].contains("<!--") {
        return Vec::new();
    }
    let options = Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_FOOTNOTES;
    let mut html: Vec<(usize, usize)> = Vec::new();
    for (event, range) in Parser::new_ext(&text[start..], options).into_offset_iter() {
        if !matches!(event, Event::Html(_) | Event::InlineHtml(_)) {
            continue;
        }
        let (from, to) = (range.start + start, range.end + start);
        match html.last_mut() {
            // A block comes in lines.
            Some((_, end)) if text[*end..from].trim().is_empty() => *end = to,
            _ => html.push((from, to)),
        }
    }
    html.into_iter().flat_map(|(from, to)| within(text, from, to)).collect()
}

fn within(text: &str, from: usize, to: usize) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = from;
    while let Some(opens) = text[at..to].find("<!--").map(|opens| at + opens) {
        let Some(closes) = text[opens + 4..to].find("-->") else { break };
        at = opens + 4 + closes + 3;
        found.push(Span::new(opens, at));
    }
    found
}

/// A comment as one of ours, if it is one.
pub(super) fn of_ours(text: &str, span: Span) -> Option<Comment> {
    let (inner, end) = (span.start + 4, span.end - 3);
    let said = text[inner..end].trim_start().strip_prefix(MARK)?;
    Some(Comment { span, said: Span::new(end - said.len(), end) })
}

/// The text as its readers see it: blanks in the place of comments, byte for byte.
pub(super) fn hidden(text: &str, comments: &[Span]) -> String {
    let mut seen = String::with_capacity(text.len());
    let mut at = 0;
    for comment in comments {
        seen.push_str(&text[at..comment.start]);
        let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
        seen.extend(text[comment.start..comment.end].bytes().map(blank));
        at = comment.end;
    }
    seen.push_str(&text[at..]);
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<&str> {
        let ours = all(text, 0).into_iter().filter_map(|comment| of_ours(text, comment));
        ours.map(|comment| text[comment.said.start..comment.said.end].trim()).collect()
    }

    #[test]
    fn only_comments_of_ours_count() {
        for (text, expected) in [
            ("```sh\nls\n```\n<!-- labproof: {expect: refused} -->\n", &["{expect: refused}"][..]),
            ("```sh\nls\n```\n\n<!--labproof:\nname: a\nhint: b\n-->\n", &["name: a\nhint: b"]),
            ("1. x\n   ```sh\n   ls\n   ```\n   <!-- labproof: name: a -->\n", &["name: a"]),
            ("words <!-- labproof: name: a --> words\n", &["name: a"]),
            ("<!-- labproof: a --><!-- other --><!-- labproof: b -->\n", &["a", "b"]),
            ("<!-- TODO: labproof: later -->\n", &[]),
            ("```html\n<!-- labproof: name: a -->\n```\n", &[]),
            ("as in `<!-- labproof: name: a -->`\n", &[]),
            ("<!-- labproof: never closed\n", &[]),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn readers_see_no_comment() {
        let text = "a <!-- é\nb --> c\n\n```html\n<!-- d -->\n```\n";
        let seen = hidden(text, &all(text, 0));
        assert_eq!(seen, "a        \n      c\n\n```html\n<!-- d -->\n```\n");
        assert_eq!(seen.len(), text.len());
    }
}
