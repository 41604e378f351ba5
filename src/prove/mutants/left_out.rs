//! The step is not done at all.

use super::{Mutant, Rule, Site, names_of};

pub(super) const RULE: Rule = Rule { name: "left-out", doc: "the step is not done at all", make };

fn make(site: &Site<'_>) -> Vec<Mutant> {
    let names = site.claims.iter().flat_map(|claim| names_of(claim)).collect();
    vec![site.typed(RULE.name, "the step is left out".to_owned(), String::new(), names)]
}
