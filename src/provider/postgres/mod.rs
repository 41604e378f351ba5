//! PostgreSQL: `psql`'s commands and logins.

mod attempt;
mod cli;
pub(crate) mod client;
pub(crate) mod conninfo;
mod login;
pub(crate) mod refusal;
mod tls;

use futures_util::future::BoxFuture;

use super::{Call, Kind, Lab, Provider, Reading};
use crate::claim::Unobservable;

pub use client::Server;

use cli::Psql;

/// The provider.
pub struct Postgres;

/// The kinds, in the order of their ids.
const KINDS: &[&dyn Kind] = &[&login::PostgresLogin];

impl Provider for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }
    fn programs(&self) -> &'static [&'static str] {
        &["psql"]
    }
    fn kinds(&self) -> &'static [&'static dyn Kind] {
        KINDS
    }
    fn reading(&self, call: &Call) -> Reading {
        match Psql::of(call) {
            Some(psql) if !psql.only_looks() => {
                Reading::NotUnderstood("the statements that `psql` runs".to_owned())
            }
            _ => Reading::Reads,
        }
    }
    fn is_lookup(&self, _call: &Call) -> bool {
        false
    }
    fn look_up<'a>(
        &'a self,
        _call: &'a Call,
        _lab: &'a Lab,
    ) -> BoxFuture<'a, Result<String, Unobservable>> {
        let reason = "what `psql` prints is not looked up".to_owned();
        Box::pin(std::future::ready(Err(Unobservable::NotObserved(reason))))
    }
}
