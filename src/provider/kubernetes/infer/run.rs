//! `kubectl run`: today it makes a pod. Before version 1.18 it made a Deployment, unless it was asked for something
//! else, and versions since then ignore or refuse how it was asked.

use super::super::cli::Line;
use super::super::create;
use super::Understood;
use super::asked::Asked;
use super::hidden::is_ever_made;
use super::make::create_claim;
use crate::claim::{Claim, Expectation, Text, Verb};
use crate::provider::{Reading, Unseen};

/// What the generator of `run` was called, and what it made.
const GENERATORS: [(&str, &str); 6] = [
    ("deploymentconfig", "deploymentconfig"),
    ("deployment", "deployment"),
    ("run", "replicationcontroller"),
    ("cronjob", "cronjob"),
    ("scheduledjob", "cronjob"),
    ("job", "job"),
];

/// Flags of the generators: up to version 1.20 or 1.23 they are taken, and say little or nothing; since then a command
/// with one is refused.
const GIVEN_UP: [&str; 7] = [
    "replicas",
    "requests",
    "limits",
    "serviceaccount",
    "hostport",
    "service-generator",
    "service-overrides",
];

/// `run NAME`
pub(super) fn ran(asked: &Asked<'_>) -> Understood {
    if asked.line.has("rm") {
        return Err(Reading::NotObservable(Unseen::ShortLived));
    }
    let made = create::run(&asked.line)?;
    let made = made.into_iter().map(|made| create_claim(asked, made));
    let Some(word) = formerly(&asked.line).or_else(|| taken_away(asked)) else {
        return Ok(made.collect());
    };
    // A pod, something else, or nothing: which version the lab has is not in the text.
    let mut open: Vec<Claim> = made.map(opened).collect();
    if let Some(name) = asked.line.arguments.first() {
        let former = asked.claim(&asked.object(word, name), Expectation::Absent, Verb::Disturb);
        open.push(former.leniently(true));
    }
    Ok(open)
}

fn opened(claim: Claim) -> Claim {
    Claim { expectation: Expectation::Absent, verb: Verb::Disturb, ..claim }.leniently(true)
}

/// What else than a pod an earlier version makes of a command that asks for it; `None` where all that take the
/// command make a pod, and where nothing asks for anything.
pub(super) fn formerly(line: &Line) -> Option<&'static str> {
    if let Some(generator) = line.flag("generator") {
        let generator = generator.literal().unwrap_or_default();
        let name = generator.split('/').next().unwrap_or_default();
        let known = GENERATORS.iter().find(|(known, _)| *known == name);
        match known {
            Some((_, word)) => return Some(word),
            None if name == "run-pod" => {}
            None => return Some("deployment"),
        }
    }
    if line.has("schedule") {
        return Some("cronjob");
    }
    GIVEN_UP.iter().any(|flag| line.flag(flag).is_some()).then_some("deployment")
}

/// A Deployment or a Job of the same name that the text has taken away and never made: an earlier `run` had, and this one
/// makes it again.
fn taken_away(asked: &Asked<'_>) -> Option<&'static str> {
    let name = asked.line.arguments.first()?;
    let gone = |word: &&&str| {
        let object = asked.object(word, name);
        let known = asked.of(&object).filter(|known| known.gone);
        known.is_some_and(|known| !is_ever_made(asked.story, known.subject))
    };
    ["deployment", "deploymentconfig", "job", "cronjob"].iter().find(gone).copied()
}

/// What a command that changes a Deployment or a Job says of a pod which the text has run under the same name: that it was
/// an early kubectl, and no pod.
pub(super) fn unmasked(asked: &Asked<'_>, claims: Vec<Claim>) -> Vec<Claim> {
    let mut all = Vec::new();
    for word in ["deployment", "deploymentconfig", "job", "cronjob"] {
        for name in named(&asked.line, word) {
            let [pod, other] = ["pod", word].map(|word| asked.object(word, &name));
            let ran = asked.of(&pod).is_some_and(|known| known.is_made() && !known.gone);
            if ran && asked.of(&other).is_none() {
                all.extend([pod, other].map(|object| {
                    asked.claim(&object, Expectation::Absent, Verb::Disturb).leniently(true)
                }));
            }
        }
    }
    all.extend(claims);
    all
}

/// The objects of a kind that a command names: `expose deployment web`, `set image deployment/web`.
fn named(line: &Line, word: &str) -> Vec<Text> {
    let targets = (0..2).filter_map(|index| line.targets(index).ok()).flatten();
    targets.filter(|target| target.word == word).filter_map(|target| target.name).collect()
}
