//! Statements → [`Command`]s, flattened in the order in which a shell would reach them. Each knows what it
//! stands in; where that makes it unknowable from the text whether it runs, that is reported.
//!
//! Does not read words (see `word`) nor redirections (see `redirect`).

use std::ops::Range;

use shuck_ast::{
    AssignmentValue, BinaryOp, BuiltinCommand, Command as Parsed, CompoundCommand, DeclOperand,
    ForCommand, Stmt, StmtSeq,
};

use super::{Reader, range};
use crate::challenge::{Assignment, Command, Link, Nest, Piece, Redirect, Within, Word};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

impl Reader<'_> {
    /// All statements of a parsed fence.
    pub(super) fn file(&mut self, result: &shuck_parser::parser::ParseResult) {
        let mut commands = Vec::new();
        self.sequence(&result.file.body, Link::Then, &mut commands);
        self.reading.commands.append(&mut commands);
    }

    /// The commands of `$( … )`.
    pub(super) fn inner(&mut self, body: &StmtSeq) -> Vec<Command> {
        let outside = std::mem::take(&mut self.within);
        let mut commands = Vec::new();
        self.sequence(body, Link::Then, &mut commands);
        self.within = outside;
        commands
    }

    fn sequence(&mut self, sequence: &StmtSeq, first: Link, into: &mut Vec<Command>) {
        for (index, statement) in sequence.stmts.iter().enumerate() {
            self.unknowable_last = None;
            if index > 0 {
                self.check_separation(range(statement.span).start);
            }
            self.statement(statement, if index == 0 { first } else { Link::Then }, into);
        }
    }

    /// The parser takes `a b (c)` for two statements on one line; to a shell it is none.
    fn check_separation(&mut self, start: usize) {
        let before = self.text.get(..start).unwrap_or_default();
        let before = before.trim_end_matches([' ', '\t', '(', '{', '!']);
        if !before.ends_with(['\n', ';', '&', '|', '}']) {
            let at = before.len();
            self.parenthesis = Some(self.parenthesis.map_or(at, |first| first.min(at)));
        }
    }

    fn statement(&mut self, statement: &Stmt, link: Link, into: &mut Vec<Command>) {
        if statement.negated {
            let at = self.trimmed(range(statement.span));
            let span = self.mapped.span(at.start, at.end);
            let message = "`!` turns the outcome of this command around";
            self.reading.diagnostics.push(Diagnostic::note(span, message));
        }
        let before = into.len();
        if link == Link::Or && matches!(statement.command, Parsed::Compound(_)) {
            // All of a group runs only where the command before fails, and not its first command alone.
            let at = self.trimmed(range(statement.span));
            let place = self.mapped.span(at.start, at.end);
            self.inside(Nest::Perhaps, place, |reader| {
                reader.command(&statement.command, link, into);
            });
        } else {
            self.command(&statement.command, link, into);
        }
        let mut redirects = self.redirects(&statement.redirects);
        let simple =
            matches!(statement.command, Parsed::Simple(_) | Parsed::Builtin(_) | Parsed::Decl(_));
        let once = matches!(
            statement.command,
            Parsed::Compound(
                CompoundCommand::BraceGroup(_)
                    | CompoundCommand::Subshell(_)
                    | CompoundCommand::Time(_)
            )
        );
        if !simple && (!once || into.len() > before + 1) {
            redirects = redirects.into_iter().map(of_a_group).collect();
        }
        // Those of a group belong to all of its commands; the last one stands for it.
        if let Some(command) = into[before..].last_mut() {
            command.redirects.extend(redirects);
            let at = self.trimmed(range(statement.span));
            let at = self.mapped.span(at.start, at.end);
            if simple {
                // The parser's command ends before its redirections; a heredoc's text is not in it.
                command.span.end = command.span.end.max(at.end);
            }
        }
        if simple {
            self.script(into);
        }
    }

    fn command(&mut self, command: &Parsed, link: Link, into: &mut Vec<Command>) {
        match command {
            Parsed::Simple(simple) => {
                let mut words = Vec::new();
                if !range(simple.name.span).is_empty() {
                    words.push(self.word(&simple.name));
                }
                for word in &simple.args {
                    words.push(self.word(word));
                }
                let assignments = self.assignments(&simple.assignments);
                self.push(assignments, words, link, range(simple.span), into);
            }
            Parsed::Builtin(builtin) => self.builtin(builtin, link, into),
            Parsed::Decl(declaration) => {
                let mut assignments = self.assignments(&declaration.assignments);
                for operand in &declaration.operands {
                    if let DeclOperand::Assignment(assignment) = operand {
                        assignments.push(self.assignment(assignment));
                    }
                }
                self.push(assignments, Vec::new(), link, range(declaration.span), into);
            }
            Parsed::Binary(binary) => {
                let next = match binary.op {
                    BinaryOp::And => Link::And,
                    BinaryOp::Or => Link::Or,
                    BinaryOp::Pipe | BinaryOp::PipeAll => Link::Pipe,
                };
                self.statement(&binary.left, link, into);
                // What hangs on something unknowable is not knowable either.
                match self.unknowable_last {
                    None => self.statement(&binary.right, next, into),
                    Some(place) => {
                        self.inside(Nest::Perhaps, place, |reader| {
                            reader.statement(&binary.right, next, into);
                        });
                        self.unknowable_last = Some(place);
                    }
                }
            }
            Parsed::Compound(compound) => self.compound(compound, link, into),
            Parsed::Function(function) => {
                let place = self.unknowable("function", range(function.span));
                let name = function.header.entries.first().and_then(|entry| {
                    entry.static_name.as_ref().map(std::string::ToString::to_string)
                });
                let nest = name.map_or(Nest::Perhaps, Nest::Function);
                self.inside(nest, place, |reader| {
                    reader.statement(&function.body, Link::Then, into);
                });
                self.unknowable_last = Some(place);
            }
            Parsed::AnonymousFunction(function) => {
                let place = self.unknowable("function", range(function.span));
                self.inside(Nest::Perhaps, place, |reader| {
                    reader.statement(&function.body, Link::Then, into);
                });
                self.unknowable_last = Some(place);
            }
        }
    }

    /// Reads what stands in `nest`.
    fn inside(&mut self, nest: Nest, span: Span, read: impl FnOnce(&mut Self)) {
        self.within.push(Within { nest, span });
        read(self);
        self.within.pop();
    }

    /// `exit` and its like, which the parser knows by name and without a word for it.
    fn builtin(&mut self, builtin: &BuiltinCommand, link: Link, into: &mut Vec<Command>) {
        let (name, assignments, first, rest, span) = match builtin {
            BuiltinCommand::Break(c) => ("break", &c.assignments, &c.depth, &c.extra_args, c.span),
            BuiltinCommand::Continue(c) => {
                ("continue", &c.assignments, &c.depth, &c.extra_args, c.span)
            }
            BuiltinCommand::Return(c) => ("return", &c.assignments, &c.code, &c.extra_args, c.span),
            BuiltinCommand::Exit(c) => ("exit", &c.assignments, &c.code, &c.extra_args, c.span),
        };
        let at = range(span);
        let after = assignments.last().map_or(at.start, |last| range(last.span).end);
        let start = self
            .text
            .get(after..at.end)
            .and_then(|text| text.find(name))
            .map_or(at.start, |offset| after + offset);
        let mut words = vec![Word {
            pieces: vec![Piece::Literal(name.to_owned())],
            span: self.mapped.span(start, start + name.len()),
        }];
        for word in first.iter().chain(rest) {
            words.push(self.word(word));
        }
        let assignments = self.assignments(assignments);
        self.push(assignments, words, link, at, into);
    }

    fn compound(&mut self, compound: &CompoundCommand, link: Link, into: &mut Vec<Command>) {
        let (name, span) = match compound {
            CompoundCommand::BraceGroup(body) => {
                self.sequence(body, link, into);
                return;
            }
            CompoundCommand::Subshell(body) => {
                let at = self.trimmed(range(body.span));
                let place = self.mapped.span(at.start, at.end);
                self.inside(Nest::Subshell, place, |reader| reader.sequence(body, link, into));
                return;
            }
            CompoundCommand::Time(time) => {
                if let Some(timed) = &time.command {
                    self.statement(timed, link, into);
                }
                return;
            }
            CompoundCommand::For(each) if self.each(each, link, into) => return,
            CompoundCommand::If(c) => ("if", c.span),
            CompoundCommand::For(c) => ("for", c.span),
            CompoundCommand::Repeat(c) => ("repeat", c.span),
            CompoundCommand::Foreach(c) => ("foreach", c.span),
            CompoundCommand::ArithmeticFor(c) => ("for", c.span),
            CompoundCommand::While(c) => ("while", c.span),
            CompoundCommand::Until(c) => ("until", c.span),
            CompoundCommand::Case(c) => ("case", c.span),
            CompoundCommand::Select(c) => ("select", c.span),
            CompoundCommand::Arithmetic(c) => ("((", c.span),
            CompoundCommand::Conditional(c) => ("[[", c.span),
            CompoundCommand::Coproc(c) => ("coproc", c.span),
            CompoundCommand::Always(c) => ("always", c.span),
        };
        let place = self.unknowable(name, range(span));
        self.inside(Nest::Perhaps, place, |reader| {
            for body in bodies(compound) {
                reader.sequence(body, Link::Then, into);
            }
            if let CompoundCommand::Coproc(coproc) = compound {
                reader.statement(&coproc.body, Link::Then, into);
            }
        });
        self.unknowable_last = Some(place);
    }

    /// `for NAME in WORDS`; false where the words are no list that a text could hold.
    fn each(&mut self, each: &ForCommand, link: Link, into: &mut Vec<Command>) -> bool {
        let [target] = each.targets.as_slice() else { return false };
        let (Some(name), Some(words)) = (&target.name, &each.words) else { return false };
        let variable = name.to_string();
        let words: Vec<Word> = words.iter().map(|word| self.word(word)).collect();
        if !words.iter().all(is_listed) {
            return false;
        }
        let at = self.trimmed(range(each.span));
        let place = self.mapped.span(at.start, at.end);
        let nest = Nest::Each { variable, words };
        self.inside(nest, place, |reader| reader.sequence(&each.body, link, into));
        self.reading.more = true;
        self.unknowable_last = Some(place);
        true
    }

    /// Says that it is not knowable what is done; its place.
    fn unknowable(&mut self, name: &str, at: Range<usize>) -> Span {
        let message = if name == "function" {
            "what this function does, and when, is not knowable from the text".to_owned()
        } else {
            format!("what this `{name}` does is not knowable from the text")
        };
        let at = self.trimmed(at);
        let span = self.mapped.span(at.start, at.end);
        self.reading.diagnostics.push(Diagnostic::warning(span, message));
        self.reading.more = true;
        span
    }

    fn assignments(&mut self, assignments: &[shuck_ast::Assignment]) -> Vec<Assignment> {
        assignments.iter().map(|assignment| self.assignment(assignment)).collect()
    }

    fn assignment(&mut self, assignment: &shuck_ast::Assignment) -> Assignment {
        let at = range(assignment.span);
        let span = self.mapped.span(at.start, at.end);
        let whole = |piece: &str| Word { pieces: vec![Piece::Opaque(piece.to_owned())], span };
        let written = self.text.get(at).unwrap_or_default();
        let value = match &assignment.value {
            AssignmentValue::Scalar(word)
                if !assignment.append && assignment.target.subscript.is_none() =>
            {
                self.word(word)
            }
            // An array, an element of one, or text added to what the variable held before.
            _ => whole(written),
        };
        Assignment { name: assignment.target.name.to_string(), value, span }
    }

    fn push(
        &mut self,
        assignments: Vec<Assignment>,
        words: Vec<Word>,
        link: Link,
        at: Range<usize>,
        into: &mut Vec<Command>,
    ) {
        self.unknowable_last = None;
        let at = self.trimmed(at);
        let span = self.mapped.span(at.start, at.end);
        let redirects: Vec<Redirect> = Vec::new();
        let within = self.within.clone();
        into.push(Command { assignments, words, redirects, link, within, span });
    }

    /// The range without blanks and line ends at its end.
    fn trimmed(&self, at: Range<usize>) -> Range<usize> {
        let text = self.text.get(at.clone()).unwrap_or_default();
        at.start..at.start + text.trim_end().len()
    }
}

