//! Variables on their way through the text: what each word stands for at its place.

use std::collections::BTreeMap;

use crate::challenge::{Command, Link, Piece, Redirect, Word};
use crate::claim::{Hole, Part, Text};
use crate::provider::{self, Call};

use super::{Bindings, Lookup};

/// The variables at one place of the text, and the look-ups that were met on the way.
#[derive(Clone)]
pub(super) struct Scope<'a> {
    bindings: &'a Bindings,
    variables: BTreeMap<String, Text>,
    pub(super) lookups: Vec<Lookup>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(bindings: &'a Bindings) -> Self {
        Self { bindings, variables: BTreeMap::new(), lookups: Vec::new() }
    }

    /// The command as it stands here; `None` where it only sets variables, which are then set.
    pub(super) fn enter(&mut self, command: &Command, before: Option<&Command>) -> Option<Call> {
        if command.words.is_empty() {
            for assignment in &command.assignments {
                let value = self.assigned(&assignment.name, &assignment.value);
                self.variables.insert(assignment.name.clone(), value);
            }
            return None;
        }
        Some(self.call(command, before))
    }

    fn call(&mut self, command: &Command, before: Option<&Command>) -> Call {
        let words = command.words.iter().map(|word| self.expand(word)).collect();
        let mut environment: Vec<(String, Text)> = Vec::new();
        for name in self.variables.keys() {
            environment.push((name.clone(), self.variable(name)));
        }
        let mut own: Vec<(String, Text)> = Vec::new();
        for assignment in &command.assignments {
            own.push((assignment.name.clone(), self.expand(&assignment.value)));
        }
        let stdin = command
            .redirects
            .iter()
            .rev()
            .find_map(|redirect| match redirect {
                Redirect::Here(word) => Some(self.expand(word)),
                _ => None,
            })
            .or_else(|| self.piped(command, before?));
        Call { words, environment, own, stdin, files: Vec::new() }
    }

    /// What an `echo`, `printf` or `cat <<EOF` before a pipe writes, where the text says it.
    fn piped(&mut self, command: &Command, before: &Command) -> Option<Text> {
        if command.link != Link::Pipe {
            return None;
        }
        let program = before.words.first()?.literal()?;
        let arguments: Vec<&Word> = before.words[1..]
            .iter()
            .skip_while(|word| word.literal().is_some_and(|w| matches!(w.as_str(), "-n" | "-e")))
            .collect();
        match program.as_str() {
            "cat" if arguments.is_empty() => before.redirects.iter().find_map(|r| match r {
                Redirect::Here(word) => Some(self.expand(word)),
                _ => None,
            }),
            "echo" => {
                let mut text = Text::default();
                for (index, word) in arguments.into_iter().enumerate() {
                    if index > 0 {
                        text.push(Part::Literal(" ".to_owned()));
                    }
                    text.extend(&self.expand(word));
                }
                Some(text)
            }
            "printf" if arguments.len() == 1 => Some(self.expand(arguments[0])),
            _ => None,
        }
    }

    fn assigned(&mut self, name: &str, value: &Word) -> Text {
        let written = format!("${name}");
        if let [Piece::Substitution(commands)] = value.pieces.as_slice() {
            let hole = match self.lookup(commands, &written) {
                Some(id) => Part::Hole(self.hole(id, written)),
                None => self
                    .bindings
                    .in_environment(name, &written)
                    .unwrap_or(Part::Hole(Hole::Unbound(written))),
            };
            return Text::from(hole);
        }
        self.expand(value)
    }

    fn expand(&mut self, word: &Word) -> Text {
        let mut text = Text::default();
        for piece in &word.pieces {
            match piece {
                Piece::Literal(literal) => text.push(Part::Literal(literal.clone())),
                Piece::Variable(name) => text.extend(&self.variable(name)),
                Piece::Substitution(commands) => {
                    let written = "$(…)".to_owned();
                    text.push(Part::Hole(match self.lookup(commands, &written) {
                        Some(id) => self.hole(id, written),
                        None => Hole::Unbound(written),
                    }));
                }
                Piece::Placeholder(name) => text.push(self.filled_in(name, &format!("<{name}>"))),
                Piece::InstruqtVar(key) => text.push(self.filled_in(key, &format!("[[ {key} ]]"))),
                Piece::Opaque(written) => text.push(Part::Hole(Hole::Unbound(written.clone()))),
            }
        }
        text
    }

    fn variable(&self, name: &str) -> Text {
        let written = format!("${name}");
        if let Some(part) = self.bindings.given(name, &written) {
            return Text::from(part);
        }
        if let Some(text) = self.variables.get(name) {
            return text.clone();
        }
        let part = self.bindings.in_environment(name, &written);
        Text::from(part.unwrap_or(Part::Hole(Hole::Unbound(written))))
    }

    /// What Vault gives may be a secret, whatever its field is called.
    fn hole(&self, id: usize, written: String) -> Hole {
        let provider = self.lookups.get(id).and_then(|lookup| provider::provider_of(&lookup.call));
        let sealed = provider.is_some_and(|provider| provider.name() == "vault");
        Hole::Lookup { id, written, sealed }
    }

    fn filled_in(&self, name: &str, written: &str) -> Part {
        let part = self.bindings.given(name, written);
        part.unwrap_or_else(|| Part::Hole(Hole::Unbound(written.to_owned())))
    }

    /// A substitution that only reads: a command of a provider, and a `jq` behind it.
    fn lookup(&mut self, commands: &[Command], written: &str) -> Option<usize> {
        let (first, rest) = commands.split_first()?;
        if rest.iter().any(|command| command.link != Link::Pipe) {
            return None;
        }
        let call = self.enter(first, None)?;
        let known = provider::provider_of(&call).is_some_and(|provider| provider.is_lookup(&call));
        if !known {
            return None;
        }
        let mut filters = Vec::new();
        for command in rest {
            let call = self.enter(command, None)?;
            filters.push(provider::jq::parse(&call)?);
        }
        self.lookups.push(Lookup { written: written.to_owned(), call, filters });
        Some(self.lookups.len() - 1)
    }
}
