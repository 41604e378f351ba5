//! One wrong turn: it must be caught at its step, by a message that names what is wrong.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::claim::{Observation, Seen, Subject};

use crate::config::Probes;
use crate::prove::ProveError;
use crate::prove::look::{Sight, said};
use crate::prove::mutants::Mutant;
use crate::prove::proof::{Finding, Trial, Tried};
use crate::prove::stage::Stage;
use crate::report::{Report, ReportAssertion};
use crate::verdict::Outcome;

/// Tries it in a fresh world.
pub(in crate::prove) fn try_one(
    stage: &mut Stage<'_>,
    mutant: &Mutant,
) -> Result<Tried, ProveError> {
    let since = Instant::now();
    let finding = match done(stage, mutant) {
        Ok(sight) => found(stage, mutant, &sight)?,
        Err(ProveError::Untried(why)) => Finding::Untried(why),
        Err(error) => return Err(error),
    };
    Ok(Tried {
        trial: Trial::Mutants,
        step: Some(mutant.step),
        rule: Some(mutant.rule),
        name: mutant.name.clone(),
        finding,
        took: since.elapsed(),
    })
}

fn done(stage: &mut Stage<'_>, mutant: &Mutant) -> Result<Sight, ProveError> {
    stage.renew()?;
    stage.steps_up_to(mutant.step - 1)?;
    mutant.before.iter().try_for_each(|deed| stage.deed(deed))?;
    stage.step(mutant.step, Some(&mutant.script))?;
    for deed in &mutant.after {
        match stage.deed(deed) {
            // What the step was to make may not be there to be undone: then it is as if it were.
            Err(ProveError::Untried(_)) | Ok(()) => {}
            Err(error) => return Err(error),
        }
    }
    stage.look(Probes::Reset)
}

fn found(stage: &mut Stage<'_>, mutant: &Mutant, sight: &Sight) -> Result<Finding, ProveError> {
    let report = &sight.report;
    let failed: Vec<&ReportAssertion> = report
        .of_step(mutant.step)
        .filter(|claim| claim.verdict.outcome == Outcome::Fail)
        .collect();
    if !failed.is_empty() && report.here.is_some_and(|here| here <= mutant.step) {
        let named = failed.iter().any(|claim| names(claim, &mutant.names));
        let said = said(failed[0]);
        return Ok(if named {
            Finding::Proven
        } else {
            Finding::Wrong(format!("caught, and its message does not name what is wrong: {said}"))
        });
    }
    let here = sight.here();
    let wrong = sight.observations.clone();
    stage.renew()?;
    stage.steps_up_to(mutant.step)?;
    let right = stage.look(Probes::Reset)?.observations;
    let seen = |all: &BTreeMap<Subject, Observation>| -> Vec<Seen> {
        all.values().map(|one| one.seen.clone()).collect()
    };
    if seen(&wrong) == seen(&right) {
        return Ok(Finding::Equivalent);
    }
    Ok(excuse(&sight.report, mutant.step).map_or_else(
        || Finding::Wrong(format!("not caught. {here}")),
        |why| Finding::Nothing(format!("cannot be told: {why}")),
    ))
}

/// Why nothing can be told of a step: the text itself goes on to what is there now, so that a learner who is done looks
/// the same. Such a step is only told by whoever has seen the lab in between.
fn excuse(report: &Report, step: usize) -> Option<String> {
    let claims: Vec<&ReportAssertion> =
        report.of_step(step).filter(|claim| claim.assertion.changes()).collect();
    let skipped = claims.iter().all(|claim| claim.verdict.outcome == Outcome::Skip);
    let verdict = claims.first().filter(|_| skipped).map(|claim| &claim.verdict)?;
    Some(match verdict.overtaken_by {
        Some(later) => format!("it is as after step {later}"),
        None => verdict.reason.clone().unwrap_or_default(),
    })
}

/// Whether a person who reads what is said of a claim learns what is wrong.
fn names(claim: &ReportAssertion, wanted: &[String]) -> bool {
    let verdict = &claim.verdict;
    let texts = [
        Some(&claim.assertion.title),
        Some(&verdict.expected),
        verdict.actual.as_ref(),
        verdict.hint.as_ref(),
    ];
    texts.into_iter().flatten().any(|text| wanted.iter().any(|word| text.contains(word.as_str())))
}
