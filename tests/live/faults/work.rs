//! Rows in which the servers are well and the work is not as the text asks, or is in another way.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Broken, Expected, Look, Pace, Row, SOLVED_LAB, call};
use crate::lab::Lab;
use crate::wait::{Done, until};
use crate::world::deployment;

/// How long Vault may take to try a revocation again that failed once.
const VAULT_TRIES_AGAIN: Duration = Duration::from_secs(90);

const LIMIT: Duration = Duration::from_secs(30);

/// The rows of this file.
pub(super) fn rows() -> Vec<Row> {
    [objects_and_roles(), secrets(), rotations()].concat()
}

fn objects_and_roles() -> Vec<Row> {
    vec![
        Row {
            says: &[(11, "terminating")],
            ..wrong("deployment_held_by_a_finalizer", 11, "P--PPPPPPPFF", terminating)
        },
        Row {
            // Without the mount nothing below it is there (4, 5, 6), and nothing can be issued (7
            // to 9). The lab's own mount is elsewhere, and the report says where.
            says: &[(1, "`db/`")],
            ..wrong("engine_at_another_path", 1, "F--FFFxxxPPP", moved_engine)
        },
        Row {
            // The lease of the role that is gone is still alive (6; young, so it may be a skip). No credentials under this
            // name, so that "Vault still issues" (8) is not seen.
            says: &[(5, "`product-api`")],
            ..wrong("role_under_another_name", 5, "P--PFoxxxPPP", renamed_role)
        },
        wrong("role_with_another_ttl", 5, "P--PFPPPPPPP", |lab| {
            changed_role(lab, &json!({ "default_ttl": "20m" }))
        }),
        wrong("role_with_other_sql", 5, "P--PFPPPPPPP", |lab| {
            let sql = "CREATE ROLE \"{{name}}\" WITH LOGIN PASSWORD '{{password}}' \
                       VALID UNTIL '{{expiration}}';";
            changed_role(lab, &json!({ "creation_statements": sql }))
        }),
        // "is not an allowed role" is Vault's own word, so that 7 fails and is not unknown.
        wrong("role_not_allowed", 4, "P--FPoFxxPPP", disallowed_role),
        Row {
            says: &[(6, "again")],
            ..wrong("no_lease_left", 6, "P--PPFPPPPPP", |lab| {
                revoke_leases(lab)?;
                Ok(Broken::told(call(lab)).mended_by(read_credentials))
            })
        },
    ]
}

fn secrets() -> Vec<Row> {
    vec![
        wrong("secret_written_again", 10, "P--PPPPPPFPP", |lab| {
            let names = &lab.world.names;
            let other = json!({ "username": "somebody", "password": "something-else" });
            lab.world.vault.write(&names.secret(), &other)?;
            let path = names.secret();
            Ok(Broken::told(call(lab)).mended_by(move |lab| Ok(lab.world.vault.delete(&path)?)))
        }),
        fine("secret_of_version_2_soft_deleted", |lab| {
            version_2(lab, |lab, path| Ok(lab.world.vault.delete(&format!("kv/data/{path}"))?))
        }),
        fine("secret_of_version_2_destroyed", |lab| {
            version_2(lab, |lab, path| {
                let versions = json!({ "versions": [1] });
                Ok(lab.world.vault.write(&format!("kv/destroy/{path}"), &versions).map(drop)?)
            })
        }),
        fine("secret_of_version_2_metadata_deleted", |lab| {
            version_2(lab, |lab, path| {
                Ok(lab.world.vault.delete(&format!("kv/metadata/{path}"))?)
            })
        }),
    ]
}

