//! What a challenge starts from: the world file (`NAME.world.yml`), read with places for its errors, and filled into
//! a lab.

mod fill;
mod kubernetes;
mod postgres;
mod read;
mod template;
mod vault;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::diagnostic::Invalid;
use crate::lab::Access;
pub use crate::lab::System;
use crate::secret::Secret;
use crate::source::Source;
use crate::yaml::{Node, Reader};

pub use template::{Kept, Known, Template, Unresolved, Values};

use kubernetes::KubernetesWorld;
use postgres::PostgresWorld;
use vault::VaultWorld;

/// Every key of a world file, by the place in `schema/world.json` that describes it.
pub const KEYS: &[(&str, &[&str])] = &[
    ("", read::KEYS),
    ("/properties/vault", vault::KEYS),
    ("/properties/postgres", postgres::KEYS),
    ("/properties/postgres/properties/superuser", postgres::SUPERUSER),
    ("/properties/kubernetes", kubernetes::KEYS),
    ("/$defs/mount", vault::MOUNT),
    ("/$defs/request", vault::REQUEST),
    ("/$defs/sql", postgres::SQL),
    ("/$defs/file", read::FILE),
];

/// How Vault is when the challenge begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VaultState {
    /// It serves.
    #[default]
    Open,
    /// It was filled and then sealed; one key opens it.
    Sealed,
    /// It was started for the first time, has no keys and holds nothing.
    New,
}

/// The superuser of PostgreSQL, whom the lab makes.
#[derive(Clone, Debug)]
pub struct Superuser {
    /// The account's name.
    pub name: String,
    /// Its password, where the challenge knows one; else the lab chooses it.
    pub password: Option<Secret>,
}

/// A file in the learner's home.
#[derive(Clone, Debug)]
struct File {
    /// Below the home.
    path: PathBuf,
    text: Template,
    mode: u32,
}

/// What a challenge starts from.
#[derive(Clone)]
pub struct World {
    source: Source,
    systems: BTreeSet<System>,
    vault: VaultWorld,
    postgres: PostgresWorld,
    kubernetes: KubernetesWorld,
    files: Vec<File>,
    environment: Vec<(String, Template)>,
}

/// A starting state that could not be made: the place in the world file, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct WorldError {
    /// `path:line:column` of the entry.
    pub place: String,
    /// What happened: a lower-case fragment without any value of the world.
    pub message: String,
}

impl World {
    /// Reads a world file.
    pub fn read(source: Source) -> Result<Self, Invalid> {
        let mut reader = Reader::new(&source);
        let world = reader
            .parse("the world file")
            .map(|node| read::world(&mut reader, node, source.clone()));
        reader.finish()?;
        Ok(world.unwrap_or_else(|| Self::empty(source)))
    }

    /// Reads a world that stands in another file of ours.
    pub fn read_inline(reader: &mut Reader<'_>, node: Node, source: &Source) -> Self {
        read::world(reader, node, source.clone())
    }

    /// A world without anything.
    pub fn empty(source: Source) -> Self {
        Self {
            source,
            systems: BTreeSet::new(),
            vault: VaultWorld::default(),
            postgres: PostgresWorld::default(),
            kubernetes: KubernetesWorld::default(),
            files: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// The servers that the lab is to have.
    pub fn systems(&self) -> &BTreeSet<System> {
        &self.systems
    }

    /// Whom PostgreSQL is ruled by.
    pub fn superuser(&self) -> &Superuser {
        &self.postgres.superuser
    }

    /// The port that PostgreSQL is to listen on, where the challenge knows one.
    pub fn postgres_port(&self) -> Option<u16> {
        self.postgres.port
    }

    /// How Vault is when the challenge begins. A new one is the lab's to start; sealing is done by [`World::fill`].
    pub fn vault_state(&self) -> VaultState {
        self.vault.state
    }

    /// The names that texts about this world may hold.
    pub fn known(&self) -> Known {
        Known::of(self.systems.iter().copied())
    }

    /// Makes all of it in a fresh lab, all systems at the same time. Blocks; every wait in it has an end.
    ///
    /// `client` makes the command that calls `kubectl` or `psql`, as the lab runs what is its own: with nothing of
    /// the caller's environment. It is asked only where there is something to do.
    pub fn fill(
        &self,
        access: &Access,
        client: &(dyn Fn(&str) -> Command + Sync),
        home: &Path,
    ) -> Result<(), WorldError> {
        fill::fill(self, access, client, home)
    }

    /// What the learner's shell has in its environment beyond what every lab sets.
    pub fn environment(&self, access: &Access) -> Result<Vec<(String, Secret)>, WorldError> {
        let values = Values::of(access);
        self.environment
            .iter()
            .map(|(name, text)| {
                let value = text.resolve(&values);
                value
                    .map(|value| (name.clone(), value))
                    .map_err(|error| self.error(text.span, error))
            })
            .collect()
    }
}

/// Without the text of the file, which may hold secrets.
impl std::fmt::Debug for World {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("World")
            .field("path", &self.source.path)
            .field("systems", &self.systems)
            .finish_non_exhaustive()
    }
}
