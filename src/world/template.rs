//! Text in which `${postgres.host}` and its like stand for what the lab turned out to be.
//!
//! Only `${` is special, and `$${` stands for one that is not: SQL with `$$` and shell with `$PATH` stay as they are.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::lab::{Access, KubernetesAccess, PostgresAccess, VaultAccess};
use crate::secret::Secret;
use crate::source::Span;
use crate::text::{nearest, or_list, ticked};
use crate::yaml::{Node, Reader};

use super::System;

/// What a name of a system is read from; `None` where this lab does not have it.
type Of = fn(&Access) -> Option<String>;

/// Every name that a lab gives a value to.
const NAMES: &[(&str, System, Of)] = &[
    ("kubernetes.service_ip", System::Kubernetes, |access| {
        kubernetes(access)?.service_ip.map(|ip| ip.to_string())
    }),
    ("postgres.address", System::Postgres, |access| Some(postgres(access)?.socket.to_string())),
    ("postgres.host", System::Postgres, |access| Some(postgres(access)?.socket.ip().to_string())),
    ("postgres.password", System::Postgres, |access| {
        Some(postgres(access)?.password.expose().to_owned())
    }),
    ("postgres.port", System::Postgres, |access| Some(postgres(access)?.socket.port().to_string())),
    ("postgres.user", System::Postgres, |access| Some(postgres(access)?.user.clone())),
    ("vault.address", System::Vault, |access| Some(vault(access)?.address.clone())),
    ("vault.token", System::Vault, |access| Some(vault(access)?.token.expose().to_owned())),
    ("vault.unseal_key", System::Vault, |access| {
        vault(access)?.unseal_key.as_ref().map(|key| key.expose().to_owned())
    }),
];

fn vault(access: &Access) -> Option<&VaultAccess> {
    access.vault.as_ref()
}

fn postgres(access: &Access) -> Option<&PostgresAccess> {
    access.postgres.as_ref()
}

fn kubernetes(access: &Access) -> Option<&KubernetesAccess> {
    access.kubernetes.as_ref()
}

/// The names that a text may hold: those of the systems there are, and what earlier steps told.
#[derive(Clone, Debug, Default)]
pub struct Known {
    systems: Vec<System>,
    kept: Vec<String>,
}

/// What a step's output told, by name.
pub type Kept = BTreeMap<String, Secret>;

/// What the names stand for.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    access: &'a Access,
    kept: Option<&'a Kept>,
}

/// A text with names in it. Its own text may be a secret too, and is only told resolved.
#[derive(Clone, Debug)]
pub struct Template {
    text: Secret,
    /// Where it stands.
    pub span: Span,
}

/// A name that has no value: what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unresolved(String);

