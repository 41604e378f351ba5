//! CREATE, ALTER and DROP of what has a name and little else that is compared: schemas, extensions, functions,
//! views, indexes, sequences, types, triggers and policies; and the DROP of tables.

use sqlparser::tokenizer::Token;

use super::super::{extension, function, relation, schema, table};
use super::tokens::Tokens;
use super::{Said, exactly, gone, qualified, there};
use crate::claim::{Field, Meaning, Subject, Verb};
use crate::provider::Unseen;

/// The words of a kind of thing in a statement, and what the claims call it.
const RELATIONS: [(&str, &str); 6] = [
    ("MATERIALIZED VIEW", "materialized view"),
    ("VIEW", "view"),
    ("SEQUENCE", "sequence"),
    ("INDEX", "index"),
    ("DOMAIN", "domain"),
    ("TYPE", "type"),
];

fn related(what: &str, name: impl Into<crate::claim::Text>) -> Subject {
    Subject::new(relation::ID, name).with("what", what)
}

pub(super) fn create(tokens: &mut Tokens, path: Option<&str>) -> Option<Said> {
    if tokens.take("SCHEMA") {
        return create_schema(tokens);
    }
    if tokens.take("EXTENSION") {
        return create_extension(tokens);
    }
    let replaces = tokens.take("OR REPLACE");
    if tokens.one_of(&["FUNCTION", "PROCEDURE"]).is_some() {
        return create_function(tokens, path, replaces);
    }
    if tokens.one_of(&["TEMPORARY", "TEMP"]).is_some() {
        return Some(Said::unseen(Unseen::ShortLived));
    }
    tokens.one_of(&["RECURSIVE", "UNIQUE", "CONSTRAINT"]);
    if tokens.one_of(&["TRIGGER", "POLICY"]).is_some() {
        return on_table(tokens, path, replaces);
    }
    let what = relation_word(tokens)?;
    tokens.take("CONCURRENTLY");
    let lenient = tokens.take("IF NOT EXISTS");
    if what == "index" {
        return create_index(tokens, path, lenient);
    }
    let name = qualified(&tokens.name()?, path)?;
    if matches!(what, "view" | "materialized view") && !tokens.holds("AS") {
        return None;
    }
    let verb = if replaces { Verb::Make } else { Verb::Create };
    Some(Said::claimed(vec![there(related(what, name), Vec::new(), verb).leniently(lenient)]))
}

fn relation_word(tokens: &mut Tokens) -> Option<&'static str> {
    RELATIONS.iter().find(|(keyword, _)| tokens.take(keyword)).map(|(_, what)| *what)
}

fn create_schema(tokens: &mut Tokens) -> Option<Said> {
    let lenient = tokens.take("IF NOT EXISTS");
    let own = tokens.take("AUTHORIZATION");
    let name = tokens.ident()?;
    let owner = if own {
        Some(name.clone())
    } else if tokens.take("AUTHORIZATION") {
        Some(tokens.ident()?)
    } else {
        None
    };
    let owner = owner.filter(|owner| !owner.starts_with("current_") && owner != "session_user");
    if !tokens.is_done() || own && owner.is_none() {
        return None;
    }
    let fields = owner.map(|owner| exactly("owner", owner)).into_iter().collect();
    let claim = there(Subject::new(schema::ID, name), fields, Verb::Create);
    Some(Said::claimed(vec![claim.leniently(lenient)]))
}

fn create_extension(tokens: &mut Tokens) -> Option<Said> {
    let lenient = tokens.take("IF NOT EXISTS");
    let name = tokens.ident()?;
    tokens.take("WITH");
    let mut fields = Vec::new();
    while !tokens.is_done() {
        if tokens.take("SCHEMA") {
            fields.push(exactly("schema", tokens.ident()?));
        } else if tokens.take("VERSION") {
            fields.push(exactly("version", tokens.value()?));
        } else if !tokens.take("CASCADE") {
            return None;
        }
    }
    let claim = there(Subject::new(extension::ID, name), fields, Verb::Create);
    Some(Said::claimed(vec![claim.leniently(lenient)]))
}

fn create_function(tokens: &mut Tokens, path: Option<&str>, replaces: bool) -> Option<Said> {
    let name = qualified(&tokens.name()?, path)?;
    if !tokens.skip_parentheses() {
        return None;
    }
    let mut fields = Vec::new();
    while !tokens.is_done() {
        if tokens.take("LANGUAGE") {
            fields.push(exactly("language", tokens.value()?.to_lowercase()));
        } else if tokens.take("AS") {
            if let Some(body) = tokens.string() {
                fields.push(Field::new("body", body, Meaning::Sql));
            }
        } else {
            tokens.skip();
        }
    }
    let verb = if replaces { Verb::Make } else { Verb::Create };
    Some(Said::claimed(vec![there(Subject::new(function::ID, name), fields, verb)]))
}

fn create_index(tokens: &mut Tokens, path: Option<&str>, lenient: bool) -> Option<Said> {
    if tokens.take("ON") {
        // Postgres chooses the name.
        return Some(Said::unseen(Unseen::Nameless));
    }
    let name = tokens.ident()?;
    if !tokens.take("ON") {
        return None;
    }
    tokens.take("ONLY");
    let table = tokens.name()?;
    // An index lives in the schema of its table.
    let schema = if table.len() > 1 { table.first().cloned() } else { path.map(str::to_owned) };
    let name = qualified(&[name], schema.as_deref())?;
    let fields = vec![exactly("table", table.last()?.as_str())];
    let claim = there(related("index", name), fields, Verb::Create);
    Some(Said::claimed(vec![claim.leniently(lenient)]))
}

