//! CREATE, ALTER and DROP of roles, users and groups.

use sqlparser::tokenizer::Token;

use super::super::{database, role};
use super::tokens::Tokens;
use super::{Said, exactly, gone, there};
use crate::claim::{Claim, Field, Meaning, Subject, Text, Verb};
use crate::provider::Unseen;

/// The keyword of each attribute, and the field that it sets.
const ATTRIBUTES: [(&str, &str); 7] = [
    ("SUPERUSER", "superuser"),
    ("CREATEDB", "createdb"),
    ("CREATEROLE", "createrole"),
    ("INHERIT", "inherit"),
    ("LOGIN", "login"),
    ("REPLICATION", "replication"),
    ("BYPASSRLS", "bypassrls"),
];

fn subject(name: &str) -> Subject {
    Subject::new(role::ID, name)
}

/// What a list of options says of a role, and of others.
#[derive(Default)]
struct Options {
    fields: Vec<Field>,
    /// The roles that become members of it.
    members: Vec<String>,
}

pub(super) fn create(tokens: &mut Tokens) -> Option<Said> {
    let keyword = tokens.one_of(&["USER MAPPING", "ROLE", "USER", "GROUP"])?;
    if keyword == "USER MAPPING" {
        return None;
    }
    let name = tokens.ident()?;
    tokens.take("WITH");
    let mut options = read_options(tokens)?;
    if keyword == "USER" && !options.fields.iter().any(|field| field.path == "login") {
        options.fields.insert(0, exactly("login", "true"));
    }
    let mut claims = vec![there(subject(&name), options.fields, Verb::Create)];
    claims.extend(options.members.iter().map(|member| joins(member, &name)));
    Some(Said::claimed(claims))
}

fn read_options(tokens: &mut Tokens) -> Option<Options> {
    let mut options = Options::default();
    while !tokens.is_done() {
        let attribute = ATTRIBUTES.iter().find_map(|(keyword, field)| {
            let not = format!("NO{keyword}");
            let value = if tokens.take(keyword) { "true" } else { "false" };
            (value == "true" || tokens.take(&not)).then(|| exactly(field, value))
        });
        if let Some(field) = attribute {
            options.fields.push(field);
        } else if tokens.take("CONNECTION LIMIT") {
            options.fields.push(exactly("connection_limit", tokens.value()?));
        } else if tokens.take("VALID UNTIL") {
            options.fields.push(valid_until(&tokens.string()?));
        } else if tokens.one_of(&["ENCRYPTED PASSWORD", "PASSWORD"]).is_some() {
            // Only that there is one: what the text gives is not repeated.
            tokens.value()?;
            options.fields.push(Field::new("password", Text::default(), Meaning::NotReturned));
        } else if tokens.one_of(&["IN ROLE", "IN GROUP"]).is_some() {
            options.fields.extend(tokens.roles()?.iter().map(|group| member_of(group)));
        } else if tokens.one_of(&["ROLE", "USER", "ADMIN"]).is_some() {
            options.members.extend(tokens.roles()?);
        } else if tokens.take("SYSID") {
            tokens.value()?;
        } else {
            return None;
        }
    }
    Some(options)
}

/// A time with a zone is not compared: which clock the server shows it by is not known.
fn valid_until(text: &str) -> Field {
    let day = |text: &str| {
        text.len() == 10
            && text.char_indices().all(|(at, c)| match at {
                4 | 7 => c == '-',
                _ => c.is_ascii_digit(),
            })
    };
    let clock = |text: &str| {
        text.len() == 8
            && text.char_indices().all(|(at, c)| match at {
                2 | 5 => c == ':',
                _ => c.is_ascii_digit(),
            })
    };
    let text = text.trim();
    let plain = match text.split_once([' ', 'T']) {
        None if text.eq_ignore_ascii_case("infinity") => Some("infinity".to_owned()),
        None if day(text) => Some(format!("{text} 00:00:00")),
        Some((date, time)) if day(date) && clock(time) => Some(format!("{date} {time}")),
        _ => None,
    };
    match plain {
        Some(text) => exactly("valid_until", text),
        None => Field::new("valid_until", text, Meaning::NotReturned),
    }
}

fn member_of(group: &str) -> Field {
    exactly(&format!("member of {group}"), "true")
}

/// A role becomes a member of another.
pub(super) fn joins(member: &str, group: &str) -> Claim {
    there(subject(member), vec![member_of(group)], Verb::Change)
}

/// A role is no member of another any more.
pub(super) fn leaves(member: &str, group: &str) -> Claim {
    let field = Field::unset(format!("member of {group}"));
    there(subject(member), vec![field], Verb::Change)
}

pub(super) fn alter(tokens: &mut Tokens) -> Option<Said> {
    let keyword = tokens.one_of(&["USER MAPPING", "ROLE", "USER", "GROUP"])?;
    if keyword == "USER MAPPING" {
        return None;
    }
    let everybody = tokens.take("ALL");
    let name = if everybody { String::new() } else { tokens.ident()? };
    if !everybody && matches!(name.as_str(), "current_user" | "session_user" | "current_role") {
        return None;
    }
    if tokens.take("RENAME TO") {
        let new = tokens.ident()?;
        let made = there(subject(&new), Vec::new(), Verb::Create);
        return Some(Said::claimed(vec![gone(subject(&name)), made]));
    }
    if keyword == "GROUP" {
        let joining = tokens.one_of(&["ADD USER", "DROP USER"])? == "ADD USER";
        let change = if joining { joins } else { leaves };
        let members = tokens.roles()?;
        return Some(Said::claimed(members.iter().map(|one| change(one, &name)).collect()));
    }
    let in_database = if tokens.take("IN DATABASE") { Some(tokens.ident()?) } else { None };
    if let Some(verb) = tokens.one_of(&["SET", "RESET"]) {
        let field = setting(tokens, verb == "SET");
        let (false, None, Some(field)) = (everybody, in_database, field) else {
            return Some(Said::unseen(Unseen::NoMark));
        };
        return Some(Said::claimed(vec![there(subject(&name), vec![field], Verb::Change)]));
    }
    tokens.take("WITH");
    let options = read_options(tokens)?;
    let nothing = options.fields.is_empty() || everybody;
    (!nothing).then(|| Said::claimed(vec![there(subject(&name), options.fields, Verb::Change)]))
}

/// `SET name TO value` and `RESET name` of a role or a database; `None` where the value is not told here.
pub(super) fn setting(tokens: &mut Tokens, set: bool) -> Option<Field> {
    let name = tokens.name()?.join(".");
    let path = format!("setting {name}");
    if !set {
        return Some(Field::unset(path));
    }
    let _ = tokens.take("TO") || tokens.token(&Token::Eq);
    if tokens.take("DEFAULT") {
        return Some(Field::unset(path));
    }
    let mut values = vec![tokens.value()?];
    while tokens.token(&Token::Comma) {
        values.push(tokens.value()?);
    }
    tokens.is_done().then(|| Field::new(path, values.join(","), Meaning::Set))
}

pub(super) fn drop(tokens: &mut Tokens) -> Option<Said> {
    tokens.one_of(&["ROLE", "USER", "GROUP"])?;
    let lenient = tokens.take("IF EXISTS");
    let names = tokens.roles()?;
    let claims = names.iter().map(|name| gone(subject(name)).leniently(lenient)).collect();
    tokens.is_done().then(|| Said::claimed(claims))
}

/// Where a field of a database's settings goes.
pub(super) fn of_database(name: &str, field: Field) -> Claim {
    there(Subject::new(database::ID, name), vec![field], Verb::Change)
}
