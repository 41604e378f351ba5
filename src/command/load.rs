//! A path → a challenge and its bindings, or one clear message why not.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::assertion::{Bindings, Plan};
use crate::author::{self, Word};
use crate::challenge::{self, Challenge};
use crate::cli::Given;
use crate::config;
use crate::local::{self, Whereabouts};
use crate::secret::Secret;
use crate::sidecar::Sidecar;
use crate::source::Source;

use super::Stop;

/// The largest challenge that is read; real ones are a few kilobytes.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// The challenge at a path. Stops where the frontmatter cannot be read: half a challenge is none.
pub(super) fn challenge(path: &Path) -> Result<Challenge, Stop> {
    let (path, bytes) = read(path)?;
    let text = text(&path, bytes)?;
    let challenge = challenge::parse(Source::new(path, text));
    match &challenge.frontmatter.unreadable {
        Some(diagnostic) => Err(Stop::Unreadable(diagnostic.located(&challenge.source))),
        None => Ok(challenge),
    }
}

/// What `--var`, `--var-file` and the environment say.
pub(super) fn bindings(given: &Given) -> Result<Bindings, Stop> {
    let mut bindings = Bindings::default();
    for variable in &given.variables {
        bindings.give(variable).map_err(|error| Stop::Unreadable(format!("--var: {error}")))?;
    }
    if let Some(path) = &given.var_file {
        let (shown, bytes) = read(path)?;
        let text = text(&shown, bytes)?;
        bindings.give_file(&text).map_err(|(line, error)| {
            Stop::Unreadable(format!("{}:{line}: {error}", shown.display()))
        })?;
    }
    bindings.environment =
        config::environment().into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
    Ok(bindings)
}

fn read(path: &Path) -> Result<(PathBuf, Vec<u8>), Stop> {
    if path == Path::new("-") {
        return Ok((path.to_path_buf(), bounded(path, std::io::stdin())?));
    }
    let file = if path.is_dir() { path.join("assignment.md") } else { path.to_path_buf() };
    if path.is_dir() && !file.is_file() {
        let message = format!(
            "`{}` has no assignment.md; name a challenge's file or directory",
            path.display()
        );
        return Err(Stop::Unreadable(message));
    }
    let opened = File::open(&file).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "no such file; name a challenge's file or directory",
            std::io::ErrorKind::PermissionDenied => "permission denied",
            _ => "it could not be opened",
        };
        Stop::Unreadable(format!("cannot read `{}`: {why}", file.display()))
    })?;
    let bytes = bounded(&file, opened)?;
    Ok((file, bytes))
}

fn bounded(path: &Path, reader: impl Read) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let read = reader.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| {
        Stop::Unreadable(format!("cannot read `{}`: {}", path.display(), error.kind()))
    })?;
    if bytes.len() as u64 > MOST_BYTES {
        let most = MOST_BYTES / 1024 / 1024;
        let message = format!(
            "`{}` is larger than {most} MiB, the most a challenge may have",
            path.display()
        );
        return Err(Stop::Unreadable(message));
    }
    Ok(bytes)
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<String, Stop> {
    let unreadable = |at: usize, what: &str, bytes: &[u8]| {
        let line = bytes[..at].split(|byte| *byte == b'\n').count();
        Stop::Unreadable(format!("{}:{line}: {what}; a challenge is UTF-8 text", path.display()))
    };
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(unreadable(at, "a NUL byte, so this is binary data", &bytes));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        unreadable(at, "bytes that are not UTF-8", error.as_bytes())
    })
}

/// What the challenge claims by its text and its author's word, with the files of this machine that it reads.
pub(super) fn plan(
    challenge: &Challenge,
    word: &Word,
    bindings: Bindings,
    host: Option<&str>,
) -> Result<Plan, Stop> {
    let home = config::home();
    let at = Whereabouts { host, home: home.as_deref(), directory: Path::new("") };
    let plan = local::plan(challenge, word, bindings, at);
    let lines = plan.mistakes.iter().map(|one| one.diagnostic.located(&one.source));
    match lines.collect::<Vec<_>>().join("\n") {
        none if none.is_empty() => Ok(plan),
        lines => Err(Stop::Unreadable(lines)),
    }
}

/// What the author says of the checks, in the text and beside it.
pub(super) fn word(challenge: &Challenge, path: &Path) -> Result<Word, Stop> {
    let unreadable = |error: &dyn std::fmt::Display| Stop::Unreadable(error.to_string());
    let beside = if path == Path::new("-") {
        Word::default()
    } else {
        Sidecar::word_beside(path).map_err(|error| unreadable(&error))?
    };
    author::whole(challenge, beside).map_err(|error| unreadable(&error))
}
