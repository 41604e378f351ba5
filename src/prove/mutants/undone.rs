//! The step is done, and what it did is undone afterwards.

use super::super::deeds::{keep_and_restore, remove};
use super::{Mutant, Rule, Site, names_of, own_name};
use crate::claim::{Expectation, Verb};
use crate::text::ticked;

pub(super) const RULE: Rule =
    Rule { name: "undone", doc: "what the step did is undone afterwards", make };

/// More than these are of the same sort.
const MOST: usize = 3;

fn make(site: &Site<'_>) -> Vec<Mutant> {
    let mut mutants: Vec<Mutant> = Vec::new();
    for claim in &site.claims {
        let subject = &claim.claim.subject;
        let name = own_name(claim).unwrap_or_default();
        let (before, after, what) = match (&claim.claim.expectation, claim.claim.verb) {
            (Expectation::Present(_), Verb::Create | Verb::Make | Verb::Replace | Verb::Change) => {
                let Some(after) = remove(subject) else { continue };
                (None, after, "taken away again")
            }
            (Expectation::Absent, Verb::Remove) if !site.makes_first(claim) => {
                let Some((before, after)) = keep_and_restore(subject) else { continue };
                (Some(before), after, "brought back")
            }
            _ => continue,
        };
        let what = format!("{} is {what}", ticked(&name));
        let mut mutant = site.typed(RULE.name, what, site.script(), names_of(claim));
        mutant.before.extend(before);
        mutant.after.push(after);
        if !mutants.iter().any(|other| other.after == mutant.after) {
            mutants.push(mutant);
        }
    }
    mutants.truncate(MOST);
    mutants
}
