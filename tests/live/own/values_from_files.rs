//! `values-from-files`: values, secrets and rules that do not stand on the command line.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::row::{Row, row};
use super::{Course, Walk, at_random, challenge, under_other_names};
use crate::lab::Lab;
use crate::prng::Prng;
use crate::wait::{Done, until};
use crate::world::Names;

pub(super) const SLUG: &str = "values-from-files";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done", |lab| at(lab, &[], &DONE)),
    ("forgot_to_take_the_owner_out", |lab| {
        at(lab, &[1, 2, 3, 4, 5], &FORGOT_TO_TAKE_THE_OWNER_OUT)
    }),
    ("under_other_names", renamed),
];

/// 5 and 6 change a value of 4 each, and the third still holds. That nobody owns the shelf (6) is as it was before 4:
/// once done, it cannot be told, while the tray (9) had an owner from the start. The files are on the learner's
/// host, of which nothing is asked here.
const DONE: [Row; 10] = [
    row(0, "FFFFFFFFF", 1),
    row(1, "PFFFFFFFF", 2),
    row(2, "PPFFFFFFF", 3),
    row(3, "PPPFFFFFF", 4),
    row(4, "PPPPFFFFF", 5),
    row(5, "PPPPPFFFF", 6),
    row(6, "PPPPP.FFF", 7),
    row(7, "PPPPP.PFF", 8),
    row(8, "PPPPP.PPF", 9),
    row(9, "PPPPP.PPP", 0),
];

const FORGOT_TO_TAKE_THE_OWNER_OUT: [Row; 3] =
    [row(7, "PPPPPFPFF", 6), row(8, "PPPPPFPPF", 6), row(9, "PPPPPFPPP", 6)];

fn at(lab: &mut Lab, quietly: &[usize], rows: &[Row]) -> Done<()> {
    let secrets = ["two coffees", "next to the window"];
    walk(lab, ("cupboard/tray", "owner"), &challenge(SLUG), &secrets, (quietly, rows))
}

fn renamed(lab: &mut Lab) -> Done<()> {
    at_random(|prng| {
        let secrets: [String; 5] = std::array::from_fn(|_| prng.word());
        let (tray, owner) = ([prng.word(), prng.word()].join("/"), prng.word());
        let names = replacements((&tray, &owner), &secrets, prng);
        let path = under_other_names(lab, SLUG, names)?;
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        walk(lab, (&tray, &owner), &path, &secrets, (&[], &DONE))
    })
}

/// The longer comes before its own beginning.
fn replacements(
    (tray, owner): (&str, &str),
    secrets: &[String; 5],
    prng: &mut Prng,
) -> Vec<(&'static str, String)> {
    let [coffees, window, low, high, kim] = secrets;
    vec![
        ("cupboard/tray", tray.to_owned()),
        ("drawer", prng.word()),
        ("receipts", prng.word()),
        ("receipt", prng.word()),
        ("two coffees", coffees.clone()),
        ("next to the window", window.clone()),
        ("safe", prng.word()),
        ("place", prng.word()),
        ("shelf", prng.word()),
        ("label", prng.word()),
        ("height", prng.word()),
        ("owner", owner.to_owned()),
        ("low\"", format!("{low}\"")),
        ("=high", format!("={high}")),
        ("kim", kim.clone()),
        ("words", prng.word()),
        ("length = 24", format!("length = {}", prng.between(20, 40))),
    ]
}

fn walk(
    lab: &mut Lab,
    (tray, owner): (&str, &str),
    challenge: &Path,
    secrets: &[&str],
    (quietly, rows): (&[usize], &[Row]),
) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    let (engine, name) = tray.split_once('/').unwrap_or_default();
    let vault = &lab.world.vault;
    let versions = json!({ "type": "kv", "options": { "version": "2" } });
    vault.write(&format!("sys/mounts/{engine}"), &versions)?;
    let values = json!({ "data": { owner: "robin", "size": "small" } });
    until("the new engine takes a secret", Duration::from_secs(10), || {
        vault.write(&format!("{engine}/data/{name}"), &values).map(drop)
    })?;
    Course { challenge, quietly, rows, refused: None, thorough: &[9], secrets }.walk(lab)
}
