//! Scripts in the words of a command: `bash -c '…'`, `eval '…'`, `bash <<'EOF'`, `echo '…' | sh`. What stands
//! there in full is read as if it stood in the fence; where a variable is in it, it is not knowable what the
//! shell would make of it.

use super::{Mapped, Reader, read_at};
use crate::challenge::{Command, Link, Nest, Piece, Redirect, Within, Word};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// Scripts in scripts in scripts are left alone.
const DEEPEST: usize = 3;
const SHELLS: &[&str] = &["bash", "sh", "zsh", "/bin/bash", "/bin/sh", "dash", "ksh"];

/// A script: its text, whether it is known in full, and whether a shell of its own runs it.
struct Script {
    text: String,
    literal: bool,
    own_shell: bool,
}

impl Reader<'_> {
    /// Replaces the command that was read last by those of the script that it runs, if it does.
    pub(super) fn script(&mut self, into: &mut Vec<Command>) {
        let Some((command, before)) = into.split_last() else { return };
        if self.depth >= DEEPEST {
            return;
        }
        let piped = before.last().filter(|_| command.link == Link::Pipe);
        let Some(script) = script_of(command, piped) else { return };
        let mut text = Mapped::default();
        text.push(&script.text, 0, script.text.len());
        let reading = read_at(&text, self.depth + 1);
        if reading.diagnostics.iter().any(|one| one.severity == Severity::Error)
            || reading.commands.is_empty()
        {
            return;
        }
        self.reading.more |= reading.more || !script.literal;
        let (span, link) = (command.span, command.link);
        let mut within = command.within.clone();
        if !script.literal {
            let message = "what a shell makes of this text is not knowable from it";
            self.reading.diagnostics.push(Diagnostic::warning(span, message));
            within.push(Within { nest: Nest::Perhaps, span });
        }
        if script.own_shell {
            within.push(Within { nest: Nest::Subshell, span });
        }
        // What the shell itself is given stays: it may be sent its output elsewhere.
        let last = into.len() - 1;
        for (index, mut inner) in reading.commands.into_iter().enumerate() {
            inner.within.splice(0..0, within.iter().cloned());
            if index == 0 && link != Link::Pipe {
                inner.link = link;
            }
            place(&mut inner, span);
            into.push(inner);
        }
        let outer = into.remove(last);
        if let Some(command) = into.last_mut() {
            command.redirects.extend(outer.redirects.into_iter().filter_map(|one| match one {
                Redirect::Write(file) | Redirect::Append(file) => Some(Redirect::Group(file)),
                _ => None,
            }));
        }
    }
}

/// The commands of a script that stands in a file of the text's, all at the place of the command that runs it. `None`
/// where they hang on how it is run, or cannot be read.
pub(crate) fn in_file(text: &str, span: Span, own_shell: bool) -> Option<Vec<Command>> {
    let arguments = ["$1", "${1", "$@", "$*", "$#", "$0", "${@"];
    let ends = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    let leaves = ["exit", "return", "exec", "trap", "shift", "read", "kill"];
    if arguments.iter().any(|one| text.contains(one))
        || ends.into_iter().any(|word| leaves.contains(&word))
    {
        return None;
    }
    let mut mapped = Mapped::default();
    mapped.push(text, 0, text.len());
    let reading = read_at(&mapped, 1);
    if reading.diagnostics.iter().any(|one| one.severity == Severity::Error) {
        return None;
    }
    let mut commands = reading.commands;
    for command in &mut commands {
        if own_shell {
            command.within.insert(0, Within { nest: Nest::Subshell, span });
        }
        place(command, span);
    }
    Some(commands)
}

fn script_of(command: &Command, piped: Option<&Command>) -> Option<Script> {
    let words: Vec<Option<String>> = command.words.iter().map(Word::literal).collect();
    let start = usize::from(words.first()?.as_deref() == Some("sudo"));
    let program = words.get(start)?.as_deref()?;
    let rest = &command.words[start + 1..];
    if program == "eval" && rest.len() == 1 {
        return text_of(&rest[0]).map(|(text, literal)| Script { text, literal, own_shell: false });
    }
    if !SHELLS.contains(&program) {
        return None;
    }
    let script = |word: &Word| {
        text_of(word).map(|(text, literal)| Script { text, literal, own_shell: true })
    };
    let flags = rest.iter().take_while(|word| {
        word.literal().is_some_and(|flag| flag.starts_with('-') && flag.len() > 1)
    });
    let flags: Vec<String> = flags.filter_map(Word::literal).collect();
    let runs = flags.iter().position(|flag| !flag.starts_with("--") && flag.ends_with('c'));
    if let Some(at) = runs {
        return script(rest.get(at + 1)?);
    }
    let from_input = rest.len() == flags.len()
        || rest.iter().skip(flags.len()).all(|word| word.literal().is_some_and(|w| w == "-"));
    if !from_input {
        return None;
    }
    let here = command.redirects.iter().rev().find_map(|redirect| match redirect {
        Redirect::Here(word) => Some(word),
        _ => None,
    });
    match (here, piped) {
        (Some(word), _) => script(word),
        (None, Some(before)) => printed(before).and_then(script),
        (None, None) => None,
    }
}

/// The one word that an `echo`, or a `cat` of a heredoc, prints.
fn printed(command: &Command) -> Option<&Word> {
    match (command.words.first()?.literal()?.as_str(), command.words.len()) {
        ("echo", 2) => Some(&command.words[1]),
        ("cat", 1) => command.redirects.iter().find_map(|redirect| match redirect {
            Redirect::Here(word) => Some(word),
            _ => None,
        }),
        _ => None,
    }
}

/// The text of a word with its variables as they are written, and whether there are none.
fn text_of(word: &Word) -> Option<(String, bool)> {
    let mut literal = true;
    let mut text = String::new();
    for piece in &word.pieces {
        match piece {
            Piece::Literal(known) => text.push_str(known),
            Piece::Variable(name) => {
                literal = false;
                text.push_str("${");
                text.push_str(name);
                text.push('}');
            }
            Piece::Placeholder(name) => {
                text.push('<');
                text.push_str(name);
                text.push('>');
            }
            Piece::Substitution(_) | Piece::InstruqtVar(_) | Piece::Opaque(_) => return None,
        }
    }
    (!text.trim().is_empty()).then_some((text, literal))
}

/// Gives a command of a script, and all in it, the place of what runs the script.
fn place(command: &mut Command, span: Span) {
    command.span = span;
    for within in &mut command.within {
        within.span = span;
    }
    for assignment in &mut command.assignments {
        assignment.span = span;
        place_word(&mut assignment.value, span);
    }
    for word in &mut command.words {
        place_word(word, span);
    }
    for redirect in &mut command.redirects {
        let (Redirect::Write(word)
        | Redirect::Append(word)
        | Redirect::Group(word)
        | Redirect::Read(word)
        | Redirect::Here(word)) = redirect;
        place_word(word, span);
    }
}

fn place_word(word: &mut Word, span: Span) {
    word.span = span;
    for piece in &mut word.pieces {
        if let Piece::Substitution(commands) = piece {
            for command in commands {
                place(command, span);
            }
        }
    }
}
