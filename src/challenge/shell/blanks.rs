//! What is no shell in a shell fence: `<NAME>` for the learner to fill in, `[[ Instruqt-Var … ]]` and
//! `{{ … }}` for the platform. Found and covered before the text is parsed, because to a shell `<NAME>`
//! is a redirection, and shells read on happily with the wrong meaning.
//!
//! Does not know words or quotes.

use std::collections::HashSet;
use std::ops::Range;

/// One covered place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blank {
    /// Where it stands in the text.
    pub(super) range: Range<usize>,
    /// What stands there.
    pub(super) kind: BlankKind,
}

/// What was covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BlankKind {
    /// `<NAME>`: the name.
    Placeholder(String),
    /// `[[ Instruqt-Var key="…" … ]]`: the key.
    InstruqtVar(String),
    /// `{{ … }}`: text, for whoever reads the command's argument.
    Template,
}

/// No placeholder's name is longer; also what keeps the search linear.
const LONGEST_NAME: usize = 80;
const LONGEST_TAG: usize = 240;

/// Names that stand in angle brackets in every page of HTML and are never filled in.
const HTML: &[&str] = &[
    "a", "b", "br", "body", "button", "center", "code", "div", "em", "form", "h1", "h2", "h3",
    "h4", "head", "hr", "html", "i", "img", "input", "li", "link", "meta", "ol", "option", "p",
    "pre", "q", "script", "select", "small", "span", "strong", "style", "table", "tbody", "td",
    "th", "thead", "title", "tr", "u", "ul",
];

/// Finds what is to be covered, in the order of the text.
pub(super) fn find(text: &str) -> Vec<Blank> {
    let closed: HashSet<&str> =
        text.match_indices("</").filter_map(|(at, _)| name_of_tag(text.get(at + 2..)?)).collect();
    let bytes = text.as_bytes();
    let mut blanks = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let blank = match bytes[at] {
            b'<' => placeholder(text, at, &closed),
            b'[' => instruqt_var(text, at),
            b'{' => template(text, at),
            _ => None,
        };
        at = blank.as_ref().map_or(at + 1, |blank| blank.range.end);
        blanks.extend(blank);
    }
    blanks
}

/// The text with every blank, and every letter beyond ASCII, covered by as many `_` as it has bytes, so that
/// offsets stay. To a shell such letters are all alike, and the parser cuts them in the middle where it
/// counts wrongly (in backquotes behind an escape).
pub(super) fn cover(text: &str, blanks: &[Blank]) -> String {
    let mut covered = String::with_capacity(text.len());
    let mut at = 0;
    for blank in blanks {
        covered.push_str(&text[at..blank.range.start]);
        covered.extend(std::iter::repeat_n('_', blank.range.len()));
        at = blank.range.end;
    }
    covered.push_str(&text[at..]);
    covered.chars().fold(String::with_capacity(text.len()), |mut ascii, letter| {
        if letter.is_ascii() {
            ascii.push(letter);
        } else {
            ascii.extend(std::iter::repeat_n('_', letter.len_utf8()));
        }
        ascii
    })
}

fn name_of_tag(rest: &str) -> Option<&str> {
    let end = rest
        .bytes()
        .take(LONGEST_NAME)
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte)))?;
    (end > 0).then(|| &rest[..end])
}

/// `<NAME>` at `at`, told apart from redirections and from HTML.
///
/// | text | is |
/// |---|---|
/// | `<NAME>`, `<your token>`, `<ns/name>` | a placeholder |
/// | `<<EOF`, `<(cmd)`, `< file`, `<&3`    | shell |
/// | `<in.sql >out`, `<in 2>err`           | two redirections: a blank, or a blank and a number, before `>` |
/// | `<dump.sql>out`                       | two redirections: a file's name with an ending, and text after it |
/// | `<h1>…</h1>`, `<br>`, `vector<int>`   | text |
fn placeholder(text: &str, at: usize, closed: &HashSet<&str>) -> Option<Blank> {
    let rest = &text[at + 1..];
    let first = rest.chars().next()?;
    if !first.is_alphabetic() {
        return None;
    }
    let length = rest
        .char_indices()
        .take(LONGEST_NAME)
        .find(|(_, c)| !(c.is_alphanumeric() || " _.:/,'@#()+=?-".contains(*c)))
        .filter(|(_, c)| *c == '>')
        .map(|(length, _)| length)?;
    let name = &rest[..length];
    let after = rest[length + 1..].chars().next();
    let before = text[..at].chars().next_back();
    let tag = name.split([' ', '/']).next().unwrap_or(name);
    let html = closed.contains(name)
        || closed.contains(tag)
        || HTML.contains(&tag)
        || name.ends_with('/')
        || name.contains("=\"");
    let shouted = !name.chars().any(char::is_lowercase);
    let glued = before.is_some_and(|c| c.is_alphanumeric() || c == '_') && !shouted;
    if html || glued || matches!(before, Some('<' | '&' | '?')) || ends_in_redirect(name) {
        return None;
    }
    if is_file_name(name) && after.is_some_and(|c| c.is_alphanumeric() || " ./&>".contains(c)) {
        return None;
    }
    let range = at..at + 1 + length + 1;
    Some(Blank { range, kind: BlankKind::Placeholder(name.to_owned()) })
}

