//! kubectl's templates: `{.items[0].spec.clusterIP}`, with text around the braces.
//!
//! Paths, places, `*` and filters; no `range`, which prints more than one value.

use jsonpath_rust::JsonPath as _;
use serde_json::Value;

/// A template taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Stands for itself.
    Literal(String),
    /// A path in the spelling of RFC 9535.
    Path(String),
}

impl Template {
    /// Takes a template apart; nothing where it holds what is not worked out here.
    pub(super) fn parse(template: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = template;
        // kubectl takes a bare path too.
        if !template.contains('{') {
            return Some(Self(vec![Piece::Path(path(template)?)]));
        }
        while let Some(start) = rest.find('{') {
            if start > 0 {
                pieces.push(Piece::Literal(rest[..start].to_owned()));
            }
            let end = start + closing(&rest[start..])?;
            let inner = rest[start + 1..end].trim();
            pieces.push(match inner.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
                Some(text) => Piece::Literal(text.replace("\\n", "\n").replace("\\t", "\t")),
                None => Piece::Path(path(inner)?),
            });
            rest = &rest[end + 1..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        Some(Self(pieces))
    }

    /// What it picks from a document; a path that leads nowhere picks nothing.
    pub(super) fn picked(&self, document: &Value) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Path(path) => {
                    let found = document.query(path).unwrap_or_default();
                    let found: Vec<String> = found.into_iter().map(shown).collect();
                    out.push_str(&found.join(" "));
                }
            }
        }
        out
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Where the brace that opens `text` is closed, quotes considered.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '}') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// A path in the spelling of RFC 9535: `.metadata.labels.app\.io/x` is `$['metadata']['labels']['app.io/x']`.
fn path(path: &str) -> Option<String> {
    let mut rest = path.trim();
    rest = rest.strip_prefix(['$', '@']).unwrap_or(rest);
    if rest == "." {
        return Some("$".to_owned());
    }
    let mut out = "$".to_owned();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let end = bracket(inside)?;
            out.push('[');
            out.push_str(inside[..end].trim());
            out.push(']');
            rest = &inside[end + 1..];
            continue;
        }
        rest = match rest.strip_prefix("..") {
            Some(after) => {
                out.push_str("..");
                after
            }
            None => rest.strip_prefix('.').or((out == "$").then_some(rest))?,
        };
        let (name, after) = name(rest);
        match name.as_str() {
            "" if after.starts_with('[') => {}
            "" => return None,
            "*" => out.push_str("[*]"),
            // `{range}`, `{end}` and functions are words with blanks or brackets.
            name if name.contains([' ', '(', ')', '"']) || name == "end" => return None,
            name => out.extend(["['", &name.replace('\'', "\\'"), "']"]),
        }
        rest = after;
    }
    Some(out)
}

/// A name up to the next dot or bracket that no backslash stands before.
fn name(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut letters = text.char_indices();
    while let Some((at, c)) = letters.next() {
        match c {
            '.' | '[' => return (name, &text[at..]),
            '\\' => name.extend(letters.next().map(|(_, c)| c)),
            c => name.push(c),
        }
    }
    (name, "")
}

/// Where the bracket is closed that was opened before `text`.
fn bracket(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, ']') if depth == 0 => return Some(at),
            (None, ']') => depth -= 1,
            (None, '[') => depth += 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_pick_what_kubectl_picks() {
        let document = serde_json::json!({"items": [
            {"metadata": {"name": "a", "labels": {"app.io/x-y": "1"}},
             "spec": {"ports": [{"name": "http", "port": 80}, {"name": "db", "port": 5432}]}},
            {"metadata": {"name": "b"}, "status": {"ok": true, "map": {"k": null}}},
        ]});
        for (template, expected) in [
            ("{.items[0].metadata.name}", "a"),
            ("{.items[*].metadata.name}", "a b"),
            ("{.items..metadata.name}", "a b"),
            ("{.items[0].metadata.labels.app\\.io/x-y}", "1"),
            ("{.items[0].metadata.labels['app.io/x-y']}", "1"),
            ("{.items[0].spec.ports[?(@.name==\"db\")].port}", "5432"),
            ("{.items[0].spec.ports[?(@.name=='db')].port}", "5432"),
            ("{.items[-1:].metadata.name}", "b"),
            ("http://{.items[0].metadata.name}:{.items[0].spec.ports[0].port}/", "http://a:80/"),
            ("{.items[0].metadata.name}{\"\\n\"}", "a\n"),
            (".items[0].metadata.name", "a"),
            ("{.items[1].status.ok}", "true"),
            ("{.items[0].spec.ports[1]}", "{\"name\":\"db\",\"port\":5432}"),
            ("{.nowhere.at.all}", ""),
            ("{$.items[0].metadata.name}", "a"),
        ] {
            let template_parsed = Template::parse(template).unwrap();
            assert_eq!(template_parsed.picked(&document), expected, "{template}");
        }
    }

    #[test]
    fn what_is_not_worked_out_is_no_template() {
        for template in ["{range .items[*]}{.x}{end}", "{.items[0", "{.items", "{.a..}"] {
            assert_eq!(Template::parse(template), None, "{template}");
        }
    }
}
