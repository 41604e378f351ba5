//! Why Vault issues no credentials: it answers 500 for everything, and only the text tells which. Pure.

use super::answer::Answer;
use crate::claim::Unobservable;
use crate::text::ticked;

/// Why there are no fresh credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It could not be seen.
    Unseen(Unobservable),
    /// What was configured does not work; in words.
    Cannot(String),
    /// Vault reaches no Postgres at the configured address.
    NoPostgres,
    /// Postgres turns Vault's own password down.
    OwnLogin,
    /// Vault was still waiting for Postgres.
    Slow,
}

/// What an answer to a read of `creds/ROLE` says that has no credentials in it.
pub(super) fn trouble(answer: &Answer, path: &str, role: &str) -> Trouble {
    if answer.is_forbidden() {
        let reason = format!("the token may not read {}", ticked(path));
        return Trouble::Unseen(Unobservable::Forbidden(reason));
    }
    if answer.status == 400 && answer.says("unknown role") {
        return Trouble::Cannot(format!("Vault knows no role {}", ticked(role)));
    }
    if answer.says("is not an allowed role") {
        let role = ticked(role);
        return Trouble::Cannot(format!("`allowed_roles` of its connection leaves {role} out"));
    }
    if answer.says("failed to find entry for connection") {
        return Trouble::Cannot("Vault knows no connection by the role's `db_name`".to_owned());
    }
    match sqlstate(answer).as_deref() {
        Some("28P01") => Trouble::OwnLogin,
        Some(state) if state.starts_with("42") => {
            Trouble::Cannot(format!("Postgres turns the role's statements down (SQLSTATE {state})"))
        }
        Some("57P03") => unexpected("Postgres is starting up: it issues no credentials (57P03)"),
        Some("53300") => unexpected("Postgres has no connection left for Vault (53300)"),
        Some(state) => unexpected(&format!("Vault could not issue credentials (SQLSTATE {state})")),
        None if speaks_of_dialling(answer) => Trouble::NoPostgres,
        None => {
            let status = answer.status;
            unexpected(&format!("Vault could not issue credentials: GET {path} → {status}"))
        }
    }
}

fn unexpected(reason: &str) -> Trouble {
    Trouble::Unseen(Unobservable::Unexpected(reason.to_owned()))
}

fn speaks_of_dialling(answer: &Answer) -> bool {
    const WORDS: [&str; 7] = [
        "dial error",
        "dial tcp",
        "connection refused",
        "no such host",
        "i/o timeout",
        "failed to connect",
        "connection reset",
    ];
    WORDS.iter().any(|words| answer.says(words))
}

/// `42601` of `… (SQLSTATE 42601)`.
fn sqlstate(answer: &Answer) -> Option<String> {
    answer.errors().find_map(|error| {
        let (_, rest) = error.split_once("SQLSTATE ")?;
        let state: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        (state.len() == 5).then_some(state)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_text_of_a_500_tells_what_is_wrong() {
        let cannot = |words: &str| Trouble::Cannot(words.to_owned());
        for (status, error, expected) in [
            (
                500,
                "1 error occurred:\n\t* \"r\" is not an allowed role\n\n",
                cannot("`allowed_roles` of its connection leaves `r` out"),
            ),
            (
                500,
                "failed to find entry for connection with name: \"x\"",
                cannot("Vault knows no connection by the role's `db_name`"),
            ),
            (
                500,
                "1 error occurred:\n\t* ERROR: syntax error at or near \"CREAT\" (SQLSTATE 42601)\n\n",
                cannot("Postgres turns the role's statements down (SQLSTATE 42601)"),
            ),
            (400, "unknown role: r", cannot("Vault knows no role `r`")),
            (
                500,
                "error verifying connection: failed to connect to `host=h`: dial error (dial tcp h:1: \
                 connect: connection refused)",
                Trouble::NoPostgres,
            ),
            (
                500,
                "failed to connect to `user=postgres database=`: failed SASL auth: FATAL: password \
                 authentication failed for user \"postgres\" (SQLSTATE 28P01)",
                Trouble::OwnLogin,
            ),
            (
                403,
                "1 error occurred:\n\t* permission denied\n\n",
                Trouble::Unseen(Unobservable::Forbidden(
                    "the token may not read `d/creds/r`".into(),
                )),
            ),
            (
                500,
                "FATAL: the database system is starting up (SQLSTATE 57P03)",
                unexpected("Postgres is starting up: it issues no credentials (57P03)"),
            ),
            (
                500,
                "internal error",
                unexpected("Vault could not issue credentials: GET d/creds/r → 500"),
            ),
        ] {
            let answer = Answer { status, body: json!({ "errors": [error] }) };
            assert_eq!(trouble(&answer, "d/creds/r", "r"), expected, "{error}");
        }
    }
}
