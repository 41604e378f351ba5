//! Which servers and clients there are: what `tests/live/servers/get` found or built.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::wait::Done;

/// The programs of a lab by name.
pub(crate) struct Servers {
    paths: BTreeMap<String, PathBuf>,
}

/// Whether missing servers are built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obtain {
    Find,
    Build,
}

impl Servers {
    /// Runs the script; an error says what is missing.
    pub(crate) fn obtain(how: Obtain) -> Done<Servers> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/servers/get");
        let mut command = Command::new(&script);
        if how == Obtain::Find {
            command.arg("--find");
        }
        // Its progress goes straight to the person who waits; a cold build takes minutes.
        let done = command
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("{}: {error}", script.display()))?;
        let text = String::from_utf8_lossy(&done.stdout);
        let paths = text
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(name, path)| (name.to_owned(), PathBuf::from(path)))
            .collect();
        if done.status.success() {
            return Ok(Servers { paths });
        }
        Err("not every server is here (see the lines above)".to_owned())
    }

    /// The path of a program that the script printed.
    pub(crate) fn path(&self, name: &str) -> Done<&Path> {
        self.paths.get(name).map(PathBuf::as_path).ok_or_else(|| format!("no `{name}` was found"))
    }

    /// A PATH for the fences: the clients' directories first, then what the machine has.
    pub(crate) fn search_path(&self) -> String {
        let mut directories: Vec<String> = Vec::new();
        for name in ["vault", "kubectl", "psql", "jq"] {
            let directory = self.paths.get(name).and_then(|path| path.parent());
            if let Some(directory) = directory.map(|found| found.display().to_string())
                && !directories.contains(&directory)
            {
                directories.push(directory);
            }
        }
        directories.extend(["/usr/local/bin".to_owned(), "/usr/bin".to_owned(), "/bin".to_owned()]);
        directories.join(":")
    }
}
