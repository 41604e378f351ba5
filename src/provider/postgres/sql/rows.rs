//! INSERT, UPDATE, DELETE and TRUNCATE: rows that are there or not by the literals that a statement names.

use std::collections::BTreeMap;

use sqlparser::ast::{
    AssignmentTarget, BinaryOperator, Delete, Expr, FromTable, Insert, OnConflictAction, OnInsert,
    SetExpr, Statement, TableFactor, TableObject, TableWithJoins, UnaryOperator, Update, Value,
};
use sqlparser::tokenizer::Token;

use super::super::rows;
use super::table::{named, parsed};
use super::tokens::{Tokens, fold};
use super::{Said, gone, there};
use crate::claim::{Part, Subject, Text, Verb};
use crate::provider::{Reading, Unseen};
use crate::secret::Secret;

/// At most so many rows of one INSERT are looked at.
const MOST_ROWS: usize = 10;

/// What the columns of a row are equal to; `None` is NULL.
pub(in crate::provider::postgres) type Conditions = BTreeMap<String, Option<String>>;

/// Rows that a statement changes.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::provider::postgres) struct Touched {
    /// The table.
    pub(in crate::provider::postgres) table: String,
    /// Those with these values; without any, all of them.
    pub(in crate::provider::postgres) with: Conditions,
}

pub(super) fn read(tokens: &mut Tokens, path: Option<&str>) -> Option<Said> {
    match parsed(tokens)? {
        Statement::Insert(insert) => insert_into(&insert, path),
        Statement::Delete(delete) => delete_from(&delete, path),
        Statement::Update(update) => update_set(&update, path),
        Statement::Truncate(truncate) => {
            let names: Option<Vec<String>> =
                truncate.table_names.iter().map(|target| named(&target.name, path)).collect();
            let none = Conditions::new();
            Some(Said::claimed(names?.iter().map(|name| gone(subject(name, &none))).collect()))
        }
        _ => None,
    }
}

/// Rows of a table with these values.
fn subject(table: &str, with: &Conditions) -> Subject {
    Subject::new(rows::ID, table).with("where", written(with))
}

/// `id = '1' and name is null`; what a column of such a name holds is not shown.
pub(in crate::provider::postgres) fn written(with: &Conditions) -> Text {
    let mut text = Text::default();
    for (index, (column, value)) in with.iter().enumerate() {
        let and = if index > 0 { " and " } else { "" };
        text.push(Part::Literal(format!("{and}{}", quoted_if_needed(column))));
        match value {
            None => text.push(Part::Literal(" is null".to_owned())),
            Some(value) if is_secret(column) => {
                text.push(Part::Literal(" = '".to_owned()));
                let value = Secret::new(value.as_str());
                text.push(Part::Supplied { written: "…".to_owned(), value });
                text.push(Part::Literal("'".to_owned()));
            }
            Some(value) => {
                text.push(Part::Literal(format!(" = '{}'", value.replace('\'', "''"))));
            }
        }
    }
    text
}

fn quoted_if_needed(column: &str) -> String {
    let plain = column.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { column.to_owned() } else { format!("\"{column}\"") }
}

fn is_secret(column: &str) -> bool {
    const SECRET: [&str; 7] =
        ["password", "passwd", "secret", "token", "api_key", "apikey", "private_key"];
    let column = column.to_lowercase();
    SECRET.iter().any(|word| column.contains(word))
}

/// The conditions that [`written`] wrote.
pub(in crate::provider::postgres) fn conditions(text: &str) -> Option<Conditions> {
    let mut with = Conditions::new();
    if text.is_empty() {
        return Some(with);
    }
    let mut tokens = Tokens::of(text)?;
    loop {
        let column = tokens.ident()?;
        let value = if tokens.take("is null") {
            None
        } else {
            if !tokens.token(&Token::Eq) {
                return None;
            }
            Some(tokens.string()?)
        };
        with.insert(column, value);
        if !tokens.take("and") {
            return tokens.is_done().then_some(with);
        }
    }
}

fn insert_into(insert: &Insert, path: Option<&str>) -> Option<Said> {
    let TableObject::TableName(table) = &insert.table else { return None };
    let table = named(table, path)?;
    let lenient = match &insert.on {
        None => false,
        Some(OnInsert::OnConflict(conflict)) => match conflict.action {
            OnConflictAction::DoNothing => true,
            // Which of the values win depends on what is there.
            OnConflictAction::DoUpdate(_) => return Some(nameless(&table)),
        },
        Some(_) => return None,
    };
    let source = insert.source.as_ref()?;
    let SetExpr::Values(values) = source.body.as_ref() else { return Some(nameless(&table)) };
    let columns: Option<Vec<String>> = insert.columns.iter().map(last_ident).collect();
    let columns = columns?;
    let mut claims = Vec::new();
    for row in values.rows.iter().take(MOST_ROWS) {
        let mut with = Conditions::new();
        for (index, value) in row.content.iter().enumerate() {
            // Without names: the columns in the order of the table.
            let column = match columns.get(index) {
                Some(column) => column.clone(),
                None if columns.is_empty() => format!("column {}", index + 1),
                None => return None,
            };
            if let Some(value) = literal(value).filter(|_| !has_mask(&column)) {
                with.insert(column, value.into_value());
            }
        }
        if with.values().any(Option::is_some) {
            claims.push(there(subject(&table, &with), Vec::new(), Verb::Make).leniently(lenient));
        }
    }
    if claims.is_empty() { Some(nameless(&table)) } else { Some(Said::claimed(claims)) }
}

