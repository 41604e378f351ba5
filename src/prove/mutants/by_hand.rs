//! What Vault should do to a password is done by hand: it looks the same until Vault has to log in anew.

use super::super::deeds::Deed;
use super::{Mutant, Rule, Site, names_of};
use crate::claim::Text;
use crate::text::ticked;

pub(super) const RULE: Rule =
    Rule { name: "by-hand", doc: "a password that Vault should rotate is changed by hand", make };

fn make(site: &Site<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for claim in
        site.claims.iter().filter(|claim| claim.claim.subject.kind == "vault/root-rotation")
    {
        let Some(user) = claim.claim.subject.param("user").and_then(Text::value) else { continue };
        let Some(line) = site.draft.commands.iter().find(|line| line.span == claim.span) else {
            continue;
        };
        let script = site.draft.with(vec![(line.range.clone(), String::new())]);
        let what = format!("the password of {} is changed by hand", ticked(&user));
        let mut mutant = site.typed(RULE.name, what, script, names_of(claim));
        let name = user.replace('"', "\"\"");
        mutant.after.push(Deed::Sql {
            database: "postgres".to_owned(),
            text: format!("ALTER ROLE \"{name}\" PASSWORD 'changed by hand'"),
        });
        mutants.push(mutant);
    }
    mutants
}
