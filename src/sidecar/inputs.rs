//! What a learner types: what stands for the lab's own in the text, what a step tells for later ones, what is filled
//! into a fence, and what is typed at a prompt.

use std::collections::BTreeMap;

use regex::Regex;

use crate::diagnostic::{Diagnostic, Invalid};
use crate::lab::Access;
use crate::secret::Secret;
use crate::source::{Source, Span};
use crate::text::{count, ticked};
use crate::world::{Kept, Known, Template, Values};
use crate::yaml::{Entry, Node, Reader};

pub(super) const KEYS: &[&str] = &["text", "steps"];
pub(super) const STEP: &[&str] = &["keep", "fill", "type", "terminal"];

/// What the learner adds to a challenge.
#[derive(Clone, Default)]
pub struct Inputs {
    source: Option<Source>,
    text: Vec<Replaced>,
    steps: BTreeMap<usize, StepInput>,
}

/// What the learner adds to one step.
#[derive(Clone, Debug)]
pub struct StepInput {
    at: Span,
    keep: Vec<Told>,
    fill: Vec<Replaced>,
    typed: Vec<(String, Template)>,
    at_a_terminal: bool,
}

/// Words of a text, and what stands for them.
#[derive(Clone, Debug)]
struct Replaced {
    words: String,
    by: Template,
    at: Span,
    /// `path:line:column`
    place: String,
}

/// What is read from a step's output.
#[derive(Clone, Debug)]
struct Told {
    name: String,
    pattern: Regex,
    place: String,
}

/// An input that does not fit: the place in the author's file, and why. No value is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct InputError {
    /// `path:line:column` of the entry.
    pub place: String,
    /// A lower-case fragment.
    pub message: String,
}

impl Inputs {
    /// The challenge's text as this lab has it.
    pub fn text(&self, text: &str, access: &Access) -> Result<String, InputError> {
        replace(text, &self.text, &Values::of(access), "the text")
    }

    /// What is added to a step, counted from 1.
    pub fn step(&self, step: usize) -> Option<&StepInput> {
        self.steps.get(&step)
    }

    /// Whether any step is typed into at a terminal.
    pub fn need_a_terminal(&self) -> bool {
        self.steps.values().any(StepInput::at_a_terminal)
    }

    /// Says what does not fit the challenge, whose steps have these fences: a step that it does not have, and a
    /// placeholder that is not in its fence.
    pub fn fits(&self, fences: &[&str]) -> Result<(), Invalid> {
        let mut diagnostics = Vec::new();
        for (number, step) in &self.steps {
            let Some(fence) = fences.get(number - 1) else {
                let steps = count(fences.len(), "step");
                let message = format!("there is no step {number}; the text has {steps}");
                diagnostics.push(Diagnostic::error(step.at, message));
                continue;
            };
            for missing in step.fill.iter().filter(|entry| !fence.contains(&entry.words)) {
                let message = format!("step {number} has no {}", ticked(&missing.words));
                diagnostics.push(Diagnostic::error(missing.at, message));
            }
        }
        match &self.source {
            Some(source) if !diagnostics.is_empty() => {
                Err(Invalid { source: source.clone(), diagnostics })
            }
            _ => Ok(()),
        }
    }
}

/// Without the text of the file, which may hold secrets.
impl std::fmt::Debug for Inputs {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Inputs").field("steps", &self.steps).finish_non_exhaustive()
    }
}

impl StepInput {
    /// Whether later steps need to know what this one prints.
    pub fn keeps(&self) -> bool {
        !self.keep.is_empty()
    }

    /// Takes from the step's output what later steps need.
    pub fn keep(&self, output: &str, kept: &mut Kept) -> Result<(), InputError> {
        for Told { name, pattern, place } in &self.keep {
            let group = |line| pattern.captures(line).and_then(|found| found.get(1));
            let value = output.lines().find_map(group).ok_or_else(|| InputError {
                place: place.clone(),
                message: format!("no line of the step's output tells {}", ticked(name)),
            })?;
            kept.insert(name.clone(), Secret::new(value.as_str()));
        }
        Ok(())
    }

    /// The fence with its placeholders filled.
    pub fn fill(&self, fence: &str, values: &Values<'_>) -> Result<String, InputError> {
        replace(fence, &self.fill, values, "the fence")
    }

    /// Whether the prompts are those of a terminal, and each line waits until it hides what is typed.
    pub fn at_a_terminal(&self) -> bool {
        self.at_a_terminal
    }

    /// What is typed at the prompts, in order.
    pub fn typed(&self, values: &Values<'_>) -> Result<Vec<Secret>, InputError> {
        let resolve = |(place, text): &(String, Template)| {
            text.resolve(values)
                .map_err(|why| InputError { place: place.clone(), message: why.to_string() })
        };
        self.typed.iter().map(resolve).collect()
    }
}

