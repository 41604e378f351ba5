//! Where a text stops to be well-formed shell, and what is said of that.

use shuck_parser::Error;
use shuck_parser::parser::ParseResult;

use super::Mapped;
use crate::challenge::plausible;
use crate::challenge::prompt::Open;
use crate::diagnostic::Diagnostic;

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// A quote that is not closed.
    Quote,
    /// A substitution that is not closed.
    Substitution,
    /// A parenthesis that a shell has no place for.
    Parenthesis,
    /// More than is read.
    TooMuch,
    /// Something else.
    Other,
}

/// The first place of a text that is not well-formed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stumble {
    /// The start of the line, or of the first of those that `\\` joins: half a command is another command.
    pub(super) at: usize,
    trouble: Trouble,
}

impl Stumble {
    /// Trouble at `offset`.
    pub(super) fn new(text: &str, offset: usize, trouble: Trouble) -> Self {
        Self { at: start_of_command(text, offset), trouble }
    }

    /// The first of those that the parser found.
    pub(super) fn first(text: &str, result: &ParseResult) -> Self {
        let mut stumbles: Vec<(usize, &str)> = result
            .diagnostics
            .iter()
            .map(|found| (found.span.start.offset(), found.message.as_str()))
            .collect();
        if let Some(Error::Parse { message, line, .. }) = &result.terminal_error {
            stumbles.push((start_of_line(text, *line), message));
        }
        stumbles.sort_unstable();
        let (at, message) = stumbles.first().copied().unwrap_or_default();
        Self::new(text, at, Trouble::of(message))
    }

    /// Whether something is opened and not closed.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.trouble, Trouble::Quote | Trouble::Substitution | Trouble::TooMuch)
    }

    /// The finding. `lines` are left out, and what is behind them is read; `None` where nothing is.
    pub(super) fn said(&self, mapped: &Mapped, lines: Option<usize>) -> Diagnostic {
        let text = mapped.text.as_str();
        let line = text[self.at..].trim_start_matches(['\n', ' ', '\t']);
        let start = text.len() - line.len();
        let end = start + line.find('\n').unwrap_or(line.len());
        let left = match lines {
            Some(..=1) => "this line is left out".to_owned(),
            Some(2) => "this line and the one after it are left out".to_owned(),
            Some(lines) => format!("this line and the {} after it are left out", lines - 1),
            None => "this line and those after it are not read".to_owned(),
        };
        let message = format!("{}, so {left}", self.trouble.words());
        Diagnostic::error(mapped.span(start, end), message)
    }
}

impl Trouble {
    fn of(message: &str) -> Self {
        if message.contains("unterminated") && message.contains("quote") {
            Self::Quote
        } else if message.contains("unterminated") || message.contains("substitution") {
            Self::Substitution
        } else if ["fuel", "deep", "too long"].iter().any(|word| message.contains(word)) {
            Self::TooMuch
        } else {
            Self::Other
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Quote => "a quote is opened and not closed",
            Self::Substitution => "a `$(` or a backquote is opened and not closed",
            Self::Parenthesis => "a parenthesis stands here without quotes",
            Self::TooMuch => "this is nested deeper, or is longer, than is read",
            Self::Other => "this is not well-formed shell",
        }
    }
}

/// The start of the line at `offset`, or of the first of the lines that `\\` joins with it.
fn start_of_command(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    let mut start = before.rfind('\n').map_or(0, |at| at + 1);
    while start >= 2 && before[..start].ends_with("\\\n") {
        start = before[..start - 1].rfind('\n').map_or(0, |at| at + 1);
    }
    start
}

/// The offset of a line of the text, from 1.
fn start_of_line(text: &str, line: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    lines.map(str::len).sum::<usize>().min(text.len())
}

/// Where a line that is no command opens a quote which another line closes, with commands in between: `It's done`.
pub(super) fn swallowing(text: &str) -> Option<usize> {
    let mut open = Open::default();
    let mut printed = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begins = !line.starts_with([' ', '\t']) && plausible::surely_begins(line);
        if begins && printed.is_some() {
            return printed;
        }
        let first = !open.is_open();
        open.feed(line);
        if !open.is_open() {
            printed = None;
        } else if first && open.is_quoted() && plausible::is_no_program(line) {
            printed = Some(at);
        }
        at += line.len();
    }
    None
}
