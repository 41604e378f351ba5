//! What a PostgreSQL starts from.

use crate::diagnostic::Diagnostic;
use crate::secret::Secret;
use crate::source::Span;
use crate::yaml::{Node, Reader};

use super::{Known, Superuser, Template};

pub(super) const KEYS: &[&str] = &["superuser", "port", "sql"];
pub(super) const SUPERUSER: &[&str] = &["name", "password"];
pub(super) const SQL: &[&str] = &["database", "run"];

/// What a PostgreSQL starts from.
#[derive(Clone, Debug)]
pub(super) struct PostgresWorld {
    pub(super) superuser: Superuser,
    pub(super) port: Option<u16>,
    /// In order.
    pub(super) sql: Vec<Sql>,
}

/// A script in one database.
#[derive(Clone, Debug)]
pub(super) struct Sql {
    pub(super) database: String,
    pub(super) run: Template,
    pub(super) span: Span,
}

impl Default for PostgresWorld {
    fn default() -> Self {
        let superuser = Superuser { name: "postgres".to_owned(), password: None };
        Self { superuser, port: None, sql: Vec::new() }
    }
}

/// Reads the section.
pub(super) fn read(reader: &mut Reader<'_>, node: Node, known: &Known) -> PostgresWorld {
    let mut world = PostgresWorld::default();
    let mut fields = reader.fields(node, "`postgres`", KEYS);
    if let Some(entry) = fields.take("superuser") {
        let mut fields = reader.fields(entry.node, "`superuser`", SUPERUSER);
        if let Some(entry) = fields.take("name") {
            let name = reader.text(entry.node, "`name`").filter(|name| !name.is_empty());
            world.superuser.name = name.unwrap_or(world.superuser.name);
        }
        if let Some(entry) = fields.take("password") {
            world.superuser.password = reader.scalar(entry.node, "`password`").map(Secret::new);
        }
    }
    if let Some(entry) = fields.take("port") {
        world.port = reader.number(entry.node, "`port`");
    }
    if let Some(entry) = fields.take("sql") {
        for item in reader.list(entry.node, "`sql`") {
            world.sql.extend(sql(reader, item, known));
        }
    }
    world
}

/// Without `database`, it runs in the one that every server has.
fn sql(reader: &mut Reader<'_>, item: Node, known: &Known) -> Option<Sql> {
    let span = item.span;
    let owner = "an entry of `sql`";
    let mut fields = reader.fields(item, owner, SQL);
    let database = match fields.take("database") {
        Some(entry) => reader.text(entry.node, "`database`")?,
        None => "postgres".to_owned(),
    };
    let run = fields.need("run", owner, reader)?;
    let at = run.node.span;
    let run = Template::read(reader, run.node, "`run`", known)?;
    if database.is_empty() {
        reader.wrong(Diagnostic::error(at, "`database` is empty"));
        return None;
    }
    Some(Sql { database, run, span })
}
