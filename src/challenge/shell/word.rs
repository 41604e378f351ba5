//! The pieces of a word: quoting resolved, variables and blanks kept apart from text.
//!
//! Reads the text itself and asks the parsed word only where an expansion ends and what commands are
//! in it; so a covered blank, or a part whose text the parser has cooked, cannot come out wrong. Looks
//! no value up.

use std::ops::Range;

use shuck_ast::{StmtSeq, WordPart, WordPartNode};

use super::Reader;
use super::blanks::{Blank, BlankKind};
use super::escape;
use crate::challenge::{Piece, Word};

/// An expansion in a word, as the parser saw it.
pub(super) struct Expansion<'a> {
    range: Range<usize>,
    body: Option<&'a StmtSeq>,
}

impl Expansion<'_> {
    /// Where it begins.
    pub(super) fn start(&self) -> usize {
        self.range.start
    }
}

/// Which characters are special.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// Outside quotes.
    None,
    /// Inside `"…"`.
    Double,
    /// In a heredoc with a plain delimiter: expansions, and no quotes.
    Heredoc,
    /// In a heredoc with a quoted delimiter: text.
    Verbatim,
}

/// The expansions of the parts of a word, in the order of the text.
pub(super) fn expansions<'a>(parts: &'a [WordPartNode], found: &mut Vec<Expansion<'a>>) {
    for part in parts {
        let range = part.span.start.offset()..part.span.end.offset();
        let body = match &part.kind {
            WordPart::Literal(_) | WordPart::SingleQuoted { .. } | WordPart::Variable(_) => {
                continue;
            }
            WordPart::DoubleQuoted { parts, .. } => {
                expansions(parts, found);
                continue;
            }
            WordPart::CommandSubstitution { body, .. } => Some(body),
            _ => None,
        };
        found.push(Expansion { range, body });
    }
}

/// Appends a piece; a literal after a literal becomes one with it.
pub(super) fn join(pieces: &mut Vec<Piece>, piece: Piece) {
    match (pieces.last_mut(), piece) {
        (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
        (_, Piece::Literal(text)) if text.is_empty() => {}
        (_, piece) => pieces.push(piece),
    }
}

/// An expansion; its commands where it has some.
pub(super) fn expansion(range: Range<usize>, body: Option<&StmtSeq>) -> Expansion<'_> {
    Expansion { range, body }
}

/// Whether the first command of backquotes is where their inside begins.
fn begins(expansion: &Expansion<'_>, written: &str) -> bool {
    let inside = written.trim_start_matches('`').trim_start();
    let start = expansion.range.end - inside.len();
    let first = expansion.body.and_then(|body| body.stmts.first());
    first.is_none_or(|statement| statement.span.start.offset() == start)
}

