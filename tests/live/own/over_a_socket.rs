//! Postgres over its Unix socket, by scripts and default privileges: not a challenge of ours, only a text for this
//! walk. At its end the socket asks for the account of whoever looks.

use super::Course;
use super::row::{Row, row};
use crate::check::Check;
use crate::contract::letters;
use crate::lab::Lab;
use crate::wait::{Done, until};
use crate::world::Names;

const TEXT: &str = r#"---
slug: over-a-socket
type: challenge
title: Scripts over a socket
---
The server is on this machine:

```bash
export PGHOST=SOCKET
export PGPORT=PORT
export PGUSER=postgres
```

A script, and one that it includes:

```bash
cat > tables.sql <<'SQL'
CREATE TABLE sales.orders (id integer PRIMARY KEY);
SQL
cat > shop.sql <<'SQL'
\set reader lector
CREATE DATABASE shop;
\c shop
CREATE ROLE :reader;
CREATE SCHEMA sales;
SELECT 'CREATE ROLE clerk' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'clerk')\gexec
\i tables.sql
\dt sales.*
SQL
psql -f shop.sql
```

What will be made is read by one of them:

```bash
psql -d shop -c "ALTER DEFAULT PRIVILEGES IN SCHEMA sales GRANT SELECT ON TABLES TO lector"
```

And written, too:

```bash
psql -d shop <<'SQL'
ALTER DEFAULT PRIVILEGES IN SCHEMA sales GRANT INSERT ON TABLES TO lector;
CREATE TABLE sales.items (id integer);
SQL
```

It need not be read after all:

```bash
psql -d shop -c "ALTER DEFAULT PRIVILEGES IN SCHEMA sales REVOKE SELECT ON TABLES FROM lector"
```
"#;

/// - Without the database nothing of it is there, and what 5 takes away is not seen.
/// - What 3 gives and 5 takes away cannot be told where it is not there: so the text began. Where 4 holds, which comes
///   later, 3 is overtaken.
const ROWS: [Row; 6] = [
    row(0, "-F.F?", 2),
    row(1, "-F.F?", 2),
    row(2, "-P.F.", 4),
    row(3, "-PPFF", 4),
    row(4, "-PPPF", 5),
    row(5, "-PoP.", 0),
];

pub(super) fn walk(lab: &mut Lab) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    let postgres = &lab.world.postgres;
    let path = lab.directory.join("over-a-socket.md");
    let text = TEXT
        .replace("SOCKET", &postgres.socket_directory().display().to_string())
        .replace("PORT=PORT", &format!("PORT={}", postgres.socket.port()));
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    let course = Course {
        challenge: &path,
        quietly: &[],
        rows: &ROWS,
        refused: None,
        thorough: &[3],
        secrets: &[],
    };
    course.walk(lab)?;
    by_account(lab, &Check::new(lab, &path))
}

/// Where the socket asks for the account of the machine, whoever has another one sees nothing, and whoever has it
/// sees all.
fn by_account(lab: &Lab, call: &Check) -> Done<()> {
    lab.world.postgres.ask_for_accounts()?;
    let Some(account) = lab.world.postgres.account() else { return Ok(()) };
    until("nobody else is let in", std::time::Duration::from_secs(10), || {
        ends(call, 3, "-????", "no login that the text or `PG*` gives is let in")
    })?;
    let as_account =
        ["setpriv", &format!("--reuid={account}"), &format!("--regid={account}"), "--clear-groups"]
            .map(str::to_owned);
    let words: Vec<&str> = as_account.iter().map(String::as_str).collect();
    ends(&call.through(&words), 0, "-P.P.", "")
}

fn ends(call: &Check, code: i32, outcomes: &str, words: &str) -> Done<()> {
    let report = call.json()?;
    let found = letters(&report.json);
    let said = report.json.to_string().contains(words);
    if report.run.code == Some(code) && found == outcomes && said {
        return Ok(());
    }
    Err(format!("expected exit {code} {outcomes}, found {found}\n{}", report.run))
}
