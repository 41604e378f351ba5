//! Verdicts → [`Report`] → bytes. The report knows outcomes, counts and the exit code; a format only spells.

pub mod coverage;
pub mod explanation;
mod github;
mod human;
mod instruqt;
mod json;
mod junit;
mod sarif;
mod tap;
mod together;
mod words;

use std::io;
use std::time::Duration;

use crate::assertion::{Assertion, Origin, Plan, Role, Selection, SetAside};
use crate::challenge::Challenge;
use crate::verdict::{Outcome, Verdict};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// Everything asked for stands.
    Pass,
    /// The first step that does not stand was seen not to.
    Fail,
    /// The first step that does not stand could not be seen.
    Unknown,
    /// Nothing was checked, which is never a success.
    Nothing,
}

impl RunOutcome {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Nothing => "nothing",
        }
    }

    /// The exit code; 2 is for what could not be read at all.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::Unknown => 3,
            Self::Nothing => 4,
        }
    }
}

/// How many claims have which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Seen, as claimed.
    pub pass: usize,
    /// Seen, not as claimed.
    pub fail: usize,
    /// Not seen.
    pub unknown: usize,
    /// Overtaken, or not to be seen.
    pub skip: usize,
}

/// One step of the report.
#[derive(Clone, Debug)]
pub struct ReportStep {
    /// From 1.
    pub number: usize,
    /// The line of its fence, from 1.
    pub line: usize,
    /// What it is for.
    pub role: Role,
    /// Its first claim, or its first command.
    pub title: String,
    /// Whether the title is its author's, who means all of its claims by it.
    pub named: bool,
    /// The outcome of its claims together; `None` without claims.
    pub outcome: Option<Outcome>,
}

/// One claim of the report.
#[derive(Clone, Debug)]
pub struct ReportAssertion {
    /// The claim at its place.
    pub assertion: Assertion,
    /// The line of its command, from 1.
    pub line: usize,
    /// What is known of it.
    pub verdict: Verdict,
}

/// All that a format may say.
#[derive(Clone, Debug)]
pub struct Report {
    /// The path as it was given.
    pub path: String,
    /// The frontmatter's slug.
    pub slug: Option<String>,
    /// The frontmatter's title.
    pub title: Option<String>,
    /// How the run ended.
    pub outcome: RunOutcome,
    /// Over the claims below.
    pub counts: Counts,
    /// The first step with a claim that fails or is unknown.
    pub here: Option<usize>,
    /// The steps that were asked for.
    pub steps: Vec<ReportStep>,
    /// Their claims, in the order of the text.
    pub assertions: Vec<ReportAssertion>,
    /// Which steps were asked for.
    pub selection: Selection,
    /// How long it took.
    pub duration: Duration,
    /// Whether later steps are shown in full too.
    pub all: bool,
    /// The claims that the caller did not choose; they count for nothing.
    pub set_aside: Vec<SetAside>,
}

/// One way to spell the reports of a run, one for each challenge.
pub struct Format {
    /// As in `--format NAME`.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub doc: &'static str,
    /// Spells them.
    pub render: fn(&[Report], &mut dyn io::Write) -> io::Result<()>,
}

/// Every format, by name.
pub const FORMATS: &[Format] = &[
    Format { name: "github", doc: "annotations of a GitHub workflow", render: github::render },
    Format { name: "human", doc: "a line per step, for a terminal", render: human::render },
    Format { name: "instruqt", doc: "one `FAIL: ` line, or nothing", render: instruqt::render },
    Format { name: "json", doc: "one JSON document", render: json::render },
    Format { name: "junit", doc: "JUnit XML, for a CI system", render: junit::render },
    Format { name: "sarif", doc: "SARIF 2.1.0, for code scanning", render: sarif::render },
    Format { name: "tap", doc: "TAP 13, for a test harness", render: tap::render },
];

/// A format by its name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

pub use instruqt::fail_line;
pub use together::Together;

