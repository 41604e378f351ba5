//! The place of a lab: a directory and an address range of its own, and the end of everything in them.

use std::fs::{File, Permissions};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use rustix::process::geteuid;

use super::process::{Process, Stop, create_private, lock};
use super::{LabError, Programs, clean, random, trace};

/// The name of a lab's directory begins so; its address range and a random word follow.
pub(super) const PREFIX: &str = "lab-";

/// The file whose lock a lab's owner holds for as long as it lives.
pub(super) const LOCK: &str = "lock";

/// The port at which a range is held.
const RANGE_PORT: u16 = 54_320;

/// Every lab of this process, for its end however it comes.
static PLACES: Mutex<Vec<Weak<Inner>>> = Mutex::new(Vec::new());

/// Whether the process is about to end: nothing is started any more.
static ENDING: AtomicBool = AtomicBool::new(false);

/// A lab's directory and address range. Everything in it ends with the last of its clones.
#[derive(Clone, Debug)]
pub struct Place {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    directory: PathBuf,
    octet: u8,
    /// Whether its servers may outlive this process.
    stays: bool,
    left: AtomicBool,
    setpriv: PathBuf,
    started: Mutex<Started>,
    /// Held as long as the lab lives: no other lab takes this range, and no other removes the directory.
    _range: TcpListener,
    _lock: File,
}

#[derive(Debug, Default)]
struct Started {
    closed: bool,
    processes: Vec<Arc<Process>>,
}

impl Place {
    /// Takes a new directory below `parent` and an address range in which `port` is free. What killed labs have left
    /// below `parent` is removed first. With `stays`, the servers live on when this process is killed or leaves them.
    pub fn claim(
        programs: &Programs,
        parent: &Path,
        port: Option<u16>,
        stays: bool,
    ) -> Result<Self, LabError> {
        make_parent(parent)?;
        clean::clean(parent)?;
        let _guard = locked_parent(parent)?;
        // Held until the lab is in the list, so that the end of all labs misses none that is just being made.
        let mut places = lock(&PLACES);
        if ending() {
            return Err(LabError::Interrupted);
        }
        let (octet, range) = free_range(parent, port)?;
        let directory = parent.join(format!("{PREFIX}{octet}-{}", random::word(6)?));
        std::fs::create_dir(&directory).map_err(LabError::file(&directory))?;
        open_for_servers(&directory)?;
        let lock_file = create_private(&directory.join(LOCK))?;
        lock_file.lock().map_err(LabError::file(&directory))?;
        let inner = Arc::new(Inner {
            directory,
            octet,
            stays,
            left: AtomicBool::new(false),
            setpriv: programs.path("setpriv")?.to_owned(),
            started: Mutex::default(),
            _range: range,
            _lock: lock_file,
        });
        places.retain(|place| place.strong_count() > 0);
        places.push(Arc::downgrade(&inner));
        Ok(Self { inner })
    }

    /// The lab's directory.
    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    /// Where the lab's servers listen.
    pub fn ip(&self) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(127, self.inner.octet, 255, 2))
    }

    /// The address that a Service may have, and at which PostgreSQL really listens.
    pub fn service_ip(&self) -> IpAddr {
        service_ip(self.inner.octet)
    }

    /// The addresses that Services of the lab get.
    pub(super) fn service_range(&self) -> String {
        format!("127.{}.0.0/16", self.inner.octet)
    }

    /// An address of the lab on which nothing listens.
    pub fn nowhere(&self) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, self.inner.octet, 255, 200)), 1)
    }

    /// A port that is free now; the range belongs to the lab, so that it stays so.
    pub fn free_port(&self) -> Result<u16, LabError> {
        free_port(self.ip())
    }

    /// A command of the lab: it carries the lab's name and nothing of this process's environment, and the kernel ends
    /// it with this process, unless the lab stays. (It ends it with the *thread* that spawns it: [`Place::start`] has one
    /// that stays.) `user` takes effect only for root.
    pub fn command(&self, program: &Path, user: Option<&str>) -> Command {
        let mut words: Vec<String> = Vec::new();
        if !self.inner.stays {
            words.extend(["--pdeathsig", "KILL"].map(str::to_owned));
        }
        if let Some(user) = user {
            words.extend(["--reuid", user, "--regid", user, "--init-groups"].map(str::to_owned));
        }
        let mut command =
            Command::new(if words.is_empty() { program } else { &self.inner.setpriv });
        if !words.is_empty() {
            command.args(words).arg(program);
        }
        // A group of its own: Ctrl-C must reach the owner alone, which then ends the servers in order.
        command.process_group(0);
        command
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", self.directory())
            .env(trace::VARIABLE, self.directory())
            .current_dir(self.directory())
            .stdin(std::process::Stdio::null());
        command
    }

    /// A client of the lab by its name; one that was not looked for is looked for on the usual PATH.
    pub fn client(&self, programs: &Programs, name: &str) -> Command {
        self.command(programs.path(name).unwrap_or(Path::new(name)), None)
    }

    /// Starts a server of the lab whose output goes to `log`.
    pub fn start(
        &self,
        name: &'static str,
        command: Command,
        log: &Path,
        stop: Stop,
    ) -> Result<Arc<Process>, LabError> {
        let mut started = lock(&self.inner.started);
        if started.closed {
            return Err(LabError::Interrupted);
        }
        let process = Arc::new(Process::spawn(name, command, log, stop)?);
        started.processes.push(Arc::clone(&process));
        Ok(process)
    }

    /// Stops one server and forgets it.
    pub fn stop(&self, process: &Arc<Process>) {
        process.stop();
        self.forget(process);
    }

    pub(super) fn stop_by(&self, process: &Arc<Process>, stop: Stop) {
        process.stop_by(stop);
        self.forget(process);
    }

    fn forget(&self, process: &Arc<Process>) {
        lock(&self.inner.started).processes.retain(|other| !Arc::ptr_eq(other, process));
    }

    /// Leaves the servers running when this process ends; only for a lab that stays.
    pub(super) fn leave(&self) {
        if self.inner.stays {
            self.inner.left.store(true, Ordering::SeqCst);
        }
    }

    /// Whether what runs in the lab ends when its owner lets go of it.
    pub(super) fn ends_with_owner(&self) -> bool {
        !self.inner.left.load(Ordering::SeqCst)
    }

    /// The most that a learner's command may write into one file, in KiB: no two labs have the same.
    pub fn largest_file(&self) -> u32 {
        trace::largest_file(self.inner.octet)
    }

    /// Ends everything in the lab that is none of its servers: what a learner has left running.
    pub fn end_strays(&self) -> Result<(), LabError> {
        let started = lock(&self.inner.started);
        let servers = started.processes.iter().filter_map(|process| process.id());
        let servers: Vec<i32> = servers.filter_map(|number| number.try_into().ok()).collect();
        drop(started);
        clean::end_beside(self.directory(), &servers)
    }

    /// Ends everything in the lab and removes its files.
    pub fn end(&self) -> Result<(), LabError> {
        self.inner.end()
    }
}

