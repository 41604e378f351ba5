//! Bare pods that a controller of the text takes for its own: it may take them away as one too many.
//!
//! A ReplicaSet that the text makes itself selects by the labels that the text gives it. Those that a Deployment
//! makes select by `pod-template-hash` as well, which no bare pod has: Deployments adopt none.

use super::super::object::parts;
use super::asked::Asked;
use super::known::Known;
use crate::claim::{Claim, Expectation, Meaning, Subject, Text, Verb};

/// Labels, or what a selector asks for, by their keys.
type Labels = Vec<(String, Text)>;

/// A pod and its labels, or a controller and what it selects.
struct Party {
    subject: Subject,
    labels: Labels,
}

/// The same claims, but for those on pods that a controller may have adopted: whether these are there is open.
pub(super) fn opened(asked: &Asked<'_>, claims: Vec<Claim>) -> Vec<Claim> {
    let there = claims.iter().filter(|claim| is_made(claim));
    let known = || asked.known.iter().filter(|known| !known.gone);
    let mut controllers: Vec<Party> = known().filter_map(known_controller).collect();
    controllers.extend(there.filter_map(controller));
    if controllers.is_empty() {
        return claims;
    }
    let adopts = |pod: &Party| controllers.iter().any(|one| selects(one, pod));
    let open =
        |subject: Subject| Claim::new(subject, Expectation::Absent, Verb::Disturb).leniently(true);
    let mut all: Vec<Claim> = Vec::new();
    for known in known().filter(|known| known.is_made() && known.word() == "pod") {
        let untold = claims.iter().all(|claim| claim.subject != *known.subject);
        if untold && adopts(&known_pod(known)) {
            all.push(open(known.subject.clone()));
        }
    }
    for claim in claims {
        let adopted = pod(asked, &claim).is_some_and(|pod| adopts(&pod));
        all.push(if adopted { open(claim.subject) } else { claim });
    }
    all
}

fn is_made(claim: &Claim) -> bool {
    matches!(claim.verb, Verb::Create | Verb::Make | Verb::Replace)
}

fn known_pod(known: &Known<'_>) -> Party {
    let keys = known.paths().filter_map(|path| path.strip_prefix("metadata.labels."));
    let keys = keys.chain(["run"]);
    let labels = keys.filter_map(|key| Some((key.to_owned(), known.label(key)?.into_owned())));
    Party { labels: labels.collect(), subject: known.subject.clone() }
}

/// The pod that a claim is about, where the claim gives it labels.
fn pod(asked: &Asked<'_>, claim: &Claim) -> Option<Party> {
    let name = claim.subject.name.split_once('/').filter(|(word, _)| is(word, "pod"))?.1;
    let mut labels = below(claim, "metadata.labels.");
    match claim.verb {
        Verb::Create | Verb::Make | Verb::Replace => {
            if labels.is_empty() && asked.line.verb == "run" {
                labels.push(("run".to_owned(), name));
            }
        }
        Verb::Change if !labels.is_empty() => {
            let known = asked.known.iter().find(|known| *known.subject == claim.subject);
            let kept = known.map(known_pod).into_iter().flat_map(|pod| pod.labels);
            let set = |key: &str| {
                let path = format!("metadata.labels.{key}");
                claim.expectation.fields().iter().any(|field| field.path == path)
            };
            labels.extend(kept.filter(|(key, _)| !set(key)));
        }
        _ => return None,
    }
    Some(Party { subject: claim.subject.clone(), labels })
}

fn is(text: &Text, word: &str) -> bool {
    text.literal().is_some_and(|text| text == word)
}

fn below(claim: &Claim, start: &str) -> Labels {
    let fields = claim.expectation.fields().iter().filter(|field| field.meaning != Meaning::Unset);
    let below = |path: &str| path.strip_prefix(start).map(str::to_owned);
    fields.filter_map(|field| Some((below(&field.path)?, field.value.clone()))).collect()
}

fn known_controller(known: &Known<'_>) -> Option<Party> {
    let below = |start: &str| {
        let fields = known.paths().filter_map(|path| {
            Some((path.strip_prefix(start)?.to_owned(), known.field(path)?.clone()))
        });
        fields.collect()
    };
    let labels = selector(&known.word(), below)?;
    Some(Party { subject: known.subject.clone(), labels })
}

fn controller(claim: &Claim) -> Option<Party> {
    let labels = selector(&parts(&claim.subject.name).0, |start| below(claim, start))?;
    Some(Party { subject: claim.subject.clone(), labels })
}

/// What a controller of this kind selects, by what stands below a path of it. `None` for other kinds, and where
/// nothing is selected.
fn selector(word: &str, below: impl Fn(&str) -> Labels) -> Option<Labels> {
    let labels = match word {
        "replicaset" | "daemonset" | "statefulset" | "job" => below("spec.selector.matchLabels."),
        // Without a selector, it is the labels of its own pods.
        "replicationcontroller" => match below("spec.selector.") {
            labels if labels.is_empty() => below("spec.template.metadata.labels."),
            labels => labels,
        },
        _ => return None,
    };
    (!labels.is_empty()).then_some(labels)
}

/// Whether a controller may take a pod for its own: what is not known of a label may be what it asks for.
fn selects(controller: &Party, pod: &Party) -> bool {
    let (word, name) = parts(&controller.subject.name);
    // Those of a StatefulSet are called after it.
    let named =
        word != "statefulset" || parts(&pod.subject.name).1.starts_with(&format!("{name}-"));
    let same = |asked: &Text, label: &Text| match (asked.value(), label.value()) {
        (Some(asked), Some(label)) => asked == label,
        _ => true,
    };
    let labelled = controller.labels.iter().all(|(key, asked)| {
        pod.labels.iter().any(|(known, label)| known == key && same(asked, label))
    });
    named && labelled && place(&controller.subject) == place(&pod.subject)
}

/// Where a thing is. What names no namespace is taken to be in the default one.
fn place(subject: &Subject) -> (Option<String>, Option<String>) {
    let namespace = subject.param("namespace").map(Text::shown);
    let context = subject.param("context").map(Text::shown);
    (namespace.filter(|name| name != "default"), context)
}
