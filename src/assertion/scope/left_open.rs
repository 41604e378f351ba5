//! Values of commands that the prose leaves to the learner, or that only keep the place of one: they match anything.

use super::Scope;
use super::blank;
use crate::claim::{Hole, Part, Text};

impl Scope<'_> {
    /// Values that may be others in the commands from here on.
    pub(in super::super) fn leave_open(&mut self, values: Vec<String>) {
        self.left_open = values;
    }

    /// What is written, but for a value that may be another: all of it, what follows `=`, or in a document one in
    /// quotes.
    pub(super) fn said(&self, literal: &str, text: &mut Text) {
        if literal.contains('\n') {
            return Self::document(literal, text);
        }
        let value = literal.rsplit_once('=').map_or(literal, |(_, value)| value);
        if !self.is_open(value) && !blank::is_blank(value) {
            return Self::document(literal, text);
        }
        literally(&literal[..literal.len() - value.len()], text);
        text.push(open(value));
    }

    fn is_open(&self, value: &str) -> bool {
        self.left_open.iter().any(|open| open.eq_ignore_ascii_case(value))
    }

    fn document(literal: &str, text: &mut Text) {
        let mut at = 0;
        for range in blank::quoted(literal) {
            literally(&literal[at..range.start], text);
            text.push(open(&literal[range.clone()]));
            at = range.end;
        }
        literally(&literal[at..], text);
    }
}

fn literally(literal: &str, text: &mut Text) {
    if !literal.is_empty() {
        text.push(Part::Literal(literal.to_owned()));
    }
}

fn open(value: &str) -> Part {
    Part::Hole(Hole::Unbound(format!("<{}>", value.trim_matches(['<', '>']))))
}
