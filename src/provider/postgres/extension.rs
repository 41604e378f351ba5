//! `postgres/extension`: an extension of a database.

use futures_util::future::BoxFuture;

use super::{effects, lookup, words};
use crate::claim::{Claim, Expectation, Facts, Observation, Subject};
use crate::provider::{Call, Kind, Lab, Looks, Story};

pub(super) const ID: &str = "postgres/extension";

const DOC: &str = "\
An extension that is installed in a database, with its version and schema.

Claimed by `CREATE EXTENSION`, `ALTER EXTENSION … SET SCHEMA|UPDATE TO` and `DROP EXTENSION`.

Read from `pg_extension` of that very database. Control of an absence: the list of its extensions.";

const READ: &str = "select from pg_extension";

/// The kind.
pub(super) struct PostgresExtension;

impl Kind for PostgresExtension {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "extension"
    }

    fn params(&self) -> &'static [&'static str] {
        super::place::GIVEN
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        effects::claims(call, story, ID)
    }
    fn title(&self, claim: &Claim) -> String {
        words::title("extension", claim)
    }
    fn expected(&self, claim: &Claim) -> String {
        words::expected("extension", claim)
    }
    fn hint(&self, claim: &Claim) -> String {
        let (name, place) = (claim.subject.name.shown(), words::in_database(&claim.subject));
        match claim.expectation {
            Expectation::Absent => format!("`DROP EXTENSION {name};` takes it away{place}"),
            _ => format!("`\\dx` in `psql` lists them, connected{place}"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        words::looks(claim, READ, "the list of the database's extensions can be read")
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, lab))
    }
}

async fn observe(subject: &Subject, lab: &Lab) -> Observation {
    const QUERY: &str = "select e.extversion::text, n.nspname::text from pg_catalog.pg_extension e \
        join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = $1::text";
    const NAMES: &str = "select extname::text from pg_catalog.pg_extension limit 300";
    let (name, reader) = match lookup::reach(subject, lab, READ).await {
        Ok(reached) => reached,
        Err(observation) => return observation,
    };
    let read = format!("{READ} at {}", reader.server);
    match reader.rows(QUERY, &[Some(&name)]).await {
        Ok(rows) => match rows.first().map(Vec::as_slice) {
            Some([Some(version), Some(schema)]) => {
                let facts =
                    Facts::none().with("version", version.as_str()).with("schema", schema.as_str());
                Observation::present(facts, format!("{read} → 1 row"))
            }
            _ => words::absent(&reader, &read, ("extension", &name), NAMES).await,
        },
        Err(reason) => Observation::unobservable(reason, read),
    }
}
