//! The servers that the text speaks to, one system at a time: what it has made in one is not asked of the next.

use std::collections::{BTreeMap, BTreeSet};

use crate::claim::{Claim, Expectation, Subject, Text, Verb};
use crate::provider::{Call, PROVIDERS, Story};

/// What is known of the servers by some place of the text.
#[derive(Default)]
pub(super) struct Servers {
    /// What the last command of a system was sent to: by address, and by container.
    last: BTreeMap<(&'static str, bool), Text>,
    /// The systems that may have another server since their last command.
    left: BTreeSet<&'static str>,
}

impl Servers {
    /// Takes in a command, with what it runs inside something else as `inner`. Gives what it leaves open: all that the
    /// text has made where its system was before, which is forgotten.
    pub(super) fn meet(&mut self, outer: &Call, inner: &Call, story: &mut Story) -> Vec<Claim> {
        let mut opened = Vec::new();
        for provider in PROVIDERS {
            let name = provider.name();
            if provider.leaves_server(outer) || provider.leaves_server(inner) {
                self.left.insert(name);
            }
            if !provider.knows(inner) {
                continue;
            }
            let mut moved = self.left.remove(name);
            let container = provider.server_inside(outer).filter(|_| inner.inside);
            for (inside, server) in [(false, provider.server(inner)), (true, container)] {
                let Some(server) = server else { continue };
                let before = self.last.insert((name, inside), server.clone());
                moved |= before.is_some_and(|before| before != server);
            }
            if moved {
                opened.extend(forget(name, story));
            }
        }
        opened
    }
}

/// All that the story has of a system, taken from it and left open.
fn forget(provider: &str, story: &mut Story) -> Vec<Claim> {
    let of = |claim: &Claim| claim.subject.kind.split('/').next() == Some(provider);
    let (gone, kept) = std::mem::take(&mut story.claims).into_iter().partition::<Vec<_>, _>(of);
    story.claims = kept;
    let subjects: BTreeSet<Subject> = gone.into_iter().map(|claim| claim.subject).collect();
    let open = |subject| Claim::new(subject, Expectation::Absent, Verb::Disturb).leniently(true);
    subjects.into_iter().map(open).collect()
}
