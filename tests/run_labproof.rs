//! The builder for tests of the program itself: a scrubbed environment, exact output, exit code.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// One run of the program. It sees no lab unless a test gives it one.
pub(crate) struct Labproof {
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    stdin: Option<String>,
    home: tempfile::TempDir,
}

/// What a run said.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Labproof {
    pub(crate) fn new(arguments: &[&str]) -> Self {
        Self {
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            variables: Vec::new(),
            stdin: None,
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// A file in the run's own directory, which is also where it runs.
    pub(crate) fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.stdin = Some(text.to_owned());
        self
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_labproof"));
        command
            .args(&self.arguments)
            .current_dir(self.home.path())
            .env_clear()
            .env("HOME", self.home.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self) -> Ran {
        let mut child = self.command().spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that does not read its input may be gone before it is written.
        let _ = stdin.write_all(self.stdin.as_deref().unwrap_or_default().as_bytes());
        drop(stdin);
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        // The directory's name differs from run to run.
        let home = self.home.path().display().to_string();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&home, "[home]");
        Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}
