//! Proves the rows of one table on a real server: not there, made, hidden, changed by hand, taken back. Many
//! looks share one lab.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::row::{Differs, Row, Start};
use crate::check::{Check, Report};
use crate::contract::{assertions, letters};
use crate::faults::Broken;
use crate::fences::Fence;
use crate::lab::Lab;
use crate::wait::Done;
use crate::walk::{Input, Session};

/// A table, and the ground on which it is proven.
pub(crate) struct Ground {
    /// What the text's first fence makes and all rows stand on; empty where they need nothing.
    pub(crate) given: &'static str,
    pub(crate) rows: Vec<Row>,
    /// Words of the fences and what stands for them.
    pub(crate) words: Vec<(&'static str, String)>,
    /// What is run in the learner's shell before anything else, and is in no text.
    pub(crate) before: String,
    /// What is run behind what is given, and is in no text.
    pub(crate) beside: &'static str,
    /// How the lab is looked at.
    pub(crate) call: Check,
    /// Hides what a row denies from whoever looks.
    pub(crate) hide: fn(&Lab, &Check, &[&str]) -> Done<Broken>,
    /// What hides everything.
    pub(crate) faults: Vec<Fault>,
}

/// Something that is broken so that nothing of the provider can be seen.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// Whether reads run into their limit.
    pub(crate) slow: bool,
    pub(crate) break_it: fn(&Lab, &Check) -> Done<Broken>,
}

/// A text of one fence a row, the first of which is what is given.
struct Text {
    call: Check,
    fences: Vec<String>,
}

struct Proof<'a> {
    lab: &'a Lab,
    ground: &'a Ground,
    session: Session,
    /// The fences that make the things.
    make: Text,
    /// The fences that take them back.
    back: Text,
}

/// Brings the lab into one state after the other, and holds each look against the table.
pub(crate) fn prove(lab: &Lab, ground: &Ground) -> Done<()> {
    let mut proof = Proof::start(lab, ground)?;
    proof.untouched().map_err(|reason| format!("untouched: {reason}"))?;
    proof.hidden('F').map_err(|reason| format!("untouched: {reason}"))?;
    proof.made().map_err(|reason| format!("made: {reason}"))?;
    proof.hidden('P').map_err(|reason| format!("made: {reason}"))?;
    proof.changed().map_err(|reason| format!("changed by hand: {reason}"))?;
    proof.gone().map_err(|reason| format!("taken back: {reason}"))
}

impl<'a> Proof<'a> {
    fn start(lab: &'a Lab, ground: &'a Ground) -> Done<Proof<'a>> {
        let make: Vec<&str> = ground.rows.iter().map(|row| row.make).collect();
        let back: Vec<&str> = ground.rows.iter().filter_map(|row| row.back).collect();
        let make = ground.text(lab, "make", &make)?;
        let back = ground.text(lab, "back", &back)?;
        let mut session = Session::start(lab)?;
        let (given, beside) = (ground.with_words(ground.given), ground.with_words(ground.beside));
        for fence in [&ground.before, &given, &beside] {
            run(&mut session, fence)?;
        }
        Ok(Proof { lab, ground, session, make, back })
    }

    /// Nothing is there, and each report shows how it knows; every claim of a row is of the row's kind.
    fn untouched(&self) -> Done<()> {
        let idle = |row: &&Row| matches!(row.differs, Differs::Never(why) if why.is_empty());
        if let Some(row) = self.ground.rows.iter().find(idle) {
            return Err(format!("`{}` does not say how or why not it could be another", row.make));
        }
        let report = look(&self.make.call, &self.all('F'))?;
        for (index, row) in self.ground.rows.iter().enumerate() {
            let own = self.of(&report, index);
            if own.is_empty() || own.iter().any(|assertion| assertion["kind"] != row.kind) {
                return Err(format!("`{}` does not claim {} alone\n{own:#?}", row.make, row.kind));
            }
            match row.start {
                Start::Absent => controlled(row, &own)?,
                Start::Otherwise(words) => says(row, &own, words)?,
            }
        }
        Ok(())
    }

    fn made(&mut self) -> Done<()> {
        for fence in &self.make.fences {
            run(&mut self.session, fence)?;
        }
        let report = look(&self.make.call, &self.all('P'))?;
        absent_with_controls(&report)?;
        look(&self.back.call, &self.backwards('F')).map(drop)
    }

    /// Row by row what is denied, and one fault after the other; `seen` is how what can be seen ends.
    fn hidden(&self, seen: char) -> Done<()> {
        for (index, row) in self.ground.rows.iter().enumerate() {
            if row.denied.is_empty() {
                continue;
            }
            let mut expected: Vec<char> = self.all(seen).chars().collect();
            let at = self.first() + index;
            expected[at] = row.unseen[usize::from(seen == 'P')];
            let broken = (self.ground.hide)(self.lab, &self.make.call, row.denied)?;
            let name = format!("denied {:?}", row.denied);
            self.broken(&name, false, broken, &expected.into_iter().collect::<String>())?;
        }
        let none: String = "?".repeat(self.first() + self.ground.rows.len());
        for fault in &self.ground.faults {
            let broken = (fault.break_it)(self.lab, &self.make.call)?;
            self.broken(fault.name, fault.slow, broken, &none)?;
        }
        Ok(())
    }

    fn broken(&self, name: &str, slow: bool, broken: Broken, expected: &str) -> Done<()> {
        let Broken { call, mend, stand_in } = broken;
        let (call, limit) = if slow { (call.with(&["--deadline", "20"]), 24) } else { (call, 12) };
        let found = look(&call, expected);
        let met = stand_in.as_ref().is_none_or(|stand_in| stand_in.asked() > 0);
        drop(stand_in);
        mend(self.lab)?;
        let report = found.map_err(|reason| format!("{name}: {reason}"))?;
        if !met {
            return Err(format!("{name}: nobody met it"));
        }
        if report.run.wall > Duration::from_secs(limit) {
            return Err(format!("{name}: took longer than {limit} s\n{}", report.run));
        }
        Ok(())
    }

    /// Another hand has changed what can be another, and the report says what.
    fn changed(&mut self) -> Done<()> {
        for row in &self.ground.rows {
            if let Differs::By(commands, _) = row.differs {
                run(&mut self.session, &self.ground.with_words(commands))?;
            }
        }
        let report = look(
            &self.make.call,
            &self.per_row('P', |row| match row.differs {
                Differs::By(..) => 'F',
                Differs::Never(_) => 'P',
            }),
        )?;
        for (index, row) in self.ground.rows.iter().enumerate() {
            if let Differs::By(_, words) = row.differs {
                let own = self.of(&report, index);
                words.iter().try_for_each(|words| says(row, &own, words))?;
            }
        }
        Ok(())
    }

    /// What is taken back is gone for both texts, and each report shows how it knows.
    fn gone(&mut self) -> Done<()> {
        for fence in &self.back.fences {
            run(&mut self.session, fence)?;
        }
        let report = look(&self.back.call, &self.backwards('P'))?;
        absent_with_controls(&report)?;
        let report = look(
            &self.make.call,
            &self.per_row('P', |row| match (row.back, row.differs) {
                (None, Differs::Never(_)) => 'P',
                _ => 'F',
            }),
        )?;
        for (index, row) in self.ground.rows.iter().enumerate() {
            if row.back.is_some() && row.start == Start::Absent {
                controlled(row, &self.of(&report, index))?;
            }
        }
        Ok(())
    }

    /// How many steps come before the first row's.
    fn first(&self) -> usize {
        usize::from(!self.ground.given.is_empty())
    }

    /// The assertions of a row of the text that makes.
    fn of<'b>(&self, report: &'b Report, index: usize) -> Vec<&'b Value> {
        let step = self.first() + index + 1;
        u64::try_from(step).map(|step| assertions(&report.json, step)).unwrap_or_default()
    }

    /// What is given holds, and all rows end so.
    fn all(&self, rows: char) -> String {
        self.per_row('P', |_| rows)
    }

    fn per_row(&self, given: char, letter: impl Fn(&Row) -> char) -> String {
        let given = std::iter::repeat_n(given, self.first());
        given.chain(self.ground.rows.iter().map(letter)).collect()
    }

    fn backwards(&self, rows: char) -> String {
        "P".repeat(self.first()) + &rows.to_string().repeat(self.back.fences.len())
    }
}

