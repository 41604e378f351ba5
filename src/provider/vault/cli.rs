//! The grammar of the vault CLI: a command's words as verb, flags, arguments and data. Knows no path.

use serde_json::Value;

use crate::claim::{Hole, Part, Text};
use crate::provider::masked::Masked;
use crate::provider::place::resolved;
use crate::provider::{Call, Files, Unseen};

use super::words::{ANYWHERE, GROUPS, NESTED, SWITCHES, WITH_DATA};
use super::{curl, system};

/// A vault command taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Invocation {
    /// `["secrets", "enable"]`, `["write"]`.
    pub(super) verb: Vec<String>,
    /// Without their dashes; `None` for a switch.
    pub(super) flags: Vec<(String, Option<Text>)>,
    /// What follows the flags: a path or a type first, data behind it.
    pub(super) arguments: Vec<Text>,
    pub(super) stdin: Option<Text>,
    pub(super) files: Files,
    /// The directory against which their names are taken.
    pub(super) directory: Option<Text>,
    pub(super) elsewhere: Option<Unseen>,
    /// A flag where the CLI takes none: before its command, or behind the first argument.
    pub(super) misplaced: Option<String>,
    /// Whether the CLI refuses it because nothing stands behind its path.
    pub(super) lacks_data: bool,
}

impl Invocation {
    /// Takes a call apart; `None` where it is not vault's, or has no verb. What goes to `sys/` by path is
    /// given as the CLI's own command for it.
    pub(super) fn of(call: &Call) -> Option<Self> {
        let invocation = Self::as_written(call)?;
        if invocation.misplaced.is_some() || invocation.lacks_data {
            return None;
        }
        Some(system::named(invocation))
    }

    /// The same, with what the CLI would turn down.
    pub(super) fn as_written(call: &Call) -> Option<Self> {
        match call.program()?.as_str() {
            "vault" => Self::of_words(call),
            "curl" => curl::invocation(call),
            _ => None,
        }
    }

    /// An invocation without words yet, that sees what `call` sees.
    pub(super) fn within(call: &Call) -> Self {
        let (stdin, files, directory) =
            (call.stdin.clone(), call.files.clone(), call.directory.clone());
        Self { stdin, files, directory, elsewhere: other_namespace(call), ..Self::default() }
    }

    fn of_words(call: &Call) -> Option<Self> {
        let mut invocation = Self::within(call);
        let mut words = call.words[1..].iter();
        while let Some(word) = words.next() {
            let masked = Masked::new(word);
            let flag = flag_of(&masked.text)
                .map(|flag| flag.split_once('=').map_or((flag, None), |(n, v)| (n, Some(v))));
            match flag {
                Some((name, value))
                    if invocation.arguments.is_empty() || ANYWHERE.contains(&name) =>
                {
                    let value = match value {
                        Some(value) => Some(masked.unmask(value)),
                        None if SWITCHES.contains(&name) => None,
                        None => words.next().cloned(),
                    };
                    if invocation.wants_verb() && !may_stand_first(name, &invocation.verb) {
                        invocation.misplaced = Some(format!("-{name}"));
                    }
                    invocation.flags.push((name.to_owned(), value));
                }
                _ if invocation.wants_verb() => invocation.verb.push(word.literal()?),
                Some((name, _)) if !invocation.takes_data() => {
                    invocation.misplaced = Some(format!("-{name}"));
                }
                _ => invocation.arguments.push(word.clone()),
            }
        }
        if invocation.elsewhere.is_none() {
            invocation.elsewhere = invocation.other_server(call);
        }
        if ["h", "help", "output-curl-string", "output-policy"]
            .iter()
            .any(|flag| invocation.has(flag))
        {
            // It only shows what it would do.
            (invocation.verb, invocation.arguments) = (vec!["help".to_owned()], Vec::new());
        }
        let empty = invocation.arguments.len() == 1;
        let forced = ["f", "force"].iter().any(|flag| invocation.has(flag));
        invocation.lacks_data = invocation.is(&["write"]) && empty && !forced;
        (!invocation.verb.is_empty()).then_some(invocation)
    }

