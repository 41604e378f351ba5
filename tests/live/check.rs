//! Runs `labproof` as its users do, in an environment that holds nothing but what a trial gives.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use labproof::lab::process::{reader, wait_within};
use serde_json::Value;

use crate::contract;
use crate::lab::Lab;
use crate::wait::Done;

/// No run may take longer than this, whatever the servers do.
const HARD_LIMIT: Duration = Duration::from_secs(70);

/// One call of the program.
#[derive(Clone)]
pub(crate) struct Check {
    pub(crate) environment: BTreeMap<&'static str, String>,
    pub(crate) arguments: Vec<String>,
    challenge: PathBuf,
    secrets: Vec<String>,
    /// A program and its arguments that run labproof in their turn.
    through: Vec<String>,
}

/// What came of it.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) wall: Duration,
    pub(crate) peak_kib: u64,
}

/// A run whose standard output is one JSON document that keeps the contract.
pub(crate) struct Report {
    pub(crate) run: Run,
    pub(crate) json: Value,
}

impl Check {
    /// A call with the lab's addresses and tokens.
    pub(crate) fn new(lab: &Lab, challenge: &Path) -> Check {
        let world = &lab.world;
        let home = lab.directory.join("home");
        std::fs::create_dir_all(&home).ok();
        let environment = BTreeMap::from([
            ("PATH", "/usr/bin:/bin".to_owned()),
            ("HOME", home.display().to_string()),
            ("VAULT_ADDR", world.vault.address()),
            ("VAULT_TOKEN", world.vault.root_token.clone()),
            ("KUBECONFIG", world.kubeconfig.display().to_string()),
        ]);
        let mut secrets = vec![world.vault.root_token.clone(), lab.kubernetes.admin().to_owned()];
        // `password` is a word of every message about passwords; a random one must never be seen.
        if world.names.password != "password" {
            secrets.push(world.names.password.clone());
        }
        let (arguments, through, challenge) = (Vec::new(), Vec::new(), challenge.to_owned());
        Check { environment, arguments, challenge, secrets, through }
    }

    /// The same call on another challenge.
    pub(crate) fn on(&self, challenge: &Path) -> Check {
        Check { challenge: challenge.to_owned(), ..self.clone() }
    }

    /// The same call, run by another program that ends as it does.
    pub(crate) fn through(&self, program: &[&str]) -> Check {
        let program = program.iter().map(|word| (*word).to_owned()).collect();
        Check { through: program, ..self.clone() }
    }

    /// The same call with more arguments.
    pub(crate) fn with(&self, arguments: &[&str]) -> Check {
        let mut call = self.clone();
        call.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        call
    }

    /// The same call with a variable set.
    pub(crate) fn set(&self, name: &'static str, value: impl Into<String>) -> Check {
        let mut call = self.clone();
        call.environment.insert(name, value.into());
        call
    }

    /// The same call without a variable.
    pub(crate) fn unset(&self, name: &str) -> Check {
        let mut call = self.clone();
        call.environment.remove(name);
        call
    }

    /// The same call, whose output must never hold this secret.
    pub(crate) fn secret(&self, secret: &str) -> Check {
        let mut call = self.clone();
        call.secrets.push(secret.to_owned());
        call
    }

    /// Runs it for its JSON, which must be one document that keeps the contract.
    pub(crate) fn json(&self) -> Done<Report> {
        let run = self.with(&["--format", "json"]).run()?;
        let json = serde_json::from_str(&run.stdout)
            .map_err(|error| format!("standard output is not one JSON document: {error}\n{run}"))?;
        let report = Report { run, json };
        contract::hold(&report)?;
        Ok(report)
    }

    /// Runs it and waits for its end.
    pub(crate) fn run(&self) -> Done<Run> {
        self.start()?.finish()
    }

    /// Starts it; the caller ends it or waits.
    pub(crate) fn start(&self) -> Done<Started> {
        let labproof = env!("CARGO_BIN_EXE_labproof");
        let mut words = self.through.iter().map(String::as_str).chain([labproof]);
        let mut command = Command::new(words.next().unwrap_or(labproof));
        command.args(words).arg("check").arg(&self.challenge).args(&self.arguments);
        command.env_clear().envs(&self.environment);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("labproof: {error}"))?;
        let stdout = reader(child.stdout.take());
        let stderr = reader(child.stderr.take());
        Ok(Started { child, stdout, stderr, since: started, secrets: self.secrets.clone() })
    }
}

/// A call that is running.
pub(crate) struct Started {
    pub(crate) child: Child,
    stdout: std::sync::mpsc::Receiver<Vec<u8>>,
    stderr: std::sync::mpsc::Receiver<Vec<u8>>,
    since: Instant,
    secrets: Vec<String>,
}

impl Started {
    /// Waits for its end, looking at its memory as long as it lives.
    pub(crate) fn finish(mut self) -> Done<Run> {
        let mut peak_kib = 0;
        loop {
            peak_kib = peak_kib.max(high_water_kib(self.child.id()));
            let ended = self.child.try_wait().map_err(|error| error.to_string())?;
            if ended.is_some() || self.since.elapsed() > HARD_LIMIT {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let status = wait_within(&mut self.child, Duration::ZERO)
            .map_err(|_| format!("labproof was still running after {} s", HARD_LIMIT.as_secs()))?;
        let wall = self.since.elapsed();
        let text = |receiver: std::sync::mpsc::Receiver<Vec<u8>>| {
            let bytes = receiver.recv().unwrap_or_default();
            String::from_utf8(bytes).map_err(|_| "labproof wrote bytes that are not UTF-8")
        };
        let (stdout, stderr) = (text(self.stdout)?, text(self.stderr)?);
        let run = Run { code: status.code(), stdout, stderr, wall, peak_kib };
        for secret in &self.secrets {
            if run.stdout.contains(secret) || run.stderr.contains(secret) {
                return Err(format!("a secret was printed\n{run}"));
            }
        }
        if run.stderr.contains("panicked") {
            return Err(format!("labproof panicked\n{run}"));
        }
        Ok(run)
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Run { code, stdout, stderr, wall, .. } = self;
        writeln!(to, "exit {code:?} after {wall:?}\nstdout: {stdout}\nstderr: {stderr}")
    }
}

/// The most memory that a process has had; 0 when it is gone. The kernel keeps the maximum, so only
/// what happens between the last look and the end is missed.
fn high_water_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
