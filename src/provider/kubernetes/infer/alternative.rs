//! Two ways to make one object, one behind the other: a manifest that the text does not show and a generator, or two
//! generators. Whoever takes the first has the object as that has it, or under a name of its own.

use super::super::cli::Line;
use super::super::object::parts;
use super::super::resources::canonical;
use super::asked::Asked;
use crate::claim::{Claim, Expectation, Field, Text, Verb};
use crate::provider::Call;

/// A manifest that the text has had applied and does not show: its name.
const HIDDEN: &str = "kubernetes/hidden-manifest";

/// What a command sets that makes objects of such a manifest.
pub(super) fn settings(line: &Line, call: &Call) -> Vec<(&'static str, Text)> {
    if !matches!(line.verb.as_str(), "create" | "apply") || line.is_dry() {
        return Vec::new();
    }
    let names = line.all("filename").filter(|name| {
        let shown = name.literal();
        shown.is_some_and(|name| name != "-" && call.file(&name).is_none())
    });
    names.map(|name| (HIDDEN, name.clone())).collect()
}

/// The same claims, but for an object that a generator makes and that such a manifest is called after.
pub(super) fn opened(asked: &Asked<'_>, claims: Vec<Claim>) -> Vec<Claim> {
    if asked.line.verb != "create" || asked.line.has("filename") {
        return claims;
    }
    let hidden = asked.story.settings.iter().filter(|(key, _)| *key == HIDDEN);
    let hidden: Vec<String> = hidden.map(|(_, name)| stem(&name.shown())).collect();
    let open = |claim: Claim| {
        let (word, name) = parts(&claim.subject.name);
        if !hidden.iter().any(|stem| is_called_after(stem, &word, &name)) {
            return claim;
        }
        let open = Claim { expectation: Expectation::Absent, verb: Verb::Disturb, ..claim };
        open.leniently(true)
    };
    claims.into_iter().map(open).collect()
}

/// The same claims, but for what a generator or `create -f` makes that is there already: it is refused, or the other of two
/// ways. Where it says the same, both do; else what the thing has is open.
pub(super) fn twice(asked: &Asked<'_>, claims: Vec<Claim>) -> Vec<Claim> {
    let refused = |claim: &Claim| {
        let known = asked.known.iter().find(|known| *known.subject == claim.subject);
        let Some(known) = known.filter(|known| known.is_made() && !known.gone) else {
            return false;
        };
        let same = |field: &Field| known.field(&field.path) == Some(&field.value);
        claim.verb == Verb::Create && !claim.expectation.fields().iter().all(same)
    };
    let open = |claim: Claim| {
        if !refused(&claim) {
            return claim;
        }
        Claim { expectation: Expectation::Present(Vec::new()), verb: Verb::Disturb, ..claim }
    };
    claims.into_iter().map(open).collect()
}

/// The name of a file without its directory and its ending.
pub(super) fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name).to_owned()
}

/// The same, or what else stands in the name may be anything: `new-web.yaml`.
pub(super) fn is_about(stem: &str, word: &str, name: &str) -> bool {
    let mut ends = stem.match_indices(name).map(|(at, _)| (&stem[..at], &stem[at + name.len()..]));
    let apart = ends.any(|(before, behind)| {
        let alone = |end: &str, letter: Option<char>| {
            end.is_empty() || letter.is_some_and(|c| !c.is_alphanumeric())
        };
        alone(before, before.chars().next_back()) && alone(behind, behind.chars().next())
    });
    apart || is_called_after(stem, word, name) || canonical(stem) == word
}

/// Whether a manifest's name is that of an object, alone or with the word of its kind.
fn is_called_after(stem: &str, word: &str, name: &str) -> bool {
    let rest = match (stem.strip_prefix(name), stem.strip_suffix(name)) {
        (Some(rest), _) | (_, Some(rest)) => rest.trim_matches(['-', '_']),
        _ => return false,
    };
    rest.is_empty() || canonical(rest) == word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_called_after_an_object() {
        for (path, word, name, expected) in [
            ("web.yaml", "deployment", "web", true),
            ("k8s/web-deployment.yml", "deployment", "web", true),
            ("deploy-web.yaml", "deployment", "web", true),
            ("web-svc.yaml", "deployment", "web", false),
            ("role.yaml", "role", "web", false),
            ("webhook.yaml", "deployment", "web", false),
        ] {
            assert_eq!(is_called_after(&stem(path), word, name), expected, "{path}");
        }
    }
}
