//! Child processes: servers that live as long as their lab, and commands with a limit.

use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::wait::until;
use super::{LabError, error};

type Order = (Command, mpsc::Sender<std::io::Result<Child>>);

/// How a server is told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// SIGKILL: nothing it keeps is wanted again.
    Kill,
    /// SIGQUIT and waiting: PostgreSQL's immediate shutdown, which leaves no shared memory behind.
    Quit,
    /// SIGINT and waiting: PostgreSQL's fast shutdown, so that its data can be started again.
    Interrupt,
}

/// A server process of a lab.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    child: Mutex<Option<Child>>,
    log: PathBuf,
    stop: Stop,
}

/// A lock whose content is still good after a panic elsewhere.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Process {
    /// Starts a server whose output goes to `log`; [`super::Place::start`] is the way there.
    pub(super) fn spawn(
        name: &'static str,
        mut command: Command,
        log: &Path,
        stop: Stop,
    ) -> Result<Self, LabError> {
        let write = |error| LabError::file(log)(error);
        let file = create_private(log)?;
        let copy = file.try_clone().map_err(write)?;
        command.stdin(Stdio::null()).stdout(file).stderr(copy);
        let program = PathBuf::from(command.get_program());
        let child = spawn_for_good(command).map_err(LabError::file(&program))?;
        Ok(Self { name, child: Mutex::new(Some(child)), log: log.to_owned(), stop })
    }

    /// Says why the server has ended, if it has: waiting for it is then pointless.
    pub(super) fn alive(&self) -> Result<(), LabError> {
        let mut child = lock(&self.child);
        match child.as_mut().map(Child::try_wait) {
            Some(Ok(None)) => Ok(()),
            Some(_) => Err(error::ended(self.name, &self.log(), &self.log)),
            None => Err(LabError::Interrupted),
        }
    }

    /// Waits until `look` succeeds; a server that has ended is not waited for.
    pub fn until<E: Display + From<LabError>>(
        &self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut() -> Result<(), E>,
    ) -> Result<(), E> {
        let looked = until(what, limit, || match self.alive() {
            Ok(()) => look().map(Ok),
            Err(reason) => Ok(Err(reason)),
        });
        looked?.map_err(E::from)
    }

    /// Returns what the server has written so far.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// How it is told to end.
    pub(super) fn stopped_by(&self) -> Stop {
        self.stop
    }

    /// Its number, while it runs.
    pub fn id(&self) -> Option<u32> {
        lock(&self.child).as_ref().map(Child::id)
    }

    /// Stops the server in its own manner and waits for its end.
    pub fn stop(&self) {
        self.stop_by(self.stop);
    }

    /// Stops the server in this manner and waits for its end.
    pub(super) fn stop_by(&self, stop: Stop) {
        let Some(mut child) = lock(&self.child).take() else { return };
        let polite = match stop {
            Stop::Kill => None,
            Stop::Quit => Some(Signal::QUIT),
            Stop::Interrupt => Some(Signal::INT),
        };
        if polite.is_some_and(|by| signal(by, child.id()).is_ok())
            && wait_within(&mut child, Duration::from_secs(20)).is_ok()
        {
            return;
        }
        // Only fails for a process that has ended already; the wait below is the point.
        child.kill().ok();
        child.wait().ok();
    }
}

/// A new file that only this account may read, whatever was there before.
pub(super) fn create_private(path: &Path) -> Result<File, LabError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(LabError::file(path)(error));
        }
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(path).map_err(LabError::file(path))
}

/// Writes a file that only this account may read.
pub(super) fn write_private(path: &Path, text: &str) -> Result<(), LabError> {
    use std::io::Write;
    let mut file = create_private(path)?;
    file.write_all(text.as_bytes()).map_err(LabError::file(path))
}

/// Makes a directory, with those above it, that only this account may enter.
pub(super) fn directory(path: &Path) -> Result<(), LabError> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path).map_err(LabError::file(path))
}

/// Sends a signal to a child of this process that was not yet waited for.
pub fn signal(signal: Signal, child: u32) -> Result<(), LabError> {
    let number = i32::try_from(child).ok().and_then(Pid::from_raw);
    let number = number.ok_or_else(|| LabError::refused(format!("no process {child}")))?;
    kill_process(number, signal)
        .map_err(|error| LabError::refused(format!("process {child}: {error}")))
}

/// Runs a command to its end, or kills it at the limit.
pub fn capture(command: &mut Command, limit: Duration) -> Result<Output, LabError> {
    let program = PathBuf::from(command.get_program());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(LabError::file(&program))?;
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let status = wait_within(&mut child, limit)
        .map_err(|reason| LabError::refused(format!("`{}`: {reason}", program.display())))?;
    let collect = |receiver: mpsc::Receiver<Vec<u8>>| receiver.recv().unwrap_or_default();
    Ok(Output { status, stdout: collect(stdout), stderr: collect(stderr) })
}

/// Runs a command that must succeed and returns its standard output.
pub fn output(command: &mut Command, limit: Duration) -> Result<String, LabError> {
    let done = capture(command, limit)?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&done.stderr).into_owned();
    if stderr.to_lowercase().contains("no space left on device") {
        let place = command.get_current_dir().unwrap_or(Path::new("/")).to_owned();
        return Err(LabError::Full(place));
    }
    let program = Path::new(command.get_program()).display();
    Err(LabError::refused(format!("`{program}`: {}: {}", done.status, stderr.trim_end())))
}

/// Reads a stream to its end on a thread of its own, so that no pipe fills up.
pub fn reader(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
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
pub fn wait_within(child: &mut Child, limit: Duration) -> Result<ExitStatus, LabError> {
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if started.elapsed() < limit => {
                std::thread::sleep(Duration::from_millis(2));
            }
            Ok(None) => {
                child.kill().ok();
                child.wait().ok();
                let seconds = limit.as_secs();
                return Err(LabError::refused(format!("still running after {seconds} s")));
            }
            Err(error) => return Err(LabError::refused(error.to_string())),
        }
    }
}

/// Spawns on a thread that lives as long as this process.
///
/// The kernel's "parent has died" means the *thread* that forked: a server that a passing thread
/// started would be killed when that thread is over.
fn spawn_for_good(command: Command) -> std::io::Result<Child> {
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
