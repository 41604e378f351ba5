//! What the author says about the checks of a challenge: in comments `<!-- labproof: … -->` behind its fences, or under
//! `checks:` of the author's file. One form in both places.
//!
//! Data only: which claims it is about, and what becomes of them, is [`crate::assertion`]'s to say.

mod claims;
mod read;
mod value;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::source::{Source, Span};

pub use claims::{Added, Changed, Named, State, Waived};
pub use read::{STEP, under_checks, whole};
pub use value::{FieldValue, Wanted};

/// Every key of the author's word, by the place in `schema/labproof.json` that describes it.
pub const KEYS: &[(&str, &[&str])] = &[
    ("/$defs/word", STEP),
    ("/$defs/added", claims::ADDED),
    ("/$defs/changed", claims::CHANGED),
    ("/$defs/waived", claims::WAIVED),
    ("/$defs/field/anyOf/2", value::KEYS),
];

/// The author's word on a challenge.
#[derive(Clone, Debug, Default)]
pub struct Word {
    /// `checks: none`: that nothing is checked is meant so.
    pub unchecked: bool,
    /// By the number of the step.
    pub steps: BTreeMap<usize, StepWord>,
}

/// The author's word on one step.
#[derive(Clone, Debug)]
pub struct StepWord {
    /// Where it is said.
    pub source: Source,
    /// The place of it.
    pub at: Span,
    /// What the step is called.
    pub name: Option<String>,
    /// A ladder, from a nudge to the command.
    pub hints: Vec<String>,
    /// Who does the fence.
    pub fence: FenceMark,
    /// Whether its commands are to be turned down.
    pub refused: bool,
    /// How long what it makes may take to come about.
    pub wait: Option<Duration>,
    /// What variables stand for from this step on, as a shell would read them.
    pub vars: Vec<(String, String)>,
    /// `checks: none`: what it does is not checked.
    pub unchecked: bool,
    /// Claims of the author's own.
    pub add: Vec<Added>,
    /// What is different about the claims that are read from its commands.
    pub change: Vec<Changed>,
    /// Which of them are not checked, and why.
    pub waive: Vec<Waived>,
}

/// Who does a fence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FenceMark {
    /// Everybody.
    #[default]
    Required,
    /// Whoever wants to.
    Optional,
    /// Whoever has not done the one before: one of them is enough.
    Alternative,
    /// Not the learner: it is shown, or somebody else runs it.
    NotForTheLearner,
}

impl Word {
    /// The word on a step.
    pub fn on(&self, step: usize) -> Option<&StepWord> {
        self.steps.get(&step)
    }

    /// Whether anything is said at all.
    pub fn is_empty(&self) -> bool {
        !self.unchecked && self.steps.is_empty()
    }
}

impl StepWord {
    /// No word yet.
    fn silent(source: &Source, at: Span) -> Self {
        Self {
            source: source.clone(),
            at,
            name: None,
            hints: Vec::new(),
            fence: FenceMark::Required,
            refused: false,
            wait: None,
            vars: Vec::new(),
            unchecked: false,
            add: Vec::new(),
            change: Vec::new(),
            waive: Vec::new(),
        }
    }
}
