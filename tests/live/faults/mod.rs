//! The fault matrix: each row breaks one thing, looks at what `check` says, and mends it.

pub(crate) mod kubernetes;
mod postgres;
mod probe;
pub(crate) mod vault;
mod work;

use std::time::Duration;

use libtest_mimic::Trial;

use crate::check::{Check, Report};
use crate::contract::{assertions, letters, matches};
use crate::lab::Lab;
use crate::labs::{SOLVED, UNTOUCHED};
use crate::seed::assignment;
use crate::stand_in::StandIn;
use crate::traces::Traces;
use crate::wait::Done;

/// The most that a run may take into memory. The bound is for the program that is shipped;
/// one without optimisations carries its larger code along.
const PEAK_KIB: u64 = if cfg!(debug_assertions) { 64 << 10 } else { 40 << 10 };

/// Revoking takes Vault some 30 ms; a busy machine is given more.
pub(crate) const SOON: Duration = Duration::from_secs(5);

/// What one cell of the matrix says, and the outcomes of all twelve steps beside it.
#[derive(Clone, Copy)]
pub(crate) struct Expected {
    pub(crate) code: i32,
    pub(crate) here: &'static [u64],
    /// See `contract::matches`.
    pub(crate) outcomes: &'static str,
}

/// One row of the matrix.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) solved: Option<Expected>,
    pub(crate) untouched: Option<Expected>,
    /// What the report has to say, and at which step.
    pub(crate) says: &'static [(u64, &'static str)],
    pub(crate) pace: Pace,
    pub(crate) traces: Look,
    pub(crate) break_it: fn(&Lab) -> Done<Broken>,
}

/// How long a row's run may take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Every read is answered or refused at once: the run has to end long before its deadline.
    Quick,
    /// As quick, but the run itself changes what it looks at: a second one would find another lab.
    Once,
    /// Some reads run into their limit of 5 s; run with `--deadline 20`.
    Slow,
}

/// When leases, tokens and roles can be compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// After breaking and before mending: the servers themselves answer.
    Within,
    /// Before breaking and, within a time, after mending: in between a server is away.
    Around(Duration),
}

type Mend = Box<dyn FnOnce(&Lab) -> Done<()>>;

/// A lab in which something is broken: how to call `check` there, and how to mend it.
pub(crate) struct Broken {
    pub(crate) call: Check,
    pub(crate) mend: Mend,
    pub(crate) stand_in: Option<StandIn>,
}

/// The state that the labs have when nothing is broken.
pub(crate) const SOLVED_LAB: Expected = Expected { code: 0, here: &[], outcomes: "P--PPPPPPPPP" };
pub(crate) const UNTOUCHED_LAB: Expected =
    Expected { code: 1, here: &[1], outcomes: "F--FFFFFFFFF" };

impl Broken {
    /// A fault that is only in what `check` is told: the servers are as before.
    pub(crate) fn told(call: Check) -> Broken {
        Broken { call, mend: Box::new(|_| Ok(())), stand_in: None }
    }

    pub(crate) fn mended_by(self, mend: impl FnOnce(&Lab) -> Done<()> + 'static) -> Broken {
        Broken { mend: Box::new(mend), ..self }
    }

    pub(crate) fn with(self, stand_in: StandIn) -> Broken {
        Broken { stand_in: Some(stand_in), ..self }
    }
}

/// The call with which every row begins.
pub(crate) fn call(lab: &Lab) -> Check {
    Check::new(lab, &assignment())
}

/// All rows on both labs; the labs alternate, so that both are busy.
pub(crate) fn trials() -> Vec<Trial> {
    let rows = [none(), vault::rows(), postgres::rows(), kubernetes::rows(), work::rows()].concat();
    let mut trials = Vec::new();
    for row in rows {
        let row: &'static Row = Box::leak(Box::new(row));
        for (lab, cell, normal, expected) in [
            ("solved", &SOLVED, SOLVED_LAB, row.solved),
            ("untouched", &UNTOUCHED, UNTOUCHED_LAB, row.untouched),
        ] {
            let Some(expected) = expected else { continue };
            trials.push(Trial::test(format!("fault::{}::{lab}", row.name), move || {
                Ok(cell.with(|lab| on_lab(lab, &normal, row, &expected))?)
            }));
        }
    }
    trials.extend(probe::trials());
    trials
}

