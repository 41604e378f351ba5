//! The report as TAP: a test line for each claim.
//!
//! Version 13, since harnesses that know no later one turn down a stream that names it, and nothing of version 14 is
//! needed.

use std::io;

use crate::text::one_line;
use crate::verdict::Outcome;

use super::words::{NOTHING, UNCHECKED};
use super::{Report, ReportAssertion, RunOutcome};

/// Writes the stream.
pub(super) fn render(reports: &[Report], out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "TAP version 13")?;
    match reports.iter().map(tests).sum::<usize>() {
        0 => return writeln!(out, "1..0 # SKIP {UNCHECKED}"),
        tests => writeln!(out, "1..{tests}")?,
    }
    let mut number = 0;
    for report in reports {
        writeln!(out, "# {}", one_line(&report.path, usize::MAX))?;
        for claim in &report.assertions {
            number += 1;
            test(report, claim, number, out)?;
        }
        // A stream of skipped tests alone is a success for whoever reads it; a run that checked nothing is none.
        if report.outcome == RunOutcome::Nothing {
            number += 1;
            writeln!(out, "not ok {number} - a claim is checked")?;
            let rows = [("outcome", "nothing".to_owned()), ("message", NOTHING.to_owned())];
            block(&rows, None, out)?;
        }
        for line in report.lines_aside() {
            writeln!(out, "# {}", one_line(&line, usize::MAX))?;
        }
    }
    Ok(())
}

/// How many test lines a report has.
fn tests(report: &Report) -> usize {
    report.assertions.len() + usize::from(report.outcome == RunOutcome::Nothing)
}

fn test(
    report: &Report,
    claim: &ReportAssertion,
    number: usize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let label = escaped(&claim.label());
    let outcome = claim.verdict.outcome;
    match outcome {
        Outcome::Pass => writeln!(out, "ok {number} - {label}"),
        Outcome::Skip => {
            writeln!(out, "ok {number} - {label} # SKIP {}", escaped(&claim.finding()))
        }
        Outcome::Fail | Outcome::Unknown => {
            writeln!(out, "not ok {number} - {label}")?;
            let mut rows = vec![
                ("outcome", outcome.word().to_owned()),
                ("message", claim.finding()),
                ("kind", claim.assertion.claim.subject.kind.to_owned()),
            ];
            rows.extend(report.evidence(claim));
            block(&rows, Some((&report.path, claim.line)), out)
        }
    }
}

/// The YAML below a test line. A JSON string is one of YAML as well, in the form that every harness reads.
fn block(
    rows: &[(&str, String)],
    place: Option<(&str, usize)>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    writeln!(out, "  ---")?;
    for (name, text) in rows {
        writeln!(out, "  {name}: {}", serde_json::to_string(text)?)?;
    }
    if let Some((path, line)) = place {
        writeln!(out, "  file: {}", serde_json::to_string(path)?)?;
        writeln!(out, "  line: {line}")?;
    }
    writeln!(out, "  ...")
}

/// One line, in which no `#` begins a directive.
fn escaped(text: &str) -> String {
    one_line(text, usize::MAX).replace('\\', "\\\\").replace('#', "\\#")
}
