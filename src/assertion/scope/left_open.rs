//! Values of commands that the prose leaves to the learner, or that only keep the place of one: they match anything.

mod blank;

use super::Scope;
use crate::claim::{Hole, Part, Text};
use crate::provider::place;

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

    /// A value that is left open, or one with an address in it that is.
    fn is_open(&self, value: &str) -> bool {
        let holds = |open: &str| {
            let at = value.find(open).filter(|_| open.contains('.'));
            at.is_some_and(|at| !value[..at].ends_with(char::is_alphanumeric))
        };
        self.left_open.iter().any(|open| open.eq_ignore_ascii_case(value) || holds(open))
    }

    /// Takes in that the prose has had a file changed by hand, which it may name without its directory.
    pub(in super::super) fn edit(&mut self, name: &str) {
        let path = place::resolved(self.shell().directory(), &Text::from(name)).shown();
        let files = self.files.entry(self.host.clone()).or_default();
        for one in files
            .paths()
            .into_iter()
            .filter(|one| *one == path || one.rsplit('/').next() == Some(name))
        {
            files.forget(&one);
        }
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
