//! The fences of a challenge, read line by line and without labproof's own parser.

/// One fence: its opening line (counted from 1), its info string and its text.
#[derive(Clone)]
pub(crate) struct Fence {
    pub(crate) line: usize,
    pub(crate) last_line: usize,
    pub(crate) text: String,
}

/// Returns the fences of a Markdown text; frontmatter and HTML comments have none.
pub(crate) fn fences(markdown: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String, Fence)> = None;
    let mut comment = false;
    let body = body_starts(markdown);
    for (index, line) in markdown.lines().enumerate().skip(body) {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        match &mut open {
            Some((_, marker, fence))
                if bare.trim_end().trim_start_matches(&**marker).is_empty()
                    && bare.starts_with(&**marker) =>
            {
                fence.last_line = index + 1;
                found.extend(open.take().map(|(_, _, fence)| fence));
            }
            Some((margin, _, fence)) => {
                fence.text.push_str(&line[indent.min(*margin)..]);
                fence.text.push('\n');
            }
            None if comment || bare.starts_with("<!--") => comment = !line.contains("-->"),
            None => {
                let ticks = bare.chars().take_while(|letter| *letter == '`').count();
                if indent < 4 && ticks >= 3 && !bare[ticks..].contains('`') {
                    let fence =
                        Fence { line: index + 1, last_line: index + 1, text: String::new() };
                    open = Some((indent, "`".repeat(ticks), fence));
                }
            }
        }
    }
    assert!(open.is_none(), "the harness reads closed fences only");
    found
}

/// How many lines the frontmatter takes.
fn body_starts(markdown: &str) -> usize {
    if !markdown.starts_with("---\n") {
        return 0;
    }
    let end = markdown.lines().skip(1).position(|line| line == "---");
    end.map_or(0, |lines| lines + 2)
}
