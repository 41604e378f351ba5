//! Runs the fences of a challenge in one bash, step by step, as a learner would type them.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use labproof::lab::process::signal;
use rustix::process::Signal;

use crate::fences::Fence;
use crate::lab::Lab;
use crate::wait::Done;

const LIMIT: Duration = Duration::from_mins(1);

/// One bash with the learner's environment; variables live from fence to fence.
pub(crate) struct Session {
    bash: Child,
    orders: ChildStdin,
    answers: mpsc::Receiver<String>,
    directory: PathBuf,
    steps: u32,
}

/// What a fence gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// What the harness adds to a fence: the learner's own input.
#[derive(Default)]
pub(crate) struct Input<'a> {
    /// Placeholders and what stands for them.
    pub(crate) placeholders: &'a [(&'a str, &'a str)],
    /// What is typed at the password prompt.
    pub(crate) password: Option<&'a str>,
}

impl Session {
    /// Starts the shell.
    pub(crate) fn start(lab: &Lab) -> Done<Session> {
        let directory = tempfile::Builder::new()
            .prefix("walk-")
            .tempdir_in(&lab.directory)
            .map_err(|error| error.to_string())?
            .keep();
        let servers = &lab.servers;
        let mut command = lab.place.command(servers.path("bash")?, None);
        command
            .args(["--norc", "--noprofile"])
            .env("PATH", servers.search_path())
            .env("HOME", &directory)
            .env("VAULT_ADDR", lab.world.vault.address())
            .env("VAULT_TOKEN", &lab.world.vault.root_token)
            .env("KUBECONFIG", &lab.world.kubeconfig)
            .env("PGCONNECT_TIMEOUT", "10")
            .current_dir(&directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut bash = command.spawn().map_err(|error| format!("bash: {error}"))?;
        let orders = bash.stdin.take().ok_or("bash has no standard input")?;
        let stdout = bash.stdout.take().ok_or("bash has no standard output")?;
        let (sender, answers) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                sender.send(line).ok();
            }
        });
        Ok(Session { bash, orders, answers, directory, steps: 0 })
    }

    /// Runs one fence and waits for its end.
    pub(crate) fn run(&mut self, fence: &Fence, input: &Input<'_>) -> Done<Ran> {
        self.steps += 1;
        let file = |kind: &str| self.directory.join(format!("{kind}-{}", self.steps));
        let (script, out, err) = (file("script"), file("out"), file("err"));
        let mut text = fence.text.clone();
        for (placeholder, value) in input.placeholders {
            if !text.contains(placeholder) {
                return Err(format!("line {}: no {placeholder} to fill in", fence.line));
            }
            text = text.replace(placeholder, value);
        }
        std::fs::write(&script, &text).map_err(|error| error.to_string())?;
        // A variable before `source` holds for that fence alone. The fence reads no input, so a
        // client that would ask or wait ends at once; a password comes as a client's variable.
        let password = match input.password {
            Some(password) => format!("PGPASSWORD='{password}' "),
            None => String::new(),
        };
        let order = format!(
            "{password}source {} </dev/null >{} 2>{}; echo \"done $?\"\n",
            script.display(),
            out.display(),
            err.display()
        );
        self.orders.write_all(order.as_bytes()).map_err(|error| format!("bash: {error}"))?;
        let answer = self.answers.recv_timeout(LIMIT);
        let code = match answer {
            Ok(line) => line.strip_prefix("done ").and_then(|code| code.parse().ok()),
            Err(_) => return Err(format!("line {}: the fence did not end", fence.line)),
        };
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let code = code.ok_or_else(|| format!("line {}: no exit code", fence.line))?;
        Ok(Ran { code, stdout: read(&out), stderr: read(&err) })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The fences' own children first: bash alone would leave a hanging client behind.
        let group = format!("-{}", self.bash.id());
        let mut kill = std::process::Command::new("kill");
        kill.args(["-s", "KILL", "--", &group]).stderr(Stdio::null()).status().ok();
        signal(Signal::KILL, self.bash.id()).ok();
        self.bash.wait().ok();
    }
}
