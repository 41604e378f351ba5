//! `make-change-delete`: three things live a whole life, three others stay.

use serde_json::json;

use super::by_the_table;
use crate::lab::Lab;
use crate::table::After;
use crate::wait::Done;

/// Steps 1, 7 and 10 make, change and delete the Deployment `web`; 3, 8 and 11 a secret; 5, 9 and 12
/// a role. 2, 4 and 6 make what stays. By the timeline's rules:
///
/// - Each of the three lives ends as it began, not there. While the thing is not there, nothing can
///   be told of its steps: skip, before and after. So *here* passes over them: on the untouched
///   lab it is 2, and after 2 it is 4.
/// - While the thing is there, all can be told: what is not yet changed or deleted fails.
/// - What a change replaces is not demanded again. Whether a claim that was replaced in part counts
///   as a pass (the rest holds) or as a skip is left open (`o`).
const TABLE: [After; 13] = [
    After { step: 0, outcomes: ".F.F.F......", here: Some(2) },
    After { step: 1, outcomes: "PF.F.FF..F..", here: Some(2) },
    After { step: 2, outcomes: "PP.F.FF..F..", here: Some(4) },
    After { step: 3, outcomes: "PPPF.FFF.FF.", here: Some(4) },
    After { step: 4, outcomes: "PPPP.FFF.FF.", here: Some(6) },
    After { step: 5, outcomes: "PPPPPFFFFFFF", here: Some(6) },
    After { step: 6, outcomes: "PPPPPPFFFFFF", here: Some(7) },
    After { step: 7, outcomes: "oPPPPPPFFFFF", here: Some(8) },
    After { step: 8, outcomes: "oPoPPPPPFFFF", here: Some(9) },
    After { step: 9, outcomes: "oPoPoPPPPFFF", here: Some(10) },
    After { step: 10, outcomes: ".PoPoP.PP.FF", here: Some(11) },
    After { step: 11, outcomes: ".P.PoP..P..F", here: Some(12) },
    After { step: 12, outcomes: ".P.P.P......", here: None },
];

/// The text takes the engine at `database/` and its connection `shop` for granted.
pub(super) fn walk(lab: &mut Lab) -> Done<()> {
    let names = &lab.world.names;
    let vault = &lab.world.vault;
    vault.write("sys/mounts/database", &json!({ "type": "database" }))?;
    let address = lab.world.postgres.socket;
    let connection = json!({
        "plugin_name": "postgresql-database-plugin",
        "allowed_roles": "*",
        "connection_url":
            format!("postgresql://{{{{username}}}}:{{{{password}}}}@{address}/?sslmode=disable"),
        "username": names.user,
        "password": names.password,
    });
    vault.write("database/config/shop", &connection)?;
    let walked = by_the_table(lab, "make-change-delete", &TABLE, None);
    let made = ["delete", "deployment", "web", "cache", "--ignore-not-found"];
    lab.kubernetes.kubectl(&made)?;
    walked
}
