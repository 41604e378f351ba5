//! How files are looked at: by this process, on this machine, within the bound on a read.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::infer::{CONTENTS, MOST_TEXTS};
use crate::claim::{Control, Facts, Observation, Subject, Unobservable};
use crate::config::Config;
use crate::secret::Secret;
use crate::text::{nearest, ticked};

/// The largest text that is read.
const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// Names of a directory that are compared, for a near miss.
const MOST_NAMES: usize = 2000;

/// Looks at a file.
pub(super) async fn observe(subject: &Subject, config: &Config) -> Observation {
    let shown = subject.name.shown();
    let read = format!("stat {shown}");
    let path = match path(subject, config) {
        Ok(path) => path,
        Err(reason) => return Observation::unobservable(reason, ""),
    };
    let looked = {
        let shown = shown.clone();
        tokio::task::spawn_blocking(move || look(&path, &shown))
    };
    match tokio::time::timeout(config.limits.read, looked).await {
        Ok(Ok(observation)) => observation,
        Ok(Err(_)) => {
            let reason = format!("looking at {} broke off", ticked(&shown));
            Observation::unobservable(Unobservable::Unexpected(reason), read)
        }
        Err(_) => {
            let seconds = config.limits.read.as_secs();
            let reason = format!("the file system did not answer within {seconds} s");
            Observation::unobservable(Unobservable::TimedOut(reason), read)
        }
    }
}

/// The path on this machine.
fn path(subject: &Subject, config: &Config) -> Result<PathBuf, Unobservable> {
    let shown = ticked(&subject.name.shown());
    let Some(name) = subject.name.value() else {
        return Err(Unobservable::unbound(&subject.name.unbound()));
    };
    if name.starts_with('/') {
        return Ok(PathBuf::from(name));
    }
    if name == "~" || name.starts_with("~/") {
        let home = config.home.as_ref().ok_or_else(|| {
            Unobservable::Unconfigured(format!("HOME is not set, so {shown} is nowhere"))
        })?;
        return Ok(home.join(name[1..].trim_start_matches('/')));
    }
    let reason =
        format!("the text does not say in which directory {shown} is; `--var PWD=DIR` can");
    Err(Unobservable::NotObserved(reason))
}

/// Everything that is seen of a path. Blocks.
fn look(path: &Path, shown: &str) -> Observation {
    match fs::symlink_metadata(path) {
        Ok(metadata) => present(path, &metadata, shown),
        Err(error) if is_missing(&error) => absent(path, shown),
        Err(error) => unseen(&error, &format!("stat {shown}"), shown),
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn unseen(error: &io::Error, read: &str, shown: &str) -> Observation {
    let reason = match error.kind() {
        ErrorKind::PermissionDenied => Unobservable::Forbidden(format!(
            "the account that labproof runs as may not look at {}",
            ticked(shown)
        )),
        kind => Unobservable::Unexpected(format!("looking at {} failed: {kind}", ticked(shown))),
    };
    Observation::unobservable(reason, read.to_owned())
}

fn present(path: &Path, own: &Metadata, shown: &str) -> Observation {
    let mut read = format!("stat {shown} → there");
    let mut facts = Facts::none();
    if own.is_symlink() {
        match fs::read_link(path) {
            Ok(target) => facts = facts.with("link", target.to_string_lossy().into_owned()),
            Err(error) => return unseen(&error, &read, shown),
        }
    }
    // What a link leads to need not be there; the link is.
    let Ok(metadata) = fs::metadata(path) else {
        return Observation::present(facts.with("type", "link"), read);
    };
    let kind = match (metadata.is_dir(), metadata.is_file()) {
        (true, _) => "directory",
        (_, true) => "file",
        _ => "special",
    };
    let mode = metadata.permissions().mode() & 0o7777;
    facts = facts
        .with("type", kind)
        .with("mode", format!("{mode:o}"))
        .with("executable", (mode & 0o100 != 0).to_string());
    if metadata.is_file() {
        read = format!("read {shown} → there");
        match contents(path) {
            Ok(Some(text)) => facts = texts(facts, &text),
            Ok(None) => {}
            Err(error) if error.kind() == ErrorKind::FileTooLarge => {
                let most = MOST_BYTES / 1024 / 1024;
                let reason = format!("{} is a text of more than {most} MiB", ticked(shown));
                return Observation::unobservable(Unobservable::Unexpected(reason), read);
            }
            Err(error) => return unseen(&error, &read, shown),
        }
    }
    Observation::present(facts, read)
}

/// The same text for each that a file may be asked for.
fn texts(mut facts: Facts, text: &str) -> Facts {
    facts = facts.sealed(CONTENTS, Secret::new(text));
    for index in 2..=MOST_TEXTS {
        facts = facts.sealed(format!("{CONTENTS} ({index})"), Secret::new(text));
    }
    facts
}

/// What a file holds; nothing where it is no text.
fn contents(path: &Path) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.iter().take(8192).any(|byte| *byte == 0) {
        return Ok(None);
    }
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::from(ErrorKind::FileTooLarge));
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Climbs to a directory that can be read, which proves what is not in it.
fn absent(path: &Path, shown: &str) -> Observation {
    let read = format!("stat {shown} → no such file");
    let mut missing = path;
    while let Some(parent) = missing.parent() {
        match fs::read_dir(parent) {
            Ok(entries) => {
                let directory = ticked(&parent.display().to_string());
                let here = missing == path;
                let name = missing.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if !here {
                    let proof = format!("{directory} can be read, and has no {}", ticked(&name));
                    return Observation::absent(Control::container_gone(proof), read);
                }
                let names: Vec<String> = entries
                    .flatten()
                    .take(MOST_NAMES)
                    .map(|entry| entry.file_name().to_string_lossy().into_owned())
                    .collect();
                let near = nearest(&name, &names)
                    .map(|other| format!("{directory} has {}", ticked(other)));
                let control = Control::new(format!("{directory} can be read"));
                return Observation::absent(control, read).near(near);
            }
            Err(error) if is_missing(&error) => missing = parent,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                let directory = ticked(&parent.display().to_string());
                let reason =
                    format!("{directory} may not be read, so a missing file proves nothing");
                return Observation::unobservable(Unobservable::Uncontrolled(reason), read);
            }
            Err(error) => return unseen(&error, &read, shown),
        }
    }
    let reason = format!("no directory above {} can be read", ticked(shown));
    Observation::unobservable(Unobservable::Uncontrolled(reason), read)
}

#[cfg(test)]
#[path = "observe_tests.rs"]
mod tests;
