//! A name is mistyped by one letter.

use super::super::edit::by_one_letter;
use super::{Mutant, Rule, Site, names_of, own_name};
use crate::text::ticked;

pub(super) const RULE: Rule = Rule {
    name: "renamed",
    doc: "a name is changed by one letter, wherever the step writes it",
    make,
};

/// More than these are of the same sort.
const MOST: usize = 4;

fn make(site: &Site<'_>) -> Vec<Mutant> {
    let mut done: Vec<String> = Vec::new();
    let mut mutants = Vec::new();
    for claim in &site.claims {
        let Some(name) = own_name(claim).filter(|name| !done.contains(name)) else { continue };
        done.push(name.clone());
        let Some(wrong) = by_one_letter(&name) else { continue };
        // An engine enabled at the path of its type has no name of its own: see `elsewhere`.
        let typed = site.draft.commands.iter().any(|line| {
            matches!(line.arguments().as_slice(), ["secrets" | "auth" | "audit", "enable", .., last] if *last == name)
        });
        if typed {
            continue;
        }
        if let Some(script) = site.draft.renamed(&name, &wrong) {
            let what = format!("{} instead of {}", ticked(&wrong), ticked(&name));
            mutants.push(site.typed(RULE.name, what, script, names_of(claim)));
        }
    }
    mutants.truncate(MOST);
    mutants
}
