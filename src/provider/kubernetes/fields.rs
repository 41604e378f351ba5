//! An object's fields as paths: `spec.replicas`, `spec.template.spec.containers[web].image`.

use k8s_openapi::ByteString;
use serde_json::Value;

use crate::claim::Facts;
use crate::secret::Secret;

/// The most fields of one object that are looked at.
const FIELD_LIMIT: usize = 4000;

/// How the entries of a list are addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// By name where each has its own, else by place.
    Name,
    /// By name and by place.
    Both,
}

/// All scalar fields, in order.
pub(super) fn flatten(value: &Value, address: Address) -> Vec<(String, Value)> {
    let mut fields = Vec::new();
    walk(value, String::new(), address, &mut fields);
    fields
}

/// What may be compared of an object: without its status, its book-keeping and the text of a secret.
pub(super) fn facts(object: &Value) -> Facts {
    let secret = object["kind"] == "Secret";
    let mut facts = Facts::none();
    for (path, value) in flatten(object, Address::Both) {
        if is_bookkeeping(&path) {
            continue;
        }
        facts = match value {
            Value::String(text) if secret && path.starts_with("data.") => {
                facts.sealed(path, Secret::new(decoded(&text).unwrap_or(text)))
            }
            // What a container is given may be a password, whatever its name.
            Value::String(text) if path.contains(".env[") && path.ends_with("].value") => {
                facts.sealed(path, Secret::new(text))
            }
            value => facts.with(path, value),
        };
    }
    facts
}

/// The text that a secret's base64 stands for.
pub(super) fn decoded(base64: &str) -> Option<String> {
    let bytes: ByteString = serde_json::from_value(Value::String(base64.to_owned())).ok()?;
    String::from_utf8(bytes.0).ok()
}

/// What the server keeps for itself, or repeats.
pub(super) fn is_bookkeeping(path: &str) -> bool {
    const KEPT: [&str; 9] = [
        "status.",
        "status[",
        "metadata.managedFields",
        "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration",
        "metadata.uid",
        "metadata.resourceVersion",
        "metadata.creationTimestamp",
        "metadata.generation",
        "metadata.selfLink",
    ];
    KEPT.iter().any(|start| path.starts_with(start))
}

fn walk(value: &Value, path: String, address: Address, fields: &mut Vec<(String, Value)>) {
    if fields.len() >= FIELD_LIMIT {
        return;
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                walk(value, path, address, fields);
            }
        }
        Value::Array(entries) => {
            let names = names(entries);
            for (index, entry) in entries.iter().enumerate() {
                if let Some(names) = &names {
                    walk(entry, format!("{path}[{}]", names[index]), address, fields);
                }
                if names.is_none() || address == Address::Both {
                    walk(entry, format!("{path}[{index}]"), address, fields);
                }
            }
        }
        Value::Null => {}
        scalar => fields.push((path, scalar.clone())),
    }
}

/// The names of a list's entries, where each has its own.
fn names(entries: &[Value]) -> Option<Vec<&str>> {
    let names: Vec<&str> =
        entries.iter().map(|entry| entry.get("name")?.as_str()).collect::<Option<_>>()?;
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    (sorted.len() == names.len() && !names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Fact;

    #[test]
    fn containers_are_addressed_by_name_and_place() {
        let object = serde_json::json!({
            "kind": "Deployment",
            "metadata": {"labels": {"app.kubernetes.io/name": "web"}, "managedFields": [{"a": 1}]},
            "spec": {"replicas": 3, "template": {"spec": {"containers": [
                {"name": "web", "image": "nginx:1", "args": ["-x"], "env": [{"name": "P", "value": "v"}]},
            ]}}},
            "status": {"replicas": 1},
        });
        let facts = facts(&object);
        let plain = |path: &str| match facts.get(path) {
            Some(Fact::Plain(value)) => value.clone(),
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(plain("spec.replicas"), 3);
        assert_eq!(plain("metadata.labels.app.kubernetes.io/name"), "web");
        assert_eq!(plain("spec.template.spec.containers[web].image"), "nginx:1");
        assert_eq!(plain("spec.template.spec.containers[0].image"), "nginx:1");
        assert_eq!(plain("spec.template.spec.containers[web].args[0]"), "-x");
        assert!(matches!(
            facts.get("spec.template.spec.containers[web].env[P].value"),
            Some(Fact::Sealed(_))
        ));
        assert!(facts.fields().iter().all(|(path, _)| !is_bookkeeping(path)));
    }

    #[test]
    fn a_secret_is_decoded_and_sealed() {
        let object = serde_json::json!({"kind": "Secret", "data": {"password": "aHVudGVyMg=="}});
        let sealed = Fact::Sealed(Secret::new("hunter2"));
        assert_eq!(facts(&object).get("data.password"), Some(&sealed));
    }
}