impl Reader<'_> {
    /// A word as the parser delimits it.
    pub(super) fn word(&mut self, word: &shuck_ast::Word) -> Word {
        let range = word.span.start.offset()..word.span.end.offset();
        let mut found = Vec::new();
        expansions(&word.parts, &mut found);
        found.extend(
            word.brace_syntax
                .iter()
                .filter(|brace| brace.expands())
                .map(|brace| expansion(brace.span.start.offset()..brace.span.end.offset(), None)),
        );
        found.sort_by_key(|expansion| expansion.range.start);
        self.pieces(range, Quoting::None, &found)
    }

    /// The word at `range` of the text.
    pub(super) fn pieces(
        &mut self,
        range: Range<usize>,
        quoting: Quoting,
        expansions: &[Expansion<'_>],
    ) -> Word {
        let text = self.text;
        let end = range.end.min(text.len());
        let start = range.start.min(end);
        let place = self.mapped.span(start, end);
        let mut scan = Scan {
            text: text.get(..end).unwrap_or_default(),
            at: start,
            pieces: Vec::new(),
            quoting,
            plain: quoting,
        };
        if scan.text.is_char_boundary(start) {
            while scan.at < scan.text.len() {
                self.step(&mut scan, expansions);
            }
        }
        Word { pieces: scan.pieces, span: place }
    }

    fn step(&mut self, scan: &mut Scan<'_>, expansions: &[Expansion<'_>]) {
        if let Some(blank) = self.blank_at(scan.at)
            && blank.range.end <= scan.text.len()
        {
            let written = &scan.text[blank.range.clone()];
            let end = blank.range.end;
            match &blank.kind {
                BlankKind::Placeholder(name) => scan.push(Piece::Placeholder(name.clone()), end),
                BlankKind::InstruqtVar(key) => scan.push(Piece::InstruqtVar(key.clone()), end),
                BlankKind::Template => scan.literal(written, end),
            }
            return;
        }
        if scan.quoting != Quoting::Verbatim
            && let Ok(index) = expansions.binary_search_by_key(&scan.at, |found| found.range.start)
            && self.expand(scan, &expansions[index])
        {
            return;
        }
        if scan.quoting == Quoting::None && matches!(scan.text.as_bytes()[scan.at], b'(' | b')') {
            self.parenthesis = Some(self.parenthesis.map_or(scan.at, |first| first.min(scan.at)));
        }
        scan.character(|at| self.blank_at(at).cloned());
    }

    /// Takes an expansion; false where the text at hand is a plain variable or no expansion at all.
    fn expand(&mut self, scan: &mut Scan<'_>, expansion: &Expansion<'_>) -> bool {
        let Some(written) = scan.text.get(expansion.range.clone()).filter(|text| !text.is_empty())
        else {
            return false;
        };
        // Behind a line that goes on in double quotes, the parser's offsets are not those of the text any more.
        if expansion.body.is_some() && !written.starts_with(['$', '`', '<', '>']) {
            return false;
        }
        let end = expansion.range.end;
        // The parser unescapes the inside of backquotes, and an escape in the same quotes before them,
        // before it parses it, so that its offsets are not those of the text any more.
        let shifted =
            written.starts_with('`') && (written.contains('\\') || !begins(expansion, written));
        match expansion.body {
            Some(body) if !shifted => {
                let commands = self.inner(body);
                scan.push(Piece::Substitution(commands), end);
            }
            None if variable(written).is_some_and(|(_, length)| length == written.len()) => {
                return false;
            }
            _ => scan.push(Piece::Opaque(written.to_owned()), end),
        }
        true
    }

    fn blank_at(&self, at: usize) -> Option<&Blank> {
        let index = self.blanks.binary_search_by_key(&at, |blank| blank.range.start).ok()?;
        self.blanks.get(index)
    }
}

/// A place in a word, and what was read before it.
struct Scan<'a> {
    text: &'a str,
    at: usize,
    pieces: Vec<Piece>,
    quoting: Quoting,
    /// What to return to at the end of `"…"`.
    plain: Quoting,
}

