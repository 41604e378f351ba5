//! `roles-and-grants`: a database with its roles, tables, rows and privileges.

use std::path::Path;

use super::row::{Row, row};
use super::{Course, Walk, at_random, under_other_names};
use crate::check::Check;
use crate::contract::letters;
use crate::fences::fences;
use crate::lab::Lab;
use crate::prng::Prng;
use crate::stand_in::{Manner, StandIn};
use crate::wait::Done;
use crate::walk::{Input, Session};
use crate::world::Names;

pub(super) const SLUG: &str = "roles-and-grants";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done", |lab| at(lab, &DONE)),
    ("forgot_the_grants", |lab| at(lab, &FORGOT_THE_GRANTS)),
    ("under_other_names", renamed),
    ("nothing_is_seen_where_postgres_is_not", |lab| not_seen(lab)),
];

/// - 1 only sets variables.
/// - Without the database (2) nothing of it is there: 4 to 7 fail by what the text itself makes.
/// - 8 takes away what 5 and 6 gave, and what was not there before them. While there is no table it
///   is not seen, for a table that is not made yet has never held what is to be gone; until 5 has
///   been done it cannot be told, and as soon as it has been done again not.
/// - What 7 changes of a row of 5 is not held against 5: the third row stays as it is.
/// - 9 takes away a role that was there from the start, so it fails until it is done.
const DONE: [Row; 10] = [
    row(0, "-FFFFFF?F", 2),
    row(1, "-FFFFFF?F", 2),
    row(2, "-PFFFFF?F", 3),
    row(3, "-PPFFFF?F", 4),
    row(4, "-PPPFFF.F", 5),
    row(5, "-PPPPFFFF", 6),
    row(6, "-PPPPPFFF", 7),
    row(7, "-PPPPPPFF", 8),
    row(8, "-PPPPPP.F", 9),
    row(9, "-PPPPPP.P", 0),
];

/// Without 6: what 8 takes away of it is overtaken, and the rest stays *here* to the end.
const FORGOT_THE_GRANTS: [Row; 8] = [
    row(1, "-FFFFFF?F", 2),
    row(2, "-PFFFFF?F", 3),
    row(3, "-PPFFFF?F", 4),
    row(4, "-PPPFFF.F", 5),
    row(5, "-PPPPFFFF", 6),
    row(7, "-PPPPFPFF", 6),
    row(8, "-PPPPFP.F", 6),
    row(9, "-PPPPFP.P", 6),
];

fn at(lab: &mut Lab, rows: &[Row]) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    let path = under_other_names(lab, SLUG, whereabouts(lab))?;
    walk(lab, "former_clerk", "till-4711", &path, rows)
}

/// Where this lab's Postgres listens, and as whom it is ruled.
fn whereabouts(lab: &Lab) -> Vec<(&'static str, String)> {
    let (socket, names) = (lab.world.postgres.socket, &lab.world.names);
    vec![
        ("PGHOST=127.0.0.1", format!("PGHOST={}", socket.ip())),
        ("PGPORT=5432", format!("PGPORT={}", socket.port())),
        ("PGUSER=postgres", format!("PGUSER={}", names.user)),
        ("PGPASSWORD=password", format!("PGPASSWORD={}", names.password)),
    ]
}

fn renamed(lab: &mut Lab) -> Done<()> {
    at_random(|prng| {
        lab.renew(Names::at_random(prng))?;
        let words: [String; 10] = std::array::from_fn(|_| prng.word());
        let mut names = whereabouts(lab);
        names.extend(replacements(&words, prng));
        let path = under_other_names(lab, SLUG, names)?;
        walk(lab, &words[0], &words[1], &path, &DONE)
    })
}

/// The longer comes before its own beginning.
fn replacements(words: &[String; 10], prng: &mut Prng) -> Vec<(&'static str, String)> {
    let [former, password, database, schema, table, reader, clerk, item, kettle, remark] = words;
    let limit = prng.between(2, 9);
    vec![
        ("former_clerk", former.clone()),
        ("till-4711", password.clone()),
        ("createdb shop", format!("createdb {database}")),
        ("-d shop", format!("-d {database}")),
        ("orders_by_item", prng.word()),
        ("sales", schema.clone()),
        (".orders", format!(".{table}")),
        ("ROLE reader", format!("ROLE {reader}")),
        ("TO reader", format!("TO {reader}")),
        ("GRANT reader TO clerk", format!("GRANT {reader} TO {clerk}")),
        ("ROLE clerk", format!("ROLE {clerk}")),
        ("TO clerk", format!("TO {clerk}")),
        ("FROM clerk", format!("FROM {clerk}")),
        ("LIMIT 5", format!("LIMIT {limit}")),
        ("(item)", format!("({item})")),
        ("item varchar", format!("{item} varchar")),
        ("SELECT item", format!("SELECT {item}")),
        ("id, item", format!("id, {item}")),
        ("kettle'", format!("{kettle}'")),
        ("remark text", format!("{remark} text")),
    ]
}

/// The text takes the former clerk for granted, and a server that has nothing of the rest.
fn walk(lab: &Lab, former: &str, password: &str, path: &Path, rows: &[Row]) -> Done<()> {
    lab.world.postgres.sql("postgres", &format!("CREATE ROLE \"{former}\" LOGIN"))?;
    let secrets = &[password];
    Course { challenge: path, quietly: &[], rows, refused: None, thorough: &[4, 9], secrets }
        .walk(lab)
}

/// All of it done, and then Postgres is away, full, not ready, silent, or shows nobody its catalog: every
/// claim of every kind is unknown, and none passes or fails.
fn not_seen(lab: &mut Lab) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    let path = under_other_names(lab, SLUG, whereabouts(lab))?;
    let postgres = &lab.world.postgres;
    postgres.sql("postgres", "CREATE ROLE former_clerk LOGIN")?;
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let mut session = Session::start(lab)?;
    for fence in fences(&text) {
        let ran = session.run(&fence, &Input::default())?;
        if ran.code != 0 {
            return Err(format!("line {}: {ran:?}", fence.line));
        }
    }
    let call = Check::new(lab, &path).secret("till-4711");
    let blind = |what: &str| blind(&call, what);
    // A superuser reads whatever is forbidden.
    let user = &lab.world.names.user;
    let forbid = [
        format!("ALTER ROLE \"{user}\" NOSUPERUSER"),
        format!(
            "REVOKE SELECT ON pg_catalog.pg_roles, pg_catalog.pg_database, pg_catalog.pg_class, \
             pg_catalog.pg_namespace, pg_catalog.pg_extension, pg_catalog.pg_proc \
             FROM PUBLIC, \"{user}\""
        ),
    ];
    for database in ["postgres", "shop"] {
        forbid.iter().try_for_each(|statement| postgres.sql(database, statement).map(drop))?;
    }
    blind("the catalog is forbidden")?;
    postgres.stop();
    blind("Postgres is down")?;
    for (state, message) in [
        ("53300", "sorry, too many clients already"),
        ("57P03", "the database system is starting up"),
    ] {
        let _stand_in = StandIn::at(postgres.socket, Manner::Postgres(state, message))?;
        blind(state)?;
    }
    let _stand_in = StandIn::at(postgres.socket, Manner::Silence)?;
    blind("Postgres is silent")
}

fn blind(call: &Check, what: &str) -> Done<()> {
    let report = call.json()?;
    let found = letters(&report.json);
    if report.run.code == Some(3) && found == "-????????" {
        return Ok(());
    }
    Err(format!("{what}: exit {:?}, {found}\n{}", report.run.code, report.run))
}
