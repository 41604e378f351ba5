//! The processes of a lab, told by the variable that each of them carries.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, getpid, pidfd_open, pidfd_send_signal,
    set_child_subreaper, waitpid,
};

use super::LabError;
use super::place::PREFIX;

/// The variable that every process of a lab carries: the lab's directory.
pub const VARIABLE: &str = "LABPROOF_LAB";

/// The name of PostgreSQL's processes.
const POSTGRES: &str = "postgres";

/// How the files of PostgreSQL's shared memory begin.
const SHARED: &str = "/dev/shm/PostgreSQL.";

/// A process of a lab.
pub(super) struct Trace {
    pub(super) name: String,
    number: i32,
    /// When it started: its number alone may be another's by now.
    start: u64,
    manner: Manner,
}

/// How a process ends without leaving shared memory behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// It has none.
    AtOnce,
    /// PostgreSQL's first process: on SIGQUIT, which ends the others too.
    Asked,
    /// PostgreSQL on its own, as `initdb` runs it: when its input ends, with the one that writes it.
    ByItself,
}

impl Trace {
    /// Ends it, unless its number has been given to another since.
    pub(super) fn end(&self, politely: bool) {
        let signal = match self.manner {
            Manner::Asked if politely => Signal::QUIT,
            Manner::ByItself if politely => return,
            _ => Signal::KILL,
        };
        let Some(number) = Pid::from_raw(self.number) else { return };
        let Ok(handle) = pidfd_open(number, PidfdFlags::empty()) else { return };
        // The handle is of whatever has the number now: the same one, if it started when ours did.
        if Status::read(self.number).is_some_and(|status| status.start == self.start) {
            pidfd_send_signal(handle, signal).ok();
        }
    }

    /// The files of shared memory that it uses.
    pub(super) fn shared_memory(&self) -> Vec<PathBuf> {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.number));
        let maps = maps.unwrap_or_default();
        let files = maps.lines().filter_map(|line| line.find(SHARED).map(|at| &line[at..]));
        files.map(|file| PathBuf::from(file.trim_end_matches(" (deleted)"))).collect()
    }
}

/// The processes of a lab: those that carry its name or its mark, what they have started, and the groups that they lead.
pub(super) fn of(directory: &Path) -> Result<Vec<Trace>, LabError> {
    beside(directory, &[])
}

/// The processes of a lab beside these servers and what those have started.
pub(super) fn beside(directory: &Path, servers: &[i32]) -> Result<Vec<Trace>, LabError> {
    let all = all()?;
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    let named = all.iter().filter(|(_, status)| status.lab.as_deref() == Some(directory));
    let mut ours: BTreeSet<i32> = named.map(|(number, _)| *number).collect();
    if let Some(mark) = mark(directory) {
        let below = with_children(&all, BTreeSet::from([own]), Status::is_child_of);
        ours.extend(below.into_iter().filter(|number| *number != own && marked(*number, mark)));
    }
    let spared = with_children(&all, servers.iter().copied().collect(), Status::belongs_to);
    let ours = with_children(&all, ours.difference(&spared).copied().collect(), Status::belongs_to);
    let traces = ours.iter().filter(|number| **number != own).filter_map(|number| {
        let status = all.get(number)?;
        let parent = all.get(&status.parent);
        let postgres = |status: &Status| status.name == POSTGRES;
        let manner = match (postgres(status), parent.is_some_and(postgres)) {
            (false, _) | (true, true) => Manner::AtOnce,
            (true, false) if alone(*number) => Manner::ByItself,
            (true, false) => Manner::Asked,
        };
        let (name, start) = (status.name.clone(), status.start);
        Some(Trace { name, number: *number, start, manner })
    });
    Ok(traces.collect())
}

/// These, and all that hangs on any of them.
fn with_children(
    all: &BTreeMap<i32, Status>,
    mut some: BTreeSet<i32>,
    hangs: fn(&Status, &BTreeSet<i32>) -> bool,
) -> BTreeSet<i32> {
    loop {
        let more: Vec<i32> = all
            .iter()
            .filter(|(number, status)| !some.contains(number) && hangs(status, &some))
            .map(|(number, _)| *number)
            .collect();
        if more.is_empty() {
            return some;
        }
        some.extend(more);
    }
}

/// The most that a learner's command may write into one file, in KiB. No two labs have the same, and no process can lose
/// it by its environment, its session or the end of all that started it: the kernel so tells whose it is.
pub(super) fn largest_file(octet: u8) -> u32 {
    64 * 1024 + u32::from(octet)
}

/// The line of a process's limits that only the processes of a learner of this lab have.
fn mark(directory: &Path) -> Option<u64> {
    let name = directory.file_name()?.to_str()?;
    let octet = name.strip_prefix(PREFIX)?.split('-').next()?.parse().ok()?;
    Some(u64::from(largest_file(octet)) * 1024)
}

