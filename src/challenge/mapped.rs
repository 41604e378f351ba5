//! A text pieced together from parts of a file, with the way back: the text of a fence has no list
//! indents, quote marks or carriage returns, and yet every span of it is one of the file.
//!
//! Knows nothing of Markdown or of shells.

use std::ops::Range;

use crate::source::Span;

/// A run of text that stands in the file as it stands here.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Where it begins in the text.
    text: usize,
    /// Where it begins in the file.
    file: usize,
    /// How many bytes of the file it stands for; fewer than in the text where a tab became blanks.
    length: usize,
}

/// Text with the place of each of its bytes in the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapped {
    /// The text.
    pub(super) text: String,
    runs: Vec<Run>,
}

impl Mapped {
    /// Appends `text`, which stands at `file` of the file and takes `length` bytes there.
    pub(super) fn push(&mut self, text: &str, file: usize, length: usize) {
        if text.is_empty() {
            return;
        }
        self.runs.push(Run { text: self.text.len(), file, length });
        self.text.push_str(text);
    }

    /// Appends the part of `other` at `range`.
    pub(super) fn push_part(&mut self, other: &Self, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let index = other.run_at(at);
            let run = other.runs[index];
            let run_end = other.runs.get(index + 1).map_or(other.text.len(), |next| next.text);
            let end = run_end.min(range.end);
            let inside = (at - run.text).min(run.length);
            let length = (end - at).min(run.length - inside);
            self.push(&other.text[at..end], run.file + inside, length);
            at = end;
        }
    }

    /// The part of it at `range`.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        part.push_part(self, range);
        part
    }

    /// The place in the file of the range `start..end` of the text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        if self.runs.is_empty() {
            return Span::default();
        }
        let from = self.place(start);
        if end <= start {
            return Span::new(from, from);
        }
        // The end of a run and the start of the next are one place in the text and two in the file,
        // with an indent between them: an end belongs to what stands before it.
        let run = self.runs[self.run_at(end - 1)];
        // What was put in stands nowhere in the file: its end is where it was put.
        let end = run.file + (end - run.text).min(run.length);
        Span::new(from, end.max(from))
    }

    /// The range of the text whose place in the file `span` is; `None` where its ends are not in the text.
    pub(super) fn range(&self, span: Span) -> Option<Range<usize>> {
        let at = |place: usize| {
            let run =
                self.runs.iter().find(|run| (run.file..run.file + run.length).contains(&place))?;
            Some(run.text + (place - run.file))
        };
        let start = at(span.start)?;
        let end = if span.end > span.start { at(span.end - 1)? + 1 } else { start };
        (start <= end).then_some(start..end)
    }

    /// The place of the whole text.
    pub(super) fn whole(&self) -> Span {
        self.span(0, self.text.len())
    }

    fn place(&self, at: usize) -> usize {
        let run = self.runs[self.run_at(at)];
        run.file + (at - run.text).min(run.length)
    }

    fn run_at(&self, at: usize) -> usize {
        self.runs.partition_point(|run| run.text <= at).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_belongs_to_the_line_before_the_indent() {
        let file = "> ab\n> cd\n";
        let mut mapped = Mapped::default();
        mapped.push("ab\n", 2, 3);
        mapped.push("cd\n", 7, 3);
        assert_eq!(mapped.text, "ab\ncd\n");
        for (start, end, text) in [(0, 2, "ab"), (0, 3, "ab\n"), (3, 5, "cd"), (1, 4, "b\n> c")] {
            let span = mapped.span(start, end);
            assert_eq!(&file[span.start..span.end], text, "{start}..{end}");
            assert_eq!(mapped.range(span), Some(start..end), "{start}..{end}");
        }
        assert_eq!(mapped.range(Span::new(0, 3)), None, "a quote mark is not in the text");
        let mut part = Mapped::default();
        part.push_part(&mapped, 1..4);
        assert_eq!((part.text.as_str(), part.whole()), ("b\nc", Span::new(3, 8)));
    }

    #[test]
    fn blanks_of_a_tab_stay_inside_the_tab() {
        let mut mapped = Mapped::default();
        mapped.push("   ", 4, 1);
        mapped.push("x", 5, 1);
        assert_eq!(mapped.span(0, 3), Span::new(4, 5));
        assert_eq!(mapped.span(3, 4), Span::new(5, 6));
    }
}
