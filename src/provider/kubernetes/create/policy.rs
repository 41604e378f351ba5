//! Quotas, disruption budgets and priority classes as kubectl makes them.

use super::super::cli::Line;
use super::{exact, given, listed, pairs};
use crate::claim::{Field, Meaning};

pub(super) fn quota(line: &Line) -> Vec<Field> {
    let hard = pairs(line, "hard").into_iter();
    let hard =
        hard.map(|(key, value)| Field::new(format!("spec.hard.{key}"), value, Meaning::Quantity));
    let scopes = listed(line, "scopes").into_iter().enumerate();
    let scopes = scopes.map(|(index, scope)| exact(&format!("spec.scopes[{index}]"), scope));
    hard.chain(scopes).collect()
}

pub(super) fn disruption_budget(line: &Line) -> Vec<Field> {
    let mut fields = given(line, "min-available", "spec.minAvailable");
    fields.extend(given(line, "max-unavailable", "spec.maxUnavailable"));
    for (key, value) in pairs(line, "selector") {
        let value = value.literal().map_or(value, |text| text.trim_start_matches('=').into());
        fields.push(exact(&format!("spec.selector.matchLabels.{key}"), value));
    }
    fields
}

pub(super) fn priority_class(line: &Line) -> Vec<Field> {
    let mut fields = given(line, "value", "value");
    if line.has("global-default") {
        fields.push(exact("globalDefault", "true"));
    }
    fields.extend(given(line, "description", "description"));
    fields.extend(given(line, "preemption-policy", "preemptionPolicy"));
    fields
}
