//! The author's file beside a challenge: where its world is, and what a learner types.
//!
//! For the challenge `FOLDER/NAME/assignment.md` (or the file `FOLDER/NAME.md`) it is `FOLDER/NAME.labproof.yml`;
//! else the entry of `challenges:` in `FOLDER/labproof.yml` that has the name `NAME`, or `NAME` without the number
//! before it (`02-first-steps` is `first-steps` too). More than one of them is an error. The world file lies beside it
//! under the same name (`FOLDER/NAME.world.yml`), unless `world:` says otherwise. So nothing of ours lies inside a
//! challenge's directory, and a track has it all at its root.

mod inputs;
mod place;
mod read;

use std::path::{Path, PathBuf};

use crate::author::{self, Word};
use crate::challenge::Challenge;
use crate::diagnostic::Invalid;
use crate::world::World;

pub use inputs::{InputError, Inputs, StepInput};

/// Every key of an author's file, by the place in `schema/labproof.json` that describes it.
pub const KEYS: &[(&str, &[&str])] = &[
    ("/$defs/challenge", read::KEYS),
    ("/anyOf/1", read::TRACK),
    ("/$defs/inputs", inputs::KEYS),
    ("/$defs/step", inputs::STEP),
];

/// What the author says about a challenge.
#[derive(Clone, Debug)]
pub struct Sidecar {
    /// What the challenge starts from.
    pub world: World,
    /// What the learner types, and what stands for the lab's own in the text.
    pub inputs: Inputs,
    /// What is said about the checks.
    pub word: Word,
}

/// Why an author's file, or a world file, is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SidecarError {
    /// It is there and could not be read.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// What stands in it is wrong: one line each, with its place.
    #[error("{0}")]
    Invalid(#[from] Invalid),
    /// There is more than one file for the same thing.
    #[error("`{}` and `{}` are both for `{name}`; one of them has to go", first.display(), second.display())]
    Twice {
        /// The challenge.
        name: String,
        /// One.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
}

impl Sidecar {
    /// What lies beside the challenge at this path: its file or its directory. Without any file, a world without
    /// systems and no inputs.
    pub fn beside(challenge: &Path) -> Result<Self, SidecarError> {
        read::sidecar(&place::Place::of(challenge))
    }

    /// What its author says about the checks of a challenge, here and in its text.
    pub fn word_on(&self, challenge: &Challenge) -> Result<Word, Invalid> {
        author::whole(challenge, self.word.clone())
    }

    /// What it says about the checks alone: no world is read for it.
    pub fn word_beside(challenge: &Path) -> Result<Word, SidecarError> {
        read::word(&place::Place::of(challenge))
    }
}
