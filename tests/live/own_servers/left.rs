//! What labs have left on the machine, looked for without labproof's own ways.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::wait::{Done, until};

/// What labs have at one moment that is not in their directories.
#[derive(Default)]
pub(crate) struct Traces {
    ranges: BTreeSet<u8>,
    /// Names of PostgreSQL's shared memory: segments, and files.
    segments: BTreeSet<String>,
    files: BTreeSet<PathBuf>,
}

impl Traces {
    /// Of the labs that are below `parent` now.
    pub(crate) fn of(parent: &Path) -> Traces {
        let mut traces = Traces::default();
        for lab in names(parent).filter(|name| name.starts_with("lab-")) {
            traces.ranges.extend(lab.split('-').nth(1).and_then(|octet| octet.parse::<u8>().ok()));
            let note = parent.join(lab).join("postgres/data/postmaster.pid");
            let note = std::fs::read_to_string(note).unwrap_or_default();
            let line = note.lines().nth(6).unwrap_or_default();
            traces.segments.extend(line.split_whitespace().nth(1).map(str::to_owned));
        }
        for (number, _) in named(parent) {
            let maps = std::fs::read_to_string(format!("/proc/{number}/maps")).unwrap_or_default();
            let files = maps.lines().filter_map(|line| Some(&line[line.find("/dev/shm/")?..]));
            traces.files.extend(files.map(PathBuf::from));
        }
        traces
    }

    /// Nothing of them is there, nor of any lab below `parent`: no process, no file, no port, no shared memory.
    pub(super) fn gone(&self, parent: &Path) -> Done<()> {
        until("nothing of the labs is left", Duration::from_secs(5), || {
            let mut left = processes(parent);
            left.extend(names(parent).filter(|name| !matches!(name.as_str(), "lock" | "keeping")));
            left.extend(ports(&self.ranges));
            left.extend(self.segments.intersection(&segments()).map(|it| format!("segment {it}")));
            let files = self.files.iter().filter(|file| file.exists());
            left.extend(files.map(|file| file.display().to_string()));
            if left.is_empty() { Ok(()) } else { Err(left.join("\n")) }
        })
    }
}

/// Processes whose environment or command line names the place.
pub(super) fn processes(parent: &Path) -> Vec<String> {
    named(parent).into_iter().map(|(number, line)| format!("process {number}: {line}")).collect()
}

/// Their numbers and command lines.
pub(super) fn named(parent: &Path) -> Vec<(String, String)> {
    let place = parent.display().to_string();
    let own = std::process::id().to_string();
    let numbers = names(Path::new("/proc")).filter(|name| name.parse::<u32>().is_ok());
    numbers
        .filter(|number| *number != own)
        .filter_map(|number| {
            let read = |what: &str| {
                let bytes = std::fs::read(format!("/proc/{number}/{what}")).unwrap_or_default();
                String::from_utf8_lossy(&bytes).replace('\0', " ")
            };
            let line = read("cmdline");
            let ours = line.contains(&place) || read("environ").contains(&place);
            ours.then_some((number, line))
        })
        .collect()
}

fn names(folder: &Path) -> impl Iterator<Item = String> + use<> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned())
}

/// The numbers of all segments of shared memory.
fn segments() -> BTreeSet<String> {
    let table = std::fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    let numbers = table.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1));
    numbers.map(str::to_owned).collect()
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
