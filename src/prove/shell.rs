//! The learner's shell: one bash for a walk, in which variables live from step to step.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::ProveError;
use super::terminal::Terminal;

/// The most that is read of what a step prints; it may print more.
const MOST_BYTES: u64 = 1024 * 1024;

/// A running shell.
pub(super) struct Shell {
    home: PathBuf,
    scratch: PathBuf,
    limit: Duration,
    bash: Child,
    /// The process group of bash itself, which may be another than that of what started it.
    group: u32,
    orders: ChildStdin,
    answers: mpsc::Receiver<String>,
    terminal: Option<Terminal>,
    steps: u32,
}

/// How a shell is started.
pub(super) struct Start {
    /// `bash` behind what ties it to this process, with its whole environment.
    pub(super) bash: Command,
    /// Where it starts.
    pub(super) home: PathBuf,
    /// Where scripts and what they print are kept: no place that the learner sees.
    pub(super) scratch: PathBuf,
    /// How long a step may take.
    pub(super) limit: Duration,
    /// The most that a command may write into one file, in KiB: a step that prints without end does not fill the disk.
    pub(super) largest_file: u32,
    /// Whether some of its steps ask at a terminal.
    pub(super) terminal: bool,
}

/// What a learner gives to the commands of a step that read something.
pub(super) enum Lines {
    /// From their input, which is no terminal.
    Input(String),
    /// At a terminal, each line when what is typed is hidden.
    Terminal(String),
}

/// What came of a step's commands.
#[derive(Clone, Debug, Default)]
pub(super) struct Ran {
    /// What the last command said; `None` where the shell ended or the time was up.
    pub(super) code: Option<i32>,
    /// The beginning of what was printed.
    pub(super) stdout: String,
    /// The beginning of what was said on standard error.
    pub(super) stderr: String,
    /// What hindered the step from coming to its end.
    pub(super) trouble: Option<String>,
}

impl Shell {
    /// Starts one.
    pub(super) fn start(start: Start) -> Result<Self, ProveError> {
        let io = |what: &Path| {
            let what = what.to_owned();
            move |error: std::io::Error| ProveError::file(&what, &error)
        };
        let Start { bash: mut command, home, scratch, limit, largest_file, terminal } = start;
        std::fs::create_dir_all(&home).map_err(io(&home))?;
        std::fs::create_dir_all(&scratch).map_err(io(&scratch))?;
        command
            .args(["--norc", "--noprofile"])
            .current_dir(&home)
            // A group of its own: whatever the steps started ends with it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let terminal = terminal.then(Terminal::open).transpose()?;
        if let Some(terminal) = &terminal {
            // Bash itself has nothing to say there: its commands take it over as their input.
            command.stderr(terminal.end().map_err(io(Path::new("/dev/pts")))?);
        }
        let program = PathBuf::from(command.get_program());
        let mut bash = command.spawn().map_err(io(&program))?;
        let broken = || ProveError::Lab("bash has no standard streams".to_owned());
        let mut orders = bash.stdin.take().ok_or_else(broken)?;
        let stdout = bash.stdout.take().ok_or_else(broken)?;
        let (sender, answers) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        // Without the signal a write beyond the limit fails, and the shell that makes one goes on.
        let limits = format!("trap '' XFSZ; ulimit -c 0 -f {largest_file}; echo $$\n");
        orders.write_all(limits.as_bytes()).map_err(io(&program))?;
        let number = answers.recv_timeout(limit).ok().and_then(|line| line.parse().ok());
        let group = number.ok_or_else(|| ProveError::Lab("bash did not start".to_owned()))?;
        Ok(Self { home, scratch, limit, bash, group, orders, answers, terminal, steps: 0 })
    }

    /// Types a script, and `lines` at its prompts, and waits for its end.
    pub(super) fn run(&mut self, script: &str, lines: &Lines) -> Result<Ran, ProveError> {
        self.steps += 1;
        let file = |kind: &str| self.scratch.join(format!("{kind}-{}", self.steps));
        let (text, input, out, err) = (file("script"), file("input"), file("out"), file("err"));
        let (content, hidden) = match (lines, &self.terminal) {
            (Lines::Terminal(lines), Some(_)) => ("", Some(lines.as_str())),
            (Lines::Input(lines) | Lines::Terminal(lines), _) => (lines.as_str(), None),
        };
        for (path, content) in [(&text, script), (&input, content)] {
            std::fs::write(path, content).map_err(|error| ProveError::file(path, &error))?;
        }
        let mark = format!("done {}", self.steps);
        let from = if hidden.is_some() { "&2".to_owned() } else { quoted(&input) };
        let order = format!(
            "source {} <{from} >{} 2>{}; echo \"{mark} $?\"\n",
            quoted(&text),
            quoted(&out),
            quoted(&err)
        );
        let sent = self.orders.write_all(order.as_bytes());
        let answer = match sent {
            Ok(()) => self.answer_to(&mark, hidden),
            Err(_) => Err(mpsc::RecvTimeoutError::Disconnected),
        };
        let (code, trouble) = match answer {
            Ok(code) => (code.parse().ok(), None),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let seconds = self.limit.as_secs();
                (None, Some(format!("its commands did not end within {seconds} s")))
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                (None, Some("its commands ended the shell that they were typed into".to_owned()))
            }
        };
        // What bash says names the file that it read, which is none of the learner's.
        let stderr = beginning(&err).replace(&format!("{}: ", text.display()), "");
        let stderr = stderr.replace(&format!("{}/", self.home.display()), "~/");
        let ran = Ran { code, stdout: beginning(&out), stderr, trouble };
        for path in [&text, &input, &out, &err] {
            // What is left is taken away with the laboratory.
            let _ = std::fs::remove_file(path);
        }
        if ran.trouble.is_some() {
            self.end();
        }
        Ok(ran)
    }

    /// What a variable stands for in it now; nothing where it cannot be asked.
    pub(super) fn variable(&mut self, name: &str) -> Option<String> {
        let order = format!("printf 'is %s\\n' \"${{{name}-}}\"\n");
        self.orders.write_all(order.as_bytes()).ok()?;
        self.answer("is").ok().filter(|value| !value.is_empty())
    }

    /// The same while lines are typed at the terminal.
    fn answer_to(
        &self,
        mark: &str,
        hidden: Option<&str>,
    ) -> Result<String, mpsc::RecvTimeoutError> {
        let (Some(lines), Some(terminal)) = (hidden, &self.terminal) else {
            return self.answer(mark);
        };
        let (over, answers) = (AtomicBool::new(false), &self.answers);
        std::thread::scope(|scope| {
            scope.spawn(|| terminal.type_in(lines, &over));
            let answer = answer(answers, self.limit, mark);
            over.store(true, Ordering::SeqCst);
            answer
        })
    }

    /// What follows this mark on the first line that begins with it: a trap of the learner's may print others.
    fn answer(&self, mark: &str) -> Result<String, mpsc::RecvTimeoutError> {
        answer(&self.answers, self.limit, mark)
    }

    /// Ends it, with all that its steps have started and left behind.
    fn end(&mut self) {
        let group = format!("-{}", self.group);
        let mut kill = Command::new("kill");
        kill.args(["-s", "KILL", "--", &group]).stdout(Stdio::null()).stderr(Stdio::null());
        // Fails only where the group has ended already.
        let _ = kill.status();
        let _ = self.bash.kill();
        let _ = self.bash.wait();
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.end();
    }
}

