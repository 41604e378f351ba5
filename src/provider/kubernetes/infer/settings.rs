//! `kubectl config`: what it sets for the commands behind it.

use super::super::cli::Line;
use super::{alternative, is_elsewhere, is_ours};
use crate::claim::{Hole, Part, Text};
use crate::provider::{Call, Reading, Unseen};

/// The context that is gone to.
pub(super) const CONTEXT: &str = "kubernetes/context";
/// The context whose namespace the next setting is.
pub(super) const NAMED: &str = "kubernetes/context-named";
/// The name that a context had.
pub(super) const OLD: &str = "kubernetes/context-old";
/// The name that the context of the last [`OLD`] has now.
pub(super) const NEW: &str = "kubernetes/context-new";
/// The namespace of commands that name none.
pub(in super::super) const NAMESPACE: &str = "kubernetes/namespace";

/// What a command sets for the commands behind it.
pub(in super::super) fn settings(call: &Call) -> Vec<(&'static str, Text)> {
    match call.program().as_deref() {
        Some("kubens") => return changes(Switch::Namespace, &call.words[1..]),
        Some("kubectx") => return changes(Switch::Context, &call.words[1..]),
        _ if is_ours(call) => {}
        _ => return Vec::new(),
    }
    let plugin = call.words.get(1).and_then(Text::literal);
    match plugin.as_deref() {
        Some("ns") => return changes(Switch::Namespace, &call.words[2..]),
        Some("ctx") => return changes(Switch::Context, &call.words[2..]),
        _ => {}
    }
    let Ok(line) = Line::parse(call) else { return Vec::new() };
    if line.has("filename") {
        return alternative::settings(&line, call);
    }
    if line.verb != "config" || line.has("help") || other_file(&line, call) {
        return Vec::new();
    }
    let word = line.word(0).unwrap_or_default();
    let argument = line.arguments.get(1);
    match (word.as_str(), argument) {
        ("use-context" | "use", Some(context)) => vec![(CONTEXT, context.clone())],
        ("set-context", _) => {
            let Some(namespace) = line.flag("namespace") else { return Vec::new() };
            match argument.filter(|_| !line.has("current")) {
                Some(context) => {
                    vec![(NAMED, context.clone()), (NAMESPACE, namespace.clone())]
                }
                None => vec![(NAMESPACE, namespace.clone())],
            }
        }
        ("rename-context", Some(old)) => match line.arguments.get(2) {
            Some(new) => vec![(OLD, old.clone()), (NEW, new.clone())],
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// What `kubens` and `kubectx` go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Switch {
    Namespace,
    Context,
}

/// What `kubens` or `kubectx` sets. Where it goes back to (`-`), the text does not always say.
fn changes(switch: Switch, words: &[Text]) -> Vec<(&'static str, Text)> {
    let shown: Vec<String> = words.iter().map(Text::shown).collect();
    let flag = |word: &String| word.len() > 1 && word.starts_with('-');
    let goes_on = |word: &String| !flag(word) || matches!(word.as_str(), "-f" | "--force");
    let named = shown.iter().position(|word| !flag(word));
    let Some(at) = named.filter(|_| shown.iter().all(goes_on)) else { return Vec::new() };
    let name = if shown[at] == "-" {
        Text::from(Part::Hole(Hole::Unbound("…".to_owned())))
    } else {
        words[at].clone()
    };
    match (switch, name.split_once('=')) {
        (Switch::Namespace, _) => vec![(NAMESPACE, name)],
        (Switch::Context, None) => vec![(CONTEXT, name)],
        // `NEW=.` renames the one that is gone to.
        (Switch::Context, Some((_, old))) if old.shown() == "." => Vec::new(),
        (Switch::Context, Some((new, old))) => vec![(OLD, old), (NEW, new)],
    }
}

/// What `kubens` or `kubectx` is: alone, it only shows.
pub(super) fn switched(call: &Call) -> Reading {
    const SHOWS: [&str; 5] = ["-c", "--current", "-h", "--help", "-V"];
    let mut words = call.words.iter().skip(1).map(Text::shown).peekable();
    if words.peek().is_none() || words.any(|word| SHOWS.contains(&word.as_str())) {
        return Reading::Reads;
    }
    Reading::NotObservable(Unseen::OwnSettings)
}

/// Whether it is the settings of another file that are changed; the flags name what is stored otherwise.
fn other_file(line: &Line, call: &Call) -> bool {
    line.flag("kubeconfig").is_some() && is_elsewhere(line, call)
}

/// What a `config` command is.
pub(super) fn configured(line: &Line) -> Reading {
    match line.word(0).as_deref() {
        None | Some("view" | "current-context") => Reading::Reads,
        Some(verb) if verb.starts_with("get-") => Reading::Reads,
        _ => Reading::NotObservable(Unseen::OwnSettings),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::cli::tests::call;
    use super::*;

    #[test]
    fn tools_that_switch_set_what_kubectl_config_sets() {
        for (words, expected) in [
            ("kubens shop", &[(NAMESPACE, "shop")][..]),
            ("kubens shop --force", &[(NAMESPACE, "shop")]),
            ("kubens -", &[(NAMESPACE, "…")]),
            ("kubens", &[]),
            ("kubens -c", &[]),
            ("kubectl ns shop", &[(NAMESPACE, "shop")]),
            ("kubectx east", &[(CONTEXT, "east")]),
            ("kubectx -", &[(CONTEXT, "…")]),
            ("kubectx e=east", &[(OLD, "east"), (NEW, "e")]),
            ("kubectx e=.", &[]),
            ("kubectx -d east", &[]),
            ("k ctx east", &[(CONTEXT, "east")]),
        ] {
            let found = settings(&call(words));
            let found: Vec<_> = found.iter().map(|(key, value)| (*key, value.shown())).collect();
            let expected: Vec<_> =
                expected.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
            assert_eq!(found, expected, "{words}");
        }
    }
}
