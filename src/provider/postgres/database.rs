//! `postgres/database`: a database, its owner and settings.

use futures_util::future::BoxFuture;

use super::shared::{Shared, observe};
use super::{effects, words};
use crate::claim::{Claim, Expectation, Observation, Subject, Text};
use crate::provider::{Call, Kind, Lab, Looks, Story};

pub(super) const ID: &str = "postgres/database";

const DOC: &str = "\
A database of Postgres: its owner, encoding, connection limit and settings.

Claimed by `CREATE|ALTER|DROP DATABASE` (also as `SELECT 'CREATE DATABASE …' … \\gexec`), `createdb` and `dropdb`.
What is in it goes with it.

Read from `pg_database` and `pg_db_role_setting`. Control of an absence: the list of all databases.

Template, locale and tablespace are not compared.";

const READ: &str = "select from pg_database";

/// How it is read.
const SHARED: Shared = Shared {
    noun: "database",
    read: READ,
    row: "select pg_get_userbyid(d.datdba)::text, pg_encoding_to_char(d.encoding)::text, \
        d.datconnlimit::text, d.datallowconn::text, d.datistemplate::text \
        from pg_catalog.pg_database d where d.datname = $1::text",
    fields: &["owner", "encoding", "connection_limit", "allow_connections", "is_template"],
    more: "select 'setting ' || split_part(s, '=', 1), substr(s, strpos(s, '=') + 1) \
        from pg_catalog.pg_db_role_setting c join pg_catalog.pg_database d on d.oid = c.setdatabase, \
        unnest(c.setconfig) s where c.setrole = 0 and d.datname = $1::text",
    names: "select datname::text from pg_catalog.pg_database where not datistemplate limit 300",
};

/// The kind.
pub(super) struct PostgresDatabase;

impl Kind for PostgresDatabase {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "database"
    }

    fn params(&self) -> &'static [&'static str] {
        super::place::GIVEN
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        effects::claims(call, story, ID)
    }
    fn title(&self, claim: &Claim) -> String {
        words::title("database", claim)
    }
    fn expected(&self, claim: &Claim) -> String {
        words::expected("database", claim)
    }
    fn hint(&self, claim: &Claim) -> String {
        let name = claim.subject.name.shown();
        match claim.expectation {
            Expectation::Absent => {
                format!("`DROP DATABASE {name};` takes it away, once nobody is connected to it")
            }
            _ => "`\\l` in `psql` lists all databases with their owners".to_owned(),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        words::looks(claim, READ, "the list of all databases can be read")
    }
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        let database = thing.param("database").and_then(Text::value);
        thing.kind.starts_with("postgres/")
            && thing.kind != super::login::ID
            && database.is_some()
            && database == holder.name.value()
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, lab, &SHARED))
    }
}
