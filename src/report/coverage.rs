//! How much of what challenges do is understood, for `explain --coverage`. Counts what the plans say of each
//! command; derives nothing of its own, and looks at no system.

use std::collections::BTreeMap;
use std::io;

use owo_colors::OwoColorize;
use serde::Serialize;

use crate::assertion::{Made, Plan, PlannedCommand};
use crate::challenge::Challenge;
use crate::provider::{Reading, Unseen};
use crate::text::count;

/// The tools whose commands are told apart.
pub const TOOLS: [&str; 5] = ["helm", "kubectl", "oc", "psql", "vault"];

/// The tool of a program, where it is one of [`TOOLS`]; `k` is what labs call kubectl.
fn tool(program: &str) -> Option<&'static str> {
    let program = if program == "k" { "kubectl" } else { program };
    TOOLS.into_iter().find(|tool| *tool == program)
}

/// Counts over any number of challenges.
#[derive(Debug, Serialize)]
pub struct Coverage {
    schema: u8,
    totals: Totals,
    by_tool: BTreeMap<&'static str, Counts>,
    not_understood: Vec<NotUnderstood>,
    not_observable: BTreeMap<&'static str, usize>,
    unreadable: Vec<Unreadable>,
}

/// What is counted of all challenges together.
#[derive(Debug, Default, Serialize)]
struct Totals {
    /// Challenges that could be read.
    files: usize,
    /// Shell fences with commands (or control flow) in them; a fence of another language is none.
    fences: usize,
    /// Simple commands in shell fences, of whatever program. One in a loop counts once, however often it runs;
    /// those in a pipe and in a substitution count each; so does a line that only sets variables.
    commands: usize,
    known_tool: Counts,
}

/// Commands of [`TOOLS`]. `commands` = `changes` + `reads`, and `changes` = `claimed` + `not_observable` +
/// `not_understood`: each command counts in exactly one of the last four.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Counts {
    /// All of them. How many there are does not depend on what is made of them.
    commands: usize,
    /// Those that change the state of the lab, or may: what is not understood is taken to.
    changes: usize,
    /// Those of them that at least one claim is about.
    claimed: usize,
    /// Those that leave the lab as it is: they only look, whether they confirm something (a login that must work)
    /// or not, or they set what concerns nobody but the one who runs them ([`Unseen::OwnSettings`]).
    reads: usize,
    /// Those that change something which nothing could see afterwards, for another reason of [`Unseen`].
    not_observable: usize,
    /// Those whose form is not known.
    not_understood: usize,
}

#[derive(Debug, Serialize)]
struct NotUnderstood {
    path: String,
    line: usize,
    command: String,
}

/// A file or directory that could not be read, and is in no count.
#[derive(Debug, Serialize)]
struct Unreadable {
    path: String,
    reason: String,
}

/// The one thing that a command counts as; the first that fits any of its runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Counted {
    Claimed,
    NotUnderstood,
    NotObservable(&'static str),
    Reads,
}

impl Counted {
    fn of(made: &Made) -> Self {
        match made {
            Made::Claimed => Self::Claimed,
            Made::Read(Reading::Reads | Reading::NotObservable(Unseen::OwnSettings)) => Self::Reads,
            Made::Read(Reading::NotObservable(why)) => Self::NotObservable(why.words()),
            Made::Read(Reading::NotUnderstood(_)) | Made::Foreign => Self::NotUnderstood,
        }
    }
}

impl Default for Coverage {
    fn default() -> Self {
        Self {
            schema: 1,
            totals: Totals::default(),
            by_tool: TOOLS.into_iter().map(|tool| (tool, Counts::default())).collect(),
            not_understood: Vec::new(),
            not_observable: BTreeMap::new(),
            unreadable: Vec::new(),
        }
    }
}

impl Coverage {
    /// Counts one challenge more.
    pub fn add(&mut self, challenge: &Challenge, plan: &Plan) {
        self.totals.files += 1;
        self.totals.fences += plan.steps.len();
        for step in &plan.steps {
            // A loop runs the same command several times.
            let mut places: BTreeMap<(usize, usize), Vec<&PlannedCommand>> = BTreeMap::new();
            for command in &step.commands {
                places.entry(command.place).or_default().push(command);
            }
            self.totals.commands += places.len();
            for runs in places.values() {
                self.place(challenge, runs);
            }
        }
    }

