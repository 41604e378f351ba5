//! What came of a proof: a finding for each trial, and what they come to together.

use std::time::Duration;

use crate::assertion::Role;

/// A family of trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trial {
    /// Immediately before its own step no changing claim holds.
    Before,
    /// After each step of the challenge's own fences exactly what should stand does.
    Walk,
    /// Each wrong turn is caught.
    Mutants,
    /// Each other right way passes.
    Solutions,
    /// What cannot be seen is unknown, and nothing else is.
    Faults,
    /// Checking changes nothing.
    Harmless,
}

impl Trial {
    /// All of them, in the order in which a report shows them.
    pub const ALL: [Self; 6] =
        [Self::Before, Self::Walk, Self::Mutants, Self::Solutions, Self::Faults, Self::Harmless];

    /// As in `--trials NAME`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Walk => "walk",
            Self::Mutants => "mutants",
            Self::Solutions => "solutions",
            Self::Faults => "faults",
            Self::Harmless => "harmless",
        }
    }
}

/// What one trial showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is as it should be.
    Proven,
    /// It is not; what is wrong.
    Wrong(String),
    /// A wrong turn that leaves the lab as the solution does: not counted.
    Equivalent,
    /// There is nothing to prove here; why.
    Nothing(String),
    /// It could not be tried; why.
    Untried(String),
}

/// One trial and its finding.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The family.
    pub trial: Trial,
    /// The step that it is about.
    pub step: Option<usize>,
    /// The rule that made it, where one did.
    pub rule: Option<&'static str>,
    /// What was done, in a few words.
    pub name: String,
    /// What it showed.
    pub finding: Finding,
    /// How long it took.
    pub took: Duration,
}

/// A step of the challenge.
#[derive(Clone, Debug)]
pub struct ProofStep {
    /// From 1.
    pub number: usize,
    /// The line of its fence, from 1.
    pub line: usize,
    /// Its first claim, or its first command.
    pub title: String,
    /// What it is for.
    pub role: Role,
}

/// How a proof ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofOutcome {
    /// All that was tried is as it should be.
    Proven,
    /// Something is not.
    Disproven,
    /// Something could not be tried, and nothing is wrong.
    Unknown,
    /// Nothing was proven.
    Nothing,
}

impl ProofOutcome {
    /// The word for it in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Disproven => "disproven",
            Self::Unknown => "unknown",
            Self::Nothing => "nothing",
        }
    }

    /// The exit code, as that of `check`.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Proven => 0,
            Self::Disproven => 1,
            Self::Unknown => 3,
            Self::Nothing => 4,
        }
    }
}

/// Wrong turns: how many were caught of those that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Caught.
    pub caught: usize,
    /// Those that leave the lab otherwise than the solution does.
    pub counted: usize,
    /// Those that do not.
    pub equivalent: usize,
    /// Those that nobody could tell, as the text itself goes on to what they leave.
    pub untold: usize,
}

/// All that a report may say of one challenge.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The path as it was given.
    pub path: String,
    /// The frontmatter's title, or its slug.
    pub title: Option<String>,
    /// What was proven: `labproof check`, or a script.
    pub check: String,
    /// The steps.
    pub steps: Vec<ProofStep>,
    /// What was tried, in the order of the families and steps.
    pub tried: Vec<Tried>,
    /// How long all of it took.
    pub duration: Duration,
}

impl Proof {
    /// The findings of a family, of one step where it is named.
    pub fn of(&self, trial: Trial, step: Option<usize>) -> impl Iterator<Item = &Tried> {
        self.tried
            .iter()
            .filter(move |one| one.trial == trial && (step.is_none() || one.step == step))
    }

    /// How many wrong turns were caught.
    pub fn score(&self, step: Option<usize>) -> Score {
        let mut score = Score::default();
        for one in self.of(Trial::Mutants, step) {
            match &one.finding {
                Finding::Proven => {
                    score.caught += 1;
                    score.counted += 1;
                }
                Finding::Wrong(_) => score.counted += 1,
                Finding::Equivalent => score.equivalent += 1,
                Finding::Nothing(_) => score.untold += 1,
                Finding::Untried(_) => {}
            }
        }
        score
    }

    /// What all of it comes to.
    pub fn outcome(&self) -> ProofOutcome {
        let any = |is: fn(&Finding) -> bool| self.tried.iter().any(|one| is(&one.finding));
        if any(|finding| matches!(finding, Finding::Wrong(_))) {
            ProofOutcome::Disproven
        } else if any(|finding| matches!(finding, Finding::Untried(_))) {
            ProofOutcome::Unknown
        } else if any(|finding| matches!(finding, Finding::Proven)) {
            ProofOutcome::Proven
        } else {
            ProofOutcome::Nothing
        }
    }
}
