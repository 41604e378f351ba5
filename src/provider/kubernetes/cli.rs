//! The grammar of a kubectl command line: flags anywhere, a verb, and the objects that it names.
//!
//! Knows which flags take a value, not what they do.

use super::flags::{is_truth, short};
use super::resources::canonical;
use crate::claim::{Part, Text};
use crate::provider::Call;

/// A command line taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The verb; empty where there is none or it is not literal.
    pub(super) verb: String,
    /// What follows the verb and is no flag.
    pub(super) arguments: Vec<Text>,
    /// Flags by their long names without dashes, in order; truth values have none.
    flags: Vec<(String, Option<Text>)>,
    /// What follows `--`.
    pub(super) command: Option<Vec<Text>>,
}

/// An object that a command names; without a name, all of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The canonical word of its kind.
    pub(super) word: String,
    /// Its name.
    pub(super) name: Option<Text>,
}

impl Line {
    /// Takes a command line apart; what cannot be is the reason why.
    pub(super) fn parse(call: &Call) -> Result<Self, String> {
        let mut line = Self::default();
        let mut words = call.words.iter().skip(1);
        while let Some(word) = words.next() {
            let Some(start) = literal_start(word) else {
                line.positional(word);
                continue;
            };
            if start == "--" && word.literal().is_some() {
                line.command = Some(words.by_ref().cloned().collect());
            } else if let Some(long) = start.strip_prefix("--") {
                line.long_flag(word, long, &mut words)?;
            } else if start.len() > 1 && start.starts_with('-') {
                line.short_flags(word, start, &mut words)?;
            } else {
                line.positional(word);
            }
        }
        Ok(line)
    }

    /// A flag's value; the last one counts.
    pub(super) fn flag(&self, name: &str) -> Option<&Text> {
        self.flags.iter().rev().find(|(flag, _)| flag == name).and_then(|(_, value)| value.as_ref())
    }

    /// All values of a flag that may be repeated.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Text> {
        self.flags.iter().filter(move |(flag, _)| flag == name).filter_map(|(_, v)| v.as_ref())
    }

    /// Whether a flag is there, and not `=false`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.flags.iter().rev().find(|(flag, _)| flag == name).is_some_and(|(_, value)| {
            value.as_ref().and_then(Text::literal).is_none_or(|value| value != "false")
        })
    }

    /// Whether nothing is really done.
    pub(super) fn is_dry(&self) -> bool {
        let value = self.flag("dry-run").and_then(Text::literal);
        self.has("dry-run") && value.as_deref() != Some("none") || self.has("local")
    }

    /// An argument after the verb, where it is literal.
    pub(super) fn word(&self, index: usize) -> Option<String> {
        self.arguments.get(index)?.literal()
    }

    /// The objects that the arguments from `index` on name.
    pub(super) fn targets(&self, index: usize) -> Result<Vec<Target>, String> {
        let Some((first, rest)) = self.arguments.get(index..).and_then(<[Text]>::split_first)
        else {
            return Ok(Vec::new());
        };
        if first.split_once('/').is_some() {
            return self.arguments[index..].iter().map(slashed).collect();
        }
        let Some(words) = first.literal() else {
            return Err(format!("the kind `{}` is not known", first.shown()));
        };
        let words = words.split(',').filter(|word| !word.is_empty()).map(canonical);
        Ok(words
            .flat_map(|word| {
                let named =
                    |name: Option<&Text>| Target { word: word.clone(), name: name.cloned() };
                if rest.is_empty() {
                    vec![named(None)]
                } else {
                    rest.iter().map(|name| named(Some(name))).collect()
                }
            })
            .collect())
    }

    fn positional(&mut self, word: &Text) {
        match word.literal() {
            Some(verb) if self.verb.is_empty() && self.arguments.is_empty() => self.verb = verb,
            _ => self.arguments.push(word.clone()),
        }
    }

    fn long_flag<'a>(
        &mut self,
        word: &Text,
        long: &str,
        words: &mut impl Iterator<Item = &'a Text>,
    ) -> Result<(), String> {
        if let Some((name, _)) = long.split_once('=') {
            let value = after(word, "--".len() + name.len() + "=".len());
            self.flags.push((name.to_owned(), Some(value)));
        } else if word.literal().is_none() {
            return Err(format!("the flag `{}` is not known", word.shown()));
        } else if is_truth(&self.verb, long) {
            self.flags.push((long.to_owned(), None));
        } else if let Some(value) = words.next() {
            self.flags.push((long.to_owned(), Some(value.clone())));
        } else {
            return Err(format!("`--{long}` has no value"));
        }
        Ok(())
    }

    fn short_flags<'a>(
        &mut self,
        word: &Text,
        start: &str,
        words: &mut impl Iterator<Item = &'a Text>,
    ) -> Result<(), String> {
        for (at, letter) in start.char_indices().skip(1) {
            let Some((name, takes_value)) = short(&self.verb, letter) else {
                return Err(format!("the flag `-{letter}` is not known"));
            };
            if !takes_value {
                self.flags.push((name.to_owned(), None));
                continue;
            }
            let mut rest = after(word, at + letter.len_utf8());
            if literal_start(&rest).is_some_and(|rest| rest.starts_with('=')) {
                rest = after(&rest, 1);
            }
            if rest == Text::default() {
                match words.next() {
                    Some(value) => rest = value.clone(),
                    None => return Err(format!("`-{letter}` has no value")),
                }
            }
            self.flags.push((name.to_owned(), Some(rest)));
            return Ok(());
        }
        Ok(())
    }
}