/// One pass from left to right, the longest words first: nothing is replaced twice.
fn replace(
    text: &str,
    entries: &[Replaced],
    values: &Values<'_>,
    what: &str,
) -> Result<String, InputError> {
    let mut resolved = Vec::with_capacity(entries.len());
    for entry in entries {
        let error = |message| InputError { place: entry.place.clone(), message };
        let value = entry.by.resolve(values).map_err(|why| error(why.to_string()))?;
        resolved.push((entry, value, false));
    }
    resolved.sort_by_key(|(entry, ..)| std::cmp::Reverse(entry.words.len()));
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let fits = resolved.iter_mut().find(|(entry, ..)| rest.starts_with(&entry.words));
        if let Some((entry, value, met)) = fits {
            *met = true;
            done.push_str(value.expose());
            rest = &rest[entry.words.len()..];
        } else {
            done.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    match resolved.iter().find(|(.., met)| !met) {
        Some((entry, ..)) => {
            let message = format!("{what} has no {}", ticked(&entry.words));
            Err(InputError { place: entry.place.clone(), message })
        }
        None => Ok(done),
    }
}

/// Reads the section. What a step keeps is known to the steps after it.
pub(super) fn read(reader: &mut Reader<'_>, node: Node, source: &Source, known: &Known) -> Inputs {
    let mut fields = reader.fields(node, "`inputs`", KEYS);
    let text = fields.take("text");
    let text = text.map(|entry| replaced(reader, entry, source, known)).unwrap_or_default();
    let mut steps: Vec<(usize, Entry)> = Vec::new();
    let entries = fields.take("steps").map(|entry| reader.entries(entry.node, "`steps`"));
    for entry in entries.unwrap_or_default() {
        if let Some(step) = entry.key.parse().ok().filter(|step| *step > 0) {
            steps.push((step, entry));
        } else {
            let message = format!("{} is no number of a step", ticked(&entry.key));
            reader.wrong(Diagnostic::error(entry.at, message).help("steps count from 1"));
        }
    }
    steps.sort_by_key(|(step, _)| *step);
    let mut known = known.clone();
    let steps = steps
        .into_iter()
        .map(|(number, entry)| (number, step(reader, entry, source, &mut known)))
        .collect();
    Inputs { source: Some(source.clone()), text, steps }
}

fn step(reader: &mut Reader<'_>, entry: Entry, source: &Source, known: &mut Known) -> StepInput {
    let at = entry.at;
    let mut fields = reader.fields(entry.node, &format!("step {}", entry.key), STEP);
    let fill = fields.take("fill");
    let fill = fill.map(|entry| replaced(reader, entry, source, known)).unwrap_or_default();
    let mut lines =
        |reader: &mut Reader<'_>, key: &str| -> Option<(Span, Vec<(String, Template)>)> {
            let entry = fields.take(key)?;
            let what = format!("a line of {}", ticked(key));
            let items = reader.list(entry.node, &ticked(key)).into_iter();
            let lines = items.filter_map(|item| {
                let place = source.place(item.span);
                Template::read(reader, item, &what, known).map(|text| (place, text))
            });
            Some((entry.at, lines.collect()))
        };
    let (plain, hidden) = (lines(reader, "type"), lines(reader, "terminal"));
    if let (Some(_), Some((at, _))) = (&plain, &hidden) {
        let message = "a step is typed into with `type` or with `terminal`";
        reader
            .wrong(Diagnostic::error(*at, message).help("all of its lines come from one of them"));
    }
    let at_a_terminal = hidden.is_some();
    let typed = hidden.or(plain).map(|(_, lines)| lines).unwrap_or_default();
    let keep = fields.take("keep").map(|entry| reader.entries(entry.node, "`keep`"));
    let keep: Vec<Told> =
        keep.into_iter().flatten().filter_map(|entry| told(reader, entry, source)).collect();
    for told in &keep {
        known.keep(told.name.clone());
    }
    StepInput { at, keep, fill, typed, at_a_terminal }
}

fn replaced(
    reader: &mut Reader<'_>,
    section: Entry,
    source: &Source,
    known: &Known,
) -> Vec<Replaced> {
    let entries = reader.entries(section.node, &ticked(&section.key));
    let entries = entries.into_iter().filter_map(|entry| {
        if entry.key.is_empty() {
            reader.wrong(Diagnostic::error(entry.at, "nothing is to be replaced"));
            return None;
        }
        let by = Template::read(reader, entry.node, &ticked(&entry.key), known)?;
        let place = source.place(entry.at);
        Some(Replaced { words: entry.key, by, at: entry.at, place })
    });
    entries.collect()
}

fn told(reader: &mut Reader<'_>, entry: Entry, source: &Source) -> Option<Told> {
    let name = entry.key;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if name.is_empty() || !name.chars().all(plain) {
        let message = format!("{} is no name for what is kept", ticked(&name));
        reader.wrong(Diagnostic::error(entry.at, message).help("letters, digits and `_`"));
        return None;
    }
    let span = entry.node.span;
    let written = reader.text(entry.node, &ticked(&name))?;
    let wrong = match Regex::new(&written) {
        Ok(pattern) if pattern.captures_len() > 1 => {
            return Some(Told { name, pattern, place: source.place(span) });
        }
        Ok(_) => {
            "a regular expression without a group: nothing of the line would be kept".to_owned()
        }
        Err(regex::Error::CompiledTooBig(_)) => "a regular expression that is too large".to_owned(),
        Err(error) => {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default();
            format!("no regular expression: {}", reason.trim_start_matches("error: "))
        }
    };
    reader.wrong(Diagnostic::error(span, wrong).help("as in `'password +(\\S+)'`"));
    None
}
