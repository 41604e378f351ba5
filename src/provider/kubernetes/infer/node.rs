//! The verbs for nodes: `taint`, `cordon`, `uncordon`, `drain`.

use super::super::create::exact;
use super::asked::Asked;
use super::{Understood, not_understood};
use crate::claim::{Field, Text};

/// What a taint may do.
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// `taint nodes NAME KEY[=VALUE]:EFFECT`, and `KEY[:EFFECT]-` to take one away.
pub(super) fn tainted(asked: &Asked<'_>) -> Understood {
    let mut rest = asked.line.clone();
    let mut fields = Vec::new();
    rest.arguments.retain(|argument| {
        let found = taint(argument);
        let is_none = found.is_empty();
        fields.extend(found);
        is_none
    });
    if fields.is_empty() {
        return not_understood("the taint is not in the text");
    }
    let asked = Asked::new(rest, asked.call, asked.story);
    asked.change(0, |_| Ok(fields.clone()))
}

/// What an argument says of the taints; nothing where it is a name. Without an effect, all of the key are taken away.
fn taint(argument: &Text) -> Vec<Field> {
    let literal = argument.literal();
    if let Some(taken) = literal.as_deref().and_then(|text| text.strip_suffix('-')) {
        let known = taken.contains([':', '=']) || !taken.contains('/') || taken.contains('.');
        let (key, effect) = taken.split_once(':').unwrap_or((taken, ""));
        let key = key.split('=').next().unwrap_or(key);
        let effects = EFFECTS.into_iter().filter(|one| effect.is_empty() || *one == effect);
        let unset = effects.map(|effect| Field::unset(format!("spec.taints[{key}:{effect}]")));
        return if known { unset.collect() } else { Vec::new() };
    }
    set(argument).into_iter().collect()
}

fn set(argument: &Text) -> Option<Field> {
    let (start, effect) = argument.split_once(':')?;
    let effect = effect.literal()?;
    let (key, value) = start.split_once('=').unwrap_or((start, Text::from("")));
    Some(exact(&format!("spec.taints[{}:{effect}]", key.literal()?), value))
}

/// `cordon`, `uncordon` and `drain NODE`: whether pods may be put there.
pub(super) fn scheduled(asked: &Asked<'_>) -> Understood {
    let mut rest = asked.line.clone();
    if rest.arguments.is_empty() && !asked.picks() {
        return not_understood("the node is not in the text");
    }
    let slashed = rest.arguments.first().is_some_and(|name| name.split_once('/').is_some());
    if !slashed {
        rest.arguments.insert(0, "node".into());
    }
    let path = "spec.unschedulable";
    let back = rest.verb == "uncordon";
    let asked = Asked::new(rest, asked.call, asked.story);
    asked.change(0, |_| Ok(vec![if back { Field::unset(path) } else { exact(path, "true") }]))
}
