//! What later statements do to the rows of which the text spoke before.

use super::rows;
use super::sql::rows::Conditions;
use crate::claim::{Claim, Expectation, Subject, Verb};

/// Rows that may be others now: those of a table with these values.
pub(super) fn touched<'a>(
    table: &Subject,
    with: &Conditions,
    earlier: impl Iterator<Item = &'a Claim>,
) -> Vec<Claim> {
    let mut disturbed: Vec<Claim> = Vec::new();
    for claim in earlier {
        let subject = &claim.subject;
        let is = subject.kind == rows::ID
            && rows::same_table(subject, table)
            && rows::has(subject, with)
            && !disturbed.iter().any(|known| known.subject == *subject);
        if is {
            disturbed.push(Claim::new(subject.clone(), Expectation::Absent, Verb::Disturb));
        }
    }
    disturbed
}

/// Where a DELETE takes away rows that the text itself has put in: these, for what they were before is known.
/// `table` is its subject with its place.
pub(super) fn deleted<'a>(
    claim: &Claim,
    table: &Subject,
    earlier: impl Iterator<Item = &'a Claim>,
) -> Vec<Claim> {
    if claim.subject.kind != rows::ID || claim.verb != Verb::Remove {
        return Vec::new();
    }
    let Some(with) = rows::known_conditions(&claim.subject) else { return Vec::new() };
    let mut last: Vec<&Claim> = Vec::new();
    for other in earlier {
        let row = other.subject.kind == rows::ID
            && rows::same_table(&other.subject, table)
            && rows::has(&other.subject, &with);
        if row {
            last.retain(|known| known.subject != other.subject);
            last.push(other);
        }
    }
    let there = |last: &&Claim| matches!(last.expectation, Expectation::Present(_));
    let gone = |last: &Claim| Claim {
        verb: Verb::Remove,
        expectation: Expectation::Absent,
        lenient: claim.lenient,
        ..last.clone()
    };
    last.into_iter().filter(there).map(gone).collect()
}
