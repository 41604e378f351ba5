//! What the caller says that the text's variables stand for. Reads no environment of its own.

use std::collections::BTreeMap;

use crate::claim::Part;
use crate::secret::Secret;

/// Values from outside the text, strongest first.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    /// `--var`, and below it `--var-file`: they stand above what the text itself says.
    pub given: BTreeMap<String, Secret>,
    /// The caller's environment: only for what the text leaves open.
    pub environment: BTreeMap<String, Secret>,
    /// What stands in those files of this machine that the plan asked for ([`super::Plan::files`]).
    pub files: BTreeMap<LocalFile, Secret>,
}

/// A file that a command reads and that the text leaves as it is from there on, so that what stands in it now is
/// what stood in it then.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalFile {
    /// The host it is on, where the challenge has several.
    pub host: Option<String>,
    /// Absolute, below `~`, or relative to the directory in which the text starts; with a slash at its end, the
    /// manifests in a directory.
    pub path: String,
    /// How often the text has touched it before.
    pub touches: usize,
}

/// Why a `K=V` could not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BindingError {
    /// No `=`.
    #[error("expected `NAME=VALUE`, found no `=`")]
    NoEquals,
    /// Not a variable's name.
    #[error("`{0}` is not the name of a variable")]
    Name(String),
}

impl Bindings {
    /// Adds one `NAME=VALUE`, above all that is there.
    pub fn give(&mut self, text: &str) -> Result<(), BindingError> {
        let (name, value) = assignment(text)?;
        self.given.insert(name, value);
        Ok(())
    }

    /// Adds the lines of a file below what `--var` gave; blank lines and `#` comments are left out.
    /// The error is the line, from 1, and what is wrong with it.
    pub fn give_file(&mut self, text: &str) -> Result<(), (usize, BindingError)> {
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, value) = assignment(line).map_err(|error| (index + 1, error))?;
            let value = Secret::new(unquoted(value.expose()));
            self.given.entry(name).or_insert(value);
        }
        Ok(())
    }

    pub(super) fn given(&self, name: &str, written: &str) -> Option<Part> {
        supplied(self.given.get(name), written)
    }

    pub(super) fn in_environment(&self, name: &str, written: &str) -> Option<Part> {
        supplied(self.environment.get(name), written)
    }
}

fn supplied(value: Option<&Secret>, written: &str) -> Option<Part> {
    // An empty value binds nothing: it is what a failed substitution leaves behind.
    let value = value.filter(|value| !value.expose().is_empty())?.clone();
    Some(Part::Supplied { written: written.to_owned(), value })
}

fn assignment(text: &str) -> Result<(String, Secret), BindingError> {
    // The error never repeats the text: without an `=` it may well be a password.
    let (name, value) = text.split_once('=').ok_or(BindingError::NoEquals)?;
    let first = name.chars().next();
    let good = first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-. ".contains(c));
    if good {
        Ok((name.to_owned(), Secret::new(value)))
    } else {
        Err(BindingError::Name(crate::text::one_line(name, 40)))
    }
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_given_stands_above_the_file() {
        let mut bindings = Bindings::default();
        bindings.give("A=1").unwrap();
        bindings.give_file("# c\n\nexport A=2\nB='x y'\n").unwrap();
        assert_eq!(bindings.given["A"].expose(), "1");
        assert_eq!(bindings.given["B"].expose(), "x y");
    }

    #[test]
    fn errors_name_the_line_and_not_the_value() {
        let mut bindings = Bindings::default();
        assert_eq!(bindings.give("hunter2"), Err(BindingError::NoEquals));
        assert_eq!(bindings.give_file("A=1\n1x=2"), Err((2, BindingError::Name("1x".into()))));
    }
}
