//! A helm command line, and the grammar of the values that it is given with `--set`.

use super::command_line::{Flags, Grammar, Parts};
use crate::claim::{Part, Text};
use crate::provider::Call;

/// A command line taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// What is no flag, the verb first.
    pub(super) arguments: Vec<Text>,
    flags: Flags,
}

/// Short flags with the long names, and whether they take a value.
const SHORT: &[(char, &str, bool)] = &[
    ('n', "namespace", true),
    ('f', "values", true),
    ('o', "output", true),
    ('l', "selector", true),
    ('d', "destination", true),
    ('p', "starter", true),
    ('s', "show-only", true),
    ('u', "username", true),
    ('m', "max", true),
    ('i', "install", false),
    ('g', "generate-name", false),
    ('a', "all", false),
    ('A', "all-namespaces", false),
    ('q', "short", false),
    ('h', "help", false),
];

/// Long flags that take no value unless it hangs on them with `=`.
const TRUTHS: &[&str] = &[
    "all",
    "all-namespaces",
    "atomic",
    "cleanup-on-fail",
    "client-only",
    "create-namespace",
    "debug",
    "dependency-update",
    "deployed",
    "devel",
    "disable-openapi-validation",
    "dry-run",
    "enable-dns",
    "failed",
    "force",
    "force-conflicts",
    "force-replace",
    "force-update",
    "generate-name",
    "help",
    "hide-notes",
    "hide-secret",
    "ignore-not-found",
    "include-crds",
    "insecure-skip-tls-verify",
    "install",
    "is-upgrade",
    "keep-history",
    "no-headers",
    "no-hooks",
    "no-update",
    "pass-credentials",
    "pending",
    "plain-http",
    "prov",
    "purge",
    "recreate-pods",
    "render-subchart-notes",
    "replace",
    "reset-then-reuse-values",
    "reset-values",
    "reuse-values",
    "reverse",
    "rollback-on-failure",
    "short",
    "sign",
    "skip-crds",
    "skip-refresh",
    "skip-schema-validation",
    "skip-tests",
    "strict",
    "superseded",
    "take-ownership",
    "tls",
    "tls-verify",
    "uninstalled",
    "uninstalling",
    "untar",
    "upgrade",
    "validate",
    "verify",
    "versions",
    "wait",
    "wait-for-jobs",
    "with-subcharts",
];

impl Line {
    /// Takes a command line apart; what cannot be is the reason why.
    pub(super) fn parse(call: &Call) -> Result<Self, String> {
        let grammar = Grammar { short, is_truth: |_, long| TRUTHS.contains(&long) };
        let Parts { arguments, flags, .. } = Parts::of(call, &grammar)?;
        Ok(Self { arguments, flags })
    }

    /// The argument at a place, where it is literal.
    pub(super) fn word(&self, index: usize) -> String {
        self.arguments.get(index).and_then(Text::literal).unwrap_or_default()
    }

    /// A flag's value; the last one counts.
    pub(super) fn flag(&self, name: &str) -> Option<&Text> {
        self.flags.value(name)
    }

    /// Whether a flag is there, and not `=false`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.flags.has(name)
    }

    /// Whether nothing is really done.
    pub(super) fn is_dry(&self) -> bool {
        self.flags.is_dry()
    }

    /// The flags and their values, in order.
    pub(super) fn flags(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.flags.values()
    }
}

/// The long name of a short flag, and whether it takes a value.
fn short(_verb: &str, letter: char) -> Option<(&'static str, bool)> {
    let (_, name, takes_value) = SHORT.iter().find(|(short, ..)| *short == letter)?;
    Some((name, *takes_value))
}

/// What `--set` puts in one place: the place, and the paths and values that then stand there.
pub(super) type Set = (String, Vec<(String, Text)>);

