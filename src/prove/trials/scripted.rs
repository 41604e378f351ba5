//! The same trials for a check script, which says yes or no to a whole challenge: yes when all is done, and no to
//! everything else.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::faults::FAULTS;
use super::mutant::taken;
use crate::prove::ProveError;
use crate::prove::mutants::Mutant;
use crate::prove::proof::{Finding, Trial, Tried};
use crate::prove::record::{self, Record, facets};
use crate::prove::script::CheckScript;
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
    let finding = match solution(stage, script)? {
        None => Finding::Proven,
        Some(what) => Finding::Wrong(what),
    };
    all.push(tried(Trial::Walk, Some(steps), "all steps".to_owned(), finding, since));
    Ok(all)
}

/// A wrong turn at one step, and all others as the text has them: it says no.
pub(in crate::prove) fn mutant(
    stage: &mut Stage<'_>,
    record: &mut Record,
    script: &CheckScript,
    mutant: &Mutant,
) -> Result<Tried, ProveError> {
    let since = Instant::now();
    let finding = wrong_turn(stage, record, script, mutant);
    super::mutant::tried(mutant, finding, since)
}

fn wrong_turn(
    stage: &mut Stage<'_>,
    record: &mut Record,
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
    let left = facets(&stage.look(record::PROBES)?);
    let same = left == record.at_the_end(stage)?;
    Ok(if same { Finding::Equivalent } else { Finding::Wrong("it passes".to_owned()) })
}

/// What the script says against a lab on which all is done.
pub(in crate::prove) fn solution(
    stage: &Stage<'_>,
    script: &CheckScript,
) -> Result<Option<String>, ProveError> {
    let said = script.run(stage, nothing())?;
    Ok((!said.passes).then(|| format!("it fails: {}", said.message)))
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
