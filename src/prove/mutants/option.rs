//! A word of the command is wrong that is no name: the value of an option, the type of an engine.

use super::super::edit::{Line, Word, another};
use super::{Mutant, Rule, Site, names_of};
use crate::assertion::Assertion;
use crate::text::{one_line, ticked};

pub(super) const RULE: Rule = Rule {
    name: "wrong-option",
    doc: "the value of an option is another, or the type of an engine",
    make,
};

/// More than these are of the same sort.
const MOST: usize = 3;

/// Options that say where, which `elsewhere` and `renamed` turn wrong, or how a command talks.
const OTHERS: &[&str] =
    &["path", "mount", "n", "namespace", "c", "format", "o", "output", "timeout", "field"];

fn make(site: &Site<'_>) -> Vec<Mutant> {
    let mut mutants: Vec<Mutant> = Vec::new();
    for claim in &site.claims {
        let line = site.draft.commands.iter().find(|line| line.span == claim.span);
        let Some(line) = line else { continue };
        let own = options(site, claim, line).into_iter().chain(engine(site, claim, line));
        for mutant in own {
            if !mutants.iter().any(|other| other.script == mutant.script) {
                mutants.push(mutant);
            }
        }
    }
    mutants.truncate(MOST);
    mutants
}

fn options(site: &Site<'_>, claim: &Assertion, line: &Line) -> Vec<Mutant> {
    let option = |word: &Word| {
        let (name, value) = word.literal.as_ref()?.strip_prefix('-')?.split_once('=')?;
        let name = name.trim_start_matches('-');
        // Of several values one may hit what an earlier step has made: that is told at that step, and rightly so.
        let single = !OTHERS.contains(&name) && !value.contains(',');
        let wrong = another(value).filter(|_| single)?;
        // Only what is typed as it is meant can be typed otherwise.
        let typed = site.draft.slice(&word.range);
        let script = site.draft.with(vec![(word.range.clone(), typed.replacen(value, &wrong, 1))]);
        let what = format!("{} is {}", ticked(&format!("-{name}")), ticked(&one_line(&wrong, 24)));
        let mut names = names_of(claim);
        names.push(name.to_owned());
        typed.contains(value).then(|| site.typed(RULE.name, what, script, names))
    };
    line.words.iter().filter_map(option).collect()
}

/// Another engine at a path of its own.
fn engine(site: &Site<'_>, claim: &Assertion, line: &Line) -> Option<Mutant> {
    let arguments = line.arguments();
    let (["secrets" | "auth", "enable", .., last], "vault") =
        (arguments.as_slice(), line.program())
    else {
        return None;
    };
    let has_path = arguments.iter().any(|word| word.trim_start_matches('-').starts_with("path="));
    let wrong = match (arguments[0], *last) {
        ("secrets", "kv") => "transit",
        ("secrets", _) => "kv",
        (_, "approle") => "userpass",
        _ => "approle",
    };
    let word = line.words.last().filter(|_| has_path && !last.starts_with('-'))?;
    let script = site.draft.with(vec![(word.range.clone(), wrong.to_owned())]);
    let what = format!("{} instead of {}", ticked(wrong), ticked(last));
    Some(site.typed(RULE.name, what, script, names_of(claim)))
}
