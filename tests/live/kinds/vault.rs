//! The kinds of Vault, but for the seal: one of each in one world.

use super::proof::{Fault, Ground, prove as proven};
use super::row::{Row, Start};
use crate::check::Check;
use crate::faults::Broken;
use crate::faults::vault::{by, down, instead, sealed};
use crate::lab::Lab;
use crate::stand_in::Manner;
use crate::wait::Done;
use crate::world::Names;

/// Engines, a method and two connections, whose accounts the harness makes; a secret of two versions.
const GIVEN: &str = r#"vault secrets enable -path=kinds-kv -version=2 kv
vault secrets enable -path=kinds-db database
vault auth enable -path=kinds-people userpass
vault write kinds-db/config/granted \
    plugin_name=postgresql-database-plugin allowed_roles='*' \
    connection_url='postgresql://{{username}}:{{password}}@POSTGRES/postgres?sslmode=disable' \
    username=kinds_admin password=admins-own-word
vault write kinds-db/roles/granted db_name=granted default_ttl=1h max_ttl=2h \
    creation_statements="CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';"
vault write kinds-db/config/turned \
    plugin_name=postgresql-database-plugin allowed_roles='*' \
    connection_url='postgresql://{{username}}:{{password}}@POSTGRES/postgres?sslmode=disable' \
    username=kinds_turner password=turners-own-word
vault write kinds-db/roles/turned db_name=turned default_ttl=1h max_ttl=2h \
    creation_statements="CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';"
vault kv put kinds-kv/versions text=one
vault kv put kinds-kv/versions text=two"#;

/// What whoever looks may do where nothing is denied. Not `*`: Vault tells of any mount below which a rule of a
/// token's lies, be it one that denies, so that the mounts of the rows could not be hidden.
const EYES: &[&str] = &["sys/*", "auth/token/*", "auth/kinds-people/*", "kinds-kv/*", "kinds-db/*"];

/// The table.
pub(super) fn rows() -> Vec<Row> {
    [of_the_server(), of_databases(), of_secrets()].concat()
}

fn of_the_server() -> Vec<Row> {
    vec![
        Row::new(
            "vault/audit-device",
            "vault audit enable -path=kinds-trail file file_path=discard",
        )
        .changed(
            "vault audit disable kinds-trail
vault audit enable -path=kinds-trail file file_path=stdout",
            &["options.file_path", "stdout"],
        )
        .back("vault audit disable kinds-trail")
        .denied(&["sys/audit"]),
        Row::new(
            "vault/auth-mount",
            "vault auth enable -path=kinds-robots -description='for robots' \
    -default-lease-ttl=20m -max-lease-ttl=40m -token-type=service -listing-visibility=unauth \
    -audit-non-hmac-request-keys=one -audit-non-hmac-request-keys=two \
    -audit-non-hmac-response-keys=three -passthrough-request-headers=X-One \
    -allowed-response-headers=X-Two -local -seal-wrap approle",
        )
        .changed("vault auth tune -description=people kinds-robots", &["description", "people"])
        .back("vault auth disable kinds-robots")
        .denied(&["sys/auth", "sys/auth/*"]),
        Row::new(
            "vault/mount",
            "vault secrets enable -path=kinds-keys -description='for keys' \
    -default-lease-ttl=20m -max-lease-ttl=40m -listing-visibility=unauth \
    -audit-non-hmac-request-keys=one -audit-non-hmac-request-keys=two \
    -audit-non-hmac-response-keys=three -passthrough-request-headers=X-One \
    -allowed-response-headers=X-Two -local transit",
        )
        .changed("vault secrets tune -description=locks kinds-keys", &["description", "locks"])
        .back("vault secrets disable kinds-keys")
        .denied(&["sys/mounts", "sys/mounts/*"]),
        Row::new(
            "vault/path",
            "vault write auth/kinds-people/users/ann password=first-day token_ttl=20m",
        )
        .changed("vault write auth/kinds-people/users/ann token_ttl=10m", &["`token_ttl` is `10m`"])
        .back("vault delete auth/kinds-people/users/ann")
        .denied(&["auth/kinds-people/users/ann"]),
        Row::new(
            "vault/policy",
            "vault policy write kinds-reader - <<'RULES'
path \"kinds-kv/data/*\" { capabilities = [\"read\"] }
RULES",
        )
        .changed(
            "vault policy write kinds-reader - <<'RULES'
path \"kinds-kv/data/*\" { capabilities = [\"list\"] }
RULES",
            &["policy", "list"],
        )
        .back("vault policy delete kinds-reader")
        .denied(&["sys/policies/acl/kinds-reader", "sys/policy/kinds-reader"]),
    ]
}

