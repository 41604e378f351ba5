//! Challenge → [`Plan`]: what must be true after each step, and what has to be looked up to say it.
//!
//! Pure: no server is asked. What a command means is the providers' to say; this module walks the text,
//! carries variables along and keeps the order.

mod bindings;
mod chosen;
mod collect;
mod planned;
mod reading;
mod scope;
mod selection;
mod servers;
mod shown;
mod timeline;
mod told;
mod worded;

use std::time::Duration;

use crate::author::FenceMark;
use crate::challenge::{Challenge, Command};
use crate::claim::{Claim, Subject};
use crate::provider::{self, Call, Reading};
use crate::source::Span;

pub use bindings::{BindingError, Bindings, LocalFile};
pub use chosen::{Chosen, SetAside};
pub use collect::{collect, collect_with};
pub use planned::{Made, PlannedCommand};
pub use selection::Selection;
pub use timeline::{Part, State, Timeline};
pub use worded::Mistake;

/// A claim at its place in the text, with the words for it.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// The step, from 1.
    pub step: usize,
    /// The command that claims it.
    pub span: Span,
    /// Where it comes among all that the text's commands do; one in a loop does it several times.
    pub place: usize,
    /// What is claimed.
    pub claim: Claim,
    /// Where it comes from.
    pub origin: Origin,
    /// The claim in half a sentence.
    pub title: String,
    /// What is expected, in a few words.
    pub expected: String,
    /// What to do where it does not hold.
    pub hint: String,
    /// What the author says of it.
    pub said: Said,
    /// The word for the subject: `role`.
    pub noun: &'static str,
}

/// The author's word on a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What it is called.
    pub title: Option<String>,
    /// Hints from a nudge to the command, in place of the kind's own.
    pub hints: Vec<String>,
    /// Why it is not checked.
    pub waived: Option<String>,
    /// How long it may take to come about.
    pub wait: Option<Duration>,
}

/// Where an assertion comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Read from a command.
    Inferred,
    /// Written by the author.
    Author,
}

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Something is different after it.
    Changes,
    /// Something is tried or looked at that an earlier step made so.
    Confirms,
    /// Only looks, or sets variables.
    Reads,
}

impl Role {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Confirms => "confirms",
            Self::Reads => "reads",
        }
    }
}

/// A step as the plan sees it.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// From 1.
    pub number: usize,
    /// The fence.
    pub span: Span,
    /// What it is for.
    pub role: Role,
    /// Its first claim, or its first command; or what its author calls it.
    pub title: String,
    /// Whether the title is its author's.
    pub named: bool,
    /// Who does it, by its author's word.
    pub fence: FenceMark,
    /// The commands that claim nothing, and why.
    pub unclaimed: Vec<Unclaimed>,
    /// All commands, and what is made of them.
    pub commands: Vec<PlannedCommand>,
}

/// What the text says of a thing without claiming it: reads it, and so takes it to be there, or does something
/// to it that cannot be told.
#[derive(Clone, Debug)]
pub struct Aside {
    /// The step, from 1.
    pub step: usize,
    /// The command.
    pub span: Span,
    /// Where it comes among all that the text's commands do.
    pub place: usize,
    /// The thing, and what is said of it.
    pub claim: Claim,
}

/// A command from which nothing is claimed.
#[derive(Clone, Debug)]
pub struct Unclaimed {
    /// The command.
    pub span: Span,
    /// The command as a person may read it.
    pub shown: String,
    /// Why: `only reads`, `sets variables`, …
    pub why: String,
    /// What its provider makes of it; `None` where it is no provider's.
    pub reading: Option<Reading>,
}

impl Unclaimed {
    fn new(
        challenge: &Challenge,
        command: &Command,
        why: String,
        reading: Option<Reading>,
    ) -> Self {
        Self { span: command.span, shown: shown::command(challenge, command), why, reading }
    }
}

/// A read that a variable stands for: `$(kubectl get … | jq …)`.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// How the text writes what it binds: `$PG_HOST`.
    pub written: String,
    /// The command that reads.
    pub call: Call,
    /// What is done with what it prints, in order.
    pub filters: Vec<provider::jq::Filter>,
}

