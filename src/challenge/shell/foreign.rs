//! Blocks in a shell's fence that are of another language: HCL and JSON, between commands or behind one that prints
//! them. Looked for only where a fence is not well-formed shell. Errs towards shell: one line that may be a command,
//! and nothing is taken for a block.

use std::ops::Range;

use crate::challenge::plausible;
use crate::challenge::prompt::Open;

/// No block has more lines.
const LONGEST: usize = 400;
/// So many lines are looked at for the ends of blocks that have none.
const MOST: usize = 20_000;

/// The blocks of a text: whole lines, from the one that opens a brace to the one that closes it.
pub(super) fn blocks(text: &str) -> Vec<Range<usize>> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut blocks = Vec::new();
    let mut open = Open::default();
    let (mut index, mut at, mut left) = (0, 0, MOST);
    while let Some(line) = lines.get(index) {
        let length = if open.is_open() { None } else { block(&lines[index..], &mut left) };
        if let Some(length) = length {
            let end =
                at + lines[index..index + length].iter().map(|line| line.len()).sum::<usize>();
            blocks.push(at..end);
            (index, at) = (index + length, end);
            continue;
        }
        // A quote in what a command prints opens nothing.
        if open.is_open() || plausible::begins_like_shell(line) {
            open.feed(line);
        }
        (index, at) = (index + 1, at + line.len());
    }
    blocks
}

/// How many of the lines are a block that the first of them opens.
fn block(lines: &[&str], left: &mut usize) -> Option<usize> {
    if !opens(lines.first()?.trim()) {
        return None;
    }
    let mut depth = 0_isize;
    let mut mark: Option<&str> = None;
    for (index, line) in lines.iter().take(LONGEST).enumerate() {
        *left = left.checked_sub(1)?;
        let line = line.trim();
        if let Some(end) = mark {
            mark = (line != end).then_some(end);
            continue;
        }
        if !belongs(line) {
            return None;
        }
        mark = heredoc(line);
        depth += balance(line);
        if depth <= 0 {
            return (depth == 0).then_some(index + 1);
        }
    }
    None
}

/// The mark of a heredoc at the end of a line: `policy = <<EOT`.
fn heredoc(line: &str) -> Option<&str> {
    let (_, mark) = line.rsplit_once("<<")?;
    let mark = mark.trim_start_matches(['-', '~']);
    (!mark.is_empty() && mark.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
        .then_some(mark)
}

/// Braces and brackets that a line opens, less those that it closes, outside of quotes and comments.
fn balance(line: &str) -> isize {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for character in line.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '#' => break,
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
    }
    depth
}

/// `path "a/*" {`, `resource "x" "y" {`, `keys = [`, `"keys": [`, `{`.
fn opens(line: &str) -> bool {
    let Some(head) = line.strip_suffix(['{', '[']) else { return false };
    words(head).is_some_and(|words| {
        let (last, names) =
            words.split_last().map_or((None, &[][..]), |(last, all)| (Some(last), all));
        let joined = |word: &str| matches!(word, "=" | ":");
        let last_fits = last.is_none_or(|word| joined(word) && !names.is_empty() || is_name(word));
        last_fits && names.iter().all(|word| is_name(word))
    })
}

/// The words of a line: names, texts in double quotes, `=` and `:`. `None` where something else stands there.
fn words(line: &str) -> Option<Vec<&str>> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => rest[1..].find('"')? + 2,
            '=' | ':' => 1,
            _ => rest.find(|c: char| !is_name_letter(c)).unwrap_or(rest.len()),
        };
        if length == 0 {
            return None;
        }
        words.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    Some(words)
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

fn is_name(word: &str) -> bool {
    word.starts_with('"') || word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Whether a line may stand in a block of another language, and is no command.
fn belongs(line: &str) -> bool {
    let only = |letters: &str| line.chars().all(|letter| letters.contains(letter));
    if ["#", "//", "/*", "*"].iter().any(|start| line.starts_with(start)) || only("{}[](), ;") {
        return true;
    }
    opens(line) || is_item(line) || sets(line)
}

/// `"a",`, `12,`, `true`
fn is_item(line: &str) -> bool {
    let item = line.trim_end_matches(',');
    let quoted = item.len() > 1 && item.starts_with('"') && item.ends_with('"');
    let plain = matches!(item, "true" | "false" | "null") || item.parse::<f64>().is_ok();
    quoted || plain
}

/// `key = value`, `"key": value`, `key: value`; `KEY=value` is a shell's.
fn sets(line: &str) -> bool {
    let end = match line.strip_prefix('"') {
        Some(rest) => rest.find('"').map(|at| at + 2),
        None => line.find(|c: char| !is_name_letter(c)),
    };
    let Some((name, rest)) = end.and_then(|end| line.split_at_checked(end)) else { return false };
    let spaced = rest.trim_start().starts_with('=') && rest.starts_with([' ', '\t']);
    let follows = rest.trim_start().starts_with(':') && !rest.contains("://");
    let quoted = name.starts_with('"') && rest.trim_start().starts_with(['=', ':']);
    is_name(name) && (spaced || follows || quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_other_languages_are_told_from_shell() {
        for (text, expected) in [
            ("a\npath \"x/*\" {\n  capabilities = [\"read\"]\n}\nb", &["path"][..]),
            ("path \"x\" {\n}\n\npath \"y\" {\n  a = [\n    \"b\",\n  ]\n}\n", &["path", "path"]),
            ("{\n  \"a\": {\n    \"b\": [1, 2]\n  }\n}\nls", &["{"]),
            ("resource \"a\" \"b\" {\n  # it's\n  policy = <<EOT\n} (\nEOT\n}\n", &["resource"]),
            ("keys = [\n  \"a\",\n  1\n]\n", &["keys"]),
            ("service {\n  name: web\n}", &["service"]),
            // A shell's own.
            ("f() {\n  a = b\n}", &[]),
            ("{\n  ls\n}", &[]),
            ("function f {\n  vault status\n}", &[]),
            ("a {\n  B=c\n}", &[]),
            ("path \"x\" {\n  a = b", &[]),
            // In a heredoc or a quote it is a command's.
            ("cat <<EOF\npath \"x\" {\n}\nEOF\n", &[]),
            ("vault policy write a - <<'X'\n{\n}\nX\n{\n}", &["{"]),
            ("echo 'a\n{\n}\n'", &[]),
            // A quote in what is printed is none.
            ("It's done\n{\n}\n", &["{"]),
        ] {
            let found: Vec<&str> = blocks(text)
                .into_iter()
                .map(|block| text[block].split_whitespace().next().unwrap_or_default())
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
