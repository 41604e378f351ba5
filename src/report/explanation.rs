//! What a challenge claims and how it would be checked, for `explain`. Derives nothing but lines.

use std::fmt::Write as _;
use std::io;

use owo_colors::OwoColorize;
use serde::Serialize;

use crate::assertion::{Assertion, Plan, PlannedStep, Timeline};
use crate::challenge::Challenge;
use crate::claim::{Expectation, Fact, Meaning};
use crate::provider;
use crate::text::{one_line, ticked};

/// What `explain` says of a challenge.
#[derive(Debug, Serialize)]
pub struct Explanation {
    schema: u8,
    challenge: ExplainedChallenge,
    steps: Vec<ExplainedStep>,
    bindings: Vec<ExplainedBinding>,
    diagnostics: Vec<ExplainedDiagnostic>,
}

#[derive(Debug, Serialize)]
struct ExplainedChallenge {
    path: String,
    slug: Option<String>,
    title: Option<String>,
}

#[derive(Debug, Serialize)]
struct ExplainedStep {
    step: usize,
    line: usize,
    role: &'static str,
    title: String,
    claims: Vec<ExplainedClaim>,
    unclaimed: Vec<ExplainedCommand>,
}

#[derive(Debug, Serialize)]
struct ExplainedClaim {
    line: usize,
    kind: &'static str,
    name: String,
    expect: &'static str,
    title: String,
    fields: Vec<ExplainedField>,
    reads: Vec<String>,
    controls: Vec<String>,
    replaced_by: Option<usize>,
}

#[derive(Debug, Serialize)]
struct ExplainedField {
    field: String,
    value: Option<String>,
    compared: bool,
}

#[derive(Debug, Serialize)]
struct ExplainedCommand {
    line: usize,
    command: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct ExplainedBinding {
    binds: String,
    read: String,
}

#[derive(Debug, Serialize)]
struct ExplainedDiagnostic {
    severity: &'static str,
    line: usize,
    column: usize,
    message: String,
    help: Option<String>,
}

impl Explanation {
    /// Gathers what is to be said.
    pub fn new(challenge: &Challenge, plan: &Plan) -> Self {
        let timeline = Timeline::new(plan);
        Self {
            schema: 1,
            challenge: ExplainedChallenge {
                path: challenge.source.path.display().to_string(),
                slug: challenge.frontmatter.slug.as_ref().map(|field| field.value.clone()),
                title: challenge.frontmatter.title.as_ref().map(|field| field.value.clone()),
            },
            steps: plan.steps.iter().map(|s| step(challenge, plan, &timeline, s)).collect(),
            bindings: plan
                .lookups
                .iter()
                .map(|lookup| ExplainedBinding {
                    binds: lookup.written.clone(),
                    read: shown_call(&lookup.call.words, &lookup.filters),
                })
                .collect(),
            diagnostics: diagnostics(challenge),
        }
    }

    /// Writes the JSON document, schema 1.
    pub fn json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }

    /// Writes it for a person.
    pub fn human(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let challenge = &self.challenge;
        let name = challenge.title.as_ref().or(challenge.slug.as_ref()).unwrap_or(&challenge.path);
        writeln!(out, "{}", name.bold())?;
        for step in &self.steps {
            step.human(out)?;
        }
        for binding in &self.bindings {
            writeln!(out, "\n{} is bound by a read: {}", binding.binds.bold(), binding.read)?;
        }
        if !self.diagnostics.is_empty() {
            writeln!(out)?;
        }
        for found in &self.diagnostics {
            let (path, line, column) = (&challenge.path, found.line, found.column);
            let help = found.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            let message = &found.message;
            writeln!(out, "{path}:{line}:{column}: {}: {message}{help}", found.severity)?;
        }
        Ok(())
    }
}

impl ExplainedStep {
    fn human(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let head = format!("step {}", self.step);
        writeln!(out, "\n{}  line {}, {}", head.bold(), self.line, self.role)?;
        for claim in &self.claims {
            claim.human(out)?;
        }
        for command in &self.unclaimed {
            let text = format!("{}  ({})", command.command, command.why);
            writeln!(out, "  · {}", text.dimmed())?;
        }
        Ok(())
    }
}

