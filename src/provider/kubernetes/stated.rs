//! The fields that a document of the text gives an object: a manifest, or a patch.

use serde_json::Value;

use super::fields::{Address, decoded, flatten, is_bookkeeping, is_status};
use crate::claim::{Field, Meaning, Text};
use crate::provider::masked::Masked;

/// The most fields of one object that are claimed.
const FIELD_LIMIT: usize = 100;

/// The fields that a document of this kind names, but for what the server tells or may write otherwise. A kind
/// that neither Kubernetes nor OpenShift brings along has no name here.
pub(super) fn stated(object: &Value, masked: &Masked, kind: &str) -> Vec<Field> {
    let named = flatten(object, Address::Name).into_iter();
    let fields = named.filter(|(path, value)| {
        let known = !masked.holds(path) && !is_bookkeeping(path) && !is_status(path);
        let schema = kind == "CustomResourceDefinition" && path.contains(".schema.");
        let said = kind.is_empty() || !is_left_out(path, value);
        known && !is_identity(path) && !schema && said
    });
    let fields = fields.filter_map(|(path, value)| field(kind, &path, &value, masked));
    fields.take(FIELD_LIMIT).collect()
}

/// A field by its path and value, as its kind stores it.
pub(super) fn field(kind: &str, path: &str, value: &Value, masked: &Masked) -> Option<Field> {
    let plain = match value {
        Value::String(text) => text.clone(),
        // The server writes whole numbers without a fraction.
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) if float.fract() == 0.0 => format!("{float:.0}"),
            _ => number.to_string(),
        },
        other => other.to_string(),
    };
    if kind == "Secret" {
        if let Some(key) = path.strip_prefix("stringData.") {
            return Some(sealed_field(key, masked.unmask(&plain)));
        }
        if let Some(key) = path.strip_prefix("data.") {
            return decoded(&plain).map(|text| sealed_field(key, Text::from(text)));
        }
    }
    let meaning = match value {
        value if kind.is_empty() && is_zero(value) => Meaning::Zero,
        _ if is_quantity(path) => Meaning::Quantity,
        _ => Meaning::Exact,
    };
    Some(Field::new(path, masked.unmask(&plain), meaning))
}

/// A field of a secret: its value is compared and never shown, though the text itself shows it.
pub(super) fn sealed_field(key: &str, value: Text) -> Field {
    Field::new(format!("data.{key}"), value.sealed(), Meaning::Exact)
}

fn is_identity(path: &str) -> bool {
    matches!(path, "apiVersion" | "kind" | "metadata.name" | "metadata.namespace")
}

/// What the server may leave out as it says nothing: empty texts, and truths and numbers that are the
/// default in the API's types.
fn is_left_out(path: &str, value: &Value) -> bool {
    const FALSE: [&str; 11] = [
        "readOnly",
        "hostNetwork",
        "hostPID",
        "hostIPC",
        "stdin",
        "stdinOnce",
        "tty",
        "paused",
        "publishNotReadyAddresses",
        "unschedulable",
        "preserveUnknownFields",
    ];
    const ZERO: [&str; 4] = ["minReadySeconds", "initialDelaySeconds", "priority", "hostPort"];
    let last = path.rsplit('.').next().unwrap_or(path);
    match value {
        Value::String(text) => text.is_empty(),
        Value::Bool(false) => FALSE.contains(&last),
        Value::Number(number) => number.as_i64() == Some(0) && ZERO.contains(&last),
        _ => false,
    }
}

/// Whether a controller that writes an object back may leave this out: Go writes no zeros where it is told so.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Bool(truth) => !truth,
        Value::Number(number) => number.as_f64() == Some(0.0),
        _ => false,
    }
}

/// Whether the server may write a value in another spelling: `1000m` as `1`.
fn is_quantity(path: &str) -> bool {
    const PLACES: [&str; 8] = [
        ".limits.",
        ".requests.",
        ".hard.",
        ".capacity.",
        ".default.",
        ".defaultRequest.",
        ".max.",
        ".min.",
    ];
    let place = PLACES.iter().any(|place| path.contains(place)) || path.ends_with("sizeLimit");
    place && !path.starts_with("data.") && !path.starts_with("metadata.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_of_a_custom_kind_may_be_left_out() {
        let object = serde_json::json!({"spec": {
            "weight": 0, "on": false, "note": "", "share": 0.0, "size": 1, "yes": true,
        }});
        let said = |kind: &str| {
            let fields = stated(&object, &Masked::default(), kind);
            let shown = fields.iter().map(|field| {
                let zero = if field.meaning == Meaning::Zero { "?" } else { "" };
                format!("{}={}{zero}", field.path.trim_start_matches("spec."), field.value.shown())
            });
            shown.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(said(""), "weight=0? on=false? note=? share=0? size=1 yes=true");
        assert_eq!(said("Deployment"), "weight=0 on=false share=0 size=1 yes=true");
    }
}
