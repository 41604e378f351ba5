//! `move-to-a-new-namespace`: a namespace is deleted with what it holds.

use std::path::Path;

use serde_json::json;

use super::row::{Row, row};
use super::{Course, Walk, at_random, challenge, under_other_names};
use crate::lab::Lab;
use crate::wait::Done;
use crate::world::deployment;

pub(super) const SLUG: &str = "move-to-a-new-namespace";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done", |lab| at(lab, &DONE, Some(6))),
    ("forgot_to_scale", |lab| at(lab, &FORGOT_TO_SCALE, Some(6))),
    ("forgot_the_service", |lab| at(lab, &FORGOT_THE_SERVICE, Some(6))),
    ("forgot_to_clean_up", |lab| at(lab, &FORGOT_TO_CLEAN_UP, None)),
    ("under_other_names", renamed),
];

/// - 1 only reads: no claim.
/// - 2 changes what 5 takes away with its namespace: from then on it is overtaken. The Deployment
///   was there before step 1 and is not at the end, so this is not a text that comes round.
/// - The namespace of 4 is one that the text makes itself (3): while it is missing, what it is to
///   hold is missing, and that is the learner's to do: fail, not unknown.
/// - 6 confirms 5 and holds with it.
const DONE: [Row; 7] = [
    row(0, "-FFFFF", 2),
    row(1, "-FFFFF", 2),
    row(2, "-PFFFF", 3),
    row(3, "-PPFFF", 4),
    row(4, "-PPPFF", 5),
    row(5, "-oPPPP", 0),
    row(6, "-oPPPP", 0),
];

/// Without 2. It is replaced by 5, and as soon as a changing claim of a later step holds (3), the
/// rule says overtaken: the learner is not sent back to scale what is about to be deleted.
const FORGOT_TO_SCALE: [Row; 5] = [
    row(1, "-FFFFF", 2),
    row(3, "-oPFFF", 4),
    row(4, "-oPPFF", 5),
    row(5, "-oPPPP", 0),
    row(6, "-oPPPP", 0),
];

/// Without 4, which nothing replaces: it stays *here* whatever is done after it.
const FORGOT_THE_SERVICE: [Row; 5] = [
    row(1, "-FFFFF", 2),
    row(2, "-PFFFF", 3),
    row(3, "-PPFFF", 4),
    row(5, "-oPFPP", 4),
    row(6, "-oPFPP", 4),
];

/// Without 5: looking (6) changes nothing, and the namespace is still there.
const FORGOT_TO_CLEAN_UP: [Row; 5] = [
    row(1, "-FFFFF", 2),
    row(2, "-PFFFF", 3),
    row(3, "-PPFFF", 4),
    row(4, "-PPPFF", 5),
    row(6, "-PPPFF", 5),
];

fn at(lab: &mut Lab, rows: &[Row], refused: Option<usize>) -> Done<()> {
    walk(lab, ["shop-trial", "shop", "web"], &challenge(SLUG), rows, refused)
}

fn renamed(lab: &mut Lab) -> Done<()> {
    at_random(|prng| {
        let words: [String; 6] = std::array::from_fn(|_| prng.word());
        let [old, new, web, settings, image, mode] = &words;
        let copies = prng.between(3, 6);
        let names = vec![
            ("namespace shop-trial", format!("namespace {old}")),
            ("-n shop-trial", format!("-n {old}")),
            ("namespace shop", format!("namespace {new}")),
            ("-n shop", format!("-n {new}")),
            ("deployment web", format!("deployment {web}")),
            ("configmap web-settings", format!("configmap {settings}")),
            ("mode=live", format!("{mode}={image}")),
            ("nginx:1.28", format!("{image}:{copies}.1")),
            ("replicas=2", format!("replicas={copies}")),
        ];
        let path = under_other_names(lab, SLUG, names)?;
        walk(lab, [old, new, web], &path, &DONE, Some(6))
    })
}

/// The text takes the old namespace with its Deployment for granted. Vault and Postgres have no
/// part in it: the world of the walk before stays.
fn walk(
    lab: &Lab,
    [old, new, web]: [&str; 3],
    challenge: &Path,
    rows: &[Row],
    refused: Option<usize>,
) -> Done<()> {
    let clear = || lab.kubernetes.kubectl(&["delete", "namespace", old, new, "--ignore-not-found"]);
    // A walk that failed may have left its own behind.
    clear()?;
    lab.kubernetes.apply(&json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": old },
    }))?;
    lab.kubernetes.apply(&deployment(web, old))?;
    lab.kubernetes.apply(&json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "left-over", "namespace": old }, "data": { "mode": "trial" },
    }))?;
    Course { challenge, quietly: &[], rows, refused, thorough: &[0, 5], secrets: &[] }.walk(lab)?;
    Ok(clear().map(drop)?)
}
