//! SQL: what one statement does to which things, by statement family. Pure and total: what is not known is
//! said, and nothing panics on any text.
//!
//! Names are as Postgres folds them; what is unknown in a text is masked and comes through as it is.

mod database;
mod grant;
mod named;
mod privileges;
mod role;
pub(super) mod rows;
mod table;
mod tokens;
mod types;

use crate::claim::{Claim, Expectation, Field, Meaning, Subject, Verb};
use crate::provider::{Reading, Unseen};

use tokens::Tokens;

/// What a statement says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Said {
    /// What it does; subjects without host and database.
    pub(super) claims: Vec<Claim>,
    /// What it is where it claims nothing.
    pub(super) reading: Reading,
    /// What it does to the statements behind it.
    pub(super) flow: Flow,
    /// The rows that it changes without saying to what.
    pub(super) touched: Option<rows::Touched>,
}

/// What a statement does to those behind it, or before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Flow {
    /// Nothing.
    #[default]
    Stays,
    /// Opens a transaction.
    Begins,
    /// Keeps what the transaction did.
    Commits,
    /// Undoes what the transaction did.
    Undoes,
    /// Unqualified names are looked for in this schema; `None` for the usual ones.
    Path(Option<String>),
    /// What follows is done as somebody else.
    Becomes,
}

impl Said {
    fn reads() -> Self {
        let (claims, flow) = (Vec::new(), Flow::Stays);
        Self { claims, reading: Reading::Reads, flow, touched: None }
    }

    fn unseen(why: Unseen) -> Self {
        Self { reading: Reading::NotObservable(why), ..Self::reads() }
    }

    fn flows(flow: Flow) -> Self {
        Self { flow, ..Self::reads() }
    }

    pub(super) fn claimed(claims: Vec<Claim>) -> Self {
        Self { claims, ..Self::reads() }
    }

    /// What is not known is named by its first words alone: a statement may hold a password.
    pub(super) fn unknown(statement: &str) -> Self {
        let word = |word: &&str| word.chars().all(|c| c.is_ascii_alphabetic());
        let first: Vec<&str> = statement.split_whitespace().take(3).take_while(word).collect();
        let what = match first.as_slice() {
            [] => "a statement of SQL".to_owned(),
            words => format!("the statement `{} …`", words.join(" ").to_uppercase()),
        };
        Self { reading: Reading::NotUnderstood(what), ..Self::reads() }
    }
}

/// What a statement says. `path` is the schema in which unqualified names are looked for, where it is set.
pub(super) fn read(statement: &str, path: Option<&str>) -> Said {
    let unknown = || Said::unknown(statement);
    let Some(mut tokens) = Tokens::of(statement) else { return unknown() };
    if tokens.is_done() {
        return Said::reads();
    }
    session(&mut tokens)
        .or_else(|| changes(&mut tokens, path))
        .or_else(|| looks(&mut tokens))
        .unwrap_or_else(unknown)
}

/// The literal of `SELECT 'literal' …`.
pub(super) fn selected_literal(statement: &str) -> Option<String> {
    let mut tokens = Tokens::of(statement)?;
    let selected = tokens.take("SELECT").then(|| tokens.string())??;
    let whole = tokens.is_done() || tokens.take("WHERE");
    whole.then_some(selected)
}

/// Statements that only look, unless they call a function that does more.
fn looks(tokens: &mut Tokens) -> Option<Said> {
    const DOING: [&str; 14] = [
        "dblink_exec",
        "lo_create",
        "lo_import",
        "lo_unlink",
        "nextval",
        "pg_cancel_backend",
        "pg_promote",
        "pg_reload_conf",
        "pg_rotate_logfile",
        "pg_switch_wal",
        "pg_terminate_backend",
        "pg_wal_replay_resume",
        "set_config",
        "setval",
    ];
    const MAKING: [&str; 4] = ["pg_create_", "pg_drop_", "pg_replication_", "pg_logical_"];
    let does = |word: &String| {
        DOING.contains(&word.as_str()) || MAKING.iter().any(|start| word.starts_with(start))
    };
    if tokens.take("EXPLAIN") {
        let analyses = tokens.holds("ANALYZE") || tokens.holds("ANALYSE");
        let writes = ["INSERT", "UPDATE", "DELETE", "MERGE"].iter().any(|word| tokens.holds(word));
        return Some(if analyses && writes { Said::unseen(Unseen::NoMark) } else { Said::reads() });
    }
    tokens.one_of(&["SELECT", "VALUES", "TABLE", "SHOW", "WITH", "FETCH", "DECLARE", "CLOSE"])?;
    let writes = ["INSERT", "UPDATE", "DELETE", "MERGE", "INTO"].iter().any(|w| tokens.holds(w));
    // `SELECT … FOR UPDATE` only locks.
    if writes && !(tokens.holds("FOR") && !tokens.holds("INTO") && !tokens.holds("INSERT")) {
        return None;
    }
    Some(if tokens.words().any(|word| does(&word)) {
        Said::unseen(Unseen::NoMark)
    } else {
        Said::reads()
    })
}

