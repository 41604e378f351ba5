//! One lab held open for a script: its environment on standard output, until standard input ends.
//!
//! `LABPROOF_LIVE_HOLD=solved|untouched cargo test --test live` starts it, see `tests/live/bench`. A
//! signal ends it too, and so does the end of the script, whose pipe then closes.

use std::io::{Read, Write};

use crate::lab::Lab;
use crate::labs::{Cell, SOLVED, UNTOUCHED};
use crate::seed;
use crate::wait::Done;

/// What asks for a lab instead of the trials.
const VARIABLE: &str = "LABPROOF_LIVE_HOLD";

/// Holds the lab that the environment asks for; `None` where it asks for none.
pub(crate) fn hold() -> Option<Done<()>> {
    let state = std::env::var_os(VARIABLE)?;
    let cell: &Cell = match state.to_str() {
        Some("solved") => &SOLVED,
        Some("untouched") => &UNTOUCHED,
        _ => return Some(Err(format!("{VARIABLE} is `solved` or `untouched`"))),
    };
    Some(cell.with(|lab| {
        let text = environment(lab);
        let mut out = std::io::stdout().lock();
        let told = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        told.map_err(|error| format!("standard output: {error}"))?;
        until_the_input_ends()
    }))
}

/// Lines that a shell evaluates; the last one says that there are no more.
fn environment(lab: &Lab) -> String {
    let world = &lab.world;
    let mut lines: Vec<String> = [
        ("PATH", lab.servers.search_path()),
        ("VAULT_ADDR", world.vault.address()),
        ("VAULT_TOKEN", world.vault.root_token.clone()),
        ("KUBECONFIG", world.kubeconfig.display().to_string()),
        ("LABPROOF_CHALLENGE", seed::assignment().display().to_string()),
    ]
    .iter()
    .map(|(name, value)| format!("export {name}='{}'\n", value.replace('\'', r"'\''")))
    .collect();
    lines.push("# ready\n".to_owned());
    lines.concat()
}

fn until_the_input_ends() -> Done<()> {
    let mut input = std::io::stdin().lock();
    let mut ignored = [0; 512];
    loop {
        match input.read(&mut ignored) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(format!("standard input: {error}")),
        }
    }
}
