//! What a proof has left on the machine, looked for without labproof's own ways.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::run_labproof::Labproof;

/// No process that names the run's directory, and no lab below it.
pub(super) fn nothing(labproof: &Labproof) {
    // A process that was just killed is there for another moment.
    let started = Instant::now();
    loop {
        let left = of(labproof);
        if left.is_empty() {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(5), "left: {left:#?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn of(labproof: &Labproof) -> Vec<String> {
    let mut left = processes(&labproof.path(""));
    for parent in names(&labproof.path("tmp")) {
        let below = names(&labproof.path("tmp").join(&parent));
        left.extend(below.into_iter().filter(|name| name != "lock"));
    }
    left
}

/// Processes whose environment, command line or directory names the place.
fn processes(place: &Path) -> Vec<String> {
    let place = place.display().to_string();
    let place = place.trim_end_matches('/');
    let own = std::process::id().to_string();
    let numbers = names(Path::new("/proc")).into_iter();
    let others = numbers.filter(|it| it.parse::<u32>().is_ok() && *it != own);
    let ours = others.filter_map(|number| {
        let read = |what: &str| {
            let bytes = std::fs::read(format!("/proc/{number}/{what}")).unwrap_or_default();
            String::from_utf8_lossy(&bytes).replace('\0', " ")
        };
        let folder = std::fs::read_link(format!("/proc/{number}/cwd")).unwrap_or_default();
        let line = read("cmdline");
        let named = [&line, &read("environ"), &folder.display().to_string()];
        let ours = named.iter().any(|text| text.contains(place));
        // One that has ended and waits for its parent only has neither.
        ours.then(|| format!("process {number}: {line}"))
    });
    ours.collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
