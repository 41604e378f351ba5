//! CREATE and ALTER of tables, with the columns that a statement names.

use sqlparser::ast::{
    AlterColumnOperation, AlterTableOperation, ColumnDef, CreateTable, DataType, Ident, ObjectName,
    RenameTableNameKind, Statement, TableConstraint,
};
use sqlparser::parser::Parser;

use super::super::table;
use super::named::move_or_own;
use super::tokens::{DIALECT, Tokens, fold};
use super::types::canonical;
use super::{Said, exactly, gone, qualified, there};
use crate::claim::{Claim, Field, Hole, Part, Subject, Text, Verb};
use crate::provider::Unseen;

/// The statement as the parser reads it; `None` where it does not, or reads only its beginning.
pub(super) fn parsed(tokens: &Tokens) -> Option<Statement> {
    let mut parser = Parser::new(&DIALECT).with_tokens(tokens.all());
    let mut statements = parser.parse_statements().ok()?;
    if statements.len() == 1 { statements.pop() } else { None }
}

fn ident(ident: &Ident) -> Option<String> {
    fold(&ident.value, ident.quote_style)
}

/// A name that the parser read.
pub(super) fn named(name: &ObjectName, path: Option<&str>) -> Option<String> {
    let parts: Option<Vec<String>> =
        name.0.iter().map(|part| part.as_ident().and_then(ident)).collect();
    qualified(&parts?, path)
}

fn subject(name: &str) -> Subject {
    Subject::new(table::ID, name)
}

/// A column with its type; where the type is not sure, with any.
fn column(name: &str, of: Option<&DataType>) -> Field {
    let any = || Text::from(Part::Hole(Hole::Unbound("its type".to_owned())));
    let value = of.and_then(|of| canonical(&of.to_string())).map_or_else(any, Text::from);
    exactly(&format!("column {name}"), value)
}

pub(super) fn create(tokens: &mut Tokens, path: Option<&str>) -> Option<Said> {
    let short = tokens.one_of(&["TEMPORARY", "TEMP", "LOCAL TEMP", "LOCAL TEMPORARY"]);
    let special = tokens.one_of(&["UNLOGGED", "FOREIGN"]);
    if !tokens.take("TABLE") {
        return None;
    }
    if short.is_some() {
        return Some(Said::unseen(Unseen::ShortLived));
    }
    let lenient = tokens.take("IF NOT EXISTS");
    let name = qualified(&tokens.name()?, path)?;
    let fields = match parsed(tokens) {
        Some(Statement::CreateTable(table)) => columns(&table)?,
        // What the parser does not read to its end is a table all the same.
        _ if special.is_some() || tokens.holds("PARTITION") || tokens.holds("EXCLUDE") => {
            Vec::new()
        }
        _ => return None,
    };
    let claim = there(subject(&name), fields, Verb::Create).leniently(lenient);
    Some(Said::claimed(vec![claim]))
}

fn columns(table: &CreateTable) -> Option<Vec<Field>> {
    let of = |definition: &ColumnDef| {
        Some(column(&ident(&definition.name)?, Some(&definition.data_type)))
    };
    table.columns.iter().map(of).collect()
}

pub(super) fn alter(tokens: &mut Tokens, path: Option<&str>) -> Option<Said> {
    if !tokens.take("TABLE") {
        return None;
    }
    let lenient = tokens.take("IF EXISTS");
    tokens.take("ONLY");
    let name = qualified(&tokens.name()?, path)?;
    let own = tokens.clone();
    if tokens.holds("SCHEMA") || tokens.holds("OWNER") {
        let moved = move_or_own(tokens, &subject(&name)).filter(|_| tokens.is_done());
        if let Some(said) = moved {
            return Some(leniently(said, lenient));
        }
    }
    *tokens = own;
    let Some(Statement::AlterTable(statement)) = parsed(tokens) else { return None };
    let mut fields = Vec::new();
    for operation in &statement.operations {
        if let AlterTableOperation::RenameTable {
            table_name: RenameTableNameKind::To(new) | RenameTableNameKind::As(new),
        } = operation
        {
            let schema = name.split_once('.').map(|(schema, _)| schema);
            let made = there(subject(&named(new, schema)?), Vec::new(), Verb::Create);
            return Some(leniently(Said::claimed(vec![gone(subject(&name)), made]), lenient));
        }
        fields.extend(operated(operation)?);
    }
    if fields.is_empty() {
        return Some(Said::unseen(Unseen::NoMark));
    }
    let claim: Claim = there(subject(&name), fields, Verb::Change);
    Some(leniently(Said::claimed(vec![claim]), lenient))
}

fn leniently(said: Said, lenient: bool) -> Said {
    let claims = said.claims.into_iter().map(|claim| claim.leniently(lenient)).collect();
    Said { claims, ..said }
}

/// The fields that one operation sets; none where it leaves no mark that is compared.
fn operated(operation: &AlterTableOperation) -> Option<Vec<Field>> {
    let unset = |name: &Ident| Some(Field::unset(format!("column {}", ident(name)?)));
    let constraint = |name: &Ident| Some(format!("constraint {}", ident(name)?));
    Some(match operation {
        AlterTableOperation::AddColumn { column_def, .. } => {
            vec![column(&ident(&column_def.name)?, Some(&column_def.data_type))]
        }
        AlterTableOperation::DropColumn { column_names, .. } => {
            column_names.iter().map(unset).collect::<Option<_>>()?
        }
        AlterTableOperation::RenameColumn { old_column_name, new_column_name } => {
            vec![unset(old_column_name)?, column(&ident(new_column_name)?, None)]
        }
        AlterTableOperation::AlterColumn {
            column_name,
            op: AlterColumnOperation::SetDataType { data_type, .. },
        } => vec![column(&ident(column_name)?, Some(data_type))],
        AlterTableOperation::AddConstraint { constraint: added, .. } => {
            let Some(name) = constraint_name(added) else { return Some(Vec::new()) };
            vec![exactly(&constraint(name)?, "there")]
        }
        AlterTableOperation::DropConstraint { name, .. } => vec![Field::unset(constraint(name)?)],
        AlterTableOperation::RenameConstraint { old_name, new_name } => {
            vec![Field::unset(constraint(old_name)?), exactly(&constraint(new_name)?, "there")]
        }
        AlterTableOperation::EnableRowLevelSecurity => vec![exactly("row security", "true")],
        AlterTableOperation::DisableRowLevelSecurity => vec![exactly("row security", "false")],
        _ => Vec::new(),
    })
}

fn constraint_name(constraint: &TableConstraint) -> Option<&Ident> {
    match constraint {
        TableConstraint::Unique(one) => one.name.as_ref(),
        TableConstraint::PrimaryKey(one) => one.name.as_ref(),
        TableConstraint::ForeignKey(one) => one.name.as_ref(),
        TableConstraint::Check(one) => one.name.as_ref(),
        _ => None,
    }
}