fn of_databases() -> Vec<Row> {
    vec![
        Row::new(
            "vault/database-config",
            "vault write kinds-db/config/made \
    plugin_name=postgresql-database-plugin allowed_roles=granted \
    connection_url='postgresql://{{username}}:{{password}}@POSTGRES/postgres?sslmode=disable' \
    username=kinds_admin password=admins-own-word",
        )
        .changed("vault write kinds-db/config/made allowed_roles=turned", &["allowed_roles"])
        .back("vault delete kinds-db/config/made")
        .denied(&["kinds-db/config/made"]),
        Row::new(
            "vault/database-role",
            "vault write kinds-db/roles/made db_name=granted default_ttl=30m \
    creation_statements=\"CREATE ROLE \\\"{{name}}\\\" LOGIN PASSWORD '{{password}}';\"",
        )
        .changed("vault write kinds-db/roles/made default_ttl=20m", &["`default_ttl` is `20m`"])
        .back("vault delete kinds-db/roles/made")
        .denied(&["kinds-db/roles/made"]),
        Row {
            unseen: ['.'; 2],
            ..Row::new("vault/dynamic-credential", "vault read kinds-db/creds/granted")
                .never_another("a lease is there or not")
                .back("vault lease revoke -sync -prefix kinds-db/creds/granted")
                .denied(&["sys/leases/lookup/*"])
        },
        Row {
            start: Start::Otherwise("still logs in"),
            // That the old password lives is seen without credentials; that it is dead proves nothing.
            unseen: ['F', '?'],
            ..Row::new("vault/root-rotation", "vault write -f kinds-db/rotate-root/turned")
                .changed(
                    "PGPASSWORD=ADMINWORD psql -h HOST -p PORT -U ADMIN postgres \
    -c \"ALTER ROLE kinds_turner PASSWORD 'turners-own-word'\"",
                    &["still logs in"],
                )
                .denied(&["kinds-db/creds/turned"])
        },
        Row::new(
            "vault/static-role",
            "vault write kinds-db/static-roles/till \
    db_name=granted username=kinds_till rotation_period=24h",
        )
        .changed(
            "vault write kinds-db/static-roles/till username=kinds_till rotation_period=12h",
            &["`rotation_period` is `12h`"],
        )
        .back("vault delete kinds-db/static-roles/till")
        .denied(&["kinds-db/static-roles/till"]),
    ]
}

fn of_secrets() -> Vec<Row> {
    vec![
        Row::new("vault/kv-metadata", "vault kv metadata put -max-versions=5 kinds-kv/settings")
            .changed(
                "vault kv metadata put -max-versions=6 kinds-kv/settings",
                &["`max_versions` is `6`"],
            )
            .back("vault kv metadata delete kinds-kv/settings")
            .denied(&["kinds-kv/metadata/settings"]),
        // What the text wrote into it, and what another did, is compared and never told.
        Row::new("vault/kv-secret", "vault kv put kinds-kv/paint color=cornflower-blue")
            .changed("vault kv put kinds-kv/paint color=bottle-green", &["color", "another value"])
            .back("vault kv delete kinds-kv/paint")
            .denied(&["kinds-kv/data/paint"]),
        Row {
            start: Start::Otherwise("it is still there"),
            ..Row::new("vault/kv-version", "vault kv delete -versions=1 kinds-kv/versions")
                .changed("vault kv undelete -versions=1 kinds-kv/versions", &["it is still there"])
                .back("vault kv undelete -versions=1 kinds-kv/versions")
                .denied(&["kinds-kv/metadata/versions"])
        },
    ]
}

/// Proves them.
pub(super) fn prove(lab: &mut Lab) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    let (vault, postgres) = (&lab.world.vault, &lab.world.postgres);
    for (account, how, word) in [
        ("kinds_admin", "SUPERUSER", "admins-own-word"),
        ("kinds_turner", "SUPERUSER", "turners-own-word"),
        ("kinds_till", "NOSUPERUSER", "tills-own-word"),
    ] {
        let sql = format!("CREATE ROLE {account} {how} LOGIN PASSWORD '{word}'");
        postgres.sql("postgres", &sql)?;
    }
    let names = &lab.world.names;
    let secrets = ["cornflower-blue", "bottle-green", "-own-word", "first-day"];
    let nowhere = lab.directory.join("nowhere.md");
    let call = secrets.iter().fold(Check::new(lab, &nowhere), |call, word| call.secret(word));
    let ground = Ground {
        given: GIVEN,
        rows: rows(),
        words: vec![
            ("POSTGRES", postgres.socket.to_string()),
            ("HOST", postgres.socket.ip().to_string()),
            ("PORT", postgres.socket.port().to_string()),
            ("ADMINWORD", names.password.clone()),
            ("ADMIN", names.user.clone()),
        ],
        before: format!("export VAULT_ADDR={}", vault.address()),
        beside: "",
        call,
        hide: |lab, call, denied| {
            Ok(by(call, lab.world.vault.token_with("kinds-eyes", EYES, denied)?.expose()))
        },
        faults: faults(),
    };
    proven(lab, &ground)
}

/// What hides all of Vault.
fn faults() -> Vec<Fault> {
    let fault = |name, break_it| Fault { name, slow: false, break_it };
    let own = [
        fault("sealed", |lab, call| sealed(lab, call.clone())),
        fault("token invalid", |_, call| Ok(Broken::told(call.set("VAULT_TOKEN", "not-a-token")))),
    ];
    away().into_iter().chain(own).collect()
}

/// Vault is not there, or something else is.
pub(super) fn away() -> Vec<Fault> {
    let fault = |name, break_it| Fault { name, slow: false, break_it };
    vec![
        fault("down", |lab, call| Ok(down(lab, call))),
        fault("answers HTML", |lab, call| instead(lab, call, Manner::Html)),
        fault("answers 404", |lab, call| instead(lab, call, Manner::NotFoundPage)),
        Fault { slow: true, ..fault("silent", |lab, call| instead(lab, call, Manner::Silence)) },
    ]
}
