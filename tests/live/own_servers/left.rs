//! What labs have left on the machine, looked for without labproof's own ways.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use labproof::lab::{LabError, until};

use crate::wait::Done;

/// Memory that no process uses any more, before a trial: other programs may leave some, too.
pub(super) struct Before {
    memory: BTreeSet<String>,
}

impl Before {
    pub(super) fn now() -> Before {
        Before { memory: unused_memory() }
    }

    /// Nothing of labs below `parent` is there: no process, no file, no port of their ranges, no shared memory.
    pub(super) fn nothing_new(&self, parent: &Path, octets: &BTreeSet<u8>) -> Done<()> {
        let nothing = until("nothing of the labs is left", Duration::from_secs(5), || {
            let mut left = processes(parent);
            left.extend(files(parent));
            left.extend(ports(octets));
            left.extend(unused_memory().difference(&self.memory).cloned());
            if left.is_empty() { Ok(()) } else { Err(LabError::refused(left.join("\n"))) }
        });
        Ok(nothing?)
    }
}

/// The ranges of the labs that are below `parent` now.
pub(super) fn octets(parent: &Path) -> BTreeSet<u8> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter_map(|name| name.strip_prefix("lab-")?.split('-').next()?.parse().ok()).collect()
}

/// Processes whose environment or command line names the place.
pub(super) fn processes(parent: &Path) -> Vec<String> {
    let place = parent.display().to_string();
    let own = std::process::id().to_string();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let named = numbers.filter(|number| number.parse::<u32>().is_ok() && *number != own);
    named
        .filter_map(|number| {
            let read = |what: &str| std::fs::read(format!("/proc/{number}/{what}"));
            let text = [read("environ").unwrap_or_default(), read("cmdline").ok()?].concat();
            let text = String::from_utf8_lossy(&text).replace('\0', " ");
            let line = read("cmdline").unwrap_or_default();
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            text.contains(&place).then(|| format!("process {number}: {line}"))
        })
        .collect()
}

/// What is in the place but for the two files whose locks are its order.
fn files(parent: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| !matches!(name.as_str(), "lock" | "keeping")).collect()
}

/// Sockets that listen on an address of these ranges.
fn ports(octets: &BTreeSet<u8>) -> Vec<String> {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let local = table.lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        // 0A: it listens. The address is written backwards.
        let listens = columns.get(3) == Some(&"0A");
        columns.get(1).filter(|_| listens).map(|local| (*local).to_owned())
    });
    local
        .filter(|local| {
            let octet = local.get(4..6).and_then(|two| u8::from_str_radix(two, 16).ok());
            local.get(6..8) == Some("7F") && octet.is_some_and(|octet| octets.contains(&octet))
        })
        .map(|local| format!("listens: {local}"))
        .collect()
}

/// Shared memory of PostgreSQL that no process uses.
fn unused_memory() -> BTreeSet<String> {
    let table = std::fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    let mut found: BTreeSet<String> = table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let unused = columns.get(6) == Some(&"0");
            columns.get(1).filter(|_| unused).map(|id| format!("shared memory {id}"))
        })
        .collect();
    let used: String = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("maps")).ok())
        .collect();
    let entries = std::fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    found.extend(names.filter(|name| name.starts_with("PostgreSQL.") && !used.contains(name)));
    found
}
