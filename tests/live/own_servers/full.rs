//! A disk that is full while a lab starts or is used: a small one of memory, in a mount namespace of its own.

use std::path::Path;
use std::process::{Command, Stdio};

use super::killed::Labs;
use super::left::Traces;
use crate::wait::Done;
use crate::ways::pod::{namespace, permitted};

/// Mounts a disk of this size where the labs are, and runs what follows.
const SMALL_DISK: &str = "mount -t tmpfs -o size=\"$1\" none \"$2\"; shift 2; exec \"$@\"";

/// Servers that need more than there is: clear words, exit 2, and no process left.
pub(super) fn full_disk() -> Done<()> {
    if permitted()?.is_none() {
        return Ok(());
    }
    let inside = namespace().ok_or("the namespace was permitted a moment ago")?;
    let challenges = Path::new(env!("CARGO_MANIFEST_DIR")).join("challenges");
    let grants = challenges.join("roles-and-grants").display().to_string();
    let versions = challenges.join("kv-versions").display().to_string();
    for (words, size) in [
        (["lab", "up", "--only", "postgres"], "8m"),
        (["lab", "up", "--only", "kubernetes"], "4m"),
        (["lab", "up", "--only", "vault,postgres"], "40k"),
        (["prove", &grants, "--trials", "walk"], "8m"),
        // Enough to start, and then the walk has no room for what it keeps.
        (["prove", &versions, "--trials", "walk"], "12k"),
    ] {
        let labs = Labs::new()?;
        let place = labs.parent();
        let place = place.parent().ok_or("no place")?.display().to_string();
        let lab = labs.labproof();
        let mut command = Command::new(inside[0]);
        command
            .args(&inside[1..])
            .args(["sh", "-c", SMALL_DISK, "sh", size, &place])
            .arg(lab.get_program())
            .args(words)
            .env("TMPDIR", &place)
            .env_remove("XDG_RUNTIME_DIR")
            .stdin(Stdio::null());
        let ran = command.output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&ran.stderr);
        let clear = said.contains("the disk under") && said.contains("is full");
        if ran.status.code() != Some(2) || !clear || !ran.stdout.is_empty() {
            return Err(format!("{words:?} on {size}: {ran:?}"));
        }
        Traces::default().gone(&labs.parent())?;
    }
    Ok(())
}
