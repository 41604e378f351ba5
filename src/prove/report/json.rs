//! Proofs as one JSON document, schema 1. The README describes it; the shape is stable.

use std::io;

use serde::Serialize;

use crate::prove::proof::{Finding, Proof, Tried};

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    proofs: Vec<ProofPart<'a>>,
}

#[derive(Serialize)]
struct ProofPart<'a> {
    path: &'a str,
    title: Option<&'a str>,
    check: &'a str,
    outcome: &'static str,
    caught: usize,
    counted: usize,
    equivalent: usize,
    untold: usize,
    steps: Vec<StepPart<'a>>,
    trials: Vec<TrialPart<'a>>,
    duration_ms: u64,
}

#[derive(Serialize)]
struct StepPart<'a> {
    step: usize,
    line: usize,
    role: &'static str,
    title: &'a str,
}

#[derive(Serialize)]
struct TrialPart<'a> {
    trial: &'static str,
    step: Option<usize>,
    rule: Option<&'a str>,
    name: &'a str,
    finding: &'static str,
    message: Option<&'a str>,
    duration_ms: u64,
}

/// Writes the document and a newline.
pub(super) fn render(proofs: &[Proof], out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document { schema: 1, proofs: proofs.iter().map(proof).collect() };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn proof(proof: &Proof) -> ProofPart<'_> {
    let score = proof.score(None);
    let steps = proof.steps.iter().map(|step| StepPart {
        step: step.number,
        line: step.line,
        role: step.role.word(),
        title: &step.title,
    });
    ProofPart {
        path: &proof.path,
        title: proof.title.as_deref(),
        check: &proof.check,
        outcome: proof.outcome().word(),
        caught: score.caught,
        counted: score.counted,
        equivalent: score.equivalent,
        untold: score.untold,
        steps: steps.collect(),
        trials: proof.tried.iter().map(trial).collect(),
        duration_ms: millis(proof.duration),
    }
}

fn trial(one: &Tried) -> TrialPart<'_> {
    let (finding, message) = word(&one.finding);
    TrialPart {
        trial: one.trial.name(),
        step: one.step,
        rule: one.rule,
        name: &one.name,
        finding,
        message,
        duration_ms: millis(one.took),
    }
}

/// A finding's word, and what there is to say of it.
pub(super) fn word(finding: &Finding) -> (&'static str, Option<&str>) {
    match finding {
        Finding::Proven => ("proven", None),
        Finding::Wrong(what) => ("wrong", Some(what)),
        Finding::Equivalent => ("equivalent", None),
        Finding::Nothing(why) => ("nothing", Some(why)),
        Finding::Untried(why) => ("untried", Some(why)),
    }
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
