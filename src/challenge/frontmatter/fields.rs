//! Nodes → the fields of a challenge's frontmatter, its notes and its tabs. Reads no YAML.

use super::{Field, Frontmatter, Note, Tab};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::text::{nearest, ticked};
use crate::yaml::{Node, Value};

const CHALLENGE: &[&str] = &[
    "slug",
    "id",
    "type",
    "title",
    "teaser",
    "notes",
    "tabs",
    "difficulty",
    "timelimit",
    "enhanced_loading",
    "lab_config",
    "answers",
    "solution",
];
/// Of older tracks, and of what the platform once wrote: known, and of no use here.
const OLD: &[&str] = &["assignment", "background", "show_timer", "stream_access", "files", "meta"];
const NOTE: &[&str] = &["type", "contents", "url", "id"];
const TAB: &[&str] = &[
    "id",
    "title",
    "type",
    "hostname",
    "port",
    "path",
    "url",
    "protocol",
    "cmd",
    "workdir",
    "new_window",
    "custom_request_headers",
    "custom_response_headers",
];

/// One map's entries, taken out by key; what is wrong with them goes to the diagnostics.
struct Entries<'a> {
    entries: Vec<(String, Span, Node)>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// Reads the fields of the whole block.
pub(super) fn fill(into: &mut Frontmatter, root: Node, diagnostics: &mut Vec<Diagnostic>) {
    let Some(mut entries) = Entries::new(root, "the frontmatter", diagnostics) else { return };
    into.slug = entries.text("slug");
    into.id = entries.scalar("id");
    into.kind = entries.text("type");
    into.title = entries.text("title");
    into.teaser = entries.text("teaser");
    into.difficulty = entries.text("difficulty");
    into.timelimit = entries.number("timelimit");
    into.enhanced_loading = entries.truth("enhanced_loading");
    into.lab_config = entries.take("lab_config").map(|(_, node)| node.span);
    for (node, _) in entries.list("answers") {
        let (key, span) = (node.span, node.span);
        into.answers
            .extend(entries.as_scalar("answers", key, node).map(|field| Field { span, ..field }));
    }
    for (node, _) in entries.list("solution") {
        into.solution.extend(entries.as_number("solution", node.span, &node));
    }
    for (node, span) in entries.list("notes") {
        into.notes.extend(note(node, span, entries.diagnostics));
    }
    for (node, span) in entries.list("tabs") {
        into.tabs.extend(tab(node, span, entries.diagnostics));
    }
    into.unknown = entries.rest("a challenge", CHALLENGE, OLD);
}

