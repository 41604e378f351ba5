//! The three labs of a run: each is started when a trial first needs it, and kept for the others.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use labproof::lab::Programs;
use labproof::lab::process::lock;

use crate::lab::Lab;
use crate::seed;
use crate::wait::Done;
use crate::world::Names;

/// The lab on which every fence of the seed has been run.
pub(crate) static SOLVED: Cell = Cell::new("solved");
/// The lab as a learner finds it.
pub(crate) static UNTOUCHED: Cell = Cell::new("untouched");
/// The lab of the walks, each of which makes its own world.
pub(crate) static WALKS: Cell = Cell::new("walks");

static SERVERS: OnceLock<Arc<Programs>> = OnceLock::new();
static ROOT: OnceLock<PathBuf> = OnceLock::new();

/// Tells the labs what to start and where.
pub(crate) fn prepare(servers: Programs, root: &Path) {
    SERVERS.set(Arc::new(servers)).ok();
    ROOT.set(root.to_owned()).ok();
}

/// One lab, which one trial at a time has.
pub(crate) struct Cell {
    name: &'static str,
    state: Mutex<State>,
}

struct State {
    lab: Option<Lab>,
    /// Whether the world is as the cell's name says.
    clean: bool,
}

impl Cell {
    const fn new(name: &'static str) -> Cell {
        Cell { name, state: Mutex::new(State { lab: None, clean: false }) }
    }

    /// Runs a trial on the lab. A trial that succeeds leaves the world as it found it; after one
    /// that fails the world is made anew, so that one failure stays one.
    pub(crate) fn with<T>(&self, trial: impl FnOnce(&mut Lab) -> Done<T>) -> Done<T> {
        let mut state = lock(&self.state);
        self.ready(&mut state)?;
        let walks = self.name == "walks";
        state.clean = false;
        let lab = state.lab.as_mut().ok_or("the lab was just started")?;
        let result = catch_unwind(AssertUnwindSafe(|| trial(lab)));
        state.clean = matches!(result, Ok(Ok(_))) && !walks;
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Stops what the lab runs, as far as stopping everything does not do it.
    fn ready(&self, state: &mut State) -> Done<()> {
        let new = match &mut state.lab {
            None => {
                let servers = SERVERS.get().ok_or("no servers were prepared")?;
                let root = ROOT.get().ok_or("no place was prepared")?;
                state.lab = Some(Lab::start(Arc::clone(servers), root)?);
                true
            }
            // A walk's first act is to make its world.
            Some(_) if state.clean || self.name == "walks" => false,
            Some(lab) => {
                lab.renew(Names::of_the_seed())?;
                true
            }
        };
        if new && self.name == "solved" {
            seed::solve(state.lab.as_mut().ok_or("the lab was just started")?)?;
        }
        state.clean = true;
        Ok(())
    }
}
