//! The worlds of our challenges, filled into real servers: what then is there, what `check` says of it before the
//! first step, and what is said of worlds that no server takes.

mod everything;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use labproof::lab::{Access, KubernetesAccess, PostgresAccess, VaultAccess};
use labproof::secret::Secret;
use labproof::sidecar::Sidecar;
use labproof::source::Source;
use labproof::world::World;
use libtest_mimic::Trial;

use crate::check::Check;
use crate::contract::letters;
use crate::lab::Lab;
use crate::labs::WALKS;
use crate::wait::Done;
use crate::world::Names;

/// A challenge, the letters of its untouched lab (as its walk has them), and something that only its world makes.
struct Filled {
    challenge: &'static str,
    letters: &'static str,
    there: &'static [There],
}

enum There {
    /// A read of Vault has this text in it.
    Vault(&'static str, &'static str),
    /// A query gives this.
    Sql(&'static str, &'static str, &'static str),
    /// What kubectl is asked, and what it prints.
    Kubectl(&'static [&'static str], &'static str),
    /// A list of Vault has so many entries.
    Listed(&'static str, usize),
}

use There::{Kubectl, Listed, Sql, Vault};

const FILLED: &[Filled] = &[
    Filled {
        challenge: "certificates-and-keys",
        letters: "FFFF-FF--FFF",
        there: &[Vault("transit-old/keys/receipts", "\"deletion_allowed\":true")],
    },
    Filled {
        challenge: "deployment-life",
        letters: "FFFFFFFFFF",
        there: &[
            Kubectl(&["get", "deployment", "stall", "-o", "jsonpath={.status.readyReplicas}"], "1"),
            Kubectl(&["get", "service", "-l", "stand=old", "-o", "name"], "service/way\n"),
        ],
    },
    Filled { challenge: "helm-release", letters: "F.FF-??", there: &[] },
    Filled { challenge: "kv-versions", letters: "FFFFF....??F..F", there: &[] },
    Filled {
        challenge: "leases-and-static-roles",
        letters: "FFF--FFF.F",
        there: &[
            Listed("sys/leases/lookup/database/creds/helper", 2),
            Vault("database/static-creds/stall", "\"username\":\"stall\""),
            Sql("postgres", "SELECT rolname FROM pg_roles WHERE rolname = 'till'", "till\n"),
        ],
    },
    Filled {
        challenge: "make-change-delete",
        letters: ".F.F.F......",
        there: &[
            Vault("sys/mounts/kv", "\"version\":\"2\""),
            Vault("database/config/shop", "postgresql-database-plugin"),
        ],
    },
    Filled {
        challenge: "move-to-a-new-namespace",
        letters: "-FFFFF",
        there: &[Kubectl(
            &["get", "configmap/left-over", "-n", "shop-trial", "-o", "jsonpath={.data.mode}"],
            "trial",
        )],
    },
    Filled {
        challenge: "policies-and-userpass",
        letters: "FFFFFFFFFF",
        there: &[
            Vault("auth/userpass-old/users/max", "token_policies"),
            Vault("sys/policies/acl/interns", "path \\\"kv/*\\\""),
        ],
    },
    Filled {
        challenge: "roles-and-grants",
        letters: "-FFFFFF?F",
        there: &[Sql(
            "postgres",
            "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'former_clerk'",
            "t\n",
        )],
    },
    Filled {
        challenge: "static-to-dynamic-database-secrets",
        letters: "F--FFFFFFFFF",
        there: &[
            Vault("kv/db/postgres/product-db-creds", "\"username\":\"postgres\""),
            Sql("products", "SELECT 1", "1\n"),
            Kubectl(&["get", "deployment", "-o", "jsonpath={.items[*].status.readyReplicas}"], "1"),
        ],
    },
    Filled { challenge: "unseal-after-a-restart", letters: "-F?", there: &[] },
    Filled {
        challenge: "values-from-files",
        letters: "FFFFFFFFF",
        there: &[Vault("cupboard/data/tray", "\"owner\":\"robin\"")],
    },
];

/// One trial for each challenge, and one for what goes wrong.
pub(crate) fn trials() -> Vec<Trial> {
    let each = FILLED.iter().map(|row| {
        let name = format!("filled::{}", row.challenge.replace('-', "_"));
        Trial::test(name, move || Ok(WALKS.with(|lab| filled(lab, row))?))
    });
    let mut trials: Vec<Trial> = each.collect();
    trials.push(Trial::test("filled::everything", || Ok(WALKS.with(everything::trial)?)));
    trials.push(Trial::test("filled::again", || Ok(WALKS.with(again)?)));
    trials.push(Trial::test("filled::refused", || Ok(WALKS.with(refused)?)));
    trials
}

fn filled(lab: &mut Lab, row: &Filled) -> Done<()> {
    empty(lab)?;
    let challenge = challenge(row.challenge);
    let sidecar = Sidecar::beside(&challenge).map_err(|error| error.to_string())?;
    let access = access(lab);
    let started = Instant::now();
    let home = lab.directory.join("home");
    fill(lab, &sidecar.world, &access, &home)?;
    let took = started.elapsed();
    println!("{}: filled in {took:?}", row.challenge);
    let text = std::fs::read_to_string(&challenge).map_err(|error| error.to_string())?;
    let text = sidecar.inputs.text(&text, &access).map_err(|error| error.to_string())?;
    let path = lab.directory.join("filled.md");
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    let report = Check::new(lab, &path).json()?;
    let seen = letters(&report.json);
    let sealed = row.challenge.starts_with("unseal");
    if sealed {
        lab.world.vault.unseal()?;
    }
    row.there.iter().try_for_each(|there| is_there(lab, there))?;
    clear(lab)?;
    if seen != row.letters {
        return Err(format!("found {seen} where {} is expected\n{}", row.letters, report.run));
    }
    if took > Duration::from_secs(10) {
        return Err(format!("filled in {took:?}, which is too long before each trial of a proof"));
    }
    Ok(())
}

fn is_there(lab: &Lab, there: &There) -> Done<()> {
    let (what, seen, wanted) = match there {
        Vault(path, wanted) => (*path, lab.world.vault.read(path)?.to_string(), *wanted),
        Sql(database, query, wanted) => (*query, lab.world.postgres.sql(database, query)?, *wanted),
        Kubectl(arguments, wanted) => (arguments[1], lab.kubernetes.kubectl(arguments)?, *wanted),
        Listed(path, wanted) => {
            let found = lab.world.vault.list(path)?.len();
            return if found == *wanted { Ok(()) } else { Err(format!("{path}: {found}")) };
        }
    };
    if seen.contains(wanted) { Ok(()) } else { Err(format!("{what}: {seen}, without {wanted}")) }
}

/// One world, filled into one lab after the other: from the second time on without a look at the cluster's schema.
fn again(lab: &mut Lab) -> Done<()> {
    let challenge = challenge("move-to-a-new-namespace");
    let sidecar = Sidecar::beside(&challenge).map_err(|error| error.to_string())?;
    let (access, home) = (access(lab), lab.directory.join("home"));
    for time in 1..=3 {
        clear(lab)?;
        let started = Instant::now();
        fill(lab, &sidecar.world, &access, &home)?;
        println!("for the {time}. time: filled in {:?}", started.elapsed());
        let mode =
            &["get", "configmap/left-over", "-n", "shop-trial", "-o", "jsonpath={.data.mode}"];
        is_there(lab, &Kubectl(mode, "trial"))?;
    }
    clear(lab)
}

/// Worlds that are read without errors, and what the servers say of them: the place, the server's words, no value.
const REFUSED: &[(&str, &str)] = &[
    (
        "vault: { mounts: { a: { type: kvv } } }",
        "1:20: Vault answers 400 to `POST sys/mounts/a`: plugin not found in the catalog: kvv",
    ),
    (
        "vault: { secrets: { nowhere/b: { a: hunter2 } } }",
        "1:21: no KV engine has the path `nowhere/b`",
    ),
    (
        "vault:\n  policies:\n    a: |\n      path \"b\" { capabilities = [\"hunter\"] }",
        "3:5: Vault answers 400 to `PUT sys/policies/acl/a`",
    ),
    (
        "vault:\n  requests:\n    - read: sys/hunter",
        "3:7: Vault answers 404 to `GET sys/hunter`: unsupported path",
    ),
    (
        "vault:\n  mounts: { d: { type: database } }\n  requests:\n    - write: d/roles/a\n      data: { db_name: b, default_ttl: hunter2 }",
        "4:7: Vault answers 400 to `POST d/roles/a`: its words repeat a value",
    ),
    (
        "postgres:\n  sql:\n    - run: |\n        SELECT 1;\n        CREATE ROLE a PASSWRD 'hunter2';",
        "3:7: in the database `postgres`, line 2 of the script: PostgreSQL answers 42601: a syntax error",
    ),
    (
        "postgres: { sql: [{ database: shelf, run: SELECT 1 }] }",
        "1:19: in the database `shelf`, the connection is refused",
    ),
    (
        "postgres: { sql: [{ run: SELECT * FROM shelf }] }",
        "1:19: in the database `postgres`, line 1 of the script: PostgreSQL answers 42P01: relation \"shelf\" does not exist",
    ),
    (
        "kubernetes:\n  objects:\n    - { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }\n    - { apiVersion: v1, kind: ConfigMap, metadata: { name: b, namespace: nowhere } }",
        "4:7: `kubectl apply` of `configmap/b` fails: Error from server (NotFound): error when creating",
    ),
    (
        "kubernetes:\n  objects:\n    - { apiVersion: v1, kind: Secret, metadata: { name: a }, data: { b: hunter2 } }",
        "3:7: `kubectl apply` of `secret/a` fails: ",
    ),
    (
        "kubernetes:\n  objects:\n    - { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }\n    - { apiVersion: v1, kind: ConfigMap, metadata: { name: b }, dat: {} }",
        "4:7: `kubectl apply` of `configmap/b` fails: error: error validating",
    ),
];

fn refused(lab: &mut Lab) -> Done<()> {
    empty(lab)?;
    let access = access(lab);
    let home = lab.directory.join("home");
    let mut wrong = Vec::new();
    for (text, wanted) in REFUSED {
        let world = World::read(Source::new("a", *text)).map_err(|error| error.to_string())?;
        let said = fill(lab, &world, &access, &home).err().unwrap_or_default();
        println!("{said}");
        if !said.starts_with(&format!("a:{wanted}")) || said.contains("hunter2") {
            wrong.push(format!("{text}\n  {said}\n  a:{wanted}"));
        }
    }
    let nowhere = Access {
        vault: Some(VaultAccess {
            address: format!("http://{}", lab.nowhere()),
            ..access.vault.clone().ok_or("no Vault")?
        }),
        ..access
    };
    let world = World::read(Source::new("a", "vault: { mounts: { kv: { type: kv } } }"));
    let said = fill(lab, &world.map_err(|error| error.to_string())?, &nowhere, &home);
    if said != Err("a:1:20: Vault does not answer at its address: `POST sys/mounts/kv`".to_owned())
    {
        wrong.push(format!("{said:?}"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn fill(lab: &Lab, world: &World, access: &Access, home: &Path) -> Done<()> {
    std::fs::create_dir_all(home).map_err(|error| error.to_string())?;
    let client = |name: &str| lab.place.client(&lab.servers, name);
    world.fill(access, &client, home).map_err(|error| error.to_string())
}

/// A lab without what the walks' world makes: the worlds here make their own.
fn empty(lab: &mut Lab) -> Done<()> {
    let names = Names { kv: "former".into(), database: "former".into(), ..Names::of_the_seed() };
    lab.renew(names)?;
    clear(lab)
}

fn clear(lab: &Lab) -> Done<()> {
    let delete = ["delete", "deployment,service", "-n", "default", "--cascade=foreground"];
    lab.kubernetes
        .kubectl(&[&delete[..], &["--field-selector=metadata.name!=kubernetes"]].concat())?;
    lab.kubernetes.kubectl(&["delete", "namespace", "shop-trial", "--ignore-not-found"])?;
    Ok(())
}

fn access(lab: &Lab) -> Access {
    let (names, world) = (&lab.world.names, &lab.world);
    Access {
        vault: Some(VaultAccess {
            address: world.vault.address(),
            token: Secret::new(world.vault.root_token.as_str()),
            unseal_key: Some(Secret::new(world.vault.unseal_key.as_str())),
        }),
        postgres: Some(PostgresAccess {
            socket: world.postgres.socket,
            user: names.user.clone(),
            password: Secret::new(names.password.as_str()),
        }),
        kubernetes: Some(KubernetesAccess {
            kubeconfig: world.kubeconfig.clone(),
            service_ip: Some(world.postgres.socket.ip()),
        }),
    }
}

fn challenge(slug: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("challenges").join(slug).join("assignment.md")
}
