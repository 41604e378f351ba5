//! A kubectl command line: a verb, its flags, and the objects that it names.
//!
//! Knows which flags take a value, not what they do.

use super::command_line::{Flags, Grammar, Parts};
use super::flags::{is_truth, short};
use super::resources::canonical;
use crate::claim::Text;
use crate::provider::Call;

const GRAMMAR: Grammar = Grammar { short, is_truth };

/// A command line taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The verb; empty where there is none or it is not literal.
    pub(super) verb: String,
    /// What follows the verb and is no flag.
    pub(super) arguments: Vec<Text>,
    flags: Flags,
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
        let Parts { mut arguments, flags, command } = Parts::of(call, &GRAMMAR)?;
        let verb = arguments.first().and_then(Text::literal);
        if verb.is_some() {
            arguments.remove(0);
        }
        Ok(Self { verb: verb.unwrap_or_default(), arguments, flags, command })
    }

    /// A flag's value; the last one counts.
    pub(super) fn flag(&self, name: &str) -> Option<&Text> {
        self.flags.value(name)
    }

    /// All values of a flag that may be repeated.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Text> {
        self.flags.values().filter(move |(flag, _)| *flag == name).map(|(_, value)| value)
    }

    /// Whether a flag is there, and not `=false`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.flags.has(name)
    }

    /// Whether nothing is really done.
    pub(super) fn is_dry(&self) -> bool {
        self.flags.is_dry() || self.has("local")
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
}

/// `TYPE/NAME`
fn slashed(text: &Text) -> Result<Target, String> {
    let known = text.split_once('/').and_then(|(word, name)| Some((word.literal()?, name)));
    match known {
        Some((word, name)) => Ok(Target { word: canonical(&word), name: Some(name) }),
        None => Err(format!("the kind of `{}` is not known", text.shown())),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::claim::{Hole, Part};

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
