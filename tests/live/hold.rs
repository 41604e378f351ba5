//! Holds one lab for a person or a script: `LABPROOF_LIVE_HOLD=solved cargo test --test live` prints
//! the environment that leads to it, and keeps it until its standard input ends.

use std::io::Read;

use crate::check::Check;
use crate::labs::{SOLVED, UNTOUCHED};
use crate::seed::assignment;
use crate::wait::Done;

/// Holds the lab of that name and returns an exit code.
pub(crate) fn hold(name: &str) -> i32 {
    let cell = match name {
        "solved" => &SOLVED,
        "untouched" => &UNTOUCHED,
        _ => {
            eprintln!("LABPROOF_LIVE_HOLD is `{name}`; wanted: `solved` or `untouched`");
            return 2;
        }
    };
    let held = cell.with(|lab| {
        let challenge = assignment();
        println!("export LABPROOF_CHALLENGE={}", challenge.display());
        println!("export LABPROOF_BINARY={}", env!("CARGO_BIN_EXE_labproof"));
        println!("export LAB_CLIENTS={}", lab.servers.search_path());
        for (name, value) in Check::new(lab, &challenge).environment {
            // The caller keeps its own PATH and home; the clients' places are in LAB_CLIENTS.
            if !["PATH", "HOME"].contains(&name) {
                println!("export {name}={value}");
            }
        }
        println!("ready");
        wait_for_the_end_of_input()
    });
    match held {
        Ok(()) => 0,
        Err(reason) => {
            eprintln!("{reason}");
            1
        }
    }
}

fn wait_for_the_end_of_input() -> Done<()> {
    let read = std::io::stdin().read_to_end(&mut Vec::new());
    read.map(drop).map_err(|error| format!("standard input: {error}"))
}