impl Scan<'_> {
    fn push(&mut self, piece: Piece, end: usize) {
        self.pieces.push(piece);
        self.at = end;
    }

    fn literal(&mut self, text: &str, end: usize) {
        if let Some(Piece::Literal(before)) = self.pieces.last_mut() {
            before.push_str(text);
        } else if !text.is_empty() {
            self.pieces.push(Piece::Literal(text.to_owned()));
        }
        self.at = end;
    }

    /// Takes what stands at hand, where it is neither a blank nor an expansion with an inside.
    fn character(&mut self, blank: impl Fn(usize) -> Option<Blank>) {
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else { return };
        let after = self.at + first.len_utf8();
        match (first, self.quoting) {
            ('\\', Quoting::None | Quoting::Double | Quoting::Heredoc) => self.escaped(),
            ('"', Quoting::None) => {
                self.quoting = Quoting::Double;
                self.at = after;
            }
            ('"', Quoting::Double) => {
                self.quoting = self.plain;
                self.at = after;
            }
            ('\'', Quoting::None) => {
                self.at = after;
                self.single(blank);
            }
            ('$', Quoting::None) if rest.starts_with("$'") => {
                let (text, length) = escape::ansi_c(&rest[2..]);
                self.literal(&text, self.at + 2 + length);
            }
            ('$', Quoting::None) if rest.starts_with("$\"") => self.at = after,
            ('$', Quoting::None | Quoting::Double | Quoting::Heredoc) => self.dollar(),
            // The query of a URL: where no file is called so, the word stays as it is.
            ('?', Quoting::None) if self.in_a_url() => self.literal("?", after),
            ('*' | '?', Quoting::None) => self.push(Piece::Opaque(first.to_string()), after),
            ('[', Quoting::None) => match bracket(rest) {
                Some(length) => {
                    self.push(Piece::Opaque(rest[..length].to_owned()), self.at + length);
                }
                None => self.literal("[", after),
            },
            _ => {
                let mut buffer = [0; 4];
                self.literal(first.encode_utf8(&mut buffer), after);
            }
        }
    }

    /// Whether the word has come to be the address of something that is no file of this machine.
    fn in_a_url(&self) -> bool {
        let is_address = |text: &str| text.contains("://") && !text.contains("file://");
        self.pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) if is_address(text)))
    }

    /// A backslash: which characters it takes the meaning from depends on the quotes around it.
    fn escaped(&mut self) {
        let rest = &self.text[self.at + 1..];
        let Some(next) = rest.chars().next() else {
            self.literal("\\", self.at + 1);
            return;
        };
        let end = self.at + 1 + next.len_utf8();
        let special = match self.quoting {
            Quoting::None => true,
            Quoting::Double => matches!(next, '$' | '`' | '"' | '\\' | '\n'),
            Quoting::Heredoc | Quoting::Verbatim => matches!(next, '$' | '`' | '\\' | '\n'),
        };
        if next == '\n' && special {
            self.at = end;
        } else if special {
            let mut buffer = [0; 4];
            self.literal(next.encode_utf8(&mut buffer), end);
        } else {
            self.literal("\\", self.at + 1);
        }
    }

    /// The rest of `'…'`, in which nothing is special but what the learner or the platform fills in.
    fn single(&mut self, blank: impl Fn(usize) -> Option<Blank>) {
        while let Some(next) = self.text[self.at..].chars().next() {
            if let Some(blank) = blank(self.at).filter(|blank| blank.range.end <= self.text.len()) {
                let end = blank.range.end;
                match blank.kind {
                    BlankKind::Placeholder(name) => self.push(Piece::Placeholder(name), end),
                    BlankKind::InstruqtVar(key) => self.push(Piece::InstruqtVar(key), end),
                    BlankKind::Template => self.literal(&self.text[blank.range], end),
                }
                continue;
            }
            let end = self.at + next.len_utf8();
            if next == '\'' {
                self.at = end;
                return;
            }
            let mut buffer = [0; 4];
            self.literal(next.encode_utf8(&mut buffer), end);
        }
    }

    fn dollar(&mut self) {
        let rest = &self.text[self.at..];
        if let Some((name, length)) = variable(rest) {
            self.push(Piece::Variable(name.to_owned()), self.at + length);
            return;
        }
        let opaque = match rest.as_bytes().get(1) {
            Some(b'0'..=b'9' | b'?' | b'#' | b'@' | b'*' | b'!' | b'$' | b'-') => 2,
            // The parser gave no end of it: to the closing brace, or the whole rest.
            Some(b'{') => rest.find('}').map_or(rest.len(), |length| length + 1),
            Some(b'(') => rest.find(')').map_or(rest.len(), |length| length + 1),
            _ => {
                self.literal("$", self.at + 1);
                return;
            }
        };
        self.push(Piece::Opaque(rest[..opaque].to_owned()), self.at + opaque);
    }
}

/// The length of `[…]` at the start of `text`. Looks no further than a bracket expression is long, so
/// that a line of nothing but `[` stays cheap.
fn bracket(text: &str) -> Option<usize> {
    let end = text.bytes().take(64).position(|byte| byte == b']' || byte == b' ')?;
    (text.as_bytes()[end] == b']').then_some(end + 1)
}

/// `$NAME` or `${NAME}` at the start of `text`, with its length.
fn variable(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix('$')?;
    let (inside, around) = rest.strip_prefix('{').map_or((rest, 1), |inside| (inside, 3));
    let length = inside
        .bytes()
        .position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_'))
        .unwrap_or(inside.len());
    let name = &inside[..length];
    let starts_well = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
    let closed = around == 1 || inside[length..].starts_with('}');
    (starts_well && closed).then_some((name, length + around))
}
