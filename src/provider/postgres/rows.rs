//! `postgres/rows`: rows of a table, by the values that the text gives some of their columns.

use futures_util::future::BoxFuture;

use super::catalog::{Reader, Rows};
use super::lookup::{self, Relation};
use super::sql::rows::{Conditions, conditions};
use super::{effects, table, words};
use crate::claim::{Claim, Control, Expectation, Facts, Observation, Subject, Text, Unobservable};
use crate::provider::masked::Masked;
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::ticked;

pub(super) const ID: &str = "postgres/rows";

const DOC: &str = "\
Rows of a table.

Claimed by `INSERT … VALUES` with literals (a row with these values is there; of more than ten rows the first ten),
by `UPDATE … SET column = literal WHERE column = literal` (a row with both is there), by `DELETE … WHERE column =
literal [AND …]` (no such row is left; where it fits rows that the text put in, these) and by `DELETE` or `TRUNCATE`
of all. Values that are worked out (`now()`, `DEFAULT`) are not compared. Later changes that name no row leave
earlier claims open.

Read by a count of the rows with these values, each compared as its column's type. Nothing of a row is shown but what
the text itself says. Control of an absence: the count can be read.";

const READ: &str = "select count(*)";

/// The kind.
pub(super) struct PostgresRows;

/// ` with id = '1'`
fn with(subject: &Subject) -> String {
    match subject.param("where").map(Text::shown) {
        Some(text) if !text.is_empty() => format!(" with {}", ticked(&text)),
        _ => String::new(),
    }
}

/// What a claim's rows are told by.
pub(super) fn known_conditions(subject: &Subject) -> Option<Conditions> {
    conditions(&Masked::new(subject.param("where")?).text)
}

/// Whether two claims on rows are about one table.
pub(super) fn same_table(one: &Subject, other: &Subject) -> bool {
    let plain = |subject: &Subject| subject.name.shown().replace("public.", "");
    one.param("database") == other.param("database") && plain(one) == plain(other)
}

/// Whether a claim's rows have these values.
pub(super) fn has(subject: &Subject, wanted: &Conditions) -> bool {
    let Some(own) = known_conditions(subject) else { return false };
    wanted.iter().all(|(column, value)| own.get(column) == Some(value))
}

impl Kind for PostgresRows {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "row"
    }

    fn params(&self) -> &'static [&'static str] {
        &["where", "database", "host", "port", "user", "password", "sslmode"]
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        effects::claims(call, story, ID)
    }
    fn title(&self, claim: &Claim) -> String {
        let (table, with) = (words::name(&claim.subject), with(&claim.subject));
        match claim.expectation {
            Expectation::Absent if with.is_empty() => format!("{table} has no rows"),
            Expectation::Absent => format!("{table} has no row{with}"),
            _ => format!("{table} has a row{with}"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let (table, with) = (words::name(&claim.subject), with(&claim.subject));
        let place = words::in_database(&claim.subject);
        match claim.expectation {
            Expectation::Absent => format!("no row in {table}{place}{with}"),
            _ => format!("a row in {table}{place}{with}"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let (table, place) = (claim.subject.name.shown(), words::in_database(&claim.subject));
        format!("`SELECT * FROM {table};` in `psql` shows the rows, connected{place}")
    }
    fn looks(&self, claim: &Claim) -> Looks {
        words::looks(claim, READ, "the table's rows can be counted")
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
    let read = format!("{READ} from {} at {}", ticked(&name), reader.server);
    let found = match lookup::relation(&reader, &name, table::KINDS).await {
        Ok(Some(found)) => found,
        Ok(None) => {
            let shows = format!("{} has no table {}", ticked(&reader.database), ticked(&name));
            let read = format!("{read} → no such table");
            return Observation::absent(Control::container_gone(shows), read);
        }
        Err(reason) => return Observation::unobservable(reason, read),
    };
    match counted(subject, &reader, &found).await {
        Ok(Counted::Rows(0)) => {
            let control = Control::new(format!("the rows of {} can be counted", ticked(&name)));
            Observation::absent(control, format!("{read} → 0"))
        }
        Ok(Counted::Rows(count)) => {
            Observation::present(Facts::none(), format!("{read} → {count}"))
        }
        Ok(Counted::NoColumn(column)) => {
            let control = Control::new(format!("the columns of {} can be read", ticked(&name)));
            let near = format!("{} has no column {}", ticked(&name), ticked(&column));
            Observation::absent(control, format!("{read} → no such column")).near(Some(near))
        }
        Err(reason) => Observation::unobservable(reason, read),
    }
}

enum Counted {
    Rows(u64),
    NoColumn(String),
}

async fn counted(
    subject: &Subject,
    reader: &Reader<'_>,
    table: &Relation,
) -> Result<Counted, Unobservable> {
    const COLUMNS: &str = "select attname::text, format_type(atttypid, atttypmod) \
        from pg_catalog.pg_attribute where attrelid = $1::text::oid and attnum > 0 \
        and not attisdropped order by attnum";
    let unclear = || Unobservable::Unexpected("what the row is told by is not clear".to_owned());
    let text = subject.param("where").ok_or_else(unclear)?;
    let masked = Masked::new(text);
    let with = conditions(&masked.text).ok_or_else(unclear)?;
    let columns = reader.rows(COLUMNS, &[Some(&table.oid)]).await?;
    let mut query = format!("select count(*)::text from {}", table.quoted());
    let mut values: Vec<String> = Vec::new();
    for (index, (column, value)) in with.iter().enumerate() {
        query.push_str(if index == 0 { " where " } else { " and " });
        let Some((name, kind)) = column_of(&columns, column) else {
            return Ok(Counted::NoColumn(column.clone()));
        };
        let name = name.replace('"', "\"\"");
        match value {
            None => query.extend(["\"", &name, "\" is null"]),
            Some(value) => {
                let value = masked.unmask(value);
                let Some(value) = value.value() else {
                    return Err(Unobservable::unbound(&value.unbound()));
                };
                values.push(value);
                query.push_str(&compared(&name, kind, values.len()));
            }
        }
    }
    let parameters: Vec<Option<&str>> = values.iter().map(|value| Some(value.as_str())).collect();
    let rows = reader.rows(&query, &parameters).await?;
    let count = rows.first().and_then(|row| row.first().cloned().flatten());
    count.and_then(|count| count.parse().ok()).map(Counted::Rows).ok_or_else(unclear)
}

/// A column by its name, or by its place in the table: `column 2`.
fn column_of<'a>(columns: &'a Rows, wanted: &str) -> Option<(&'a str, &'a str)> {
    let named = |row: &'a Vec<Option<String>>| match row.as_slice() {
        [Some(name), Some(kind)] => Some((name.as_str(), kind.as_str())),
        _ => None,
    };
    let place = wanted.strip_prefix("column ").and_then(|place| place.parse::<usize>().ok());
    match place {
        Some(place) => columns.get(place.checked_sub(1)?).and_then(named),
        None => columns.iter().filter_map(named).find(|(name, _)| *name == wanted),
    }
}

/// Equality as the column's type has it; documents without one, and what is padded, by their text.
fn compared(name: &str, kind: &str, parameter: usize) -> String {
    match kind {
        "json" | "xml" | "point" => format!("\"{name}\"::text = ${parameter}::text"),
        kind => format!("\"{name}\" = ${parameter}::text::{kind}"),
    }
}