    /// Says of one file that it could not be read.
    pub fn add_unreadable(&mut self, path: String, reason: String) {
        self.unreadable.push(Unreadable { path, reason });
    }

    /// Whether there was nothing that could be read.
    pub fn is_empty(&self) -> bool {
        self.totals.files == 0
    }

    /// Counts the command at one place by all of its runs.
    fn place(&mut self, challenge: &Challenge, runs: &[&PlannedCommand]) {
        let known = |run: &&&PlannedCommand| run.program.as_deref().and_then(tool).is_some();
        let Some(first) = runs.iter().find(known) else { return };
        let Some(tool) = first.program.as_deref().and_then(tool) else { return };
        let Some(counted) = runs.iter().map(|run| Counted::of(&run.made)).min() else { return };
        for counts in [&mut self.totals.known_tool, self.by_tool.entry(tool).or_default()] {
            counts.add(counted);
        }
        match counted {
            Counted::NotObservable(why) => *self.not_observable.entry(why).or_default() += 1,
            Counted::NotUnderstood => self.not_understood.push(NotUnderstood {
                path: challenge.source.path.display().to_string(),
                line: challenge.source.line(first.span.start),
                command: first.shown.trim_matches('`').to_owned(),
            }),
            Counted::Claimed | Counted::Reads => {}
        }
    }

    /// Writes the JSON document, schema 1.
    pub fn json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }

    /// Writes it for a person.
    pub fn human(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let totals = &self.totals;
        let files = count(totals.files, "challenge");
        let fences = count(totals.fences, "fence");
        writeln!(out, "{files}, {fences}, {}", count(totals.commands, "command"))?;
        self.table(out)?;
        let known = &totals.known_tool;
        let all = share(known.claimed, known.changes);
        let seen = share(known.claimed, known.changes - known.not_observable);
        let lost = share(known.not_understood, known.commands);
        writeln!(out, "\nclaimed: {all} commands that change the lab; {seen} that can be seen")?;
        writeln!(out, "not understood: {lost} commands")?;
        if !self.not_observable.is_empty() {
            writeln!(out, "\n{}", "not observable".bold())?;
        }
        for (why, number) in &self.not_observable {
            writeln!(out, "{number:>6}  {why}")?;
        }
        if !self.not_understood.is_empty() {
            writeln!(out, "\n{}", "not understood".bold())?;
        }
        for one in &self.not_understood {
            writeln!(out, "  {}:{}: `{}`", one.path, one.line, one.command)?;
        }
        if !self.unreadable.is_empty() {
            writeln!(out, "\n{}", "could not be read, and is in no count".bold())?;
        }
        for one in &self.unreadable {
            writeln!(out, "  {}", one.reason)?;
        }
        Ok(())
    }

    fn table(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let head = format!(
            "{:<8} {:>8} {:>7} {:>8} {:>8} {:>15} {:>15}",
            "", "commands", "reads", "changes", "claimed", "not observable", "not understood"
        );
        writeln!(out, "\n{}", head.dimmed())?;
        let rows = self.by_tool.iter().map(|(tool, counts)| (*tool, counts));
        for (name, counts) in rows.chain([("all", &self.totals.known_tool)]) {
            writeln!(
                out,
                "{name:<8} {:>8} {:>7} {:>8} {:>8} {:>15} {:>15}",
                counts.commands,
                counts.reads,
                counts.changes,
                counts.claimed,
                counts.not_observable,
                counts.not_understood
            )?;
        }
        Ok(())
    }
}

impl Counts {
    fn add(&mut self, counted: Counted) {
        self.commands += 1;
        match counted {
            Counted::Claimed => self.claimed += 1,
            Counted::NotUnderstood => self.not_understood += 1,
            Counted::NotObservable(_) => self.not_observable += 1,
            Counted::Reads => self.reads += 1,
        }
        self.changes = self.commands - self.reads;
    }
}

/// `65.0 %, 13 of 20`; cut, not rounded up, so that 100 % is all.
fn share(part: usize, whole: usize) -> String {
    let Some(permille) = (part * 1000).checked_div(whole) else { return "none".to_owned() };
    format!("{}.{} %, {part} of {whole}", permille / 10, permille % 10)
}
