//! Assertion × Observation → [`Verdict`]. Pure: the same observations always give the same verdicts, and a
//! read that failed never gives a pass.

mod alternative;
mod evidence;
mod part;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::assertion::{Assertion, Plan, Selection, Timeline};
use crate::claim::{Expectation, Observation, Seen, Subject};

use part::{Finding, judge_part, proven, replaced_whole};

/// What is known of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Seen, as claimed.
    Pass,
    /// Seen, not as claimed.
    Fail,
    /// Could not be seen.
    Unknown,
    /// Overtaken, waived, or not observable by nature.
    Skip,
}

impl Outcome {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Skip => "skip",
        }
    }
}

/// An outcome with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What is known.
    pub outcome: Outcome,
    /// What is expected, in a few words.
    pub expected: String,
    /// What was seen; `None` where nothing was.
    pub actual: Option<String>,
    /// The read that shows it.
    pub read: Option<String>,
    /// What proves that an absence or a refusal is one.
    pub control: Option<String>,
    /// What to do; only with a fail.
    pub hint: Option<String>,
    /// Why a skip or an unknown is one.
    pub reason: Option<String>,
    /// The later step that replaces the claim.
    pub overtaken_by: Option<usize>,
    /// The earlier step whose failed claim is the cause.
    pub blocked_by: Option<usize>,
}

/// Judges every assertion of the plan, in its order. `observations` holds what was looked at; a subject that
/// is not in it was not seen.
pub fn judge_all(
    plan: &Plan,
    observations: &BTreeMap<Subject, Observation>,
    selection: Selection,
) -> Vec<Verdict> {
    let timeline = Timeline::new(plan);
    let judge = Judge { plan, timeline: &timeline, observations, asked: selection.last() };
    let holding: Vec<usize> = plan
        .assertions
        .iter()
        .filter(|assertion| assertion.changes() && judge.holds(assertion))
        .map(|assertion| assertion.step)
        .collect();
    let mut verdicts: Vec<Verdict> =
        plan.assertions.iter().map(|assertion| judge.judge(assertion, &holding)).collect();
    alternative::settle(plan, &mut verdicts);
    for index in 0..verdicts.len() {
        verdicts[index].blocked_by = judge.cause(index, &verdicts);
    }
    verdicts
}

struct Judge<'a> {
    plan: &'a Plan,
    timeline: &'a Timeline<'a>,
    observations: &'a BTreeMap<Subject, Observation>,
    asked: usize,
}

impl Judge<'_> {
    /// Whether a claim holds by more than the text's own starting state.
    fn holds(&self, assertion: &Assertion) -> bool {
        let Some(seen) = self.seen(assertion) else { return false };
        let parts = self.timeline.parts(assertion.step, &assertion.claim, self.asked);
        let mut proves = false;
        for part in &parts {
            match proven(&part.state, part.field.as_deref(), seen) {
                Some(true) => proves |= part.is_told(),
                _ => return false,
            }
        }
        proves
    }

    /// What was seen of a claim's subject, where that counts: an absence that comes from a missing
    /// container says nothing unless the text itself makes or takes away that container.
    fn seen(&self, assertion: &Assertion) -> Option<&Seen> {
        let observation = self.observations.get(&assertion.claim.subject)?;
        match &observation.seen {
            Seen::Unobservable(_) => None,
            Seen::Absent(control) if control.container_gone => {
                let container = assertion.claim.container.as_ref()?;
                // A container that is not made yet has never held what is to be gone.
                let counts = match assertion.claim.expectation {
                    Expectation::Absent => self.timeline.removes(container),
                    _ => self.timeline.touches(container),
                };
                counts.then_some(&observation.seen)
            }
            seen => Some(seen),
        }
    }

    fn judge(&self, assertion: &Assertion, holding: &[usize]) -> Verdict {
        if let Some(reason) = &assertion.said.waived {
            return evidence::waived(assertion, reason);
        }
        let Some(observation) = self.observations.get(&assertion.claim.subject) else {
            return evidence::not_looked_at(assertion);
        };
        let seen = self.seen(assertion);
        let later_holds = holding.iter().any(|step| *step > assertion.step);
        let parts = self.timeline.parts(assertion.step, &assertion.claim, self.asked);
        let mut findings: Vec<Finding> =
            parts.iter().map(|part| judge_part(part, seen, later_holds)).collect();
        replaced_whole(&parts, &mut findings);
        // Where the thing is not there, its fields are not told apart from it.
        let told = match seen {
            Some(Seen::Present(_)) => findings.len(),
            _ => 1,
        };
        evidence::verdict(assertion, observation, &parts[..told], &findings[..told])
    }

    /// The earlier step that fails on what this claim cannot be told without.
    fn cause(&self, index: usize, verdicts: &[Verdict]) -> Option<usize> {
        if !matches!(verdicts[index].outcome, Outcome::Fail | Outcome::Unknown) {
            return None;
        }
        let assertion = &self.plan.assertions[index];
        let needs = || assertion.claim.container.iter().chain(&assertion.claim.depends);
        self.plan
            .assertions
            .iter()
            .zip(verdicts)
            .filter(|(other, verdict)| {
                other.step < assertion.step
                    && verdict.outcome == Outcome::Fail
                    && needs().any(|subject| *subject == other.claim.subject)
            })
            .map(|(other, _)| other.step)
            .min()
    }
}