fn rotations() -> Vec<Row> {
    vec![
        Row {
            // Whether Vault or a hand changed it cannot be read: it passes, and says how far it saw.
            says: &[(8, "only the old password's death was seen")],
            ..fine("password_changed_by_hand", by_hand)
        },
        Row {
            // Vault's own login fails once it has to make a new one; 9 is refused, though not
            // because of 8: how it is then worded is left open. Vault cannot drop our probe's role before it can log in again (`Around`).
            traces: Look::Around(VAULT_TRIES_AGAIN),
            // The reset has closed the session over which Vault still issued credentials.
            pace: Pace::Once,
            ..wrong("password_changed_by_hand_and_reset", 8, "P--PPPPF*PPP", |lab| {
                let broken = by_hand(lab)?;
                Ok(Broken { call: broken.call.with(&["--probe", "reset"]), ..broken })
            })
        },
        // The other side of the same probe: after a real rotation the reset changes nothing.
        fine("nothing_wrong_and_reset", |lab| {
            Ok(Broken::told(call(lab).with(&["--probe", "reset"])))
        }),
        // Without probes, what needs them is skipped, and the rest is checked (6 as long as its
        // lease is young, see `BLIND_SOLVED` of Postgres).
        Row {
            solved: Some(Expected { code: 0, here: &[], outcomes: "P--PPo...PPP" }),
            ..fine("nothing_wrong_and_no_probes", |lab| {
                Ok(Broken::told(call(lab).with(&["--no-probes"])))
            })
        },
    ]
}

fn wrong(
    name: &'static str,
    step: u64,
    outcomes: &'static str,
    break_it: fn(&Lab) -> Done<Broken>,
) -> Row {
    let here: &'static [u64] = Box::leak(Box::new([step]));
    let solved = Some(Expected { code: 1, here, outcomes });
    Row { solved, ..fine(name, break_it) }
}

fn fine(name: &'static str, break_it: fn(&Lab) -> Done<Broken>) -> Row {
    Row {
        name,
        solved: Some(SOLVED_LAB),
        untouched: None,
        says: &[],
        pace: Pace::Quick,
        traces: Look::Within,
        break_it,
    }
}

fn terminating(lab: &Lab) -> Done<Broken> {
    let name = lab.world.names.deployment.clone();
    let mut object = deployment(&name, "default");
    object["metadata"]["finalizers"] = json!(["labproof.test/hold"]);
    lab.kubernetes.apply(&object)?;
    lab.kubernetes.kubectl(&["delete", "deployment", &name, "--wait=false"])?;
    Ok(Broken::told(call(lab)).mended_by(move |lab| {
        let free = r#"{"metadata":{"finalizers":null}}"#;
        lab.kubernetes.kubectl(&["patch", "deployment", &name, "--type=merge", "-p", free])?;
        let object = format!("deployment/{name}");
        Ok(lab.kubernetes.kubectl(&["wait", "--for=delete", &object, "--timeout=30s"]).map(drop)?)
    }))
}

fn moved_engine(lab: &Lab) -> Done<Broken> {
    remount(lab, "database", "db")?;
    Ok(Broken::told(call(lab)).mended_by(|lab| {
        remount(lab, "db", "database")?;
        // Moving a mount revokes its leases.
        read_credentials(lab)
    }))
}

fn remount(lab: &Lab, from: &str, to: &str) -> Done<()> {
    let vault = &lab.world.vault;
    let order = vault.write("sys/remount", &json!({ "from": from, "to": to }))?;
    let id = order["data"]["migration_id"].as_str().ok_or("no migration was started")?.to_owned();
    until("the mount has moved", LIMIT, || {
        let status = vault.read(&format!("sys/remount/status/{id}"))?;
        let status = &status["data"]["migration_info"]["status"];
        if status == "success" { Ok(()) } else { Err(status.to_string()) }
    })
}

/// What of a role can be written back as it was read.
fn role(lab: &Lab) -> Done<Value> {
    let read = lab.world.vault.read("database/roles/products-api")?;
    let mut role = json!({});
    for key in ["db_name", "creation_statements", "default_ttl", "max_ttl"] {
        role[key] = read["data"][key].clone();
    }
    Ok(role)
}

