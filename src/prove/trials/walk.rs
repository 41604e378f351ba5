//! The challenge's own steps, one by one: before each none of what it changes holds, and after each what should stand
//! does.

use std::time::{Duration, Instant};

use crate::assertion::Role;
use crate::config::Probes;
use crate::prove::ProveError;
use crate::prove::look::{Sight, said};
use crate::prove::proof::{Finding, Trial, Tried};
use crate::prove::shell::Ran;
use crate::prove::stage::Stage;
use crate::report::{Report, ReportAssertion};
use crate::text::one_line;
use crate::verdict::Outcome;

/// Walks to the end, whatever is found on the way.
pub(in crate::prove) fn walk(stage: &mut Stage<'_>) -> Result<Vec<Tried>, ProveError> {
    let mut tried = Vec::new();
    stage.renew()?;
    let mut sight = stage.look(Probes::Passing)?;
    for step in 1..=stage.challenge.steps.len() {
        tried.extend(before(&sight.report, step));
        let since = Instant::now();
        let ran = stage.step(step, None)?;
        sight = stage.look_behind(step, Probes::Passing)?;
        let finding = match after(&sight, step) {
            Some(what) => Finding::Wrong(format!("{what}{}", told(&ran))),
            None => Finding::Proven,
        };
        tried.push(Tried {
            trial: Trial::Walk,
            step: Some(step),
            rule: None,
            name: format!("after step {step}"),
            finding,
            took: since.elapsed(),
        });
    }
    Ok(tried)
}

/// A script that does all steps at once: before it nothing of them holds, and after it all of it does.
pub(in crate::prove) fn by_script(
    stage: &mut Stage<'_>,
    script: &str,
) -> Result<Vec<Tried>, ProveError> {
    stage.renew()?;
    let sight = stage.look(Probes::Passing)?;
    let last = stage.challenge.steps.len();
    let mut tried: Vec<Tried> = (1..=last).flat_map(|step| before(&sight.report, step)).collect();
    let since = Instant::now();
    let ran = stage.type_in(script)?;
    let sight = stage.look_behind(last, Probes::Passing)?;
    let finding = match after(&sight, last) {
        Some(what) => Finding::Wrong(format!("{what}{}", told(&ran))),
        None => Finding::Proven,
    };
    tried.push(Tried {
        trial: Trial::Walk,
        step: Some(last),
        rule: None,
        name: "after the solve script".to_owned(),
        finding,
        took: since.elapsed(),
    });
    Ok(tried)
}

/// The findings of a step that is not done yet.
fn before(report: &Report, step: usize) -> Vec<Tried> {
    let changing = report.of_step(step).filter(|claim| claim.assertion.changes());
    let tried = changing.map(|claim| Tried {
        trial: Trial::Before,
        step: Some(step),
        rule: None,
        name: claim.assertion.title.clone(),
        finding: not_yet(claim),
        took: Duration::ZERO,
    });
    tried.collect()
}

fn not_yet(claim: &ReportAssertion) -> Finding {
    let verdict = &claim.verdict;
    match verdict.outcome {
        // What cannot be seen before its step does not hold either.
        Outcome::Fail | Outcome::Unknown => Finding::Proven,
        Outcome::Pass => {
            let seen = verdict.actual.as_deref().unwrap_or("it is so");
            Finding::Wrong(format!("it holds before its step, so it proves nothing: {seen}"))
        }
        // An earlier one was done instead of it, by its author's word.
        Outcome::Skip => match verdict.overtaken_by.filter(|it| *it > claim.assertion.step) {
            Some(later) => Finding::Wrong(format!("step {later}, which is not done, excuses it")),
            None => Finding::Nothing(verdict.reason.clone().unwrap_or_default()),
        },
    }
}

/// What is wrong with the state after a step: some of what should stand does not, or *here* is another step than the
/// next that changes something.
fn after(sight: &Sight, done: usize) -> Option<String> {
    let report = &sight.report;
    let standing = report.assertions.iter().filter(|claim| claim.assertion.step <= done);
    let mut broken =
        standing.filter(|claim| matches!(claim.verdict.outcome, Outcome::Fail | Outcome::Unknown));
    if let Some(claim) = broken.next() {
        return Some(format!("step {}: {}", claim.assertion.step, said(claim)));
    }
    let next = report.steps.iter().find(|step| {
        let told = step.outcome.is_some_and(|outcome| outcome != Outcome::Skip);
        step.number > done && step.role == Role::Changes && told
    });
    let next = next.map(|step| step.number);
    (report.here != next).then(|| match next {
        Some(next) => format!("step {next} is next. {}", sight.here()),
        None => format!("all steps are done. {}", sight.here()),
    })
}

/// What the step itself said, where that may be the cause.
fn told(ran: &Ran) -> String {
    if let Some(trouble) = &ran.trouble {
        return format!("\n{trouble}");
    }
    let first = ran.stderr.lines().find(|line| !line.trim().is_empty());
    match (ran.code, first) {
        (Some(0) | None, _) | (_, None) => String::new(),
        (Some(code), Some(line)) => {
            format!("\nthe step's last command ended with {code}: {}", one_line(line, 120))
        }
    }
}
