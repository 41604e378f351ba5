//! Labs that are killed at any moment: what they leave, the next one ends and removes.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
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
pub(super) struct Labs {
    place: tempfile::TempDir,
}

impl Labs {
    pub(super) fn new() -> Done<Labs> {
        Ok(Labs { place: super::place()? })
    }

    /// Where their directories are.
    pub(super) fn parent(&self) -> PathBuf {
        self.place.path().join(format!("labproof-{}", rustix::process::geteuid().as_raw()))
    }

    /// `labproof lab` with these words.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_labproof"));
        command
            .arg("lab")
            .args(words)
            .env_remove("XDG_RUNTIME_DIR")
            .env("TMPDIR", self.place.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
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
}

const SMALL: &str = "vault,postgres";
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

/// `up`, a look, a second `up`, a shell inside, and `down`: nothing is left, and each says what is the matter.
pub(super) fn up_and_down() -> Done<()> {
    let labs = Labs::new()?;
    let expect = |words: &[&str], input: &str, code: i32, told: &str| -> Done<String> {
        let (found, out, said) = labs.run(words, input)?;
        if found == code && (said.contains(told) || out.contains(told)) {
            return Ok(out);
        }
        Err(format!("{words:?}: exit {found}, wanted {code} and `{told}`\n{out}{said}"))
    };
    expect(&["status"], "", 2, "no lab is up")?;
    expect(&["down"], "", 2, "no lab is up")?;
    let out = expect(&["up", "--only", SMALL], "", 0, "export VAULT_TOKEN='root-")?;
    let traces = Traces::of(&labs.parent());
    private(&labs.parent())?;
    expect(&["status"], "", 0, "answers")?;
    expect(&["up"], "", 2, "a lab is up in")?;
    let own = "vault kv put -mount=secret a b=c >/dev/null && echo kept; exit 5\n";
    expect(&["shell"], own, 5, "kept")?;
    let outside = format!("{out}vault kv get -mount=secret -field=b a; psql -w -U postgres\n");
    let ran = Command::new("bash").arg("-c").arg(outside).output();
    let ran = ran.map_err(|error| error.to_string())?;
    let refused = String::from_utf8_lossy(&ran.stderr).contains("no password supplied");
    if ran.stdout != b"c" || !refused {
        return Err(format!("the exports do not lead there: {ran:?}"));
    }
    expect(&["down"], "", 0, "the lab is gone")?;
    traces.gone(&labs.parent())?;
    expect(&["shell", "--only", "vault"], "vault status >/dev/null && echo open\n", 0, "open")?;
    traces.gone(&labs.parent())
}

/// Every file of a lab is its account's alone, but for the one way that PostgreSQL's account passes through.
fn private(parent: &Path) -> Done<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut folders = vec![parent.to_owned()];
    let mut open = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| error.to_string())?.flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            let mode = meta.permissions().mode() & 0o777;
            let passes = meta.is_dir() && entry.file_name().to_string_lossy().starts_with("lab-");
            if mode & 0o077 != 0 && !(passes && mode == 0o711) && !meta.file_type().is_symlink() {
                open.insert(format!("{} {mode:o}", entry.path().display()));
            }
            // Behind a closed folder nobody comes.
            if passes {
                folders.push(entry.path());
            }
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("open to others: {open:?}")) }
}
