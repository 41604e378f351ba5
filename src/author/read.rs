//! YAML → the author's word: from comments in the text, and from what stands under `checks:`.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::challenge::Challenge;
use crate::diagnostic::{Diagnostic, Invalid};
use crate::source::{Source, Span};
use crate::text::{count, nearest, or_list, ticked};
use crate::yaml::{self, Entry, Fields, Node, Reader, Value};

use super::{FenceMark, StepWord, Word, claims};

/// The keys of the author's word on a step.
pub const STEP: &[&str] =
    &["name", "hint", "fence", "expect", "wait", "vars", "checks", "add", "change", "waive"];

/// The longest that a check waits for what converges: a platform kills it at 60 seconds.
const LONGEST_WAIT: u64 = 40;

/// What the comments in the text say, each behind its fence.
fn in_text(challenge: &Challenge) -> Result<Word, Invalid> {
    let source = &challenge.source;
    let mut reader = Reader::new(source);
    let mut word = Word::default();
    for comment in &challenge.comments {
        let Some(step) = challenge.behind(comment) else {
            let message = "this comment stands behind no fence with commands";
            let help = "it speaks of the fence right before it";
            reader.wrong(Diagnostic::error(comment.span, message).help(help));
            continue;
        };
        let node = match yaml::parse(source.slice(comment.said), comment.said.start, "the comment")
        {
            Ok(node) => node,
            Err(diagnostic) => {
                reader.wrong(diagnostic);
                continue;
            }
        };
        let said = self::step(&mut reader, node, source, comment.span);
        if word.steps.contains_key(&step) {
            let message = format!("a second comment speaks of step {step}");
            reader.wrong(Diagnostic::error(comment.span, message).help("one comment has it all"));
        }
        word.steps.insert(step, said);
    }
    reader.finish()?;
    Ok(word)
}

/// What the author says of a challenge, in its text and beside it.
pub fn whole(challenge: &Challenge, beside: Word) -> Result<Word, Invalid> {
    in_text(challenge)?.and(beside, challenge)
}

/// What stands under `checks:` of the author's file: `none`, or the word by the numbers of steps.
pub fn under_checks(reader: &mut Reader<'_>, entry: Entry, source: &Source) -> Word {
    if matches!(&entry.node.value, Value::Text(text) if text == "none") {
        return Word { unchecked: true, steps: BTreeMap::new() };
    }
    let mut word = Word::default();
    for entry in reader.entries(entry.node, "`checks`") {
        let Some(number) = entry
            .key
            .parse()
            .ok()
            .filter(|number: &usize| number.to_string() == entry.key && *number > 0)
        else {
            let message = format!("{} is no number of a step", ticked(&entry.key));
            reader.wrong(Diagnostic::error(entry.at, message).help("steps count from 1"));
            continue;
        };
        let said = step(reader, entry.node, source, entry.at);
        word.steps.insert(number, said);
    }
    word
}

impl Word {
    /// This and another word on the same challenge. A step may be spoken of in one of them.
    fn and(mut self, other: Self, challenge: &Challenge) -> Result<Self, Invalid> {
        self.unchecked |= other.unchecked;
        for (number, said) in other.steps {
            let error = |message: String, help: String| Invalid {
                source: said.source.clone(),
                diagnostics: vec![Diagnostic::error(said.at, message).help(help)],
            };
            if let Some(first) = self.steps.get(&number) {
                let place = first.source.place(first.at);
                let message = format!("step {number} is spoken of in {place} too");
                return Err(error(message, "one of them has to go".to_owned()));
            }
            let steps = challenge.steps.len();
            if number > steps {
                let message = format!("there is no step {number}");
                return Err(error(message, format!("the text has {}", count(steps, "step"))));
            }
            self.steps.insert(number, said);
        }
        Ok(self)
    }
}

