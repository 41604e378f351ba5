//! Ways to a Vault: its TLS listeners by the variables of the vault CLI, and the token's file.

use std::net::SocketAddr;
use std::path::Path;

use super::{Way, leads};
use crate::check::Check;
use crate::doors::{Doors, NAME};
use crate::faults::call;
use crate::faults::vault::BLIND_SOLVED;
use crate::lab::Lab;
use crate::wait::Done;

/// A server that hangs up at once may be faster than the request: its reason is then lost.
const LOST: &str = "broke off its answer";

/// The ways of this file.
pub(super) fn ways() -> Vec<Way> {
    let mut ways = vec![
        leads("vault::token_of_the_home_directory", token_file),
        leads("vault::ca_file", |lab| Ok(trusting(lab, |doors| doors.by_address))),
        leads("vault::ca_directory", directory_of_authorities),
        leads("vault::certificate_that_is_its_own_authority", |lab| {
            let doors = &lab.world.vault.doors;
            Ok(at(lab, doors.by_itself).set("VAULT_CACERT", text(&doors.itself)))
        }),
        leads("vault::skip_verify", |lab| {
            let doors = &lab.world.vault.doors;
            Ok(at(lab, doors.by_address).set("VAULT_SKIP_VERIFY", "true"))
        }),
        leads("vault::server_name", |lab| {
            Ok(trusting(lab, |doors| doors.by_name).set("VAULT_TLS_SERVER_NAME", NAME))
        }),
        leads("vault::client_certificate", |lab| {
            let client = &lab.world.vault.doors.client;
            Ok(trusting(lab, |doors| doors.mutual)
                .set("VAULT_CLIENT_CERT", text(&client.certificate))
                .set("VAULT_CLIENT_KEY", text(&client.key)))
        }),
    ];
    ways.extend(dead_ends());
    ways
}

fn dead_ends() -> Vec<Way> {
    let untrusted = &["certificate"];
    vec![
        ends("vault::no_ca", untrusted, |lab| Ok(at(lab, lab.world.vault.doors.by_address))),
        ends("vault::ca_of_another", untrusted, |lab| {
            let doors = &lab.world.vault.doors;
            Ok(at(lab, doors.by_address).set("VAULT_CACERT", text(&doors.stranger)))
        }),
        ends("vault::ca_file_missing", &["`VAULT_CACERT`"], |lab| {
            let missing = lab.directory.join("no-such-file.pem");
            Ok(at(lab, lab.world.vault.doors.by_address).set("VAULT_CACERT", text(&missing)))
        }),
        ends("vault::name_that_the_certificate_does_not_hold", untrusted, |lab| {
            Ok(trusting(lab, |doors| doors.by_name))
        }),
        ends(
            "vault::client_certificate_missing",
            &["asks for a client certificate", LOST],
            |lab| Ok(trusting(lab, |doors| doors.mutual)),
        ),
        ends("vault::tls_to_a_plain_listener", &["does not speak TLS"], |lab| {
            Ok(at(lab, lab.world.vault.socket))
        }),
        ends("vault::plain_to_a_tls_listener", &["has to say https", LOST], |lab| {
            let address = lab.world.vault.doors.by_address;
            Ok(call(lab).set("VAULT_ADDR", format!("http://{address}")))
        }),
    ]
}

/// A way on which no Vault is seen.
fn ends(name: &'static str, says: &'static [&'static str], call: fn(&Lab) -> Done<Check>) -> Way {
    Way { name, expected: BLIND_SOLVED, says, call }
}

fn at(lab: &Lab, address: SocketAddr) -> Check {
    call(lab).set("VAULT_ADDR", format!("https://{address}"))
}

fn trusting(lab: &Lab, door: fn(&Doors) -> SocketAddr) -> Check {
    let doors = &lab.world.vault.doors;
    at(lab, door(doors)).set("VAULT_CACERT", text(&doors.authority))
}

fn directory_of_authorities(lab: &Lab) -> Done<Check> {
    let doors = &lab.world.vault.doors;
    let directory = lab.directory.join("authorities");
    std::fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
    for (name, path) in [("one.pem", &doors.stranger), ("two.pem", &doors.authority)] {
        std::fs::copy(path, directory.join(name)).map_err(|error| error.to_string())?;
    }
    Ok(at(lab, doors.by_address).set("VAULT_CAPATH", text(&directory)))
}

fn token_file(lab: &Lab) -> Done<Check> {
    let home = lab.directory.join("home-with-token");
    std::fs::create_dir_all(&home).map_err(|error| error.to_string())?;
    let token = format!("{}\n", lab.world.vault.root_token);
    std::fs::write(home.join(".vault-token"), token).map_err(|error| error.to_string())?;
    Ok(call(lab).unset("VAULT_TOKEN").set("HOME", text(&home)))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