fn renamed_role(lab: &Lab) -> Done<Broken> {
    let vault = &lab.world.vault;
    let role = role(lab)?;
    vault.write("database/roles/product-api", &role)?;
    vault.delete("database/roles/products-api")?;
    Ok(Broken::told(call(lab)).mended_by(move |lab| {
        lab.world.vault.write("database/roles/products-api", &role)?;
        Ok(lab.world.vault.delete("database/roles/product-api")?)
    }))
}

fn changed_role(lab: &Lab, change: &Value) -> Done<Broken> {
    let role = role(lab)?;
    lab.world.vault.write("database/roles/products-api", change)?;
    Ok(Broken::told(call(lab)).mended_by(move |lab| {
        Ok(lab.world.vault.write("database/roles/products-api", &role).map(drop)?)
    }))
}

fn disallowed_role(lab: &Lab) -> Done<Broken> {
    configure(lab, &json!({ "allowed_roles": "somebody-else" }))?;
    Ok(Broken::told(call(lab))
        .mended_by(|lab| configure(lab, &json!({ "allowed_roles": "products-api" }))))
}

/// Writes fields of the connection; Vault keeps those that are not named.
fn configure(lab: &Lab, fields: &Value) -> Done<()> {
    Ok(lab.world.vault.write("database/config/hashicups-pgsql", fields).map(drop)?)
}

pub(super) fn revoke_leases(lab: &Lab) -> Done<()> {
    let vault = &lab.world.vault;
    let prefix = "database/creds/products-api";
    vault.write(&format!("sys/leases/revoke-prefix/{prefix}"), &json!({ "sync": true }))?;
    until("the leases are gone", LIMIT, || {
        let left = vault.list(&format!("sys/leases/lookup/{prefix}"))?;
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
    })
}

pub(super) fn read_credentials(lab: &Lab) -> Done<()> {
    Ok(lab.world.vault.read("database/creds/products-api").map(drop)?)
}

/// The secret's mount made anew as version 2, with the secret written and then removed.
fn version_2(lab: &Lab, remove: fn(&Lab, &str) -> Done<()>) -> Done<Broken> {
    let path = lab.world.names.kv_path.clone();
    let secret = json!({ "data": { "username": "postgres", "password": "password" } });
    mount_kv(lab, "2")?;
    until("the new KV mount takes a secret", LIMIT, || {
        lab.world.vault.write(&format!("kv/data/{path}"), &secret).map(drop)
    })?;
    remove(lab, &path)?;
    Ok(Broken::told(call(lab)).mended_by(|lab| mount_kv(lab, "1")))
}

fn mount_kv(lab: &Lab, version: &str) -> Done<()> {
    let vault = &lab.world.vault;
    vault.delete("sys/mounts/kv")?;
    let mount = json!({ "type": "kv", "options": { "version": version } });
    Ok(until("the path is free for a mount", LIMIT, || {
        vault.write("sys/mounts/kv", &mount).map(drop)
    })?)
}

/// Step 8 done by hand: the old password is dead, and Vault never learned the new one.
fn by_hand(lab: &Lab) -> Done<Broken> {
    set_password(lab, "password")?;
    // Vault logs in with it, and keeps that session: it goes on issuing credentials.
    configure(lab, &json!({ "password": "password" }))?;
    set_password(lab, "chosen-by-hand")?;
    Ok(Broken::told(call(lab)).mended_by(|lab| {
        set_password(lab, "password")?;
        configure(lab, &json!({ "password": "password" }))?;
        Ok(lab.world.vault.write("database/rotate-root/hashicups-pgsql", &json!({})).map(drop)?)
    }))
}

fn set_password(lab: &Lab, password: &str) -> Done<()> {
    let user = &lab.world.names.user;
    let text = format!("ALTER ROLE \"{user}\" PASSWORD '{password}'");
    Ok(lab.world.postgres.sql("postgres", &text).map(drop)?)
}
