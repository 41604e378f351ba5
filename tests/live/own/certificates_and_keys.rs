//! `certificates-and-keys`: an authority and its roles, a key that is rotated, a code, and a key that goes.

use std::path::Path;

use serde_json::{Value, json};

use super::row::{Row, row};
use super::{Course, Walk, at_random, challenge, under_other_names};
use crate::lab::Lab;
use crate::prng::Prng;
use crate::wait::Done;
use crate::world::Names;

pub(super) const SLUG: &str = "certificates-and-keys";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done", |lab| at(lab, &[], &DONE)),
    ("forgot_the_addresses", |lab| at(lab, &[1, 2, 4, 5, 6], &FORGOT_THE_ADDRESSES)),
    ("under_other_names", renamed),
];

/// Nothing is undone later. 6 writes the role of 4 anew, with another time: nothing of 4 is left to hold. That a
/// certificate was issued (5), an order encrypted (8) and the key rotated (9) leaves nothing that is claimed; 10
/// could not be done without 9.
const DONE: [Row; 13] = [
    row(0, "FFFF-FF--FFF", 1),
    row(1, "PFFF-FF--FFF", 2),
    row(2, "PPFF-FF--FFF", 3),
    row(3, "PPPF-FF--FFF", 4),
    row(4, "PPPP-FF--FFF", 6),
    row(5, "PPPP-FF--FFF", 6),
    row(6, "PPPo-PF--FFF", 7),
    row(7, "PPPo-PP--FFF", 10),
    row(8, "PPPo-PP--FFF", 10),
    row(9, "PPPo-PP--FFF", 10),
    row(10, "PPPo-PP--PFF", 11),
    row(11, "PPPo-PP--PPF", 12),
    row(12, "PPPo-PP--PPP", 0),
];

/// Certificates are issued all the same, and none of them says where to ask.
const FORGOT_THE_ADDRESSES: [Row; 2] = [row(7, "PPFo-PP--FFF", 3), row(12, "PPFo-PP--FFP", 3)];

/// The engine of the old shop, and its key.
type Old<'a> = (&'a str, &'a str);

fn at(lab: &mut Lab, quietly: &[usize], rows: &[Row]) -> Done<()> {
    walk(lab, ("transit-old", "receipts"), &challenge(SLUG), (quietly, rows))
}

/// The old engine is still called one of transit: this text does not enable it.
fn renamed(lab: &mut Lab) -> Done<()> {
    at_random(|prng| {
        let (old, key) = (format!("transit-{}", prng.word()), prng.word());
        let path = under_other_names(lab, SLUG, replacements((&old, &key), prng))?;
        walk(lab, (&old, &key), &path, (&[], &DONE))
    })
}

/// The longer comes before its own beginning.
fn replacements((old, key): Old<'_>, prng: &mut Prng) -> Vec<(&'static str, String)> {
    vec![
        ("transit-old/keys/receipts", format!("{old}/keys/{key}")),
        ("papers", prng.word()),
        ("locks", prng.word()),
        ("codes", prng.word()),
        ("Root of the shop", format!("{} {}", prng.word(), prng.word())),
        ("root-of-the-shop", prng.word()),
        ("shop.test", format!("{}.test", prng.word())),
        ("/tills", format!("/{}", prng.word())),
        ("/orders", format!("/{}", prng.word())),
        ("keys/safe", format!("keys/{}", prng.word())),
        ("account_name=safe", format!("account_name={}", prng.word())),
        ("issuer=Shop", format!("issuer={}", prng.word())),
        ("max_ttl=72h", format!("max_ttl={}h", prng.between(60, 90))),
        ("max_ttl=48h", format!("max_ttl={}h", prng.between(25, 55))),
        ("=8760h", format!("={}h", prng.between(100, 9000))),
        ("period=60", format!("period={}", prng.between(15, 90))),
    ]
}

fn walk(
    lab: &mut Lab,
    (old, key): Old<'_>,
    challenge: &Path,
    (quietly, rows): (&[usize], &[Row]),
) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    let vault = &lab.world.vault;
    vault.write(&format!("sys/mounts/{old}"), &json!({ "type": "transit" }))?;
    vault.write(&format!("{old}/keys/{key}"), &Value::Null)?;
    vault.write(&format!("{old}/keys/{key}/config"), &json!({ "deletion_allowed": true }))?;
    let course =
        Course { challenge, quietly, rows, refused: None, thorough: &[6, 12], secrets: &[] };
    course.walk(lab)
}
