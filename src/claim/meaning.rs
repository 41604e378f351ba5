//! How a field of the text and a field of a server are compared: by what they mean, not by their bytes.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use super::duration::{seconds, short};
use super::quantity::billionths;
use super::{Fact, Hole, Part, Text};

/// What a field's value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The same text; a number or a truth value in any spelling of it.
    Exact,
    /// A time span: `30m`, `1800`, `1800s` are the same.
    Duration,
    /// A list whose order does not count; in text separated by commas.
    Set,
    /// SQL: white space and trailing semicolons do not count.
    Sql,
    /// A connection URL: a password in it, `postgres:` for `postgresql:` and the order of options do not count.
    ConnectionUrl,
    /// A Kubernetes quantity: `1000m` and `1`, `1Gi` and `1024Mi` are the same.
    Quantity,
    /// What the thing comes to by itself, such as being ready: the same text; any later change opens it again.
    Outcome,
    /// The text of a file: line breaks at its end do not count.
    FileText,
    /// The field is set; to what, does not count.
    AnyValue,
    /// The text stands somewhere in it.
    Contains,
    /// The text is a regular expression that matches somewhere in it.
    Pattern,
    /// As the author writes it: the same text, or the same time span.
    Written,
    /// A list as the author writes it, whose order does not count.
    WrittenList,
    /// A zero, `false` or an empty text, which a server may leave out: the same, or not there.
    Zero,
    /// The field is not set; there is no value to compare.
    Unset,
    /// The server does not give it back: not compared, and said.
    NotReturned,
}

impl Meaning {
    /// Whether `actual` means what the text says. [`Meaning::Unset`] and
    /// [`Meaning::NotReturned`] are never asked.
    pub fn same(self, expected: &Text, actual: &Fact) -> bool {
        let actual = match actual {
            Fact::Sealed(_) if self == Self::AnyValue => return true,
            Fact::Sealed(secret) if self == Self::FileText => {
                return same_lines(expected, secret.expose());
            }
            Fact::Sealed(secret) if self == Self::Contains => {
                return contains(expected, secret.expose());
            }
            Fact::Sealed(secret) if self == Self::Pattern => {
                return matches_regex(expected, secret.expose());
            }
            Fact::Sealed(secret) if self == Self::Written => {
                return same_written(expected, &Value::from(secret.expose()));
            }
            Fact::Sealed(secret) if self == Self::WrittenList => {
                let list = serde_json::from_str(secret.expose());
                return same_set(expected, &list.unwrap_or_else(|_| secret.expose().into()));
            }
            Fact::Sealed(secret) => return expected.matches(secret.expose()),
            Fact::Plain(value) => value,
        };
        match self {
            Self::Exact | Self::Outcome | Self::Zero => expected.matches(&plain(actual)),
            Self::Duration => same_duration(expected, actual),
            Self::Set | Self::WrittenList => same_set(expected, actual),
            Self::Written => same_written(expected, actual),
            Self::Pattern => matches_regex(expected, &plain(actual)),
            Self::Sql => matches_pattern(&fold_sql(&pattern_of(expected)), &sql_of(actual)),
            Self::ConnectionUrl => same_url(expected, &plain(actual)),
            Self::Quantity => same_quantity(expected, &plain(actual)),
            Self::FileText => same_lines(expected, &plain(actual)),
            Self::AnyValue => true,
            Self::Contains => contains(expected, &plain(actual)),
            Self::Unset | Self::NotReturned => false,
        }
    }

    /// A server's value as a person reads it.
    pub fn shown(self, actual: &Fact) -> String {
        let Fact::Plain(value) = actual else { return "another value".to_owned() };
        match self {
            Self::Duration => seconds(&plain(value)).map_or_else(|| plain(value), short),
            Self::ConnectionUrl => without_password(&plain(value)),
            Self::Sql => sql_of(value),
            _ => plain(value),
        }
    }
}

/// Whether the regular expression matches somewhere in `actual`; one that is none matches nothing.
fn matches_regex(expected: &Text, actual: &str) -> bool {
    let pattern = expected.value().and_then(|pattern| Regex::new(&pattern).ok());
    // `$` is where the last line ends, as people mean it.
    pattern.is_some_and(|pattern| pattern.is_match(actual.trim_end_matches('\n')))
}

/// `30m` is what a server calls 1800; a number without a unit is a number.
fn same_written(expected: &Text, actual: &Value) -> bool {
    let has_unit = |text: &str| text.ends_with(|last: char| last.is_ascii_alphabetic());
    match expected.value() {
        Some(text) if has_unit(&text) && seconds(&text).is_some() => {
            same_duration(expected, actual)
        }
        _ => expected.matches(&plain(actual)),
    }
}

/// Whether the text stands somewhere in `actual`.
fn contains(expected: &Text, actual: &str) -> bool {
    let around = || Part::Hole(Hole::Unbound(String::new()));
    let mut text = Text::from(around());
    text.extend(expected);
    text.push(around());
    text.matches(actual)
}

/// A JSON value as the text of a command would write it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn same_duration(expected: &Text, actual: &Value) -> bool {
    let actual = plain(actual);
    // `${N}m` says nothing of the seconds that a server tells.
    let Some(text) = expected.value() else { return true };
    match (seconds(&text), seconds(&actual)) {
        (Some(expected), Some(actual)) => expected == actual,
        _ => expected.matches(&actual),
    }
}