/// Statements about the session, its transactions, and work that leaves no mark.
fn session(tokens: &mut Tokens) -> Option<Said> {
    if tokens.take("SET") {
        return Some(setting(tokens));
    }
    let first = tokens.one_of(&[
        "BEGIN",
        "START TRANSACTION",
        "COMMIT",
        "END",
        "ROLLBACK TO",
        "ROLLBACK",
        "ABORT",
        "SAVEPOINT",
        "RELEASE",
        "RESET",
        "DISCARD",
        "LISTEN",
        "UNLISTEN",
        "LOCK",
        "PREPARE TRANSACTION",
        "PREPARE",
        "DEALLOCATE",
        "LOAD",
        "ANALYZE",
        "VACUUM",
        "REINDEX",
        "CLUSTER",
        "CHECKPOINT",
        "REFRESH",
        "NOTIFY",
        "COMMENT",
        "SECURITY LABEL",
        "CALL",
        "EXECUTE",
        "DO",
        "COPY",
    ])?;
    Some(match first {
        "BEGIN" | "START TRANSACTION" => Said::flows(Flow::Begins),
        "COMMIT" | "END" => Said::flows(Flow::Commits),
        "ROLLBACK" | "ABORT" => Said::flows(Flow::Undoes),
        "RESET" if tokens.holds("ROLE") => Said::flows(Flow::Becomes),
        "RESET" => Said::flows(Flow::Path(None)),
        "SAVEPOINT" | "RELEASE" | "DEALLOCATE" => Said::reads(),
        "DISCARD" | "LISTEN" | "UNLISTEN" | "LOCK" | "PREPARE" | "LOAD" => {
            Said::unseen(Unseen::ShortLived)
        }
        "CALL" | "EXECUTE" | "DO" => Said::unseen(Unseen::ControlFlow),
        "COPY" => copy(tokens),
        // A savepoint undone, or a prepared transaction: what stands is not followed.
        "ROLLBACK TO" | "PREPARE TRANSACTION" => return None,
        _ => Said::unseen(Unseen::NoMark),
    })
}

fn setting(tokens: &mut Tokens) -> Said {
    tokens.one_of(&["SESSION", "LOCAL"]);
    if tokens.take("ROLE") || tokens.take("AUTHORIZATION") {
        return Said { flow: Flow::Becomes, ..Said::unseen(Unseen::ShortLived) };
    }
    if !tokens.take("search_path") {
        return Said::unseen(Unseen::ShortLived);
    }
    let _ = tokens.take("TO") || tokens.token(&sqlparser::tokenizer::Token::Eq);
    let schema =
        tokens.value().filter(|name| !matches!(name.as_str(), "$user" | "public" | "default"));
    Said { flow: Flow::Path(schema), ..Said::unseen(Unseen::ShortLived) }
}

/// What is copied in stands elsewhere, or cannot be told from what was there.
fn copy(tokens: &mut Tokens) -> Said {
    if tokens.skip_parentheses() {
        return Said::reads();
    }
    tokens.name();
    tokens.skip_parentheses();
    if tokens.take("TO") { Said::reads() } else { Said::unseen(Unseen::Nameless) }
}

fn changes(tokens: &mut Tokens, path: Option<&str>) -> Option<Said> {
    if tokens.one_of(&["INSERT", "UPDATE", "DELETE", "TRUNCATE"]).is_some() {
        return rows::read(tokens, path);
    }
    let verb = tokens.one_of(&["CREATE", "ALTER", "DROP", "GRANT", "REVOKE", "REASSIGN"])?;
    match verb {
        "GRANT" => grant::read(tokens, path, true),
        "REVOKE" => grant::read(tokens, path, false),
        "REASSIGN" => Some(Said::unseen(Unseen::Nameless)),
        "CREATE" => role::create(tokens)
            .or_else(|| database::create(tokens))
            .or_else(|| table::create(tokens, path))
            .or_else(|| named::create(tokens, path)),
        "ALTER" => role::alter(tokens)
            .or_else(|| database::alter(tokens))
            .or_else(|| grant::default_privileges(tokens))
            .or_else(|| table::alter(tokens, path))
            .or_else(|| named::alter(tokens, path)),
        // What somebody owns or was granted is not in the text.
        "DROP" if tokens.take("OWNED") => Some(Said::unseen(Unseen::Nameless)),
        _ => role::drop(tokens)
            .or_else(|| database::drop(tokens))
            .or_else(|| named::drop(tokens, path)),
    }
}

/// `schema.name`, with the schema of the search path where the name has none.
fn qualified(parts: &[String], path: Option<&str>) -> Option<String> {
    match (parts, path) {
        ([name], None) => Some(name.clone()),
        ([name], Some(schema)) => Some(format!("{schema}.{name}")),
        ([schema, name], _) => Some(format!("{schema}.{name}")),
        _ => None,
    }
}

fn there(subject: Subject, fields: Vec<Field>, verb: Verb) -> Claim {
    Claim::new(subject, Expectation::Present(fields), verb)
}

fn gone(subject: Subject) -> Claim {
    Claim::new(subject, Expectation::Absent, Verb::Remove)
}

fn exactly(path: &str, value: impl Into<crate::claim::Text>) -> Field {
    Field::new(path, value, Meaning::Exact)
}

#[cfg(test)]
#[path = "sql_tests.rs"]
mod tests;
