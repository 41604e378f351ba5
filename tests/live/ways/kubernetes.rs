//! Ways to a cluster that a kubeconfig can describe.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Way, leads};
use crate::certificates::Pair;
use crate::check::Check;
use crate::faults::call;
use crate::faults::kubernetes::BLIND_SOLVED;
use crate::lab::Lab;
use crate::wait::Done;

/// A name that the API server's own certificate holds, and one that it does not.
const NAMES: [&str; 2] = ["kubernetes.default.svc", "kubernetes.lab.invalid"];

/// The ways of this file.
pub(super) fn ways() -> Vec<Way> {
    let mut ways = vec![
        leads("kubernetes::client_certificate_in_files", |lab| {
            let Pair { certificate, key } = administrator(lab)?;
            let user = json!({ "client-certificate": certificate, "client-key": key });
            configured(lab, "files", &trusted(lab), &user)
        }),
        leads("kubernetes::client_certificate_inline", |lab| {
            let pair = administrator(lab)?;
            let user = json!({
                "client-certificate-data": base64(&read(&pair.certificate)?),
                "client-key-data": base64(&read(&pair.key)?),
            });
            let authority = base64(&read(&lab.kubernetes.ca)?);
            let cluster = json!({ "server": lab.kubernetes.server(), "certificate-authority-data": authority });
            configured(lab, "inline", &cluster, &user)
        }),
        leads("kubernetes::token_in_a_file", |lab| {
            let path = lab.directory.join("token");
            std::fs::write(&path, format!("{}\n", lab.kubernetes.admin()))
                .map_err(|error| error.to_string())?;
            configured(lab, "token-file", &trusted(lab), &json!({ "tokenFile": path }))
        }),
        leads("kubernetes::skip_verify", |lab| {
            let cluster =
                json!({ "server": lab.kubernetes.server(), "insecure-skip-tls-verify": true });
            configured(lab, "skip", &cluster, &by_token(lab))
        }),
        leads("kubernetes::server_name", |lab| named(lab, NAMES[0])),
        leads("kubernetes::plugin_with_a_token", |lab| {
            plugin(lab, "token", &answer(&json!({ "token": lab.kubernetes.admin() })))
        }),
        leads("kubernetes::plugin_with_a_certificate", |lab| {
            let pair = administrator(lab)?;
            let status = json!({
                "clientCertificateData": read(&pair.certificate)?,
                "clientKeyData": read(&pair.key)?,
            });
            plugin(lab, "certificate", &answer(&status))
        }),
    ];
    ways.extend(dead_ends());
    ways
}

fn dead_ends() -> Vec<Way> {
    vec![
        ends("kubernetes::no_ca", &["certificate"], |lab| {
            let cluster = json!({ "server": lab.kubernetes.server() });
            configured(lab, "no-ca", &cluster, &by_token(lab))
        }),
        ends("kubernetes::ca_of_another", &["certificate"], |lab| {
            let other = &lab.kubernetes.clients.certificate;
            let cluster =
                json!({ "server": lab.kubernetes.server(), "certificate-authority": other });
            configured(lab, "other-ca", &cluster, &by_token(lab))
        }),
        ends("kubernetes::name_that_the_certificate_does_not_hold", &["certificate"], |lab| {
            named(lab, NAMES[1])
        }),
        ends("kubernetes::client_certificate_without_rights", &["may not"], |lab| {
            let Pair { certificate, key } = lab.kubernetes.clients.client("nobody", "nobodies")?;
            let user = json!({ "client-certificate": certificate, "client-key": key });
            configured(lab, "nobody", &trusted(lab), &user)
        }),
        ends("kubernetes::client_certificate_of_another", &["credentials (401)"], |lab| {
            let Pair { certificate, key } = &lab.world.vault.doors.client;
            let user = json!({ "client-certificate": certificate, "client-key": key });
            configured(lab, "stranger", &trusted(lab), &user)
        }),
        ends("kubernetes::plugin_that_fails", &["credentials"], |lab| {
            plugin(lab, "fails", "echo not logged in >&2; exit 1")
        }),
        ends("kubernetes::plugin_that_is_missing", &["credentials"], |lab| {
            let exec = json!({ "apiVersion": "client.authentication.k8s.io/v1",
                "command": lab.directory.join("no-such-plugin"), "interactiveMode": "Never" });
            configured(lab, "no-plugin", &trusted(lab), &json!({ "exec": exec }))
        }),
    ]
}

/// A way on which no cluster is seen.
fn ends(name: &'static str, says: &'static [&'static str], call: fn(&Lab) -> Done<Check>) -> Way {
    Way { name, expected: BLIND_SOLVED, says, call }
}

fn configured(lab: &Lab, name: &str, cluster: &Value, user: &Value) -> Done<Check> {
    let path = lab.kubernetes.kubeconfig_with(name, cluster, user)?;
    Ok(call(lab).set("KUBECONFIG", path.display().to_string()))
}

fn trusted(lab: &Lab) -> Value {
    json!({ "server": lab.kubernetes.server(), "certificate-authority": lab.kubernetes.ca })
}

fn by_token(lab: &Lab) -> Value {
    json!({ "token": lab.kubernetes.admin() })
}

fn named(lab: &Lab, name: &str) -> Done<Check> {
    let mut cluster = trusted(lab);
    cluster["tls-server-name"] = json!(name);
    configured(lab, name, &cluster, &by_token(lab))
}

fn administrator(lab: &Lab) -> Done<Pair> {
    lab.kubernetes.clients.client("administrator", "system:masters")
}

/// A credential plugin of a shell script.
fn plugin(lab: &Lab, name: &str, script: &str) -> Done<Check> {
    let path: PathBuf = lab.directory.join(format!("plugin-{name}"));
    let write = || {
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n"))?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))
    };
    write().map_err(|error| format!("{}: {error}", path.display()))?;
    let exec = json!({ "apiVersion": "client.authentication.k8s.io/v1", "command": path,
        "interactiveMode": "IfAvailable" });
    configured(lab, &format!("plugin-{name}"), &trusted(lab), &json!({ "exec": exec }))
}

fn answer(status: &Value) -> String {
    let credential = json!({ "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential", "status": status });
    format!("cat <<'END'\n{credential}\nEND")
}

fn read(path: &Path) -> Done<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Standard base64: what `…-data` fields hold.
fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bytes = [chunk[0], *chunk.get(1).unwrap_or(&0), *chunk.get(2).unwrap_or(&0)];
        let number = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]);
        for place in 0..=chunk.len() {
            let index = usize::try_from(number >> (18 - 6 * place) & 63).unwrap_or(0);
            encoded.push(char::from(LETTERS[index]));
        }
        encoded.extend(std::iter::repeat_n('=', 3 - chunk.len()));
    }
    encoded
}
