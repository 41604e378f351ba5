//! The report as workflow commands of GitHub Actions, which become annotations at the commands of the challenge.
//!
//! A claim that fails is an error and one that is unknown a warning. GitHub shows ten annotations of a sort for a step: so
//! one cause is one warning, and what is skipped, which asks for nothing to be done, is only counted.

use std::collections::BTreeMap;
use std::io;

use crate::text::count;
use crate::verdict::Outcome;

use super::words::NOTHING;
use super::{Report, ReportAssertion, RunOutcome, Together};

/// Writes the commands, and a line for the log.
pub(super) fn render(reports: &[Report], out: &mut dyn io::Write) -> io::Result<()> {
    for report in reports {
        let mut causes = BTreeMap::new();
        for claim in with(report, Outcome::Unknown) {
            *causes.entry(claim.finding()).or_insert(0) += 1;
        }
        for claim in with(report, Outcome::Fail) {
            failed(report, claim, out)?;
        }
        for claim in with(report, Outcome::Unknown) {
            // The first claim of each cause speaks for the others.
            if let Some(claims) = causes.remove(&claim.finding()) {
                unknown(report, claim, claims, out)?;
            }
        }
        if report.outcome == RunOutcome::Nothing {
            let place = place(report, None);
            command(out, "error", &place, "nothing checked", NOTHING)?;
        }
        for line in report.lines_aside() {
            command(out, "notice", &place(report, None), "not looked at", &line)?;
        }
    }
    let together = Together::of(reports);
    let counts = together.counts;
    writeln!(
        out,
        "labproof check: {} ({} pass, {} fail, {} unknown, {} skip)",
        together.outcome.word(),
        counts.pass,
        counts.fail,
        counts.unknown,
        counts.skip
    )
}

fn with(report: &Report, outcome: Outcome) -> impl Iterator<Item = &ReportAssertion> {
    report.assertions.iter().filter(move |claim| claim.verdict.outcome == outcome)
}

fn failed(report: &Report, claim: &ReportAssertion, out: &mut dyn io::Write) -> io::Result<()> {
    let hint = claim.verdict.hint.as_deref().filter(|_| report.reached(claim.assertion.step));
    let hint = hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    let message = format!("{}{hint}", claim.finding());
    command(out, "error", &place(report, Some(claim.line)), &claim.label(), &message)
}

fn unknown(
    report: &Report,
    claim: &ReportAssertion,
    claims: usize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let others = match claims {
        1 => String::new(),
        many => format!("\nthe same of {}", count(many - 1, "more claim")),
    };
    let finding = claim.finding();
    let message =
        format!("could not tell; this is not about the learner's work: {finding}{others}");
    command(out, "warning", &place(report, Some(claim.line)), &claim.label(), &message)
}

/// Where the annotation stands; standard input is no file of the repository.
fn place(report: &Report, line: Option<usize>) -> String {
    if report.path == "-" {
        return String::new();
    }
    let line = line.map(|line| format!(",line={line}")).unwrap_or_default();
    format!("file={}{line},", property(&report.path))
}

fn command(
    out: &mut dyn io::Write,
    name: &str,
    place: &str,
    title: &str,
    message: &str,
) -> io::Result<()> {
    writeln!(out, "::{name} {place}title={}::{}", property(title), data(message))
}

/// Text behind the second `::`, in which a line end would end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which a comma ends too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
