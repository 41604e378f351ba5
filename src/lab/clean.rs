//! What a lab leaves behind when its owner was killed: found by its lock, its processes and its files ended.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::place::{LOCK, PREFIX, locked_parent};
use super::{LabError, kept, trace};

/// How long the processes of a lab may take to end.
const LIMIT: Duration = Duration::from_secs(10);

/// PostgreSQL is first asked to end at once, so that it takes its shared memory along.
const POLITE: Duration = Duration::from_secs(3);

/// Ends and removes every lab below `parent` whose owner lives no more, and every process of one that is gone.
pub fn clean(parent: &Path) -> Result<(), LabError> {
    if !parent.is_dir() {
        return Ok(());
    }
    let guard = locked_parent(parent)?;
    let mut abandoned: Vec<(PathBuf, Option<File>)> = Vec::new();
    for entry in std::fs::read_dir(parent).map_err(LabError::file(parent))? {
        let entry = entry.map_err(LabError::file(parent))?;
        let named = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let directory = entry.path();
        match owner(&directory).filter(|_| named) {
            Some(Owner::Gone(lock)) if !stays(&directory)? => abandoned.push((directory, lock)),
            _ => {}
        }
    }
    // A child that its dying owner had just forked names a directory that may be gone by now.
    for directory in trace::named_below(parent)? {
        if !directory.exists() {
            abandoned.push((directory, None));
        }
    }
    drop(guard);
    for (directory, lock) in abandoned {
        remove(&directory)?;
        drop(lock);
    }
    Ok(())
}

/// Who holds a lab's lock.
enum Owner {
    Lives,
    Gone(Option<File>),
}

fn owner(directory: &Path) -> Option<Owner> {
    if !directory.is_dir() {
        return None;
    }
    let Ok(file) = File::open(directory.join(LOCK)) else { return Some(Owner::Gone(None)) };
    Some(match file.try_lock() {
        Ok(()) => Owner::Gone(Some(file)),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => Owner::Lives,
    })
}

/// Whether a lab without an owner was meant to stay, and still has what it is made of.
fn stays(directory: &Path) -> Result<bool, LabError> {
    let Some(kept) = kept::read(directory) else { return Ok(false) };
    Ok(!kept.own_servers || !trace::of(directory)?.is_empty())
}

/// Ends every process of a lab and removes its files. The caller holds its lock.
pub(super) fn remove(directory: &Path) -> Result<(), LabError> {
    end_processes(directory)?;
    forget_shared_memory(directory);
    let started = Instant::now();
    loop {
        match std::fs::remove_dir_all(directory) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            // A file that was written in the last moment.
            Err(_) if started.elapsed() < LIMIT => std::thread::sleep(Duration::from_millis(2)),
            Err(error) => return Err(LabError::file(directory)(error)),
        }
    }
}

/// Ends every process that names this lab, and what they have started.
fn end_processes(directory: &Path) -> Result<(), LabError> {
    end_beside(directory, &[])
}

/// Ends every process of a lab beside these servers and what those have started.
pub(super) fn end_beside(directory: &Path, servers: &[i32]) -> Result<(), LabError> {
    let started = Instant::now();
    let mut quiet = 0;
    let mut shared = BTreeSet::new();
    // Looked at twice: one that was just about to start another is then seen, and so is the other.
    while quiet < 2 {
        let found = trace::beside(directory, servers)?;
        quiet = if found.is_empty() { quiet + 1 } else { 0 };
        for process in &found {
            shared.extend(process.shared_memory());
            process.end(started.elapsed() < POLITE);
        }
        if started.elapsed() > LIMIT {
            let names: Vec<String> = found.iter().map(|process| process.name.clone()).collect();
            let (what, seconds) = ("the lab's processes end".to_owned(), LIMIT.as_secs());
            return Err(LabError::Slow { what, seconds, reason: names.join(", ") });
        }
        if quiet == 0 {
            std::thread::sleep(Duration::from_millis(3));
        }
    }
    // Those who use it have ended; what is still there was not taken along.
    for file in shared {
        std::fs::remove_file(file).ok();
    }
    trace::reap_orphans(directory);
    Ok(())
}

/// A PostgreSQL that was killed leaves a segment of System V shared memory; its own note says which.
fn forget_shared_memory(directory: &Path) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name() == "postmaster.pid" {
            forget_segment(&path);
        } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            forget_shared_memory(&path);
        }
    }
}

fn forget_segment(note: &Path) {
    let Ok(note) = std::fs::read_to_string(note) else { return };
    let words: Vec<&str> = note.lines().nth(6).unwrap_or_default().split_whitespace().collect();
    let [key, id] = words[..] else { return };
    let Ok(table) = std::fs::read_to_string("/proc/sysvipc/shm") else { return };
    // Only where it is the same one still, and nobody uses it.
    let unused = table.lines().any(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        columns.first() == Some(&key) && columns.get(1) == Some(&id) && columns.get(6) == Some(&"0")
    });
    if unused {
        let mut command = Command::new("ipcrm");
        command.args(["-m", id]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().ok();
    }
}
