//! Redirections of standard input and output, heredocs with their text. Those of other descriptors
//! (`2>&1`, `2>/dev/null`) say nothing about the lab and are left out.

use shuck_ast::{Heredoc, HeredocBodyPart, RedirectKind, RedirectTarget};

use super::word::{Expansion, Quoting, expansion, join};
use super::{Reader, range};
use crate::challenge::{Piece, Redirect, Word};
use crate::diagnostic::Diagnostic;

impl Reader<'_> {
    /// The redirections of a statement, in order.
    pub(super) fn redirects(&mut self, redirects: &[shuck_ast::Redirect]) -> Vec<Redirect> {
        redirects.iter().filter_map(|redirect| self.redirect(redirect)).collect()
    }

    fn redirect(&mut self, redirect: &shuck_ast::Redirect) -> Option<Redirect> {
        let word = match &redirect.target {
            RedirectTarget::Word(word) => word,
            RedirectTarget::Heredoc(heredoc) => return Some(Redirect::Here(self.heredoc(heredoc))),
        };
        let output = matches!(redirect.fd, None | Some(1)) && redirect.fd_var.is_none();
        let input = matches!(redirect.fd, None | Some(0)) && redirect.fd_var.is_none();
        match redirect.kind {
            RedirectKind::Output | RedirectKind::Clobber | RedirectKind::OutputBoth if output => {
                Some(Redirect::Write(self.word(word)))
            }
            RedirectKind::Append if output => Some(Redirect::Append(self.word(word))),
            RedirectKind::Input | RedirectKind::ReadWrite if input => {
                Some(Redirect::Read(self.word(word)))
            }
            RedirectKind::HereString if input => Some(Redirect::Here(self.word(word))),
            _ => None,
        }
    }

    fn heredoc(&mut self, heredoc: &Heredoc) -> Word {
        let body = range(heredoc.body.span);
        if !self.closed(&heredoc.delimiter, body.end) {
            // Where it should have ended, and what stands behind it, the text does not say.
            let written = format!("<<{}", heredoc.delimiter.cooked);
            let span = self.mapped.span(body.start, body.end);
            self.unended = Some(body);
            return Word { pieces: vec![Piece::Opaque(written)], span };
        }
        let strip = heredoc.delimiter.strip_tabs;
        let quoting = if heredoc.delimiter.quoted { Quoting::Verbatim } else { Quoting::Heredoc };
        if strip {
            return self.stripped(body, quoting);
        }
        let mut found = Vec::new();
        for part in &heredoc.body.parts {
            let inside = match &part.kind {
                HeredocBodyPart::Literal(_) | HeredocBodyPart::Variable(_) => continue,
                HeredocBodyPart::CommandSubstitution { body, .. } => Some(body),
                _ => None,
            };
            found.push(expansion(range(part.span), inside));
        }
        found.sort_by_key(Expansion::start);
        self.pieces(body, quoting, &found)
    }

    /// The text of `<<-`: without the tabs at the starts of its lines. The parser's own places in such
    /// a text may be off, so expansions with commands in them stay opaque here.
    fn stripped(&mut self, body: std::ops::Range<usize>, quoting: Quoting) -> Word {
        let text = self.text.get(body.clone()).unwrap_or_default();
        let mut word = Word { pieces: Vec::new(), span: self.mapped.span(body.start, body.end) };
        let mut at = body.start;
        for line in text.split_inclusive('\n') {
            let start = at + line.len() - line.trim_start_matches('\t').len();
            at += line.len();
            for piece in self.pieces(start..at, quoting, &[]).pieces {
                join(&mut word.pieces, piece);
            }
        }
        word
    }

    /// Whether a heredoc ends. Says so where it runs to the end of the fence: a shell would wait for more.
    fn closed(&mut self, delimiter: &shuck_ast::HeredocDelimiter, end: usize) -> bool {
        let rest = self.text.get(end..).unwrap_or_default();
        let rest = rest.strip_prefix('\n').unwrap_or(rest);
        let line = rest.split('\n').next().unwrap_or_default();
        let line = if delimiter.strip_tabs { line.trim_start_matches('\t') } else { line };
        let ends = line == delimiter.cooked.as_str();
        if !ends {
            let at = range(delimiter.span);
            let message =
                format!("the text after `<<` has no end: no line is just `{}`", delimiter.cooked);
            let span = self.mapped.span(at.start, at.end);
            self.reading.diagnostics.push(Diagnostic::warning(span, message));
        }
        ends
    }
}
