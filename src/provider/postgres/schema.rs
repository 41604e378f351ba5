//! `postgres/schema`: a schema of a database.

use futures_util::future::BoxFuture;

use super::{effects, lookup, words};
use crate::claim::{Claim, Expectation, Facts, Observation, Subject, Text};
use crate::provider::{Call, Kind, Lab, Looks, Story};

pub(super) const ID: &str = "postgres/schema";

const DOC: &str = "\
A schema of a database, and its owner.

Claimed by `CREATE SCHEMA name [AUTHORIZATION role]`, `ALTER SCHEMA … RENAME TO|OWNER TO` and `DROP SCHEMA`, which
takes what is in it with it.

Read from `pg_namespace` of that very database. Control of an absence: the list of its schemas.";

const READ: &str = "select from pg_namespace";

/// The kind.
pub(super) struct PostgresSchema;

impl Kind for PostgresSchema {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "schema"
    }

    fn params(&self) -> &'static [&'static str] {
        super::place::GIVEN
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        effects::claims(call, story, ID)
    }
    fn title(&self, claim: &Claim) -> String {
        words::title("schema", claim)
    }
    fn expected(&self, claim: &Claim) -> String {
        words::expected("schema", claim)
    }
    fn hint(&self, claim: &Claim) -> String {
        let name = claim.subject.name.shown();
        match claim.expectation {
            Expectation::Absent => {
                format!("`DROP SCHEMA {name} CASCADE;` takes it away with all that it holds")
            }
            _ => "`\\dn` in `psql` lists the schemas of the database that it is connected to"
                .to_owned(),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        words::looks(claim, READ, "the list of the database's schemas can be read")
    }
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        let same = |key| thing.param(key).is_some() && thing.param(key) == holder.param(key);
        let Some(schema) = holder.name.value().filter(|_| same("database")) else { return false };
        let inside = |name: Option<&Text>| {
            name.and_then(Text::value).is_some_and(|name| words::split(&name).0 == Some(&schema))
        };
        let granted = thing.kind == super::grant::ID
            && (inside(thing.param("object"))
                || thing.param("object").and_then(Text::value) == Some(schema.clone())
                    && thing.param("on").and_then(Text::literal).is_some_and(|on| on != "table"));
        thing.kind.starts_with("postgres/") && thing.kind != ID && inside(Some(&thing.name))
            || granted
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, lab))
    }
}

async fn observe(subject: &Subject, lab: &Lab) -> Observation {
    const QUERY: &str = "select pg_get_userbyid(nspowner)::text from pg_catalog.pg_namespace \
        where nspname = $1::text";
    const NAMES: &str = "select nspname::text from pg_catalog.pg_namespace \
        where nspname !~ '^pg_' and nspname <> 'information_schema' limit 300";
    let (name, reader) = match lookup::reach(subject, lab, READ).await {
        Ok(reached) => reached,
        Err(observation) => return observation,
    };
    let read = format!("{READ} at {}", reader.server);
    match reader.rows(QUERY, &[Some(&name)]).await {
        Ok(rows) => match rows.first().and_then(|row| row.first().cloned().flatten()) {
            Some(owner) => {
                Observation::present(Facts::none().with("owner", owner), format!("{read} → 1 row"))
            }
            None => words::absent(&reader, &read, ("schema", &name), NAMES).await,
        },
        Err(reason) => Observation::unobservable(reason, read),
    }
}
