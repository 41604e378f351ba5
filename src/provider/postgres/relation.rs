//! `postgres/relation`: views, indexes, sequences, types, triggers and policies, by their names.

use futures_util::future::BoxFuture;

use super::{catalog::Rows, effects, lookup, words};
use crate::claim::{Claim, Expectation, Facts, Observation, Subject, Text};
use crate::provider::{Call, Kind, Lab, Looks, Story};

pub(super) const ID: &str = "postgres/relation";

const DOC: &str = "\
A view, materialized view, index, sequence, type, domain, trigger or policy of a database.

Claimed by `CREATE`, `DROP` and `ALTER … RENAME TO|SET SCHEMA|OWNER TO` of these: that it is there under its name,
for an index on which table. An index without a name gets one from Postgres, and is not claimed.

Read from `pg_class`, `pg_type`, `pg_trigger` and `pg_policy`. Control of an absence: the catalog of that very
database, with the schema.

What a view selects, and what a trigger or policy does, is not compared.";

const READ: &str = "select from the catalog";

/// The kind.
pub(super) struct PostgresRelation;

/// `view`, `index`
fn what(subject: &Subject) -> String {
    subject.param("what").and_then(Text::literal).unwrap_or_else(|| "relation".to_owned())
}

impl Kind for PostgresRelation {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "relation"
    }

    fn params(&self) -> &'static [&'static str] {
        &["what", "on", "database", "host", "port", "user", "password", "sslmode"]
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        effects::claims(call, story, ID)
    }
    fn title(&self, claim: &Claim) -> String {
        words::title(&what(&claim.subject), claim)
    }
    fn expected(&self, claim: &Claim) -> String {
        words::expected(&what(&claim.subject), claim)
    }
    fn hint(&self, claim: &Claim) -> String {
        let (what, name) = (what(&claim.subject), claim.subject.name.shown());
        let place = words::in_database(&claim.subject);
        if claim.expectation == Expectation::Absent {
            let table = claim.subject.param("on").map(|on| format!(" ON {}", on.shown()));
            let table = table.unwrap_or_default();
            return format!("`DROP {} {name}{table};` takes it away", what.to_uppercase());
        }
        let list = match what.as_str() {
            "view" => "\\dv",
            "materialized view" => "\\dm",
            "index" => "\\di",
            "sequence" => "\\ds",
            "type" | "domain" => "\\dT",
            _ => "\\d",
        };
        format!("`{list}` in `psql` lists them, connected{place}")
    }
    fn looks(&self, claim: &Claim) -> Looks {
        words::looks(claim, READ, "the database's catalog can be read")
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, lab))
    }
}

async fn observe(subject: &Subject, lab: &Lab) -> Observation {
    let (name, reader) = match lookup::reach(subject, lab, READ).await {
        Ok(reached) => reached,
        Err(observation) => return observation,
    };
    let what = what(subject);
    let read = format!("{READ} at {}", reader.server);
    let kinds = match what.as_str() {
        "view" => "v",
        "materialized view" => "m",
        "index" => "iI",
        "sequence" => "S",
        _ => return by_query(subject, (&what, &name), &reader, &read).await,
    };
    let relation = match lookup::relation(&reader, &name, kinds).await {
        Ok(Some(relation)) => relation,
        Ok(None) => {
            if let Some(observation) = lookup::missing_schema(&reader, &name, &read).await {
                return observation;
            }
            let names = lookup::names_of(kinds);
            return words::absent(&reader, &read, (&what, &name), &names).await;
        }
        Err(reason) => return Observation::unobservable(reason, read),
    };
    let mut facts = Facts::none().with("owner", relation.owner.as_str());
    if what == "index" {
        const TABLE: &str = "select t.relname::text from pg_catalog.pg_index i \
            join pg_catalog.pg_class t on t.oid = i.indrelid where i.indexrelid = $1::text::oid";
        match reader.rows(TABLE, &[Some(&relation.oid)]).await {
            Ok(rows) => facts = with_first(facts, "table", &rows),
            Err(reason) => return Observation::unobservable(reason, read),
        }
    }
    facts.note = relation.note(&name);
    Observation::present(facts, format!("{read} → 1 row"))
}

fn with_first(facts: Facts, field: &str, rows: &Rows) -> Facts {
    match rows.first().and_then(|row| row.first().cloned().flatten()) {
        Some(value) => facts.with(field, value),
        None => facts,
    }
}

/// Types, and what hangs on a table.
async fn by_query(
    subject: &Subject,
    (what, name): (&str, &str),
    reader: &super::catalog::Reader<'_>,
    read: &str,
) -> Observation {
    const TYPE: &str = "select pg_get_userbyid(t.typowner)::text from pg_catalog.pg_type t \
        join pg_catalog.pg_namespace n on n.oid = t.typnamespace where t.typname = $1::text \
        and ($2::text is null or n.nspname = $2::text) and n.nspname !~ '^pg_' \
        and n.nspname <> 'information_schema' and (t.typtype = 'd') = ($3::text = 'domain') \
        order by n.nspname <> 'public' limit 1";
    const TRIGGER: &str = "select pg_get_userbyid(c.relowner)::text from pg_catalog.pg_trigger g \
        join pg_catalog.pg_class c on c.oid = g.tgrelid where g.tgname = $1::text \
        and c.oid = $2::text::oid and $3::text is not null and not g.tgisinternal";
    const POLICY: &str = "select pg_get_userbyid(c.relowner)::text from pg_catalog.pg_policy p \
        join pg_catalog.pg_class c on c.oid = p.polrelid where p.polname = $1::text \
        and c.oid = $2::text::oid and $3::text is not null";
    let (query, second) = if subject.param("on").is_some() {
        let table = match words::param(subject, "on") {
            Ok(table) => lookup::relation(reader, &table, "rpfv").await,
            Err(reason) => Err(reason),
        };
        let table = match table {
            Ok(Some(table)) => table.oid,
            Ok(None) => {
                let shows = "the table that it is on is not there";
                return Observation::absent(
                    crate::claim::Control::container_gone(shows),
                    format!("{read} → no such table"),
                );
            }
            Err(reason) => return Observation::unobservable(reason, read),
        };
        (if what == "trigger" { TRIGGER } else { POLICY }, Some(table))
    } else {
        (TYPE, words::split(name).0.map(str::to_owned))
    };
    let last = words::split(name).1;
    match reader.rows(query, &[Some(last), second.as_deref(), Some(what)]).await {
        Ok(rows) if rows.is_empty() => {
            if let Some(observation) = lookup::missing_schema(reader, name, read).await {
                return observation;
            }
            Observation::absent(reader.control(), format!("{read} → no row"))
        }
        Ok(rows) => {
            let facts = with_first(Facts::none(), "owner", &rows);
            Observation::present(facts, format!("{read} → 1 row"))
        }
        Err(reason) => Observation::unobservable(reason, read),
    }
}
