//! What an Instruqt check may print: at most one `FAIL: ` line, of the step at *here*.
//!
//! The platform shows the learner what stands after `FAIL: ` on standard output, in one line.

use std::io;

use crate::text::one_line;
use crate::verdict::Outcome;

use super::{Report, RunOutcome, Together};

/// The whole line, prefix included.
const LINE_WIDTH: usize = 200;

/// `FAIL: ` and one line of at most 200 characters in all.
pub fn fail_line(message: &str) -> String {
    let line = one_line(&format!("FAIL: {message}"), LINE_WIDTH);
    format!("{line}\n")
}

/// Writes the line, or nothing where the run passes.
pub(super) fn render(reports: &[Report], out: &mut dyn io::Write) -> io::Result<()> {
    let together = Together::of(reports);
    let Some(report) = together.deciding else { return Ok(()) };
    match together.outcome {
        RunOutcome::Pass => Ok(()),
        RunOutcome::Nothing => {
            let message = "nothing was checked; this is not about your work";
            out.write_all(fail_line(message).as_bytes())
        }
        RunOutcome::Fail | RunOutcome::Unknown => {
            out.write_all(fail_line(&message(report)).as_bytes())
        }
    }
}

/// What is wrong, which step, where to look.
fn message(report: &Report) -> String {
    let Some(claim) = report.blocking() else { return String::from("not done yet") };
    let step = claim.assertion.step;
    let verdict = &claim.verdict;
    if verdict.outcome == Outcome::Unknown {
        // The reason may be long; what must not be cut off stands before it.
        let rest = format!("could not tell if step {step} is done; this is not about your work: ");
        return format!("{rest}{}", claim.finding());
    }
    let start = format!("step {step} ({}): {}", claim.assertion.title, claim.finding());
    match &verdict.hint {
        // A hint that would be cut off is worse than none.
        Some(hint) if start.chars().count() + hint.chars().count() + 10 <= LINE_WIDTH => {
            format!("{start}; {hint}")
        }
        _ => start,
    }
}
