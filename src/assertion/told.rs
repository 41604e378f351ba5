//! What the prose around a fence, its comments and the output shown with it say of how its commands end: that one
//! is to fail, or need not be run. Reads English, and only takes claims away: nothing is claimed because of it.

mod left_open;
mod phrases;

use crate::challenge::{Challenge, Step};
use crate::source::Span;

use phrases::{
    ANNOUNCES, FAILS, FAILURES, HYPOTHETICAL, OPTIONAL, RESULT, RUNS, SUBJECTS, TROUBLE,
};

pub(super) use left_open::values as left_open;

/// What is told of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It is to fail.
    Fails,
    /// It is run by whoever wants or needs to.
    Optional,
}

/// What is told of each command of each step, if anything.
pub(super) fn all(challenge: &Challenge) -> Vec<Vec<Option<Told>>> {
    let source = &challenge.source;
    let mut told: Vec<Option<Told>> = vec![None; challenge.steps.len()];
    let mut section = false;
    for index in 0..=challenge.steps.len() {
        let before = index.checked_sub(1).map(|before| &challenge.steps[before]);
        let start = before.map_or(0, |step| step.span.end);
        let end = challenge.steps.get(index).map_or(source.text.len(), |step| step.span.start);
        let between = Between::read(source.slice(Span::new(start, end)));
        let (fails_before, fails_after) = between.failures();
        if let Some(before) = index.checked_sub(1).filter(|_| fails_before) {
            told[before].get_or_insert(Told::Fails);
        }
        section = between.optional_section.unwrap_or(section);
        if let Some(next) = told.get_mut(index) {
            if fails_after {
                *next = Some(Told::Fails);
            } else if section || between.is_optional() {
                *next = Some(Told::Optional);
            }
        }
    }
    let steps = challenge.steps.iter().zip(told);
    steps.map(|(step, told)| in_fence(challenge, step, told)).collect()
}

/// What the comments and the output inside a fence add to what is told of it.
fn in_fence(challenge: &Challenge, step: &Step, told: Option<Told>) -> Vec<Option<Told>> {
    let source = &challenge.source;
    let text = |start: usize, end: usize| source.slice(Span::new(start, end));
    let mut at = step.span.start;
    let mut all = vec![told; step.commands.len()];
    for (index, command) in step.commands.iter().enumerate() {
        for line in text(at, command.span.start).lines().map(str::trim) {
            match line.strip_prefix('#') {
                Some(comment) if says_failure(&normal(comment)) => all[index] = Some(Told::Fails),
                Some(comment) if says_optional(&normal(comment)) => {
                    all[index].get_or_insert(Told::Optional);
                }
                None if index > 0 && is_error(line) => all[index - 1] = Some(Told::Fails),
                _ => {}
            }
        }
        // A comment on a command's last line is part of it.
        let words = command.words.last().map_or(command.span.start, |word| word.span.end);
        let line = text(words, step.span.end).lines().next().unwrap_or_default();
        if line.split_once(" #").is_some_and(|(_, comment)| says_failure(&normal(comment))) {
            all[index] = Some(Told::Fails);
        }
        at = command.span.end;
    }
    if let Some(last) = all.last_mut()
        && text(at, step.span.end).lines().any(is_error)
    {
        *last = Some(Told::Fails);
    }
    all
}

/// The text between two fences with commands.
#[derive(Debug, Default)]
struct Between {
    /// Paragraphs and items of lists, in sentences.
    paragraphs: Vec<Vec<String>>,
    /// Whether an output is shown that is an error.
    error: bool,
    /// Whether the last heading says that what follows is optional; `None` without a heading.
    optional_section: Option<bool>,
}