impl ExplainedClaim {
    fn human(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let kind = format!("{}, line {}", self.kind, self.line);
        writeln!(out, "  ▸ {}  {}", self.title, kind.dimmed())?;
        let mut row = |name: &str, text: &str| {
            writeln!(out, "      {} {text}", format!("{name:<8}").dimmed())
        };
        for field in &self.fields {
            let value = match (field.value.as_deref(), field.compared) {
                (_, false) => "not given back by the server, so not compared",
                (None, true) => "not set",
                (Some(""), true) => "empty",
                (Some(value), true) => value,
            };
            row("field", &format!("{}: {value}", field.field))?;
        }
        for read in &self.reads {
            row("read", read)?;
        }
        for control in &self.controls {
            row("control", control)?;
        }
        match self.replaced_by {
            Some(step) => row("replaced", &format!("by step {step}")),
            None => Ok(()),
        }
    }
}

fn step(
    challenge: &Challenge,
    plan: &Plan,
    timeline: &Timeline<'_>,
    step: &PlannedStep,
) -> ExplainedStep {
    let source = &challenge.source;
    let claims = plan.assertions.iter().filter(|assertion| assertion.step == step.number);
    ExplainedStep {
        step: step.number,
        line: source.line(step.span.start),
        role: step.role.word(),
        title: step.title.clone(),
        claims: claims.map(|assertion| claim(challenge, timeline, assertion)).collect(),
        unclaimed: step
            .unclaimed
            .iter()
            .map(|command| ExplainedCommand {
                line: source.line(command.span.start),
                command: command.shown.clone(),
                why: command.why.clone(),
            })
            .collect(),
    }
}

fn claim(challenge: &Challenge, timeline: &Timeline<'_>, assertion: &Assertion) -> ExplainedClaim {
    let claim = &assertion.claim;
    let looks =
        provider::kind(claim.subject.kind).map(|kind| kind.looks(claim)).unwrap_or_default();
    let parts = timeline.parts(assertion.step, claim, usize::MAX);
    ExplainedClaim {
        line: challenge.source.line(assertion.span.start),
        kind: claim.subject.kind,
        name: claim.subject.name.shown(),
        expect: claim.expectation.word(),
        title: assertion.title.clone(),
        fields: fields(&claim.expectation),
        reads: looks.reads,
        controls: looks.controls,
        replaced_by: parts.iter().flat_map(|part| &part.later).map(|(step, _)| *step).min(),
    }
}

fn fields(expectation: &Expectation) -> Vec<ExplainedField> {
    expectation
        .fields()
        .iter()
        .map(|field| ExplainedField {
            field: field.path.clone(),
            value: match field.meaning {
                Meaning::NotReturned | Meaning::Unset => None,
                Meaning::ConnectionUrl => {
                    let shown = Fact::Plain(field.value.shown().into());
                    Some(one_line(&field.meaning.shown(&shown), 120))
                }
                Meaning::Pattern => Some(format!("matches {}", ticked(&field.value.shown()))),
                _ => Some(one_line(&field.value.shown(), 120)),
            },
            compared: field.meaning != Meaning::NotReturned,
        })
        .collect()
}

fn shown_call(words: &[crate::claim::Text], filters: &[provider::jq::Filter]) -> String {
    let call: Vec<String> = words.iter().map(crate::claim::Text::shown).collect();
    let mut text = call.join(" ");
    for filter in filters {
        let _ = write!(text, " | jq '{}'", filter.text);
    }
    text
}

fn diagnostics(challenge: &Challenge) -> Vec<ExplainedDiagnostic> {
    use crate::diagnostic::Severity;
    challenge
        .diagnostics
        .iter()
        .map(|found| ExplainedDiagnostic {
            severity: match found.severity {
                Severity::Note => "note",
                Severity::Warning => "warning",
                Severity::Error => "error",
            },
            line: challenge.source.line(found.span.start),
            column: challenge.source.column(found.span.start),
            message: found.message.clone(),
            help: found.help.clone(),
        })
        .collect()
}
