//! The text of a shell fence → [`Command`]s, through a parser of the shell's grammar that stays hidden
//! behind our own types.
//!
//! Runs nothing, expands nothing, and does not know what a program does.

mod blanks;
mod command;
mod escape;
mod foreign;
mod redirect;
mod resume;
pub(super) mod script;
mod trouble;
mod word;

use std::ops::Range;

use shuck_parser::parser::{ParseResult, Parser};
use shuck_parser::{ShellDialect, ShellProfile};

use self::blanks::Blank;
use self::trouble::{Stumble, Trouble};
use super::mapped::Mapped;
use super::{Command, Within};
use crate::diagnostic::Diagnostic;

/// What a fence's text holds.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The commands, in the order in which a shell would reach them.
    pub(super) commands: Vec<Command>,
    /// Whether there is syntax beside plain commands: `if`, `for`, a function, or something that is not
    /// well-formed.
    pub(super) more: bool,
    /// Whether the first that stands there is of another language than a shell's.
    pub(super) begins_foreign: bool,
    /// What could not be read.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// What stands behind it.
    fn append(&mut self, mut other: Self) {
        self.commands.append(&mut other.commands);
        self.diagnostics.append(&mut other.diagnostics);
        self.more |= other.more;
    }
}

/// Nesting beyond this is an error; the parser's stack budget is its second bound.
const DEEPEST: usize = 64;
/// Operations for a byte of text, and to start with: a multiple of what any well-formed text takes.
const FUEL_A_BYTE: usize = 64;
const FUEL: usize = 10_000;
/// A fence longer than this is data.
const LONGEST: usize = 256 * 1024;

/// Reads the commands of a fence. Total: what is not well-formed is a diagnostic.
pub(super) fn read(mapped: &Mapped) -> Reading {
    read_at(mapped, 0)
}

/// The same for a text that stands `depth` scripts deep in others.
fn read_at(mapped: &Mapped, depth: usize) -> Reading {
    let text = mapped.text.as_str();
    if text.len() > LONGEST {
        let message = format!("a fence of {} bytes is not read, at most {LONGEST}", text.len());
        let diagnostics = vec![Diagnostic::error(mapped.whole(), message)];
        return Reading { more: true, diagnostics, ..Reading::default() };
    }
    if let Some(at) = too_many_braces(text) {
        let message = "more braces are open here than are read, so this fence is not read";
        let diagnostics = vec![Diagnostic::error(mapped.span(at, at + 1), message)];
        return Reading { more: true, diagnostics, ..Reading::default() };
    }
    let mut reading = match read_whole(mapped, depth) {
        Ok(reading) => reading,
        Err(_) if depth == 0 && text.trim_start().starts_with("#!") => resume::script(mapped),
        Err(_) if depth == 0 => resume::read(mapped),
        // Half a script is another script.
        Err(stumble) => {
            let diagnostics = vec![stumble.said(mapped, None)];
            Reading { more: true, diagnostics, ..Reading::default() }
        }
    };
    reading.diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    reading
}

/// Reads a text that is well-formed as a whole; where it is not, the first place at which it is not.
fn read_whole(mapped: &Mapped, depth: usize) -> Result<Reading, Stumble> {
    let text = mapped.text.as_str();
    let blanks = blanks::find(text);
    let covered = blanks::cover(text, &blanks);
    let result = parse(&covered);
    if !result.is_ok() {
        return Err(Stumble::first(text, &result));
    }
    if let Some(at) = trouble::swallowing(text).filter(|_| depth == 0) {
        return Err(Stumble::new(text, at, Trouble::Quote));
    }
    let mut reader = Reader {
        mapped,
        text,
        blanks: &blanks,
        reading: Reading::default(),
        unknowable_last: None,
        parenthesis: None,
        within: Vec::new(),
        depth,
        unended: None,
    };
    reader.file(&result);
    if let Some(at) = reader.parenthesis {
        return Err(Stumble::new(text, at, Trouble::Parenthesis));
    }
    let mut reading = reader.reading;
    if let Some(swallowed) = reader.unended {
        reading.append(resume::salvaged(&mapped.part(swallowed)));
        // A heredoc in a substitution is swallowed before the command that it stands in ends.
        reading.commands.sort_by_key(|command| command.span.start);
    }
    Ok(reading)
}

/// Where more braces are open on one line than any text has: the parser looks for the end of each of
/// them, to the end of the line.
fn too_many_braces(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'{' => open += 1,
            b'}' => open = open.saturating_sub(1),
            b'\n' => open = 0,
            _ => {}
        }
        open > DEEPEST
    })
}

fn parse(covered: &str) -> ParseResult {
    let fuel = FUEL + covered.len() * FUEL_A_BYTE;
    let profile = ShellProfile::native(ShellDialect::Bash);
    Parser::with_limits_and_profile(covered, DEEPEST, fuel, profile).parse()
}

/// What the reading of one fence needs everywhere.
struct Reader<'a> {
    mapped: &'a Mapped,
    /// The fence's text as written; the parser saw it with the blanks covered.
    text: &'a str,
    blanks: &'a [Blank],
    reading: Reading,
    /// Where what was read last is something like `if`: its place. What hangs on it is not knowable either.
    unknowable_last: Option<crate::source::Span>,
    /// The first bare parenthesis in or after a word. The parser lets it pass and a shell does not.
    parenthesis: Option<usize>,
    /// What the commands at hand stand in.
    within: Vec<Within>,
    /// How many scripts (`bash -c`) the text stands in.
    depth: usize,
    /// The text behind a `<<` that has no end.
    unended: Option<Range<usize>>,
}

fn range(span: shuck_ast::Span) -> Range<usize> {
    span.start.offset()..span.end.offset()
}

#[cfg(test)]
mod tests;