fn same_lines(expected: &Text, actual: &str) -> bool {
    let actual = actual.trim_end_matches('\n');
    expected.matches(actual)
        || expected.suffixed("\n").matches(&format!("{actual}\n"))
        || expected.matches(&format!("{actual}\n"))
}

fn same_quantity(expected: &Text, actual: &str) -> bool {
    match (expected.value().and_then(|text| billionths(&text)), billionths(actual)) {
        (Some(expected), Some(actual)) => expected == actual,
        _ => expected.matches(actual),
    }
}

fn same_set(expected: &Text, actual: &Value) -> bool {
    let actual: BTreeSet<String> = match actual {
        Value::Array(items) => items.iter().map(plain).collect(),
        other => split_list(&plain(other)).collect(),
    };
    let Some(text) = expected.value() else {
        // A hole may stand for several items, or for none.
        let among = |item: String| actual.iter().any(|found| matches_pattern(&item, found));
        return split_list(&pattern_of(expected)).all(|item| item == HOLE || among(item));
    };
    split_list(&text).collect::<BTreeSet<String>>() == actual
}

fn split_list(text: &str) -> impl Iterator<Item = String> + '_ {
    let text = text.trim().trim_start_matches('[').trim_end_matches(']');
    text.split(',').map(|item| item.trim().trim_matches('"').to_owned()).filter(|i| !i.is_empty())
}

/// SQL with runs of white space outside quotes as one blank, none around punctuation, and no semicolon at
/// the end.
fn fold_sql(text: &str) -> String {
    let mut folded = String::new();
    let mut quote = None;
    let mut blank = false;
    for c in text.chars() {
        if let Some(open) = quote {
            folded.push(c);
            if c == open {
                quote = None;
            }
            continue;
        }
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        let glued = matches!(c, ';' | ',' | ')' | '(')
            || folded.ends_with([';', ',', '(', ')'])
            || folded.is_empty();
        if blank && !glued {
            folded.push(' ');
        }
        blank = false;
        if matches!(c, '\'' | '"') {
            quote = Some(c);
        }
        folded.push(c);
    }
    folded.trim_end_matches(';').to_owned()
}

/// A character that no command holds: stands for a hole while a text is taken apart.
const HOLE: &str = "\u{0}";

fn pattern_of(expected: &Text) -> String {
    let known = |part: &Part| Text::from(part.clone()).value();
    expected.parts().iter().map(|part| known(part).unwrap_or_else(|| HOLE.to_owned())).collect()
}

fn matches_pattern(pattern: &str, actual: &str) -> bool {
    let mut text = Text::default();
    for (index, literal) in pattern.split(HOLE).enumerate() {
        if index > 0 {
            text.push(Part::Hole(Hole::Unbound(String::new())));
        }
        text.push(Part::Literal(literal.to_owned()));
    }
    text.matches(actual)
}

fn sql_of(actual: &Value) -> String {
    let statements: Vec<String> = match actual {
        Value::Array(items) => items.iter().map(plain).collect(),
        other => vec![plain(other)],
    };
    fold_sql(&statements.join(";"))
}

/// Splits `scheme://user:password@host/path?query` into what is compared.
struct ConnectionUrl<'a> {
    user: &'a str,
    address: &'a str,
    options: BTreeSet<&'a str>,
}

fn connection_url(text: &str) -> Option<ConnectionUrl<'_>> {
    let (scheme, rest) = text.split_once("://")?;
    if !matches!(scheme, "postgres" | "postgresql") {
        return None;
    }
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (userinfo, address) = rest.rsplit_once('@').unwrap_or(("", rest));
    // `{{username}}:{{password}}` is a template of Vault's: its braces hold no colon.
    let user = userinfo.split_once(':').map_or(userinfo, |(user, _)| user);
    let options = query.split('&').filter(|option| !option.is_empty()).collect();
    Some(ConnectionUrl { user, address: address.trim_end_matches('/'), options })
}

fn same_url(expected: &Text, actual: &str) -> bool {
    let Some(actual_url) = connection_url(actual) else { return expected.matches(actual) };
    let pattern = pattern_of(expected);
    let Some(wanted) = connection_url(&pattern) else { return expected.matches(actual) };
    let options_known = !wanted.options.iter().any(|option| option.contains(HOLE));
    matches_pattern(wanted.user, actual_url.user)
        && matches_pattern(wanted.address, actual_url.address)
        && (!options_known || wanted.options == actual_url.options)
}

/// Without the password of a URL's user, of its options, and of a `key=value` string.
fn without_password(text: &str) -> String {
    let hidden = |word: &str| match word.split_once("password=") {
        Some((before, value)) if !value.starts_with("{{") => format!("{before}password=…"),
        _ => word.to_owned(),
    };
    let words: Vec<String> = text
        .split(' ')
        .map(|word| word.split('&').map(hidden).collect::<Vec<_>>().join("&"))
        .collect();
    let text = words.join(" ");
    let Some((scheme, rest)) = text.split_once("://") else { return text };
    let Some((userinfo, address)) = rest.rsplit_once('@') else { return text };
    match userinfo.split_once(':') {
        Some((user, password)) if !password.starts_with("{{") => {
            format!("{scheme}://{user}:…@{address}")
        }
        _ => text,
    }
}

#[cfg(test)]
#[path = "meaning_tests.rs"]
mod tests;
