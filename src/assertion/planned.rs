//! What is made of each command of the text, claimed or not: what is counted of a challenge. Claims nothing.

use std::collections::BTreeSet;

use crate::challenge::{Challenge, Command, Link, Piece, Redirect, Step, Word};
use crate::claim::{Claim, Expectation, Subject, Text, Verb};
use crate::provider::{Call, Files, Provider, Reading, Story, Unseen};
use crate::source::Span;
use crate::text::ticked;

use super::shown;
use super::told::Told;

/// One run of a command of the text; one inside a substitution is there as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedCommand {
    /// Which command of its step it is, and which of those in its substitutions (0 is itself): the same for
    /// each run of a command in a loop, as against its span, which all commands of a script in quotes share.
    pub place: (usize, usize),
    /// The command in the text.
    pub span: Span,
    /// The program that is run, without its directory; `None` where only variables are set, and where the
    /// text does not say which.
    pub program: Option<String>,
    /// The command as a person may read it.
    pub shown: String,
    /// What is made of it.
    pub made: Made,
}

/// What is made of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// A claim: what it changes can be seen.
    Claimed,
    /// What its provider says of it; a command that only looks may still confirm something.
    Read(Reading),
    /// It is no provider's, or sets variables.
    Foreign,
}

impl Made {
    /// What is made of a command of `provider` from which `claims` come.
    pub(super) fn of(
        claims: &[Claim],
        call: &Call,
        story: &Story,
        provider: &dyn Provider,
    ) -> Self {
        // Where a shell writes what a tool prints is the shell's doing.
        let own = |claim: &Claim| !claim.subject.kind.starts_with("host/");
        let changes = |claim: &Claim| own(claim) && claim.verb.claims() && claim.verb.changes();
        if claims.iter().any(changes) {
            return Self::Claimed;
        }
        // A login that must work says nothing of the statements that are run in it.
        let reading = if claims.iter().any(|claim| claim.verb == Verb::Read) {
            Reading::Reads
        } else {
            provider.reading(call, story)
        };
        let disturbs = claims.iter().any(|claim| own(claim) && claim.verb == Verb::Disturb);
        Self::Read(match reading {
            Reading::Reads if disturbs => Reading::NotObservable(Unseen::NoMark),
            reading => reading,
        })
    }

    /// The same of a command that may not do what it says.
    pub(super) fn doubted(self, doubt: Doubt) -> Self {
        match self {
            Self::Claimed => Self::Read(Reading::NotObservable(doubt.unseen())),
            other => other,
        }
    }
}

/// What one command says.
pub(super) struct Read {
    /// The program that it runs, where the text says which.
    pub(super) program: Option<String>,
    pub(super) claims: Vec<Claim>,
    /// What is made of it.
    pub(super) made: Made,
    /// Why nothing is claimed, where nothing is.
    pub(super) why: Option<String>,
    /// What its provider makes of it, where it has one and nothing is claimed.
    pub(super) reading: Option<Reading>,
    /// What it sets for the commands behind it.
    pub(super) settings: Vec<(&'static str, Text)>,
    /// Whether it may not do what it says.
    pub(super) doubted: bool,
    /// What it makes where it is run, of a command that need not be.
    pub(super) optional: Vec<Subject>,
}

impl Read {
    pub(super) fn nothing(why: String) -> Self {
        Self {
            program: None,
            claims: Vec::new(),
            made: Made::Foreign,
            why: Some(why),
            reading: None,
            settings: Vec::new(),
            doubted: false,
            optional: Vec::new(),
        }
    }

    /// What files of this machine say is compared and never shown, but for the names of things.
    pub(super) fn seal(&mut self, files: &Files) {
        let Some(path) = files.asked().into_iter().find(|path| files.local.contains_key(path))
        else {
            return;
        };
        let written = format!("the value in {}", ticked(&path));
        for claim in &mut self.claims {
            let Expectation::Present(fields) = &mut claim.expectation else { continue };
            for field in fields {
                field.value = std::mem::take(&mut field.value).sealed_as(&written);
            }
        }
    }

    /// Says of a command of a text that is not well-formed shell what it is, where a provider knows it.
    pub(super) fn leave_unread(&mut self) {
        if let Made::Read(_) | Made::Claimed = self.made {
            let what = "it stands where the text is not well-formed shell";
            let reading = Reading::NotUnderstood(what.to_owned());
            self.why = Some(format!("not understood: {what}"));
            self.made = Made::Read(reading.clone());
            self.reading = Some(reading);
        }
    }

    pub(super) fn planned(
        &self,
        challenge: &Challenge,
        command: &Command,
        place: (usize, usize),
    ) -> PlannedCommand {
        PlannedCommand {
            place,
            span: command.span,
            program: self.program.clone(),
            shown: shown::command(challenge, command),
            made: self.made.clone(),
        }
    }
}

/// Whether a claim is that something is gone whose name is read from the lab (`$(kubectl get pod …)`): read again
/// afterwards, the same command gives the name of another.
pub(super) fn is_gone_by_another_name(claim: &Claim) -> bool {
    claim.verb == Verb::Remove && !claim.subject.lookups().is_empty()
}

/// Why it is not sure that a command does what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It stands after `||`.
    Or,
    /// Whether it is run depends on another command.
    Conditional,
    /// By the text.
    Told(Told),
}

