//! The live suite: labproof against real servers, walked step by step and broken on purpose.
//!
//! It brings its own main because the servers are started once and must be stopped at the end,
//! however the end comes. Where servers are missing it says so; under CI=true that is a failure.
//!
//! - `LABPROOF_LIVE=build` builds missing servers, as CI=true does.
//! - `LABPROOF_LIVE_SEED=N` walks under the names of an earlier run again.
//! - `LABPROOF_LIVE_KEEP=1` keeps the servers' logs where something failed.
//! - `LABPROOF_LIVE_HOLD=solved` (or `untouched`) runs no trial but holds that lab, see `hold`.
#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a test program talks to its user")]
#![expect(clippy::use_debug, reason = "what a failed trial shows is read by those who wrote it")]
#![expect(clippy::exit, reason = "a test program ends with the code of its conclusion")]

mod certificates;
mod check;
mod contract;
mod doors;
mod faults;
mod fences;
mod filled;
mod hold;
mod holding;
mod kinds;
mod kubernetes;
mod lab;
mod labs;
mod own;
mod own_servers;
mod postgres;
mod prng;
mod proofs;
mod releases;
mod renamed;
mod seed;
mod seed_walk;
mod servers;
mod stand_in;
mod table;
mod traces;
mod vault;
mod wait;
mod walk;
mod ways;
mod world;

use std::path::Path;

use labproof::lab::{Programs, end_all};
use libtest_mimic::{Arguments, Trial};

use crate::servers::Obtain;

fn main() {
    let mut arguments = Arguments::from_args();
    let trials = trials();
    if arguments.list {
        libtest_mimic::run(&arguments, trials).exit();
    }
    // The trials of one lab wait for each other; more threads than labs keep all of them busy.
    arguments.test_threads.get_or_insert(10);
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    let servers = match obtain(ci) {
        Ok(servers) => servers,
        Err(reason) => {
            eprintln!("live tests LEFT OUT, all {} of them: {reason}", trials.len());
            std::process::exit(i32::from(ci));
        }
    };
    let hold = std::env::var("LABPROOF_LIVE_HOLD").ok();
    let code = in_a_place(servers, || match hold {
        Some(name) => hold::hold(&name),
        None => run(&arguments, trials),
    });
    std::process::exit(code);
}

/// All trials, in an order in which the three labs have work at all times.
fn trials() -> Vec<Trial> {
    let mut trials = seed_walk::trials();
    trials.extend(own::trials());
    trials.extend(own_servers::trials());
    trials.extend(faults::trials());
    trials.extend(ways::trials());
    trials.extend(kinds::trials());
    trials.extend(releases::trials());
    trials.extend(filled::trials());
    spread(trials, proofs::trials())
}

/// Proofs wait for each other, as each has two labs of its own: one after the other beside the rest, and not all of them
/// at its end.
fn spread(trials: Vec<Trial>, mut proofs: Vec<Trial>) -> Vec<Trial> {
    let every = trials.len() / proofs.len().max(1) + 1;
    let mut all = Vec::new();
    for (index, trial) in trials.into_iter().enumerate() {
        if index % every == 0 {
            all.extend(proofs.pop());
        }
        all.push(trial);
    }
    all.extend(proofs);
    all
}

fn obtain(ci: bool) -> Result<Programs, String> {
    let seed = seed::assignment();
    if !seed.exists() {
        return Err(format!("the seed is not at {}", seed.display()));
    }
    let build = ci || std::env::var("LABPROOF_LIVE").is_ok_and(|value| value == "build");
    let how = if build { Obtain::Build } else { Obtain::Find };
    servers::obtain(how).map_err(|reason| {
        format!("{reason}; `tests/live/servers/get` builds them once, in half an hour")
    })
}

/// Does the work in a temporary place; whatever happens, the servers are stopped before it goes.
fn in_a_place(servers: Programs, work: impl FnOnce() -> i32) -> i32 {
    let root = match tempfile::Builder::new().prefix("labproof-live-").tempdir() {
        Ok(root) => root,
        Err(error) => {
            eprintln!("no temporary directory: {error}");
            return 1;
        }
    };
    if let Err(error) = open_to_all(root.path()) {
        eprintln!("{}: {error}", root.path().display());
        return 1;
    }
    stop_on_signals(root.path());
    labs::prepare(servers, root.path());
    let code = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or(101);
    if code != 0 && std::env::var_os("LABPROOF_LIVE_KEEP").is_some() {
        keep_logs(root.path());
    }
    end_all();
    code
}

fn run(arguments: &Arguments, trials: Vec<Trial>) -> i32 {
    i32::from(libtest_mimic::run(arguments, trials).has_failed()) * 101
}

/// Copies what the servers have written to where it outlives them.
fn keep_logs(root: &Path) {
    let Ok(kept) = tempfile::Builder::new().prefix("labproof-live-logs-").tempdir() else { return };
    let mut folders = vec![root.to_owned()];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "log") {
                count += 1;
                let name = format!("{count}-{}", entry.file_name().display());
                std::fs::copy(&path, kept.path().join(name)).ok();
            }
        }
    }
    println!("logs kept in {}", kept.keep().display());
}

/// PostgreSQL runs as another user, whose directory is below.
fn open_to_all(root: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(root, std::fs::Permissions::from_mode(0o755))
}

/// Ctrl-C and a polite kill stop the servers first; a kill -9 is the kernel's part (see `guarded`).
fn stop_on_signals(root: &Path) {
    let root = root.to_owned();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let kind = tokio::signal::unix::SignalKind::terminate();
            let Ok(mut terminate) = tokio::signal::unix::signal(kind) else { return };
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            eprintln!("stopping the servers");
            end_all();
            std::fs::remove_dir_all(&root).ok();
            std::process::exit(130);
        });
    });
}
