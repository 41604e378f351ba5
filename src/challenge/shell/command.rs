//! Statements → [`Command`]s, flattened in the order in which a shell would reach them. What a loop or
//! a condition does is not knowable from the text: it is reported, and yields nothing.
//!
//! Does not read words (see `word`) nor redirections (see `redirect`).

use std::ops::Range;

use shuck_ast::{
    AssignmentValue, BinaryOp, BuiltinCommand, Command as Parsed, CompoundCommand, DeclOperand,
    Stmt, StmtSeq,
};

use super::{Reader, range};
use crate::challenge::{Assignment, Command, Link, Piece, Redirect, Word};
use crate::diagnostic::Diagnostic;

impl Reader<'_> {
    /// All statements of a parsed fence.
    pub(super) fn file(&mut self, result: &shuck_parser::parser::ParseResult) {
        let mut commands = Vec::new();
        self.sequence(&result.file.body, Link::Then, &mut commands);
        self.reading.commands.append(&mut commands);
    }

    /// The commands of `$( … )`.
    pub(super) fn inner(&mut self, body: &StmtSeq) -> Vec<Command> {
        let mut commands = Vec::new();
        self.sequence(body, Link::Then, &mut commands);
        commands
    }

    fn sequence(&mut self, sequence: &StmtSeq, first: Link, into: &mut Vec<Command>) {
        for (index, statement) in sequence.stmts.iter().enumerate() {
            self.unknowable_last = false;
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
        self.command(&statement.command, link, into);
        let redirects = self.redirects(&statement.redirects);
        // Those of a group belong to all of its commands; the last one stands for it.
        if let Some(command) = into[before..].last_mut() {
            command.redirects.extend(redirects);
            let at = self.trimmed(range(statement.span));
            let at = self.mapped.span(at.start, at.end);
            if matches!(statement.command, Parsed::Simple(_) | Parsed::Builtin(_) | Parsed::Decl(_))
            {
                // The parser's command ends before its redirections; a heredoc's text is not in it.
                command.span.end = command.span.end.max(at.end);
            }
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
                if !self.unknowable_last {
                    self.statement(&binary.right, next, into);
                }
            }
            Parsed::Compound(compound) => self.compound(compound, link, into),
            Parsed::Function(function) => self.unknowable("function", range(function.span)),
            Parsed::AnonymousFunction(function) => {
                self.unknowable("function", range(function.span));
            }
        }
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
            CompoundCommand::Subshell(body) | CompoundCommand::BraceGroup(body) => {
                self.sequence(body, link, into);
                return;
            }
            CompoundCommand::Time(time) => {
                if let Some(timed) = &time.command {
                    self.statement(timed, link, into);
                }
                return;
            }
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
        self.unknowable(name, range(span));
    }

    fn unknowable(&mut self, name: &str, at: Range<usize>) {
        let message = if name == "function" {
            "what this function does, and when, is not knowable from the text".to_owned()
        } else {
            format!("what this `{name}` does is not knowable from the text")
        };
        let at = self.trimmed(at);
        let span = self.mapped.span(at.start, at.end);
        self.reading.diagnostics.push(Diagnostic::warning(span, message));
        self.reading.more = true;
        self.unknowable_last = true;
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
        self.unknowable_last = false;
        let at = self.trimmed(at);
        let span = self.mapped.span(at.start, at.end);
        let redirects: Vec<Redirect> = Vec::new();
        into.push(Command { assignments, words, redirects, link, span });
    }

    /// The range without blanks and line ends at its end.
    fn trimmed(&self, at: Range<usize>) -> Range<usize> {
        let text = self.text.get(at.clone()).unwrap_or_default();
        at.start..at.start + text.trim_end().len()
    }
}
