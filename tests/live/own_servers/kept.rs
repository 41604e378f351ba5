//! A lab that stays: started, used, looked at, ended, and found when its servers are gone.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;

use super::killed::{Labs, SMALL};
use super::left::{Traces, named};
use crate::wait::Done;

/// `up`, a look, a second `up`, a shell inside, and `down`: nothing is left, and each says what is the matter.
pub(super) fn up_and_down() -> Done<()> {
    let labs = Labs::new()?;
    labs.expect(&["status"], "", 2, "no lab is up")?;
    labs.expect(&["down"], "", 2, "no lab is up")?;
    let out = labs.expect(&["up", "--only", SMALL], "", 0, "export VAULT_TOKEN='root-")?;
    let traces = Traces::of(&labs.parent());
    private(&labs.parent())?;
    labs.expect(&["status"], "", 0, "answers")?;
    labs.expect(&["up"], "", 2, "a lab is up in")?;
    let own = "vault kv put -mount=secret a b=c >/dev/null && echo kept; exit 5\n";
    labs.expect(&["shell"], own, 5, "kept")?;
    let outside = format!("{out}vault kv get -mount=secret -field=b a; psql -w -U postgres\n");
    let ran = Command::new("bash").arg("-c").arg(&outside).output();
    let ran = ran.map_err(|error| error.to_string())?;
    let refused = String::from_utf8_lossy(&ran.stderr).contains("no password supplied");
    if ran.stdout != b"c" || !refused {
        return Err(format!("the exports do not lead there: {ran:?}"));
    }
    beside(&out)?;
    labs.expect(&["down"], "", 0, "the lab is gone")?;
    traces.gone(&labs.parent())?;
    labs.expect(
        &["shell", "--only", "vault"],
        "vault status >/dev/null && echo open\n",
        0,
        "open",
    )?;
    traces.gone(&labs.parent())
}

/// A lab that takes the running Vault of another: it leads there, and leaves it as it is.
fn beside(exports: &str) -> Done<()> {
    let value = |name: &str| {
        let line = exports.lines().find_map(|line| line.strip_prefix(&format!("export {name}='")));
        line.map(|line| line.trim_end_matches('\'')).ok_or_else(|| format!("no {name}"))
    };
    let (address, token) = (value("VAULT_ADDR")?, value("VAULT_TOKEN")?);
    let labs = Labs::new()?;
    let up = ["up", "--only", "vault", "--vault-addr", address];
    let ran = labs.command(&up).env("VAULT_TOKEN", token).output();
    let ran = ran.map_err(|error| error.to_string())?;
    if !ran.status.success() || !String::from_utf8_lossy(&ran.stdout).contains(address) {
        return Err(format!("{ran:?}"));
    }
    let look = "vault kv get -mount=secret -field=b a\n";
    labs.expect(&["shell"], look, 0, "c")?;
    labs.expect(&["status"], "", 0, "answers")?;
    labs.expect(&["down"], "", 0, "the lab is gone")?;
    Traces::default().gone(&labs.parent())?;
    labs.expect(&["status"], "", 2, "no lab is up")?;
    Ok(())
}

/// One whose servers somebody has killed is none any more, and the next look removes it.
pub(super) fn without_its_servers() -> Done<()> {
    let labs = Labs::new()?;
    labs.expect(&["up", "--only", SMALL], "", 0, "export VAULT_TOKEN='root-")?;
    let traces = Traces::of(&labs.parent());
    let servers = named(&labs.parent());
    for (number, _) in &servers {
        let number = number.parse().ok().and_then(rustix::process::Pid::from_raw);
        // PostgreSQL's first process may have ended the others before their turn.
        rustix::process::kill_process(number.ok_or("no number")?, Signal::KILL).ok();
    }
    if servers.len() < 2 {
        return Err(format!("two servers were to be killed: {servers:?}"));
    }
    crate::wait::until("the lab is seen to be gone", std::time::Duration::from_secs(5), || {
        labs.expect(&["status"], "", 2, "no lab is up")
    })?;
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
