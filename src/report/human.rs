//! The report for a person: a line per step, the step they are at in full, later steps quiet.

use std::io;

use owo_colors::OwoColorize;

use crate::assertion::{Role, Selection};
use crate::text::count;
use crate::verdict::Outcome;

use super::words::UNCHECKED;
use super::{Report, ReportAssertion, ReportStep, RunOutcome, Together};

/// Writes the reports with styles; the stream drops them where they do not belong.
pub(super) fn render(reports: &[Report], out: &mut dyn io::Write) -> io::Result<()> {
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        challenge(report, out)?;
    }
    match reports {
        [_] => Ok(()),
        several => summary_of_all(several, out),
    }
}

fn challenge(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    header(report, out)?;
    let width = report.steps.last().map_or(1, |step| step.number.to_string().len());
    let mut hidden = 0;
    let mut causes = Vec::new();
    for step in &report.steps {
        if !report.reached(step.number) && !report.all {
            hidden += 1;
            continue;
        }
        step_line(report, step, width, out)?;
        if report.here == Some(step.number) || report.all {
            for claim in report.of_step(step.number) {
                details(report, claim, &mut causes, out)?;
            }
        }
    }
    if hidden > 0 {
        let line = format!("· {} not reached yet", count(hidden, "later step"));
        writeln!(out, "{}", line.dimmed())?;
    }
    summary(report, out)?;
    for (why, number) in report.reasons_aside() {
        let line = format!("{} not looked at: {why}", count(number, "claim"));
        writeln!(out, "{}", line.dimmed())?;
    }
    Ok(())
}

fn header(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{}", report.name().bold())
}

fn step_line(
    report: &Report,
    step: &ReportStep,
    width: usize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let label = format!("step {:>width$}", step.number);
    let title = match step.outcome {
        None if report.set_aside.iter().any(|one| one.step == step.number) => {
            format!("{} (not looked at)", step.title)
        }
        None => format!("{} ({})", step.title, no_claim(step.role)),
        Some(Outcome::Skip) => {
            let reason = report.of_step(step.number).find_map(|c| c.verdict.reason.as_deref());
            format!("{} (skipped: {})", step.title, reason.unwrap_or("not looked at"))
        }
        Some(_) => title(report, step),
    };
    let here = if report.here == Some(step.number) { "  ← you are here" } else { "" };
    let line = format!("{label}  {title}");
    match step.outcome {
        Some(Outcome::Pass) => writeln!(out, "{} {line}", "✓".green()),
        Some(Outcome::Fail) => writeln!(out, "{} {}{}", "✗".red(), line.bold(), here.bold()),
        Some(Outcome::Unknown) => {
            writeln!(out, "{} {}{}", "?".yellow(), line.bold(), here.bold())
        }
        Some(Outcome::Skip) | None => {
            let line = format!("· {line}");
            writeln!(out, "{}", line.dimmed())
        }
    }
}

/// The claim that decides the step; with how many others.
fn title(report: &Report, step: &ReportStep) -> String {
    if step.named {
        return step.title.clone();
    }
    let claims: Vec<&ReportAssertion> = report.of_step(step.number).collect();
    let deciding = claims.iter().find(|claim| Some(claim.verdict.outcome) == step.outcome);
    let title = deciding.map_or(step.title.as_str(), |claim| claim.assertion.title.as_str());
    match claims.len() {
        0 | 1 => title.to_owned(),
        many => format!("{title} (and {})", count(many - 1, "more claim")),
    }
}

fn no_claim(role: Role) -> &'static str {
    match role {
        Role::Changes => "changes nothing that can be seen",
        Role::Confirms | Role::Reads => "nothing to check",
    }
}