impl Doubt {
    /// The doubt about a command: of the text, or as it stands after `||`, after a test, or reads the output of a
    /// command that does.
    pub(super) fn of(
        command: &Command,
        before: Option<(&Command, Option<Self>)>,
        told: Option<Told>,
    ) -> Option<Self> {
        const TESTS: [&str; 7] = ["test", "[", "[[", "grep", "egrep", "command", "which"];
        let told = told.map(Self::Told);
        if command.link == Link::Or {
            return Some(Self::Or);
        }
        let Some((before, doubt)) = before else { return told };
        let program = before.words.first().and_then(Word::literal);
        let tests = program.is_some_and(|program| TESTS.contains(&program.as_str()));
        let hangs = doubt.is_some_and(Self::hangs);
        match command.link {
            Link::Pipe if hangs => Some(Self::Conditional),
            Link::And if hangs || tests => Some(Self::Conditional),
            _ => told,
        }
    }

    /// Whether it is another command on which it hangs.
    pub(super) fn hangs(self) -> bool {
        !matches!(self, Self::Told(_))
    }

    /// Why its command claims nothing.
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::Or => "runs only where the command before `||` fails",
            Self::Conditional => "runs only where the command before it says so",
            Self::Told(Told::Fails) => "the text says that it fails",
            Self::Told(Told::Optional) => "the text says that it need not be run",
        }
    }

    /// Whether a claim stands all the same: a look that must find nothing is one that fails.
    pub(super) fn keeps(self, claim: &Claim) -> bool {
        self == Self::Told(Told::Fails)
            && claim.verb == Verb::Confirm
            && matches!(claim.expectation, Expectation::Absent | Expectation::Refused)
    }

    fn unseen(self) -> Unseen {
        match self {
            Self::Told(Told::Fails) => Unseen::NoMark,
            _ => Unseen::ControlFlow,
        }
    }
}

/// The commands inside the substitutions of a command, in the order of the text, each with the one that pipes
/// into it. Those inside them come first, as a shell would have it.
pub(super) fn substituted(command: &Command) -> Vec<(&Command, Option<&Command>)> {
    let mut found = Vec::new();
    let redirects = command.redirects.iter().map(|redirect| match redirect {
        Redirect::Write(word)
        | Redirect::Append(word)
        | Redirect::Group(word)
        | Redirect::Read(word)
        | Redirect::Here(word) => word,
    });
    let assigned = command.assignments.iter().map(|assignment| &assignment.value);
    for word in assigned.chain(&command.words).chain(redirects) {
        for piece in &word.pieces {
            let Piece::Substitution(commands) = piece else { continue };
            for (index, command) in commands.iter().enumerate() {
                found.extend(substituted(command));
                found.push((command, index.checked_sub(1).map(|before| &commands[before])));
            }
        }
    }
    found
}

/// The commands of a step with those that are never reached: a loop over nothing, what is behind too many runs.
pub(super) fn complete(
    challenge: &Challenge,
    step: &Step,
    mut planned: Vec<PlannedCommand>,
) -> Vec<PlannedCommand> {
    let reached: BTreeSet<usize> = planned.iter().map(|one| one.place.0).collect();
    for (index, command) in step.commands.iter().enumerate() {
        if reached.contains(&index) {
            continue;
        }
        let first = command.words.first().and_then(Word::literal);
        planned.push(PlannedCommand {
            place: (index, 0),
            span: command.span,
            program: first.map(|path| path.rsplit('/').next().unwrap_or_default().to_owned()),
            shown: shown::command(challenge, command),
            made: Made::Read(Reading::NotObservable(Unseen::ControlFlow)),
        });
    }
    planned
}

/// What is claimed of files that a command changes in a way which the text does not say, left open.
pub(super) fn opened_files(changed: &[String], host: Option<&str>, story: &Story) -> Vec<Claim> {
    let mut subjects = BTreeSet::new();
    for claim in &story.claims {
        let subject = &claim.subject;
        let here = subject.param("host").map(Text::shown).as_deref() == host;
        if subject.kind == "host/file" && here && changed.contains(&subject.name.shown()) {
            subjects.insert(subject.clone());
        }
    }
    let open = |subject| Claim::new(subject, Expectation::Present(Vec::new()), Verb::Disturb);
    subjects.into_iter().map(open).collect()
}

/// What a command leaves open that does the same as another with a file that the learner has changed: the fields of
/// what that made, and the thing itself where either takes it away.
pub(super) fn opened_by(claims: Vec<Claim>, story: &Story) -> Vec<Claim> {
    let changed = claims.into_iter().filter(|claim| claim.verb.changes());
    let opened = changed.map(|claim| {
        let last = story.last(claim.subject.kind, |known| {
            known.subject == claim.subject && known.verb.changes()
        });
        let gone = claim.expectation == Expectation::Absent
            || last.is_none_or(|known| known.expectation == Expectation::Absent);
        let expectation = if gone { Expectation::Absent } else { Expectation::Present(Vec::new()) };
        let mut open = Claim::new(claim.subject, expectation, Verb::Disturb).leniently(gone);
        open.container = claim.container;
        open
    });
    opened.collect()
}
