//! The verbs that make objects: generators, manifests, `expose`, `autoscale`, `debug`.

use super::super::create::{self, Made, exact};
use super::super::object::parts;
use super::super::resources::canonical;
use super::asked::{Asked, Object};
use super::made_up::is_made_up;
use super::{Understood, not_understood};
use crate::claim::{Claim, Expectation, Subject, Verb};
use crate::provider::{Reading, Unseen};

/// `create TYPE NAME`
pub(super) fn created(asked: &Asked<'_>) -> Understood {
    let made = create::created(&asked.line, asked.call)?;
    Ok(vec![create_claim(asked, made)])
}

/// The claim that an object is made.
pub(super) fn create_claim(asked: &Asked<'_>, made: Made) -> Claim {
    let object = asked.object(made.word, &made.name);
    asked.claim(&object, Expectation::Present(made.fields), Verb::Create)
}

/// `expose TYPE NAME`
pub(super) fn exposed(asked: &Asked<'_>) -> Understood {
    let targets = asked.chosen(0)?.sure;
    let [target] = targets.as_slice() else {
        return Err(asked.unnamed("exposes"));
    };
    called_by_text(asked, target)?;
    let here = Object { word: "service".to_owned(), ..target.clone() };
    let made = create::exposed(&asked.line, &target.name);
    let object = Object { name: made.name, ..here };
    Ok(vec![asked.claim(&object, Expectation::Present(made.fields), Verb::Create)])
}

/// What is called after a thing has a name that the text does not know where a cluster has made that up.
fn called_by_text(asked: &Asked<'_>, target: &Object) -> Result<(), Reading> {
    let named = asked.line.has("name") || !is_made_up(&target.word, &target.name.shown());
    if named { Ok(()) } else { Err(Reading::NotObservable(Unseen::AnotherName)) }
}

/// `autoscale TYPE NAME`
pub(super) fn autoscaled(asked: &Asked<'_>) -> Understood {
    let targets = asked.chosen(0)?.sure;
    let [target] = targets.as_slice() else {
        return Err(asked.unnamed("scales"));
    };
    called_by_text(asked, target)?;
    let made = create::autoscaled(&asked.line, &target.name);
    let object = Object { word: made.word.to_owned(), name: made.name, ..target.clone() };
    let mut claims = vec![asked.claim(&object, Expectation::Present(made.fields), Verb::Create)];
    // From here on the number of replicas is the autoscaler's.
    if asked.of(target).is_some_and(|known| known.field("spec.replicas").is_some()) {
        claims.push(asked.claim(target, Expectation::Present(Vec::new()), Verb::Disturb));
    }
    Ok(claims)
}

/// `debug`: a copy has a name, another container of a pod may have one.
pub(super) fn debugged(asked: &Asked<'_>) -> Understood {
    let line = &asked.line;
    if let Some(name) = line.flag("copy-to") {
        let object = asked.object("pod", name);
        let there = Expectation::Present(Vec::new());
        return Ok(vec![asked.claim(&object, there, Verb::Create)]);
    }
    let (Some(container), Some(image)) = (line.flag("container"), line.flag("image")) else {
        return Err(Reading::NotObservable(Unseen::Nameless));
    };
    let (Some(container), Some(pod)) = (container.literal(), line.arguments.first()) else {
        return Err(Reading::NotObservable(Unseen::Nameless));
    };
    let pod = match pod.split_once('/') {
        Some((word, _)) if word.literal().is_some_and(|word| word.starts_with("no")) => {
            return Err(Reading::NotObservable(Unseen::Nameless));
        }
        Some((_, name)) => name,
        None => pod.clone(),
    };
    let field = exact(&format!("spec.ephemeralContainers[{container}].image"), image.clone());
    let object = asked.object("pod", &pod);
    Ok(vec![asked.claim(&object, Expectation::Present(vec![field]), Verb::Change)])
}

/// `create -f` and `replace -f`
pub(super) fn from_files(asked: &Asked<'_>) -> Understood {
    let verb = if asked.line.verb == "replace" { Verb::Replace } else { Verb::Create };
    let claims = asked
        .manifests()?
        .into_iter()
        .map(|named| asked.claim(&asked.placed(&named), Expectation::Present(named.fields), verb));
    Ok(autoscaled_left_open(asked, claims.collect()))
}

/// `apply -f`, and `auth reconcile -f`, which is the same for roles.
pub(super) fn applied(asked: &Asked<'_>) -> Understood {
    match asked.line.word(0).as_deref() {
        Some("view-last-applied") => return Err(Reading::Reads),
        Some("edit-last-applied") => return Err(Reading::NotObservable(Unseen::NotInText)),
        Some("set-last-applied") => return Err(Reading::NotObservable(Unseen::NoMark)),
        _ => {}
    }
    if !asked.line.has("filename") && !asked.line.has("kustomize") {
        return not_understood("the manifest is not named");
    }
    let claims = asked.manifests()?.into_iter().map(|named| {
        let object = asked.placed(&named);
        // What an earlier manifest named and this one does not is gone.
        let again = asked.of(&object).is_some_and(|known| !known.gone && known.is_whole());
        let verb = if again { Verb::Replace } else { Verb::Make };
        asked.claim(&object, Expectation::Present(named.fields), verb)
    });
    Ok(autoscaled_left_open(asked, claims.collect()))
}

/// How many replicas there are of what an autoscaler scales, is the autoscaler's to say.
fn autoscaled_left_open(asked: &Asked<'_>, mut claims: Vec<Claim>) -> Vec<Claim> {
    let scaled: Vec<Subject> = claims.iter().filter_map(|claim| target_of(asked, claim)).collect();
    for subject in scaled {
        let mut here = false;
        for claim in claims.iter_mut().filter(|claim| claim.subject == subject) {
            if let Expectation::Present(fields) = &mut claim.expectation {
                fields.retain(|field| field.path != "spec.replicas");
                here = true;
            }
        }
        let known = asked.known.iter().find(|known| *known.subject == subject);
        if !here && known.is_some_and(|known| known.field("spec.replicas").is_some()) {
            claims.push(Claim::new(subject, Expectation::Present(Vec::new()), Verb::Disturb));
        }
    }
    claims
}

/// What an autoscaler of a manifest scales.
fn target_of(asked: &Asked<'_>, claim: &Claim) -> Option<Subject> {
    if parts(&claim.subject.name).0 != "horizontalpodautoscaler" {
        return None;
    }
    let field = |path: &str| {
        let field = claim.expectation.fields().iter().find(|field| field.path == path)?;
        Some(field.value.clone())
    };
    let object = Object {
        word: canonical(&field("spec.scaleTargetRef.kind")?.literal()?),
        name: field("spec.scaleTargetRef.name")?,
        namespace: claim.subject.param("namespace").cloned(),
    };
    Some(asked.subject(&object))
}
