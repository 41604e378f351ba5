//! What the author wants of a field.

use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::text::ticked;
use crate::yaml::{Entry, Node, Reader, Value};

pub(super) const KEYS: &[&str] = &["matches", "compared"];

/// A field, and what is wanted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldValue {
    /// As the server calls it; with `$` in front, a JSONPath over what is observed.
    pub path: String,
    /// What is wanted.
    pub wanted: Wanted,
}

/// What is wanted of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This value, by its meaning.
    Value(String),
    /// These values, in any order.
    List(Vec<String>),
    /// Any value.
    Any,
    /// What this regular expression matches somewhere.
    Matches(String),
    /// That it is not set.
    Unset,
    /// Nothing: it is not compared.
    NotCompared,
}

/// The entries of `fields:`.
pub(super) fn fields(reader: &mut Reader<'_>, entry: Entry) -> Vec<FieldValue> {
    let entries = reader.entries(entry.node, "`fields`");
    entries.into_iter().filter_map(|entry| field(reader, entry)).collect()
}

fn field(reader: &mut Reader<'_>, entry: Entry) -> Option<FieldValue> {
    if entry.key.starts_with('$')
        && let Err(error) = jsonpath_rust::parser::parse_json_path(&entry.key)
    {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim().trim_start_matches("= ");
        let message = format!("{} is no JSONPath: {reason}", ticked(&entry.key));
        reader.wrong(Diagnostic::error(entry.at, message).help("as in `$.spec.replicas`"));
        return None;
    }
    let wanted = wanted(reader, entry.node, &entry.key)?;
    Some(FieldValue { path: entry.key, wanted })
}

fn wanted(reader: &mut Reader<'_>, node: Node, name: &str) -> Option<Wanted> {
    let owner = ticked(name);
    match node.value {
        Value::Null => Some(Wanted::Unset),
        Value::Text(text) if text == "any" => Some(Wanted::Any),
        Value::List(items) => {
            let items: Vec<Option<String>> =
                items.into_iter().map(|item| reader.scalar(item, "an item")).collect();
            items.into_iter().collect::<Option<_>>().map(Wanted::List)
        }
        Value::Map(_) => {
            let mut fields = reader.fields(node, &owner, KEYS);
            let matches = fields.take("matches");
            let compared = fields.take("compared");
            match (matches, compared) {
                (Some(entry), None) => pattern(reader, entry).map(Wanted::Matches),
                (None, Some(entry)) => match entry.node.value {
                    Value::Bool(false) => Some(Wanted::NotCompared),
                    ref other => reader.kind(entry.node.span, "`compared`", other, "`false`"),
                },
                _ if fields.is_broken() => None,
                _ => {
                    let message = format!("{owner} has one of `matches` and `compared`");
                    reader.wrong(Diagnostic::error(fields.span, message));
                    None
                }
            }
        }
        _ => reader.scalar(node, &owner).map(Wanted::Value),
    }
}

fn pattern(reader: &mut Reader<'_>, entry: Entry) -> Option<String> {
    let span = entry.node.span;
    let written = reader.text(entry.node, "`matches`")?;
    match Regex::new(&written) {
        Ok(_) => Some(written),
        Err(error) => {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default();
            let reason = reason.trim_start_matches("error: ");
            let message = format!("no regular expression: {reason}");
            reader.wrong(Diagnostic::error(span, message));
            None
        }
    }
}
