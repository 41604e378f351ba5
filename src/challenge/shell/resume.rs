//! A fence that is not well-formed shell: which of its lines are read all the same.
//!
//! | what stands there | the line | what stands behind it |
//! |---|---|---|
//! | a block of HCL or JSON | is left out | is read |
//! | what is printed, with a quote or a parenthesis in it | is left out | is read from the next known program on |
//! | a command with a parenthesis in it | is not understood | is read from the next known program on |
//! | a quote or `$(` that is not closed, half an `if` | is not understood | is not understood |
//!
//! What is not understood is kept as commands in [`Nest::Unread`]: nothing is claimed of them, and whatever they may
//! touch is left open.

use super::{Mapped, Reading, Stumble, foreign, read_whole};
use crate::challenge::plausible::{self, begins_like_shell, is_known};
use crate::challenge::prompt::Open;
use crate::challenge::{Nest, Within};
use crate::diagnostic::Diagnostic;
use crate::text::count;

/// So many bytes of a text are read in all, counting those that are read again and something for each time.
const MOST: usize = 256 * 1024;
const EACH_TIME: usize = 1024;
/// A statement that goes on over more lines than this is not looked for.
const LONGEST: usize = 200;

/// Reads what can be read of a fence that is not well-formed.
pub(super) fn read(mapped: &Mapped) -> Reading {
    let mut resumed = Resumed { reading: Reading::default(), left: MOST };
    let mut text = without_blocks(mapped, &mut resumed.reading);
    loop {
        match resumed.read(&text) {
            Ok(whole) => {
                resumed.reading.append(whole);
                return resumed.reading;
            }
            Err(stumble) => match resumed.past(&text, stumble) {
                Some(next) => text = text.part(next..text.text.len()),
                None => return resumed.reading,
            },
        }
    }
}

/// Reads a script that is not well-formed: what is in one of a shell's is left open, what is in another is none.
pub(super) fn script(mapped: &Mapped) -> Reading {
    let interpreter = mapped.text.trim_start().lines().next().unwrap_or_default();
    if !interpreter.contains("sh") {
        return Reading::default();
    }
    let mut reading = salvaged(mapped);
    if let Err(stumble) = read_whole(mapped, 0) {
        reading.diagnostics.push(stumble.said(mapped, None));
    }
    reading
}

/// What was read so far, and how many bytes may be read yet.
struct Resumed {
    reading: Reading,
    left: usize,
}

/// The text without the blocks that are of another language.
fn without_blocks(mapped: &Mapped, reading: &mut Reading) -> Mapped {
    let text = mapped.text.as_str();
    let mut rest = Mapped::default();
    let mut at = 0;
    for block in foreign::blocks(text) {
        rest.push_part(mapped, at..block.start);
        at = block.end;
        let lines = count(text[block.clone()].lines().count(), "line");
        let message = format!("{lines} of another language than a shell's, left out");
        let end = block.start + text[block.clone()].trim_end().len();
        let span = mapped.span(block.start, end);
        reading.diagnostics.push(Diagnostic::warning(span, message));
        let before = text[..block.start].lines().map(str::trim);
        let first = before.into_iter().all(|line| line.is_empty() || line.starts_with('#'));
        reading.begins_foreign |= first;
    }
    rest.push_part(mapped, at..text.len());
    rest
}

impl Resumed {
    fn read(&mut self, text: &Mapped) -> Result<Reading, Stumble> {
        self.left = self.left.saturating_sub(text.text.len() + EACH_TIME);
        read_whole(text, 0)
    }

