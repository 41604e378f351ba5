//! The text of a challenge and positions in it. Knows nothing of Markdown.

use std::path::{Path, PathBuf};

/// A byte range of [`Source::text`]; the only form of position below the reporters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The range from `start` to `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// One file as it was read, with the starts of its lines.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it came from; `-` for standard input. Only for display.
    pub path: PathBuf,
    /// The whole text, as in the file.
    pub text: String,
    line_starts: Vec<usize>,
}

impl Source {
    /// Takes over a text that was read from `path`.
    pub fn new(path: impl AsRef<Path>, text: impl Into<String>) -> Self {
        let text = text.into();
        let line_starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { path: path.as_ref().to_path_buf(), text, line_starts }
    }

    /// The text at `span`; empty where the span lies outside the text or cuts a character.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The line, from 1, that holds the byte at `offset`.
    pub fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset)
    }

    /// The column of `offset` in its line, from 1, in characters.
    pub fn column(&self, offset: usize) -> usize {
        let start = self.line_starts[self.line(offset) - 1];
        self.text.get(start..offset).map_or(1, |before| before.chars().count() + 1)
    }

    /// `path:line:column` of where `span` begins.
    pub fn place(&self, span: Span) -> String {
        let (line, column) = (self.line(span.start), self.column(span.start));
        format!("{}:{line}:{column}", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let source = Source::new("a.md", "ab\ncéd\n");
        for (offset, line, column) in [(0, 1, 1), (2, 1, 3), (3, 2, 1), (6, 2, 3), (8, 3, 1)] {
            assert_eq!((source.line(offset), source.column(offset)), (line, column), "{offset}");
        }
        assert_eq!(source.slice(Span::new(3, 6)), "cé");
        assert_eq!(source.slice(Span::new(4, 5)), "", "a cut character is no text");
    }
}