fn marked(number: i32, mark: u64) -> bool {
    let limits = std::fs::read_to_string(format!("/proc/{number}/limits")).unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max file size"));
    // The soft limit may be lowered and raised again; behind it stands the hard one.
    let hard = line.and_then(|line| line.split_whitespace().nth(1));
    hard.and_then(|word| word.parse().ok()) == Some(mark)
}

/// Has whatever loses its parent hang on this process, so that it is found.
pub fn adopt_orphans() -> Result<(), LabError> {
    let refused = |error| LabError::refused(format!("orphans cannot be adopted: {error}"));
    set_child_subreaper(Some(getpid())).map_err(refused)
}

/// Takes note of the end of a lab's orphans, which nobody else waits for.
pub(super) fn reap_orphans(directory: &Path) {
    let Some(mark) = mark(directory) else { return };
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    for number in numbers().into_iter().flatten() {
        // What carries the mark was started by a learner's shell, and by none of ours.
        let ended = Fields::read(number).is_some_and(|it| it.ended && it.parent == own);
        if ended && marked(number, mark) {
            let number = Pid::from_raw(number);
            number.and_then(|number| waitpid(Some(number), WaitOptions::NOHANG).ok());
        }
    }
}

/// Whether a PostgreSQL is no server, but one process that does what its input says.
fn alone(number: i32) -> bool {
    let line = std::fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
    let mut words = line.split(|byte| *byte == 0);
    words.nth(1).is_some_and(|word| word.starts_with(b"--"))
}

/// The labs below `parent` that some process carries the name of.
pub(super) fn named_below(parent: &Path) -> Result<BTreeSet<PathBuf>, LabError> {
    let labs = all()?.into_values().filter_map(|status| status.lab);
    Ok(labs.filter(|lab| lab.parent() == Some(parent)).collect())
}

struct Status {
    name: String,
    parent: i32,
    group: i32,
    start: u64,
    lab: Option<PathBuf>,
}

impl Status {
    /// What the kernel says of a process; nothing of one that has ended.
    fn read(number: i32) -> Option<Self> {
        let Fields { name, ended, parent, group, start } = Fields::read(number)?;
        // An ended one waits for its parent only.
        (!ended).then_some(Self { name, parent, group, start, lab: None })
    }

    fn is_child_of(&self, some: &BTreeSet<i32>) -> bool {
        some.contains(&self.parent)
    }

    fn belongs_to(&self, some: &BTreeSet<i32>) -> bool {
        self.is_child_of(some) || some.contains(&self.group)
    }
}

/// The kernel's own line on a process.
struct Fields {
    name: String,
    ended: bool,
    parent: i32,
    group: i32,
    start: u64,
}

impl Fields {
    fn read(number: i32) -> Option<Self> {
        let text = std::fs::read(format!("/proc/{number}/stat")).ok()?;
        let text = String::from_utf8_lossy(&text);
        let (before, after) = text.rsplit_once(')')?;
        let name = before.split_once('(')?.1.to_owned();
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ended = matches!(*fields.first()?, "Z" | "X");
        let (parent, group) = (fields.get(1)?.parse().ok()?, fields.get(2)?.parse().ok()?);
        Some(Self { name, ended, parent, group, start: fields.get(19)?.parse().ok()? })
    }
}

/// The numbers of all processes.
fn numbers() -> Result<Vec<i32>, LabError> {
    let folder = Path::new("/proc");
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(LabError::file(folder))? {
        let entry = entry.map_err(LabError::file(folder))?;
        numbers.extend(entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()));
    }
    Ok(numbers)
}

fn all() -> Result<BTreeMap<i32, Status>, LabError> {
    let mut found = BTreeMap::new();
    for number in numbers()? {
        // One that ends while it is read is none.
        let Some(mut status) = Status::read(number) else { continue };
        status.lab = lab(number).or_else(|| of_postgres(number, &status.name));
        found.insert(number, status);
    }
    Ok(found)
}

/// The lab that a process was started with; unreadable where it is another account's.
fn lab(number: i32) -> Option<PathBuf> {
    let bytes = std::fs::read(format!("/proc/{number}/environ")).ok()?;
    let value = bytes
        .split(|byte| *byte == 0)
        .find_map(|variable| variable.strip_prefix(VARIABLE.as_bytes())?.strip_prefix(b"="))?;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(value)))
}

/// The lab of one of PostgreSQL's processes, which write their titles over what they were started with: they work in
/// the data directory. Whose first process was killed may still live for a moment.
fn of_postgres(number: i32, name: &str) -> Option<PathBuf> {
    if name != POSTGRES {
        return None;
    }
    let data = std::fs::read_link(format!("/proc/{number}/cwd")).ok()?;
    let lab = data.ancestors().find(|folder| {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        name.is_some_and(|name| name.starts_with(PREFIX))
    });
    lab.map(Path::to_owned)
}
