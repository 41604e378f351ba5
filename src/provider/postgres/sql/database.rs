//! CREATE, ALTER and DROP of databases.

use sqlparser::tokenizer::Token;

use super::super::database;
use super::role::{of_database, setting};
use super::tokens::Tokens;
use super::{Said, exactly, gone, there};
use crate::claim::{Field, Subject, Verb};
use crate::provider::Unseen;

fn subject(name: &str) -> Subject {
    Subject::new(database::ID, name)
}

pub(super) fn create(tokens: &mut Tokens) -> Option<Said> {
    if !tokens.take("DATABASE") {
        return None;
    }
    let name = tokens.ident()?;
    tokens.take("WITH");
    let mut fields = Vec::new();
    while !tokens.is_done() {
        fields.extend(option(tokens)?);
    }
    Some(Said::claimed(vec![there(subject(&name), fields, Verb::Create)]))
}

/// One option; what is not compared gives no field.
fn option(tokens: &mut Tokens) -> Option<Vec<Field>> {
    const OTHERS: [&str; 11] = [
        "TEMPLATE",
        "STRATEGY",
        "LOCALE_PROVIDER",
        "LOCALE",
        "LC_COLLATE",
        "LC_CTYPE",
        "ICU_LOCALE",
        "COLLATION_VERSION",
        "TABLESPACE",
        "OID",
        "ICU_RULES",
    ];
    let field = tokens
        .one_of(&["OWNER", "ENCODING", "CONNECTION LIMIT", "ALLOW_CONNECTIONS", "IS_TEMPLATE"])
        .or_else(|| tokens.one_of(&OTHERS))?;
    tokens.token(&Token::Eq);
    let value = tokens.value()?;
    let unset = value == "default";
    let compared = match field {
        _ if unset => None,
        "OWNER" => Some(exactly("owner", value)),
        // Other spellings of an encoding are left alone.
        "ENCODING" if value == "UTF8" => Some(exactly("encoding", value)),
        "CONNECTION LIMIT" => Some(exactly("connection_limit", value)),
        "ALLOW_CONNECTIONS" if truth(&value) => Some(exactly("allow_connections", value)),
        "IS_TEMPLATE" if truth(&value) => Some(exactly("is_template", value)),
        _ => None,
    };
    Some(compared.into_iter().collect())
}

fn truth(value: &str) -> bool {
    matches!(value, "true" | "false")
}

pub(super) fn alter(tokens: &mut Tokens) -> Option<Said> {
    if !tokens.take("DATABASE") {
        return None;
    }
    let name = tokens.ident()?;
    let change = |field| Said::claimed(vec![of_database(&name, field)]);
    if tokens.take("RENAME TO") {
        let new = tokens.ident()?;
        let made = there(subject(&new), Vec::new(), Verb::Create);
        return Some(Said::claimed(vec![gone(subject(&name)), made]));
    }
    if tokens.take("OWNER TO") {
        let owner = tokens.ident().filter(|owner| !owner.starts_with("current_"))?;
        return Some(change(exactly("owner", owner)));
    }
    if let Some(verb) = tokens.one_of(&["SET TABLESPACE", "SET", "RESET ALL", "RESET", "REFRESH"]) {
        return Some(match (verb, setting(tokens, verb == "SET")) {
            ("SET" | "RESET", Some(field)) => change(field),
            _ => Said::unseen(Unseen::NoMark),
        });
    }
    tokens.take("WITH");
    let mut fields = Vec::new();
    while !tokens.is_done() {
        fields.extend(option(tokens)?);
    }
    (!fields.is_empty()).then(|| Said::claimed(vec![there(subject(&name), fields, Verb::Change)]))
}

pub(super) fn drop(tokens: &mut Tokens) -> Option<Said> {
    if !tokens.take("DATABASE") {
        return None;
    }
    let lenient = tokens.take("IF EXISTS");
    let name = tokens.ident()?;
    tokens.take("WITH");
    tokens.skip_parentheses();
    tokens.is_done().then(|| Said::claimed(vec![gone(subject(&name)).leniently(lenient)]))
}
