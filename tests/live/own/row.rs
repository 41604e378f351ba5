//! The rows of our own walks. They say more than a step's outcome: a skip because a later step has
//! replaced the claim is a step that was done, a skip because nothing can be told is not.

use serde_json::Value;

use crate::check::Check;
use crate::contract::{assertions, letters};
use crate::wait::Done;

/// What is expected after a step has been done.
pub(super) struct Row {
    /// The step that was just done; 0 is the untouched lab.
    pub(super) done: usize,
    /// One letter a step: P pass, F fail, o overtaken, . cannot be told, - claims nothing.
    pub(super) outcomes: &'static str,
    /// Where `check` says that the learner is. Every row has passes, so that nowhere is exit 0.
    pub(super) here: Option<usize>,
}

/// Short, so that a table is one.
pub(super) const fn row(done: usize, outcomes: &'static str, here: usize) -> Row {
    Row { done, outcomes, here: if here == 0 { None } else { Some(here) } }
}

/// Everything that stands at the end; then, for these steps, each alone and all up to it.
pub(super) fn compare(call: &Check, row: &Row, ranges: &[usize]) -> Done<()> {
    let code = i32::from(row.here.is_some());
    look(call, &[], row, (code, row.here), row.outcomes)?;
    for step in ranges {
        let number = step.to_string();
        let (alone, until) = (&row.outcomes[step - 1..*step], &row.outcomes[..*step]);
        let here = until.find('F').map(|index| index + 1);
        let only = alone.starts_with('F').then_some(*step);
        look(call, &["--step", &number], row, (code_of(alone), only), alone)?;
        look(call, &["--until", &number], row, (code_of(until), here), until)?;
    }
    Ok(())
}

/// The design's rules for a range: a fail is 1; else a pass is 0; a range whose claims are all
/// overtaken has been done and is 0; one without a claim, or of which nothing can be told, is 4.
fn code_of(outcomes: &str) -> i32 {
    if outcomes.contains('F') {
        1
    } else if outcomes.contains('P') || (outcomes.contains('o') && !outcomes.contains('.')) {
        0
    } else {
        4
    }
}

fn look(
    call: &Check,
    range: &[&str],
    row: &Row,
    (code, here): (i32, Option<usize>),
    outcomes: &str,
) -> Done<()> {
    let report = call.with(range).json()?;
    let found = finer(&report.json);
    let at = report.json["here"].as_u64().and_then(|step| usize::try_from(step).ok());
    if (report.run.code, at, found.as_str()) == (Some(code), here, outcomes) {
        return Ok(());
    }
    Err(format!(
        "after step {}, check {range:?}: expected exit {code} here {here:?} {outcomes}, found {:?} here {at:?} {found}\n{}",
        row.done, report.run.code, report.run
    ))
}

/// The letters of a report, in which a step whose claims are all overtaken is told apart.
fn finer(json: &Value) -> String {
    let steps = json["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let finer = |(letter, step): (char, &Value)| {
        let own = assertions(json, step["step"].as_u64().unwrap_or(0));
        let overtaken = own.iter().all(|assertion| !assertion["overtaken_by"].is_null());
        if letter == '.' && overtaken { 'o' } else { letter }
    };
    letters(json).chars().zip(steps).map(finer).collect()
}
