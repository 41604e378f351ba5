//! `kv-versions`: versions of one secret come and go; engines are tuned and moved.

use std::path::Path;

use serde_json::Value;

use super::row::{Row, row};
use super::{Course, Walk, at_random, challenge, under_other_names};
use crate::lab::Lab;
use crate::prng::Prng;
use crate::wait::Done;

pub(super) const SLUG: &str = "kv-versions";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done", |lab| at(lab, &[], &DONE)),
    ("forgot_to_undelete", |lab| at(lab, &[1, 2, 3, 4, 5, 6], &FORGOT_TO_UNDELETE)),
    ("forgot_to_destroy", |lab| at(lab, &[1, 2, 3, 4, 5, 6, 7], &FORGOT_TO_DESTROY)),
    ("under_other_names", renamed),
];

/// By the timeline's rules:
///
/// - While the engine (1) or the secret (2) is missing, nothing is told of its versions: 6, 7 and 8 are `.`. That
///   the leaflet is gone (10, 11) is `?` without an engine: an absence that comes from what should hold it.
/// - 3 writes the secret anew: nothing is left of 2. 4 changes one of its two values: 3 still holds.
/// - 6 deletes versions 1 and 2, and 7 brings 2 back, which then is as it was: nothing to tell of 7. Version 1
///   stays deleted, so that 6 passes to the end; destroyed (8), it is not to be read either.
/// - While version 2 is not written, 6 and 7 fail: it is neither deleted nor there.
/// - The leaflet of 9 is gone by 10, as it was at first: `.`, but for 9 as soon as 12 shows that the learner has
///   come further. 11 looks at that absence.
/// - The note of 14 is not there at first and not at the end: while it is missing, nothing is told of it.
/// - The drafts of 13 and 14 are gone from their first place by 15, which its other half shows.
const DONE: [Row; 16] = [
    row(0, "FFFFF....??F..F", 1),
    row(1, "PFFFF......F..F", 2),
    row(2, "PPFFFFFF...F..F", 3),
    row(3, "PoPFFF.F...F..F", 4),
    row(4, "PoPPFF.F...F..F", 5),
    row(5, "PoPPPF.F...F..F", 6),
    row(6, "PoPPPPFF...F..F", 7),
    row(7, "PoPPPP.F...F..F", 8),
    row(8, "PoPPPP.P...F..F", 12),
    row(9, "PoPPPP.PPFFF..F", 10),
    row(10, "PoPPPP.P...F..F", 12),
    row(11, "PoPPPP.P...F..F", 12),
    row(12, "PoPPPP.Po..P..F", 15),
    row(13, "PoPPPP.Po..PP.F", 15),
    row(14, "PoPPPP.Po..PPPF", 15),
    row(15, "PoPPPP.Po..PooP", 0),
];

/// Without 7: version 2 stays deleted, which nothing later replaces.
const FORGOT_TO_UNDELETE: [Row; 2] = [row(8, "PoPPPPFP...F..F", 7), row(12, "PoPPPPFPo..P..F", 7)];

/// Without 8: version 1 is deleted and not destroyed. That 12 was done does not excuse it.
const FORGOT_TO_DESTROY: [Row; 3] =
    [row(9, "PoPPPP.FPFFF..F", 8), row(10, "PoPPPP.F...F..F", 8), row(12, "PoPPPP.Fo..P..F", 8)];

/// The engines that the text makes, and what its reports must not tell.
struct Words<'a> {
    engines: [&'a str; 3],
    secrets: [&'a str; 4],
}

fn at(lab: &mut Lab, quietly: &[usize], rows: &[Row]) -> Done<()> {
    let words = Words {
        engines: ["shop", "drafts", "shelf"],
        secrets: ["trial-key", "real-key", "hello", "soon"],
    };
    walk(lab, &words, &challenge(SLUG), (quietly, rows))
}

fn renamed(lab: &mut Lab) -> Done<()> {
    at_random(|prng| {
        let words: [String; 16] = std::array::from_fn(|_| prng.word());
        let path = under_other_names(lab, SLUG, replacements(&words, prng))?;
        let [shop, drafts, shelf, trial, real, hello, soon, ..] = &words;
        let words = Words { engines: [shop, drafts, shelf], secrets: [trial, real, hello, soon] };
        walk(lab, &words, &path, (&[], &DONE))
    })
}

fn replacements(words: &[String; 16], prng: &mut Prng) -> Vec<(&'static str, String)> {
    let [shop, drafts, shelf, trial, real, hello, soon, rest @ ..] = words;
    let [payment, leaflet, note, key, owner, kim, robin, team, till] = rest;
    vec![
        ("-path=shop", format!("-path={shop}")),
        ("-mount=shop", format!("-mount={shop}")),
        ("shop/", format!("{shop}/")),
        ("2h shop", format!("{}h {shop}", prng.between(2, 20))),
        ("payment", payment.clone()),
        ("leaflet", leaflet.clone()),
        ("key=trial-key", format!("{key}={trial}")),
        ("key=real-key", format!("{key}={real}")),
        ("owner=kim", format!("{owner}={kim}")),
        ("owner=robin", format!("{owner}={robin}")),
        ("team=till", format!("{team}={till}")),
        ("max-versions=5", format!("max-versions={}", prng.between(4, 9))),
        ("text=hello", format!("{key}={hello}")),
        ("text=soon", format!("{owner}={soon}")),
        ("keys of the till", format!("{team} {till}")),
        ("drafts", drafts.clone()),
        ("shelf", shelf.clone()),
        ("note", note.clone()),
    ]
}

/// `steps` are those done without a look, and the rows that follow.
fn walk(
    lab: &Lab,
    words: &Words<'_>,
    challenge: &Path,
    (quietly, rows): (&[usize], &[Row]),
) -> Done<()> {
    // A walk that failed may have left its own behind.
    clear(lab, words)?;
    let secrets = &words.secrets;
    let thorough = &[5, 12, 15];
    Course { challenge, quietly, rows, refused: Some(11), thorough, secrets }.walk(lab)?;
    clear(lab, words)
}

fn clear(lab: &Lab, words: &Words<'_>) -> Done<()> {
    Ok(words.engines.iter().try_for_each(|engine| {
        let path = format!("sys/mounts/{engine}");
        lab.world.vault.request("DELETE", &path, &Value::Null).map(drop)
    })?)
}
