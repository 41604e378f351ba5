//! The same trials for a check script, which says yes or no to a whole challenge: yes when all is done, and no to
//! everything else.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::faults::FAULTS;
use super::mutant::{facets, taken};
use crate::config::Probes;
use crate::prove::ProveError;
use crate::prove::mutants::Mutant;
use crate::prove::proof::{Finding, Trial, Tried};
use crate::prove::script::{CheckScript, Said};
use crate::prove::solutions::Solution;
use crate::prove::stage::Stage;

/// Words by which a script says that it is not about the learner's work.
const NOT_YOURS: &[&str] =
    &["not about your work", "could not", "cannot tell", "unreachable", "unavailable"];

fn tried(
    trial: Trial,
    step: Option<usize>,
    name: String,
    finding: Finding,
    since: Instant,
) -> Tried {
    Tried { trial, step, rule: None, name, finding, took: since.elapsed() }
}

fn nothing() -> BTreeMap<String, String> {
    BTreeMap::new()
}

/// Before each step that changes something it says no, and at the end yes.
pub(in crate::prove) fn walk(
    stage: &mut Stage<'_>,
    script: &CheckScript,
) -> Result<Vec<Tried>, ProveError> {
    let mut all = Vec::new();
    stage.renew()?;
    let plan = stage.plan();
    let steps = stage.challenge.steps.len();
    for step in 1..=steps {
        let since = Instant::now();
        if plan.assertions.iter().any(|one| one.step == step && one.changes()) {
            let said = script.run(stage, nothing())?;
            let finding = if said.passes {
                Finding::Wrong("it passes before the step is done".to_owned())
            } else {
                Finding::Proven
            };
            all.push(tried(
                Trial::Before,
                Some(step),
                "the steps before it".to_owned(),
                finding,
                since,
            ));
        }
        stage.step(step, None)?;
    }
    let since = Instant::now();
    let said = script.run(stage, nothing())?;
    let finding = passes(&said);
    all.push(tried(Trial::Walk, Some(steps), "all steps".to_owned(), finding, since));
    Ok(all)
}

fn passes(said: &Said) -> Finding {
    if said.passes {
        Finding::Proven
    } else {
        Finding::Wrong(format!("it fails: {}", said.message))
    }
}

/// A wrong turn at one step, and all others as the text has them: it says no.
pub(in crate::prove) fn mutant(
    stage: &mut Stage<'_>,
    script: &CheckScript,
    mutant: &Mutant,
) -> Result<Tried, ProveError> {
    let since = Instant::now();
    let finding = wrong_turn(stage, script, mutant);
    super::mutant::tried(mutant, finding, since)
}

fn wrong_turn(
    stage: &mut Stage<'_>,
    script: &CheckScript,
    mutant: &Mutant,
) -> Result<Finding, ProveError> {
    taken(stage, mutant)?;
    let steps = stage.challenge.steps.len();
    for step in mutant.step + 1..=steps {
        stage.step(step, None)?;
    }
    if !script.run(stage, nothing())?.passes {
        return Ok(Finding::Proven);
    }
    let left = facets(&stage.look(Probes::Reset)?);
    stage.renew()?;
    stage.steps_up_to(steps)?;
    let right = facets(&stage.look(Probes::Reset)?);
    Ok(if left == right { Finding::Equivalent } else { Finding::Wrong("it passes".to_owned()) })
}

/// Another right way: it says yes.
pub(in crate::prove) fn solution(
    stage: &mut Stage<'_>,
    script: &CheckScript,
    solution: &Solution,
) -> Result<Tried, ProveError> {
    let since = Instant::now();
    stage.renew()?;
    stage.type_in(&solution.first)?;
    for (number, text) in &solution.steps {
        stage.step(*number, Some(text))?;
    }
    let done = solution.after.iter().try_for_each(|deed| stage.deed(deed));
    let finding = match done {
        Ok(()) => passes(&script.run(stage, nothing())?),
        Err(ProveError::Untried(why)) => Finding::Untried(why),
        Err(error) => return Err(error),
    };
    let mut one = tried(Trial::Solutions, None, solution.name.clone(), finding, since);
    one.rule = Some(solution.rule);
    Ok(one)
}

/// A broken lab on which all is done: it neither passes nor blames the learner.
pub(in crate::prove) fn faults(
    stage: &Stage<'_>,
    script: &CheckScript,
) -> Result<Vec<Tried>, ProveError> {
    let mut all = Vec::new();
    for fault in FAULTS.iter().filter(|fault| fault.concerns(&stage.servers)) {
        let since = Instant::now();
        let variables = fault.set(&stage.servers)?;
        let said = script.run(stage, variables);
        fault.mend(&stage.servers)?;
        let said = said?;
        let told = NOT_YOURS.iter().any(|words| said.message.to_lowercase().contains(words));
        let finding = match (said.passes, told) {
            (true, _) => Finding::Wrong("it passes".to_owned()),
            (false, true) => Finding::Proven,
            (false, false) => Finding::Wrong(format!("it blames the learner: {}", said.message)),
        };
        all.push(tried(Trial::Faults, None, fault.name.to_owned(), finding, since));
    }
    Ok(all)
}

/// Run twice, it leaves the lab as it was.
pub(in crate::prove) fn harmless(
    stage: &Stage<'_>,
    script: &CheckScript,
) -> Result<Tried, ProveError> {
    super::harmless::leaves_as_it_was(stage, Duration::from_secs(2), || {
        script.run(stage, nothing()).map(drop)
    })
}
