//! The body of a challenge → its fences, each with its place in the file.
//!
//! Knows Markdown and the ways in which authors miss it; nothing of shells or of what a fence is for.

mod repair;

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use self::repair::Repair;
use super::fence::{Fence, Info};
use super::mapped::Mapped;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// One reading of the body by the Markdown parser.
#[derive(Debug, Default)]
struct Outline {
    /// Fences: the place, and the place and text of each line's part.
    fences: Vec<Block>,
    /// HTML blocks.
    html: Vec<Range<usize>>,
    /// Code that is no fence: spans in backticks, indented blocks.
    code: Vec<Range<usize>>,
    /// Those spans in backticks that a button behind them runs: `` `ls`{{execute}} ``.
    clicked: Vec<Range<usize>>,
}

/// A fence as the Markdown parser delimits it.
#[derive(Debug)]
struct Block {
    range: Range<usize>,
    lines: Vec<(Range<usize>, Option<String>)>,
}

/// The fences of the body, which starts at `start` of `text`, in order.
pub(super) fn fences(text: &str, start: usize, diagnostics: &mut Vec<Diagnostic>) -> Vec<Fence> {
    let mut repair = Repair::new(text, start);
    let mut outline = outline(repair.text(), start);
    while repair.improve(&outline) {
        outline = self::outline(repair.text(), start);
    }
    repair.report(&outline, diagnostics);
    let blocks = outline.fences.iter().map(|block| fence(text, &repair, block, diagnostics));
    let mut fences: Vec<Fence> = blocks.collect();
    fences.extend(outline.clicked.iter().map(|range| span_in_backticks(text, range)));
    fences.sort_by_key(|fence| fence.span.start);
    fences
}

/// A span in backticks as a fence of one line.
fn span_in_backticks(text: &str, range: &Range<usize>) -> Fence {
    let inner = text[range.clone()].trim_matches('`');
    let start = range.start + text[range.clone()].find(inner).unwrap_or(0);
    let mut mapped = Mapped::default();
    mapped.push(inner, start, inner.len());
    Fence { span: Span::new(range.start, range.end), info: Info::default(), text: mapped }
}

fn outline(text: &str, start: usize) -> Outline {
    let mut found = Outline::default();
    let body = &text[start..];
    let options = Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_FOOTNOTES;
    let mut open: Option<Block> = None;
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        let range = range.start + start..range.end + start;
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                open = Some(Block { range, lines: Vec::new() });
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => found.code.push(range),
            Event::Code(_) => {
                if text[range.end..].starts_with("{{exec") {
                    found.clicked.push(range.clone());
                }
                found.code.push(range);
            }
            Event::Start(Tag::HtmlBlock) => found.html.push(range),
            Event::End(TagEnd::CodeBlock) => found.fences.extend(open.take()),
            Event::Text(part) => {
                if let Some(block) = &mut open {
                    // Blanks that stand for a part of a tab are nowhere in the file.
                    let same = text.get(range.clone()) == Some(&*part);
                    block.lines.push((range, (!same).then(|| part.to_string())));
                }
            }
            _ => {}
        }
    }
    found
}

fn fence(
    text: &str,
    repair: &Repair<'_>,
    block: &Block,
    diagnostics: &mut Vec<Diagnostic>,
) -> Fence {
    let range = block.range.clone();
    let line = repair::line_at(text, range.start);
    let opening = repair::opening(&text[line.clone()]).unwrap_or_default();
    let info_start = line.start + opening.start + opening.length;
    let rest = text[info_start.min(line.end)..line.end].trim_end();
    let info = rest.trim_start();
    let info_start = info_start + rest.len() - info.len();
    let indent = repair.moved(line.start).unwrap_or(0);
    let mut mapped = Mapped::default();
    for (part, written) in &block.lines {
        let written = written.as_deref().unwrap_or(&text[part.clone()]);
        let first = part.start == 0 || text[..part.start].ends_with('\n');
        let cut = if first { repair::indent_of(written, indent) } else { 0 };
        let length = part.len().saturating_sub(cut);
        mapped.push(&written[cut..], part.start + cut.min(part.len()), length);
    }
    let start = (line.start + opening.start).min(range.end).max(line.start);
    let end = range.start + text[range.clone()].trim_end().len();
    let span = Span::new(start, end.max(start));
    let opening_span = Span::new(start, line.start + text[line.clone()].trim_end().len());
    if !repair::is_closed(text, &range, &opening) {
        diagnostics.push(
            Diagnostic::warning(opening_span, "this fence is never closed")
                .help(format!("a line of {} ends it", opening.marks(text, line.start))),
        );
    }
    let info = Info { text: info.to_owned(), span: Span::new(info_start, info_start + info.len()) };
    Fence { span, info, text: mapped }
}
