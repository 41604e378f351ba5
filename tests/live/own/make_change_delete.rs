//! `make-change-delete`: three things live a whole life, three others stay.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::row::{Row, row};
use super::{Course, Walk, at_random, challenge, under_other_names};
use crate::lab::Lab;
use crate::prng::Prng;
use crate::wait::{Done, until};
use crate::world::Names;

pub(super) const SLUG: &str = "make-change-delete";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done_with_kv_version_1", |lab| at(lab, 1, &[], &DONE)),
    ("done_with_kv_version_2", |lab| at(lab, 2, &[], &DONE)),
    ("forgot_to_change", |lab| at(lab, 2, &[1, 2, 3, 4, 5], &FORGOT_TO_CHANGE)),
    ("forgot_what_stays", |lab| at(lab, 2, &[1, 2], &FORGOT_WHAT_STAYS)),
    ("forgot_to_clean_up", |lab| at(lab, 2, &[1, 2, 3, 4, 5, 6, 7, 8, 9], &FORGOT_TO_CLEAN_UP)),
    ("under_other_names", renamed),
];

/// Steps 1, 7 and 10 make, change and delete the Deployment `web`; 3, 8 and 11 a secret; 5, 9 and 12
/// a role. 2, 4 and 6 make what stays. By the timeline's rules:
///
/// - Each of the three lives ends as it began: not there. While the thing is not there, nothing can be
///   told of its steps by itself, so they are `.`, before as well as afterwards. *Here* passes over
///   them: on the untouched lab it is 2, and after 2 it is 4.
/// - While the thing is there, all can be told: what is not yet changed or deleted fails.
/// - 1 after 7, and 5 after 9: the fields that the later step names are overtaken, the others and the
///   thing itself still hold, so the claim is a pass.
/// - 3 after 8: `kv put` replaces the whole secret, so nothing of 3 is left: overtaken.
/// - When a thing has been deleted, its own absence overtakes nothing, for it started so. But where a
///   changing claim of a later step holds, the learner has come that far: overtaken. After 10 and 11
///   that is 9 (for 1, 7 and 8), and at the end 6 (for 1, 3 and 5); after 6 nothing is left at the end
///   that would show 7, 8 and 9.
/// - 10, 11 and 12 never pass: the deleted is not told from the never made.
const DONE: [Row; 13] = [
    row(0, ".F.F.F......", 2),
    row(1, "PF.F.FF..F..", 2),
    row(2, "PP.F.FF..F..", 4),
    row(3, "PPPF.FFF.FF.", 4),
    row(4, "PPPP.FFF.FF.", 6),
    row(5, "PPPPPFFFFFFF", 6),
    row(6, "PPPPPPFFFFFF", 7),
    row(7, "PPPPPPPFFFFF", 8),
    row(8, "PPoPPPPPFFFF", 9),
    row(9, "PPoPPPPPPFFF", 10),
    row(10, "oPoPPPoPP.FF", 11),
    row(11, "oPoPPPooP..F", 12),
    row(12, "oPoPoP......", 0),
];

/// Without 7. It is replaced by 10, so that by the rule it is overtaken as soon as 8 holds: nobody is
/// sent back to change what is about to be deleted. From 10 on it makes no difference at all.
const FORGOT_TO_CHANGE: [Row; 6] = [
    row(6, "PPPPPPFFFFFF", 7),
    row(8, "PPoPPPoPFFFF", 9),
    row(9, "PPoPPPoPPFFF", 10),
    row(10, "oPoPPPoPP.FF", 11),
    row(11, "oPoPPPooP..F", 12),
    row(12, "oPoPoP......", 0),
];

/// Without 4, which nothing replaces: never overtaken, and *here* to the end.
const FORGOT_WHAT_STAYS: [Row; 9] = [
    row(3, "PPPF.FFF.FF.", 4),
    row(5, "PPPFPFFFFFFF", 4),
    row(6, "PPPFPPFFFFFF", 4),
    row(7, "PPPFPPPFFFFF", 4),
    row(8, "PPoFPPPPFFFF", 4),
    row(9, "PPoFPPPPPFFF", 4),
    row(10, "oPoFPPoPP.FF", 4),
    row(11, "oPoFPPooP..F", 4),
    row(12, "oPoFoP......", 4),
];

/// Without 11: the secret is still there with its last value, which shows 8, and 7 before it.
const FORGOT_TO_CLEAN_UP: [Row; 2] = [row(10, "oPoPPPoPP.FF", 11), row(12, "oPoPoPoP..F.", 11)];