    fn wants_verb(&self) -> bool {
        if !self.arguments.is_empty() {
            return false;
        }
        match self.verb.as_slice() {
            [] => true,
            [group] => GROUPS.contains(&group.as_str()),
            [.., group, nested] => NESTED.contains(&(group.as_str(), nested.as_str())),
        }
    }

    fn takes_data(&self) -> bool {
        WITH_DATA.iter().any(|verb| self.is(verb))
    }

    /// Where it is sent, if that is not where the rest of the text goes.
    fn other_server(&self, call: &Call) -> Option<Unseen> {
        if self.flags.iter().any(|(name, value)| {
            matches!(name.as_str(), "namespace" | "ns")
                && value.as_ref().is_some_and(is_another_namespace)
        }) {
            return Some(Unseen::OtherEdition);
        }
        let own = call.own.iter().rev().find(|(name, _)| name == "VAULT_ADDR");
        let address = self.flag("address").or(own.map(|(_, value)| value))?;
        let usual = call.environment.iter().rev().find(|(name, _)| name == "VAULT_ADDR");
        let same = usual.is_some_and(|(_, value)| value == address)
            || address.shown().trim_end_matches('/') == "$VAULT_ADDR";
        (!same).then_some(Unseen::Elsewhere)
    }

    /// Whether the verb is this one.
    pub(super) fn is(&self, verb: &[&str]) -> bool {
        self.verb.iter().map(String::as_str).eq(verb.iter().copied())
    }

    /// The value of a flag.
    pub(super) fn flag(&self, name: &str) -> Option<&Text> {
        self.flags.iter().rev().find(|(flag, _)| flag == name)?.1.as_ref()
    }

    /// All values of a flag that may be given more than once.
    pub(super) fn flags_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Text> {
        self.flags.iter().filter(move |(flag, _)| flag == name).filter_map(|(_, v)| v.as_ref())
    }

    /// Whether a flag is given at all, and not switched off.
    pub(super) fn has(&self, name: &str) -> bool {
        let last = self.flags.iter().rev().find(|(flag, _)| flag == name);
        last.is_some_and(|(_, value)| {
            let value = value.as_ref().and_then(Text::literal);
            !value.is_some_and(|value| matches!(value.as_str(), "false" | "0" | "f" | "F"))
        })
    }

    /// Whether it speaks to another namespace or server than the session's. Such things are not looked at.
    pub(super) fn elsewhere(&self) -> bool {
        self.elsewhere.is_some()
    }

    /// The first argument.
    pub(super) fn path(&self) -> Option<&Text> {
        self.arguments.first()
    }

    /// What stands behind the path: `key=value`, `key=@file`, `key=-`, and a JSON object from `-` or `@file`.
    pub(super) fn data(&self) -> Vec<(String, Text)> {
        let mut data: Vec<(String, Text)> = Vec::new();
        for argument in self.arguments.iter().skip(1) {
            if let Some(text) = self.document(argument) {
                data.extend(object(&text, None));
                continue;
            }
            let masked = Masked::new(argument);
            let Some((key, value)) = masked.text.split_once('=') else { continue };
            let Some(key) = masked.unmask(key).literal() else { continue };
            data.push((key, self.value(value, &masked)));
        }
        data
    }

    /// The document behind the path that the text does not show, as what it may say: anything.
    pub(super) fn unread(&self) -> Option<Text> {
        let mut words = self.arguments.iter().skip(1);
        let is_file = |word: &&Text| word.literal().is_some_and(|text| text.starts_with('@'));
        let file = words.find(|word| is_file(word) && self.document(word).is_none())?;
        self.stdin.is_none().then(|| unknown(file))
    }

    /// Whether all that stands behind the path is data to the CLI, and there is some.
    pub(super) fn has_sound_data(&self) -> bool {
        let mut words = self.arguments.iter().skip(1).map(|word| Masked::new(word).text);
        self.arguments.len() > 1
            && words.all(|word| word.contains('=') || word == "-" || word.starts_with('@'))
    }

