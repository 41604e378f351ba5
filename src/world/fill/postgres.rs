//! Fills a PostgreSQL as its superuser, script by script.

use std::time::Duration;

use super::{Filling, process};
use crate::text::ticked;
use crate::world::postgres::Sql;
use crate::world::{System, WorldError};

/// One script.
const LIMIT: Duration = Duration::from_mins(1);

/// Conditions whose message names a thing and repeats nothing else of a statement.
const TOLD: &[&str] = &[
    "25001", "28000", "28P01", "3D000", "3F000", "42501", "42704", "42710", "42883", "42P01",
    "42P04", "42P06", "42P07", "53300", "55006", "57P03", "58P01",
];

impl Filling<'_> {
    /// Runs all scripts in their order.
    pub(super) async fn postgres(&self) -> Result<(), WorldError> {
        for sql in &self.world.postgres.sql {
            self.sql(sql).await?;
        }
        Ok(())
    }

    async fn sql(&self, sql: &Sql) -> Result<(), WorldError> {
        let at = sql.span;
        let access = self.access.postgres.as_ref().ok_or_else(|| self.missing(System::Postgres))?;
        let text = sql.run.resolve(&self.values).map_err(|error| self.error(at, error))?;
        let mut command = process::client((self.client)("psql"));
        command
            .args(["--no-psqlrc", "--quiet", "--no-password", "--file=-", "--output=/dev/null"])
            .args(["--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose"])
            .env("PGHOST", access.socket.ip().to_string())
            .env("PGPORT", access.socket.port().to_string())
            .env("PGUSER", &access.user)
            .env("PGPASSWORD", access.password.expose())
            .env("PGDATABASE", &sql.database)
            .env("PGCONNECT_TIMEOUT", "10")
            .env("PGCLIENTENCODING", "UTF8")
            .env("PGOPTIONS", "-c client_min_messages=warning");
        let ran = process::run("psql", &mut command, text.expose(), LIMIT).await;
        let ran = ran.map_err(|why| self.error(at, why))?;
        if ran.success {
            return Ok(());
        }
        let message = format!("in the database {}, {}", ticked(&sql.database), why(&ran.stderr));
        Err(self.error(at, message))
    }
}

/// What psql says, as far as it holds nothing of the statement. Its lines: `psql:<stdin>:2: ERROR:  42P01: …`.
fn why(stderr: &str) -> String {
    for line in stderr.lines() {
        let Some((before, after)) =
            ["ERROR:  ", "FATAL:  "].iter().find_map(|mark| line.split_once(mark))
        else {
            continue;
        };
        let place = before.split(':').rev().find_map(|part| part.trim().parse::<usize>().ok());
        let place =
            place.map(|number| format!("line {number} of the script: ")).unwrap_or_default();
        let (code, words) = after.split_once(": ").unwrap_or((after, ""));
        if code.len() != 5 {
            // psql gives no code where the connection itself was refused.
            return format!("{place}the connection is refused");
        }
        let words = match code {
            _ if TOLD.contains(&code) => words,
            "42601" => "a syntax error",
            _ if code.starts_with("22") => "a value that does not fit",
            _ if code.starts_with("23") => "a constraint is violated",
            _ => "its words may repeat the statement, and are not shown",
        };
        return format!("{place}PostgreSQL answers {code}: {words}");
    }
    if stderr.contains("could not connect") || stderr.contains("connection to server") {
        return "there is no connection".to_owned();
    }
    "psql fails, and its words may repeat the script".to_owned()
}

#[cfg(test)]
mod tests {
    use super::why;

    #[test]
    fn what_psql_says_is_told_without_the_statement() {
        let cases = [
            (
                "psql:<stdin>:2: ERROR:  42P01: relation \"shelf\" does not exist\nLINE 1: SELECT * FROM shelf;\n",
                "line 2 of the script: PostgreSQL answers 42P01: relation \"shelf\" does not exist",
            ),
            (
                "psql:<stdin>:1: ERROR:  42601: syntax error at or near \"'hunter2'\"\nLINE 1: CREATE ROLE a PASSWRD 'hunter2';\n",
                "line 1 of the script: PostgreSQL answers 42601: a syntax error",
            ),
            (
                "psql:<stdin>:1: ERROR:  22P02: invalid input syntax for type integer: \"hunter2\"\n",
                "line 1 of the script: PostgreSQL answers 22P02: a value that does not fit",
            ),
            (
                "psql:<stdin>:3: ERROR:  42703: column \"hunter2\" does not exist\n",
                "line 3 of the script: PostgreSQL answers 42703: its words may repeat the statement, and are not shown",
            ),
            (
                "psql: error: connection to server at \"127.0.0.1\", port 1 failed: FATAL:  password authentication failed for user \"a\"\n",
                "the connection is refused",
            ),
            (
                "psql: error: connection to server at \"127.0.0.1\", port 1 failed: Connection refused\n",
                "there is no connection",
            ),
            (
                "psql:<stdin>:1: error: invalid command \\hunter2\n",
                "psql fails, and its words may repeat the script",
            ),
        ];
        for (stderr, wanted) in cases {
            assert_eq!(why(stderr), wanted);
        }
    }
}
