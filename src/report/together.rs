//! Several reports as one run: its outcome, its counts, and which challenge decides.

use super::{Counts, Report, RunOutcome};

/// What the reports of a run come to.
#[derive(Clone, Copy, Debug)]
pub struct Together<'a> {
    /// That of the first challenge that does not stand.
    pub outcome: RunOutcome,
    /// Over all challenges.
    pub counts: Counts,
    /// The challenge that the outcome is of; `None` where all stand.
    pub deciding: Option<&'a Report>,
}

impl<'a> Together<'a> {
    /// A challenge of which nothing was checked decides only where all others stand: a step that is not done says more.
    pub fn of(reports: &'a [Report]) -> Self {
        let with = |outcomes: &[RunOutcome]| {
            reports.iter().find(|report| outcomes.contains(&report.outcome))
        };
        let deciding =
            with(&[RunOutcome::Fail, RunOutcome::Unknown]).or_else(|| with(&[RunOutcome::Nothing]));
        let mut counts = Counts::default();
        for report in reports {
            counts.pass += report.counts.pass;
            counts.fail += report.counts.fail;
            counts.unknown += report.counts.unknown;
            counts.skip += report.counts.skip;
        }
        let outcome = match deciding {
            Some(report) => report.outcome,
            None if reports.is_empty() => RunOutcome::Nothing,
            None => RunOutcome::Pass,
        };
        Self { outcome, counts, deciding }
    }
}
