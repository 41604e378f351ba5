//! The tables of the walks: what holds after each step, and how a report is held against a row.

use crate::check::Check;
use crate::contract::{letters, matches};
use crate::wait::Done;

/// What is expected after a step has been done.
pub(crate) struct After {
    /// 0 is the untouched lab.
    pub(crate) step: usize,
    /// One letter a step, see `contract::matches`.
    pub(crate) outcomes: &'static str,
    /// Where `check` says that the learner is.
    pub(crate) here: Option<u64>,
}

/// Checks the state after a step against its row: everything that stands at the end.
pub(crate) fn compare(call: &Check, row: &After) -> Done<()> {
    let report = call.json()?;
    let outcomes = letters(&report.json);
    let code = i32::from(row.here.is_some());
    if !matches(&outcomes, row.outcomes)
        || report.json["here"].as_u64() != row.here
        || report.run.code != Some(code)
    {
        return Err(format!(
            "after step {}: expected exit {code} here {:?} {}, found here {} {outcomes}\n{}",
            row.step, row.here, row.outcomes, report.json["here"], report.run
        ));
    }
    Ok(())
}

/// `--step N` and `--until N` follow from the row's letters.
pub(crate) fn ranges(call: &Check, row: &After, step: usize) -> Done<()> {
    let number = step.to_string();
    let alone = match row.outcomes.as_bytes()[step - 1] {
        b'P' => (0, None),
        b'-' => (4, None),
        _ => (1, u64::try_from(step).ok()),
    };
    let first = row.outcomes[..step].find('F');
    let until = match first {
        Some(index) => (1, u64::try_from(index + 1).ok()),
        None => (0, None),
    };
    for (flag, (code, here)) in [("--step", alone), ("--until", until)] {
        let report = call.with(&[flag, &number]).json()?;
        let found = (report.run.code, report.json["here"].as_u64());
        if found != (Some(code), here) {
            return Err(format!(
                "after step {}: {flag} {step}: expected exit {code} here {here:?}\n{}",
                row.step, report.run
            ));
        }
    }
    Ok(())
}
