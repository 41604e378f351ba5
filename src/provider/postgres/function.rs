//! `postgres/function`: a function or procedure of a database.

use futures_util::future::BoxFuture;

use super::{effects, lookup, words};
use crate::claim::{Claim, Expectation, Facts, Observation, Subject, Unobservable};
use crate::provider::{Call, Kind, Lab, Looks, Story};

pub(super) const ID: &str = "postgres/function";

const DOC: &str = "\
A function or procedure of a database, with its language and body.

Claimed by `CREATE [OR REPLACE] FUNCTION|PROCEDURE`, `ALTER … RENAME TO|SET SCHEMA|OWNER TO` and `DROP`.

Read from `pg_proc` of that very database. The body is compared as SQL: white space does not count. Control of an
absence: its catalog, with the schema.

Arguments are not compared: where several functions share the name, it cannot be told which is meant.";

const READ: &str = "select from pg_proc";

/// The kind.
pub(super) struct PostgresFunction;

impl Kind for PostgresFunction {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "function"
    }

    fn params(&self) -> &'static [&'static str] {
        super::place::GIVEN
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        effects::claims(call, story, ID)
    }
    fn title(&self, claim: &Claim) -> String {
        words::title("function", claim)
    }
    fn expected(&self, claim: &Claim) -> String {
        words::expected("function", claim)
    }
    fn hint(&self, claim: &Claim) -> String {
        let (name, place) = (claim.subject.name.shown(), words::in_database(&claim.subject));
        match claim.expectation {
            Expectation::Absent => format!("`DROP FUNCTION {name};` takes it away{place}"),
            _ => format!("`\\df+ {name}` in `psql` shows it, connected{place}"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        words::looks(claim, READ, "the list of the database's functions can be read")
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, lab))
    }
}

async fn observe(subject: &Subject, lab: &Lab) -> Observation {
    const QUERY: &str = "select l.lanname::text, p.prosrc, pg_get_userbyid(p.proowner)::text \
        from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace \
        join pg_catalog.pg_language l on l.oid = p.prolang where p.proname = $1::text \
        and ($2::text is null or n.nspname = $2::text) and n.nspname !~ '^pg_' \
        and n.nspname <> 'information_schema' limit 2";
    const NAMES: &str = "select distinct case n.nspname when 'public' then p.proname::text \
        else n.nspname || '.' || p.proname end from pg_catalog.pg_proc p \
        join pg_catalog.pg_namespace n on n.oid = p.pronamespace \
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' limit 300";
    let (name, reader) = match lookup::reach(subject, lab, READ).await {
        Ok(reached) => reached,
        Err(observation) => return observation,
    };
    let read = format!("{READ} at {}", reader.server);
    let (schema, last) = words::split(&name);
    match reader.rows(QUERY, &[Some(last), schema]).await {
        Ok(rows) => match rows.as_slice() {
            [] => {
                if let Some(observation) = lookup::missing_schema(&reader, &name, &read).await {
                    return observation;
                }
                words::absent(&reader, &read, ("function", &name), NAMES).await
            }
            [row] => {
                let mut facts = Facts::none();
                for (field, value) in ["language", "body", "owner"].iter().zip(row) {
                    facts = facts.with(*field, value.clone().unwrap_or_default());
                }
                Observation::present(facts, format!("{read} → 1 row"))
            }
            _ => {
                let reason = "several functions share the name, so which is meant cannot be told";
                let reason = Unobservable::NotObserved(reason.to_owned());
                Observation::unobservable(reason, read)
            }
        },
        Err(reason) => Observation::unobservable(reason, read),
    }
}