/// `TYPE/NAME`
fn slashed(text: &Text) -> Result<Target, String> {
    let known = text.split_once('/').and_then(|(word, name)| Some((word.literal()?, name)));
    match known {
        Some((word, name)) => Ok(Target { word: canonical(&word), name: Some(name) }),
        None => Err(format!("the kind of `{}` is not known", text.shown())),
    }
}

/// The literal that a word starts with.
fn literal_start(text: &Text) -> Option<&str> {
    match text.parts().first()? {
        Part::Literal(start) => Some(start),
        _ => None,
    }
}

/// A word without the first `bytes` of its literal start.
fn after(text: &Text, bytes: usize) -> Text {
    let mut rest = Text::default();
    for (index, part) in text.parts().iter().enumerate() {
        match part {
            Part::Literal(start) if index == 0 => {
                if let Some(end) = start.get(bytes..).filter(|end| !end.is_empty()) {
                    rest.push(Part::Literal(end.to_owned()));
                }
            }
            part => rest.push(part.clone()),
        }
    }
    rest
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::claim::Hole;

    /// A call whose words starting with `$` are holes.
    pub(in crate::provider::kubernetes) fn call(words: &str) -> Call {
        let words = words.split_whitespace().map(|word| match word.split_once('$') {
            Some((before, name)) => {
                let mut text = Text::default();
                if !before.is_empty() {
                    text.push(Part::Literal(before.to_owned()));
                }
                text.push(Part::Hole(Hole::Unbound(format!("${name}"))));
                text
            }
            None => Text::from(word),
        });
        Call { words: words.collect(), ..Call::default() }
    }

    fn line(words: &str) -> Line {
        Line::parse(&call(words)).unwrap()
    }

    #[test]
    fn flags_stand_anywhere_and_in_every_spelling() {
        for words in [
            "kubectl -n shop get deploy web -o json",
            "kubectl get -n=shop deploy web -o=json",
            "kubectl get deploy web -nshop -ojson",
            "kubectl --namespace shop get deploy web --output=json",
            "kubectl get deploy --namespace=shop web --output json",
            "kubectl get -n shop -ojson deploy/web",
        ] {
            let line = line(words);
            assert_eq!(line.verb, "get", "{words}");
            assert_eq!(line.flag("namespace"), Some(&"shop".into()), "{words}");
            assert_eq!(line.flag("output"), Some(&"json".into()), "{words}");
            let target = Target { word: "deployment".into(), name: Some("web".into()) };
            assert_eq!(line.targets(0).unwrap(), [target], "{words}");
        }
    }

    #[test]
    fn objects_are_named_in_every_form() {
        for (words, expected) in [
            ("k get svc", &[("service", None)][..]),
            ("k get po,svc", &[("pod", None), ("service", None)]),
            ("k delete po a b", &[("pod", Some("a")), ("pod", Some("b"))]),
            ("k delete po/a deploy/b", &[("pod", Some("a")), ("deployment", Some("b"))]),
            ("k delete po,svc a", &[("pod", Some("a")), ("service", Some("a"))]),
            ("k delete po --all", &[("pod", None)]),
            ("k get po -A -w", &[("pod", None)]),
            ("k get po $X", &[("pod", Some("$X"))]),
            ("k get po/$X", &[("pod", Some("$X"))]),
        ] {
            let found = line(words).targets(0).unwrap();
            let found: Vec<_> =
                found.iter().map(|t| (t.word.clone(), t.name.as_ref().map(Text::shown))).collect();
            let expected: Vec<_> =
                expected.iter().map(|(w, n)| ((*w).to_owned(), n.map(str::to_owned))).collect();
            assert_eq!(found, expected, "{words}");
        }
    }

    #[test]
    fn a_value_with_a_hole_stays_whole() {
        for words in ["k get po -n $NS", "k get po -n$NS", "k get po --namespace=$NS"] {
            let hole = Text::from(Part::Hole(Hole::Unbound("$NS".into())));
            assert_eq!(line(words).flag("namespace"), Some(&hole), "{words}");
        }
    }

    #[test]
    fn what_is_not_a_command_line_is_said() {
        for (words, reason) in [
            ("k get po -n", "`-n` has no value"),
            ("k get po --namespace", "`--namespace` has no value"),
            ("k get po -Z", "the flag `-Z` is not known"),
            ("k get po --$X y", "the flag `--$X` is not known"),
        ] {
            assert_eq!(Line::parse(&call(words)).unwrap_err(), reason);
        }
        assert_eq!(line("k exec web -it -- psql -U x").command.unwrap().len(), 3);
        assert!(line("k create ns x --dry-run=client -oyaml").is_dry());
        assert!(!line("k create ns x --dry-run=none").is_dry());
        assert!(line("k logs -f web").has("follow"));
        assert_eq!(line("k run p --image=x -l a=b").flag("labels"), Some(&"a=b".into()));
    }
}
