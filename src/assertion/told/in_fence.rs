//! What the comments and the output inside a fence add to what is told of its commands.

use super::{
    Told, is_error, is_removal, marks, normal, offers_another_way, says_failure, says_optional,
    warns_off,
};
use crate::challenge::{Challenge, Step};
use crate::source::Span;

/// What is told of each command of a step, of which `told` is told as a whole.
pub(super) fn told(challenge: &Challenge, step: &Step, told: Option<Told>) -> Vec<Option<Told>> {
    let source = &challenge.seen;
    let text = |start: usize, end: usize| source.slice(Span::new(start, end));
    let mut at = step.span.start;
    let mut all = vec![told; step.commands.len()];
    let mut section = Framed::default();
    for (index, command) in step.commands.iter().enumerate() {
        for line in text(at, command.span.start).lines().map(str::trim) {
            section.go_on(line);
            let Some(comment) = line.strip_prefix('#') else {
                if index > 0 && is_error(line) {
                    all[index - 1] = Some(Told::Fails);
                }
                continue;
            };
            if says_failure(&normal(comment)) || marks::is_failure(comment) {
                all[index] = Some(Told::Fails);
            } else if says_optional(&normal(comment)) || warns_off(comment) {
                all[index].get_or_insert(Told::Optional);
            }
            if index > 0 && marks::is_failure(comment) {
                all[index - 1] = Some(Told::Fails);
            }
            if offers_another_way(&normal(comment)) {
                all[index].get_or_insert(Told::Optional);
                if let Some(before) = index.checked_sub(1) {
                    open_removal(step, before, &mut all);
                }
            }
        }
        if section.optional {
            all[index].get_or_insert(Told::Optional);
        }
        // A comment on a command's last line is part of it.
        let words = command.words.last().map_or(command.span.start, |word| word.span.end);
        let line = text(words, step.span.end).lines().next().unwrap_or_default();
        match line.split_once(" #") {
            Some((_, comment)) if says_failure(&normal(comment)) || marks::is_failure(comment) => {
                all[index] = Some(Told::Fails);
            }
            Some((_, comment)) if warns_off(comment) => {
                all[index].get_or_insert(Told::Optional);
            }
            _ => {}
        }
        at = command.span.end;
    }
    behind(text(at, step.span.end), step, &mut all);
    all
}

/// What is said behind the last command.
fn behind(text: &str, step: &Step, all: &mut [Option<Told>]) {
    let Some(last) = all.len().checked_sub(1) else { return };
    for line in text.lines().map(str::trim) {
        let comment = line.strip_prefix('#');
        if is_error(line) || comment.is_some_and(marks::is_failure) {
            all[last] = Some(Told::Fails);
        }
        if comment.is_some_and(|comment| offers_another_way(&normal(comment))) {
            open_removal(step, last, all);
        }
    }
}

fn open_removal(step: &Step, index: usize, all: &mut [Option<Told>]) {
    if is_removal(&step.commands[index]) {
        all[index].get_or_insert(Told::Optional);
    }
}

/// The part of a fence below a comment that stands between lines of signs.
#[derive(Default)]
struct Framed {
    /// Whether the line before was a frame.
    frame: bool,
    /// Whether what is below need not be run.
    optional: bool,
}

impl Framed {
    fn go_on(&mut self, line: &str) {
        let comment = line.strip_prefix('#');
        let frame = comment.is_some_and(|_| marks::is_frame(line));
        let heading = comment.and_then(|comment| match marks::framed(comment) {
            Some(heading) => Some(heading),
            None => Some(comment).filter(|comment| self.frame && !comment.trim().is_empty()),
        });
        if let Some(heading) = heading.filter(|_| !frame) {
            self.optional = says_optional(&normal(heading));
        }
        self.frame = frame;
    }
}