/// Something changes in a table, and nothing tells what.
fn nameless(table: &str) -> Said {
    let touched = Some(Touched { table: table.to_owned(), with: Conditions::new() });
    Said { reading: Reading::NotObservable(Unseen::Nameless), touched, ..Said::claimed(Vec::new()) }
}

fn last_ident(name: &sqlparser::ast::ObjectName) -> Option<String> {
    let ident = name.0.last()?.as_ident()?;
    fold(&ident.value, ident.quote_style)
}

fn delete_from(delete: &Delete, path: Option<&str>) -> Option<Said> {
    let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
    let [table] = from.as_slice() else { return None };
    let table = table_name(table, path)?;
    if delete.using.is_some() {
        return Some(nameless(&table));
    }
    let with = match &delete.selection {
        None => Some(Conditions::new()),
        Some(selection) => equalities(selection),
    };
    Some(match with {
        Some(with) => Said::claimed(vec![gone(subject(&table, &with))]),
        None => nameless(&table),
    })
}

fn table_name(table: &TableWithJoins, path: Option<&str>) -> Option<String> {
    match &table.relation {
        TableFactor::Table { name, .. } if table.joins.is_empty() => named(name, path),
        _ => None,
    }
}

fn update_set(update: &Update, path: Option<&str>) -> Option<Said> {
    let table = table_name(&update.table, path)?;
    let with = match &update.selection {
        Some(selection) if update.from.is_none() => equalities(selection),
        _ => None,
    };
    let Some(with) = with else { return Some(nameless(&table)) };
    let mut now = with.clone();
    let mut told = false;
    for assignment in &update.assignments {
        let AssignmentTarget::ColumnName(column) = &assignment.target else {
            return Some(nameless(&table));
        };
        let column = last_ident(column)?;
        match literal(&assignment.value) {
            _ if has_mask(&column) => return Some(nameless(&table)),
            Some(value) => {
                told = true;
                now.insert(column, value.into_value());
            }
            None => drop(now.remove(&column)),
        }
    }
    let claims =
        if told { vec![there(subject(&table, &now), Vec::new(), Verb::Make)] } else { Vec::new() };
    let reading = Reading::NotObservable(Unseen::Nameless);
    Some(Said { reading, touched: Some(Touched { table, with }), ..Said::claimed(claims) })
}

/// `a = 1 and b = 'x'`; `None` for anything else.
fn equalities(expression: &Expr) -> Option<Conditions> {
    match expression {
        Expr::Nested(inner) => equalities(inner),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            let mut both = equalities(left)?;
            both.extend(equalities(right)?);
            Some(both)
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            Some(Conditions::from([(column(left)?, Some(literal(right)?.into_value()?))]))
        }
        Expr::IsNull(inner) => Some(Conditions::from([(column(inner)?, None)])),
        _ => None,
    }
}

fn column(expression: &Expr) -> Option<String> {
    let ident = match expression {
        Expr::Identifier(ident) => ident,
        Expr::CompoundIdentifier(parts) => parts.last()?,
        _ => return None,
    };
    fold(&ident.value, ident.quote_style).filter(|name| !has_mask(name))
}

/// What a literal says.
enum Literal {
    Null,
    Text(String),
}

impl Literal {
    fn into_value(self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text),
        }
    }
}

/// A literal; `None` for what is worked out.
fn literal(expression: &Expr) -> Option<Literal> {
    match expression {
        Expr::Value(value) => value_of(&value.value),
        Expr::TypedString(typed) => value_of(&typed.value.value),
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => literal(inner),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match literal(expr)? {
            Literal::Text(number) if number.starts_with(|c: char| c.is_ascii_digit()) => {
                Some(Literal::Text(format!("-{number}")))
            }
            _ => None,
        },
        // What the text leaves open.
        Expr::Identifier(ident) if is_masked(&ident.value) => {
            Some(Literal::Text(ident.value.clone()))
        }
        _ => None,
    }
}

fn value_of(value: &Value) -> Option<Literal> {
    Some(Literal::Text(match value {
        Value::Null => return Some(Literal::Null),
        Value::Boolean(truth) => truth.to_string(),
        Value::Number(text, _)
        | Value::SingleQuotedString(text)
        | Value::EscapedStringLiteral(text) => text.clone(),
        Value::DollarQuotedString(text) => text.value.clone(),
        _ => return None,
    }))
}

fn has_mask(word: &str) -> bool {
    word.chars().any(|c| is_masked(c.encode_utf8(&mut [0; 4])))
}

/// Whether a word is nothing but what stands for parts of the text that are not literal.
fn is_masked(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| ('\u{E000}'..='\u{F8FF}').contains(&c))
}
