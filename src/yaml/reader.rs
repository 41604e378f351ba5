//! The strict way to read a file of ours: every key is known, every type is right, nothing stands there twice, or
//! there is an error with its place. Messages name keys and kinds of values, never a value: files of ours hold
//! passwords.

use std::collections::HashSet;

use serde_json::{Map, Number, Value as Json};

use super::{Node, Value};
use crate::diagnostic::{Diagnostic, Invalid};
use crate::source::{Source, Span};
use crate::text::{nearest, or_list, ticked};

/// One key of a map with its value.
#[derive(Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The place of the key.
    pub at: Span,
    /// The value.
    pub node: Node,
}

/// The entries of a map whose keys are known.
#[derive(Debug)]
pub struct Fields {
    /// The place of the map, or of what names it.
    pub span: Span,
    entries: Vec<Entry>,
    /// Whether something was wrong with its keys, so that one that is missing needs no word of its own.
    broken: bool,
}

/// Reads one file and keeps what is wrong with it.
pub struct Reader<'a> {
    source: &'a Source,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// A reader that has found nothing wrong yet.
    pub fn new(source: &'a Source) -> Self {
        Self { source, diagnostics: Vec::new() }
    }

    /// The text of the file at a place.
    pub fn slice(&self, span: Span) -> &'a str {
        self.source.slice(span)
    }

    /// The whole file as one node; nothing but comments is `null`.
    pub fn parse(&mut self, what: &str) -> Option<Node> {
        let text = &self.source.text;
        let said = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        if !text.lines().any(said) {
            return Some(Node { value: Value::Null, span: Span::new(0, 0) });
        }
        match super::parse(text, 0, what) {
            Ok(node) => Some(node),
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                None
            }
        }
    }

    /// Keeps what is wrong.
    pub fn wrong(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// All that was wrong, by place; `Ok` where nothing was.
    pub fn finish(mut self) -> Result<(), Invalid> {
        if self.diagnostics.is_empty() {
            return Ok(());
        }
        self.diagnostics.sort_by_key(|found| found.span);
        Err(Invalid { source: self.source.clone(), diagnostics: self.diagnostics })
    }

    /// The entries of a map, whatever their keys; nothing at all is an empty map.
    pub fn entries(&mut self, node: Node, owner: &str) -> Vec<Entry> {
        let map = match node.value {
            Value::Map(map) => map,
            Value::Null => return Vec::new(),
            other => {
                self.kind::<()>(node.span, owner, &other, "keys and values");
                return Vec::new();
            }
        };
        let mut seen = HashSet::new();
        let mut entries = Vec::with_capacity(map.len());
        for (key, node) in map {
            let name = match key.value {
                Value::Text(name) | Value::Number(name) => name,
                Value::Bool(name) => name.to_string(),
                _ => "null".to_owned(),
            };
            if seen.insert(name.clone()) {
                entries.push(Entry { key: name, at: key.span, node });
            } else {
                let message = format!("{owner} has {} a second time", ticked(&name));
                self.wrong(Diagnostic::error(key.span, message));
            }
        }
        entries
    }

    /// The entries of a map that has these keys and no others.
    pub fn fields(&mut self, node: Node, owner: &str, known: &[&str]) -> Fields {
        let (span, before) = (node.span, self.diagnostics.len());
        let mut entries = self.entries(node, owner);
        for entry in entries.extract_if(.., |entry| !known.contains(&entry.key.as_str())) {
            let message = format!("{owner} has no key {}", ticked(&entry.key));
            let help = match nearest(&entry.key, known) {
                Some(near) => format!("did you mean {}?", ticked(near)),
                None => format!("{owner} has {}", or_list(known)),
            };
            self.diagnostics.push(Diagnostic::error(entry.at, message).help(help));
        }
        Fields { span, entries, broken: self.diagnostics.len() > before }
    }

    /// The items of a list; nothing at all is an empty list.
    pub fn list(&mut self, node: Node, owner: &str) -> Vec<Node> {
        match node.value {
            Value::List(items) => items,
            Value::Null => Vec::new(),
            other => {
                self.kind::<()>(node.span, owner, &other, "a list");
                Vec::new()
            }
        }
    }

    /// Text, and nothing that only looks like it.
    pub fn text(&mut self, node: Node, owner: &str) -> Option<String> {
        match node.value {
            Value::Text(text) => Some(text),
            other => self.kind(node.span, owner, &other, "text"),
        }
    }

    /// Any scalar as it is written: a password may be a number.
    pub fn scalar(&mut self, node: Node, owner: &str) -> Option<String> {
        match node.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            Value::Bool(truth) => Some(truth.to_string()),
            other => self.kind(node.span, owner, &other, "text"),
        }
    }

    /// A whole number from 1 to what the type holds.
    pub fn number<T: TryFrom<u64>>(&mut self, node: Node, owner: &str) -> Option<T> {
        let Value::Number(written) = node.value else {
            return self.kind(node.span, owner, &node.value, "a whole number");
        };
        let number = written.parse::<u64>().ok().filter(|number| *number > 0);
        let number = number.and_then(|number| T::try_from(number).ok());
        if number.is_none() {
            let message = format!("{owner} is {}, which it cannot be", ticked(&written));
            self.wrong(Diagnostic::error(node.span, message));
        }
        number
    }

    /// The same in JSON, for what is handed on to a server. The strings go through `each`, with their place.
    pub fn json(&mut self, node: Node, each: &mut dyn FnMut(&mut Self, &str, Span)) -> Json {
        match node.value {
            Value::Null => Json::Null,
            Value::Bool(truth) => Json::Bool(truth),
            Value::Text(text) => {
                each(self, &text, node.span);
                Json::String(text)
            }
            Value::Number(written) => json_number(&written).map_or_else(
                || {
                    let message = "a number that JSON does not have".to_owned();
                    self.wrong(Diagnostic::error(node.span, message));
                    Json::Null
                },
                Json::Number,
            ),
            Value::List(items) => {
                Json::Array(items.into_iter().map(|item| self.json(item, each)).collect())
            }
            map @ Value::Map(_) => {
                let node = Node { value: map, span: node.span };
                let entries = self.entries(node, "this map").into_iter();
                let entries = entries.map(|entry| (entry.key, self.json(entry.node, each)));
                Json::Object(entries.collect::<Map<_, _>>())
            }
        }
    }

    /// Says that something is of the wrong kind.
    pub fn kind<T>(&mut self, at: Span, owner: &str, found: &Value, wanted: &str) -> Option<T> {
        let message = format!("{owner} is {}, expected {wanted}", found.kind());
        self.wrong(Diagnostic::error(at, message));
        None
    }
}

impl Fields {
    /// Takes a key out; a key without a value is there.
    pub fn take(&mut self, key: &str) -> Option<Entry> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(index))
    }

    /// Takes a key out that must be there.
    pub fn need(&mut self, key: &str, owner: &str, reader: &mut Reader<'_>) -> Option<Entry> {
        let found = self.take(key);
        if found.is_none() && !self.broken {
            let message = format!("{owner} has no {}", ticked(key));
            reader.wrong(Diagnostic::error(self.span, message));
        }
        found
    }

    /// Whether something was wrong with its keys.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// The keys that are there.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.as_str())
    }
}

fn json_number(written: &str) -> Option<Number> {
    let plain = written.strip_prefix('+').unwrap_or(written);
    if let Ok(number) = plain.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = plain.parse::<u64>() {
        return Some(number.into());
    }
    let radix = |prefix: &str, radix| {
        plain.strip_prefix(prefix).and_then(|digits| u64::from_str_radix(digits, radix).ok())
    };
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| radix("0b", 2)) {
        return Some(number.into());
    }
    Number::from_f64(plain.parse().ok()?)
}
