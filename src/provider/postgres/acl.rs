//! The lists of privileges of the catalog: on one thing, on all of a schema, on what is yet to be made.

use super::catalog::{Reader, Rows};
use super::lookup;
use super::words::split;
use crate::claim::Unobservable;

/// The columns of every answer: privilege, whether it may be passed on, on how many things.
const COLUMNS: &str = "a.privilege_type::text, bool_or(a.is_grantable)::text, count(*)::text";

/// What `grantee` was granted on one thing; `None` where there is no such thing.
pub(super) async fn of_one(
    reader: &Reader<'_>,
    on: &str,
    object: &str,
    grantee: &str,
) -> Result<Option<Rows>, Unobservable> {
    let oid = match on {
        "table" => lookup::relation(reader, object, "rpfvmS").await?.map(|found| found.oid),
        "sequence" => lookup::relation(reader, object, "S").await?.map(|found| found.oid),
        _ => by_name(reader, on, object).await?,
    };
    let Some(oid) = oid else { return Ok(None) };
    let query = match on {
        "table" | "sequence" => format!(
            "select {COLUMNS} from pg_catalog.pg_class c, aclexplode(coalesce(c.relacl, acldefault( \
             (case c.relkind when 'S' then 's' else 'r' end)::\"char\", c.relowner))) a \
             where c.oid = $1::text::oid and a.grantee = $2::text::oid group by 1 \
             union all select a.privilege_type || ' of ' || t.attname, a.is_grantable::text, '1' \
             from pg_catalog.pg_attribute t, aclexplode(t.attacl) a \
             where t.attrelid = $1::text::oid and a.grantee = $2::text::oid"
        ),
        "schema" => listed("pg_namespace", "nspacl", "'n'", "nspowner"),
        "database" => listed("pg_database", "datacl", "'d'", "datdba"),
        _ => listed("pg_proc", "proacl", "'f'", "proowner"),
    };
    reader.rows(&query, &[Some(&oid), Some(grantee)]).await.map(Some)
}

fn listed(table: &str, list: &str, letter: &str, owner: &str) -> String {
    format!(
        "select {COLUMNS} from pg_catalog.{table} c, aclexplode(coalesce(c.{list}, \
         acldefault({letter}, c.{owner}))) a \
         where c.oid = $1::text::oid and a.grantee = $2::text::oid group by 1"
    )
}

async fn by_name(
    reader: &Reader<'_>,
    on: &str,
    object: &str,
) -> Result<Option<String>, Unobservable> {
    const SCHEMA: &str = "select oid::text from pg_catalog.pg_namespace \
        where nspname = $1::text and $2::text is null";
    const DATABASE: &str = "select oid::text from pg_catalog.pg_database \
        where datname = $1::text and $2::text is null";
    const FUNCTION: &str = "select p.oid::text from pg_catalog.pg_proc p \
        join pg_catalog.pg_namespace n on n.oid = p.pronamespace where p.proname = $1::text \
        and ($2::text is null or n.nspname = $2::text) order by n.nspname <> 'public' limit 2";
    let (query, schema, name) = match on {
        "schema" => (SCHEMA, None, object),
        "database" => (DATABASE, None, object),
        _ => {
            let (schema, name) = split(object);
            (FUNCTION, schema, name)
        }
    };
    let rows = reader.rows(query, &[Some(name), schema]).await?;
    if rows.len() > 1 {
        let reason = "several functions share the name, so which is meant cannot be told";
        return Err(Unobservable::NotObserved(reason.to_owned()));
    }
    Ok(rows.first().and_then(|row| row.first().cloned().flatten()))
}

/// How many things of a kind a schema has, and what `grantee` was granted on how many of them.
pub(super) async fn of_all(
    reader: &Reader<'_>,
    what: &str,
    schema: &str,
    grantee: &str,
) -> Result<(usize, Rows), Unobservable> {
    let things = match what {
        "functions" => {
            "select p.oid, p.proacl as list, 'f' as letter, p.proowner as owner \
             from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace \
             where n.nspname = $1::text"
        }
        "sequences" => {
            "select c.oid, c.relacl as list, 's' as letter, c.relowner as owner \
             from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where n.nspname = $1::text and c.relkind = 'S'"
        }
        _ => {
            "select c.oid, c.relacl as list, 'r' as letter, c.relowner as owner \
             from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where n.nspname = $1::text and c.relkind in ('r', 'p', 'f', 'v', 'm')"
        }
    };
    let size = format!("select count(*)::text from ({things}) t");
    let privileges = format!(
        "select {COLUMNS} from ({things}) t, \
         aclexplode(coalesce(t.list, acldefault(t.letter::\"char\", t.owner))) a \
         where a.grantee = $2::text::oid group by 1"
    );
    let number = reader.rows(&size, &[Some(schema)]).await?;
    let number = number.first().and_then(|row| row.first().cloned().flatten());
    let rows = reader.rows(&privileges, &[Some(schema), Some(grantee)]).await?;
    Ok((number.and_then(|number| number.parse().ok()).unwrap_or(0), rows))
}

/// What `grantee` will have on things yet to be made, in a schema or anywhere, by one role or any.
pub(super) async fn of_new(
    reader: &Reader<'_>,
    what: &str,
    schema: &str,
    maker: Option<&str>,
    grantee: &str,
) -> Result<Rows, Unobservable> {
    let letter = match what {
        "sequences" => "S",
        "functions" => "f",
        "types" => "T",
        "schemas" => "n",
        _ => "r",
    };
    let query = format!(
        "select {COLUMNS} from pg_catalog.pg_default_acl d \
         left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace, \
         aclexplode(d.defaclacl) a where d.defaclobjtype::text = $1::text \
         and coalesce(n.nspname::text, '') = $2::text \
         and ($3::text is null or pg_get_userbyid(d.defaclrole)::text = $3::text) \
         and a.grantee = $4::text::oid group by 1"
    );
    reader.rows(&query, &[Some(letter), Some(schema), maker, Some(grantee)]).await
}
