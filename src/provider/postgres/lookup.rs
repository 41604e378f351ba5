//! Finding a thing of a database by its name: in its schema, or where the text names none in `public`, else in
//! the one that has it.

use super::catalog::{self, Reader};
use super::words::split;
use crate::claim::{Control, Observation, Subject, Unobservable};
use crate::provider::Lab;
use crate::provider::vault::place::known;
use crate::text::ticked;

/// A thing of `pg_class`.
pub(super) struct Relation {
    pub(super) oid: String,
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) owner: String,
}

impl Relation {
    /// Its name with its schema, quoted for a query.
    pub(super) fn quoted(&self) -> String {
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }

    /// Where it is, where the text did not say and it is not where one would look first.
    pub(super) fn note(&self, wanted: &str) -> Option<String> {
        let elsewhere = !wanted.contains('.') && self.schema != "public";
        elsewhere.then(|| format!("it is in schema {}", ticked(&self.schema)))
    }
}

/// The name and an open session.
pub(super) async fn reach<'a>(
    subject: &Subject,
    lab: &'a Lab,
    read: &str,
) -> Result<(String, Reader<'a>), Observation> {
    let name = known(&subject.name)
        .map_err(|reason| Observation::unobservable(reason, read.to_owned()))?;
    let reader = catalog::open(subject, lab).await.map_err(|closed| closed.observation(read))?;
    Ok((name, reader))
}

/// The relation of a name, with one of these letters of `relkind`.
pub(super) async fn relation(
    reader: &Reader<'_>,
    name: &str,
    kinds: &str,
) -> Result<Option<Relation>, Unobservable> {
    const QUERY: &str = "select c.oid::text, n.nspname::text, c.relname::text, \
        pg_get_userbyid(c.relowner)::text from pg_catalog.pg_class c \
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
        where c.relname = $1::text and ($2::text is null or n.nspname = $2::text) \
        and (n.nspname !~ '^pg_' and n.nspname <> 'information_schema' or n.nspname = $2::text) \
        and strpos($3::text, c.relkind::text) > 0 order by n.nspname <> 'public', n.nspname limit 1";
    let (schema, last) = split(name);
    let rows = reader.rows(QUERY, &[Some(last), schema, Some(kinds)]).await?;
    let cell = |row: &Vec<Option<String>>, index: usize| {
        row.get(index).cloned().flatten().unwrap_or_default()
    };
    Ok(rows.first().map(|row| Relation {
        oid: cell(row, 0),
        schema: cell(row, 1),
        name: cell(row, 2),
        owner: cell(row, 3),
    }))
}

/// What there is of these letters, by names with schemas.
pub(super) fn names_of(kinds: &str) -> String {
    let letters: Vec<String> = kinds.chars().map(|kind| format!("'{kind}'")).collect();
    format!(
        "select case n.nspname when 'public' then c.relname::text else n.nspname || '.' || c.relname end \
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' \
         and c.relkind in ({}) limit 300",
        letters.join(", ")
    )
}

/// Whether a schema is there; the absence of what is in it is its own, and not the thing's.
pub(super) async fn missing_schema(
    reader: &Reader<'_>,
    name: &str,
    read: &str,
) -> Option<Observation> {
    const QUERY: &str =
        "select nspname::text from pg_catalog.pg_namespace where nspname = $1::text";
    let schema = split(name).0?;
    match reader.rows(QUERY, &[Some(schema)]).await {
        Ok(rows) if rows.is_empty() => {
            let shows = format!("{} has no schema {}", ticked(&reader.database), ticked(schema));
            let read = format!("{read} → no such schema");
            Some(Observation::absent(Control::container_gone(shows), read))
        }
        Ok(_) => None,
        Err(reason) => Some(Observation::unobservable(reason, read)),
    }
}
