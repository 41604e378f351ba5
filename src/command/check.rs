//! `labproof check`: the whole line, once.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::assertion::{Bindings, Chosen, Plan, Selection, SetAside};
use crate::challenge::Challenge;
use crate::cli::{Check, CheckFormat, Probe};
use crate::config::{Config, Probes};
use crate::observe::{self, Observed};
use crate::provider::Lab;
use crate::report::{self, Report, Together};
use crate::text::count;
use crate::verdict::{self, Outcome, Verdict};

use super::{Stop, load, told_to_end, write_out};

/// A challenge that can be looked at.
struct Prepared {
    challenge: Challenge,
    plan: Plan,
    selection: Selection,
    aside: Vec<SetAside>,
}

/// Runs the subcommand; gives the exit code of the reports.
pub(super) fn run(arguments: &Check) -> Result<u8, Stop> {
    let started = Instant::now();
    // All of them are read before anything is looked at.
    let challenges: Vec<Challenge> =
        arguments.paths.iter().map(|path| load::challenge(path)).collect::<Result<_, _>>()?;
    let bindings = load::bindings(&arguments.given)?;
    let prepared: Vec<Prepared> = arguments
        .paths
        .iter()
        .zip(challenges)
        .map(|(path, challenge)| prepare(arguments, path, challenge, bindings.clone()))
        .collect::<Result<_, _>>()?;
    if let [one] = prepared.as_slice()
        && one.plan.assertions.is_empty()
        && !one.plan.unchecked
    {
        return Err(nothing_to_check(one, arguments));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Stop::Unreadable(format!("cannot start: {}", error.kind())))?;
    let spinner = spinner(arguments);
    let mut reports = Vec::new();
    let mut timings = String::new();
    let looked = prepared.into_iter().try_for_each(|one| {
        let begun = Instant::now();
        let mut config = config(arguments);
        // One bound on the whole run, however many challenges there are.
        config.limits.deadline = config.limits.deadline.saturating_sub(started.elapsed());
        let lab = Lab::new(config);
        let (observed, verdicts) = runtime.block_on(judged(&one.plan, &lab, one.selection))?;
        let mut report = Report::new(&one.challenge, &observed.plan, verdicts, one.selection);
        report.duration = begun.elapsed();
        report.all = arguments.all;
        report.set_aside = one.aside;
        report.set_aside.retain(|aside| one.selection.contains(aside.step));
        timings.push_str(&lab.timings.summary(report.duration));
        reports.push(report);
        Ok::<(), Stop>(())
    });
    spinner.finish_and_clear();
    // A jq program or a name look-up that hangs must not hold the report back.
    runtime.shutdown_background();
    looked?;
    say(&reports, arguments)?;
    if arguments.timings {
        let _ = write!(io::stderr(), "{timings}");
    }
    Ok(Together::of(&reports).outcome.exit_code())
}

fn prepare(
    arguments: &Check,
    path: &Path,
    challenge: Challenge,
    bindings: Bindings,
) -> Result<Prepared, Stop> {
    let selection = selection(arguments, &challenge)?;
    let word = load::word(&challenge, path)?;
    let mut plan = load::plan(&challenge, &word, bindings, arguments.host.as_deref())?;
    plan.climb(usize::from(arguments.hint));
    let aside = chosen(arguments).choose(&mut plan);
    Ok(Prepared { challenge, plan, selection, aside })
}

/// Looks and judges, and looks again at what its author says may take a while, as long as that is.
async fn judged(
    plan: &Plan,
    lab: &Lab,
    selection: Selection,
) -> Result<(Observed, Vec<Verdict>), Stop> {
    /// Between two looks.
    const PAUSE: Duration = Duration::from_secs(1);
    let started = Instant::now();
    let deadline = lab.config.limits.deadline;
    let judge =
        |observed: &Observed| verdict::judge_all(&observed.plan, &observed.observations, selection);
    let mut observed = look(plan, lab, selection).await?;
    let mut verdicts = judge(&observed);
    loop {
        let left = deadline.saturating_sub(started.elapsed());
        let waits = waits(&observed.plan, &verdicts).min(deadline);
        if started.elapsed() + PAUSE > waits || left <= PAUSE {
            return Ok((observed, verdicts));
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = told_to_end(true, || ()) => return Err(Stop::Interrupted),
        }
        let mut config = lab.config.clone();
        config.limits.deadline = left.saturating_sub(PAUSE);
        let again = Lab::new(config);
        let seen = look(plan, &again, selection).await?;
        let judged = judge(&seen);
        // A later look that had less time, and saw less, takes back nothing of what was seen.
        if first_open(&judged).map(|(_, outcome)| outcome) != Some(Outcome::Unknown)
            || first_open(&verdicts).map(|(_, outcome)| outcome) != Some(Outcome::Fail)
        {
            (observed, verdicts) = (seen, judged);
        }
    }
}

