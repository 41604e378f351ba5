//! A check script of somebody else's, run as a platform runs it: in bash, without a terminal, for at most a minute.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::lab::process::{reader, wait_within};
use crate::text::one_line;

use super::ProveError;
use super::stage::Stage;

/// A platform kills a check after this.
const LIMIT: Duration = Duration::from_mins(1);

/// What `fail-message` does to the script that calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailMessage {
    /// It ends the script, which fails.
    Ends,
    /// It prints its message, and the script goes on.
    Returns,
}

impl FailMessage {
    /// Both readings.
    pub const ALL: [Self; 2] = [Self::Ends, Self::Returns];

    /// In a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ends => "`fail-message` ends it",
            Self::Returns => "`fail-message` returns to it",
        }
    }

    /// The function as the script finds it.
    fn function(self) -> &'static str {
        match self {
            Self::Ends => "fail-message() { echo \"FAIL: $*\"; exit 1; }\n",
            Self::Returns => "fail-message() { echo \"FAIL: $*\"; }\n",
        }
    }
}

/// A script, and how it is read.
#[derive(Clone, Debug)]
pub struct CheckScript {
    /// The file.
    pub path: PathBuf,
    /// What `fail-message` does to it.
    pub fail_message: FailMessage,
}

/// What the script said of a lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// Whether it lets the learner go on.
    pub(super) passes: bool,
    /// What the learner sees, or the last thing that it wrote.
    pub(super) message: String,
}

impl CheckScript {
    /// Runs it on the lab as it is, with more variables or others than the learner has.
    pub(super) fn run(
        &self,
        stage: &Stage<'_>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Said, ProveError> {
        let place = stage.servers.directory().join("check");
        std::fs::create_dir_all(&place).map_err(|error| ProveError::file(&place, &error))?;
        let function = place.join("fail-message");
        std::fs::write(&function, self.fail_message.function())
            .map_err(|error| ProveError::file(&function, &error))?;
        let script = std::path::absolute(&self.path)
            .map_err(|error| ProveError::file(&self.path, &error))?;
        let mut command = stage.bash()?;
        command.arg(&script).env("BASH_ENV", &function).envs(variables).current_dir(&stage.home);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().map_err(|error| ProveError::file(Path::new("bash"), &error))?;
        let (stdout, stderr) = (reader(child.stdout.take()), reader(child.stderr.take()));
        let ended = wait_within(&mut child, LIMIT);
        let said = |bytes: std::sync::mpsc::Receiver<Vec<u8>>| {
            String::from_utf8_lossy(&bytes.recv().unwrap_or_default()).into_owned()
        };
        let Ok(status) = ended else {
            let message = format!("it was still running after {} s", LIMIT.as_secs());
            return Ok(Said { passes: false, message });
        };
        let (stdout, stderr) = (said(stdout), said(stderr));
        let failed = stdout.lines().find(|line| line.starts_with("FAIL: "));
        let last = || stdout.lines().chain(stderr.lines()).rfind(|line| !line.trim().is_empty());
        let message = one_line(failed.or_else(last).unwrap_or("nothing"), 160);
        Ok(Said { passes: status.success(), message })
    }
}