/// `in `, `in 2`: what stands before the `>` of a second redirection.
fn ends_in_redirect(name: &str) -> bool {
    let number = name.trim_end_matches(|c: char| c.is_ascii_digit());
    name.ends_with(' ') || (number.len() + 1 == name.len() && number.ends_with(' '))
}

fn is_file_name(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty()
            && !stem.contains(' ')
            && (1..=5).contains(&ending.len())
            && ending.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// `[[ Instruqt-Var key="…" hostname="…" ]]` at `at`.
fn instruqt_var(text: &str, at: usize) -> Option<Blank> {
    let rest = text[at..].strip_prefix("[[")?;
    let inside = rest.trim_start_matches([' ', '\t']);
    inside.get(..12).filter(|name| name.eq_ignore_ascii_case("instruqt-var"))?;
    let window = floor(rest, LONGEST_TAG);
    let length = rest[..window].split('\n').next()?.find("]]")?;
    let key = attribute(&rest[..length], "key")?;
    let range = at..at + 2 + length + 2;
    Some(Blank { range, kind: BlankKind::InstruqtVar(key) })
}

/// The value of `name="…"`, whose quotes may be of either kind or smart ones.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(name)?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let marks = ['"', '\'', '“', '”', '‘', '’'];
    let value = rest.trim_start_matches(marks);
    let bare = value.len() == rest.len();
    let end = value
        .find(|c: char| if bare { c.is_whitespace() } else { marks.contains(&c) })
        .unwrap_or(value.len());
    (end > 0).then(|| value[..end].to_owned())
}

/// `{{ … }}` at `at`, on one line. One with quotes or expansions in it is left to the shell's rules.
fn template(text: &str, at: usize) -> Option<Blank> {
    let rest = text[at..].strip_prefix("{{")?;
    let window = floor(rest, LONGEST_TAG);
    let length = rest[..window].split('\n').next()?.find("}}")?;
    if rest[..length].contains(['"', '\'', '`', '$', '\\', '{']) {
        return None;
    }
    Some(Blank { range: at..at + 2 + length + 2, kind: BlankKind::Template })
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        find(text)
            .into_iter()
            .map(|blank| match blank.kind {
                BlankKind::Placeholder(name) => format!("<{name}>"),
                BlankKind::InstruqtVar(key) => format!("[{key}]"),
                BlankKind::Template => text[blank.range].to_owned(),
            })
            .collect()
    }

    #[test]
    fn placeholders_are_told_apart_from_redirections_and_html() {
        let rows: &[(&str, &[&str])] = &[
            ("psql -U <NAME> -h $H", &["<NAME>"]),
            ("login <your token> x", &["<your token>"]),
            ("echo \"password=<pw>\"", &["<pw>"]),
            ("ssh <user>@<host.example>", &["<user>", "<host.example>"]),
            ("get pg-<id>", &["<id>"]),
            ("get pod/<POD>", &["<POD>"]),
            ("curl http://<IP>:80", &["<IP>"]),
            ("x <user's token>", &["<user's token>"]),
            ("cat <<EOF\nEOF", &[]),
            ("diff <(a) <(b)>", &[]),
            ("psql < dump.sql > out", &[]),
            ("psql <dump.sql >out", &[]),
            ("psql <dump.sql>out", &[]),
            ("psql <dump 2>err", &[]),
            ("echo '<h1>Hi</h1><br>'", &[]),
            ("echo '<note lang=x>Hi</note>'", &[]),
            ("x '(?<name>.*)'", &[]),
            ("vector<int>", &[]),
            ("if [ 1 <2 ]; then a >b", &[]),
            ("x <näme>", &["<näme>"]),
        ];
        for (text, wanted) in rows {
            assert_eq!(names(text), *wanted, "{text}");
        }
    }

    #[test]
    fn the_platforms_blanks_are_found() {
        let rows: &[(&str, &[&str])] = &[
            ("x [[ Instruqt-Var key=\"ip\" hostname=\"h\" ]]", &["[ip]"]),
            ("x=\"[[Instruqt-Var key=\"ip\" hostname=\"h\"]]\"", &["[ip]"]),
            ("[[ -f x ]] && y", &[]),
            ("f {{ .State }} {{name}}", &["{{ .State }}", "{{name}}"]),
            ("f '{{range .x}}{{\"a\"}}'", &["{{range .x}}"]),
            ("{{\n}}", &[]),
        ];
        for (text, wanted) in rows {
            assert_eq!(names(text), *wanted, "{text}");
        }
    }

    #[test]
    fn covering_keeps_every_offset() {
        let text = "a <ñame> {{ b }} é";
        let covered = cover(text, &find(text));
        assert_eq!(covered.len(), text.len());
        assert_eq!(covered, "a _______ _______ __");
    }
}
