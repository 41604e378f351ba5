//! One other right way from the start to the end: it must pass.

use std::time::Instant;

use crate::config::Probes;
use crate::prove::ProveError;
use crate::prove::proof::{Finding, Trial, Tried};
use crate::prove::solutions::Solution;
use crate::prove::stage::Stage;
use crate::report::RunOutcome;
use crate::text::one_line;

/// Tries it in a fresh world, and asks at its end whether it passes; what is wrong if it does not.
pub(in crate::prove) fn try_one(
    stage: &mut Stage<'_>,
    solution: &Solution,
    wrong: impl FnOnce(&Stage<'_>) -> Result<Option<String>, ProveError>,
) -> Result<Tried, ProveError> {
    let since = Instant::now();
    let wrong = taken(stage, solution)
        .and_then(|complaint| Ok(wrong(stage)?.map(|what| format!("{what}{complaint}"))));
    let finding = match wrong {
        Ok(None) => Finding::Proven,
        Ok(Some(what)) => Finding::Wrong(what),
        Err(ProveError::Untried(why)) => Finding::Untried(why),
        Err(error) => return Err(error),
    };
    Ok(Tried {
        trial: Trial::Solutions,
        step: None,
        rule: Some(solution.rule),
        name: solution.name.clone(),
        finding,
        took: since.elapsed(),
    })
}

/// What our own check says against it.
pub(in crate::prove) fn check(stage: &Stage<'_>) -> Result<Option<String>, ProveError> {
    let sight = stage.look_behind(usize::MAX, Probes::Passing)?;
    Ok((sight.report.outcome != RunOutcome::Pass).then(|| sight.here()))
}

/// Goes it to its end; gives what a step complained of, for where it does not pass.
fn taken(stage: &mut Stage<'_>, solution: &Solution) -> Result<String, ProveError> {
    stage.renew()?;
    stage.type_in(&solution.first)?;
    let mut complaint = String::new();
    for (number, script) in &solution.steps {
        let ran = stage.step(*number, Some(script))?;
        if let Some(trouble) = ran.trouble {
            return Err(ProveError::Untried(format!("step {number}: {trouble}")));
        }
        let first = ran.stderr.lines().find(|line| !line.trim().is_empty());
        if let (Some(line), true, true) = (first, ran.code != Some(0), complaint.is_empty()) {
            complaint = format!("\nstep {number} said: {}", one_line(line, 120));
        }
    }
    solution.after.iter().try_for_each(|deed| stage.deed(deed))?;
    Ok(complaint)
}