enum Piece<'a> {
    Literal(&'a str),
    Name(&'a str),
    /// A `${` that never ends.
    Open,
}

impl Known {
    /// The names of these systems.
    pub fn of(systems: impl IntoIterator<Item = System>) -> Self {
        Self { systems: systems.into_iter().collect(), kept: Vec::new() }
    }

    /// And one that a step's output tells.
    pub fn keep(&mut self, name: String) {
        self.kept.push(name);
    }

    /// Says what is wrong with the names in `text`, which stands at `span`.
    pub fn check(&self, text: &str, span: Span, reader: &mut Reader<'_>) {
        for piece in pieces(text) {
            let diagnostic = match piece {
                Piece::Literal(_) => continue,
                Piece::Open => {
                    Diagnostic::error(span, "`${` never ends").help("`$${` stands for `${` itself")
                }
                Piece::Name(name) => match self.wrong(name, place(name, span, reader)) {
                    Some(diagnostic) => diagnostic,
                    None => continue,
                },
            };
            reader.wrong(diagnostic);
        }
    }

    fn wrong(&self, name: &str, at: Span) -> Option<Diagnostic> {
        if self.kept.iter().any(|kept| kept == name) {
            return None;
        }
        if let Some((_, system, _)) = NAMES.iter().find(|(known, ..)| *known == name) {
            if self.systems.contains(system) {
                return None;
            }
            let message =
                format!("{} without a {} in this world", written(name), ticked(system.name()));
            let help =
                format!("the world file may have {}", ticked(&format!("{}: {{}}", system.name())));
            return Some(Diagnostic::error(at, message).help(help));
        }
        let there = NAMES.iter().filter(|(_, system, _)| self.systems.contains(system));
        let mut known: Vec<&str> = self.kept.iter().map(String::as_str).collect();
        known.extend(there.map(|(name, ..)| *name));
        let all: Vec<&str> =
            known.iter().copied().chain(NAMES.iter().map(|(name, ..)| *name)).collect();
        let help = match nearest(name, &all) {
            Some(near) => format!("did you mean {}?", written(near)),
            None if known.is_empty() => "`$${` stands for `${` itself".to_owned(),
            None => format!("there is {}; `$${{` stands for `${{` itself", or_list(&known)),
        };
        Some(Diagnostic::error(at, format!("{} is not known here", written(name))).help(help))
    }
}

impl<'a> Values<'a> {
    /// What the lab gives.
    pub fn of(access: &'a Access) -> Self {
        Self { access, kept: None }
    }

    /// And what the steps so far have told.
    pub fn with(access: &'a Access, kept: &'a Kept) -> Self {
        Self { access, kept: Some(kept) }
    }

    fn get(&self, name: &str) -> Result<String, Unresolved> {
        if let Some(kept) = self.kept.and_then(|kept| kept.get(name)) {
            return Ok(kept.expose().to_owned());
        }
        let known = NAMES.iter().find(|(known, ..)| *known == name);
        let value = known.and_then(|(.., of)| of(self.access));
        value.ok_or_else(|| match known {
            Some(_) => Unresolved(format!("this lab has no {}", written(name))),
            None => Unresolved(format!("no step has told {}", written(name))),
        })
    }

    /// The text with all names replaced.
    pub fn resolve(&self, text: &str) -> Result<String, Unresolved> {
        pieces(text)
            .map(|piece| match piece {
                Piece::Literal(text) => Ok(text.to_owned()),
                Piece::Name(name) => self.get(name),
                Piece::Open => Err(Unresolved("`${` never ends".to_owned())),
            })
            .collect()
    }
}

impl Template {
    /// Reads one and checks its names; any scalar is a text.
    pub fn read(reader: &mut Reader<'_>, node: Node, owner: &str, known: &Known) -> Option<Self> {
        let span = node.span;
        let text = reader.scalar(node, owner)?;
        known.check(&text, span, reader);
        Some(Self { text: Secret::new(text), span })
    }

    /// What it comes to.
    pub fn resolve(&self, values: &Values<'_>) -> Result<Secret, Unresolved> {
        values.resolve(self.text.expose()).map(Secret::new)
    }
}

/// As it stands in the text, as long as it can be a name: anything else may be a part of a value.
fn written(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if name.len() > 40 || !name.chars().all(plain) {
        return "`${…}`".to_owned();
    }
    ticked(&format!("${{{name}}}"))
}

/// The place of a name in a text; of a text whose lines YAML has put together, the text's.
fn place(name: &str, span: Span, reader: &Reader<'_>) -> Span {
    let wanted = format!("${{{name}}}");
    match reader.slice(span).find(&wanted) {
        Some(at) => Span::new(span.start + at, span.start + at + wanted.len()),
        None => span,
    }
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(after) = rest.strip_prefix("$${") {
            rest = after;
            return Some(Piece::Literal("${"));
        }
        if let Some(after) = rest.strip_prefix("${") {
            let Some((name, after)) = after.split_once('}') else {
                rest = "";
                return Some(Piece::Open);
            };
            rest = after;
            return Some(Piece::Name(name));
        }
        let next = rest.char_indices().skip(1).find(|(_, letter)| *letter == '$');
        let (literal, after) = rest.split_at(next.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(Piece::Literal(literal))
    })
}
