//! `policies-and-userpass`: names, rules and a trail; nothing is undone later.

use std::path::Path;

use serde_json::json;

use super::row::{Row, row};
use super::{Course, Walk, at_random, challenge, under_other_names};
use crate::check::Check;
use crate::contract::letters;
use crate::lab::Lab;
use crate::prng::Prng;
use crate::wait::Done;
use crate::world::Names;

pub(super) const SLUG: &str = "policies-and-userpass";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done", |lab| at(lab, &[], &DONE)),
    ("forgot_the_policy", |lab| at(lab, &[1], &FORGOT_THE_POLICY)),
    ("forgot_the_tills", |lab| at(lab, &[1, 2, 3], &FORGOT_THE_TILLS)),
    ("looked_at_by_others", otherwise),
    ("under_other_names", renamed),
];

/// Every step makes what is not there, changes what is, or takes away what is there from the start, and
/// nothing touches it again: a step fails until it is done, and passes from then on. Step 8 tunes the method
/// of step 1 and changes the user of step 3, each in a field that the earlier step does not name.
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
    row(9, "PPPPPPPPPF", 10),
    row(10, "PPPPPPPPPP", 0),
];

/// Vault gives a user a policy that is not there: only its own step shows it.
const FORGOT_THE_POLICY: [Row; 3] =
    [row(3, "PFPFFFFFFF", 2), row(4, "PFPPFFFFFF", 2), row(8, "PFPPFFFPFF", 2)];

/// Without 4 there is no 5 either. What is about people goes on.
const FORGOT_THE_TILLS: [Row; 3] =
    [row(6, "PPPFFPFFFF", 4), row(9, "PPPFFPFFPF", 4), row(10, "PPPFFPFFPP", 4)];

/// Everything is done, and looked at with tokens that may not look.
fn otherwise(lab: &mut Lab) -> Done<()> {
    at(lab, &[1, 2, 3, 4, 5, 6, 7, 8, 9], &DONE[10..])?;
    // The list of methods is told by what serves each path.
    let denied = ["sys/auth", "sys/mounts"];
    look(lab, "no-lists", &denied, "PPPPPPPPPP", 0)?;
    // `sys/internal/ui/mounts` tells of a method below which the token may do anything, whatever else is
    // denied; a role can still be read, and that a user is gone is said by the method itself.
    let denied = [
        "sys/auth",
        "sys/auth/*",
        "sys/mounts",
        "sys/internal/ui/mounts/*",
        "sys/audit",
        "sys/policies/acl/*",
        "sys/policy/*",
        "auth/userpass/users/*",
        "database/static-roles/*",
    ];
    look(lab, "no-eyes", &denied, "P??PP???P?", 3)?;
    // All but the first is made another by hand, or made again. Vault takes no change of a static role that does
    // not name its account.
    let vault = &lab.world.vault;
    let static_role = json!({ "username": "till", "rotation_period": "1h" });
    vault.delete("sys/audit/file")?;
    for (path, body) in [
        ("sys/policies/acl/price-reader", json!({ "policy": "path \"kv/*\" {}" })),
        ("auth/userpass/users/ann", json!({ "token_policies": "other", "token_ttl": "2h" })),
        ("auth/robots/role/till", json!({ "token_ttl": "1h" })),
        ("auth/robots/role/till/role-id", json!({ "role_id": "another" })),
        ("database/static-roles/till", static_role),
        ("sys/audit/file", json!({ "type": "file", "options": { "file_path": "discard" } })),
        ("sys/auth/userpass/tune", json!({ "max_lease_ttl": "1h" })),
        ("auth/userpass-old/users/max", json!({ "password": "back-again" })),
        ("sys/policies/acl/interns", json!({ "policy": "path \"kv/*\" {}" })),
    ] {
        vault.write(path, &body)?;
    }
    look(lab, "all", &[], "PFFFFFFFFF", 1)
}

/// One look with a token that may do all but what is denied.
fn look(lab: &Lab, name: &str, denied: &[&str], outcomes: &str, code: i32) -> Done<()> {
    let token = lab.world.vault.token_without(name, denied)?;
    let report = Check::new(lab, &challenge(SLUG)).set("VAULT_TOKEN", token.expose()).json()?;
    let found = letters(&report.json);
    if (report.run.code, found.as_str()) == (Some(code), outcomes) {
        return Ok(());
    }
    Err(format!("{name}: expected exit {code} {outcomes}, found {found}\n{}", report.run))
}

