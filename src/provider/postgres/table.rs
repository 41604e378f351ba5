//! `postgres/table`: a table with its columns.

use futures_util::future::BoxFuture;

use super::{effects, lookup, words};
use crate::claim::{Claim, Expectation, Facts, Observation, Subject};
use crate::provider::{Call, Kind, Lab, Looks, Story};

pub(super) const ID: &str = "postgres/table";

/// Ordinary, partitioned and foreign tables.
pub(super) const KINDS: &str = "rpf";

const DOC: &str = "\
A table of a database, with its columns.

Claimed by `CREATE TABLE`, with each column and, where the type is one of Postgres' own, its type; by `ALTER TABLE`
(`ADD|DROP|RENAME COLUMN`, `ALTER COLUMN … TYPE`, `ADD|DROP|RENAME CONSTRAINT name`, `OWNER TO`, `RENAME TO`,
`SET SCHEMA`, `ENABLE|DISABLE ROW LEVEL SECURITY`) and `DROP TABLE`. A temporary table is gone with its session.

A name without a schema is looked for in `public`, else in the schema that has it. Read from `pg_class`,
`pg_attribute` and `pg_constraint`. Control of an absence: the catalog of that very database, with the schema.

Defaults, NOT NULL and unnamed constraints are not compared.";

const READ: &str = "select from pg_class";

/// The kind.
pub(super) struct PostgresTable;

impl Kind for PostgresTable {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "table"
    }

    fn params(&self) -> &'static [&'static str] {
        super::place::GIVEN
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        effects::claims(call, story, ID)
    }
    fn title(&self, claim: &Claim) -> String {
        words::title("table", claim)
    }
    fn expected(&self, claim: &Claim) -> String {
        words::expected("table", claim)
    }
    fn hint(&self, claim: &Claim) -> String {
        let (name, place) = (claim.subject.name.shown(), words::in_database(&claim.subject));
        match claim.expectation {
            Expectation::Absent => format!("`DROP TABLE {name};` takes it away{place}"),
            _ => format!("`\\d {name}` in `psql` shows it with its columns, connected{place}"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        words::looks(claim, READ, "the list of the database's tables can be read")
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, lab))
    }
}

async fn observe(subject: &Subject, lab: &Lab) -> Observation {
    const PARTS: &str = "select 'column ' || attname, format_type(atttypid, atttypmod) \
        from pg_catalog.pg_attribute where attrelid = $1::text::oid and attnum > 0 and not attisdropped \
        union all select 'constraint ' || conname, 'there' from pg_catalog.pg_constraint \
        where conrelid = $1::text::oid \
        union all select 'row security', relrowsecurity::text from pg_catalog.pg_class \
        where oid = $1::text::oid";
    let (name, reader) = match lookup::reach(subject, lab, READ).await {
        Ok(reached) => reached,
        Err(observation) => return observation,
    };
    let read = format!("{READ} at {}", reader.server);
    let table = match lookup::relation(&reader, &name, KINDS).await {
        Ok(Some(table)) => table,
        Ok(None) => {
            if let Some(observation) = lookup::missing_schema(&reader, &name, &read).await {
                return observation;
            }
            let names = lookup::names_of(KINDS);
            return words::absent(&reader, &read, ("table", &name), &names).await;
        }
        Err(reason) => return Observation::unobservable(reason, read),
    };
    let parts = match reader.rows(PARTS, &[Some(&table.oid)]).await {
        Ok(parts) => parts,
        Err(reason) => return Observation::unobservable(reason, read),
    };
    let mut facts = Facts::none().with("owner", table.owner.as_str());
    for row in &parts {
        if let [Some(part), Some(value)] = row.as_slice() {
            facts = facts.with(part.as_str(), value.as_str());
        }
    }
    facts.note = table.note(&name);
    Observation::present(facts, format!("{read} → 1 row"))
}
