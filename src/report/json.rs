//! The report as one JSON document, schema 1. The README describes it; the shape is stable.

use std::io;

use serde::Serialize;

use super::{Report, ReportAssertion, ReportStep, origin_word};

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

/// Writes the document and a newline.
pub(super) fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        schema: 1,
        challenge: ChallengePart {
            path: &report.path,
            slug: report.slug.as_deref(),
            title: report.title.as_deref(),
        },
        outcome: report.outcome.word(),
        exit_code: report.outcome.exit_code(),
        counts: CountsPart {
            pass: report.counts.pass,
            fail: report.counts.fail,
            unknown: report.counts.unknown,
            skip: report.counts.skip,
        },
        here: report.here,
        steps: report.steps.iter().map(step).collect(),
        assertions: report.assertions.iter().map(|claim| assertion(report, claim)).collect(),
        not_looked_at: report
            .reasons_aside()
            .into_iter()
            .map(|(reason, claims)| AsidePart { claims, reason })
            .collect(),
        duration_ms: u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
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
