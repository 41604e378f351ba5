//! The kinds of Postgres: what the catalog tells of one server and of one database, and the rows of a table.

use std::path::PathBuf;

use super::proof::{Fault, Ground, prove as proven};
use super::row::Row;
use crate::check::Check;
use crate::faults::Broken;
use crate::lab::Lab;
use crate::stand_in::{Manner, StandIn};
use crate::wait::Done;
use crate::world::Names;

/// What is there before the text.
const BEFORE: [&str; 4] = [
    "CREATE TABLE stock (item text PRIMARY KEY, pieces integer)",
    "CREATE TABLE shelf (place text)",
    "CREATE SCHEMA attic",
    "GRANT SELECT ON stock TO PUBLIC",
];

/// The table.
pub(super) fn rows() -> Vec<Row> {
    [of_the_server(), of_the_database(), of_rights(), of_rows()].concat()
}

fn of_the_server() -> Vec<Row> {
    vec![
        Row::new(
            "postgres/role",
            r#"psql -h HOST -p PORT -U ADMIN -d postgres -c "CREATE ROLE kinds_clerk LOGIN PASSWORD 'till-0815' CONNECTION LIMIT 5 IN ROLE kinds_reader""#,
        )
        .changed(
            "psql -h HOST -p PORT -U ADMIN -d postgres \
    -c 'ALTER ROLE kinds_clerk CONNECTION LIMIT 9' -c 'REVOKE kinds_reader FROM kinds_clerk'",
            &["`connection_limit` is `9`", "`member of kinds_reader` is not set"],
        )
        .back("psql -h HOST -p PORT -U ADMIN -d postgres -c 'DROP ROLE kinds_clerk'")
        .denied(&["pg_catalog.pg_auth_members"]),
        Row::new("postgres/database", "createdb -h HOST -p PORT -U ADMIN -O kinds_reader kinds_more")
            .changed(
                "psql -h HOST -p PORT -U ADMIN -d postgres -c 'ALTER DATABASE kinds_more OWNER TO kinds_eyes'",
                &["`owner` is `kinds_eyes`"],
            )
            .back("dropdb -h HOST -p PORT -U ADMIN kinds_more")
            .denied(&["pg_catalog.pg_db_role_setting"]),
    ]
}

fn of_the_database() -> Vec<Row> {
    // What is not there is seen all the same.
    let seen_at_first = |row: Row| Row { unseen: ['F', '?'], ..row };
    vec![
        Row::new(
            "postgres/schema",
            "psql -h HOST -p PORT -U ADMIN -d kinds -c 'CREATE SCHEMA store AUTHORIZATION kinds_reader'",
        )
        .changed(
            "psql -h HOST -p PORT -U ADMIN -d kinds -c 'ALTER SCHEMA store OWNER TO kinds_eyes'",
            &["`owner` is `kinds_eyes`"],
        )
        .back("psql -h HOST -p PORT -U ADMIN -d kinds -c 'DROP SCHEMA store'"),
        seen_at_first(Row::new(
            "postgres/table",
            "psql -h HOST -p PORT -U ADMIN -d kinds -c 'CREATE TABLE orders (id integer PRIMARY KEY, note varchar(40))'",
        )
        .changed(
            "psql -h HOST -p PORT -U ADMIN -d kinds -c 'ALTER TABLE orders ALTER COLUMN note TYPE text'",
            &["`column note` is `text`"],
        )
        .back("psql -h HOST -p PORT -U ADMIN -d kinds -c 'DROP TABLE orders'")
        .denied(&["pg_catalog.pg_constraint"])),
        seen_at_first(Row::new(
            "postgres/relation",
            "psql -h HOST -p PORT -U ADMIN -d kinds -c 'CREATE INDEX by_pieces ON stock (pieces)'",
        )
        .changed(
            "psql -h HOST -p PORT -U ADMIN -d kinds \
    -c 'DROP INDEX by_pieces' -c 'CREATE INDEX by_pieces ON shelf (place)'",
            &["`table` is `shelf`"],
        )
        .back("psql -h HOST -p PORT -U ADMIN -d kinds -c 'DROP INDEX by_pieces'")
        .denied(&["pg_catalog.pg_index"])),
        Row::new(
            "postgres/relation",
            "psql -h HOST -p PORT -U ADMIN -d kinds -c 'CREATE VIEW scarce AS SELECT item FROM stock WHERE pieces < 3'",
        )
        .never_another("what a view selects is not compared")
        .back("psql -h HOST -p PORT -U ADMIN -d kinds -c 'DROP VIEW scarce'"),
        Row::new(
            "postgres/extension",
            "psql -h HOST -p PORT -U ADMIN -d kinds -c 'CREATE EXTENSION citext WITH SCHEMA public'",
        )
        .changed(
            "psql -h HOST -p PORT -U ADMIN -d kinds -c 'ALTER EXTENSION citext SET SCHEMA attic'",
            &["`schema` is `attic`"],
        )
        .back("psql -h HOST -p PORT -U ADMIN -d kinds -c 'DROP EXTENSION citext'")
        .denied(&["pg_catalog.pg_extension"]),
        Row::new(
            "postgres/function",
            r#"psql -h HOST -p PORT -U ADMIN -d kinds -c "CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n * 2'""#,
        )
        .changed(
            r#"psql -h HOST -p PORT -U ADMIN -d kinds -c "CREATE OR REPLACE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n * 3'""#,
            &["body", "n * 3"],
        )
        .back("psql -h HOST -p PORT -U ADMIN -d kinds -c 'DROP FUNCTION twice(integer)'")
        .denied(&["pg_catalog.pg_language"]),
    ]
}

