//! One wrong turn: it must be caught at its step, by a message that names what is wrong.

use std::time::Instant;

use crate::claim::{Fact, Seen};

use crate::config::Probes;
use crate::prove::ProveError;
use crate::prove::look::{Sight, said};
use crate::prove::mutants::Mutant;
use crate::prove::proof::{Finding, Trial, Tried};
use crate::prove::stage::Stage;
use crate::report::ReportAssertion;
use crate::verdict::Outcome;

/// Tries it in a fresh world.
pub(in crate::prove) fn try_one(
    stage: &mut Stage<'_>,
    mutant: &Mutant,
) -> Result<Tried, ProveError> {
    let since = Instant::now();
    let finding = taken(stage, mutant)
        .and_then(|()| stage.look(Probes::Reset))
        .and_then(|sight| found(stage, mutant, &sight));
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
    uncaught(stage, mutant, sight)
}

/// What a wrong turn is that no claim of its step fails on: the same as the solution, or as the text itself makes it
/// later on, or a survivor.
fn uncaught(stage: &mut Stage<'_>, mutant: &Mutant, wrong: &Sight) -> Result<Finding, ProveError> {
    stage.renew()?;
    stage.steps_up_to(mutant.step)?;
    let (left, right) = (facets(wrong), facets(&stage.look(Probes::Reset)?));
    let mut differing: Vec<usize> =
        (0..left.len()).filter(|index| left.get(*index) != right.get(*index)).collect();
    if differing.is_empty() {
        return Ok(Finding::Equivalent);
    }
    for later in mutant.step + 1..=stage.challenge.steps.len() {
        stage.step(later, None)?;
        let then = facets(&stage.look(Probes::Passing)?);
        differing.retain(|index| left.get(*index) != then.get(*index));
        if differing.is_empty() {
            return Ok(Finding::Nothing(format!(
                "cannot be told: step {later} makes it so itself"
            )));
        }
    }
    Ok(Finding::Wrong(format!("not caught. {}", wrong.here())))
}

/// What the claims of a text are about, each as it was seen: a thing, and each of the fields that are claimed of it.
pub(in crate::prove) fn facets(sight: &Sight) -> Vec<Facet> {
    let mut facets = Vec::new();
    for assertion in &sight.plan.assertions {
        let claim = &assertion.claim;
        let Some(observation) = sight.observations.get(&claim.subject) else {
            let all = 1 + claim.expectation.fields().len();
            facets.extend(std::iter::repeat_n(Facet::Unseen, all));
            continue;
        };
        match &observation.seen {
            Seen::Present(known) => {
                facets.push(Facet::Present(known.but.clone()));
                let fields = claim.expectation.fields().iter();
                facets.extend(fields.map(|field| Facet::Field(known.get(&field.path).cloned())));
            }
            other => {
                let facet = match other {
                    Seen::Absent(_) => Facet::Absent,
                    Seen::Refused(_) => Facet::Refused,
                    _ => Facet::Unseen,
                };
                let all = 1 + claim.expectation.fields().len();
                facets.extend(std::iter::repeat_n(facet, all));
            }
        }
    }
    facets
}

/// One thing or field, as it was seen.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::prove) enum Facet {
    Present(Option<String>),
    Field(Option<Fact>),
    Absent,
    Refused,
    Unseen,
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
