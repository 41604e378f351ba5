//! What a selector takes away that the text has not made: claimed as a whole, by its kind and its labels.

use super::super::cli::Line;
use super::super::object::parts;
use super::super::selection::ID;
use super::asked::Asked;
use super::known::{custom, word_of};
use super::{is_elsewhere, is_ours, understand};
use crate::claim::{Claim, Expectation, Subject, Text, Verb};
use crate::provider::{Call, Story};

/// Kinds whose objects nobody makes again by himself.
const STAY_AWAY: [&str; 14] = [
    "deployment",
    "statefulset",
    "daemonset",
    "cronjob",
    "ingress",
    "networkpolicy",
    "persistentvolumeclaim",
    "role",
    "rolebinding",
    "horizontalpodautoscaler",
    "poddisruptionbudget",
    "service",
    "configmap",
    "secret",
];

/// Kinds of which a namespace has some of its own.
const BUILT_IN: [&str; 3] = ["service", "configmap", "secret"];

/// The claims of `delete TYPE -l SELECTOR` and `delete TYPE --all`.
pub(in super::super) fn emptied(call: &Call, story: &Story) -> Vec<Claim> {
    if !is_ours(call) {
        return Vec::new();
    }
    let Ok(line) = Line::parse(call) else { return Vec::new() };
    let deletes = line.verb == "delete" && !line.is_dry() && !line.has("help");
    let odd = ["field-selector", "filename", "kustomize", "raw", "all-namespaces"];
    if !deletes || is_elsewhere(&line, call) || odd.iter().any(|flag| line.has(flag)) {
        return Vec::new();
    }
    let asked = Asked::new(line, call, story);
    let selector = asked.line.flag("selector");
    if selector.is_none() && !asked.line.has("all") {
        return Vec::new();
    }
    // What the text has made is claimed by its names.
    if !asked.chosen(0).is_ok_and(|chosen| chosen.sure.is_empty()) {
        return Vec::new();
    }
    let Ok(targets) = asked.line.targets(0) else { return Vec::new() };
    let words = targets.iter().filter(|target| target.name.is_none());
    let words = words.map(|target| word_of(&asked.known, &target.word)).filter(|word| {
        let stays = STAY_AWAY.contains(&word.as_str()) || custom(&asked.known, word).is_some();
        stays && (selector.is_some() || !BUILT_IN.contains(&word.as_str()))
    });
    words.map(|word| claim(&asked, &word, selector)).collect()
}

fn claim(asked: &Asked<'_>, word: &str, selector: Option<&Text>) -> Claim {
    let mut subject = Subject::new(ID, word)
        .with("selector", selector.cloned().unwrap_or_else(|| Text::from("")));
    // The place of an object of this kind is the place of all of them.
    let object = asked.object(word, &Text::from(""));
    subject.params.extend(asked.subject(&object).params);
    let held = asked.claim(&object, Expectation::Absent, Verb::Remove).container;
    let claim = Claim::new(subject, Expectation::Absent, Verb::Remove);
    let claim = match held {
        Some(holder) => claim.within(holder),
        None => claim,
    };
    claim.leniently(true)
}

/// What a command that makes an object may do to what was emptied before.
pub(in super::super) fn filled(call: &Call, story: &Story) -> Vec<Claim> {
    let emptied: Vec<&Subject> = story
        .claims
        .iter()
        .filter(|claim| claim.subject.kind == ID && claim.verb == Verb::Remove)
        .map(|claim| &claim.subject)
        .collect();
    if emptied.is_empty() {
        return Vec::new();
    }
    let made = understand(call, story).unwrap_or_default();
    let makes = |emptied: &Subject| {
        made.iter().any(|claim| {
            let made = !matches!(claim.verb, Verb::Read | Verb::Confirm | Verb::Remove);
            let there = ["namespace", "context"];
            let there = there.iter().all(|key| claim.subject.param(key) == emptied.param(key));
            made && there && parts(&claim.subject.name).0 == emptied.name.shown()
        })
    };
    let open = emptied.into_iter().filter(|subject| makes(subject));
    open.map(|subject| Claim::new(subject.clone(), Expectation::Absent, Verb::Disturb)).collect()
}
