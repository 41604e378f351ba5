//! Text → [`Challenge`]: frontmatter, steps and their commands, without running or looking anything up.
//!
//! Total: a broken text gives diagnostics, never a crash and never half a result unnoticed. Knows the
//! shell's grammar and nothing of what a command does.

mod comment;
mod fence;
mod frontmatter;
mod mapped;
mod markdown;
mod plausible;
mod programs;
mod prompt;
mod shell;
mod shown;
mod step;
mod typed_sql;

pub use self::comment::Comment;
pub use self::frontmatter::{Field, Frontmatter, Note, Tab};
pub(crate) use self::shell::script::in_file as script;
use std::ops::Range;

use self::mapped::Mapped;
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

/// Reads a challenge. Total: what is amiss is in its diagnostics.
pub fn parse(source: Source) -> Challenge {
    let mut diagnostics = Vec::new();
    let (frontmatter, body) = frontmatter::read(&source.text, &mut diagnostics);
    let fences = markdown::fences(&source.text, body, &mut diagnostics);
    let mut steps = Vec::new();
    let mut before = body;
    let mut files = Vec::new();
    let terminals = shown::Terminals::of(&source.text, &frontmatter.tabs);
    for fence in &fences {
        let commands = step::commands(&source, fence, &mut diagnostics);
        let prose = trimmed(&source.text, before, fence.span.start);
        before = fence.span.end;
        let Some((commands, typed)) = commands else {
            files.extend(shown::file(fence, source.slice(prose)));
            continue;
        };
        let terminal = terminals.at(fence.span.start);
        let (number, span) = (steps.len() + 1, fence.span);
        let shown = std::mem::take(&mut files);
        let typed = Typed(typed);
        steps.push(Step { number, commands, span, prose, shown, terminal, typed });
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    let hidden = comment::all(&source.text, body);
    let comments = hidden.iter().filter_map(|span| comment::of_ours(&source.text, *span)).collect();
    let seen = Source::new(&source.path, comment::hidden(&source.text, &hidden));
    let fences = fences.iter().map(|fence| fence.span).collect();
    Challenge { source, seen, frontmatter, steps, fences, comments, diagnostics }
}

/// The range without white space at its ends.
fn trimmed(text: &str, start: usize, end: usize) -> Span {
    let part = text.get(start..end).unwrap_or_default();
    let start = start + part.len() - part.trim_start().len();
    Span::new(start, start + part.trim().len())
}

impl Challenge {
    /// The host whose terminal a step is typed into; `?` where the challenge has terminals on several and the
    /// text does not say which, `None` where it has them on one.
    pub fn host(&self, step: &Step) -> Option<&str> {
        let terminals = self.frontmatter.tabs.iter().filter(|tab| tab.is_terminal());
        let mut hosts: Vec<&str> = terminals.filter_map(Tab::host).collect();
        hosts.sort_unstable();
        hosts.dedup();
        if hosts.len() < 2 {
            return None;
        }
        let tab = step.terminal.and_then(|tab| self.frontmatter.tabs.get(tab));
        Some(tab.and_then(Tab::host).unwrap_or("?"))
    }

    /// The number of the step whose fence a comment stands right behind: with nothing between them but other comments
    /// of ours.
    pub fn behind(&self, comment: &Comment) -> Option<usize> {
        let fence = self.fences.iter().rfind(|fence| fence.end <= comment.span.start)?;
        let mut at = fence.end;
        for other in self.comments.iter().filter(|other| other.span.start >= fence.end) {
            if !self.source.slice(Span::new(at, other.span.start)).trim().is_empty() {
                return None;
            }
            if other == comment {
                return self.steps.iter().find(|step| step.span == *fence).map(|step| step.number);
            }
            at = other.span.end;
        }
        None
    }

    /// The directory in which the terminal of a step starts, where the frontmatter says it.
    pub fn starts_in(&self, step: &Step) -> Option<&str> {
        let tab = self.frontmatter.tabs.get(step.terminal?)?;
        tab.workdir.as_ref().map(|field| field.value.as_str())
    }
}

impl Tab {
    fn is_terminal(&self) -> bool {
        self.kind.as_ref().is_some_and(|kind| kind.value == "terminal")
    }

    fn host(&self) -> Option<&str> {
        self.hostname.as_ref().map(|field| field.value.as_str())
    }
}

/// A challenge as the text tells it.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// The file it was read from.
    pub source: Source,
    /// The same without comments, which readers do not see: blanks stand in their place.
    pub seen: Source,
    /// What stands between the `---` lines.
    pub frontmatter: Frontmatter,
    /// The fences with commands, in the order of the text, numbered from 1.
    pub steps: Vec<Step>,
    /// All fences, those that are no steps too.
    pub fences: Vec<Span>,
    /// The author's comments about the checks, in the order of the text.
    pub comments: Vec<Comment>,
    /// What could not be read, and what is odd, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// One fence with commands.
#[derive(Clone, Debug)]
pub struct Step {
    /// From 1.
    pub number: usize,
    /// The commands, in the order in which a shell would reach them. Empty where the fence holds only
    /// what is not knowable from the text (`if`, `for`, a function) or not well-formed; a diagnostic
    /// says which.
    pub commands: Vec<Command>,
    /// The fence, its opening and closing lines included.
    pub span: Span,
    /// The prose since the fence before (or the start of the body), for what it says of the commands.
    pub prose: Span,
    /// The files that the text shows in full since the step before.
    pub shown: Vec<Shown>,
    /// The terminal that it is typed into, where the text says which: its place in [`Frontmatter::tabs`].
    pub terminal: Option<usize>,
    /// What is typed.
    pub typed: Typed,
}

/// What a learner types of a fence: without prompts, output and indents, and with the way from its place in the file.
#[derive(Clone, Debug)]
pub struct Typed(Mapped);

impl Typed {
    /// The whole text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Where in the text that stands which stands at `span` in the file; `None` where it is not in it as a whole.
    pub fn range(&self, span: Span) -> Option<Range<usize>> {
        self.0.range(span)
    }
}

/// A file that the text shows in full, in a fence of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name, as the text writes it.
    pub name: String,
    /// What it holds.
    pub text: String,
    /// The fence.
    pub span: Span,
}

