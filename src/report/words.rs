//! What more than one format says of a challenge or a claim, in the same words.

use crate::text::count;
use crate::verdict::Outcome;

use super::{Report, ReportAssertion};

/// Of a run in which no claim was checked.
pub(super) const NOTHING: &str = "no claim could be checked";

/// Of a challenge whose author means it to have no checks.
pub(super) const UNCHECKED: &str = "no checks are asked for";

impl Report {
    /// What a person calls the challenge.
    pub fn name(&self) -> &str {
        self.title.as_deref().or(self.slug.as_deref()).unwrap_or(&self.path)
    }

    /// Whether a learner has come so far: behind *here*, a thing may look wrong only because its step is still to come.
    pub fn reached(&self, step: usize) -> bool {
        self.here.is_none_or(|here| step <= here)
    }

    /// `3 claims not looked at: …`, for each reason.
    pub(super) fn lines_aside(&self) -> Vec<String> {
        let line = |(why, number)| format!("{} not looked at: {why}", count(number, "claim"));
        self.reasons_aside().into_iter().map(line).collect()
    }

    /// What the verdict on a claim rests on, by name. A hint only where the learner has come so far.
    pub(super) fn evidence(&self, claim: &ReportAssertion) -> Vec<(&'static str, String)> {
        let verdict = &claim.verdict;
        let because = verdict.blocked_by.map(|step| format!("of step {step}, which comes first"));
        let hint = verdict.hint.clone().filter(|_| self.reached(claim.assertion.step));
        let rows = [
            ("expected", Some(verdict.expected.clone())),
            ("actual", verdict.actual.clone()),
            ("reason", verdict.reason.clone()),
            ("read", verdict.read.clone()),
            ("control", verdict.control.clone()),
            ("because", because),
            ("hint", hint),
        ];
        rows.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
    }
}

impl ReportAssertion {
    /// ``step 3: role `api` exists``
    pub(super) fn label(&self) -> String {
        format!("step {}: {}", self.assertion.step, self.assertion.title)
    }

    /// What was seen, or why nothing was.
    pub(super) fn finding(&self) -> String {
        let verdict = &self.verdict;
        let reason = |otherwise: &str| verdict.reason.as_deref().unwrap_or(otherwise).to_owned();
        match verdict.outcome {
            Outcome::Unknown => reason("it could not be seen"),
            Outcome::Skip => reason("not looked at"),
            Outcome::Pass | Outcome::Fail => {
                let actual = verdict.actual.as_deref().unwrap_or("not so yet");
                // The title says what is expected, unless it is about single fields.
                if verdict.expected == self.assertion.expected {
                    actual.to_owned()
                } else {
                    format!("{actual}, expected {}", verdict.expected)
                }
            }
        }
    }
}
