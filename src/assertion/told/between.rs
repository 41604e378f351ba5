//! The prose between two fences with commands, and which of them it speaks of.

use super::phrases::{ANNOUNCES, LIMITS, REJECTS, RESULT, RUNS, TRIES, WISHES};
use super::{
    any, is_error, is_hypothetical, is_item, marks, normal, offers_another_way, says_failure,
    says_optional,
};

/// The text between two fences with commands.
#[derive(Debug, Default)]
pub(super) struct Between {
    /// Paragraphs and items of lists, in sentences.
    pub(super) paragraphs: Vec<Vec<String>>,
    /// Whether an output is shown that is an error.
    error: bool,
    /// Its headings: how deep each is, and in what words.
    pub(super) headings: Vec<(usize, String)>,
}

impl Between {
    pub(super) fn read(text: &str) -> Self {
        let mut between = Self::default();
        let (mut paragraph, mut lines, mut fence) = (String::new(), 0, false);
        for line in text.lines().map(str::trim) {
            if line.starts_with("```") || line.starts_with("~~~") {
                fence = !fence;
                between.close(&mut paragraph);
            } else if fence {
                // "If you see this:" shows what need not come.
                let hypothetical = between
                    .paragraphs
                    .last()
                    .and_then(|last| last.last())
                    .is_some_and(|sentence| is_hypothetical(sentence));
                between.error |= is_error(line) && !hypothetical;
            } else if line.is_empty() {
                lines = 0;
                between.close(&mut paragraph);
            } else if marks::is_frame(line) {
                // Signs below words make a heading of them; others frame one.
                if lines == 1 && !is_item(&paragraph) && line.starts_with(['=', '-']) {
                    let depth = if line.starts_with('=') { 1 } else { 2 };
                    between.headings.push((depth, normal(&paragraph)));
                    paragraph.clear();
                }
                lines = 0;
                between.close(&mut paragraph);
            } else if line.starts_with('#') {
                between.close(&mut paragraph);
                let depth = line.len() - line.trim_start_matches('#').len();
                between.headings.push((depth, normal(line)));
            } else {
                if is_item(line) {
                    between.close(&mut paragraph);
                }
                lines = if paragraph.is_empty() { 1 } else { lines + 1 };
                paragraph.push_str(line);
                paragraph.push(' ');
            }
        }
        between.close(&mut paragraph);
        between
    }

    fn close(&mut self, paragraph: &mut String) {
        let text = normal(paragraph);
        paragraph.clear();
        let mut sentences = vec![String::new()];
        for word in text.split_whitespace() {
            if let Some(sentence) = sentences.last_mut() {
                sentence.push(' ');
                sentence.push_str(word);
            }
            if word.ends_with(['.', '!', '?']) {
                sentences.push(String::new());
            }
        }
        sentences.retain(|sentence| !sentence.is_empty());
        if !sentences.is_empty() {
            self.paragraphs.push(sentences);
        }
    }

    /// Whether the fence before is said to have failed, and whether the one behind is about to.
    pub(super) fn failures(&self) -> (bool, bool) {
        let all = self.sentences_of_failure();
        all.fold((self.error, false), |(before, after), one| (before || one.0, after || one.1))
    }

    /// Whether a mark alone says that the fence before fails, and whether one, or a heading that has something
    /// tried to no avail, says so of the fence behind.
    pub(super) fn marked(&self) -> (bool, bool) {
        let is_mark = |one: Option<&Vec<String>>| {
            one.is_some_and(|sentences| marks::is_failure(&sentences.concat()))
        };
        let heading = self.headings.last().is_some_and(|(_, words)| {
            let tries = any(words, TRIES) && any(words, LIMITS);
            tries || says_failure(words) || marks::is_failure(words.trim())
        });
        let first = self.headings.is_empty() || self.paragraphs.len() > 1;
        let before = first && is_mark(self.paragraphs.first());
        (before, heading || is_mark(self.paragraphs.last()))
    }

    /// Whether the last words before the fence are a mark that it works.
    pub(super) fn ends_in_a_good_mark(&self) -> bool {
        self.paragraphs.last().is_some_and(|last| marks::is_success(&last.concat()))
    }

    /// Whether the fence behind is another way to what the one before does.
    pub(super) fn offers_another_way(&self) -> bool {
        let first = self.paragraphs.last().and_then(|last| last.first());
        self.headings.is_empty() && first.is_some_and(|first| offers_another_way(first))
    }

    pub(super) fn is_optional(&self) -> bool {
        let last = self.paragraphs.last();
        last.is_some_and(|sentences| sentences.iter().any(|sentence| says_optional(sentence)))
    }

    /// Whether all that follows is for those who wish to: nothing but lead-ins stands behind that.
    pub(super) fn leaves_the_rest(&self) -> bool {
        let mut ends = self.paragraphs.iter().rev().filter_map(|sentences| sentences.last());
        ends.by_ref()
            .take_while(|last| last.ends_with(':'))
            .any(|last| any(last, WISHES) && last.contains(" following"))
    }

    /// For each sentence that says a failure: whether of the fence before, whether of the one behind.
    fn sentences_of_failure(&self) -> impl Iterator<Item = (bool, bool)> {
        let many = self.paragraphs.len();
        self.paragraphs.iter().enumerate().flat_map(move |(index, paragraph)| {
            let failing = paragraph.iter().enumerate().filter(|(_, one)| says_failure(one));
            failing.map(move |(at, sentence)| {
                if sentence.starts_with(" expected ") {
                    return (true, sentence.ends_with(':') && index + 1 == many);
                }
                // What a server will do may be told before and behind.
                if any(sentence, REJECTS) {
                    return (index == 0, true);
                }
                let earlier = |words: &[&str]| paragraph[..at].iter().any(|one| any(one, words));
                let announced = sentence.ends_with(':') && index + 1 == many;
                if announced || any(sentence, ANNOUNCES) || earlier(ANNOUNCES) {
                    return (false, true);
                }
                // "Log in as a guest. You should see an error." is about what comes.
                let led = earlier(RUNS);
                let perhaps = led || any(sentence, RUNS);
                match (index, many) {
                    (0, 1) => (!led, perhaps),
                    (0, _) => (true, false),
                    _ if any(sentence, RESULT) => (true, index + 1 == many && perhaps),
                    (last, many) if last + 1 == many => (false, true),
                    _ => (true, true),
                }
            })
        })
    }
}
