//! What stands between the `---` lines at the top of a challenge, field by field, with places.
//!
//! Tolerant: a field of a wrong type is reported and the others are read. Does not say what is good for
//! a challenge (a title that is empty, a tab that is missing): that is lint's.

mod fields;

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::yaml;

/// What stands between the `---` lines at the top of a challenge.
#[derive(Clone, Debug, Default)]
pub struct Frontmatter {
    /// The block, `---` lines included; `None` without one.
    pub span: Option<Span>,
    /// The name in addresses; the directory's name less its number.
    pub slug: Option<Field<String>>,
    /// The platform's own id, whatever scalar it is.
    pub id: Option<Field<String>>,
    /// `type`: `challenge` or `quiz`.
    pub kind: Option<Field<String>>,
    /// The heading.
    pub title: Option<Field<String>>,
    /// One line on what awaits the learner.
    pub teaser: Option<Field<String>>,
    /// The slides before the challenge.
    pub notes: Vec<Note>,
    /// What the learner has beside the text.
    pub tabs: Vec<Tab>,
    /// `basic`, `intermediate`, `advanced`, `expert`, or empty.
    pub difficulty: Option<Field<String>>,
    /// Seconds; 0 for none.
    pub timelimit: Option<Field<u64>>,
    /// Whether the platform's longer loading screen is shown.
    pub enhanced_loading: Option<Field<bool>>,
    /// The place of the editor's settings, which say nothing of the challenge.
    pub lab_config: Option<Span>,
    /// A quiz' answers.
    pub answers: Vec<Field<String>>,
    /// The right ones of a quiz' answers, from 0.
    pub solution: Vec<Field<u64>>,
    /// Keys that a challenge does not have, with the places of their values.
    pub unknown: Vec<Field<String>>,
    /// Why it could not be read at all: its fields are then empty for no fault of theirs.
    pub unreadable: Option<Diagnostic>,
}

/// A value with its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<T> {
    /// The value.
    pub value: T,
    /// Its key; of an item of a list, the item.
    pub key: Span,
    /// Its value.
    pub span: Span,
}

/// A slide.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// `type`: `text`, `video` or `image`.
    pub kind: Option<Field<String>>,
    /// The text of a slide.
    pub contents: Option<Field<String>>,
    /// The address of a video or of an image.
    pub url: Option<Field<String>>,
    /// The whole entry.
    pub span: Span,
}

/// A tab.
#[derive(Clone, Debug, Default)]
pub struct Tab {
    /// The platform's own id.
    pub id: Option<Field<String>>,
    /// What stands on it.
    pub title: Option<Field<String>>,
    /// `type`: `terminal`, `service`, `code`, `website`, `external` or `browser`.
    pub kind: Option<Field<String>>,
    /// The host of a terminal, a service, an editor or a browser.
    pub hostname: Option<Field<String>>,
    /// The port of a service.
    pub port: Option<Field<u64>>,
    /// The path of a service, or the file or folder of an editor.
    pub path: Option<Field<String>>,
    /// The address of a website.
    pub url: Option<Field<String>>,
    /// `http` or `https`, of a service.
    pub protocol: Option<Field<String>>,
    /// What a terminal starts.
    pub cmd: Option<Field<String>>,
    /// Where a terminal starts.
    pub workdir: Option<Field<String>>,
    /// Whether it opens in a window of its own.
    pub new_window: Option<Field<bool>>,
    /// Headers that a service is asked with or answers with, as the platform has them.
    pub custom_headers: Option<Span>,
    /// The whole entry.
    pub span: Span,
}

/// Reads the frontmatter, and where the body begins.
pub(super) fn read(text: &str, diagnostics: &mut Vec<Diagnostic>) -> (Frontmatter, usize) {
    let mut frontmatter = Frontmatter::default();
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let first = line(text, start);
    if text[first.clone()].trim_end() != "---" {
        let message = "no frontmatter: the text does not begin with a line `---`";
        diagnostics.push(Diagnostic::warning(Span::new(start, start), message));
        return (frontmatter, start);
    }
    let mut at = first.end;
    let mut closing = None;
    for line in text[first.end..].split_inclusive('\n') {
        if line.trim_end() == "---" {
            closing = Some(at..at + line.len());
            break;
        }
        at += line.len();
    }
    let Some(closing) = closing else {
        let message = "the frontmatter never ends: no second line `---`";
        let diagnostic = Diagnostic::error(Span::new(start, start + 3), message);
        frontmatter.unreadable = Some(diagnostic.clone());
        diagnostics.push(diagnostic);
        return (frontmatter, first.end);
    };
    frontmatter.span = Some(Span::new(start, closing.start + 3));
    let block = &text[first.end..closing.start];
    if block.trim().is_empty() {
        let span = Span::new(start, closing.start + 3);
        diagnostics.push(Diagnostic::warning(span, "the frontmatter is empty"));
        return (frontmatter, closing.end);
    }
    match yaml::parse(block, first.end, "the frontmatter") {
        Ok(root) => fields::fill(&mut frontmatter, root, diagnostics),
        Err(diagnostic) => {
            frontmatter.unreadable = Some(diagnostic.clone());
            diagnostics.push(diagnostic);
        }
    }
    (frontmatter, closing.end)
}

fn line(text: &str, start: usize) -> Range<usize> {
    start..text[start..].find('\n').map_or(text.len(), |end| start + end + 1)
}

#[cfg(test)]
mod tests;