    /// Reads what stands before the stumble, and what the line is that it is in. Where reading goes on, if it does.
    fn past(&mut self, text: &Mapped, stumble: Stumble) -> Option<usize> {
        self.reading.more = true;
        let mut stumble = stumble;
        // What is open from a line further up on stumbles there, once it is read alone.
        let before = loop {
            match self.read(&text.part(0..stumble.at)) {
                Ok(before) => break Some(before),
                Err(earlier) if earlier.at < stumble.at && self.left > 0 => stumble = earlier,
                Err(_) => break None,
            }
        };
        let whole = text.text.as_str();
        let line = whole[stumble.at..].split('\n').next().unwrap_or_default();
        let goes_on = before.is_some() && self.left > 0 && stumble.leaves_nothing_open(line);
        let none_yet = self.reading.commands.is_empty()
            && before.as_ref().is_some_and(|before| before.commands.is_empty());
        self.reading.begins_foreign |= none_yet && !begins_like_shell(line);
        match before {
            Some(before) => self.reading.append(before),
            None => self.reading.append(salvaged(&text.part(0..stumble.at))),
        }
        let behind = stumble.at + statement(&whole[stumble.at..]);
        let next = if goes_on { next_command(whole, behind) } else { None };
        let left = stumble.at..next.unwrap_or(whole.len());
        self.reading.append(salvaged(&text.part(left.clone())));
        let lines = whole[left].trim().lines().count();
        self.reading.diagnostics.push(stumble.said(text, goes_on.then_some(lines)));
        next
    }
}

impl Stumble {
    /// Whether a shell that is given the line is back at its prompt behind it.
    fn leaves_nothing_open(&self, line: &str) -> bool {
        let first = line.split_whitespace().next().unwrap_or_default();
        let opens = self.is_open() && (begins_like_shell(line) || sets(first));
        let keyword = begins_like_shell(line) && !is_known(first) && !first.contains('/');
        let ends = ["fi", "done", "esac", "else", "elif", "then", "do", "(", "{"].contains(&first);
        !(opens || keyword || ends || line.trim_end().ends_with('{'))
    }
}

fn sets(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// The start of the next line behind `at` that surely begins a command.
fn next_command(text: &str, at: usize) -> Option<usize> {
    let first = text[at..].find('\n').map(|end| at + end + 1)?;
    let mut start = first;
    for line in text[first..].split_inclusive('\n') {
        if !line.starts_with([' ', '\t']) && plausible::surely_begins(line) {
            return Some(start);
        }
        start += line.len();
    }
    None
}

/// The length of the statement that a text begins with: its first line, and those that it goes on over.
fn statement(text: &str) -> usize {
    let mut open = Open::default();
    let mut length = 0;
    for (index, line) in text.split_inclusive('\n').take(LONGEST).enumerate() {
        open.feed(line);
        length += line.len();
        if !open.is_open() {
            return length - usize::from(line.ends_with('\n'));
        }
        if index == 0 && !begins_like_shell(line) {
            break;
        }
    }
    // Never closed.
    text.find('\n').unwrap_or(text.len())
}

/// The commands of known programs in a text that cannot be read, each by itself.
pub(super) fn salvaged(text: &Mapped) -> Reading {
    let whole = text.text.as_str();
    let span = text.whole();
    let mut reading = Reading { more: true, ..Reading::default() };
    let mut at = 0;
    while at < whole.len() {
        let line = whole[at..].split_inclusive('\n').next().unwrap_or_default();
        let mut length = line.len();
        if plausible::surely_begins(line) {
            let statement = statement(&whole[at..]);
            let commands = if let Ok(read) = read_whole(&text.part(at..at + statement), 0) {
                length = length.max(statement);
                read.commands
            } else {
                let plain = whole[at..at + statement].split(ODD).next().unwrap_or_default();
                let plain = plain.trim_end_matches([' ', '\n', '\\']);
                let plain = text.part(at..at + plain.len());
                read_whole(&plain, 0).map(|read| read.commands).unwrap_or_default()
            };
            for mut command in commands {
                command.within.insert(0, Within { nest: Nest::Unread, span });
                reading.commands.push(command);
            }
        }
        at += length;
    }
    reading
}

/// Where a line that cannot be read as a whole stops to be plain words.
const ODD: [char; 11] = ['(', ')', '<', '>', '\'', '"', '`', '|', ';', '&', '$'];