/// The first claim that does not stand.
fn first_open(verdicts: &[Verdict]) -> Option<(usize, Outcome)> {
    let mut outcomes = verdicts.iter().map(|verdict| verdict.outcome).enumerate();
    outcomes.find(|(_, outcome)| matches!(outcome, Outcome::Fail | Outcome::Unknown))
}

/// How long the first step that does not stand may take.
fn waits(plan: &Plan, verdicts: &[Verdict]) -> Duration {
    let here = first_open(verdicts).map(|(index, _)| plan.assertions[index].step);
    let here = plan.assertions.iter().filter(|assertion| Some(assertion.step) == here);
    here.filter_map(|assertion| assertion.said.wait).max().unwrap_or_default()
}

/// Looks, and takes back what probes made, however the looking ends.
async fn look(plan: &Plan, lab: &Lab, selection: Selection) -> Result<Observed, Stop> {
    let wanted = observe::wanted(plan, selection);
    let observed = tokio::select! {
        observed = observe::observe(plan, lab, &wanted) => Ok(observed),
        () = told_to_end(true, || ()) => Err(Stop::Interrupted),
    };
    lab.close().await;
    observed
}

fn selection(arguments: &Check, challenge: &Challenge) -> Result<Selection, Stop> {
    if arguments.paths.len() > 1 && (arguments.until.is_some() || arguments.step.is_some()) {
        let message = "--until and --step are about one challenge, and several are named";
        return Err(Stop::Unreadable(message.to_owned()));
    }
    let last = challenge.steps.len();
    let within = |flag: &str, step: u32| {
        let step = step as usize;
        if step <= last {
            return Ok(step);
        }
        let (path, steps) = (challenge.source.path.display(), count(last, "step"));
        Err(Stop::Unreadable(format!("{flag} {step}: `{path}` has {steps}")))
    };
    match (arguments.until, arguments.step) {
        _ if last == 0 => Ok(Selection::All),
        (Some(step), _) => within("--until", step).map(Selection::Until),
        (_, Some(step)) => within("--step", step).map(Selection::Step),
        (None, None) => Ok(Selection::All),
    }
}

fn chosen(arguments: &Check) -> Chosen {
    let only = arguments.only.as_ref();
    Chosen {
        only: only.map(|only| only.iter().map(|system| system.name().to_owned()).collect()),
        host: arguments.host.clone(),
    }
}

/// Programs get a report of nothing all the same: a file that is missing says less.
fn nothing_to_check(one: &Prepared, arguments: &Check) -> Stop {
    let message = nothing(&one.challenge, &one.aside);
    if arguments.instruqt || arguments.format == CheckFormat::Human {
        return Stop::Nothing(message);
    }
    let mut report = Report::new(&one.challenge, &one.plan, Vec::new(), one.selection);
    report.set_aside.clone_from(&one.aside);
    match say(&[report], arguments) {
        Ok(()) => Stop::Nothing(message),
        Err(stop) => stop,
    }
}

fn nothing(challenge: &Challenge, aside: &[SetAside]) -> String {
    let path = challenge.source.path.display();
    if let Some(first) = aside.first() {
        let claims = count(aside.len(), "claim");
        return format!(
            "`{path}` has {claims} and none was looked at, so nothing was checked: {}",
            first.why
        );
    }
    match challenge.steps.len() {
        0 => format!("`{path}` has no fence with commands, so nothing was checked"),
        steps => {
            let steps = count(steps, "step");
            format!(
                "`{path}` has {steps} and no claim in them, so nothing was checked; `labproof explain` says why"
            )
        }
    }
}

fn config(arguments: &Check) -> Config {
    let mut config = Config::from_environment();
    config.limits.deadline = Duration::from_secs(arguments.deadline);
    config.probes = match (arguments.no_probes, arguments.probe) {
        (true, _) => Probes::None,
        (false, Some(Probe::Reset)) => Probes::Reset,
        (false, None) => Probes::Passing,
    };
    config
}

/// Only where a person watches: both streams a terminal, and words to come.
fn spinner(arguments: &Check) -> ProgressBar {
    let human = arguments.format == CheckFormat::Human && !arguments.instruqt;
    if !human || !io::stderr().is_terminal() || !io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_message("looking at the lab");
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn say(reports: &[Report], arguments: &Check) -> Result<(), Stop> {
    let name = if arguments.instruqt { "instruqt" } else { arguments.format.name() };
    match report::format(name) {
        Some(format) => write_out(|out| (format.render)(reports, out)),
        None => Err(Stop::Unreadable(format!("unknown format `{name}`"))),
    }
}