impl Ground {
    fn with_words(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    }

    fn text(&self, lab: &Lab, name: &str, fences: &[&str]) -> Done<Text> {
        let path: PathBuf = lab.directory.join(format!("kinds-{name}.md"));
        let fences: Vec<String> = fences.iter().map(|fence| self.with_words(fence)).collect();
        let given = Some(self.with_words(self.given)).filter(|given| !given.is_empty());
        let all = given.iter().chain(&fences).map(|fence| format!("```bash\n{fence}\n```\n"));
        let text = format!("---\nslug: kinds\ntype: challenge\n---\n{}", all.collect::<String>());
        std::fs::write(&path, text).map_err(|error| error.to_string())?;
        Ok(Text { call: self.call.on(&path), fences })
    }
}

fn run(session: &mut Session, fence: &str) -> Done<()> {
    let fence = Fence { line: 0, last_line: 0, text: format!("{fence}\n") };
    let ran = session.run(&fence, &Input::default())?;
    if ran.code == 0 { Ok(()) } else { Err(format!("{}{ran:?}", fence.text)) }
}

/// One look, whose steps must end so; the exit code is that of the first that is not well.
fn look(call: &Check, expected: &str) -> Done<Report> {
    let report = call.json()?;
    let code = match expected.chars().find(|letter| matches!(letter, 'F' | '?')) {
        Some('F') => 1,
        Some(_) => 3,
        None => 0,
    };
    let found = letters(&report.json);
    if (report.run.code, found.as_str()) == (Some(code), expected) {
        return Ok(report);
    }
    Err(format!("expected exit {code} {expected}, found {found}\n{}", report.run))
}

fn controlled(row: &Row, own: &[&Value]) -> Done<()> {
    match own.iter().find(|one| one["control"].as_str().is_none_or(str::is_empty)) {
        Some(bare) => Err(format!("{}: an absence without a control: {bare:#}", row.kind)),
        None => Ok(()),
    }
}

fn says(row: &Row, own: &[&Value], words: &str) -> Done<()> {
    let said =
        |assertion: &&Value| assertion["actual"].as_str().is_some_and(|it| it.contains(words));
    if own.iter().any(said) {
        return Ok(());
    }
    Err(format!("{}: nothing says `{words}`: {own:#?}", row.kind))
}

/// A claim that something is gone passes only with a control.
fn absent_with_controls(report: &Report) -> Done<()> {
    let all = report.json["assertions"].as_array().into_iter().flatten();
    let mut gone = all.filter(|one| one["expect"] != "present" && one["outcome"] == "pass");
    match gone.find(|one| one["control"].as_str().is_none_or(str::is_empty)) {
        Some(bare) => Err(format!("an absence without a control: {bare:#}")),
        None => Ok(()),
    }
}
