//! Fences → steps: which fences are commands, and which commands those are.
//!
//! A fence is a step if it holds a command, or syntax whose commands cannot be known (`if`, `for`) or
//! read: then the step is there with what could be read, so that steps are numbered as a reader counts
//! them. A fence that is taken for something else is reported, so that nothing is left out in silence.

use super::fence::{Fence, Language};
use super::mapped::Mapped;
use super::{Command, Link, Nest, Within, Word, plausible, prompt, shell, typed_sql};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};
use crate::text::{count, one_line, ticked};

/// The commands of a fence, and what is typed; `None` where it is no step. A script with `#!` at its top is shown as a file: it may be
/// run or not.
pub(super) fn commands(
    source: &Source,
    fence: &Fence,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Vec<Command>, Mapped)> {
    let mut language = fence.info.language();
    if language == Language::Other && begins_with_a_heredoc(&fence.text.text) {
        diagnostics.push(Diagnostic::note(
            fence.info.span,
            format!("this fence is called {} and begins with a command", shown(&fence.info.text)),
        ));
        language = Language::Shell;
    }
    let joined;
    let text = match language {
        Language::Other => return None,
        Language::Command => {
            diagnostics.push(
                Diagnostic::warning(
                    fence.info.span,
                    format!(
                        "the command {} stands where a language should",
                        shown(&fence.info.text)
                    ),
                )
                .help("move it to the next line; it is read as the first command"),
            );
            joined = with_opening_line(fence);
            &joined
        }
        _ => &fence.text,
    };
    let mut session = prompt::typed(text, language);
    session.typed = typed_sql::into_psql(session.typed);
    let reading = shell::read(&session.typed);
    let found = reading.commands.iter().filter(|command| command.is_plain()).count();
    let text_first = reading.begins_foreign && language == Language::Unnamed;
    let (mut kept, dropped) = sift(reading.commands, language, text_first);
    let begins = session.typed.text.lines().map(str::trim).find(|line| is_telling(line));
    let shell_like = begins.is_some_and(plausible::begins_like_shell);
    // What is not knowable or not well-formed is shell only where nothing before it is text.
    let shell = found == 0 && (language == Language::Shell || shell_like);
    // In a fence that says that it is a shell's, what stands in a condition is enough.
    let some = kept.iter().any(|one| one.is_plain() || language == Language::Shell);
    if !(some || reading.more && shell) {
        no_commands(fence, text, session.prompted, diagnostics);
        return None;
    }
    if let Some(first) = dropped.first() {
        let message = match dropped.len() {
            1 => format!("{} is taken for output, not for a command", shown(source.slice(*first))),
            more => format!(
                "{} and {} like it are taken for output, not for commands",
                shown(source.slice(*first)),
                count(more - 1, "line")
            ),
        };
        diagnostics.push(Diagnostic::note(*first, message));
    }
    if session.left_out > 0 {
        let lines = count(session.left_out, "line");
        let message = format!("{lines} without a shell's prompt, taken for output");
        diagnostics.push(Diagnostic::note(fence.span, message));
    }
    odd_characters(&session.typed, diagnostics);
    diagnostics.extend(reading.diagnostics);
    if text.text.trim_start().starts_with("#!") {
        let within = Within { nest: Nest::Perhaps, span: fence.span };
        for command in &mut kept {
            command.within.insert(0, within.clone());
        }
    }
    Some((kept, session.typed))
}

/// Whether a text starts with a known program that is fed with a heredoc, whatever the text is called after.
fn begins_with_a_heredoc(text: &str) -> bool {
    let line = text.lines().map(str::trim).find(|line| is_telling(line)).unwrap_or_default();
    let program = line.trim_start_matches("$ ").split_whitespace().next().unwrap_or_default();
    let known = plausible::is_known(program) && !plausible::is_language(program);
    let mark = line.split_once("<<").map(|(_, mark)| mark.trim_start_matches('-').trim());
    let mark = mark.and_then(|mark| mark.split([' ', '|', '>', ';']).next()).unwrap_or_default();
    let mark = mark.trim_matches(['\'', '"']);
    known && !mark.is_empty() && text.lines().any(|line| line.trim() == mark)
}