fn of_rights() -> Vec<Row> {
    let grant = |make| Row::new("postgres/grant", make);
    vec![
        grant("psql -h HOST -p PORT -U ADMIN -d kinds -c 'GRANT INSERT, UPDATE ON stock TO kinds_reader'")
            .changed(
                "psql -h HOST -p PORT -U ADMIN -d kinds -c 'REVOKE UPDATE ON stock FROM kinds_reader'",
                &["no such grant"],
            )
            .back("psql -h HOST -p PORT -U ADMIN -d kinds -c 'REVOKE ALL ON stock FROM kinds_reader'"),
        grant(
            "psql -h HOST -p PORT -U ADMIN -d kinds -c 'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO kinds_reader'",
        )
        .changed(
            "psql -h HOST -p PORT -U ADMIN -d kinds -c 'ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM kinds_reader'",
            &["no such grant"],
        )
        .denied(&["pg_catalog.pg_default_acl"]),
    ]
}

fn of_rows() -> Vec<Row> {
    vec![
        Row::new(
            "postgres/rows",
            r#"psql -h HOST -p PORT -U ADMIN -d kinds -c "INSERT INTO stock (item, pieces) VALUES ('kettle', 3)""#,
        )
        .changed(
            r#"psql -h HOST -p PORT -U ADMIN -d kinds -c "UPDATE stock SET pieces = 2 WHERE item = 'kettle'""#,
            &["no such row"],
        )
        .back(r#"psql -h HOST -p PORT -U ADMIN -d kinds -c "DELETE FROM stock WHERE item = 'kettle'""#)
        .denied(&["public.stock"]),
    ]
}

/// Logins: their accounts are made by a script that no text shows.
pub(super) fn logins() -> Vec<Row> {
    let login = |make| Row::new("postgres/login", make);
    vec![
        login(
            "sh ACCOUNTS kinds_clerk till-0815
PGPASSWORD=till-0815 psql -h HOST -p PORT -U kinds_clerk -d postgres -c 'SELECT 1'",
        )
        .changed(
            r#"psql -h HOST -p PORT -U ADMIN -d postgres -c "ALTER ROLE kinds_clerk PASSWORD 'another-word'""#,
            &["it is refused"],
        ),
        login(
            "sh ACCOUNTS kinds_cook spoon-0816
PGPASSWORD=spoon-0816 psql -h HOST -p PORT -U kinds_cook -d postgres -c 'SELECT 1'",
        )
        .changed(
            r#"psql -h HOST -p PORT -U ADMIN -d postgres -c "ALTER ROLE kinds_cook VALID UNTIL '2001-01-01'""#,
            &["`kinds_cook` has expired"],
        ),
        login(
            "sh ACCOUNTS kinds_page bell-0817
PGPASSWORD=bell-0817 psql -h HOST -p PORT -U kinds_page -d kinds -c 'SELECT 1'",
        )
        .changed(
            "psql -h HOST -p PORT -U ADMIN -d postgres -c 'REVOKE CONNECT ON DATABASE kinds FROM PUBLIC'",
            &["it may not connect to `kinds`"],
        )
        .back("psql -h HOST -p PORT -U ADMIN -d postgres -c 'DROP ROLE kinds_page'"),
    ]
}

/// Proves the logins.
pub(super) fn prove_logins(lab: &mut Lab) -> Done<()> {
    on_ground(lab, logins(), away().into_iter().chain([trusting()]).collect())
}

/// Proves the things.
pub(super) fn prove(lab: &mut Lab) -> Done<()> {
    on_ground(lab, rows(), away().into_iter().chain(closed()).collect())
}

fn on_ground(lab: &mut Lab, rows: Vec<Row>, faults: Vec<Fault>) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    let postgres = &lab.world.postgres;
    postgres.sql("postgres", "CREATE ROLE kinds_eyes LOGIN PASSWORD 'eyes-own-word'")?;
    postgres.sql("postgres", "CREATE ROLE kinds_reader")?;
    postgres.sql("postgres", "CREATE DATABASE kinds")?;
    BEFORE.iter().try_for_each(|statement| postgres.sql("kinds", statement).map(drop))?;
    let names = &lab.world.names;
    let words = vec![
        ("HOST", postgres.socket.ip().to_string()),
        ("PORT", postgres.socket.port().to_string()),
        ("ADMIN", names.user.clone()),
        ("ACCOUNTS", accounts(lab)?.display().to_string()),
    ];
    let nowhere = lab.directory.join("nowhere.md");
    let secrets = ["eyes-own-word", "till-0815", "spoon-0816", "bell-0817"];
    // Whoever looks is no superuser: of one, nothing is hidden.
    let call = Check::new(lab, &nowhere).set("PGUSER", "kinds_eyes").set("PGPASSWORD", secrets[0]);
    let ground = Ground {
        given: "",
        beside: "",
        rows,
        words,
        before: format!("export PGPASSWORD='{}'", names.password),
        call: secrets.iter().fold(call, |call, word| call.secret(word)),
        hide: without,
        faults,
    };
    proven(lab, &ground)
}