fn note(item: Node, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Note> {
    let mut entries = Entries::new(item, "a note", diagnostics)?;
    let note = Note {
        kind: entries.text("type"),
        contents: entries.text("contents"),
        url: entries.text("url"),
        span,
    };
    entries.rest("a note", NOTE, &["id"]);
    Some(note)
}

fn tab(node: Node, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Tab> {
    let mut entries = Entries::new(node, "a tab", diagnostics)?;
    let tab = Tab {
        id: entries.scalar("id"),
        title: entries.text("title"),
        kind: entries.text("type"),
        hostname: entries.text("hostname"),
        port: entries.number("port"),
        path: entries.text("path"),
        url: entries.text("url"),
        protocol: entries.text("protocol"),
        cmd: entries.text("cmd"),
        workdir: entries.text("workdir"),
        new_window: entries.truth("new_window"),
        custom_headers: entries.take("custom_request_headers").map(|(_, node)| node.span),
        span,
    };
    entries.rest("a tab", TAB, &["custom_response_headers"]);
    Some(tab)
}

impl<'a> Entries<'a> {
    fn new(node: Node, owner: &str, diagnostics: &'a mut Vec<Diagnostic>) -> Option<Self> {
        let Value::Map(map) = node.value else {
            let message = format!("{owner} is {}, expected keys and values", node.value.kind());
            diagnostics.push(Diagnostic::error(node.span, message));
            return None;
        };
        let mut entries: Vec<(String, Span, Node)> = Vec::with_capacity(map.len());
        let mut seen = std::collections::HashSet::new();
        for (key, value) in map {
            let name = match key.value {
                Value::Text(name) | Value::Number(name) => name,
                Value::Bool(name) => name.to_string(),
                _ => "null".to_owned(),
            };
            if seen.insert(name.clone()) {
                entries.push((name, key.span, value));
            } else {
                let message =
                    format!("{} stands here a second time; the first counts", ticked(&name));
                diagnostics.push(Diagnostic::warning(key.span, message));
            }
        }
        Some(Self { entries, diagnostics })
    }

    fn take(&mut self, key: &str) -> Option<(Span, Node)> {
        let index = self.entries.iter().position(|(name, _, _)| name == key)?;
        let (_, key, node) = self.entries.swap_remove(index);
        (!matches!(node.value, Value::Null)).then_some((key, node))
    }

    /// Text; a number or a truth value is taken as it is written, and reported.
    fn text(&mut self, key: &str) -> Option<Field<String>> {
        let (place, node) = self.take(key)?;
        if !matches!(node.value, Value::Text(_) | Value::List(_) | Value::Map(_)) {
            let message = format!("{} is {}, expected text", ticked(key), node.value.kind());
            self.diagnostics.push(Diagnostic::note(node.span, message));
        }
        self.as_scalar(key, place, node)
    }

    /// Any scalar, as text.
    fn scalar(&mut self, key: &str) -> Option<Field<String>> {
        let (place, node) = self.take(key)?;
        self.as_scalar(key, place, node)
    }

    fn as_scalar(&mut self, name: &str, key: Span, node: Node) -> Option<Field<String>> {
        let value = match node.value {
            Value::Text(text) | Value::Number(text) => text,
            Value::Bool(truth) => truth.to_string(),
            other => return self.wrong(name, &other, node.span, "text"),
        };
        Some(Field { value, key, span: node.span })
    }

    fn number(&mut self, key: &str) -> Option<Field<u64>> {
        let (place, node) = self.take(key)?;
        self.as_number(key, place, &node)
    }

    fn as_number(&mut self, name: &str, key: Span, node: &Node) -> Option<Field<u64>> {
        let (Value::Number(written) | Value::Text(written)) = &node.value else {
            return self.wrong(name, &node.value, node.span, "a whole number");
        };
        let Ok(value) = written.trim().parse() else {
            let message =
                format!("{} is {}, expected a whole number", ticked(name), ticked(written));
            self.diagnostics.push(Diagnostic::error(node.span, message));
            return None;
        };
        if matches!(node.value, Value::Text(_)) {
            let message = format!("{} is text, expected a whole number", ticked(name));
            self.diagnostics.push(Diagnostic::note(node.span, message));
        }
        Some(Field { value, key, span: node.span })
    }

    fn truth(&mut self, key: &str) -> Option<Field<bool>> {
        let (place, node) = self.take(key)?;
        match node.value {
            Value::Bool(value) => Some(Field { value, key: place, span: node.span }),
            other => self.wrong(key, &other, node.span, "`true` or `false`"),
        }
    }

    fn list(&mut self, key: &str) -> Vec<(Node, Span)> {
        let Some((_, node)) = self.take(key) else { return Vec::new() };
        match node.value {
            Value::List(items) => {
                items.into_iter().map(|item| (item.span, item)).map(|(s, i)| (i, s)).collect()
            }
            other => {
                self.wrong::<()>(key, &other, node.span, "a list");
                Vec::new()
            }
        }
    }

    fn wrong<T>(&mut self, key: &str, found: &Value, span: Span, wanted: &str) -> Option<T> {
        let message = format!("{} is {}, expected {wanted}", ticked(key), found.kind());
        self.diagnostics.push(Diagnostic::error(span, message));
        None
    }

    /// What nobody took: keys that `owner` does not have.
    fn rest(&mut self, owner: &str, known: &[&str], quiet: &[&str]) -> Vec<Field<String>> {
        self.entries.sort_by_key(|(_, key, _)| *key);
        let mut unknown = Vec::new();
        for (name, key, node) in self.entries.drain(..) {
            if quiet.contains(&name.as_str()) {
                continue;
            }
            let diagnostic = Diagnostic::note(key, format!("{owner} has no key {}", ticked(&name)));
            self.diagnostics.push(match nearest(&name, known) {
                Some(near) => diagnostic.help(format!("did you mean {}?", ticked(near))),
                None => diagnostic,
            });
            unknown.push(Field { value: name, key, span: node.span });
        }
        unknown
    }
}
