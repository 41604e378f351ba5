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
    let all = requirements(selector);
    all.iter().map(|requirement| required(requirement, object)).fold(Fit::Yes, both)
}

/// What stands between the commas that are in no parentheses.
fn requirements(selector: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let parts = selector.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(str::trim).filter(|requirement| !requirement.is_empty()).collect()
}

fn both(one: Fit, other: Fit) -> Fit {
    match (one, other) {
        (Fit::No, _) | (_, Fit::No) => Fit::No,
        (Fit::Open, _) | (_, Fit::Open) => Fit::Open,
        _ => Fit::Yes,
    }
}

fn required(requirement: &str, object: &Known<'_>) -> Fit {
    if let Some((left, values)) = requirement.split_once('(') {
        let mut values = values.trim_end_matches(')').split(',').map(str::trim);
        let mut any = |key| {
            let fits = values.by_ref().map(|value| not(is(object, key, Some(value))));
            not(fits.fold(Fit::Yes, both))
        };
        return match left.split_whitespace().collect::<Vec<_>>().as_slice() {
            [key, "in"] => any(key),
            [key, "notin"] => not(any(key)),
            _ => Fit::Open,
        };
    }
    if let Some((key, value)) = requirement.split_once("!=") {
        return not(is(object, key.trim(), Some(value.trim())));
    }
    if let Some(key) = requirement.strip_prefix('!') {
        return not(is(object, key.trim(), None));
    }
    match requirement.split_once('=') {
        Some((key, value)) => is(object, key.trim(), Some(value.trim_start_matches('=').trim())),
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
