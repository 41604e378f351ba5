//! What the prose around a fence, its comments and the output shown with it say of how its commands end: that one
//! is to fail, or need not be run. Reads English and some of other languages, and only takes claims away: nothing is claimed because of it.

mod asked_for;
mod asked_things;
mod asked_words;
mod between;
mod edited;
mod in_fence;
mod languages;
mod left_open;
mod marks;
mod phrases;
mod still_there;
#[cfg(test)]
mod tests;

use crate::challenge::{Challenge, Command, Step, Word};
use crate::source::Span;

use between::Between;
use phrases::{
    ASIDE, FAILS, FAILURES, HYPOTHETICAL, OPTIONAL, OTHER_WAYS, REJECTS, REMOVALS, SUBJECTS,
    TROUBLE, WARNINGS,
};

pub(super) use asked_for::{Exercise, exercises};
pub(super) use edited::files as edited;
pub(super) use left_open::values as left_open;
pub(super) use still_there::lists;

/// What is told of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It is to fail.
    Fails,
    /// It is run by whoever wants or needs to.
    Optional,
}

/// What stands before each step, and behind the last.
fn gaps(challenge: &Challenge) -> Vec<Span> {
    let steps = &challenge.steps;
    let starts = std::iter::once(0).chain(steps.iter().map(|step| step.span.end));
    let ends = steps.iter().map(|step| step.span.start).chain([challenge.seen.text.len()]);
    starts.zip(ends).map(|(start, end)| Span::new(start, end)).collect()
}

/// The lines of prose that stand in no fence.
fn lines_of_prose(prose: &str) -> impl Iterator<Item = &str> {
    let mut fence = false;
    prose.lines().map(str::trim).filter(move |line| {
        let mark = line.starts_with("```") || line.starts_with("~~~");
        fence ^= mark;
        !fence && !mark
    })
}

/// The sentences of a line.
fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split(['!', '?', ';', '。']).flat_map(|part| part.split(". "))
}

/// What is told of each command of each step, if anything.
pub(super) fn all(challenge: &Challenge) -> Vec<Vec<Option<Told>>> {
    let source = &challenge.seen;
    let mut told: Vec<Option<Told>> = vec![None; challenge.steps.len()];
    let mut section = Section::default();
    // Whether the marks of this text stand before their fences.
    let mut marks_lead = false;
    for (index, gap) in gaps(challenge).into_iter().enumerate() {
        let between = Between::read(source.slice(gap));
        let (fails_before, fails_after) = between.failures();
        if let Some(before) = index.checked_sub(1).filter(|_| fails_before) {
            told[before].get_or_insert(Told::Fails);
        }
        let (marked_before, marked_after) = between.marked();
        marks_lead |= between.ends_in_a_good_mark();
        if let Some(before) = index.checked_sub(1) {
            if marked_before && !marks_lead {
                told[before].get_or_insert(Told::Fails);
            }
            if between.offers_another_way() && takes_away(&challenge.steps[before]) {
                told[before].get_or_insert(Told::Optional);
            }
        }
        let fails_after = fails_after || marked_after;
        section.go_on(&between);
        if let Some(next) = told.get_mut(index) {
            if fails_after {
                *next = Some(Told::Fails);
            } else if section.is_optional() || between.is_optional() || between.offers_another_way()
            {
                *next = Some(Told::Optional);
            }
        }
    }
    let steps = challenge.steps.iter().zip(told);
    steps.map(|(step, told)| in_fence::told(challenge, step, told)).collect()
}

/// What the headings and the prose have left to the reader by some place of the text.
#[derive(Debug, Default)]
struct Section {
    /// Whether there was a heading or a step yet.
    begun: bool,
    /// The depth of the heading that says so of its section.
    heading: Option<usize>,
    /// Whether the prose behind the last heading does.
    rest: bool,
}

impl Section {
    fn go_on(&mut self, between: &Between) {
        for (depth, words) in &between.headings {
            // A title is not that of one section among others.
            let ends = self.heading.is_some_and(|known| known == 1 || *depth <= known);
            self.heading = self.heading.filter(|_| !ends);
            if says_optional(words) || self.begun && any(words, ASIDE) {
                self.heading.get_or_insert(*depth);
            }
            self.begun = true;
            self.rest = false;
        }
        self.begun = true;
        self.rest |= between.leaves_the_rest();
    }

    fn is_optional(&self) -> bool {
        self.heading.is_some() || self.rest
    }
}

fn any(sentence: &str, words: &[&str]) -> bool {
    words.iter().any(|word| sentence.contains(word))
}

fn is_hypothetical(sentence: &str) -> bool {
    any(sentence, HYPOTHETICAL)
}

/// Whether it offers another way to the same.
fn offers_another_way(sentence: &str) -> bool {
    let begins = |words: &[&str]| words.iter().any(|one| sentence.starts_with(one));
    begins(OTHER_WAYS) || begins(languages::OTHER_WAYS)
}

/// Whether a fence takes something away.
fn takes_away(step: &Step) -> bool {
    step.commands.iter().any(is_removal)
}

fn is_removal(command: &Command) -> bool {
    let words = command.words.iter().filter_map(Word::literal).take(4);
    words.into_iter().any(|word| REMOVALS.contains(&word.to_lowercase().as_str()))
}

fn says_failure(sentence: &str) -> bool {
    // "If you have used that already, the server will reject it" is no mere case.
    let done = sentence.contains(" if you already ") || !sentence.contains(" if ");
    if done && any(sentence, REJECTS) || sentence.trim_start().starts_with(marks::SIGNS) {
        return true;
    }
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
    any(sentence, FAILURES) || any(sentence, languages::FAILURES) || SUBJECTS.iter().any(fails)
}

fn says_optional(sentence: &str) -> bool {
    let trouble = sentence.starts_with(" if ") && any(sentence, TROUBLE);
    // "Feel free to take another name instead of web" leaves the value open, and not the command.
    let of_a_value = sentence.contains(" feel free ") && sentence.contains(" instead of ");
    let optional = any(sentence, OPTIONAL) || any(sentence, languages::OPTIONAL);
    trouble || optional && !of_a_value || sentence.trim() == "optional"
}

/// Whether a comment says that its command is not to be run.
fn warns_off(comment: &str) -> bool {
    let comment = normal(comment);
    let first = comment.split_whitespace().next().unwrap_or_default();
    any(&comment, WARNINGS) || first.trim_matches([',', '.', ':', '!', ';', ')']) == "bad"
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
