//! What should be done to one thing is done to another like it.

use super::super::deeds::copy;
use super::super::edit::by_one_letter;
use super::{Mutant, Rule, Site, names_of, own_name};
use crate::claim::Verb;
use crate::text::ticked;

pub(super) const RULE: Rule = Rule {
    name: "sibling",
    doc: "what should be done to a thing is done to another like it",
    make,
};

fn make(site: &Site<'_>) -> Vec<Mutant> {
    let mut mutants: Vec<Mutant> = Vec::new();
    for claim in &site.claims {
        // What is made anew has no sibling that it could be done to: see `renamed`.
        if !matches!(claim.claim.verb, Verb::Change | Verb::Remove) || site.makes_first(claim) {
            continue;
        }
        let subject = &claim.claim.subject;
        if subject.kind == "vault/path" && is_vaults_own(&subject.name.value().unwrap_or_default())
        {
            continue;
        }
        let Some(name) = own_name(claim) else { continue };
        let Some(sibling) = by_one_letter(&name) else { continue };
        let Some(before) = copy(subject, &sibling) else { continue };
        let Some(script) = site.draft.renamed(&name, &sibling) else { continue };
        let what = format!("done to {}, which is like {}", ticked(&sibling), ticked(&name));
        let mut mutant = site.typed(RULE.name, what, script, names_of(claim));
        mutant.before.push(before);
        if !mutants.iter().any(|other| other.script == mutant.script) {
            mutants.push(mutant);
        }
    }
    mutants
}

/// Whether Vault itself gives this path its last name: nothing can be like it.
fn is_vaults_own(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    matches!((parts.next(), parts.next()), (Some("role-id" | "config"), _) | (_, Some("config")))
}
