//! What goes on from a command that need not be run need not be run either.

use super::super::planned::{Doubt, Read};
use super::super::reading;
use super::super::told::Told;
use super::Walk;
use crate::claim::{Claim, Verb};

impl Walk<'_> {
    /// What a command says, by what it goes on from: nothing, where only commands that need not be run have made it.
    pub(super) fn go_on(&mut self, mut read: Read, doubt: Option<Doubt>) -> Read {
        let made = |claim: &Claim| matches!(claim.verb, Verb::Make | Verb::Create | Verb::Replace);
        for claim in read.claims.iter().filter(|claim| doubt.is_none() && made(claim)) {
            self.optional.retain(|subject| *subject != claim.subject);
        }
        let uses = |claim: &Claim| {
            matches!(claim.verb, Verb::Change | Verb::Confirm)
                && self.optional.contains(&claim.subject)
                && !self.story.claims.iter().any(|known| known.subject == claim.subject)
        };
        if doubt.is_none() && read.claims.iter().any(uses) {
            read = reading::doubted(read, Doubt::Told(Told::Optional));
        }
        self.optional.append(&mut read.optional);
        read
    }
}
