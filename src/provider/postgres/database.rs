//! `postgres/database`: a database, its owner and settings.

use futures_util::future::BoxFuture;

use super::{catalog, effects, words};
use crate::claim::{Claim, Expectation, Facts, Observation, Subject, Text};
use crate::provider::vault::place::known;
use crate::provider::{Call, Kind, Lab, Looks, Story};

pub(super) const ID: &str = "postgres/database";

const DOC: &str = "\
A database of Postgres: its owner, encoding, connection limit and settings.

Claimed by `CREATE|ALTER|DROP DATABASE` (also as `SELECT 'CREATE DATABASE …' … \\gexec`), `createdb` and `dropdb`.
What is in it goes with it.

Read from `pg_database` and `pg_db_role_setting`. Control of an absence: the list of all databases.

Template, locale and tablespace are not compared.";

const READ: &str = "select from pg_database";

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
        Box::pin(observe(subject, lab))
    }
}

async fn observe(subject: &Subject, lab: &Lab) -> Observation {
    const QUERY: &str = "select pg_get_userbyid(d.datdba)::text, pg_encoding_to_char(d.encoding)::text, \
        d.datconnlimit::text, d.datallowconn::text, d.datistemplate::text \
        from pg_catalog.pg_database d where d.datname = $1::text";
    const FIELDS: [&str; 5] =
        ["owner", "encoding", "connection_limit", "allow_connections", "is_template"];
    const SETTINGS: &str = "select split_part(s, '=', 1), substr(s, strpos(s, '=') + 1) \
        from pg_catalog.pg_db_role_setting c join pg_catalog.pg_database d on d.oid = c.setdatabase, \
        unnest(c.setconfig) s where c.setrole = 0 and d.datname = $1::text";
    let name = match known(&subject.name) {
        Ok(name) => name,
        Err(reason) => return Observation::unobservable(reason, READ),
    };
    let reader = match catalog::open(subject, lab).await {
        Ok(reader) => reader,
        Err(closed) => return words::closed(closed, READ),
    };
    let read = format!("{READ} at {}", reader.server);
    let (found, settings) = futures_util::future::join(
        reader.rows(QUERY, &[Some(&name)]),
        reader.rows(SETTINGS, &[Some(&name)]),
    )
    .await;
    let (found, settings) = match (found, settings) {
        (Ok(found), Ok(settings)) => (found, settings),
        (Err(reason), _) | (_, Err(reason)) => return Observation::unobservable(reason, read),
    };
    let Some(row) = found.first() else {
        const NAMES: &str =
            "select datname::text from pg_catalog.pg_database where not datistemplate limit 300";
        return words::absent(&reader, &read, ("database", &name), NAMES).await;
    };
    let mut facts = Facts::none();
    for (field, value) in FIELDS.iter().zip(row) {
        facts = facts.with(*field, value.clone().unwrap_or_default());
    }
    for row in &settings {
        if let [Some(setting), Some(value)] = row.as_slice() {
            facts = facts.with(format!("setting {setting}"), value.as_str());
        }
    }
    Observation::present(facts, format!("{read} → 1 row"))
}