impl Report {
    /// Puts together what the judge said of the steps that were asked for.
    pub fn new(
        challenge: &Challenge,
        plan: &Plan,
        verdicts: Vec<Verdict>,
        selection: Selection,
    ) -> Self {
        let source = &challenge.source;
        let assertions: Vec<ReportAssertion> = plan
            .assertions
            .iter()
            .zip(verdicts)
            .filter(|(assertion, _)| selection.contains(assertion.step))
            .map(|(assertion, verdict)| ReportAssertion {
                assertion: assertion.clone(),
                line: source.line(assertion.span.start),
                verdict,
            })
            .collect();
        let steps: Vec<ReportStep> = plan
            .steps
            .iter()
            .filter(|step| selection.contains(step.number))
            .map(|step| ReportStep {
                number: step.number,
                line: source.line(step.span.start),
                role: step.role,
                title: step.title.clone(),
                named: step.named,
                outcome: step_outcome(&assertions, step.number),
            })
            .collect();
        let here = steps
            .iter()
            .find(|step| matches!(step.outcome, Some(Outcome::Fail | Outcome::Unknown)));
        Self {
            path: source.path.display().to_string(),
            slug: challenge.frontmatter.slug.as_ref().map(|field| field.value.clone()),
            title: challenge.frontmatter.title.as_ref().map(|field| field.value.clone()),
            outcome: match run_outcome(here.and_then(|step| step.outcome), &assertions, selection) {
                // Its author means it so.
                RunOutcome::Nothing if plan.unchecked => RunOutcome::Pass,
                outcome => outcome,
            },
            counts: count(&assertions),
            here: here.map(|step| step.number),
            steps,
            assertions,
            selection,
            duration: Duration::ZERO,
            all: false,
            set_aside: Vec::new(),
        }
    }

    /// Why claims were set aside, each reason once, with their number.
    pub fn reasons_aside(&self) -> Vec<(&str, usize)> {
        let mut reasons: Vec<(&str, usize)> = Vec::new();
        for one in &self.set_aside {
            match reasons.iter_mut().find(|(why, _)| *why == one.why) {
                Some((_, number)) => *number += 1,
                None => reasons.push((&one.why, 1)),
            }
        }
        reasons
    }

    /// The claims of a step.
    pub fn of_step(&self, step: usize) -> impl Iterator<Item = &ReportAssertion> {
        self.assertions.iter().filter(move |claim| claim.assertion.step == step)
    }

    /// The claim that *here* is about: the first that fails, else the first that is unknown.
    pub fn blocking(&self) -> Option<&ReportAssertion> {
        let here = self.here?;
        let with = |outcome| self.of_step(here).find(|claim| claim.verdict.outcome == outcome);
        with(Outcome::Fail).or_else(|| with(Outcome::Unknown))
    }
}

/// A step with a fail is a fail, whatever else it has; then unknown, pass, skip.
fn step_outcome(assertions: &[ReportAssertion], step: usize) -> Option<Outcome> {
    let outcomes: Vec<Outcome> = assertions
        .iter()
        .filter(|claim| claim.assertion.step == step)
        .map(|claim| claim.verdict.outcome)
        .collect();
    [Outcome::Fail, Outcome::Unknown, Outcome::Pass, Outcome::Skip]
        .into_iter()
        .find(|outcome| outcomes.contains(outcome))
}

fn run_outcome(
    here: Option<Outcome>,
    assertions: &[ReportAssertion],
    selection: Selection,
) -> RunOutcome {
    match here {
        Some(Outcome::Fail) => return RunOutcome::Fail,
        Some(_) => return RunOutcome::Unknown,
        None => {}
    }
    let passes = assertions.iter().any(|claim| claim.verdict.outcome == Outcome::Pass);
    let all_overtaken = !assertions.is_empty()
        && assertions.iter().all(|claim| claim.verdict.overtaken_by.is_some());
    // A learner who is past the steps that were asked for has done them.
    if passes || (selection != Selection::All && all_overtaken) {
        RunOutcome::Pass
    } else {
        RunOutcome::Nothing
    }
}

fn count(assertions: &[ReportAssertion]) -> Counts {
    let mut counts = Counts::default();
    for claim in assertions {
        match claim.verdict.outcome {
            Outcome::Pass => counts.pass += 1,
            Outcome::Fail => counts.fail += 1,
            Outcome::Unknown => counts.unknown += 1,
            Outcome::Skip => counts.skip += 1,
        }
    }
    counts
}

/// The word for where a claim comes from.
pub fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Inferred => "inferred",
        Origin::Author => "author",
    }
}
