//! `deployment-life`: a Deployment grows, changes and restarts in a namespace of its own; an old one goes.

use std::path::Path;

use serde_json::{Value, json};

use super::row::{Row, row};
use super::{Course, Walk, at_random, challenge, under_other_names};
use crate::lab::Lab;
use crate::prng::Prng;
use crate::wait::Done;
use crate::world::{Names, deployment};

pub(super) const SLUG: &str = "deployment-life";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done", |lab| at_usual_names(lab, &[], &DONE)),
    ("forgot_to_scale", |lab| at_usual_names(lab, &[1, 2, 3, 4, 5], &FORGOT_TO_SCALE)),
    ("forgot_to_restart", |lab| at_usual_names(lab, &[1, 2, 3, 4, 5, 6], &FORGOT_TO_RESTART)),
    ("under_other_names", renamed),
];

/// By the timeline's rules:
///
/// - On the untouched lab the namespace is not there. The text itself makes it, so what it holds is
///   seen to be missing: all of it fails, and so does 9, whose Deployment and Service are still there.
/// - 10 only confirms what 9 did: it stands and falls with it.
/// - 6 replaces the number of copies that 3 names, and 7 its image. The Deployment itself still
///   stands, so 3 stays a pass; and 2 stays one, though 8 replaces one of its words.
const DONE: [Row; 11] = [
    row(0, "FFFFFFFFFF", 1),
    row(1, "PFFFFFFFFF", 2),
    row(2, "PPFFFFFFFF", 3),
    row(3, "PPPFFFFFFF", 4),
    row(4, "PPPPFFFFFF", 5),
    row(5, "PPPPPFFFFF", 6),
    row(6, "PPPPPPFFFF", 7),
    row(7, "PPPPPPPFFF", 8),
    row(8, "PPPPPPPPFF", 9),
    row(9, "PPPPPPPPPP", 0),
    row(10, "PPPPPPPPPP", 0),
];

/// Nothing replaces the three copies: they are asked for to the end.
const FORGOT_TO_SCALE: [Row; 4] = [
    row(7, "PPPPPFPFFF", 6),
    row(8, "PPPPPFPPFF", 6),
    row(9, "PPPPPFPPPP", 6),
    row(10, "PPPPPFPPPP", 6),
];

/// The words are still the old ones, and no template has been stamped with a restart.
const FORGOT_TO_RESTART: [Row; 2] = [row(7, "PPPPPPPFFF", 8), row(9, "PPPPPPPFPP", 8)];

fn at_usual_names(lab: &mut Lab, quietly: &[usize], rows: &[Row]) -> Done<()> {
    let names = ("market", "stall");
    walk(lab, Names::of_the_seed(), names, &challenge(SLUG), (quietly, rows))
}

/// The same table under names that no program can know, in a namespace that the context names.
fn renamed(lab: &mut Lab) -> Done<()> {
    at_random(|prng| {
        let words: [String; 9] = std::array::from_fn(|_| prng.word());
        let path = under_other_names(lab, SLUG, replacements(&words, prng))?;
        let [market, stall, ..] = &words;
        walk(lab, Names::at_random(prng), (market, stall), &path, (&[], &DONE))
    })
}

/// The longer comes before its own beginning.
fn replacements(words: &[String; 9], prng: &mut Prng) -> Vec<(&'static str, String)> {
    let [market, stall, shop, greeting, modest, image, hello, bye, mark] = words;
    vec![
        ("namespace market", format!("namespace {market}")),
        ("namespace: market", format!("namespace: {market}")),
        ("-n market", format!("-n {market}")),
        ("deployment stall", format!("deployment {stall}")),
        ("deployment shop", format!("deployment {shop}")),
        ("deployment/shop", format!("deployment/{shop}")),
        ("service shop", format!("service {shop}")),
        ("configmap/greeting", format!("configmap/{greeting}")),
        ("configmap greeting", format!("configmap {greeting}")),
        ("name: greeting", format!("name: {greeting}")),
        ("name: modest", format!("name: {modest}")),
        ("nginx:1.27", format!("{image}:{}", prng.word())),
        ("nginx=nginx:1.28", format!("{image}={image}:{}", prng.word())),
        ("hello: Come in", format!("{hello}: {}", prng.word())),
        ("\"hello\":\"Come in, we are open\"", format!("\"{hello}\":\"{}\"", prng.word())),
        ("bye: See you", format!("{bye}: {} {}", prng.word(), prng.word())),
        ("stand=old", format!("stand={stall}")),
        ("tier=front", format!("{mark}={}", prng.word())),
        ("replicas=2", "replicas=1".to_owned()),
        ("replicas=3", format!("replicas={}", prng.between(2, 5))),
        ("port=80 ", format!("port={} ", prng.between(81, 8000))),
        ("cpu: 500m", format!("cpu: {}m", 1000 * prng.between(1, 4))),
    ]
}

/// `quietly` are the steps that are done without a look, `rows` those that follow.
fn walk(
    lab: &mut Lab,
    names: Names,
    (market, stall): (&str, &str),
    challenge: &Path,
    (quietly, rows): (&[usize], &[Row]),
) -> Done<()> {
    lab.renew(names)?;
    clear(lab, market, stall)?;
    let namespace = lab.world.names.in_namespace().to_owned();
    lab.kubernetes.apply(&deployment(stall, &namespace))?;
    lab.kubernetes.apply(&address(stall, &namespace))?;
    let thorough: &[usize] = &[0];
    Course { challenge, quietly, rows, refused: None, thorough, secrets: &[] }.walk(lab)?;
    clear(lab, market, stall)
}

/// A Service of the old stall, by whose label the text finds it.
fn address(stall: &str, namespace: &str) -> Value {
    let stand = if stall == "stall" { "old" } else { stall };
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": "way", "namespace": namespace, "labels": { "stand": stand } },
        "spec": { "selector": { "app": stall }, "ports": [{ "port": 80 }] },
    })
}

/// A walk that failed may have left its own behind.
fn clear(lab: &Lab, market: &str, stall: &str) -> Done<()> {
    lab.kubernetes.kubectl(&["delete", "namespace", market, "--ignore-not-found"])?;
    let namespace = lab.world.names.in_namespace();
    let delete = ["delete", "deployment", stall, "-n", namespace];
    let how = ["--ignore-not-found", "--cascade=foreground"];
    lab.kubernetes.kubectl(&[&delete[..], &how].concat())?;
    let delete = ["delete", "service", "way", "-n", namespace, "--ignore-not-found"];
    Ok(lab.kubernetes.kubectl(&delete).map(drop)?)
}