fn none() -> Vec<Row> {
    vec![Row {
        name: "none",
        solved: Some(SOLVED_LAB),
        untouched: Some(UNTOUCHED_LAB),
        says: &[],
        pace: Pace::Quick,
        traces: Look::Within,
        break_it: |lab| Ok(Broken::told(call(lab))),
    }]
}

fn on_lab(lab: &Lab, normal: &Expected, row: &Row, expected: &Expected) -> Done<()> {
    let before = Traces::of(lab)?;
    let Broken { call: broken, mend, stand_in } = (row.break_it)(lab)?;
    let found = look(lab, row, &broken, expected);
    let met = stand_in.as_ref().is_none_or(|stand_in| stand_in.asked() > 0);
    drop(stand_in);
    let mended = mend(lab);
    found?;
    mended?;
    // On the untouched lab nothing may be left to ask a broken Postgres for.
    if !met && expected.outcomes.starts_with('P') {
        return Err("the fault was never met".into());
    }
    if let Look::Around(limit) = row.traces {
        before.nothing_new(lab, limit)?;
    }
    let report = call(lab).json()?;
    compare(&report, normal).map_err(|reason| format!("after mending: {reason}"))
}

fn look(lab: &Lab, row: &Row, call: &Check, expected: &Expected) -> Done<()> {
    let within = match row.traces {
        Look::Within => Some(Traces::of(lab)?),
        Look::Around(_) => None,
    };
    let (call, limit) = match row.pace {
        // A machine with two busy cores is given time; the program has 45 s by default.
        Pace::Quick | Pace::Once => (call.clone(), Duration::from_secs(12)),
        Pace::Slow => (call.with(&["--deadline", "20"]), Duration::from_secs(24)),
    };
    let report = call.json()?;
    compare(&report, expected)?;
    for (step, words) in row.says {
        says(&report, *step, words)?;
    }
    if report.run.wall > limit {
        return Err(format!("took longer than {limit:?}\n{}", report.run));
    }
    if report.run.peak_kib > PEAK_KIB {
        return Err(format!("{} KiB of memory", report.run.peak_kib));
    }
    if row.pace == Pace::Quick {
        if let Some(within) = &within {
            within.nothing_new(lab, SOON)?;
        }
        on_the_platform(&call, expected)?;
    }
    match within {
        Some(within) => within.nothing_new(lab, SOON),
        None => Ok(()),
    }
}

/// Exit code, *here*, and the outcome of every step: what was not seen does not pass, and what is
/// the lab's fault is not the learner's.
pub(crate) fn compare(report: &Report, expected: &Expected) -> Done<()> {
    let here = report.json["here"].as_u64();
    let here_fits = match here {
        Some(step) => expected.here.contains(&step),
        None => expected.here.is_empty(),
    };
    let found = letters(&report.json);
    if report.run.code != Some(expected.code) || !here_fits || !matches(&found, expected.outcomes) {
        return Err(format!(
            "expected exit {} here {:?} {}, found here {here:?} {found}\n{}",
            expected.code, expected.here, expected.outcomes, report.run
        ));
    }
    Ok(())
}

/// Whether a step's assertions say these words somewhere.
pub(crate) fn says(report: &Report, step: u64, words: &str) -> Done<()> {
    let text: String = assertions(&report.json, step).iter().map(ToString::to_string).collect();
    if text.to_lowercase().contains(&words.to_lowercase()) {
        return Ok(());
    }
    Err(format!("step {step} does not say `{words}`\n{}", report.run))
}

/// The platform's side: the same exit code, and at most one line that it can show.
fn on_the_platform(call: &Check, expected: &Expected) -> Done<()> {
    let run = call.with(&["--instruqt"]).run()?;
    let wrong = |what: &str| Err(format!("--instruqt: {what}\n{run}"));
    if run.code != Some(expected.code) {
        return wrong("another exit code");
    }
    if expected.code == 0 {
        return if run.stdout.is_empty() { Ok(()) } else { wrong("words without need") };
    }
    let line = run.stdout.trim_end_matches('\n');
    if !line.starts_with("FAIL: ") || line.contains('\n') {
        return wrong("not one line of `FAIL: `");
    }
    if line.trim_start_matches("FAIL: ").chars().count() > 200 {
        return wrong("more than 200 characters");
    }
    if (expected.code == 3) != line.contains("not about your work") {
        return wrong("whose fault it is");
    }
    Ok(())
}