fn answer(
    answers: &mpsc::Receiver<String>,
    limit: Duration,
    mark: &str,
) -> Result<String, mpsc::RecvTimeoutError> {
    let end = Instant::now() + limit;
    loop {
        let line = answers.recv_timeout(end.saturating_duration_since(Instant::now()))?;
        if let Some(rest) = line.strip_prefix(mark).and_then(|rest| rest.strip_prefix(' ')) {
            return Ok(rest.to_owned());
        }
    }
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

fn beginning(path: &Path) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = File::open(path) {
        // A file that cannot be read has printed nothing.
        let _ = file.take(MOST_BYTES).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(place: &Path, limit: u64) -> Shell {
        let mut bash = Command::new("bash");
        let (home, scratch) = (place.join("home"), place.join("scratch"));
        bash.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("HOME", &home);
        let (limit, largest_file) = (Duration::from_secs(limit), 64 * 1024);
        let start = Start { bash, home, scratch, limit, largest_file, terminal: false };
        Shell::start(start).unwrap()
    }

    fn run(shell: &mut Shell, script: &str, lines: &str) -> Ran {
        shell.run(script, &Lines::Input(lines.to_owned())).unwrap()
    }

    #[test]
    fn variables_live_from_step_to_step_and_lines_are_typed_at_prompts() {
        let place = tempfile::tempdir().unwrap();
        let mut shell = shell(place.path(), 20);
        run(&mut shell, "export A=1; cd /; b() { echo \"b $A\"; }", "");
        let ran = run(&mut shell, "b; pwd; read -r word; echo \"got $word\"; false", "x y\n");
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "b 1\n/\ngot x y\n"), "{ran:?}");
    }

    #[test]
    fn what_hangs_floods_or_ends_the_shell_is_said_and_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        for (script, trouble) in [
            ("sleep 600 & echo $! >pid; wait", "did not end"),
            ("echo $$ >pid; exit 3", "ended the shell"),
            ("echo $$ >pid; kill -9 $$", "ended the shell"),
        ] {
            let mut shell = shell(place.path(), 2);
            let ran = run(&mut shell, script, "");
            assert!(
                ran.trouble.as_ref().is_some_and(|it| it.contains(trouble)),
                "{script}: {ran:?}"
            );
            let pid = std::fs::read_to_string(place.path().join("home/pid")).unwrap();
            // A process that was killed may be on its way out for a moment.
            let running = || Path::new("/proc").join(pid.trim()).join("exe").exists();
            let since = Instant::now();
            while running() {
                assert!(since.elapsed() < Duration::from_secs(5), "{script}: {pid} is still there");
                std::thread::yield_now();
            }
        }
    }

    #[test]
    fn what_a_trap_prints_is_no_answer() {
        let place = tempfile::tempdir().unwrap();
        let mut shell = shell(place.path(), 20);
        run(&mut shell, "trap 'echo done 0' DEBUG", "");
        for code in [3, 4] {
            let ran = run(&mut shell, &format!("(exit {code})"), "");
            assert_eq!((ran.code, ran.trouble.as_deref()), (Some(code), None));
        }
    }

    #[test]
    fn no_place_of_ours_is_in_what_a_step_says() {
        let place = tempfile::tempdir().unwrap();
        let mut shell = shell(place.path(), 20);
        let ran = run(&mut shell, "echo a >~/b/c", "");
        assert_eq!(ran.stderr, "line 1: ~/b/c: No such file or directory\n");
    }

    #[test]
    fn a_flood_is_cut_off() {
        let place = tempfile::tempdir().unwrap();
        let mut shell = shell(place.path(), 30);
        let ran = run(&mut shell, "yes; echo \"after $?\"", "");
        assert!(ran.trouble.is_none(), "{:?}", ran.trouble);
        assert!(ran.stdout.len() as u64 <= MOST_BYTES);
        let ran = run(&mut shell, "echo on", "");
        assert_eq!(ran.stdout, "on\n");
    }
}