fn with_opening_line(fence: &Fence) -> Mapped {
    let mut joined = Mapped::default();
    let info = &fence.info;
    joined.push(&info.text, info.span.start, info.text.len());
    joined.push("\n", info.span.end, 0);
    joined.push_part(&fence.text, 0..fence.text.text.len());
    joined
}

/// Whether a line tells what a fence is: not a comment, not empty.
fn is_telling(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

/// The commands that are plausible, and the places of the others. What hangs on a command with `|`,
/// `&&` or `||` goes with it. Of a fence that is `text` none is. What stands in a loop or a condition never says what
/// a fence is.
fn sift(commands: Vec<Command>, language: Language, text: bool) -> (Vec<Command>, Vec<Span>) {
    let mut kept = Vec::new();
    let mut dropped = Vec::new();
    let mut keep = false;
    let functions: Vec<String> = commands.iter().filter_map(function).collect();
    let is_command = |command: &Command| {
        let called = command.words.first().and_then(Word::literal);
        plausible::is_command(command, language)
            || called.is_some_and(|name| functions.contains(&name))
    };
    let first = commands.iter().find(|command| command.is_plain());
    let text =
        text || language == Language::Unnamed && first.is_some_and(|first| !is_command(first));
    for (index, command) in commands.into_iter().enumerate() {
        if index == 0 || command.link == Link::Then {
            keep = !text && is_command(&command);
            if !keep && command.is_plain() {
                dropped.push(command.span);
            }
        }
        if keep {
            kept.push(command);
        }
    }
    (kept, dropped)
}

/// The function that a command stands in.
fn function(command: &Command) -> Option<String> {
    command.within.iter().find_map(|within| match &within.nest {
        Nest::Function(name) => Some(name.clone()),
        _ => None,
    })
}

fn no_commands(fence: &Fence, text: &Mapped, prompted: bool, diagnostics: &mut Vec<Diagnostic>) {
    let message = match text.text.lines().map(str::trim).find(|line| !line.is_empty()) {
        None => "this fence is empty".to_owned(),
        Some(_) if prompted => "no line of this fence is typed into a shell".to_owned(),
        Some(line) if line.starts_with('#') && !text.text.lines().any(|l| is_telling(l.trim())) => {
            "this fence holds comments and no command".to_owned()
        }
        Some(line) => format!("{} is taken for text, not for a command", shown(line)),
    };
    diagnostics.push(Diagnostic::note(fence.span, message));
}

/// Characters that look like others and that a shell takes for parts of words; once for each kind.
fn odd_characters(text: &Mapped, diagnostics: &mut Vec<Diagnostic>) {
    const KINDS: &[(&[char], &str)] = &[
        (&['“', '”', '„', '‘', '’', '‚'], "smart quotes are no quotes to a shell"),
        (&['\u{a0}', '\u{202f}', '\u{2007}'], "a no-break space separates no words"),
        (
            &['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'],
            "a zero-width space is part of a word",
        ),
        (&['–', '—'], "a long dash starts no option"),
    ];
    for (characters, message) in KINDS {
        let mut places = text.text.match_indices(*characters);
        // Between words a dash is punctuation, in comments and in texts.
        let place = places.find(|(at, found)| {
            !found.starts_with(['–', '—'])
                || (text.text[..*at].ends_with(' ')
                    && text.text[at + found.len()..].starts_with(char::is_alphanumeric))
        });
        if let Some((at, found)) = place {
            diagnostics.push(Diagnostic::warning(text.span(at, at + found.len()), *message));
        }
    }
}

fn shown(text: &str) -> String {
    ticked(&one_line(text, 40))
}