/// A redirection behind a group: what a file gets is more than its last command prints.
fn of_a_group(redirect: Redirect) -> Redirect {
    match redirect {
        Redirect::Write(file) | Redirect::Append(file) => Redirect::Group(file),
        other => other,
    }
}

/// The lists of commands in something like `if`, in the order of the text.
fn bodies(compound: &CompoundCommand) -> Vec<&StmtSeq> {
    match compound {
        CompoundCommand::If(c) => {
            let mut bodies = vec![&c.condition, &c.then_branch];
            bodies.extend(c.elif_branches.iter().flat_map(|(test, then)| [test, then]));
            bodies.extend(&c.else_branch);
            bodies
        }
        CompoundCommand::While(c) => vec![&c.condition, &c.body],
        CompoundCommand::Until(c) => vec![&c.condition, &c.body],
        CompoundCommand::Case(c) => c.cases.iter().map(|case| &case.body).collect(),
        CompoundCommand::For(c) => vec![&c.body],
        CompoundCommand::Repeat(c) => vec![&c.body],
        CompoundCommand::Foreach(c) => vec![&c.body],
        CompoundCommand::ArithmeticFor(c) => vec![&c.body],
        CompoundCommand::Select(c) => vec![&c.body],
        CompoundCommand::Always(c) => vec![&c.body, &c.always_body],
        CompoundCommand::Subshell(_)
        | CompoundCommand::BraceGroup(_)
        | CompoundCommand::Time(_)
        | CompoundCommand::Arithmetic(_)
        | CompoundCommand::Conditional(_)
        | CompoundCommand::Coproc(_) => Vec::new(),
    }
}

/// Whether a word of `for x in …` stands for values of the text: no file names and no command's output,
/// but `seq`'s.
fn is_listed(word: &Word) -> bool {
    word.pieces.iter().all(|piece| match piece {
        Piece::Literal(_) | Piece::Variable(_) | Piece::Placeholder(_) | Piece::InstruqtVar(_) => {
            true
        }
        Piece::Opaque(written) => written.starts_with('{'),
        Piece::Substitution(commands) => commands
            .first()
            .and_then(|command| command.words.first()?.literal())
            .is_some_and(|program| program == "seq" && commands.len() == 1),
    })
}
