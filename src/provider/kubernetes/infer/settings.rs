//! `kubectl config`: what it sets for the commands behind it.

use super::super::cli::Line;
use super::{is_elsewhere, is_ours};
use crate::claim::Text;
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
    if !is_ours(call) {
        return Vec::new();
    }
    let Ok(line) = Line::parse(call) else { return Vec::new() };
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