/// `causes` are the reasons that were said already, with their steps: one cause is one message.
fn details<'a>(
    report: &'a Report,
    claim: &'a ReportAssertion,
    causes: &mut Vec<(&'a str, usize)>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let verdict = &claim.verdict;
    let several = report.of_step(claim.assertion.step).count() > 1;
    if several {
        writeln!(out, "    {} {}", mark(verdict.outcome), claim.assertion.title)?;
    }
    let mut row = |name: &str, text: Option<&str>| match text {
        Some(text) => writeln!(out, "    {} {text}", format!("{name:<9}").dimmed()),
        None => Ok(()),
    };
    match verdict.outcome {
        Outcome::Pass if !report.all => return Ok(()),
        Outcome::Unknown => {
            let reason = verdict.reason.as_deref().unwrap_or("it could not be seen");
            match causes.iter().find(|(cause, _)| *cause == reason) {
                Some((_, step)) => row("unknown", Some(&format!("the same as at step {step}")))?,
                None => row("unknown", Some(reason))?,
            }
            causes.push((reason, claim.assertion.step));
            row("read", verdict.read.as_deref())?;
            if report.here == Some(claim.assertion.step) {
                row("note", Some("the lab could not be seen; this is not counted against you"))?;
            }
        }
        Outcome::Skip => row("skipped", verdict.reason.as_deref())?,
        Outcome::Pass | Outcome::Fail => {
            row("expected", Some(&verdict.expected))?;
            row("actual", verdict.actual.as_deref())?;
            row("read", verdict.read.as_deref())?;
        }
    }
    row("control", verdict.control.as_deref())?;
    if let Some(step) = verdict.blocked_by {
        row("because", Some(&format!("of step {step}, which comes first")))?;
    }
    // Later steps may look wrong only because the learner is not there yet: no hint for those.
    let reached = report.reached(claim.assertion.step);
    row("hint", verdict.hint.as_deref().filter(|_| reached))
}

fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "✓",
        Outcome::Fail => "✗",
        Outcome::Unknown => "?",
        Outcome::Skip => "·",
    }
}

fn summary(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let range = match report.selection {
        Selection::All => String::new(),
        Selection::Until(step) => format!(" up to step {step}"),
        Selection::Step(step) => format!(" in step {step}"),
    };
    let skipped = match report.counts.skip {
        0 => String::new(),
        skip => format!(", {skip} skipped"),
    };
    let pass = report.counts.pass;
    match report.outcome {
        RunOutcome::Pass if report.assertions.is_empty() => {
            writeln!(out, "\n{}: {UNCHECKED}", "done".green())
        }
        RunOutcome::Pass if pass == 0 => {
            writeln!(out, "\n{}{range}: later steps have replaced all of it", "done".green())
        }
        RunOutcome::Pass => {
            writeln!(out, "\n{}{range}: {}{skipped}", "done".green(), held(pass))
        }
        RunOutcome::Fail => {
            let here = report.here.unwrap_or_default();
            writeln!(out, "\n{}: step {here} is next", "not done yet".red())
        }
        RunOutcome::Unknown => {
            let here = report.here.unwrap_or_default();
            writeln!(out, "\n{}: step {here} could not be seen", "cannot tell".yellow())
        }
        RunOutcome::Nothing => {
            writeln!(out, "\n{}{range}: no claim could be checked", "nothing checked".yellow())
        }
    }
}

/// One line more, where there are several challenges.
fn summary_of_all(reports: &[Report], out: &mut dyn io::Write) -> io::Result<()> {
    let together = Together::of(reports);
    let all = count(reports.len(), "challenge");
    let stand = reports.iter().filter(|report| report.outcome == RunOutcome::Pass).count();
    let name = together.deciding.map(Report::name).unwrap_or_default();
    match together.outcome {
        RunOutcome::Pass => writeln!(out, "\n{}: {all}", "all done".green()),
        RunOutcome::Fail => {
            let start = "not all done yet".red();
            writeln!(out, "\n{start}: {stand} of {all} done, {name} is next")
        }
        RunOutcome::Unknown => {
            let start = "cannot tell of all".yellow();
            writeln!(out, "\n{start}: {stand} of {all} done, {name} could not be seen")
        }
        RunOutcome::Nothing => {
            let start = "not all checked".yellow();
            writeln!(out, "\n{start}: {stand} of {all} done, nothing was checked of {name}")
        }
    }
}

fn held(pass: usize) -> String {
    match pass {
        1 => "1 claim holds".to_owned(),
        many => format!("{many} claims hold"),
    }
}