/// The places of `a.b=1,c={x,y}`, as the values of a release have them. What has no literal path is left out.
pub(super) fn set_values(text: &Text) -> Vec<Set> {
    let place = |(path, value): (String, Text)| {
        let list = value.literal().filter(|list| list.starts_with('{') && list.ends_with('}'));
        let values = match list {
            Some(list) => {
                let items = list[1..list.len() - 1].split(',').filter(|item| !item.is_empty());
                let item = |(index, item): (usize, &str)| {
                    (format!("{path}[{index}]"), Text::from(item.trim()))
                };
                items.enumerate().map(item).collect()
            }
            None => vec![(path.clone(), value)],
        };
        (path, values)
    };
    pieces(text).into_iter().flatten().map(place).collect()
}

/// What stands between the commas that are not in braces or escaped.
fn pieces(text: &Text) -> Vec<Option<(String, Text)>> {
    let mut found = Vec::new();
    let (mut path, mut value) = (String::new(), None::<Text>);
    let (mut depth, mut known) = (0_usize, true);
    for part in text.parts() {
        let Part::Literal(literal) = part else {
            match &mut value {
                Some(value) => value.push(part.clone()),
                None => known = false,
            }
            continue;
        };
        let mut letters = literal.chars();
        while let Some(letter) = letters.next() {
            let (letter, escaped) = match letter {
                '\\' => (letters.next().unwrap_or('\\'), true),
                letter => (letter, false),
            };
            match (letter, &mut value) {
                (',', value) if !escaped && depth == 0 => {
                    let value = value.take();
                    found.push(value.filter(|_| known).map(|value| (path.clone(), value)));
                    path.clear();
                    known = true;
                }
                ('=', value @ None) if !escaped => *value = Some(Text::default()),
                (letter, None) => path.push(letter),
                (letter, Some(value)) => {
                    match letter {
                        '{' if !escaped => depth += 1,
                        '}' if !escaped => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    value.push(Part::Literal(letter.to_string()));
                }
            }
        }
    }
    found.push(value.filter(|_| known).map(|value| (path, value)));
    found
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;

    #[test]
    fn flags_stand_anywhere_and_in_every_spelling() {
        for words in [
            "helm install web repo/web -n shop --wait --set a=1",
            "helm -nshop install web repo/web --wait=true --set=a=1",
            "helm --namespace=shop install --set a=1 --wait web repo/web",
            "helm install -n=shop --wait web --set a=1 repo/web",
        ] {
            let line = Line::parse(&call(words)).unwrap();
            assert_eq!((line.word(0), line.word(1)), ("install".into(), "web".into()), "{words}");
            assert_eq!(line.flag("namespace"), Some(&"shop".into()), "{words}");
            assert_eq!(line.flag("set"), Some(&"a=1".into()), "{words}");
            assert!(line.has("wait") && !line.is_dry(), "{words}");
        }
        assert!(Line::parse(&call("helm install -Z")).is_err());
        assert!(Line::parse(&call("helm install w c --dry-run=server")).unwrap().is_dry());
    }

    #[test]
    fn set_is_taken_apart_as_helm_does() {
        for (text, expected) in [
            ("a=1", &[("a", "1")][..]),
            ("a.b=1,c=2", &[("a.b", "1"), ("c", "2")]),
            ("a={x,y},b=z", &[("a[0]", "x"), ("a[1]", "y"), ("b", "z")]),
            ("a[0].b=x", &[("a[0].b", "x")]),
            (r"a=x\,y", &[("a", "x,y")]),
            (r"n.k\.io/r=m", &[("n.k.io/r", "m")]),
            ("a=b=c", &[("a", "b=c")]),
            ("a=", &[("a", "")]),
            ("a", &[]),
            ("a={}", &[]),
        ] {
            let found = set_values(&Text::from(text)).into_iter().flat_map(|(_, values)| values);
            let found: Vec<(String, String)> =
                found.map(|(path, value)| (path, value.shown())).collect();
            let expected: Vec<(String, String)> =
                expected.iter().map(|(p, v)| ((*p).to_owned(), (*v).to_owned())).collect();
            assert_eq!(found, expected, "{text}");
        }
        let hole = call("a=$X").words.remove(0);
        assert_eq!(set_values(&hole)[0].1[0].1.shown(), "$X");
        assert_eq!(set_values(&call("$X=1").words[0]), []);
    }
}
