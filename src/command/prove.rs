//! `labproof prove`: trials of challenges in labs made for them.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};

use crate::assertion::Bindings;
use crate::challenge::Challenge;
use crate::cli::{ProofFormat, Prove};
use crate::config;
use crate::lab::{self, Programs, System};
use crate::prove::proof::{Proof, ProofOutcome, Trial};
use crate::prove::{self, CheckScript, FailMessage, Order, Progress, ProveError, Subject};
use crate::sidecar::Sidecar;

use super::options::{self, Wish};
use super::{Stop, load, write_out};

/// Runs the subcommand; gives the exit code of the worst proof.
pub(super) fn run(arguments: &Prove) -> Result<u8, Stop> {
    let ended = end_labs_on_signals();
    // All that can be read wrongly is read before the first server starts.
    let read: Vec<(Challenge, Sidecar)> =
        arguments.paths.iter().map(|path| read(path)).collect::<Result<_, Stop>>()?;
    let mut proofs = Vec::new();
    for (challenge, sidecar) in &read {
        for script in scripts(arguments)? {
            let proof = one(challenge, sidecar, arguments, script);
            // Whatever it says: its labs were taken away from it.
            if lab::ending() {
                let _ = ended.recv();
                return Err(Stop::Interrupted);
            }
            proofs.push(proof?);
        }
    }
    let format = prove::report::format(arguments.format.name());
    let format = format.ok_or_else(|| Stop::Unreadable("unknown format".to_owned()))?;
    write_out(|out| (format.render)(&proofs, out))?;
    Ok(exit_code(&proofs))
}

fn read(path: &Path) -> Result<(Challenge, Sidecar), Stop> {
    let challenge = load::challenge(path)?;
    let sidecar = Sidecar::beside(path).map_err(|error| Stop::Unreadable(error.to_string()))?;
    let fences: Vec<&str> = challenge.steps.iter().map(|step| step.typed.text()).collect();
    let fits = sidecar.inputs.fits(&fences);
    fits.map_err(|error| Stop::Unreadable(error.to_string()))?;
    let word = sidecar.word_on(&challenge);
    let word = word.map_err(|error| Stop::Unreadable(error.to_string()))?;
    load::plan(&challenge, &word, Bindings::default(), None)?;
    if challenge.steps.is_empty() {
        let path = challenge.source.path.display();
        return Err(Stop::Nothing(format!(
            "`{path}` has no fence with commands, so there is nothing to prove"
        )));
    }
    Ok((challenge, sidecar))
}

/// What is tried: our own check, or a script in both readings.
fn scripts(arguments: &Prove) -> Result<Vec<Option<CheckScript>>, Stop> {
    let Some(path) = &arguments.check_script else { return Ok(vec![None]) };
    if !path.is_file() {
        let message = format!("cannot read `{}`: no such file; name a bash script", path.display());
        return Err(Stop::Unreadable(message));
    }
    let script = |fail_message| Some(CheckScript { path: path.clone(), fail_message });
    Ok(FailMessage::ALL.map(script).into())
}

fn solve(path: &Path) -> Result<String, Stop> {
    std::fs::read_to_string(path).map_err(|error| {
        let message =
            format!("cannot read `{}`: {}; name a bash script", path.display(), error.kind());
        Stop::Unreadable(message)
    })
}

fn one(
    challenge: &Challenge,
    sidecar: &Sidecar,
    arguments: &Prove,
    script: Option<CheckScript>,
) -> Result<Proof, Stop> {
    let world = &sidecar.world;
    let systems: Vec<System> = world.systems().iter().copied().collect();
    let programs = Programs::find(&config::search_path(), &config::servers(), &systems)?;
    let running = lab::Access::default();
    let wish = Wish { systems, postgres_port: None, stays: false, running };
    let options = options::of(Some(world), wish)?;
    let order = Order {
        trials: trials(arguments),
        jobs: usize::from(arguments.jobs),
        limit: Duration::from_secs(arguments.step_limit),
        solve: arguments.solve.as_deref().map(solve).transpose()?,
        script,
    };
    let bar = bar(arguments, challenge);
    let progress = |progress: Progress| {
        bar.set_length(progress.all as u64);
        bar.set_position(progress.done as u64);
    };
    let subject = Subject { challenge, sidecar };
    let proof = prove::prove(&subject, &programs, &options, &order, &progress);
    bar.finish_and_clear();
    proof.map_err(stop)
}

fn trials(arguments: &Prove) -> BTreeSet<Trial> {
    let asked = |trial: &Trial| {
        arguments.trials.is_empty()
            || arguments.trials.iter().any(|family| family.name() == trial.name())
    };
    Trial::ALL.into_iter().filter(asked).collect()
}

/// Only where a person watches.
fn bar(arguments: &Prove, challenge: &Challenge) -> ProgressBar {
    if arguments.format != ProofFormat::Human || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let name = challenge.source.path.display().to_string();
    let bar = ProgressBar::new(0).with_message(name);
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {msg} {pos} of {len} trials {elapsed}")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// How long those who work in the labs have to see that these have ended.
const WIND_DOWN: Duration = Duration::from_secs(10);

/// Nothing is left after Ctrl-C: the servers end before the process does. Comes back when signals are listened to, with
/// what is closed when all labs have ended.
fn end_labs_on_signals() -> mpsc::Receiver<()> {
    let (sender, listening) = mpsc::channel::<()>();
    let (ending, ended) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            // Listened to, a write beyond the limit on files fails and is told; else it would end this process.
            let _told = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
            super::told_to_end(true, || drop(sender)).await;
        });
        lab::end_all();
        drop(ending);
        // The labs' threads end by themselves now, and the process with them.
        std::thread::sleep(WIND_DOWN);
        super::exit_interrupted();
    });
    // Nothing is ever sent: the other end is let go of.
    let _ = listening.recv();
    ended
}

fn exit_code(proofs: &[Proof]) -> u8 {
    let order = [ProofOutcome::Disproven, ProofOutcome::Unknown, ProofOutcome::Nothing];
    let found =
        order.into_iter().find(|outcome| proofs.iter().any(|proof| proof.outcome() == *outcome));
    found.unwrap_or(ProofOutcome::Proven).exit_code()
}

fn stop(error: ProveError) -> Stop {
    match error {
        ProveError::Servers(error) => error.into(),
        other => Stop::Unreadable(other.to_string()),
    }
}
