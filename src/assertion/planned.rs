//! What is made of each command of the text, claimed or not: what is counted of a challenge. Claims nothing.

use crate::challenge::{Command, Link, Piece, Redirect, Word};
use crate::claim::{Claim, Expectation, Verb};
use crate::provider::{Call, Provider, Reading, Unseen};
use crate::source::Span;

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
    pub(super) fn of(claims: &[Claim], call: &Call, provider: &dyn Provider) -> Self {
        let changes = |claim: &Claim| claim.verb.claims() && claim.verb.changes();
        if claims.iter().any(changes) {
            return Self::Claimed;
        }
        // A login that must work says nothing of the statements that are run in it.
        let reading = if claims.iter().any(|claim| claim.verb == Verb::Read) {
            Reading::Reads
        } else {
            provider.reading(call)
        };
        let disturbs = claims.iter().any(|claim| claim.verb == Verb::Disturb);
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
        let Some((before, doubt)) = before else { return told };
        let program = before.words.first().and_then(Word::literal);
        let tests = program.is_some_and(|program| TESTS.contains(&program.as_str()));
        let hangs = doubt.filter(|doubt| !matches!(doubt, Self::Told(_)));
        match command.link {
            Link::Then => told,
            Link::Or => Some(Self::Or),
            Link::Pipe => hangs.map(|_| Self::Conditional).or(told),
            Link::And if hangs.is_some() || tests => Some(Self::Conditional),
            Link::And => told,
        }
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

    /// What a claim is that may come true or not: something may be done to the thing. A look that must find
    /// nothing is one that fails.
    pub(super) fn weakens(self, claim: Claim) -> Option<Claim> {
        let refused = matches!(claim.expectation, Expectation::Absent | Expectation::Refused);
        match claim.verb {
            Verb::Confirm if refused && self == Self::Told(Told::Fails) => Some(claim),
            Verb::Confirm | Verb::Read => None,
            _ => Some(Claim { expectation: Expectation::Changed, verb: Verb::Disturb, ..claim }),
        }
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
