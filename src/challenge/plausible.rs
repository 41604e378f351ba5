//! Whether what parses as a command is one: authors put values, user names and output into fences that
//! say `bash` or say nothing, and almost any text parses as shell.
//!
//! | first word | with arguments | alone |
//! |---|---|---|
//! | a known program (`vault`, `kubectl`, …)                  | yes | if it does something alone (`ls`, `pwd`) |
//! | a path to run: `./x`, `~/x`, `x.sh`                      | yes | yes |
//! | another path: `/ui/`                                     | yes, unnamed fences too | in a `bin` folder |
//! | `Word`, `WORD`, `word:`, `10.0.0.1`, `{`, `http://…`     | no  | no |
//! | any name before `=`, `:` or `->` on its own              | no  | no |
//! | any name before words of which the last ends in `{`      | no  | no |
//! | a name in small letters                                  | in a fence that names a shell, or with a flag, a path or `k=v` | no |
//! | `$X`, `"$X"/y`                                           | yes | no |
//! | only assignments                                         | - | yes |
//!
//! A fence that names no language and whose first command is none is text as a whole: code of other
//! languages has lines that pass for shell, and commands come before what they print.
//!
//! Errs towards "no": what is claimed later comes from known programs only, and a fence that is left
//! out is reported.

use super::fence::Language;
use super::programs;
use super::{Command, Piece, Word};

/// Whether `name` is a program that labs call.
pub(super) fn is_known(name: &str) -> bool {
    programs::KNOWN.contains(name)
}

/// Whether `name` is a language of fences as well.
pub(super) fn is_language(name: &str) -> bool {
    programs::LANGUAGES.contains(name)
}

/// Whether a line of text begins with a known program or a shell's keyword.
pub(super) fn begins_like_shell(line: &str) -> bool {
    const KEYWORDS: &[&str] =
        &["if", "for", "while", "until", "case", "function", "select", "!", "time"];
    let first = line.split_whitespace().next().unwrap_or_default();
    is_known(first) || KEYWORDS.contains(&first) || runs(first) || first.ends_with("()")
}

/// Whether a line of text surely begins a command: a known program with arguments, or one that is a command alone.
pub(super) fn surely_begins(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let program = first.rsplit('/').next().unwrap_or_default();
    match words.next() {
        None => is_known(program) && programs::ALONE.contains(program),
        Some(second) => {
            let defined = matches!(second, "=" | ":" | ":=" | "->" | "=>" | "==" | "::=");
            is_known(program) && !defined && !line.trim_end().ends_with(['{', '['])
        }
    }
}

/// Whether the first word of a line is the name of no program, no path and no assignment: `It's`, `Key:`.
pub(super) fn is_no_program(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    let word = first.starts_with(char::is_alphabetic);
    word && !first.contains(['=', '$', '/', '`', '(', '{', '[', '<']) && !is_name(first)
}

/// Whether `command` is one, in a fence of `language` (see the table above).
pub(super) fn is_command(command: &Command, language: Language) -> bool {
    let named = matches!(language, Language::Shell | Language::Command);
    let Some((first, arguments)) = command.words.split_first() else {
        return !command.assignments.is_empty() || named;
    };
    let Some(name) = first.literal() else {
        return is_computed(first) && (named || !arguments.is_empty()) && !defines(arguments);
    };
    let alone = arguments.is_empty();
    if is_known(&name) || is_known(name.rsplit('/').next().unwrap_or_default()) {
        let fed = !command.redirects.is_empty() || !command.assignments.is_empty();
        return if alone {
            fed || programs::ALONE.contains(name.as_str()) || name.contains("/bin/")
        } else {
            !defines(arguments) && !opens(arguments)
        };
    }
    if runs(&name) {
        return true;
    }
    if name.starts_with('/') {
        return !alone || name.contains("/bin/");
    }
    is_name(&name)
        && !alone
        && !defines(arguments)
        && !opens(arguments)
        && (named || arguments.iter().any(is_shell_like))
}

/// `class x {`, `node default {`, `"a": 1,`: a line of some other language that goes on.
fn opens(arguments: &[Word]) -> bool {
    let brace = |word: &Word| word.literal().is_some_and(|text| text == "{");
    let last = arguments.last().and_then(|word| match word.pieces.last() {
        Some(Piece::Literal(text)) => text.chars().next_back(),
        _ => None,
    });
    arguments.iter().any(brace) || last.is_some_and(|last| matches!(last, '{' | '('))
}

/// `./x`, `~/x`, `../x`, `x.sh`.
fn runs(name: &str) -> bool {
    (["./", "~/", "../"].iter().any(|start| name.starts_with(start)) && !name.ends_with('/'))
        || name.strip_suffix(".sh").is_some_and(|stem| !stem.is_empty())
}

/// A name as programs have: begins with a small letter, and goes on with letters, digits and `_.+-`.
fn is_name(name: &str) -> bool {
    name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte))
        && !name.ends_with('.')
}

/// `NAME = value`, `NAME : value`: the second word says that the first is no program.
fn defines(arguments: &[Word]) -> bool {
    arguments
        .first()
        .and_then(Word::literal)
        .is_some_and(|word| matches!(word.as_str(), "=" | ":" | ":=" | "->" | "=>" | "==" | "::="))
}

/// A flag, a path, `k=v` or a variable: prose has none of them.
fn is_shell_like(word: &Word) -> bool {
    word.pieces.iter().any(|piece| match piece {
        Piece::Literal(text) => {
            text.starts_with('-') || text.contains('/') || (text.contains('=') && text.len() > 1)
        }
        Piece::Variable(_) | Piece::Substitution(_) => true,
        _ => false,
    })
}

/// The program's name comes from a variable, at least in part.
fn is_computed(word: &Word) -> bool {
    word.pieces.iter().any(|piece| matches!(piece, Piece::Variable(_) | Piece::Substitution(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::challenge::mapped::Mapped;
    use crate::challenge::shell;

    fn verdict(text: &str, language: Language) -> bool {
        let mut mapped = Mapped::default();
        mapped.push(text, 0, text.len());
        let reading = shell::read(&mapped);
        reading.commands.first().is_some_and(|first| is_command(first, language))
    }

    #[test]
    fn commands_are_told_from_values_and_output() {
        // The text; whether it is a command in a fence that names a shell; in one that names nothing.
        for (text, shell, unnamed) in [
            ("vault status", true, true),
            ("/usr/bin/vault status", true, true),
            ("ls", true, true),
            ("curl", false, false),
            ("./run.sh", true, true),
            ("/root/run.sh", true, true),
            ("/ui/", false, false),
            ("/ui/vault/secrets", false, false),
            ("/etc/init.d/web start", true, true),
            ("mytool do something", true, false),
            ("mytool --do something", true, true),
            ("mytool", false, false),
            ("my secret value", true, false),
            ("Sealed false", false, false),
            ("SELECT 1", false, false),
            ("name: web", false, false),
            ("name = web", false, false),
            ("path = web", false, false),
            ("service { x", false, false),
            ("class x {", false, false),
            ("10.0.0.1", false, false),
            ("s.abcdef", false, false),
            ("https://example.com", false, false),
            ("$HOME/bin/x", true, false),
            ("$CMD x", true, true),
            ("$x = y", false, false),
            ("<TOKEN>", false, false),
            ("A=b", true, true),
            ("export A=b", true, true),
            ("cat < file", true, true),
        ] {
            assert_eq!(verdict(text, Language::Shell), shell, "{text} in a shell's fence");
            assert_eq!(verdict(text, Language::Unnamed), unnamed, "{text} in an unnamed fence");
        }
    }
}
