//! The subcommands. The only modules that print, exit and wait for signals.

mod check;
mod coverage;
mod explain;
mod lab;
mod load;
mod options;
mod prove;
mod schema;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::{Cli, Command};
use crate::report::fail_line;

/// A usage error or a challenge that cannot be read.
const UNREADABLE: u8 = 2;

/// What stops a command before it has a report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// Printed, exit 2.
    #[error("{0}")]
    Unreadable(String),
    /// Printed, exit 4: there is nothing to be checked.
    #[error("{0}")]
    Nothing(String),
    /// Ctrl-C or a request to end: exit 130, as a shell would have it.
    #[error("interrupted")]
    Interrupted,
}

/// Reads the process's arguments, runs the command, and gives the exit code.
pub fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    // Before parsing, since a mistyped flag of a check script must reach its learner's screen too.
    let instruqt = arguments.iter().any(|argument| argument == "--instruqt");
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, instruqt),
    };
    let result = match &cli.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Prove(arguments) => prove::run(arguments),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Lab(arguments) => lab::run(&arguments.command),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(stop) => end(&stop, instruqt),
    }
}

fn usage(error: &clap::Error, instruqt: bool) -> ExitCode {
    let _ = error.print();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return ExitCode::SUCCESS;
    }
    if instruqt {
        let first = error.to_string();
        let first = first.lines().next().unwrap_or_default().trim_start_matches("error: ");
        print_fail(first);
    }
    ExitCode::from(UNREADABLE)
}

fn end(stop: &Stop, instruqt: bool) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {stop}");
    if instruqt && !matches!(stop, Stop::Interrupted) {
        print_fail(&stop.to_string());
    }
    ExitCode::from(match stop {
        Stop::Unreadable(_) => UNREADABLE,
        Stop::Nothing(_) => 4,
        Stop::Interrupted => 130,
    })
}

fn print_fail(message: &str) {
    let line = fail_line(&format!("this is not about your work: {message}"));
    let _ = io::stdout().write_all(line.as_bytes());
}

/// Writes to standard output through a stream that drops styles where they do not belong. A reader that
/// went away (`| head`) is no error.
pub(crate) fn write_out(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Stop> {
    let mut bytes = Vec::new();
    let written = render(&mut bytes).and_then(|()| {
        let mut out = anstream::stdout().lock();
        out.write_all(&bytes)?;
        out.flush()
    });
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::Unreadable(format!("cannot write to standard output: {}", error.kind())))
        }
        _ => Ok(()),
    }
}

/// Waits until this process is told to end. Ctrl-C counts where `interrupt` says so, and is passed over otherwise.
/// Calls `listening` when no signal is missed any more.
pub(crate) async fn told_to_end(interrupt: bool, listening: impl FnOnce()) {
    let kinds = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
    let Ok([mut terminate, mut hangup, mut interrupted]) = listen(kinds) else {
        listening();
        return std::future::pending().await;
    };
    listening();
    loop {
        tokio::select! {
            _ = terminate.recv() => return,
            _ = hangup.recv() => return,
            _ = interrupted.recv() => if interrupt { return },
        }
    }
}

fn listen(kinds: [SignalKind; 3]) -> io::Result<[Signal; 3]> {
    let [one, two, three] = kinds;
    Ok([signal(one)?, signal(two)?, signal(three)?])
}

/// Ends the process as a shell would have it after Ctrl-C.
#[expect(clippy::exit, reason = "the labs have ended, and whoever works in them is not to go on")]
pub(crate) fn exit_interrupted() -> ! {
    let _ = writeln!(io::stderr(), "error: interrupted");
    std::process::exit(130)
}