impl Inner {
    fn end(&self) -> Result<(), LabError> {
        let processes = {
            let mut started = lock(&self.started);
            started.closed = true;
            std::mem::take(&mut started.processes)
        };
        for process in processes.iter().rev() {
            process.stop_by(match process.stopped_by() {
                Stop::Interrupt => Stop::Quit,
                other => other,
            });
        }
        clean::remove(&self.directory)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if !self.left.load(Ordering::SeqCst) {
            // Nobody is there to be told; the next lab cleans what could not be removed.
            self.end().ok();
        }
    }
}

/// Ends every lab of this process and lets it start no other: for its end, however it comes.
pub fn end_all() {
    let places = {
        let mut places = lock(&PLACES);
        ENDING.store(true, Ordering::SeqCst);
        std::mem::take(&mut *places)
    };
    for place in places.iter().filter_map(Weak::upgrade) {
        if !place.left.load(Ordering::SeqCst) {
            place.end().ok();
        }
    }
}

/// Whether this process is about to end, so that nothing is worth waiting for.
pub fn ending() -> bool {
    ENDING.load(Ordering::SeqCst)
}

/// A port of `ip` that is free now.
pub fn free_port(ip: IpAddr) -> Result<u16, LabError> {
    let listener = TcpListener::bind((ip, 0)).and_then(|listener| listener.local_addr());
    let refused = |error: std::io::Error| LabError::refused(format!("{ip}: {}", error.kind()));
    listener.map(|address| address.port()).map_err(refused)
}

/// The lock under which directories of labs are made, looked through and given up.
pub(super) fn locked_parent(parent: &Path) -> Result<File, LabError> {
    let path = parent.join(LOCK);
    let mut options = File::options();
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.create(true).append(true).open(&path).map_err(LabError::file(&path))?;
    file.lock().map_err(LabError::file(&path))?;
    Ok(file)
}

/// Makes the directory of all labs of this account, and sees that it is this account's alone.
pub(super) fn make_parent(parent: &Path) -> Result<(), LabError> {
    if let Some(above) = parent.parent() {
        std::fs::create_dir_all(above).map_err(LabError::file(above))?;
    }
    match std::fs::create_dir(parent) {
        Ok(()) => open_for_servers(parent)?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(LabError::file(parent)(error)),
    }
    let found = std::fs::symlink_metadata(parent).map_err(LabError::file(parent))?;
    let ours = found.uid() == geteuid().as_raw() && found.mode() & 0o022 == 0;
    if found.is_dir() && ours { Ok(()) } else { Err(LabError::Foreign(parent.to_owned())) }
}

/// Only this account enters; where that is root, PostgreSQL's account passes through to its own directory.
fn open_for_servers(directory: &Path) -> Result<(), LabError> {
    let mode = if geteuid().is_root() { 0o711 } else { 0o700 };
    std::fs::set_permissions(directory, Permissions::from_mode(mode))
        .map_err(LabError::file(directory))
}

fn service_ip(octet: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, octet, 0, 10))
}

/// A second octet that no other lab holds, and no lab of this account that stays.
fn free_range(parent: &Path, port: Option<u16>) -> Result<(u8, TcpListener), LabError> {
    let entries = std::fs::read_dir(parent).map_err(LabError::file(parent))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let held = |name: String| name.strip_prefix(PREFIX)?.split('-').next()?.parse().ok();
    let held: Vec<u8> = names.filter_map(held).collect();
    for _ in 0..400 {
        let octet = random::byte()?;
        if octet < 16 || octet == 255 || held.contains(&octet) {
            continue;
        }
        let range = TcpListener::bind((Ipv4Addr::new(127, octet, 255, 1), RANGE_PORT));
        let free = port.is_none_or(|port| TcpListener::bind((service_ip(octet), port)).is_ok());
        if let (Ok(range), true) = (range, free) {
            return Ok((octet, range));
        }
    }
    Err(LabError::Taken { port: port.unwrap_or(RANGE_PORT), who: None })
}
