//! Child processes: servers that live as long as the run and never longer, and commands with a limit.

use std::fs::File;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use crate::wait::{Done, until};

/// Every server that was started and not yet stopped, for the end of the run however it comes.
static RUNNING: Mutex<Vec<Arc<Server>>> = Mutex::new(Vec::new());

type Order = (Command, mpsc::Sender<std::io::Result<Child>>);

/// How a server is told to end.
#[derive(Clone, Copy)]
pub(crate) enum Stop {
    /// SIGKILL: nothing it keeps is wanted again.
    Kill,
    /// SIGINT and waiting: PostgreSQL's fast shutdown, so that its data can be started again.
    Interrupt,
}

/// A server process of this run.
pub(crate) struct Server {
    name: &'static str,
    child: Mutex<Option<Child>>,
    log: PathBuf,
    stop: Stop,
}

/// A lock whose content is still good after a panic elsewhere (each trial reports its own).
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A command that the kernel kills when this run dies, so that even a killed run leaves nothing.
///
/// `user` takes effect only for root: PostgreSQL refuses to run as root.
pub(crate) fn guarded(setpriv: &Path, user: Option<&str>, program: &Path) -> Command {
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "KILL"]);
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    // A group of its own: Ctrl-C must reach this run alone, which then stops the servers in order.
    command.arg(program).process_group(0).stdin(Stdio::null());
    command
}

impl Server {
    /// Starts a server whose output goes to `log`.
    pub(crate) fn start(
        name: &'static str,
        mut command: Command,
        log: PathBuf,
        stop: Stop,
    ) -> Done<Arc<Server>> {
        let file = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let copy = file.try_clone().map_err(|error| format!("{}: {error}", log.display()))?;
        command.stdout(file).stderr(copy);
        let child = spawn_for_the_run(command).map_err(|error| format!("{name}: {error}"))?;
        let server = Arc::new(Server { name, child: Mutex::new(Some(child)), log, stop });
        lock(&RUNNING).push(Arc::clone(&server));
        Ok(server)
    }

    /// Says why the server has ended, if it has: waiting for it is then pointless.
    fn alive(&self) -> Done<()> {
        let mut child = lock(&self.child);
        match child.as_mut().map(Child::try_wait) {
            Some(Ok(None)) => Ok(()),
            Some(Ok(Some(status))) => {
                Err(format!("{} ended: {status}\n{}", self.name, self.tail()))
            }
            Some(Err(error)) => Err(format!("{}: {error}", self.name)),
            None => Err(format!("{} was stopped", self.name)),
        }
    }

    /// Waits until `look` succeeds; a server that has ended is not waited for.
    pub(crate) fn until(
        &self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut() -> Done<()>,
    ) -> Done<()> {
        until(what, limit, || match self.alive() {
            Ok(()) => look().map(Ok),
            Err(reason) => Ok(Err(reason)),
        })?
    }

    /// Returns what the server has written so far.
    pub(crate) fn log(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Stops the server and waits for its end.
    pub(crate) fn stop(&self) {
        let Some(mut child) = lock(&self.child).take() else { return };
        if matches!(self.stop, Stop::Interrupt) && signal("INT", child.id()).is_ok() {
            let asked = Instant::now();
            while asked.elapsed() < Duration::from_secs(20) {
                if !matches!(child.try_wait(), Ok(None)) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        // Only fails for a process that has ended already; the wait below is the point.
        child.kill().ok();
        child.wait().ok();
    }

    fn tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }
}

/// Stops one server and forgets it.
pub(crate) fn stop(server: &Arc<Server>) {
    server.stop();
    lock(&RUNNING).retain(|other| !Arc::ptr_eq(other, server));
}

/// Stops everything that was started, newest first, and waits for its end.
pub(crate) fn stop_all() {
    let servers = std::mem::take(&mut *lock(&RUNNING));
    for server in servers.iter().rev() {
        server.stop();
    }
}

/// Sends a signal to one process that this run started.
pub(crate) fn signal(name: &str, pid: u32) -> Done<()> {
    let status = Command::new("kill").args(["-s", name, "--", &pid.to_string()]).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("kill -s {name} {pid}: {status}")),
        Err(error) => Err(format!("kill: {error}")),
    }
}

/// Runs a command to its end, or kills it at the limit.
pub(crate) fn capture(command: &mut Command, limit: Duration) -> Done<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let status = wait_within(&mut child, limit).map_err(|reason| format!("{name}: {reason}"))?;
    let collect = |receiver: mpsc::Receiver<Vec<u8>>| receiver.recv().unwrap_or_default();
    Ok(Output { status, stdout: collect(stdout), stderr: collect(stderr) })
}

/// Runs a command that must succeed and returns its standard output.
pub(crate) fn output(command: &mut Command, limit: Duration) -> Done<String> {
    let done = capture(command, limit)?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&done.stderr).into_owned();
    Err(format!("{command:?}: {}\n{}", done.status, stderr.trim_end()))
}

/// Reads a stream to its end on a thread of its own, so that no pipe fills up.
pub(crate) fn reader(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // A stream that breaks off has given what it had.
            stream.read_to_end(&mut bytes).ok();
        }
        sender.send(bytes).ok();
    });
    receiver
}

/// Waits for a child; kills it and says so when the limit is over.
pub(crate) fn wait_within(child: &mut Child, limit: Duration) -> Done<ExitStatus> {
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if started.elapsed() < limit => {
                std::thread::sleep(Duration::from_millis(3));
            }
            Ok(None) => {
                child.kill().ok();
                child.wait().ok();
                return Err(format!("still running after {} s", limit.as_secs()));
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Spawns on a thread that lives as long as the run.
///
/// The kernel's "parent has died" means the *thread* that forked: a server that a trial's thread
/// started would be killed when that trial is over.
fn spawn_for_the_run(command: Command) -> std::io::Result<Child> {
    static SPAWNER: OnceLock<Mutex<mpsc::Sender<Order>>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (sender, orders) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in orders {
                answer.send(command.spawn()).ok();
            }
        });
        Mutex::new(sender)
    });
    let (sender, answer) = mpsc::channel();
    let gone = || std::io::Error::other("the thread that starts servers is gone");
    lock(spawner).send((command, sender)).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}
