//! A placeholder is typed as it stands, and not what it stands for.

use super::{Mutant, Rule, Site, names_of};
use crate::text::ticked;

pub(super) const RULE: Rule = Rule {
    name: "placeholder",
    doc: "a placeholder is typed as it stands, without its angle brackets",
    make,
};

fn make(site: &Site<'_>) -> Vec<Mutant> {
    let text = site.draft.text();
    let mut mutants = Vec::new();
    for part in text.split('<').skip(1) {
        let Some((name, _)) = part.split_once('>') else { continue };
        let shouted = |letter: char| letter.is_ascii_uppercase() || letter == '_';
        if name.is_empty() || !name.chars().all(shouted) {
            continue;
        }
        let script = text.replace(&format!("<{name}>"), name);
        let names = site.claims.iter().flat_map(|claim| names_of(claim)).collect();
        mutants.push(site.typed(RULE.name, format!("{} is typed", ticked(name)), script, names));
    }
    mutants
}
