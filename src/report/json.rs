//! The report as one JSON document, schema 1. The README describes it; the shape is stable.

use std::io;

use serde::Serialize;

use super::{Counts, Report, ReportAssertion, ReportStep, Together, origin_word};

/// Several challenges.
#[derive(Serialize)]
struct Documents<'a> {
    schema: u8,
    outcome: &'static str,
    exit_code: u8,
    counts: CountsPart,
    here: Option<Place<'a>>,
    challenges: Vec<Document<'a>>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    challenge: ChallengePart<'a>,
    outcome: &'static str,
    exit_code: u8,
    counts: CountsPart,
    here: Option<usize>,
    steps: Vec<StepPart<'a>>,
    assertions: Vec<AssertionPart<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_looked_at: Vec<AsidePart<'a>>,
    duration_ms: u64,
}

#[derive(Serialize)]
struct AsidePart<'a> {
    claims: usize,
    reason: &'a str,
}

#[derive(Serialize)]
struct ChallengePart<'a> {
    path: &'a str,
    slug: Option<&'a str>,
    title: Option<&'a str>,
}

#[derive(Serialize)]
struct CountsPart {
    pass: usize,
    fail: usize,
    unknown: usize,
    skip: usize,
}

#[derive(Serialize)]
struct StepPart<'a> {
    step: usize,
    line: usize,
    role: &'static str,
    title: &'a str,
    outcome: Option<&'static str>,
}

#[derive(Serialize)]
struct AssertionPart<'a> {
    step: usize,
    line: usize,
    kind: &'a str,
    name: String,
    expect: &'static str,
    origin: &'static str,
    outcome: &'static str,
    expected: &'a str,
    actual: Option<&'a str>,
    read: Option<&'a str>,
    control: Option<&'a str>,
    hint: Option<&'a str>,
    reason: Option<&'a str>,
    overtaken_by: Option<Place<'a>>,
    blocked_by: Option<Place<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    challenge: Option<&'a str>,
    step: usize,
}

/// Writes the document of the one challenge, or one with those of several in it, and a newline.
pub(super) fn render(reports: &[Report], out: &mut dyn io::Write) -> io::Result<()> {
    if let [report] = reports {
        serde_json::to_writer_pretty(&mut *out, &document(report))?;
        return out.write_all(b"\n");
    }
    let together = Together::of(reports);
    let here = together.deciding.and_then(|report| {
        let challenge = report.slug.as_deref().or(Some(&report.path));
        report.here.map(|step| Place { challenge, step })
    });
    let documents = Documents {
        schema: 1,
        outcome: together.outcome.word(),
        exit_code: together.outcome.exit_code(),
        counts: counts(together.counts),
        here,
        challenges: reports.iter().map(document).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &documents)?;
    out.write_all(b"\n")
}

fn document(report: &Report) -> Document<'_> {
    Document {
        schema: 1,
        challenge: ChallengePart {
            path: &report.path,
            slug: report.slug.as_deref(),
            title: report.title.as_deref(),
        },
        outcome: report.outcome.word(),
        exit_code: report.outcome.exit_code(),
        counts: counts(report.counts),
        here: report.here,
        steps: report.steps.iter().map(step).collect(),
        assertions: report.assertions.iter().map(|claim| assertion(report, claim)).collect(),
        not_looked_at: report
            .reasons_aside()
            .into_iter()
            .map(|(reason, claims)| AsidePart { claims, reason })
            .collect(),
        duration_ms: u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX),
    }
}

fn counts(counts: Counts) -> CountsPart {
    CountsPart { pass: counts.pass, fail: counts.fail, unknown: counts.unknown, skip: counts.skip }
}

fn step(step: &ReportStep) -> StepPart<'_> {
    StepPart {
        step: step.number,
        line: step.line,
        role: step.role.word(),
        title: &step.title,
        outcome: step.outcome.map(super::Outcome::word),
    }
}

fn assertion<'a>(report: &'a Report, claim: &'a ReportAssertion) -> AssertionPart<'a> {
    let place =
        |step: Option<usize>| step.map(|step| Place { challenge: report.slug.as_deref(), step });
    let verdict = &claim.verdict;
    AssertionPart {
        step: claim.assertion.step,
        line: claim.line,
        kind: claim.assertion.claim.subject.kind,
        name: claim.assertion.claim.subject.name.shown(),
        expect: claim.assertion.claim.expectation.word(),
        origin: origin_word(claim.assertion.origin),
        outcome: verdict.outcome.word(),
        expected: &verdict.expected,
        actual: verdict.actual.as_deref(),
        read: verdict.read.as_deref(),
        control: verdict.control.as_deref(),
        hint: verdict.hint.as_deref(),
        reason: verdict.reason.as_deref(),
        overtaken_by: place(verdict.overtaken_by),
        blocked_by: place(verdict.blocked_by),
    }
}
