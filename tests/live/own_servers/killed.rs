//! Labs that are killed at any moment: what they leave, the next one ends and removes.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use labproof::lab::process::{signal, wait_within};
use labproof::lab::{LabError, Place, System, until};
use rustix::process::Signal;

use super::left::{Traces, processes};
use super::programs;
use crate::prng::{Prng, fresh_seed};
use crate::wait::Done;

/// The place of the labs of one trial, as the commands find it.
pub(crate) struct Labs {
    place: tempfile::TempDir,
}

impl Labs {
    pub(crate) fn new() -> Done<Labs> {
        Ok(Labs { place: super::place()? })
    }

    /// Where their directories are.
    pub(crate) fn parent(&self) -> PathBuf {
        self.place.path().join(format!("labproof-{}", rustix::process::geteuid().as_raw()))
    }

    /// `labproof`, whose labs are here.
    pub(crate) fn labproof(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_labproof"));
        command
            .env_remove("XDG_RUNTIME_DIR")
            .env("TMPDIR", self.place.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// `labproof lab` with these words.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.labproof();
        command.arg("lab").args(words);
        command
    }

    /// Nothing of these, nor of any lab that is here now.
    pub(crate) fn nothing_left(&self, traces: &Traces) -> Done<()> {
        traces.gone(&self.parent())
    }

    pub(super) fn spawn(&self, words: &[&str]) -> Done<Child> {
        self.command(words).spawn().map_err(|error| error.to_string())
    }

    /// Runs it to its end: its exit code, and what it printed and said.
    pub(super) fn run(&self, words: &[&str], input: &str) -> Done<(i32, String, String)> {
        let mut child = self.spawn(words)?;
        let mut stdin = child.stdin.take().ok_or("no input")?;
        stdin.write_all(input.as_bytes()).map_err(|error| error.to_string())?;
        drop(stdin);
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr)))
    }

    /// Runs it, and sees how it ends and what it says or prints; gives what it printed.
    pub(super) fn expect(
        &self,
        words: &[&str],
        input: &str,
        code: i32,
        told: &str,
    ) -> Done<String> {
        let (found, out, said) = self.run(words, input)?;
        if found == code && (said.contains(told) || out.contains(told)) {
            return Ok(out);
        }
        Err(format!("{words:?}: exit {found}, wanted {code} and `{told}`\n{out}{said}"))
    }
}

pub(super) const SMALL: &str = "vault,postgres";
const WHOLE: &str = "vault,postgres,kubernetes";

/// Kills at random moments while labs start and run; after the next start nothing of them is left.
pub(super) fn at_any_moment() -> Done<()> {
    let seed = std::env::var("LABPROOF_LIVE_SEED").ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(fresh_seed);
    let mut prng = Prng::new(seed);
    let labs = Labs::new()?;
    let programs = programs(&[System::Vault])?;
    for round in 0..24 {
        let (systems, longest) = if round % 8 == 7 { (WHOLE, 7_000) } else { (SMALL, 1_300) };
        let word = if round % 2 == 0 { "up" } else { "shell" };
        let mut child = labs.spawn(&[word, "--only", systems])?;
        if word == "shell" {
            let mut stdin = child.stdin.as_ref().ok_or("no input")?;
            stdin.write_all(b"sleep 1000 & setsid sleep 1000 & wait\n").ok();
        }
        let moment = Duration::from_millis(prng.between(0, longest));
        let killed = match wait_within(&mut child, moment) {
            // Killed at the limit; `wait_within` has waited for its end.
            Err(_) => true,
            Ok(status) if status.success() => false,
            Ok(status) => return Err(format!("round {round}: {status}")),
        };
        let parent = labs.parent();
        let traces = Traces::of(&parent);
        if !killed {
            labs.run(&["down"], "")?;
        }
        let next = Place::claim(&programs, &parent, None, false);
        next?.end()?;
        traces.gone(&parent).map_err(|reason| {
            format!("round {round}, {word} {systems}, killed after {moment:?}, LABPROOF_LIVE_SEED={seed}\n{reason}")
        })?;
    }
    Ok(())
}

/// Ctrl-C while a lab starts and while its shell runs: everything is gone when the command is.
pub(super) fn interrupted() -> Done<()> {
    let labs = Labs::new()?;
    for (word, systems, by) in [
        ("up", SMALL, Signal::INT),
        ("up", WHOLE, Signal::INT),
        ("shell", SMALL, Signal::TERM),
        ("shell", WHOLE, Signal::HUP),
    ] {
        let mut child = labs.spawn(&[word, "--only", systems])?;
        until("a server is there", Duration::from_secs(20), || {
            let found = processes(&labs.parent());
            let servers = found.iter().any(|line| line.contains("vault"));
            if servers { Ok(()) } else { Err(LabError::refused(found.join("\n"))) }
        })?;
        let traces = Traces::of(&labs.parent());
        signal(by, child.id())?;
        let status = wait_within(&mut child, Duration::from_secs(20))?;
        // `up` may just have come to its end.
        if status.success() && word == "up" {
            labs.run(&["down"], "")?;
        } else if status.code() != Some(130) {
            return Err(format!("{word} {systems}: {status}"));
        }
        traces.gone(&labs.parent())?;
    }
    Ok(())
}
