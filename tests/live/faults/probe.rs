//! The life of a probe: seen by another run, on the heels of another, or ended in its middle.

use std::time::Duration;

use labproof::lab::process::signal;
use libtest_mimic::Trial;
use rustix::process::Signal;

use super::work::{read_credentials, revoke_leases};
use super::{Expected, SOON, call, compare};
use crate::holding::{Hold, Holding};
use crate::lab::Lab;
use crate::labs::{SOLVED, WALKS};
use crate::seed;
use crate::traces::Traces;
use crate::wait::Done;
use crate::world::Names;

/// A probe's token lives for 60 s, and Vault takes a moment.
const TOKEN_LIFE: Duration = Duration::from_secs(65);

/// The trials of this file.
pub(super) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("probe::ctrl_c", || Ok(SOLVED.with(ctrl_c)?)),
        Trial::test("probe::of_another_run", || Ok(SOLVED.with(probe_of_another_run)?)),
        Trial::test("probe::runs_back_to_back", || Ok(SOLVED.with(runs_back_to_back)?)),
        Trial::test("probe::deadline", || Ok(SOLVED.with(deadline)?)),
        // A lab of its own: the others would have to wait for a minute.
        Trial::test("probe::sigkill", || Ok(WALKS.with(sigkill)?)),
    ]
}

fn ctrl_c(lab: &mut Lab) -> Done<()> {
    let before = Traces::of(lab)?;
    let holding = Holding::start(lab.ip(), lab.world.vault.socket, Hold::Credentials)?;
    let call = call(lab).set("VAULT_ADDR", format!("http://{}", holding.address));
    let started = call.with(&["--format", "json"]).start()?;
    holding.wait_until_held()?;
    signal(Signal::INT, started.child.id())?;
    let run = started.finish()?;
    if run.code == Some(0) {
        return Err(format!("an interrupted run must not look like a success\n{run}"));
    }
    if run.wall > Duration::from_secs(10) {
        return Err(format!("did not end on Ctrl-C\n{run}"));
    }
    before.nothing_new(lab, SOON)
}

/// While another run has a probe under way, its lease is not the learner's.
fn probe_of_another_run(lab: &mut Lab) -> Done<()> {
    revoke_leases(lab)?;
    let before = Traces::of(lab)?;
    let holding = Holding::start(lab.ip(), lab.world.vault.socket, Hold::Credentials)?;
    let call = call(lab);
    let held = call.set("VAULT_ADDR", format!("http://{}", holding.address)).start()?;
    holding.wait_until_held()?;
    let report = call.json();
    drop(holding);
    held.finish()?;
    let expected = Expected { code: 1, here: &[6], outcomes: "P--PPFPPPPPP" };
    compare(&report?, &expected)?;
    before.nothing_new(lab, SOON)?;
    read_credentials(lab)
}

/// Ten runs on each other's heels, in a lab without a lease of the learner: a probe that Vault is
/// still taking back is not the learner's either.
fn runs_back_to_back(lab: &mut Lab) -> Done<()> {
    revoke_leases(lab)?;
    let before = Traces::of(lab)?;
    let expected = Expected { code: 1, here: &[6], outcomes: "P--PPFPPPPPP" };
    for _ in 0..10 {
        compare(&call(lab).json()?, &expected)?;
    }
    before.nothing_new(lab, SOON)?;
    read_credentials(lab)
}

fn deadline(lab: &mut Lab) -> Done<()> {
    let before = Traces::of(lab)?;
    let holding = Holding::start(lab.ip(), lab.world.vault.socket, Hold::Credentials)?;
    let call = call(lab).set("VAULT_ADDR", format!("http://{}", holding.address));
    // Shorter than the limit of a single read, so that it is the deadline that ends the run.
    let report = call.with(&["--deadline", "3"]).json()?;
    holding.wait_until_held()?;
    // Whether the lease (6) was told from a probe's in time is left open.
    let expected = Expected { code: 3, here: &[6, 7], outcomes: "P--PPn???PPP" };
    compare(&report, &expected)?;
    if report.run.wall > Duration::from_secs(5) {
        return Err(format!("ran past its deadline of 3 s\n{}", report.run));
    }
    before.nothing_new(lab, SOON)
}

/// Killed while credentials are on their way, and at moments all over a run.
///
/// All through a go-between that does not break its own connection to Vault. Where a connection breaks
/// in the moment in which Postgres commits `CREATE ROLE`, Vault 1.21.1 itself loses the role: it
/// exists until its `VALID UNTIL`, without a lease and with a password that nobody got. Seen once
/// in 200 requests that a script broke off; nothing that a client does afterwards can find it.
fn sigkill(lab: &mut Lab) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    seed::solve(lab)?;
    let before = Traces::of(lab)?;
    let through = Holding::start(lab.ip(), lab.world.vault.socket, Hold::Nothing)?;
    let passing = call(lab).set("VAULT_ADDR", format!("http://{}", through.address));
    let whole = passing.run()?;
    if whole.code != Some(0) {
        return Err(format!("the lab is not solved\n{whole}"));
    }
    for part in 1..20 {
        let mut started = passing.start()?;
        // Not a wait for anything: the moment of the kill is what is tried.
        std::thread::sleep(whole.wall * part / 20);
        started.child.kill().map_err(|error| error.to_string())?;
        started.finish()?;
    }
    let holding = Holding::start(lab.ip(), lab.world.vault.socket, Hold::Credentials)?;
    let mut started = call(lab).set("VAULT_ADDR", format!("http://{}", holding.address)).start()?;
    holding.wait_until_held()?;
    started.child.kill().map_err(|error| error.to_string())?;
    started.finish()?;
    if before.nothing_new(lab, Duration::ZERO).is_ok() {
        return Err("nothing was under way when it was killed: the row proves nothing".into());
    }
    before.nothing_new(lab, TOKEN_LIFE)
}
