//! The report as JUnit XML: a suite for each challenge, a case for each claim.

use std::io;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::text::one_line;
use crate::verdict::Outcome;

use super::words::NOTHING;
use super::{Report, ReportAssertion, RunOutcome};

/// Writes the document.
pub(super) fn render(reports: &[Report], out: &mut dyn io::Write) -> io::Result<()> {
    let mut document = quick_junit::Report::new("labproof check");
    document.set_time(reports.iter().map(|report| report.duration).sum());
    document.add_test_suites(reports.iter().map(suite));
    document.serialize(out).map_err(io::Error::other)
}

fn suite(report: &Report) -> TestSuite {
    let mut suite = TestSuite::new(&report.path);
    suite.set_time(report.duration);
    for line in report.lines_aside() {
        suite.add_property(("note", line.as_str()));
    }
    suite.add_test_cases(report.assertions.iter().map(|claim| case(report, claim)));
    if report.outcome == RunOutcome::Nothing {
        suite.add_test_case(nothing());
    }
    suite
}

/// A suite of skipped cases alone is a success for whoever reads it; a run that checked nothing is none.
fn nothing() -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("nothing").set_message(NOTHING);
    let mut case = TestCase::new("a claim is checked", status);
    case.set_classname("labproof");
    case
}

fn case(report: &Report, claim: &ReportAssertion) -> TestCase {
    let mut status = match claim.verdict.outcome {
        Outcome::Pass => TestCaseStatus::success(),
        Outcome::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
        Outcome::Skip => TestCaseStatus::skipped(),
    };
    if claim.verdict.outcome != Outcome::Pass {
        status.set_message(line(&claim.finding()));
    }
    if matches!(claim.verdict.outcome, Outcome::Fail | Outcome::Unknown) {
        status.set_type(claim.verdict.outcome.word());
        let rows = report.evidence(claim);
        let rows = rows.iter().map(|(name, text)| format!("{name}: {}\n", line(text)));
        status.set_description(rows.collect::<String>());
    }
    let mut case = TestCase::new(line(&claim.label()), status);
    case.set_classname(claim.assertion.claim.subject.kind);
    case.extra.insert("file".into(), report.path.as_str().into());
    case.extra.insert("line".into(), claim.line.to_string().into());
    case
}

/// The library leaves out control characters, and what they stand between would run together.
fn line(text: &str) -> String {
    one_line(text, usize::MAX)
}