/// What the text takes for granted, and what its reports must not tell.
struct Granted<'a> {
    connection: &'a str,
    kv: &'a str,
    version: u8,
    deployments: [&'a str; 2],
    secrets: [&'a str; 3],
}

fn at(lab: &mut Lab, version: u8, quietly: &[usize], rows: &[Row]) -> Done<()> {
    let granted = Granted {
        connection: "shop",
        kv: "kv",
        version,
        deployments: ["web", "cache"],
        secrets: ["trial-key", "real-key", "shop@example.com"],
    };
    walk(lab, Names::of_the_seed(), &granted, &challenge(SLUG), (quietly, rows))
}

/// The same table under names that no program can know, in a namespace that the context names. The
/// engine of the roles stays where it is: this text does not enable it, so that nothing but its usual
/// place says what is behind `database/roles/`.
fn renamed(lab: &mut Lab) -> Done<()> {
    at_random(|prng| {
        let words: [String; 11] = std::array::from_fn(|_| prng.word());
        let [kv, connection, web, cache, trial, real, sender, ..] = &words;
        let path = under_other_names(lab, SLUG, replacements(&words, prng))?;
        let granted = Granted {
            connection,
            kv,
            version: 2,
            deployments: [web, cache],
            secrets: [trial, real, sender],
        };
        walk(lab, Names::at_random(prng), &granted, &path, (&[], &DONE))
    })
}

/// The longer comes before its own beginning.
fn replacements(words: &[String; 11], prng: &mut Prng) -> Vec<(&'static str, String)> {
    let [kv, connection, web, cache, trial, real, sender, image, other, folder, key] = words;
    let minutes = [prng.between(11, 30), prng.between(31, 59)];
    let hours = prng.between(2, 9);
    let copies = [prng.between(1, 4), prng.between(4, 7)];
    vec![
        ("database/roles/reports", format!("database/roles/{}", prng.word())),
        ("database/roles/auditors", format!("database/roles/{}", prng.word())),
        ("db_name=shop", format!("db_name={connection}")),
        ("kv/shop/payment", format!("{kv}/{folder}/{}", prng.word())),
        ("kv/shop/mail", format!("{kv}/{}", prng.word())),
        ("deployment web", format!("deployment {web}")),
        ("deployment/web", format!("deployment/{web}")),
        ("deployment cache", format!("deployment {cache}")),
        ("nginx", image.clone()),
        ("redis:7.4", format!("{other}:{}", prng.word())),
        ("1.27", prng.word()),
        ("1.28", prng.word()),
        ("replicas=2", format!("replicas={}", copies[0])),
        ("replicas=3", format!("replicas={}", copies[1])),
        ("key=trial-key", format!("{key}={trial}")),
        ("key=real-key", format!("{key}={real}")),
        ("sender=shop@example.com", format!("{}={sender}", prng.word())),
        ("default_ttl=10m", format!("default_ttl={}m", minutes[0])),
        ("default_ttl=20m", format!("default_ttl={}m", minutes[1])),
        ("default_ttl=5m", format!("default_ttl={}s", prng.between(61, 180))),
        ("max_ttl=1h", format!("max_ttl={hours}h")),
        ("max_ttl=15m", format!("max_ttl={}m", prng.between(4, 50))),
    ]
}

/// `steps` are those done without a look, and the rows that follow.
fn walk(
    lab: &mut Lab,
    names: Names,
    granted: &Granted<'_>,
    challenge: &Path,
    (quietly, rows): (&[usize], &[Row]),
) -> Done<()> {
    // The world's own KV engine makes way for the one that the text takes for granted.
    lab.renew(Names { kv: "former".into(), ..names })?;
    start(lab, granted)?;
    // All ranges once, where skips of both kinds meet: the other walks differ in little.
    let thorough: &[usize] = if granted.version == 1 { &[0, 10, 12] } else { &[] };
    let secrets = &granted.secrets;
    Course { challenge, quietly, rows, refused: None, thorough, secrets }.walk(lab)?;
    clear(lab, granted)
}

/// An engine for databases with a connection that any role may use, and an engine for secrets.
fn start(lab: &Lab, granted: &Granted<'_>) -> Done<()> {
    // A walk that failed may have left its own behind.
    clear(lab, granted)?;
    let names = &lab.world.names;
    let vault = &lab.world.vault;
    let Granted { connection, kv, version, .. } = granted;
    let options = json!({ "version": version.to_string() });
    vault.write(&format!("sys/mounts/{kv}"), &json!({ "type": "kv", "options": options }))?;
    if *version == 2 {
        until("the new KV engine is version 2", Duration::from_secs(10), || {
            vault.read(&format!("{kv}/config")).map(drop)
        })?;
    }
    vault.write("sys/mounts/database", &json!({ "type": "database" }))?;
    let address = lab.world.postgres.socket;
    let url = format!("postgresql://{{{{username}}}}:{{{{password}}}}@{address}/postgres");
    let connected = json!({
        "plugin_name": "postgresql-database-plugin",
        "allowed_roles": "*",
        "connection_url": format!("{url}?sslmode=disable"),
        "username": names.user,
        "password": names.password,
    });
    Ok(vault.write(&format!("database/config/{connection}"), &connected).map(drop)?)
}

/// In the foreground: an old ReplicaSet would be in the way of the next Deployment.
fn clear(lab: &Lab, granted: &Granted<'_>) -> Done<()> {
    let [web, cache] = granted.deployments;
    let namespace = lab.world.names.in_namespace();
    let delete = ["delete", "deployment", web, cache, "-n", namespace];
    let how = ["--ignore-not-found", "--cascade=foreground"];
    Ok(lab.kubernetes.kubectl(&[&delete[..], &how].concat()).map(drop)?)
}
