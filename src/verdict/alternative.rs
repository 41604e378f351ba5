//! Steps of which one is enough, by their author's word.

use crate::assertion::Plan;

use super::{Outcome, Verdict};

/// Excuses what does not hold of the steps beside one that is done. Where none is, one that could not be seen may be;
/// else the learner is at the one that they have come furthest with. A step of which nothing was judged excuses nothing.
pub(super) fn settle(plan: &Plan, verdicts: &mut [Verdict]) {
    for group in plan.alternatives() {
        let outcomes = |step: usize| {
            let claims = plan.assertions.iter().zip(&*verdicts);
            claims.filter(move |(one, _)| one.step == step).map(|(_, verdict)| verdict.outcome)
        };
        let count = |step: usize, outcome| outcomes(step).filter(|one| *one == outcome).count();
        let passes = |step: usize| count(step, Outcome::Pass);
        let (fails, unknowns) =
            (|step| count(step, Outcome::Fail), |step| count(step, Outcome::Unknown));
        let judged: Vec<usize> = group
            .iter()
            .copied()
            .filter(|step| passes(*step) + fails(*step) + unknowns(*step) > 0)
            .collect();
        let done = judged.iter().copied().find(|step| fails(*step) + unknowns(*step) == 0);
        let unseen = judged.iter().copied().find(|step| fails(*step) == 0);
        // The first of those with as many claims that hold.
        let furthest = judged.iter().copied().rev().max_by_key(|step| passes(*step));
        let Some(kept) = done.or(unseen).or(furthest) else { continue };
        let reason = match done {
            Some(step) => format!("step {step} was done instead: one of them is enough"),
            None => format!("instead of step {kept}: one of them is enough"),
        };
        for (assertion, verdict) in plan.assertions.iter().zip(verdicts.iter_mut()) {
            let beside = group.contains(&assertion.step) && assertion.step != kept;
            if beside && matches!(verdict.outcome, Outcome::Fail | Outcome::Unknown) {
                verdict.outcome = Outcome::Skip;
                verdict.reason = Some(reason.clone());
                verdict.overtaken_by = done;
                (verdict.hint, verdict.actual) = (None, None);
            }
        }
    }
}
