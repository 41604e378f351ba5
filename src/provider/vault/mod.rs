//! Vault: its CLI's commands and its HTTP API.

use futures_util::future::BoxFuture;

use super::{Call, Kind, Lab, Provider, Reading};
use crate::claim::Unobservable;
use crate::config::Config;

/// The provider.
pub struct Vault;

/// One run's session with Vault.
pub struct Session {}

impl Session {
    /// A session that connects to nothing yet.
    pub fn new(_config: &Config) -> Self {
        Self {}
    }

    /// Takes back what probes made.
    pub async fn close(&self) {}
}

impl Provider for Vault {
    fn name(&self) -> &'static str {
        "vault"
    }
    fn programs(&self) -> &'static [&'static str] {
        &["vault"]
    }
    fn kinds(&self) -> &'static [&'static dyn Kind] {
        &[]
    }
    fn reading(&self, _call: &Call) -> Reading {
        Reading::Reads
    }
    fn is_lookup(&self, _call: &Call) -> bool {
        false
    }
    fn look_up<'a>(
        &'a self,
        _call: &'a Call,
        _lab: &'a Lab,
    ) -> BoxFuture<'a, Result<String, Unobservable>> {
        Box::pin(async { Err(Unobservable::NotObserved(String::new())) })
    }
}
