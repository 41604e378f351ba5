//! What a run could leave behind: leases under the role, tokens, and roles in PostgreSQL.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::lab::Lab;
use crate::wait::{Done, until};

/// All of it at one moment.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Traces {
    leases: BTreeSet<String>,
    tokens: BTreeSet<String>,
    roles: BTreeSet<String>,
}

impl Traces {
    /// Looks at the servers directly, as root.
    pub(crate) fn of(lab: &Lab) -> Done<Traces> {
        let world = &lab.world;
        let (engine, role) = (&world.names.engine, &world.names.role);
        Ok(Traces {
            leases: world.vault.list(&format!("sys/leases/lookup/{engine}/creds/{role}"))?,
            tokens: world.vault.list("auth/token/accessors")?,
            roles: world.postgres.roles()?,
        })
    }

    /// Waits until nothing is there that was not there before.
    pub(crate) fn nothing_new(&self, lab: &Lab, limit: Duration) -> Done<()> {
        until("nothing of ours stays behind", limit, || {
            let now = Traces::of(lab)?;
            let new = |now: &BTreeSet<String>, then: &BTreeSet<String>| -> Vec<String> {
                now.difference(then).cloned().collect()
            };
            let left = [
                ("leases", new(&now.leases, &self.leases)),
                ("tokens", new(&now.tokens, &self.tokens)),
                ("roles", new(&now.roles, &self.roles)),
            ];
            if left.iter().all(|(_, names)| names.is_empty()) {
                return Ok(());
            }
            Err(format!("left: {left:?}"))
        })
    }
}
