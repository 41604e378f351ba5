//! A command of the text as a person may read it: without the values that may well be secrets.

use crate::challenge::{Challenge, Command, Piece, Redirect, Word};
use crate::source::Span;
use crate::text::{and_list, one_line, ticked};

/// The most characters of a command that are shown.
const LONGEST: usize = 60;

/// Names of what is secret, wherever in a name they stand.
const SECRET: [&str; 8] =
    ["password", "passwd", "passphrase", "secret", "token", "credential", "private", "unseal"];

/// A command without the values of variables and keys, and without what a login or a heredoc is given.
pub(super) fn command(challenge: &Challenge, command: &Command) -> String {
    let source = &challenge.source;
    let names: Vec<&str> = command.assignments.iter().map(|one| one.name.as_str()).collect();
    let Some(first) = command.words.first() else {
        return match names.as_slice() {
            [] => ticked(&one_line(source.slice(command.span), LONGEST)),
            names => format!("sets {}", and_list(names)),
        };
    };
    let login = |word: &Word| {
        matches!(word.literal().as_deref(), Some("login" | "unseal" | "unwrap" | "hash-password"))
    };
    let last = command.words.iter().take(4).position(login);
    let last = last.unwrap_or(command.words.len() - 1);
    if command.words.iter().skip(1).any(|word| word.span.start < first.span.end) {
        // The words of a script in quotes have no places of their own.
        return ticked(&one_line(&spelled(&command.words[..=last]), LONGEST));
    }
    let mut text = String::new();
    let mut at = first.span.start;
    let mut hidden = false;
    for word in &command.words[..=last] {
        text.push_str(source.slice(Span::new(at, word.span.start)));
        let written = source.slice(word.span);
        let shown = if hidden { "…".to_owned() } else { without_secrets(written) };
        hidden = !hidden && is_secret_flag(written);
        text.push_str(&shown);
        at = word.span.end;
    }
    // A heredoc may hold anything, and its lines stand behind the other redirections.
    let here = command.redirects.iter().any(|redirect| matches!(redirect, Redirect::Here(_)));
    if last + 1 == command.words.len() && !here {
        let rest = source.slice(Span::new(at, command.span.end));
        let rest = rest.split_once(" #").map_or(rest, |(rest, _)| rest);
        text.push_str(rest.trim_end_matches([';', '|', '&', ' ']));
        return ticked(&one_line(&text, LONGEST));
    }
    let rest = if at < command.span.end { " …" } else { "" };
    ticked(&format!("{}{rest}", one_line(&text, LONGEST)))
}

/// Words as they could have been written.
fn spelled(words: &[Word]) -> String {
    let mut shown: Vec<String> = Vec::new();
    let mut hidden = false;
    for word in words {
        let pieces = word.pieces.iter().map(|piece| match piece {
            Piece::Literal(text) | Piece::Opaque(text) => text.clone(),
            Piece::Variable(name) => format!("${name}"),
            Piece::Substitution(_) => "$(…)".to_owned(),
            Piece::Placeholder(name) => format!("<{name}>"),
            Piece::InstruqtVar(key) => format!("[[ {key} ]]"),
        });
        let mut written: String = pieces.collect();
        if written.contains(char::is_whitespace) {
            written = format!("'{written}'");
        }
        shown.push(if hidden { "…".to_owned() } else { without_secrets(&written) });
        hidden = !hidden && is_secret_flag(&written);
    }
    shown.join(" ")
}

/// A word as written, less what it gives to a key, and less a password in an address.
fn without_secrets(written: &str) -> String {
    let inner = written.trim_start_matches(['"', '\'', '$']);
    let quoted = inner.len() != written.len();
    if let Some(flag) = inner.strip_prefix('-') {
        return match flag.split_once('=') {
            // `--from-literal=key=value`, `--set a.b=c`
            Some((name, value)) if is_secret(name) || value.contains('=') => {
                let start = written.len() - flag.len();
                format!("{}{name}=…", &written[..start])
            }
            _ => without_password(written),
        };
    }
    if let Some((key, _)) = inner.split_once('=')
        && is_key(key)
    {
        return format!("{}{key}=…", &written[..written.len() - inner.len()]);
    }
    // A statement, a document or a header in quotes.
    if quoted && is_secret(inner) {
        return "'…'".to_owned();
    }
    without_password(written)
}

/// `-password hunter2`: the next word is its value.
fn is_secret_flag(written: &str) -> bool {
    written.starts_with('-') && !written.contains('=') && is_secret(written)
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|secret| name.contains(secret))
}

/// The name of a field, a setting or a label; a URL's or a statement's start is none.
fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "-_./[]$".contains(c))
}

/// `scheme://user:password@host` without the password.
fn without_password(written: &str) -> String {
    let parts = || {
        let (scheme, rest) = written.split_once("://")?;
        let (login, host) = rest.split_once('@')?;
        let (user, _) = login.split_once(':')?;
        Some(format!("{scheme}://{user}:…@{host}"))
    };
    parts().unwrap_or_else(|| written.to_owned())
}
