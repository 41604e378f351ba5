//! Proofs for a person: a table of steps and trials, then what is wrong, by name.

use std::io;

use owo_colors::OwoColorize;

use crate::prove::proof::{Finding, Proof, ProofOutcome, ProofStep, Trial, Tried};
use crate::text::{count, one_line};

/// A title takes at most this much of a line.
const TITLE: usize = 52;

/// Writes the proofs with styles; the stream drops them where they do not belong.
pub(super) fn render(proofs: &[Proof], out: &mut dyn io::Write) -> io::Result<()> {
    for (index, proof) in proofs.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        one(proof, out)?;
    }
    if proofs.len() > 1 {
        let proven = proofs.iter().filter(|proof| proof.outcome() == ProofOutcome::Proven).count();
        writeln!(out, "\n{proven} of {} proven", count(proofs.len(), "challenge"))?;
    }
    Ok(())
}

fn one(proof: &Proof, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{}", proof.title.as_deref().unwrap_or(&proof.path).bold())?;
    writeln!(out, "{}\n", format!("{}: trials of {}", proof.path, proof.check).dimmed())?;
    table(proof, out)?;
    for (trial, name) in [
        (Trial::Solutions, "other right ways that pass"),
        (Trial::Faults, "faults that are told apart"),
        (Trial::Harmless, "checking changes nothing"),
    ] {
        line(proof, trial, name, out)?;
    }
    findings(proof, out)?;
    summary(proof, out)
}

fn table(proof: &Proof, out: &mut dyn io::Write) -> io::Result<()> {
    let width = proof.steps.iter().map(|step| title(step).chars().count()).max().unwrap_or(0);
    let number = proof.steps.last().map_or(1, |step| step.number.to_string().len());
    let head = format!("{:>number$}  {:<width$}  before  walk  wrong turns", "", "step");
    writeln!(out, "{}", head.dimmed())?;
    for step in &proof.steps {
        let [before, walk] =
            [Trial::Before, Trial::Walk].map(|trial| cell(proof, trial, step.number));
        let score = proof.score(Some(step.number));
        let untried = proof
            .of(Trial::Mutants, Some(step.number))
            .any(|one| matches!(one.finding, Finding::Untried(_)));
        let caught = match score.counted {
            0 if untried => "?".yellow().to_string(),
            0 => "·".dimmed().to_string(),
            counted if score.caught == counted => {
                format!("{} {} of {counted}", "✓".green(), score.caught)
            }
            counted => format!("{} {} of {counted}", "✗".red(), score.caught),
        };
        let title = title(step);
        writeln!(
            out,
            "{:>number$}  {title:<width$}  {before}       {walk}     {caught}",
            step.number
        )?;
    }
    writeln!(out)
}

fn title(step: &ProofStep) -> String {
    one_line(&step.title, TITLE)
}

/// The worst of a step's findings in a family.
fn cell(proof: &Proof, trial: Trial, step: usize) -> String {
    let found: Vec<&Finding> = proof.of(trial, Some(step)).map(|one| &one.finding).collect();
    if found.iter().any(|finding| matches!(finding, Finding::Wrong(_))) {
        "✗".red().to_string()
    } else if found.iter().any(|finding| matches!(finding, Finding::Untried(_))) {
        "?".yellow().to_string()
    } else if found.iter().any(|finding| matches!(finding, Finding::Proven)) {
        "✓".green().to_string()
    } else {
        "·".dimmed().to_string()
    }
}

/// A family without steps, in one line.
fn line(proof: &Proof, trial: Trial, name: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let counted: Vec<&Tried> = proof
        .of(trial, None)
        .filter(|one| !matches!(one.finding, Finding::Equivalent | Finding::Nothing(_)))
        .collect();
    if counted.is_empty() {
        return Ok(());
    }
    let good = counted.iter().filter(|one| one.finding == Finding::Proven).count();
    let mark =
        if good == counted.len() { "✓".green().to_string() } else { "✗".red().to_string() };
    if trial == Trial::Harmless {
        return writeln!(out, "{mark} {name}");
    }
    writeln!(out, "{mark} {name}: {good} of {}", counted.len())
}

/// What is wrong and what could not be tried, one by one; then what is not counted.
fn findings(proof: &Proof, out: &mut dyn io::Write) -> io::Result<()> {
    for one in &proof.tried {
        let (mark, what) = match &one.finding {
            Finding::Wrong(what) => ("✗".red().to_string(), what.as_str()),
            Finding::Untried(why) => ("?".yellow().to_string(), why.as_str()),
            _ => continue,
        };
        writeln!(out, "{mark} {}", named(one))?;
        for line in what.lines() {
            writeln!(out, "    {line}")?;
        }
    }
    // The same reason is said once, with all that it is the reason for.
    let mut reasons: Vec<(&str, Option<usize>, Vec<&Tried>)> = Vec::new();
    for one in &proof.tried {
        let why = match &one.finding {
            Finding::Nothing(why) => why.as_str(),
            Finding::Equivalent => "leaves all that is claimed as the solution does",
            _ => continue,
        };
        match reasons.iter_mut().find(|(known, step, _)| (*known, *step) == (why, one.step)) {
            Some((.., all)) => all.push(one),
            None => reasons.push((why, one.step, vec![one])),
        }
    }
    for (why, _, all) in reasons {
        let line = match all.as_slice() {
            [one] => format!("· {}: {why}", named(one)),
            [first, rest @ ..] => format!("· {} and {} like it: {why}", named(first), rest.len()),
            [] => continue,
        };
        writeln!(out, "{}", line.dimmed())?;
    }
    Ok(())
}

/// `step 3, mutants: the step is left out (left-out)`
fn named(one: &Tried) -> String {
    let place = one.step.map(|step| format!("step {step}, ")).unwrap_or_default();
    let rule = one.rule.map(|rule| format!(" ({rule})")).unwrap_or_default();
    format!("{place}{}: {}{rule}", one.trial.name(), one.name)
}

fn summary(proof: &Proof, out: &mut dyn io::Write) -> io::Result<()> {
    let score = proof.score(None);
    let seconds = proof.duration.as_secs_f64();
    let word = proof.outcome().word();
    let word = match proof.outcome() {
        ProofOutcome::Proven => word.green().to_string(),
        ProofOutcome::Disproven => word.red().to_string(),
        ProofOutcome::Unknown | ProofOutcome::Nothing => word.yellow().to_string(),
    };
    let turns = match score.counted {
        0 => String::new(),
        counted => format!(": {} of {} caught", score.caught, count(counted, "wrong turn")),
    };
    let equivalent = match score.equivalent + score.untold {
        0 => String::new(),
        more => format!(", {more} not counted"),
    };
    writeln!(
        out,
        "\n{word}{turns}{equivalent}; {} in {seconds:.1} s",
        count(proof.tried.len(), "trial")
    )
}
