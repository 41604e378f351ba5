//! `move-to-a-new-namespace`: a namespace is deleted with what it holds.

use serde_json::json;

use super::by_the_table;
use crate::lab::Lab;
use crate::table::After;
use crate::wait::Done;
use crate::world::deployment;

/// 1 only reads. 2 changes what 5 takes away with its namespace: from then on it is overtaken.
/// The namespace of 4 is one that the text makes itself (3): while it is missing, what it is to
/// hold is missing, and that is the learner's to do. 6 confirms 5.
const TABLE: [After; 7] = [
    After { step: 0, outcomes: "-FFFFF", here: Some(2) },
    After { step: 1, outcomes: "-FFFFF", here: Some(2) },
    After { step: 2, outcomes: "-PFFFF", here: Some(3) },
    After { step: 3, outcomes: "-PPFFF", here: Some(4) },
    After { step: 4, outcomes: "-PPPFF", here: Some(5) },
    After { step: 5, outcomes: "-.PPPP", here: None },
    After { step: 6, outcomes: "-.PPPP", here: None },
];

/// The text takes the namespace `shop-trial` with its Deployment `web` for granted.
pub(super) fn walk(lab: &mut Lab) -> Done<()> {
    let namespace = json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop-trial" },
    });
    lab.kubernetes.apply(&namespace)?;
    lab.kubernetes.apply(&deployment("web", "shop-trial"))?;
    let walked = by_the_table(lab, "move-to-a-new-namespace", &TABLE, Some(6));
    let made = ["delete", "namespace", "shop", "shop-trial", "--ignore-not-found"];
    lab.kubernetes.kubectl(&made)?;
    walked
}
