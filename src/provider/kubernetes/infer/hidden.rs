//! What a command may take away that the text does not name: what a manifest holds that is not shown, what a release
//! made, a whole cluster. What was claimed of it is left open.

use super::super::cli::Line;
use super::super::object::parts;
use super::asked::{Asked, Object};
use super::delete::comes_again;
use super::known::{Known, objects};
use crate::claim::{Claim, Expectation, Subject, Text, Verb};
use crate::provider::{Call, Story};

/// Kinds that no manifest of a lab makes.
const NEVER_MADE: [&str; 2] = ["node", "project"];
/// Namespaces that every cluster has.
const BUILT_IN: [&str; 4] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/// Commands that take a whole cluster away: a program, and the words that it starts with.
const CLUSTERS: [(&str, &[&str]); 13] = [
    ("kind", &["delete", "cluster"]),
    ("kind", &["delete", "clusters"]),
    ("minikube", &["delete"]),
    ("k3d", &["cluster", "delete"]),
    ("k3d", &["cluster", "rm"]),
    ("k3d", &["delete"]),
    ("eksctl", &["delete", "cluster"]),
    ("gcloud", &["container", "clusters", "delete"]),
    ("az", &["aks", "delete"]),
    ("doctl", &["kubernetes", "cluster", "delete"]),
    ("crc", &["delete"]),
    ("kubeadm", &["reset"]),
    ("k3s-uninstall.sh", &[]),
];

/// What the text has changed or looked at and not made itself: a manifest that it does not show may have made that, and
/// takes it away again.
pub(super) fn opened(asked: &Asked<'_>) -> Vec<Claim> {
    let context = asked.place.context.as_ref();
    let unmade = asked.known.iter().filter(|known| {
        !known.gone
            && !is_ever_made(asked.story, known.subject)
            && known.subject.param("context") == context
    });
    let objects = unmade.map(|known| Object {
        word: known.word(),
        name: known.name(),
        namespace: known.subject.param("namespace").cloned(),
    });
    let stays = |object: &Object| {
        let name = object.name.shown();
        NEVER_MADE.contains(&object.word.as_str())
            || object.word == "namespace" && BUILT_IN.contains(&name.as_str())
            || comes_again(asked, object)
    };
    let objects = objects.filter(|object| !stays(object));
    objects
        .map(|object| asked.claim(&object, Expectation::Absent, Verb::Disturb).leniently(true))
        .collect()
}

/// The same of what a release made.
pub(in super::super) fn of_a_release(call: &Call, story: &Story) -> Vec<Claim> {
    let asked = Asked::new(Line::default(), call, story);
    let mut opened = opened(&asked);
    opened.retain(|claim| !matches!(parts(&claim.subject.name).0.as_str(), "namespace" | ""));
    opened
}

/// What the text has taken away and a command may make again: by the same name, or where what was taken away is named
/// by a placeholder. `name` is `None` where the command does not say it.
pub(in super::super) fn made_again(
    story: &Story,
    words: &[&str],
    name: Option<&Text>,
    namespace: Option<&Text>,
) -> Vec<Claim> {
    let known = objects(story);
    let gone = known.iter().filter(|known| known.gone && words.contains(&known.word().as_str()));
    let named = |known: &&Known<'_>| match (known.name().value(), name.and_then(Text::value)) {
        (Some(gone), Some(made)) => gone == made,
        _ => true,
    };
    let here = |known: &&Known<'_>| match (known.subject.param("namespace"), namespace) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let back = gone.filter(named).filter(here).map(|known| known.subject.clone());
    back.map(|subject| Claim::new(subject, Expectation::Absent, Verb::Disturb).leniently(true))
        .collect()
}

/// The same claims, and before them: what those that make objects may make again.
pub(super) fn with_made_again(asked: &Asked<'_>, claims: Vec<Claim>) -> Vec<Claim> {
    let mut all = Vec::new();
    for claim in claims.iter().filter(|claim| is_made(claim)) {
        let Some((word, name)) = claim.subject.name.split_once('/') else { continue };
        let back = made_again(
            asked.story,
            &[word.shown().as_str()],
            Some(&name),
            claim.subject.param("namespace"),
        );
        all.extend(back.into_iter().filter(|open| open.subject.name.value().is_none()));
    }
    all.extend(claims);
    all
}

fn is_made(claim: &Claim) -> bool {
    matches!(claim.verb, Verb::Create | Verb::Make | Verb::Replace)
}

/// Whether the text has made a thing by a command that names it or a manifest that it shows.
pub(super) fn is_ever_made(story: &Story, subject: &Subject) -> bool {
    story.claims.iter().any(|claim| {
        claim.subject == *subject && matches!(claim.verb, Verb::Create | Verb::Make | Verb::Replace)
    })
}

/// Whether a command takes a whole cluster away.
pub(in super::super) fn takes_a_cluster(call: &Call) -> bool {
    let program = call.program().unwrap_or_default();
    let all: Vec<String> = call.words.iter().skip(1).map(Text::shown).collect();
    let asks = all.iter().any(|word| word == "--help" || word == "-h");
    let valued = |at: usize| at > 0 && matches!(all[at - 1].as_str(), "-p" | "--profile");
    let plain = all.iter().enumerate().filter(|(at, word)| !word.starts_with('-') && !valued(*at));
    let words: Vec<&str> = plain.map(|(_, word)| word.as_str()).collect();
    !asks && CLUSTERS.iter().any(|(name, verb)| *name == program && words.starts_with(verb))
}

/// All that is claimed of a cluster that is taken away.
pub(super) fn emptied(story: &Story) -> Vec<Claim> {
    let mut subjects: Vec<&Subject> = Vec::new();
    for claim in story.claims.iter().filter(|claim| claim.subject.kind.starts_with("kubernetes/")) {
        if !subjects.contains(&&claim.subject) {
            subjects.push(&claim.subject);
        }
    }
    let open = |subject: &Subject| {
        Claim::new(subject.clone(), Expectation::Absent, Verb::Disturb).leniently(true)
    };
    subjects.into_iter().map(open).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::cli::tests::call;
    use super::*;

    #[test]
    fn a_cluster_is_taken_away_as_its_tool_does() {
        for (words, expected) in [
            ("kind delete cluster --name lab", true),
            ("kind create cluster", false),
            ("kind delete cluster --help", false),
            ("minikube -p lab delete", true),
            ("minikube start -p delete", false),
            ("k3d cluster delete lab", true),
            ("k3d node delete lab", false),
            ("kubeadm reset -f", true),
            ("gcloud container clusters delete lab", true),
            ("gcloud container clusters list", false),
            ("/usr/local/bin/k3s-uninstall.sh", true),
        ] {
            assert_eq!(takes_a_cluster(&call(words)), expected, "{words}");
        }
    }
}
