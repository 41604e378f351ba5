//! `leases-and-static-roles`: credentials are read and taken back, and an account's password is kept.

use std::path::Path;

use serde_json::json;

use super::row::{Row, row};
use super::{Course, Walk, at_random, challenge, under_other_names};
use crate::lab::Lab;
use crate::prng::Prng;
use crate::wait::Done;
use crate::world::Names;

pub(super) const SLUG: &str = "leases-and-static-roles";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done", |lab| at(lab, &[], &DONE)),
    ("forgot_the_helpers", |lab| at(lab, &[1, 2, 3, 4, 5, 6], &FORGOT_THE_HELPERS)),
    ("under_other_names", renamed),
];

/// - 3 and 6 write the same static role: 6 replaces its period, and the rest of 3 still holds. What the password
///   is (4) and that it was changed (5) is not claimed.
/// - The helpers' leases (7) and the stall (10) are there from the start.
/// - The auditor's lease is made by 8 and taken back by 9. Without one, that it is gone cannot be told: `.`.
const DONE: [Row; 11] = [
    row(0, "FFF--FFF.F", 1),
    row(1, "PFF--FFF.F", 2),
    row(2, "PPF--FFF.F", 3),
    row(3, "PPP--FFF.F", 6),
    row(4, "PPP--FFF.F", 6),
    row(5, "PPP--FFF.F", 6),
    row(6, "PPP--PFF.F", 7),
    row(7, "PPP--PPF.F", 8),
    row(8, "PPP--PPPFF", 9),
    row(9, "PPP--PPP.F", 10),
    row(10, "PPP--PPP.P", 0),
];

/// That the auditor's lease was taken back does not take back theirs.
const FORGOT_THE_HELPERS: [Row; 3] =
    [row(8, "PPP--PFPFF", 7), row(9, "PPP--PFP.F", 7), row(10, "PPP--PFP.P", 7)];

/// What the text takes for granted.
struct Granted<'a> {
    connection: &'a str,
    /// The role of the helpers.
    helper: &'a str,
    /// The account of the till.
    till: &'a str,
    /// The static role of the stall.
    stall: &'a str,
}

fn at(lab: &mut Lab, quietly: &[usize], rows: &[Row]) -> Done<()> {
    let granted = Granted { connection: "shop", helper: "helper", till: "till", stall: "stall" };
    walk(lab, Names::of_the_seed(), &granted, &challenge(SLUG), (quietly, rows))
}

fn renamed(lab: &mut Lab) -> Done<()> {
    at_random(|prng| {
        let words: [String; 4] = std::array::from_fn(|_| prng.word());
        let path = under_other_names(lab, SLUG, replacements(&words, prng))?;
        let [connection, helper, till, stall] = &words;
        let granted = Granted { connection, helper, till, stall };
        walk(lab, Names::at_random(prng), &granted, &path, (&[], &DONE))
    })
}

fn replacements(words: &[String; 4], prng: &mut Prng) -> Vec<(&'static str, String)> {
    let [connection, helper, till, stall] = words;
    vec![
        ("db_name=shop", format!("db_name={connection}")),
        ("username=till", format!("username={till}")),
        ("/clerk", format!("/{}", prng.word())),
        ("/till", format!("/{}", prng.word())),
        ("/helper", format!("/{helper}")),
        ("/auditor", format!("/{}", prng.word())),
        ("/stall", format!("/{stall}")),
        ("default_ttl=1h", format!("default_ttl={}m", prng.between(30, 90))),
        ("max_ttl=24h", format!("max_ttl={}h", prng.between(2, 30))),
        ("rotation_period=24h", format!("rotation_period={}h", prng.between(20, 40))),
        ("rotation_period=12h", format!("rotation_period={}h", prng.between(2, 18))),
        ("max_ttl=20m", format!("max_ttl={}m", prng.between(15, 40))),
    ]
}

fn walk(
    lab: &mut Lab,
    names: Names,
    granted: &Granted<'_>,
    challenge: &Path,
    (quietly, rows): (&[usize], &[Row]),
) -> Done<()> {
    lab.renew(names)?;
    start(lab, granted)?;
    let course =
        Course { challenge, quietly, rows, refused: None, thorough: &[6, 10], secrets: &["-word"] };
    course.walk(lab)
}

/// A connection, two accounts, a role of which credentials were read, and a static role.
fn start(lab: &Lab, granted: &Granted<'_>) -> Done<()> {
    let (vault, postgres) = (&lab.world.vault, &lab.world.postgres);
    let Granted { connection, helper, till, stall } = granted;
    for account in [till, stall] {
        let sql = format!("CREATE ROLE \"{account}\" LOGIN PASSWORD 'first-word'");
        postgres.sql("postgres", &sql)?;
    }
    super::connect(lab, connection)?;
    let sql = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}';";
    let role = json!({ "db_name": connection, "creation_statements": sql, "default_ttl": "2h" });
    vault.write(&format!("database/roles/{helper}"), &role)?;
    for _ in 0..2 {
        vault.read(&format!("database/creds/{helper}"))?;
    }
    let role = json!({ "db_name": connection, "username": stall, "rotation_period": "24h" });
    Ok(vault.write(&format!("database/static-roles/{stall}"), &role).map(drop)?)
}
