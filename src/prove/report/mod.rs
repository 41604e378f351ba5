//! Proof → bytes: how a proof is said. A format only spells.

mod human;
mod json;
mod junit;

use std::io;

use super::proof::Proof;

/// One way to spell proofs.
pub struct Format {
    /// As in `--format NAME`.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub doc: &'static str,
    /// Spells them.
    pub render: fn(&[Proof], &mut dyn io::Write) -> io::Result<()>,
}

/// Every format, by name.
pub const FORMATS: &[Format] = &[
    Format {
        name: "human",
        doc: "a table of steps and trials, for a terminal",
        render: human::render,
    },
    Format { name: "json", doc: "one JSON document", render: json::render },
    Format { name: "junit", doc: "JUnit XML, for a CI system", render: junit::render },
];

/// A format by its name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

#[cfg(test)]
mod tests;