/// What a challenge claims, in the order of the text.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// All steps.
    pub steps: Vec<PlannedStep>,
    /// All claims, in the order of the text.
    pub assertions: Vec<Assertion>,
    /// What the text says of things without claiming it.
    pub asides: Vec<Aside>,
    /// The reads that variables stand for.
    pub lookups: Vec<Lookup>,
    /// Files that commands read, and that the text neither shows nor touches from there on: what is in them
    /// may be given to [`Bindings::files`].
    pub files: Vec<LocalFile>,
    /// Whether its author says that nothing is checked, and means it.
    pub unchecked: bool,
    /// Where the author's word does not fit the text.
    pub mistakes: Vec<Mistake>,
}

impl Assertion {
    fn new(step: usize, span: Span, place: usize, claim: Claim) -> Self {
        let mut assertion = Self {
            step,
            span,
            place,
            claim,
            origin: Origin::Inferred,
            title: String::new(),
            expected: String::new(),
            hint: String::new(),
            said: Said::default(),
            noun: "thing",
        };
        assertion.describe();
        assertion
    }

    /// Whether the step makes it so, as against confirming it.
    pub fn changes(&self) -> bool {
        self.claim.verb.changes()
    }

    fn describe(&mut self) {
        if let Some(kind) = provider::kind(self.claim.subject.kind) {
            self.title = kind.title(&self.claim);
            self.expected = kind.expected(&self.claim);
            self.hint = kind.hint(&self.claim);
            self.noun = kind.noun();
        }
        if let Some(title) = &self.said.title {
            self.title.clone_from(title);
        }
        if let Some(hint) = self.said.hints.first() {
            self.hint.clone_from(hint);
        }
    }
}

impl Plan {
    /// The same with every look-up replaced by what `resolve` gives for it.
    #[must_use]
    pub fn resolved(&self, resolve: &dyn Fn(usize) -> Option<String>) -> Self {
        let assertions = self
            .assertions
            .iter()
            .map(|assertion| {
                let mut resolved = assertion.clone();
                resolved.claim = assertion.claim.resolved(resolve);
                resolved.describe();
                resolved
            })
            .collect();
        let asides = self
            .asides
            .iter()
            .map(|aside| Aside { claim: aside.claim.resolved(resolve), ..aside.clone() });
        Self { assertions, asides: asides.collect(), ..self.clone() }
    }

    /// The place of what comes next, among all that the text's commands do.
    fn place(&self) -> usize {
        self.assertions.len() + self.asides.len()
    }

    /// Takes in what is said of a thing and not claimed.
    fn set_aside(&mut self, step: usize, span: Span, claim: Claim) {
        let place = self.place();
        self.asides.push(Aside { step, span, place, claim });
    }

    /// Whether everybody does a step, by its author's word.
    pub fn asks_for(&self, step: usize) -> bool {
        let planned = self.steps.iter().find(|planned| planned.number == step);
        planned.is_none_or(|planned| planned.fence == FenceMark::Required)
    }

    /// The steps of which one is enough, by their author's word.
    pub fn alternatives(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for pair in self.steps.windows(2) {
            let (before, step) = (pair[0].number, &pair[1]);
            if step.fence != FenceMark::Alternative {
                continue;
            }
            match groups.last_mut().filter(|group| group.last() == Some(&before)) {
                Some(group) => group.push(step.number),
                None => groups.push(vec![before, step.number]),
            }
        }
        groups
    }

    /// Leaves of the author's ladders of hints one rung, from 1; at most the last.
    pub fn climb(&mut self, rung: usize) {
        for assertion in &mut self.assertions {
            let hints = &assertion.said.hints;
            let hint = hints.get(rung.max(1) - 1).or(hints.last()).cloned();
            assertion.said.hints = hint.into_iter().collect();
            assertion.describe();
        }
    }

    /// Each subject once, in the order of the text.
    pub fn subjects(&self) -> Vec<&Subject> {
        let mut subjects: Vec<&Subject> = Vec::new();
        for assertion in &self.assertions {
            if !subjects.contains(&&assertion.claim.subject) {
                subjects.push(&assertion.claim.subject);
            }
        }
        subjects
    }
}
