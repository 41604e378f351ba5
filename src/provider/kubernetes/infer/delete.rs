//! `delete`: by name, by manifest, and by what a selector picks of the text's own objects.

use super::asked::{Asked, Chosen, Object};
use super::known::Known;
use super::{Understood, hidden, kept, not_understood};
use crate::claim::{Claim, Expectation, Verb};
use crate::provider::{Reading, Unseen};

pub(super) fn deleted(asked: &Asked<'_>) -> Understood {
    let lenient = asked.line.has("ignore-not-found");
    let from_file = asked.line.has("filename") || asked.line.has("kustomize");
    let hides = from_file && asked.hides_a_manifest();
    let chosen = match asked.chosen(0) {
        Err(_) if hides => Chosen::default(),
        chosen => chosen?,
    };
    let named = asked.line.arguments.len() > 1
        || asked.line.arguments.first().is_some_and(|one| one.split_once('/').is_some());
    if !from_file && !named && !asked.picks() {
        return not_understood("which objects it takes away is not in the text");
    }
    let mut claims: Vec<Claim> = Vec::new();
    for object in &chosen.sure {
        if comes_again(asked, object) {
            continue;
        }
        // Where a node is not there, it may only have another name.
        if object.word == "node" || kept::is_kept(asked, object) {
            claims.push(asked.claim(object, Expectation::Absent, Verb::Disturb).leniently(true));
            continue;
        }
        let claim = asked.claim(object, Expectation::Absent, Verb::Remove);
        claims.push(claim.leniently(lenient));
    }
    // What is perhaps gone is no longer claimed to be there.
    let open = chosen.open.iter();
    claims.extend(open.map(|object| asked.claim(object, Expectation::Absent, Verb::Disturb)));
    if hides {
        claims.extend(hidden::opened(asked));
    }
    match claims.is_empty() {
        true if hides => Err(Reading::NotObservable(Unseen::NotInText)),
        true => Err(Reading::NotObservable(Unseen::NoMark)),
        false => Ok(claims),
    }
}

/// Whether a controller makes the object again under the same name: the pods of a `StatefulSet` are numbered.
pub(super) fn comes_again(asked: &Asked<'_>, object: &Object) -> bool {
    if asked.of(object).is_some_and(Known::is_made) {
        return false;
    }
    let name = object.name.shown();
    let numbered = name.rsplit_once('-').is_some_and(|(start, number)| {
        !start.is_empty() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    object.word == "pod" && numbered
        || matches!(object.word.as_str(), "replicaset" | "endpoints" | "endpointslice")
        || matches!(
            (object.word.as_str(), name.as_str()),
            ("serviceaccount", "default" | "builder" | "deployer")
        )
        || matches!((object.word.as_str(), name.as_str()), ("configmap", "kube-root-ca.crt"))
        || matches!((object.word.as_str(), name.as_str()), ("service", "kubernetes"))
}