impl Between {
    fn read(text: &str) -> Self {
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
                between.optional_section = Some(says_optional(&normal(line)));
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
    fn failures(&self) -> (bool, bool) {
        let all = self.sentences_of_failure();
        all.fold((self.error, false), |(before, after), one| (before || one.0, after || one.1))
    }

    fn is_optional(&self) -> bool {
        let last = self.paragraphs.last();
        last.is_some_and(|sentences| sentences.iter().any(|sentence| says_optional(sentence)))
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

fn any(sentence: &str, words: &[&str]) -> bool {
    words.iter().any(|word| sentence.contains(word))
}

fn is_hypothetical(sentence: &str) -> bool {
    any(sentence, HYPOTHETICAL)
}

fn says_failure(sentence: &str) -> bool {
    if is_hypothetical(sentence) {
        return false;
    }
    let fails = |subject: &&str| {
        sentence.match_indices(subject).any(|(at, _)| {
            let behind = sentence[at + subject.len()..].strip_prefix(' ');
            sentence[..at].ends_with(' ')
                && behind.is_some_and(|verb| FAILS.iter().any(|one| verb.starts_with(one)))
        })
    };
    any(sentence, FAILURES) || SUBJECTS.iter().any(fails)
}

fn says_optional(sentence: &str) -> bool {
    let trouble = sentence.starts_with(" if ") && any(sentence, TROUBLE);
    // "Feel free to take another name instead of web" leaves the value open, and not the command.
    let of_a_value = sentence.contains(" feel free ") && sentence.contains(" instead of ");
    trouble || any(sentence, OPTIONAL) && !of_a_value || sentence.trim() == "optional"
}

/// The first words of what `vault`, `kubectl` and `psql` print when they fail.
fn is_error(line: &str) -> bool {
    let line = line.trim_start();
    ["Error from server", "Error: ", "Error making", "Error writing", "Error reading"]
        .iter()
        .chain(&["Error deleting", "Error enabling", "psql: error", "* permission denied"])
        .any(|start| line.starts_with(start))
}

fn is_item(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ")
        || line.starts_with("* ")
        || rest.len() < line.len() && rest.starts_with(['.', ')'])
}

/// In lower case, without marks and tags, with blanks around it.
fn normal(text: &str) -> String {
    let text = text.to_lowercase().replace("<br>", " ").replace("<br/>", " ").replace('’', "'");
    let plain: String =
        text.chars().filter(|c| !matches!(c, '*' | '`' | '_' | '>' | '#')).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    format!(" {} ", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::challenge;
    use crate::source::Source;

    /// What is told of the commands of a text with fences, one letter each.
    fn told(text: &str) -> String {
        let challenge = challenge::parse(Source::new("a.md", text));
        let letters = all(&challenge).into_iter().flatten().map(|told| match told {
            Some(Told::Fails) => 'f',
            Some(Told::Optional) => 'o',
            None => '.',
        });
        letters.collect()
    }

    /// Two fences with `between` between them, and prose before and behind.
    fn between(between: &str) -> String {
        told(&format!(
            "Make a thing:\n\n```sh\nkubectl create ns a\n```\n\n{between}\n\n```sh\nkubectl create ns b\n```\n\nDone.\n"
        ))
    }

    #[test]
    fn prose_says_which_fence_fails() {
        for (prose, expected) in [
            ("Make another one:", ".."),
            ("This should fail.", "f."),
            ("You should see a permission denied error.", "f."),
            ("As you can see, the request was denied.", "f."),
            ("Now try to make another. This should fail:", ".f"),
            ("Try it as a guest, and you will get an error:", ".f"),
            ("The following command fails, since the quota is used up.", ".f"),
            ("Log in as a guest and look again. You should see `permission denied`.", ".f"),
            ("Make it once more, which gives an error:", ".f"),
            ("The command fails.\n\nSo give the role more rights:", "f."),
            ("Good.\n\nMake another one as a guest.\n\nThis will fail:", ".f"),
            ("Log in.\n\nYou will see an error.\n\nGive the role more rights:", "f."),
            // What only might be, or is about something else.
            ("It can be that this would fail. Wait a moment:", ".."),
            ("The pod will fail to start.", ".."),
            ("It should not fail.", ".."),
            ("You should see no error message.", ".."),
            ("Your application might get an error message now.", ".."),
            // An output that is shown.
            ("```text\nError from server (Forbidden): namespaces is forbidden\n```\n\nNext:", "f."),
            ("```yaml\nerror: none\n```\n\nNext:", ".."),
            ("If you see this, wait:\n\n```text\nError from server (Timeout)\n```\n\nNext:", ".."),
        ] {
            assert_eq!(between(prose), expected, "{prose}");
        }
    }

    #[test]
    fn prose_says_what_need_not_be_run() {
        for (prose, expected) in [
            ("*Optional* - make another one:", ".o"),
            ("**NOTE: IF YOU RECEIVE ERRORS RUN THE FOLLOWING:**", ".o"),
            ("If you want to, make another:", ".o"),
            ("If the command above fails, make another:", ".o"),
            ("Do not run this yet:", ".o"),
            ("## Optional\n\nMake another:", ".o"),
            ("The flag is an option.", ".."),
            ("If you want more, read on.\n\nMake another:", ".."),
        ] {
            assert_eq!(between(prose), expected, "{prose}");
        }
        let section = "## Optional: more\n\n```sh\nls a\n```\n\nAnd:\n\n```sh\nls b\n```\n\n## Then\n\n```sh\nls c\n```\n";
        assert_eq!(told(section), "oo.");
    }

    #[test]
    fn comments_and_output_speak_of_one_command() {
        for (fence, expected) in [
            ("ls a\n# this should fail\nls b\nls c", ".f."),
            ("ls a\nls b # will get permission denied\nls c", ".f."),
            ("# optional\nls a\nls b", "o."),
            ("$ ls a\n$ ls b\nError from server (Forbidden): no\n$ ls c", ".f."),
            ("$ ls a\n$ ls b\nError: no", ".f"),
        ] {
            assert_eq!(told(&format!("```console\n{fence}\n```\n")), expected, "{fence}");
        }
    }
}
