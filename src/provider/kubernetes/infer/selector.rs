//! Label selectors, held against what the text says of an object's labels.

use super::known::Known;

/// Whether a selector picks an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// By what the text says, it does.
    Yes,
    /// The text does not say enough.
    Open,
    /// It does not.
    No,
}

/// Whether `selector` picks an object.
pub(super) fn fit(selector: &str, object: &Known<'_>) -> Fit {
    // `in (a, b)` is not taken apart.
    if selector.contains(['(', ' ']) {
        return Fit::Open;
    }
    let requirements = selector.split(',').filter(|requirement| !requirement.is_empty());
    requirements.map(|requirement| required(requirement, object)).fold(
        Fit::Yes,
        |one, other| match (one, other) {
            (Fit::No, _) | (_, Fit::No) => Fit::No,
            (Fit::Open, _) | (_, Fit::Open) => Fit::Open,
            _ => Fit::Yes,
        },
    )
}

fn required(requirement: &str, object: &Known<'_>) -> Fit {
    if let Some((key, value)) = requirement.split_once("!=") {
        return not(is(object, key, Some(value)));
    }
    if let Some(key) = requirement.strip_prefix('!') {
        return not(is(object, key, None));
    }
    match requirement.split_once('=') {
        Some((key, value)) => is(object, key, Some(value.trim_start_matches('='))),
        None => is(object, requirement, None),
    }
}

fn not(fit: Fit) -> Fit {
    match fit {
        Fit::Yes => Fit::No,
        Fit::No => Fit::Yes,
        Fit::Open => Fit::Open,
    }
}

/// Whether the object has this label, with this value where one is asked for.
fn is(object: &Known<'_>, key: &str, value: Option<&str>) -> Fit {
    match (object.label(key), value) {
        (Some(label), Some(value)) => match label.value() {
            Some(label) if label == value => Fit::Yes,
            Some(_) => Fit::No,
            None => Fit::Open,
        },
        (Some(_), None) => Fit::Yes,
        (None, _) if object.is_whole() => Fit::No,
        (None, _) => Fit::Open,
    }
}
