//! The grammar of the vault CLI: a command's words as verb, flags, arguments and data. Knows no path.

use serde_json::Value;

use crate::claim::{Hole, Part, Text};
use crate::provider::Call;
use crate::provider::masked::Masked;

/// Words that open a group of subcommands.
const GROUPS: &[&str] = &[
    "agent",
    "audit",
    "auth",
    "events",
    "hcp",
    "kv",
    "lease",
    "namespace",
    "operator",
    "patch-mode",
    "pki",
    "plugin",
    "policy",
    "secrets",
    "token",
    "transform",
    "transit",
    "version-history",
];

/// Groups within groups.
const NESTED: &[(&str, &str)] =
    &[("kv", "metadata"), ("operator", "raft"), ("plugin", "runtime"), ("plugin", "reload-status")];

/// Flags that take no value. All others take one, behind `=` or as the next word.
const SWITCHES: &[&str] = &[
    "f",
    "force",
    "local",
    "seal-wrap",
    "external-entropy-access",
    "tls-skip-verify",
    "detailed",
    "output-curl-string",
    "output-policy",
    "non-interactive",
    "no-store",
    "no-print",
    "token-only",
    "accessor",
    "orphan",
    "renewable",
    "no-default-policy",
    "self",
    "prefix",
    "sync",
    "h",
    "help",
    "v",
    "version-flag",
    "policy-override",
];

/// A vault command taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Invocation {
    /// `["secrets", "enable"]`, `["write"]`.
    pub(super) verb: Vec<String>,
    /// Without their dashes; `None` for a switch.
    pub(super) flags: Vec<(String, Option<Text>)>,
    /// What follows the flags: a path or a type first, data behind it.
    pub(super) arguments: Vec<Text>,
    stdin: Option<Text>,
}

impl Invocation {
    /// Takes a call apart; `None` where it is not vault's, or has no verb.
    pub(super) fn of(call: &Call) -> Option<Self> {
        if call.program()? != "vault" {
            return None;
        }
        let mut invocation = Self { stdin: call.stdin.clone(), ..Self::default() };
        let mut words = call.words[1..].iter().peekable();
        while let Some(word) = words.next() {
            let masked = Masked::new(word);
            if let Some(flag) = flag_of(&masked.text) {
                let (name, value) = match flag.split_once('=') {
                    Some((name, value)) => (name.to_owned(), Some(masked.unmask(value))),
                    None if SWITCHES.contains(&flag) => (flag.to_owned(), None),
                    None => (flag.to_owned(), words.next().cloned()),
                };
                invocation.flags.push((name, value));
            } else if invocation.wants_verb() {
                invocation.verb.push(word.literal()?);
            } else {
                invocation.arguments.push(word.clone());
            }
        }
        (!invocation.verb.is_empty()).then_some(invocation)
    }

    fn wants_verb(&self) -> bool {
        if !self.arguments.is_empty() {
            return false;
        }
        match self.verb.as_slice() {
            [] => true,
            [group] => GROUPS.contains(&group.as_str()),
            [group, nested] => NESTED.contains(&(group.as_str(), nested.as_str())),
            _ => false,
        }
    }

    /// Whether the verb is this one.
    pub(super) fn is(&self, verb: &[&str]) -> bool {
        self.verb.iter().map(String::as_str).eq(verb.iter().copied())
    }

    /// The value of a flag.
    pub(super) fn flag(&self, name: &str) -> Option<&Text> {
        self.flags.iter().rev().find(|(flag, _)| flag == name)?.1.as_ref()
    }

    /// Whether a flag is given at all.
    pub(super) fn has(&self, name: &str) -> bool {
        self.flags.iter().any(|(flag, _)| flag == name)
    }

    /// Whether it speaks to another namespace than the session's. Such things are not looked at.
    pub(super) fn elsewhere(&self) -> bool {
        self.has("namespace") || self.has("ns")
    }

    /// The first argument.
    pub(super) fn path(&self) -> Option<&Text> {
        self.arguments.first()
    }

