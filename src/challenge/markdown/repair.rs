//! Fences that Markdown does not see and readers do: directly under an HTML tag, indented by four
//! columns or more, with text that is indented less than its fence. And the other way round: fences in
//! comments, which readers do not see.
//!
//! Changes a copy of the text without moving a byte, for the Markdown parser alone: HTML before a fence
//! and comments become blanks, an indented opening or closing line is turned round (`    ```sh` to
//! `` ```sh     ``). What is reported and read is always the text of the file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Outline;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Each round parses the body once more; one fence under a tag may bring the next into view.
const MOST_ROUNDS: usize = 24;

/// The opening line of a fence, apart from its info string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Opening {
    /// Where in its line the marks begin: after indents, quote marks and list markers.
    pub(super) start: usize,
    /// How many marks.
    pub(super) length: usize,
    /// Whether something follows the marks.
    named: bool,
}

impl Opening {
    /// The marks, in backticks where they are tildes.
    pub(super) fn marks(&self, text: &str, line: usize) -> String {
        let start = line + self.start;
        let marks = text.get(start..start + self.length).unwrap_or("```");
        let name = if marks.starts_with('~') { "tilde" } else { "backtick" };
        crate::text::count(self.length, name)
    }
}

/// The body with what Markdown trips over put right.
#[derive(Debug)]
pub(super) struct Repair<'a> {
    source: &'a str,
    start: usize,
    text: String,
    rounds: usize,
    /// Lines turned round, with how far they were indented.
    moved: BTreeMap<usize, usize>,
    /// Opening lines directly under HTML.
    swallowed: BTreeSet<usize>,
    /// Opening lines in a list, whose text is indented less.
    outdented: BTreeSet<usize>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Repair<'a> {
    /// The body starts at `start` of `source`.
    pub(super) fn new(source: &'a str, start: usize) -> Self {
        Self {
            source,
            start,
            text: without_buttons(source, start),
            rounds: 0,
            moved: BTreeMap::new(),
            swallowed: BTreeSet::new(),
            outdented: BTreeSet::new(),
            diagnostics: Vec::new(),
        }
    }

    /// The text as the Markdown parser is to see it; as long as the file's, place by place.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// How far the opening line at `line` was indented before it was turned round.
    pub(super) fn moved(&self, line: usize) -> Option<usize> {
        self.moved.get(&line).copied()
    }

    /// Puts right what `outline` shows to be amiss; false where there is nothing (more) to do.
    pub(super) fn improve(&mut self, outline: &Outline) -> bool {
        self.rounds += 1;
        if self.rounds > MOST_ROUNDS {
            return false;
        }
        let mut bytes = self.text.clone().into_bytes();
        // Comments first and alone: a fence in one may look open to the end of the file.
        if !self.hide_comments(outline, &mut bytes) {
            self.free_fences(outline, &mut bytes);
        }
        let Ok(text) = String::from_utf8(bytes) else { return false };
        let changed = text != self.text;
        self.text = text;
        changed
    }

    /// Says what was put right, and which lines still look like fences and are none.
    pub(super) fn report(&self, outline: &Outline, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.extend(self.diagnostics.iter().cloned());
        let whole = |line: usize| {
            let range = line_at(self.source, line);
            let text = &self.source[range.clone()];
            let start = range.start + text.len() - text.trim_start().len();
            Span::new(start, (range.start + text.trim_end().len()).max(start))
        };
        for line in &self.swallowed {
            let message = "this fence stands directly under HTML, where Markdown shows it as text";
            diagnostics.push(
                Diagnostic::note(whole(*line), message).help("a blank line before it makes it one"),
            );
        }
        for (line, indent) in &self.moved {
            if *indent > 0 && self.fence_at(outline, *line) && !self.swallowed.contains(line) {
                let columns = crate::text::count(*indent, "column");
                let message = if self.outdented.contains(line) {
                    format!(
                        "the text of this fence is indented by less than its {columns}, which ends it for Markdown"
                    )
                } else {
                    format!("this fence is indented by {columns}, where Markdown shows it as text")
                };
                diagnostics.push(Diagnostic::note(whole(*line), message));
            }
        }
        for lost in self.lost(outline) {
            let message = "this line looks like a fence and Markdown sees none";
            diagnostics.push(Diagnostic::warning(whole(lost), message));
        }
    }

    fn fence_at(&self, outline: &Outline, line: usize) -> bool {
        let end = line_at(self.source, line).end;
        let index = outline.fences.partition_point(|block| block.range.start < line);
        outline.fences.get(index).is_some_and(|block| block.range.start < end)
    }

    /// Blanks comments that hold a fence; true where there was one.
    fn hide_comments(&mut self, outline: &Outline, bytes: &mut [u8]) -> bool {
        let last = self.text.rfind("-->").unwrap_or(0);
        let mut hidden = false;
        let mut at = self.start;
        while let Some(found) = self.text.get(at..).and_then(|rest| rest.find("<!--")) {
            let from = at + found;
            at = from + 4;
            let in_fence = holding(&outline.fences, |block| &block.range, from).is_some();
            if in_fence || holding(&outline.code, |range| range, from).is_some() {
                continue;
            }
            let closed = last >= at;
            let to = if closed {
                self.text[at..].find("-->").map_or(self.text.len(), |end| at + end + 3)
            } else if holding(&outline.html, |range| range, from).is_some() {
                self.text.len()
            } else {
                break;
            };
            at = to;
            if !self.text[from..to].contains("```") && !self.text[from..to].contains("~~~") {
                continue;
            }
            blank(&mut bytes[from..to]);
            hidden = true;
            if !closed {
                let span = Span::new(from, from + 4);
                let message = "this comment is never closed, and hides the rest of the text";
                self.diagnostics.push(Diagnostic::warning(span, message));
            }
        }
        hidden
    }

    /// Blanks the HTML before fences in it, and turns round lines that are indented too far.
    fn free_fences(&mut self, outline: &Outline, bytes: &mut [u8]) {
        let mut after = 0;
        let short = self.cut_short(outline);
        let mut lines = self.lost(outline);
        lines.extend(&short);
        lines.sort_unstable();
        for line in lines {
            if line < after {
                continue;
            }
            let range = line_at(&self.text, line);
            let Some(opening) = opening(&self.text[range.clone()]) else { continue };
            let Some(closing) = self.closing(line, &opening) else { continue };
            if let Some(html) = holding(&outline.html, |range| range, line) {
                // From the fence before, which may stand in the same block.
                blank(&mut bytes[html.start.max(after)..line]);
                self.swallowed.insert(line);
            }
            if short.binary_search(&line).is_ok() {
                self.outdented.insert(line);
            }
            turn_round(&mut bytes[range], opening.start);
            self.moved.entry(line).or_insert(opening.start);
            let range = line_at(&self.text, closing);
            let indent = indent_of(&self.text[range.clone()], usize::MAX);
            turn_round(&mut bytes[range.clone()], indent);
            after = range.end;
        }
    }

    /// The starts of lines that look like the opening of a fence and are in none.
    fn lost(&self, outline: &Outline) -> Vec<usize> {
        let mut lost = Vec::new();
        let mut fences = outline.fences.iter().map(|block| &block.range).peekable();
        let mut at = self.start;
        for line in self.text[self.start..].split_inclusive('\n') {
            let end = at + line.len();
            while fences.next_if(|fence| fence.end <= at).is_some() {}
            let inside = fences.peek().is_some_and(|fence| fence.start < end);
            if !inside && opening(line).is_some() {
                lost.push(at);
            }
            at = end;
        }
        lost
    }

    /// The starts of the opening lines of fences that their list ended, because their text is indented
    /// less than they are.
    fn cut_short(&self, outline: &Outline) -> Vec<usize> {
        let mut found = Vec::new();
        for block in &outline.fences {
            let line = line_at(&self.text, block.range.start);
            let Some(opening) = opening(&self.text[line.clone()]) else { continue };
            let next = block.range.end + usize::from(!self.text[..block.range.end].ends_with('\n'));
            let Some(rest) = self.text.get(next..).filter(|rest| !rest.is_empty()) else {
                continue;
            };
            let following = rest.split('\n').next().unwrap_or_default();
            let quoted = self.text[line.start..line.start + opening.start].contains('>');
            if opening.start > 0
                && !quoted
                && !following.trim().is_empty()
                && self::opening(following).is_none_or(|next| !next.named)
                && !is_closed(&self.text, &block.range, &opening)
            {
                found.push(line.start);
            }
        }
        found
    }

    /// The line that closes the fence opened at `line`; none where another opens before.
    fn closing(&self, line: usize, opened: &Opening) -> Option<usize> {
        let mark = self.text[line + opened.start..].chars().next()?;
        let mut at = line_at(&self.text, line).end;
        for line in self.text.get(at..)?.split_inclusive('\n') {
            if let Some(found) = opening(line)
                && line[found.start..].starts_with(mark)
            {
                if found.named {
                    return None;
                }
                if found.length >= opened.length {
                    return Some(at);
                }
            }
            at += line.len();
        }
        None
    }
}

