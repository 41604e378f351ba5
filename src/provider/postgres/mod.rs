//! PostgreSQL: its clients' commands, the statements that they run, and logins.

mod acl;
mod attempt;
mod catalog;
mod cli;
pub(crate) mod client;
pub(crate) mod conninfo;
mod database;
mod effects;
mod extension;
mod function;
mod grant;
mod login;
mod lookup;
mod place;
pub(crate) mod refusal;
mod relation;
mod role;
mod row_history;
mod rows;
mod schema;
mod script;
mod shared;
mod sql;
mod table;
mod tls;
mod tools;
mod unmask;
mod words;

use futures_util::future::BoxFuture;

use super::{Call, Kind, Lab, Provider, Reading, Story, inner, servers};
use crate::claim::{Text, Unobservable};

pub use client::Server;

/// The clients whose commands are read.
const PROGRAMS: &[&str] = &[
    "createdb",
    "createuser",
    "dropdb",
    "dropuser",
    "pg_dump",
    "pg_dumpall",
    "pg_isready",
    "pg_restore",
    "pgbench",
    "psql",
];

/// The provider.
pub struct Postgres;

/// The kinds, in the order of their ids.
const KINDS: &[&dyn Kind] = &[
    &database::PostgresDatabase,
    &extension::PostgresExtension,
    &function::PostgresFunction,
    &grant::PostgresGrant,
    &login::PostgresLogin,
    &relation::PostgresRelation,
    &role::PostgresRole,
    &rows::PostgresRows,
    &schema::PostgresSchema,
    &table::PostgresTable,
];

impl Provider for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }
    fn programs(&self) -> &'static [&'static str] {
        PROGRAMS
    }
    fn reads_inside(&self, call: &Call) -> bool {
        self.knows(call)
    }
    fn runs(&self, call: &Call) -> bool {
        !inner::commands(call, &|inner| self.knows(inner)).is_empty()
    }
    fn kinds(&self) -> &'static [&'static dyn Kind] {
        KINDS
    }
    fn reading(&self, call: &Call, _story: &Story) -> Reading {
        effects::of(call, &Story::default()).map_or(Reading::Reads, |effects| effects.reading)
    }
    fn server_inside(&self, outer: &Call) -> Option<Text> {
        servers::container(outer)
    }
    fn leaves_server(&self, call: &Call) -> bool {
        let program = call.program().unwrap_or_default();
        let drops = matches!(program.as_str(), "initdb" | "pg_dropcluster");
        drops || servers::in_container(call, "postgres")
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
