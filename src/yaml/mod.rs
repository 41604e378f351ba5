//! YAML → nodes with their places, through one set of strict options. Does not know what the keys of a file are.

mod reader;

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;

use crate::diagnostic::Diagnostic;
use crate::source::Span;

pub use reader::{Entry, Fields, Reader};

/// A value and its place in the file.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its place; for a list or a map from its first to its last item.
    pub span: Span,
}

/// A YAML value.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// As written in the file.
    Number(String),
    /// Any other scalar.
    Text(String),
    /// Items in their order.
    List(Vec<Node>),
    /// Keys and values in their order; a key may stand there twice.
    Map(Vec<(Node, Node)>),
}

impl Value {
    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "`true` or `false`",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

/// The one set of options for YAML that people write: `yes`, `017` and `1_000` are text, and what no file of ours
/// ever needs (tens of thousands of nodes, aliases of aliases) is an error and not a wait.
fn options() -> serde_yaml::Options {
    serde_yaml::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        duplicate_keys: serde_yaml::options::DuplicateKeyPolicy::PassThrough,
        budget: serde_yaml::budget! {
            max_nodes: 20_000,
            max_events: 60_000,
            max_aliases: 50,
            max_anchors: 50,
            max_depth: 32,
        },
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: 2_000,
            max_replay_stack_depth: 8,
        },
    }
}

/// Parses `text`, which stands at `start` of the file and is `what` in messages.
pub fn parse(text: &str, start: usize, what: &str) -> Result<Node, Diagnostic> {
    match serde_yaml::from_str_with_options::<Spanned<Raw>>(text, options()) {
        Ok(raw) => Ok(node(raw, text, start)),
        Err(error) => Err(unreadable(&error, text, start, what)),
    }
}

fn unreadable(error: &serde_yaml::Error, text: &str, start: usize, what: &str) -> Diagnostic {
    let at = error.location().map_or(0, |location| offset(text, location));
    let line = text[at..].split('\n').next().unwrap_or_default().trim_end();
    let span = Span::new(start + at, start + at + line.len());
    let (message, help) = match error.without_snippet() {
        serde_yaml::Error::Budget { .. }
        | serde_yaml::Error::AliasReplayLimitExceeded { .. }
        | serde_yaml::Error::AliasExpansionLimitExceeded { .. }
        | serde_yaml::Error::AliasReplayStackDepthExceeded { .. }
        | serde_yaml::Error::AliasError { .. } => {
            (format!("{what} is larger, deeper or has more aliases than is read"), None)
        }
        serde_yaml::Error::MultipleDocuments { .. } => {
            (format!("{what} has a second document, and is one"), None)
        }
        serde_yaml::Error::UnknownAnchor { .. } => (
            "an alias (`*name`) without its anchor".to_owned(),
            Some("a text that begins with `*` needs quotes"),
        ),
        _ if text.contains('\t') && line.starts_with('\t') => {
            (format!("{what} cannot be read: a tab where YAML wants blanks"), None)
        }
        _ if line.contains("${") => (
            format!("{what} cannot be read as YAML here"),
            Some("a text with `${…}` needs quotes between `{` and `}` or `[` and `]`"),
        ),
        _ => (
            format!("{what} cannot be read as YAML here"),
            Some(
                "a text with `: `, or that begins with a mark such as `*`, `&`, `@` or a backquote, needs quotes",
            ),
        ),
    };
    let diagnostic = Diagnostic::error(span, message);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The byte of a place; by line and column where the library gives no bytes.
fn offset(text: &str, location: serde_yaml::Location) -> usize {
    let bytes = location.span().byte_offset().and_then(|at| usize::try_from(at).ok());
    let at = bytes.unwrap_or_else(|| {
        let line = usize::try_from(location.line()).unwrap_or(1).saturating_sub(1);
        text.split_inclusive('\n').take(line).map(str::len).sum()
    });
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn node(raw: Spanned<Raw>, text: &str, start: usize) -> Node {
    let from = offset(text, raw.referenced);
    let length = raw.referenced.span().byte_len().and_then(|length| usize::try_from(length).ok());
    let mut to = (from + length.unwrap_or(0)).min(text.len());
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let written = text[from..to].trim_end();
    let mut span = Span::new(start + from, start + from + written.len());
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Bool(value) => Value::Bool(value),
        Raw::Number(number) => {
            Value::Number(if written.is_empty() { number } else { written.to_owned() })
        }
        Raw::Text(text) => Value::Text(text),
        Raw::List(items) => {
            let items: Vec<Node> = items.into_iter().map(|item| node(item, text, start)).collect();
            span.end = items.last().map_or(span.end, |last| last.span.end.max(span.start));
            Value::List(items)
        }
        Raw::Map(entries) => {
            let entries: Vec<(Node, Node)> = entries
                .into_iter()
                .map(|(key, value)| (node(key, text, start), node(value, text, start)))
                .collect();
            span.end = entries
                .last()
                .map_or(span.end, |(key, value)| span.start.max(value.span.end).max(key.span.end));
            Value::Map(entries)
        }
    };
    Node { value, span }
}

/// What the deserializer hands over.
enum Raw {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<Raw>>()? {
            if matches!(key.value, Raw::List(_) | Raw::Map(_)) {
                return Err(A::Error::custom("a key that is no scalar"));
            }
            map.push((key, entries.next_value()?));
        }
        Ok(Raw::Map(map))
    }
}