/// The opening line of a fence, wherever Markdown would take it for one and wherever it would not.
pub(super) fn opening(line: &str) -> Option<Opening> {
    let mut start = indent_of(line, usize::MAX);
    while let Some(length) = marker(&line[start..]) {
        start += length;
    }
    let rest = &line[start..];
    let mark = rest.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = rest.len() - rest.trim_start_matches(mark).len();
    let info = &rest[length..];
    if length < 3 || (mark == '`' && info.contains('`')) {
        return None;
    }
    let named = !info.trim().is_empty() && !is_button(info);
    Some(Opening { start, length, named })
}

/// Whether what follows the marks of a fence is a button of the page that shows it: `{{execute T1}}`.
fn is_button(info: &str) -> bool {
    let inside = info.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    inside.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// The text with blanks for the buttons behind closing marks, which for Markdown close nothing.
fn without_buttons(source: &str, start: usize) -> String {
    let mut bytes = source.as_bytes().to_vec();
    let mut at = start;
    for line in source[start..].split_inclusive('\n') {
        let marks = opening(line).map(|found| found.start + found.length);
        if let Some(marks) = marks.filter(|marks| is_button(&line[*marks..])) {
            blank(&mut bytes[at + marks..at + line.len()]);
        }
        at += line.len();
    }
    String::from_utf8(bytes).unwrap_or_else(|_| source.to_owned())
}

/// A list's marker with the blanks after it.
fn marker(text: &str) -> Option<usize> {
    let digits = text.bytes().take(9).take_while(u8::is_ascii_digit).count();
    let rest = &text[digits..];
    let wanted: &[char] = if digits > 0 { &['.', ')'] } else { &['-', '*', '+'] };
    let after = rest.strip_prefix(wanted)?;
    let blanks = indent_of(after, usize::MAX);
    (blanks > 0).then_some(digits + 1 + blanks)
}

/// How many bytes of indent and of quote marks `line` begins with, at most `most`.
pub(super) fn indent_of(line: &str, most: usize) -> usize {
    line.bytes().take(most).take_while(|byte| matches!(byte, b' ' | b'\t' | b'>')).count()
}

/// Whether the last line of the fence at `range` closes it.
pub(super) fn is_closed(text: &str, range: &Range<usize>, opened: &Opening) -> bool {
    let fence = text[range.clone()].trim_end();
    let Some((before, last)) = fence.rsplit_once('\n') else { return false };
    let line = line_at(text, range.start);
    let mark = text[line.start + opened.start..].chars().next();
    !before.is_empty()
        && opening(last).is_some_and(|found| {
            !found.named
                && found.length >= opened.length
                && last[found.start..].chars().next() == mark
        })
}

/// The line that holds the byte at `at`, its line end included.
pub(super) fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    start..end
}

/// The range that holds `at`, of items in the order of the text.
fn holding<T>(items: &[T], range: impl Fn(&T) -> &Range<usize>, at: usize) -> Option<Range<usize>> {
    let index = items.partition_point(|item| range(item).start <= at).checked_sub(1)?;
    Some(range(&items[index]).clone()).filter(|found| found.contains(&at))
}

/// Blanks everything but line ends.
fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
        *byte = b' ';
    }
}

/// Moves the first `indent` bytes of a line to its end, as blanks.
fn turn_round(line: &mut [u8], indent: usize) {
    let length =
        line.len() - line.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    if indent <= length {
        line[..indent].fill(b' ');
        line[..length].rotate_left(indent);
    }
}