fn step(reader: &mut Reader<'_>, node: Node, source: &Source, at: Span) -> StepWord {
    let mut said = StepWord::silent(source, at);
    let mut fields = reader.fields(node, "the word on a step", STEP);
    let text = |fields: &mut Fields, reader: &mut Reader<'_>, key: &str| {
        let entry = fields.take(key)?;
        let span = entry.node.span;
        Some((reader.text(entry.node, &ticked(key))?, span))
    };
    said.name = text(&mut fields, reader, "name").map(|(name, _)| name);
    said.hints = fields.take("hint").map(|entry| hints(reader, entry.node)).unwrap_or_default();
    if let Some((mark, span)) = text(&mut fields, reader, "fence") {
        said.fence = fence(reader, &mark, span);
    }
    if let Some((word, span)) = text(&mut fields, reader, "expect") {
        said.refused = one_of(reader, &word, span, "expect", &["refused"]).is_some();
    }
    if let Some((word, span)) = text(&mut fields, reader, "checks") {
        said.unchecked = one_of(reader, &word, span, "checks", &["none"]).is_some();
    }
    said.wait =
        text(&mut fields, reader, "wait").and_then(|(text, span)| wait(reader, &text, span));
    said.vars = fields.take("vars").map(|entry| vars(reader, entry)).unwrap_or_default();
    let mut list = |key: &str, reader: &mut Reader<'_>| match fields.take(key) {
        Some(entry) => reader.list(entry.node, &ticked(key)),
        None => Vec::new(),
    };
    let (add, change, waive) = (list("add", reader), list("change", reader), list("waive", reader));
    said.add = add.into_iter().filter_map(|node| claims::added(reader, node)).collect();
    said.change = change.into_iter().filter_map(|node| claims::changed(reader, node)).collect();
    said.waive = waive.into_iter().filter_map(|node| claims::waived(reader, node)).collect();
    said
}

/// A hint, or a ladder of them.
pub(super) fn hints(reader: &mut Reader<'_>, node: Node) -> Vec<String> {
    match node.value {
        Value::List(items) => {
            items.into_iter().filter_map(|item| reader.text(item, "a hint")).collect()
        }
        _ => reader.text(node, "`hint`").into_iter().collect(),
    }
}

fn fence(reader: &mut Reader<'_>, mark: &str, span: Span) -> FenceMark {
    let known = ["optional", "alternative", "not-for-the-learner"];
    match one_of(reader, mark, span, "fence", &known) {
        Some("optional") => FenceMark::Optional,
        Some("alternative") => FenceMark::Alternative,
        Some(_) => FenceMark::NotForTheLearner,
        None => FenceMark::Required,
    }
}

fn one_of<'a>(
    reader: &mut Reader<'_>,
    word: &str,
    span: Span,
    key: &str,
    known: &[&'a str],
) -> Option<&'a str> {
    let found = known.iter().copied().find(|one| *one == word);
    if found.is_none() {
        let message = format!("{} cannot be {}", ticked(key), ticked(word));
        let help = match nearest(word, known) {
            Some(near) => format!("did you mean {}?", ticked(near)),
            None => or_list(known),
        };
        reader.wrong(Diagnostic::error(span, message).help(help));
    }
    found
}

fn wait(reader: &mut Reader<'_>, text: &str, span: Span) -> Option<Duration> {
    let seconds = text.strip_suffix('s').and_then(|number| number.parse().ok());
    let seconds = seconds.filter(|seconds| (1..=LONGEST_WAIT).contains(seconds));
    if seconds.is_none() {
        let message = format!("`wait` cannot be {}", ticked(text));
        let help = format!("seconds, from `1s` to `{LONGEST_WAIT}s`: platforms end a check at 60");
        reader.wrong(Diagnostic::error(span, message).help(help));
    }
    seconds.map(Duration::from_secs)
}

fn vars(reader: &mut Reader<'_>, entry: Entry) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for Entry { key, at, node } in reader.entries(entry.node, "`vars`") {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let first = key.chars().next();
        if !key.chars().all(plain) || first.is_none_or(|first| first.is_ascii_digit()) {
            let message = format!("{} is not the name of a variable", ticked(&key));
            reader.wrong(Diagnostic::error(at, message));
            continue;
        }
        if let Some(value) = reader.scalar(node, &ticked(&key)) {
            found.push((key, value));
        }
    }
    found
}
