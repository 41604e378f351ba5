//! The sessions of one run: one of each system, opened when first asked for, shared by all kinds.

use crate::config::Config;

use super::kubernetes::Cluster;
use super::postgres::Server;
use super::timings::Timings;
use super::vault::Session;

/// The live systems as one run sees them.
pub struct Lab {
    /// Vault.
    pub vault: Session,
    /// Kubernetes.
    pub kubernetes: Cluster,
    /// PostgreSQL.
    pub postgres: Server,
    /// What the run may do and take.
    pub config: Config,
    /// How long the reads took.
    pub timings: Timings,
}

impl Lab {
    /// Sessions that connect to nothing yet.
    pub fn new(config: Config) -> Self {
        let timings = Timings::default();
        Self {
            vault: Session::new(&config, timings.clone()),
            kubernetes: Cluster::new(&config, timings.clone()),
            postgres: Server::new(&config, timings.clone()),
            config,
            timings,
        }
    }

    /// Takes back what probes made, at once and within a second or two; called at every end of a run.
    pub async fn close(&self) {
        self.vault.close().await;
    }
}