/// What the text takes for granted.
struct Granted<'a> {
    connection: &'a str,
    /// The account of the tills.
    account: &'a str,
    /// The path of the old list of people, and who is in it.
    old: &'a str,
    left: &'a str,
    /// A policy that goes.
    policy: &'a str,
    secrets: [&'a str; 1],
}

fn at(lab: &mut Lab, quietly: &[usize], rows: &[Row]) -> Done<()> {
    let granted = Granted {
        connection: "shop",
        account: "till",
        old: "userpass-old",
        left: "max",
        policy: "interns",
        secrets: ["first-day"],
    };
    walk(lab, Names::of_the_seed(), &granted, &challenge(SLUG), (quietly, rows))
}

/// The same table under names that no program can know. The old list of people is still called one of
/// userpass: this text does not enable it, so that nothing but its name says what is behind it.
fn renamed(lab: &mut Lab) -> Done<()> {
    at_random(|prng| {
        let words: [String; 9] = std::array::from_fn(|_| prng.word());
        let [connection, account, old, left, policy, password, ..] = &words;
        let old = format!("userpass-{old}");
        let path = under_other_names(lab, SLUG, replacements(&words, &old, prng))?;
        let secrets = [password.as_str()];
        let granted = Granted { connection, account, old: &old, left, policy, secrets };
        walk(lab, Names::at_random(prng), &granted, &path, (&[], &DONE))
    })
}

/// The longer comes before its own beginning.
fn replacements(words: &[String; 9], old: &str, prng: &mut Prng) -> Vec<(&'static str, String)> {
    let [connection, account, _, left, policy, password, reader, robots, user] = words;
    vec![
        ("auth/userpass-old/users/max", format!("auth/{old}/users/{left}")),
        ("policy delete interns", format!("policy delete {policy}")),
        ("price-reader", reader.clone()),
        ("users/ann", format!("users/{user}")),
        ("first-day", password.clone()),
        ("-path=robots", format!("-path={robots}")),
        ("auth/robots/role/till", format!("auth/{robots}/role/{}", prng.word())),
        ("till-of-the-shop", prng.word()),
        ("tills of the shop", format!("{} {}", prng.word(), prng.word())),
        ("static-roles/till", format!("static-roles/{}", prng.word())),
        ("db_name=shop", format!("db_name={connection}")),
        ("username=till", format!("username={account}")),
        ("rotation_period=24h", format!("rotation_period={}h", prng.between(25, 99))),
        ("kv/prices", format!("{}/{}", prng.word(), prng.word())),
        ("kv/suppliers", format!("{}/{}", prng.word(), prng.word())),
        ("token_max_ttl=8h", format!("token_max_ttl={}h", prng.between(2, 9))),
        ("token_ttl=20m", format!("token_ttl={}m", prng.between(11, 58))),
        ("token_ttl=1h", format!("token_ttl={}s", prng.between(600, 3000))),
        ("secret_id_num_uses=10", format!("secret_id_num_uses={}", prng.between(2, 40))),
        ("-max-lease-ttl=24h", format!("-max-lease-ttl={}h", prng.between(10, 90))),
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
    lab.renew(names)?;
    start(lab, granted)?;
    let secrets = &granted.secrets;
    Course { challenge, quietly, rows, refused: None, thorough: &[10], secrets }.walk(lab)
}

/// An engine for databases with a connection, an account, an old list of people and an old policy.
fn start(lab: &Lab, granted: &Granted<'_>) -> Done<()> {
    let vault = &lab.world.vault;
    let Granted { connection, account, old, left, policy, .. } = granted;
    let rules = json!({ "policy": "path \"kv/*\" { capabilities = [\"list\"] }" });
    vault.write(&format!("sys/policies/acl/{policy}"), &rules)?;
    vault.write(&format!("sys/auth/{old}"), &json!({ "type": "userpass" }))?;
    vault.write(&format!("auth/{old}/users/{left}"), &json!({ "password": "long-gone" }))?;
    let sql = format!("CREATE ROLE \"{account}\" LOGIN PASSWORD 'every-till-knows-it'");
    lab.world.postgres.sql("postgres", &sql)?;
    super::connect(lab, connection)
}
