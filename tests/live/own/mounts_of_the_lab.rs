//! Engines and methods that the text does not enable, and credentials of an engine that is not for databases: not a
//! challenge of ours, only a text for this walk.

use serde_json::json;

use super::Course;
use super::row::{Row, row};
use crate::lab::Lab;
use crate::stand_in::{Manner, StandIn};
use crate::wait::Done;
use crate::world::Names;

const FENCES: [&str; 7] = [
    "vault secrets enable consul",
    "vault write consul/config/access address=ADDRESS token=for-the-walk",
    "vault write consul/roles/operator consul_policies=operators",
    "vault read -field=token consul/creds/operator",
    "vault write -f crypt/keys/orders",
    "vault write auth/people/users/ann password=for-the-walk",
    "vault delete crypt/keys/old",
];

/// What the lab has from the start is of the types that the paths need, and holds what goes.
const DONE: [Row; 8] = [
    row(0, "FFFFFFF", 1),
    row(1, "PFFFFFF", 2),
    row(2, "PPFFFFF", 3),
    row(3, "PPPFFFF", 4),
    row(4, "PPPPFFF", 5),
    row(5, "PPPPPFF", 6),
    row(6, "PPPPPPF", 7),
    row(7, "PPPPPPP", 0),
];

/// In a lab that has other things under the names of the text, nothing is known of what they keep.
const OF_ANOTHER_TYPE: [Row; 1] = [row(0, "FFFF.F.", 1)];

/// The walk.
pub(super) fn walk(lab: &mut Lab) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    let consul = StandIn::anywhere("127.0.0.1".parse().map_err(|_| "no address")?, Manner::Consul)?;
    let fences = FENCES.map(|fence| format!("```bash\n{fence}\n```\n"));
    let text = fences.join("\n").replace("ADDRESS", &consul.address.to_string());
    let challenge = lab.directory.join("mounts-of-the-lab.md");
    std::fs::write(&challenge, text).map_err(|error| error.to_string())?;
    let secrets = &["for-the-walk"];
    let course = |rows| Course {
        challenge: &challenge,
        quietly: &[],
        rows,
        refused: None,
        thorough: &[7],
        secrets,
    };
    let vault = &lab.world.vault;
    vault.write("sys/auth/people", &json!({ "type": "userpass" }))?;
    vault.write("sys/mounts/crypt", &json!({ "type": "kv" }))?;
    course(&OF_ANOTHER_TYPE).walk(lab)?;
    vault.delete("sys/mounts/crypt")?;
    vault.write("sys/mounts/crypt", &json!({ "type": "transit" }))?;
    vault.write("crypt/keys/old", &json!({}))?;
    vault.write("crypt/keys/old/config", &json!({ "deletion_allowed": true }))?;
    course(&DONE).walk(lab)?;
    if consul.asked() == 0 {
        return Err("Vault asked nobody for the token".into());
    }
    Ok(())
}
