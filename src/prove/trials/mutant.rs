//! One wrong turn: it must be caught at its step, by a message that names what is wrong.

use std::time::Instant;

use crate::prove::ProveError;
use crate::prove::look::{Sight, said};
use crate::prove::mutants::Mutant;
use crate::prove::proof::{Finding, Trial, Tried};
use crate::prove::record::{self, Likeness, Record, facets};
use crate::prove::stage::Stage;
use crate::report::ReportAssertion;
use crate::verdict::Outcome;

/// Tries it in a fresh world.
pub(in crate::prove) fn try_one(
    stage: &mut Stage<'_>,
    record: &mut Record,
    mutant: &Mutant,
) -> Result<Tried, ProveError> {
    let since = Instant::now();
    let finding = taken(stage, mutant)
        .and_then(|()| stage.look(record::PROBES))
        .and_then(|sight| found(stage, record, mutant, &sight));
    tried(mutant, finding, since)
}

/// What came of a wrong turn; an error that concerns it alone is a finding.
pub(super) fn tried(
    mutant: &Mutant,
    finding: Result<Finding, ProveError>,
    since: Instant,
) -> Result<Tried, ProveError> {
    let finding = match finding {
        Ok(finding) => finding,
        Err(ProveError::Unprepared(why)) => Finding::Nothing(why),
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

/// Takes it, in a fresh world in which all steps before it are done.
pub(super) fn taken(stage: &mut Stage<'_>, mutant: &Mutant) -> Result<(), ProveError> {
    stage.renew()?;
    stage.steps_up_to(mutant.step - 1)?;
    stage.go_astray();
    // Where the server turns down what a wrong turn needs to be there, nobody can take it.
    mutant.before.iter().try_for_each(|deed| match stage.deed(deed) {
        Err(ProveError::Untried(why)) => Err(ProveError::Unprepared(why)),
        other => other,
    })?;
    stage.step(mutant.step, Some(&mutant.script))?;
    for deed in &mutant.after {
        match stage.deed(deed) {
            // What the step was to make may not be there to be undone: then it is as if it were.
            Err(ProveError::Untried(_)) | Ok(()) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn found(
    stage: &mut Stage<'_>,
    record: &mut Record,
    mutant: &Mutant,
    sight: &Sight,
) -> Result<Finding, ProveError> {
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
    uncaught(stage, record, mutant, sight)
}

/// What a wrong turn is that no claim of its step fails on: the same as the solution, or as the text itself makes it
/// later on, or a survivor.
fn uncaught(
    stage: &mut Stage<'_>,
    record: &mut Record,
    mutant: &Mutant,
    wrong: &Sight,
) -> Result<Finding, ProveError> {
    let left = facets(wrong);
    let mut likeness = record.compare(stage, mutant.step, &left)?;
    if likeness == Likeness::Never {
        // A survivor is a hard word: it is spoken only where a second walk says the same.
        record.forget();
        likeness = record.compare(stage, mutant.step, &left)?;
    }
    Ok(match likeness {
        Likeness::Now => Finding::Equivalent,
        Likeness::Later(step) => {
            Finding::Nothing(format!("cannot be told: step {step} makes it so itself"))
        }
        Likeness::Never => Finding::Wrong(format!("not caught. {}", wrong.here())),
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
