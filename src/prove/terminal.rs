//! A terminal for a learner's shell: some programs ask for passwords at nothing else.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, ioctl_fionread};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

use super::ProveError;

/// Between two looks at it.
const PAUSE: Duration = Duration::from_millis(5);

/// A prompt is one where what is typed is hidden at so many looks in a row: a program that has just read a line hides the
/// next one for a moment too, before it sets the terminal back.
const LOOKS: u32 = 4;

/// Both ends of a terminal.
pub(super) struct Terminal {
    person: File,
    program: File,
}

impl Terminal {
    /// Opens one that controls no process: no signal comes from it.
    pub(super) fn open() -> Result<Self, ProveError> {
        let made = || -> Result<(File, File), Errno> {
            let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
            grantpt(&person)?;
            unlockpt(&person)?;
            let name = ptsname(&person, Vec::new())?;
            let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
            let program = open(name.as_c_str(), flags, Mode::empty())?;
            Ok((File::from(person), File::from(program)))
        };
        let failed = |error: std::io::Error| ProveError::file(Path::new("/dev/ptmx"), &error);
        let (person, program) = made().map_err(|error| failed(error.into()))?;
        let mut shown = person.try_clone().map_err(failed)?;
        // What is shown is nobody's to read, and a terminal that is full keeps its programs waiting.
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while shown.read(&mut bytes).is_ok_and(|length| length > 0) {}
        });
        Ok(Self { person, program })
    }

    /// The end that a program reads and writes.
    pub(super) fn end(&self) -> std::io::Result<File> {
        self.program.try_clone()
    }

    /// Types lines, each at a prompt that hides it, until all are typed or `over` is told.
    pub(super) fn type_in(&self, lines: &str, over: &AtomicBool) {
        for line in lines.lines() {
            let mut hidden = 0;
            while hidden < LOOKS {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                hidden = if self.hides() && self.is_read() { hidden + 1 } else { 0 };
                std::thread::sleep(PAUSE);
            }
            // A terminal that is gone has nobody who waits for a line.
            let _ = (&self.person).write_all(format!("{line}\n").as_bytes());
        }
    }

    fn hides(&self) -> bool {
        tcgetattr(&self.program).is_ok_and(|modes| !modes.local_modes.contains(LocalModes::ECHO))
    }

    /// Whether nothing that was typed is left to be read.
    fn is_read(&self) -> bool {
        ioctl_fionread(&self.program).is_ok_and(|left| left == 0)
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn lines_are_typed_at_hidden_prompts_and_nowhere_else() {
        let terminal = Terminal::open().unwrap();
        let end = || Stdio::from(terminal.end().unwrap());
        // What is typed before the prompt is thrown away, as programs do that ask for passwords with care.
        let script = "stty -echo; read -r a; stty echo; sleep 0.2; stty -echo; read -r b; stty echo; printf '%s|%s' \"$a\" \"$b\"";
        let mut shell = Command::new("bash");
        shell.args(["-c", script]).stdin(end()).stdout(Stdio::piped()).stderr(end());
        let child = shell.spawn().unwrap();
        let over = AtomicBool::new(false);
        let output = std::thread::scope(|scope| {
            scope.spawn(|| terminal.type_in("one\ntwo words\nnobody asks\n", &over));
            let output = child.wait_with_output().unwrap();
            over.store(true, Ordering::SeqCst);
            output
        });
        assert_eq!(String::from_utf8_lossy(&output.stdout), "one|two words");
    }
}
