//! Values that the prose leaves to whoever runs a command: "use your own number instead of 1234". Only takes away what
//! is compared.

use crate::challenge::Challenge;
use crate::source::Span;

use super::any;
use super::between::Between;

/// What leaves a choice.
const CHOICE: &[&str] = &[" feel free ", " your own ", " you can ", " you may ", " if you "];
/// What stands before the value that need not be taken.
const INSTEAD: &str = " instead of ";

/// For each step, the values of its commands that may be others.
pub(in super::super) fn values(challenge: &Challenge) -> Vec<Vec<String>> {
    let source = &challenge.source;
    let mut open: Vec<Vec<String>> = vec![Vec::new(); challenge.steps.len()];
    for index in 0..=challenge.steps.len() {
        let start = index.checked_sub(1).map_or(0, |before| challenge.steps[before].span.end);
        let end = challenge.steps.get(index).map_or(source.text.len(), |step| step.span.start);
        let text = source.slice(Span::new(start, end));
        if !text.contains("instead of") {
            continue;
        }
        let between = Between::read(text);
        let found = between.paragraphs.iter().flatten().filter_map(|sentence| value(sentence));
        for value in found {
            for step in [index.checked_sub(1), Some(index)].into_iter().flatten() {
                if let Some(values) = open.get_mut(step) {
                    values.push(value.clone());
                }
            }
        }
    }
    open
}

/// The value that a sentence leaves open.
fn value(sentence: &str) -> Option<String> {
    if !any(sentence, CHOICE) {
        return None;
    }
    let (_, behind) = sentence.split_once(INSTEAD)?;
    let word = behind.split_whitespace().next()?;
    let word = word.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '"' | '\''));
    (!word.is_empty()).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_leaves_a_value_open() {
        for (sentence, wanted) in [
            (" feel free to take a number of your own instead of 1234. ", Some("1234")),
            (" you can use another name instead of web, of course. ", Some("web")),
            (" this uses kv instead of database. ", None),
            (" feel free to look around. ", None),
        ] {
            assert_eq!(value(sentence).as_deref(), wanted, "{sentence}");
        }
    }
}
