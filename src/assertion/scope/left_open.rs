//! Values of commands that the prose leaves to the learner: they match anything.

use super::Scope;
use crate::claim::{Hole, Part, Text};

impl Scope<'_> {
    /// Values that may be others in the commands from here on.
    pub(in super::super) fn leave_open(&mut self, values: Vec<String>) {
        self.left_open = values;
    }

    /// What is written, but for a value that may be another: all of it, or what follows `=`.
    pub(super) fn said(&self, literal: &str, text: &mut Text) {
        let value = literal.rsplit_once('=').map_or(literal, |(_, value)| value);
        if !self.left_open.iter().any(|open| open.eq_ignore_ascii_case(value)) {
            text.push(Part::Literal(literal.to_owned()));
            return;
        }
        let before = &literal[..literal.len() - value.len()];
        if !before.is_empty() {
            text.push(Part::Literal(before.to_owned()));
        }
        text.push(Part::Hole(Hole::Unbound(format!("<{value}>"))));
    }
}