    /// What stands behind the path: `key=value`, `key=@file`, `key=-`, and a JSON object from `-`.
    pub(super) fn data(&self) -> Vec<(String, Text)> {
        let mut data = Vec::new();
        for argument in self.arguments.iter().skip(1) {
            if argument.literal().as_deref() == Some("-") {
                data.extend(self.stdin.as_ref().map(json_data).unwrap_or_default());
                continue;
            }
            let masked = Masked::new(argument);
            let Some((key, value)) = masked.text.split_once('=') else { continue };
            let Some(key) = masked.unmask(key).literal() else { continue };
            data.push((key, self.value(value, &masked)));
        }
        data
    }

    fn value(&self, value: &str, masked: &Masked) -> Text {
        match value.strip_prefix('@') {
            // What a file holds is not in the text.
            Some(_) => unknown(&masked.unmask(value)),
            None if value == "-" => {
                self.stdin.clone().unwrap_or_else(|| unknown(&Text::from("standard input")))
            }
            None => masked
                .unmask(value.strip_prefix('\\').filter(|v| v.starts_with('@')).unwrap_or(value)),
        }
    }
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

/// The fields of a JSON object; lists as the CLI takes them, separated by commas.
fn json_data(stdin: &Text) -> Vec<(String, Text)> {
    let masked = Masked::new(stdin);
    let Ok(Value::Object(object)) = serde_json::from_str(&masked.text) else { return Vec::new() };
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
pub(super) mod tests {
    use super::*;

    /// A call from words in one string, separated by blanks.
    pub(in crate::provider::vault) fn call(line: &str) -> Call {
        let words = line.split(' ').map(|word| match word.strip_prefix('$') {
            Some(_) => Text::from(Part::Hole(Hole::Unbound(word.to_owned()))),
            None => Text::from(word),
        });
        Call { words: words.collect(), ..Call::default() }
    }

    fn of(line: &str) -> Invocation {
        Invocation::of(&call(line)).unwrap()
    }

    #[test]
    fn verbs_flags_and_arguments_are_told_apart() {
        for (line, verb, arguments) in [
            ("vault secrets enable database", "secrets enable", "database"),
            ("vault secrets enable -path=db database", "secrets enable", "database"),
            ("vault secrets enable -path db database", "secrets enable", "database"),
            ("vault write -f database/rotate-root/x", "write", "database/rotate-root/x"),
            ("vault write -force database/rotate-root/x", "write", "database/rotate-root/x"),
            ("vault kv delete kv/a", "kv delete", "kv/a"),
            ("vault kv metadata delete -mount=kv a", "kv metadata delete", "a"),
            ("vault -address=http://h read -field=x kv/a", "read", "kv/a"),
            ("vault status", "status", ""),
        ] {
            let invocation = of(line);
            let shown: Vec<String> = invocation.arguments.iter().map(Text::shown).collect();
            assert_eq!(
                (invocation.verb.join(" "), shown.join(" ")),
                (verb.into(), arguments.into())
            );
        }
        assert_eq!(
            of("vault secrets enable -path db database").flag("path"),
            Some(&Text::from("db"))
        );
        assert!(of("vault write -f x").has("f"));
        assert_eq!(Invocation::of(&call("kubectl get pods")), None);
        assert_eq!(Invocation::of(&call("vault")), None);
    }

    #[test]
    fn data_comes_from_words_files_and_standard_input() {
        let mut call = call("vault write p a=1 b=@file c=- d=x=y e=");
        call.stdin = Some(Text::from("in"));
        let data = Invocation::of(&call).unwrap().data();
        let shown: Vec<(String, String)> =
            data.iter().map(|(key, value)| (key.clone(), value.shown())).collect();
        let expected = [("a", "1"), ("b", "@file"), ("c", "in"), ("d", "x=y"), ("e", "")];
        assert_eq!(shown, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!(data[1].1.value(), None);
    }

    #[test]
    fn a_json_object_is_data() {
        let mut call = call("vault write p -");
        call.stdin = Some(Text::from(r#"{"a":"1","ttl":60,"list":["x","y"],"deep":{"k":1}}"#));
        let data = Invocation::of(&call).unwrap().data();
        let shown: Vec<String> = data.iter().map(|(k, v)| format!("{k}={}", v.shown())).collect();
        assert_eq!(shown, ["a=1", "ttl=60", "list=x,y"]);
    }
}
