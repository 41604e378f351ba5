//! What the text has taken away and makes again by a manifest that it does not show: "delete it, change the file, apply
//! it". Whether such a thing is there is open.

use super::Understood;
use super::alternative::{is_about, stem};
use super::asked::Asked;
use super::hidden::is_ever_made;
use super::known::Known;
use crate::claim::{Claim, Expectation, Text, Verb};

/// What a command claims, and before it: what a manifest that it applies, and that is not in the text, may make again.
pub(super) fn opened(asked: &Asked<'_>, understood: Understood) -> Understood {
    let line = &asked.line;
    let makes = matches!(line.verb.as_str(), "apply" | "create" | "replace");
    let from_file = line.has("filename") || line.has("kustomize");
    if !makes || !from_file || !asked.hides_a_manifest() {
        return understood;
    }
    let mut back: Vec<Claim> = asked
        .known
        .iter()
        .filter(|known| known.gone && may_be_in_it(asked, known))
        .map(|known| {
            Claim::new(known.subject.clone(), Expectation::Absent, Verb::Disturb).leniently(true)
        })
        .collect();
    if back.is_empty() {
        return understood;
    }
    back.extend(understood.unwrap_or_default());
    Ok(back)
}

/// What the text has not made itself came from such a manifest. What it has made is in one that is called after it, that
/// was written by a look at it, or that is applied right behind its deletion.
fn may_be_in_it(asked: &Asked<'_>, known: &Known<'_>) -> bool {
    if known.word() == "node" {
        return false;
    }
    let (word, name) = (known.word(), known.name().shown());
    let called = |file: &Text| is_about(&stem(&file.shown()), &word, &name);
    let looked = |file: &Text| {
        let printed = asked.call.printed(&file.shown());
        let words = printed.map(|call| call.words.as_slice()).unwrap_or_default();
        let slashed = format!("/{name}");
        words.iter().map(Text::shown).any(|one| one == name || one.ends_with(&slashed))
    };
    let just_now = asked.story.claims.last().is_some_and(|last| {
        last.subject == *known.subject && last.expectation == Expectation::Absent
    });
    let files = || asked.line.all("filename");
    !is_ever_made(asked.story, known.subject)
        || just_now
        || files().any(|file| called(file) || looked(file))
}
