//! A value of one of the step's fields is wrong.

use super::super::edit::another;
use super::{Mutant, Rule, Site, names_of};
use crate::claim::Field;
use crate::text::{one_line, ticked};

pub(super) const RULE: Rule =
    Rule { name: "wrong-value", doc: "the value of a field is another", make };

/// More than these are of the same sort.
const MOST: usize = 6;

fn make(site: &Site<'_>) -> Vec<Mutant> {
    let mut mutants: Vec<Mutant> = Vec::new();
    for claim in &site.claims {
        for field in claim.claim.expectation.fields() {
            let Some((script, wrong)) = changed(site, field) else { continue };
            if mutants.iter().any(|other| other.script == script) {
                continue;
            }
            let what = format!("{} is {}", ticked(&field.path), ticked(&one_line(&wrong, 24)));
            let last = field.path.rsplit('.').next().unwrap_or(&field.path).to_owned();
            // One value may stand for several things: a file, and what is written from it.
            let mut names: Vec<String> =
                site.claims.iter().flat_map(|claim| names_of(claim)).collect();
            names.extend([field.path.clone(), last]);
            // What a file holds may be wrong wherever the step takes it.
            if claim.claim.subject.kind == "host/file" {
                names.extend(site.claims.iter().flat_map(|other| names_of(other)));
            }
            mutants.push(site.typed(RULE.name, what, script, names));
        }
    }
    mutants.truncate(MOST);
    mutants
}

/// The text with the field's value changed, and what it is then; `None` where the step does not write the value.
fn changed(site: &Site<'_>, field: &Field) -> Option<(String, String)> {
    let value = field.value.value()?;
    let last = field.path.rsplit('.').next().unwrap_or(&field.path);
    let key = last.split('[').next().unwrap_or(last);
    // Behind its own name first: `1` may stand for much else.
    for separator in ["=", "=\"", "='", ": ", ": \""] {
        let (right, wrong) = (format!("{key}{separator}{value}"), another(&value)?);
        if let Some(script) = site.draft.renamed(&right, &format!("{key}{separator}{wrong}")) {
            return Some((script, wrong));
        }
    }
    let wrong = another(&value)?;
    if value.len() > 1
        && let Some(script) = site.draft.renamed(&value, &wrong)
    {
        return Some((script, wrong));
    }
    // A value of several words, which the shell's quoting writes otherwise: one of its words, a keyword if it has one.
    let words = || value.split(|character: char| !character.is_ascii_alphanumeric());
    let shouted = |word: &&str| word.len() > 3 && word.chars().all(|c| c.is_ascii_uppercase());
    let plain = |word: &&str| word.len() > 2 && site.draft.text().contains(word);
    let word = words().rfind(shouted).or_else(|| words().rfind(plain))?;
    let wrong = another(word)?;
    Some((site.draft.renamed(word, &wrong)?, wrong))
}
