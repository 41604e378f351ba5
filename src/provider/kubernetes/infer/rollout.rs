//! `rollout`: restarts, pauses, and waiting until a change has arrived.

use super::super::create::exact;
use super::super::ready::{READY, YES};
use super::asked::Asked;
use super::look::confirmed;
use super::{Understood, not_understood};
use crate::claim::{Field, Meaning};
use crate::provider::Reading;

/// The annotation that a restart leaves in the template of the pods.
const RESTARTED: &str = "spec.template.metadata.annotations.kubectl.kubernetes.io/restartedAt";

/// `rollout WHAT TYPE/NAME`
pub(super) fn rolled(asked: &Asked<'_>) -> Understood {
    match asked.line.word(0).as_deref() {
        None | Some("history") => Err(Reading::Reads),
        Some("status") => Ok(confirmed(asked, 1, &[exact(READY, YES)])?),
        Some("restart") => {
            let any = Field::new(RESTARTED, "any time", Meaning::AnyValue);
            asked.change(1, |_| Ok(vec![any.clone()]))
        }
        Some("pause") => asked.change(1, |_| Ok(vec![exact("spec.paused", "true")])),
        Some("resume") => asked.change(1, |_| Ok(vec![Field::unset("spec.paused")])),
        // Which revision comes back, the text does not say.
        Some("undo") => asked.change(1, |_| Ok(Vec::new())),
        Some(what) => not_understood(&format!("`kubectl rollout {what}` is not known")),
    }
}
