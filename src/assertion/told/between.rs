//! The prose between two fences with commands, and which of them it speaks of.

use super::phrases::{ANNOUNCES, RESULT, RUNS, WISHES};
use super::{any, is_error, is_hypothetical, is_item, normal, says_failure, says_optional};

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
        let (mut paragraph, mut fence) = (String::new(), false);
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
                between.close(&mut paragraph);
            } else if line.starts_with('#') {
                between.close(&mut paragraph);
                let depth = line.len() - line.trim_start_matches('#').len();
                between.headings.push((depth, normal(line)));
            } else {
                if is_item(line) {
                    between.close(&mut paragraph);
                }
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