/// `CREATE TRIGGER name … ON table`, and policies.
fn on_table(tokens: &mut Tokens, path: Option<&str>, replaces: bool) -> Option<Said> {
    let name = tokens.ident()?;
    while !tokens.take("ON") {
        tokens.peek()?;
        tokens.skip();
    }
    let table = qualified(&tokens.name()?, path)?;
    let what = if tokens.holds("EXECUTE") { "trigger" } else { "policy" };
    let verb = if replaces { Verb::Make } else { Verb::Create };
    let subject = related(what, name).with("on", table);
    Some(Said::claimed(vec![there(subject, Vec::new(), verb)]))
}

/// The things that a statement names by a kind word: `VIEW a, b`, `SCHEMA s`.
fn subjects(tokens: &mut Tokens, path: Option<&str>) -> Option<(Vec<Subject>, bool)> {
    let all = |tokens: &mut Tokens, make: &dyn Fn(String) -> Subject| {
        tokens.take("CONCURRENTLY");
        let lenient = tokens.take("IF EXISTS");
        let names = tokens.names()?;
        let subjects: Option<Vec<Subject>> =
            names.iter().map(|parts| Some(make(qualified(parts, path)?))).collect();
        Some((subjects?, lenient))
    };
    if tokens.take("SCHEMA") {
        let lenient = tokens.take("IF EXISTS");
        let names = tokens.roles()?;
        return Some((
            names.iter().map(|n| Subject::new(schema::ID, n.as_str())).collect(),
            lenient,
        ));
    }
    if tokens.take("EXTENSION") {
        let lenient = tokens.take("IF EXISTS");
        let names = tokens.roles()?;
        let make = |name: &String| Subject::new(extension::ID, name.as_str());
        return Some((names.iter().map(make).collect(), lenient));
    }
    if tokens.one_of(&["FOREIGN TABLE", "TABLE"]).is_some() {
        return all(tokens, &|name| Subject::new(table::ID, name));
    }
    if tokens.one_of(&["FUNCTION", "PROCEDURE", "ROUTINE"]).is_some() {
        let lenient = tokens.take("IF EXISTS");
        let mut subjects = Vec::new();
        loop {
            let name = qualified(&tokens.name()?, path)?;
            tokens.skip_parentheses();
            subjects.push(Subject::new(function::ID, name));
            if !tokens.token(&Token::Comma) {
                return Some((subjects, lenient));
            }
        }
    }
    if let Some(what) = tokens.one_of(&["TRIGGER", "POLICY"]) {
        let lenient = tokens.take("IF EXISTS");
        let name = tokens.ident()?;
        if !tokens.take("ON") {
            return None;
        }
        let table = qualified(&tokens.name()?, path)?;
        return Some((vec![related(&what.to_lowercase(), name).with("on", table)], lenient));
    }
    let what = relation_word(tokens)?;
    all(tokens, &|name| related(what, name))
}

pub(super) fn drop(tokens: &mut Tokens, path: Option<&str>) -> Option<Said> {
    let (subjects, lenient) = subjects(tokens, path)?;
    tokens.one_of(&["CASCADE", "RESTRICT"]);
    let claims = subjects.into_iter().map(|subject| gone(subject).leniently(lenient)).collect();
    tokens.is_done().then(|| Said::claimed(claims))
}

pub(super) fn alter(tokens: &mut Tokens, path: Option<&str>) -> Option<Said> {
    let (subjects, lenient) = subjects(tokens, path)?;
    let [subject] = subjects.as_slice() else { return None };
    move_or_own(tokens, subject).map(|said| Said {
        claims: said.claims.into_iter().map(|claim| claim.leniently(lenient)).collect(),
        ..said
    })
}

/// `RENAME TO`, `SET SCHEMA` and `OWNER TO`, which many kinds share.
pub(super) fn move_or_own(tokens: &mut Tokens, subject: &Subject) -> Option<Said> {
    let name = subject.name.literal()?;
    let (schema, last) = match name.split_once('.') {
        Some((schema, last)) => (Some(schema), last),
        None => (None, name.as_str()),
    };
    let moved = |new: String| {
        let subject_now = Subject { name: new.into(), ..subject.clone() };
        let made = there(subject_now, Vec::new(), Verb::Create);
        Said::claimed(vec![gone(subject.clone()), made])
    };
    if tokens.take("RENAME TO") {
        return Some(moved(qualified(&[tokens.ident()?], schema)?));
    }
    if tokens.take("SET SCHEMA") {
        let new = tokens.ident()?;
        if subject.kind == extension::ID {
            let fields = vec![exactly("schema", new)];
            return Some(Said::claimed(vec![there(subject.clone(), fields, Verb::Change)]));
        }
        return Some(moved(format!("{new}.{last}")));
    }
    if tokens.take("OWNER TO") {
        let owner = tokens.ident()?;
        if owner.starts_with("current_") || owner == "session_user" {
            return Some(Said::unseen(Unseen::NoMark));
        }
        let fields = vec![exactly("owner", owner)];
        return Some(Said::claimed(vec![there(subject.clone(), fields, Verb::Change)]));
    }
    if subject.kind == extension::ID && tokens.take("UPDATE") {
        let version = if tokens.take("TO") { Some(tokens.value()?) } else { None };
        let fields: Vec<Field> = version.map(|to| exactly("version", to)).into_iter().collect();
        return Some(if fields.is_empty() {
            Said::unseen(Unseen::NoMark)
        } else {
            Said::claimed(vec![there(subject.clone(), fields, Verb::Change)])
        });
    }
    // Values of an enum, options of a sequence, what a view is: it is still there under its name.
    matches!(subject.kind, relation::ID | function::ID).then(|| Said::unseen(Unseen::NoMark))
}
