//! Proof that checks check: trials of a challenge in labs made for it.
//!
//! A challenge's own commands run only here, when asked, in a lab that was made for it and is gone afterwards: in a
//! home of its own, with nothing of the caller's environment, with a limit on their time and on what they write.

mod deeds;
mod edit;
mod inventory;
mod look;
pub mod mutants;
pub mod proof;
mod record;
pub mod report;
mod run;
mod script;
mod shell;
pub mod solutions;
mod stage;
mod terminal;
mod trials;

use std::io::ErrorKind;
use std::path::Path;

use crate::diagnostic::Invalid;
use crate::lab::LabError;
use crate::sidecar::InputError;
use crate::world::WorldError;

pub use run::{Order, Progress, Subject, prove};
pub use script::{CheckScript, FailMessage};

/// What stops a proof before it has a result.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The servers.
    #[error(transparent)]
    Servers(#[from] LabError),
    /// The starting state.
    #[error(transparent)]
    World(#[from] WorldError),
    /// What the learner types.
    #[error(transparent)]
    Input(#[from] InputError),
    /// What its author says of the checks.
    #[error(transparent)]
    Word(#[from] Invalid),
    /// A file or program of the laboratory's own.
    #[error("{0}")]
    Lab(String),
    /// A wrong turn that nobody can take in this lab.
    #[error("{0}")]
    Unprepared(String),
    /// One trial could not be tried; the others may be.
    #[error("{0}")]
    Untried(String),
}

impl ProveError {
    fn file(path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                LabError::Full(path.to_owned()).into()
            }
            ErrorKind::FileTooLarge => LabError::TooLarge(path.to_owned()).into(),
            kind => Self::Lab(format!("cannot use `{}`: {kind}", path.display())),
        }
    }
}