/// One simple command, or assignments without one. Never executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// `FOO=x cmd`, `FOO=x`, `export FOO=x`: in order.
    pub assignments: Vec<Assignment>,
    /// The program and its arguments; empty where there are only assignments.
    pub words: Vec<Word>,
    /// Redirections of standard input and output, in order.
    pub redirects: Vec<Redirect>,
    /// How it hangs on the command before it.
    pub link: Link,
    /// What it stands in, from the outside in: subshells, loops, conditions, functions.
    pub within: Vec<Within>,
    /// The command in the text.
    pub span: Span,
}

impl Command {
    /// Whether it is run as often as it stands there, and not in a loop, a condition or a function.
    pub fn is_plain(&self) -> bool {
        self.within.iter().all(|within| within.nest == Nest::Subshell)
    }

    /// Whether it stands in a text that is not well-formed shell.
    pub fn is_unread(&self) -> bool {
        self.within.iter().any(|within| within.nest == Nest::Unread)
    }
}

/// Something that commands stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Within {
    /// What it is.
    pub nest: Nest,
    /// Where it stands; two with one place are the same.
    pub span: Span,
}

/// What commands may stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nest {
    /// `( … )`: what is set or changed to in it is forgotten behind it.
    Subshell,
    /// `for NAME in WORDS`: once for each.
    Each {
        /// The variable.
        variable: String,
        /// What it stands for, in order.
        words: Vec<Word>,
    },
    /// The body of a function of this name: whenever it is called.
    Function(String),
    /// `if`, `while`, `case` and their like: perhaps.
    Perhaps,
    /// A text that is not well-formed shell: what of it is run, and with which words, is not sure.
    Unread,
}

/// How a command follows the one before it in its fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The first, or after a newline, `;` or `&`.
    Then,
    /// After `&&`.
    And,
    /// After `||`: runs only where the one before fails.
    Or,
    /// Reads the output of the one before.
    Pipe,
}

/// `NAME=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// Its value; an empty word for `NAME=`.
    pub value: Word,
    /// Where it stands.
    pub span: Span,
}

/// A word with its quoting resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// What it is made of, in order; neighbouring literals are joined.
    pub pieces: Vec<Piece>,
    /// The word in the text, quotes included.
    pub span: Span,
}

/// A part of a [`Word`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text that stands for itself.
    Literal(String),
    /// `$NAME` or `${NAME}`.
    Variable(String),
    /// `$( … )` or backquotes: the commands inside.
    Substitution(Vec<Command>),
    /// `<NAME>`: the learner fills it in. Without the angle brackets.
    Placeholder(String),
    /// `[[ Instruqt-Var key="…" hostname="…" ]]`: the platform fills it in. The key.
    InstruqtVar(String),
    /// Anything whose value is not in the text: `$1`, `$?`, `${X%y}`, arithmetic, a glob. As written.
    Opaque(String),
}

/// A redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// `> FILE`
    Write(Word),
    /// `>> FILE`
    Append(Word),
    /// `> FILE` or `>> FILE` behind a group or a loop: what all of its commands print.
    Group(Word),
    /// `< FILE`
    Read(Word),
    /// `<<EOF … EOF` and `<<< word`: the text, variables as pieces unless the delimiter is quoted.
    Here(Word),
}

impl Word {
    /// The text, where nothing in it has to be looked up or filled in.
    pub fn literal(&self) -> Option<String> {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}