/// A script that makes an account.
fn accounts(lab: &Lab) -> Done<PathBuf> {
    let (socket, user) = (lab.world.postgres.socket, &lab.world.names.user);
    let path = lab.directory.join("accounts.sh");
    let text = format!(
        "psql -h {} -p {} -U {user} -d postgres -c \"CREATE ROLE $1 LOGIN PASSWORD '$2'\"\n",
        socket.ip(),
        socket.port(),
    );
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    Ok(path)
}

/// Takes from everybody the right to read these, in every database that has them.
fn without(lab: &Lab, call: &Check, denied: &[&str]) -> Done<Broken> {
    forbid(lab, &denied.join(", "))?;
    let denied = denied.join(", ");
    Ok(Broken::told(call.clone())
        .mended_by(move |lab| everywhere(lab, &format!("GRANT SELECT ON {denied} TO PUBLIC"))))
}

fn forbid(lab: &Lab, denied: &str) -> Done<()> {
    everywhere(lab, &format!("REVOKE SELECT ON {denied} FROM PUBLIC"))
}

fn everywhere(lab: &Lab, statement: &str) -> Done<()> {
    for database in ["postgres", "kinds"] {
        // What only one of them has is not there for the other.
        let own = statement.contains("public.") && database == "postgres";
        if !own {
            lab.world.postgres.sql(database, statement)?;
        }
    }
    Ok(())
}

/// Postgres is not there, or not for anybody.
fn away() -> Vec<Fault> {
    let fault = |name, break_it| Fault { name, slow: false, break_it };
    vec![
        fault("down", |lab, call| {
            lab.world.postgres.stop();
            Ok(Broken::told(call.clone()).mended_by(|lab| Ok(lab.world.postgres.restart()?)))
        }),
        fault("too many clients", |lab, call| {
            instead(lab, call, Manner::Postgres("53300", "sorry, too many clients already"))
        }),
        fault("starting", |lab, call| {
            instead(lab, call, Manner::Postgres("57P03", "the database system is starting up"))
        }),
        Fault { slow: true, ..fault("silent", |lab, call| instead(lab, call, Manner::Silence)) },
    ]
}

/// Nobody is asked for a password.
fn trusting() -> Fault {
    let break_it = |lab: &Lab, call: &Check| {
        lab.world.postgres.ask_for_passwords("trust", &lab.world.names.user)?;
        Ok(Broken::told(call.clone()).mended_by(|lab| {
            lab.world.postgres.ask_for_passwords("scram-sha-256", &lab.world.names.user)
        }))
    };
    Fault { name: "trusts everyone", slow: false, break_it }
}

/// Whoever looks may not.
fn closed() -> Vec<Fault> {
    let fault = |name, break_it| Fault { name, slow: false, break_it };
    vec![
        fault("wrong password", |_, call| Ok(Broken::told(call.set("PGPASSWORD", "another-word")))),
        fault("no password", |_, call| Ok(Broken::told(call.unset("PGPASSWORD")))),
        fault("catalog forbidden", |lab, call| {
            without(
                lab,
                call,
                &[
                    "pg_catalog.pg_roles",
                    "pg_catalog.pg_database",
                    "pg_catalog.pg_class",
                    "pg_catalog.pg_namespace",
                    "pg_catalog.pg_extension",
                    "pg_catalog.pg_proc",
                    "pg_catalog.pg_default_acl",
                ],
            )
        }),
        fault("connecting forbidden", |lab, call| {
            let databases = "DATABASE postgres, template1, kinds";
            everywhere(lab, &format!("REVOKE CONNECT ON {databases} FROM PUBLIC"))?;
            Ok(Broken::told(call.clone()).mended_by(move |lab| {
                everywhere(lab, &format!("GRANT CONNECT ON {databases} TO PUBLIC"))
            }))
        }),
    ]
}

fn instead(lab: &Lab, call: &Check, manner: Manner) -> Done<Broken> {
    lab.world.postgres.stop();
    let stand_in = StandIn::at(lab.world.postgres.socket, manner)?;
    let broken = Broken::told(call.clone()).with(stand_in);
    Ok(broken.mended_by(|lab| lab.world.postgres.back()))
}
