//! Which servers and clients there are: what the library finds, after `tests/live/servers/get` has built it.

use std::path::Path;
use std::process::{Command, Stdio};

use labproof::config;
use labproof::lab::{Programs, System};

use crate::wait::Done;

/// Whether missing servers are built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obtain {
    Find,
    Build,
}

/// The programs of a lab; an error says what is missing.
pub(crate) fn obtain(how: Obtain) -> Done<Programs> {
    if how == Obtain::Build {
        build()?;
    }
    Ok(Programs::find(&config::search_path(), &config::servers(), &System::ALL)?)
}

fn build() -> Done<()> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/servers/get");
    let mut command = Command::new(&script);
    // Its progress goes straight to the person who waits; a cold build takes minutes.
    let done = command.stdout(Stdio::null()).stderr(Stdio::inherit()).status();
    let status = done.map_err(|error| format!("{}: {error}", script.display()))?;
    if status.success() {
        return Ok(());
    }
    Err("not every server is here (see the lines above)".to_owned())
}
