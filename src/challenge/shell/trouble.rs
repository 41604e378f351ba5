//! Text that is not well-formed shell: what of it is read all the same, and what is said of the rest.
//!
//! Never guesses: a line that the parser stumbled on yields no command.

use shuck_parser::Error;
use shuck_parser::parser::ParseResult;

use super::{Reader, parse};
use crate::diagnostic::Diagnostic;

impl Reader<'_> {
    /// Takes the statements of the lines before what is broken.
    pub(super) fn broken(&mut self, covered: &str, result: &ParseResult) {
        let mut stumbles: Vec<(usize, &str)> = result
            .diagnostics
            .iter()
            .map(|found| (found.span.start.offset(), found.message.as_str()))
            .collect();
        if let Some(Error::Parse { message, line, .. }) = &result.terminal_error {
            stumbles.push((self.start_of_line(*line), message));
        }
        stumbles.sort_unstable();
        if let Some((first, message)) = stumbles.first().copied() {
            self.cut(covered, first, message);
        }
    }

    /// Reads the lines before the command at `offset`, and reports the rest.
    pub(super) fn cut(&mut self, covered: &str, offset: usize, message: &str) {
        self.reading.more = true;
        let cut = self.start_of_command(offset);
        // Once, on what comes before: a second attempt on each line would cost the square of the text.
        let before = parse(&covered[..cut]);
        if before.is_ok() {
            self.file(&before);
            self.parenthesis = None;
        }
        self.say(cut, message);
    }

    fn say(&mut self, at: usize, message: &str) {
        let what = if message.contains("unterminated") && message.contains("quote") {
            "a quote is opened and not closed"
        } else if message.contains("unterminated") || message.contains("substitution") {
            "a `$(` or a backquote is opened and not closed"
        } else if message == "parenthesis" {
            "a parenthesis stands here without quotes"
        } else if message.contains("fuel")
            || message.contains("deep")
            || message.contains("too long")
        {
            "this is nested deeper, or is longer, than is read"
        } else {
            "this is not well-formed shell"
        };
        let line = self.text[at..].trim_start_matches(['\n', ' ', '\t']);
        let start = self.text.len() - line.len();
        let end = start + line.find('\n').unwrap_or(line.len());
        let message = format!("{what}, so this line and those after it are not read");
        let span = self.mapped.span(start, end);
        self.reading.diagnostics.push(Diagnostic::error(span, message));
    }

    /// The start of the line at `offset`, or of the first of the lines that `\\` joins with it: half a
    /// command is another command.
    fn start_of_command(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let mut start = before.rfind('\n').map_or(0, |at| at + 1);
        while start >= 2 && before[..start].ends_with("\\\n") {
            start = before[..start - 1].rfind('\n').map_or(0, |at| at + 1);
        }
        start
    }

    /// The offset of a line of the text, from 1.
    fn start_of_line(&self, line: usize) -> usize {
        self.text
            .split_inclusive('\n')
            .take(line.saturating_sub(1))
            .map(str::len)
            .sum::<usize>()
            .min(self.text.len())
    }
}
