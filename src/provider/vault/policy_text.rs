//! The text of a policy, folded so that white space and comments do not count. Pure.

use crate::claim::Text;
use crate::provider::masked::Masked;

/// A text of the challenge, folded; its holes stay where they are.
pub(super) fn folded(text: &Text) -> Text {
    let masked = Masked::new(text);
    masked.unmask(&fold(&masked.text))
}

/// HCL or JSON with each run of white space and comments as one blank, and none beside punctuation.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::new();
    let mut blank = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            _ if c.is_whitespace() => c.len_utf8(),
            '#' => to_line_end(rest),
            '/' if rest.starts_with("//") => to_line_end(rest),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => 0,
        };
        if skipped > 0 {
            blank = true;
            rest = &rest[skipped..];
            continue;
        }
        let taken = if c == '"' { quoted(rest) } else { c.len_utf8() };
        let closes = matches!(c, ']' | '}');
        if closes && folded.ends_with(',') {
            folded.pop();
        }
        let glued = is_punctuation(c) || folded.ends_with(is_punctuation) || folded.is_empty();
        if blank && !glued {
            folded.push(' ');
        }
        blank = false;
        folded.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    folded
}

fn is_punctuation(c: char) -> bool {
    matches!(c, '{' | '}' | '[' | ']' | ',' | '=' | ':')
}

fn to_line_end(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// The length of a quoted text at the beginning, with its quotes.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_comments_do_not_count() {
        let text = "# reads all\npath \"kv/*\" {\n  capabilities = [\"read\", \"list\",]\n}\n";
        assert_eq!(fold(text), "path \"kv/*\"{capabilities=[\"read\",\"list\"]}");
        let other = "path \"kv/*\" { // all\n/* of\nit */capabilities=[\"read\",\n\"list\"] }";
        assert_eq!(fold(text), fold(other));
    }

    #[test]
    fn what_is_quoted_counts() {
        assert_ne!(fold("path \"a  b\" {}"), fold("path \"a b\" {}"));
        assert_eq!(fold("path \"a#b//c\" {}"), "path \"a#b//c\"{}");
        assert_eq!(fold("x = \"a\\\"# b\" # c"), "x=\"a\\\"# b\"");
        assert_ne!(fold("a = 1\nb = 2"), fold("a = 12"));
        assert_eq!(fold("a = 1\nb = 2"), "a=1 b=2");
        assert_eq!(fold("\"open"), "\"open");
    }
}
