//! `labproof explain --coverage`: finds challenges, and counts what is understood of their commands. Looks at no
//! system, and at no variable of the caller's: the same texts give the same numbers everywhere.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::assertion::{self, Bindings};
use crate::challenge::Challenge;
use crate::cli::{Explain, ExplainFormat};
use crate::report::coverage::Coverage;

use super::{Stop, load, write_out};

/// Runs it. What could not be read is said, and stops only where nothing could be.
pub(super) fn run(arguments: &Explain) -> Result<u8, Stop> {
    let mut coverage = Coverage::default();
    let mut seen = BTreeSet::new();
    for path in std::iter::once(&arguments.input.path).chain(&arguments.more) {
        let (files, mut failures) = found(path);
        for (path, named) in files {
            // A file that is named twice, or lies in a directory that is named too, counts once.
            let same = std::fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
            if !seen.insert(same) {
                continue;
            }
            match load::challenge(&path) {
                Ok(challenge) => {
                    if named || is_challenge(&challenge) {
                        let plan = assertion::collect(&challenge, &Bindings::default());
                        coverage.add(&challenge, &plan);
                    }
                }
                Err(stop) => failures.push((path, stop.to_string())),
            }
        }
        for (path, reason) in failures {
            let _ = writeln!(io::stderr(), "warning: {reason}");
            coverage.add_unreadable(path.display().to_string(), reason);
        }
    }
    if coverage.is_empty() {
        let message = "no challenge could be read, so nothing was counted";
        return Err(Stop::Unreadable(message.to_owned()));
    }
    write_out(|out| match arguments.format {
        ExplainFormat::Human => coverage.human(out),
        ExplainFormat::Json => coverage.json(out),
    })?;
    Ok(0)
}

/// Whether a text that was found in a directory is a challenge, and not a page about them.
fn is_challenge(challenge: &Challenge) -> bool {
    let name = challenge.source.path.file_name();
    name.is_some_and(|name| name == "assignment.md")
        || challenge.frontmatter.span.is_some()
        || !challenge.steps.is_empty()
}

/// Files, each with whether the caller named it.
type Files = Vec<(PathBuf, bool)>;
/// Paths that could not be read, and why.
type Failures = Vec<(PathBuf, String)>;

/// The Markdown files below a directory, in the order of their names; a file is itself.
fn found(path: &Path) -> (Files, Failures) {
    let (mut files, mut failures) = (Vec::new(), Vec::new());
    if !path.is_dir() {
        files.push((path.to_path_buf(), true));
        return (files, failures);
    }
    let mut open = vec![path.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            let reason = format!("cannot read `{}`: it could not be listed", folder.display());
            failures.push((folder, reason));
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            // Links to directories are not followed, so that there is an end.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if !hidden {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|ending| ending == "md") && path.is_file() {
                files.push((path, false));
            }
        }
    }
    files.sort();
    if files.is_empty() && failures.is_empty() {
        let reason = format!("`{}` has no Markdown file in it", path.display());
        failures.push((path.to_path_buf(), reason));
    }
    (files, failures)
}
