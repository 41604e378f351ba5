//! Postgres.

use futures_util::future::BoxFuture;

use super::{Call, Kind, Lab, Provider, Reading};
use crate::claim::Unobservable;
use crate::config::Config;

/// The provider.
pub struct Postgres;

/// One run's session.
pub struct Server {}

impl Server {
    /// A session that connects to nothing yet.
    pub fn new(_config: &Config) -> Self {
        Self {}
    }
}

impl Provider for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }
    fn programs(&self) -> &'static [&'static str] {
        &["psql"]
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