    /// The fields of an object within the JSON that stands behind the path: `data` of `{"data": {"k": "v"}}`.
    pub(super) fn nested(&self, key: &str) -> Option<Vec<(String, Text)>> {
        let documents = self.arguments.iter().skip(1).filter_map(|word| self.document(word));
        let mut found = documents.filter(|text| has_object(text, key)).peekable();
        found.peek()?;
        Some(found.flat_map(|text| object(&text, Some(key))).collect())
    }

    /// The text behind `-` (standard input) or `@file`, as far as the challenge says it.
    pub(super) fn document(&self, word: &Text) -> Option<Text> {
        let written = word.literal()?;
        match written.strip_prefix('@') {
            Some(file) => self.file(file).cloned(),
            None if written == "-" => self.stdin.clone(),
            None => None,
        }
    }

    /// What is in a file.
    pub(super) fn file(&self, name: &str) -> Option<&Text> {
        self.files.get(&resolved(self.directory.as_ref(), &Text::from(name)))
    }

    fn value(&self, value: &str, masked: &Masked) -> Text {
        match value.strip_prefix('@') {
            Some(file) => masked
                .unmask(file)
                .literal()
                .and_then(|name| self.file(&name).cloned())
                // What another file holds is not in the text.
                .unwrap_or_else(|| unknown(&masked.unmask(value))),
            None if value == "-" => {
                self.stdin.clone().unwrap_or_else(|| unknown(&Text::from("standard input")))
            }
            None => masked
                .unmask(value.strip_prefix('\\').filter(|v| v.starts_with('@')).unwrap_or(value)),
        }
    }
}

/// Whether the CLI takes a flag in front of its command; `agent` is a command and a group.
fn may_stand_first(name: &str, verb: &[String]) -> bool {
    let of_all = ["h", "help", "v", "version", "autocomplete-install", "autocomplete-uninstall"];
    ANYWHERE.contains(&name) || of_all.contains(&name) || verb.first().is_some_and(|v| v == "agent")
}

/// Whether the text has named a namespace by then.
fn other_namespace(call: &Call) -> Option<Unseen> {
    let namespace = call.variable("VAULT_NAMESPACE")?;
    is_another_namespace(namespace).then_some(Unseen::OtherEdition)
}

fn is_another_namespace(value: &Text) -> bool {
    !matches!(value.literal().as_deref().map(|name| name.trim_matches('/')), Some("" | "root"))
}

fn unknown(written: &Text) -> Text {
    Text::from(Part::Hole(Hole::Unbound(written.shown())))
}

/// `-flag` and `--flag`, without the dashes.
fn flag_of(word: &str) -> Option<&str> {
    let flag = word.strip_prefix('-')?;
    let flag = flag.strip_prefix('-').unwrap_or(flag);
    flag.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(flag)
}

fn has_object(document: &Text, key: &str) -> bool {
    let parsed: Option<Value> = serde_json::from_str(&Masked::new(document).text).ok();
    parsed.is_some_and(|value| value[key].is_object())
}

/// The fields of a JSON object, or of one within it; lists as the CLI takes them, separated by commas.
pub(super) fn object(document: &Text, within: Option<&str>) -> Vec<(String, Text)> {
    let masked = Masked::new(document);
    let Ok(mut parsed) = serde_json::from_str::<Value>(&masked.text) else { return Vec::new() };
    if let Some(key) = within {
        parsed = parsed[key].take();
    }
    let Value::Object(object) = parsed else { return Vec::new() };
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    object
        .iter()
        .filter(|(_, value)| !value.is_object())
        .map(|(key, value)| {
            let text = match value {
                Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
                other => plain(other),
            };
            (key.clone(), masked.unmask(&text))
        })
        .collect()
}

#[cfg(test)]
#[path = "cli_tests.rs"]
pub(super) mod tests;
