//! Steps of which one is enough, by their author's word.

use crate::assertion::Plan;
use crate::author::FenceMark;

use super::{Outcome, Verdict};

/// Excuses what does not hold of the steps beside one that is done; where none is, of all but the one that the learner
/// has come furthest with.
pub(super) fn settle(plan: &Plan, verdicts: &mut [Verdict]) {
    for group in groups(plan) {
        let outcomes = |step: usize| {
            let claims = plan.assertions.iter().zip(&*verdicts);
            claims.filter(move |(one, _)| one.step == step).map(|(_, verdict)| verdict.outcome)
        };
        let passes = |step: usize| outcomes(step).filter(|one| *one == Outcome::Pass).count();
        let open =
            |step: usize| outcomes(step).any(|one| matches!(one, Outcome::Fail | Outcome::Unknown));
        let done = group.iter().copied().find(|step| passes(*step) > 0 && !open(*step));
        // The first of those with as many claims that hold.
        let furthest = group.iter().copied().rev().max_by_key(|step| passes(*step));
        let Some(kept) = done.or(furthest) else { continue };
        let reason = match done {
            Some(step) => format!("step {step} was done instead: one of them is enough"),
            None => format!("instead of step {kept}: one of them is enough"),
        };
        for (assertion, verdict) in plan.assertions.iter().zip(verdicts.iter_mut()) {
            let beside = group.contains(&assertion.step) && assertion.step != kept;
            if beside && matches!(verdict.outcome, Outcome::Fail | Outcome::Unknown) {
                verdict.outcome = Outcome::Skip;
                verdict.reason = Some(reason.clone());
                (verdict.hint, verdict.actual) = (None, None);
            }
        }
    }
}

/// The steps that are alternatives to each other.
fn groups(plan: &Plan) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (before, step) in plan.steps.iter().map(|step| step.number).zip(plan.steps.iter().skip(1)) {
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
