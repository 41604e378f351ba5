//! An object's fields as paths: `spec.replicas`, `spec.template.spec.containers[web].image`.

use k8s_openapi::ByteString;
use serde_json::Value;

use super::ready::{READY, readiness};
use crate::claim::Facts;
use crate::secret::Secret;

/// The most fields of one object that are looked at.
const FIELD_LIMIT: usize = 6000;
/// What stands for a list or a mapping that is there: only whether it is can be asked.
const SOMETHING: &str = "…";

/// How the entries of a list are addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// By name where each has its own, else by place.
    Name,
    /// By name, which several may share, and by place.
    Both,
}

/// All scalar fields, in order.
pub(super) fn flatten(value: &Value, address: Address) -> Vec<(String, Value)> {
    let mut fields = Vec::new();
    walk(value, String::new(), address, &mut fields);
    fields
}

/// The same of a part of an object, by their paths in the whole.
pub(super) fn flatten_under(value: &Value, path: &str, address: Address) -> Vec<(String, Value)> {
    let mut fields = Vec::new();
    walk(value, path.to_owned(), address, &mut fields);
    fields
}

/// The paths of what a document says to be null.
pub(super) fn nulls(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    find_nulls(value, String::new(), &mut found);
    found
}

fn find_nulls(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Null if !path.is_empty() => found.push(path),
        Value::Object(map) => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                find_nulls(value, path, found);
            }
        }
        Value::Array(entries) => {
            let Some(names) = names(entries) else { return };
            for (name, entry) in names.iter().zip(entries) {
                find_nulls(entry, format!("{path}[{name}]"), found);
            }
        }
        _ => {}
    }
}

/// What may be compared of an object: without its book-keeping and the text of a secret.
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
    for (path, value) in conditions(object).chain(taints(object)) {
        facts = facts.with(path, value);
    }
    let facts = match readiness(object) {
        Some(ready) => facts.with(READY, ready),
        None => facts,
    };
    facts.whole(object)
}

/// The conditions of a status, by their types.
fn conditions(object: &Value) -> impl Iterator<Item = (String, Value)> + '_ {
    entries_of(&object["status"]["conditions"]).filter_map(|condition| {
        let path = format!("status.conditions[{}]", condition["type"].as_str()?);
        Some((path, condition["status"].clone()))
    })
}

/// The taints of a node, by key and effect.
fn taints(object: &Value) -> impl Iterator<Item = (String, Value)> + '_ {
    entries_of(&object["spec"]["taints"]).map(|taint| {
        let key = taint["key"].as_str().unwrap_or_default();
        let effect = taint["effect"].as_str().unwrap_or_default();
        let value = taint["value"].as_str().unwrap_or_default();
        (format!("spec.taints[{key}:{effect}]"), Value::from(value))
    })
}

fn entries_of(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// The text that a secret's base64 stands for.
pub(super) fn decoded(base64: &str) -> Option<String> {
    let bytes: ByteString = serde_json::from_value(Value::String(base64.to_owned())).ok()?;
    String::from_utf8(bytes.0).ok()
}

/// What the server tells of an object, as against what is asked of it.
pub(super) fn is_status(path: &str) -> bool {
    path.starts_with("status.") || path.starts_with("status[")
}

/// What the server keeps for itself, or repeats.
pub(super) fn is_bookkeeping(path: &str) -> bool {
    const KEPT: [&str; 7] = [
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
    let empty = value.as_object().is_some_and(serde_json::Map::is_empty)
        || value.as_array().is_some_and(Vec::is_empty);
    let composed = value.is_object() || value.is_array();
    if address == Address::Both && composed && !empty && !path.is_empty() {
        fields.push((path.clone(), Value::from(SOMETHING)));
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                walk(value, path, address, fields);
            }
        }
        Value::Array(entries) => {
            let names = match address {
                Address::Name => names(entries),
                Address::Both => shared_names(entries),
            };
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
    let names = shared_names(entries)?;
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    (sorted.len() == names.len()).then_some(names)
}

/// The names of a list's entries, where each has one.
fn shared_names(entries: &[Value]) -> Option<Vec<&str>> {
    let names: Vec<&str> =
        entries.iter().map(|entry| entry.get("name")?.as_str()).collect::<Option<_>>()?;
    (!names.is_empty()).then_some(names)
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
            "status": {"replicas": 1, "conditions": [{"type": "Available", "status": "True"}]},
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
        assert_eq!(plain("spec.template"), "…");
        assert_eq!(plain("status.conditions[Available]"), "True");
        assert_eq!(plain("ready"), "0 of 3 replicas are available");
        assert!(facts.fields().iter().all(|(path, _)| !is_bookkeeping(path)));
    }

    #[test]
    fn taints_are_addressed_by_key_and_effect() {
        let object = serde_json::json!({"kind": "Node", "spec": {"taints": [
            {"key": "gpu", "value": "a100", "effect": "NoSchedule"},
            {"key": "old", "effect": "NoExecute"},
        ]}});
        let facts = facts(&object);
        let plain = |path: &str| facts.get(path).cloned();
        assert_eq!(plain("spec.taints[gpu:NoSchedule]"), Some(Fact::Plain("a100".into())));
        assert_eq!(plain("spec.taints[old:NoExecute]"), Some(Fact::Plain("".into())));
        assert_eq!(plain("spec.taints[gpu:NoExecute]"), None);
    }

    #[test]
    fn two_entries_of_one_name_are_both_found_by_it() {
        let object = serde_json::json!({"kind": "RoleBinding", "subjects": [
            {"kind": "ServiceAccount", "name": "default", "namespace": "a"},
            {"kind": "ServiceAccount", "name": "default", "namespace": "b"},
        ]});
        let facts = facts(&object);
        let found = facts.at("subjects[default].namespace");
        assert_eq!(
            found.iter().map(|fact| &**fact).collect::<Vec<_>>(),
            [&Fact::Plain("a".into()), &Fact::Plain("b".into())]
        );
        assert_eq!(facts.get("subjects[1].namespace"), Some(&Fact::Plain("b".into())));
    }

    #[test]
    fn a_secret_is_decoded_and_sealed() {
        let object = serde_json::json!({"kind": "Secret", "data": {"password": "aHVudGVyMg=="}});
        let sealed = Fact::Sealed(Secret::new("hunter2"));
        assert_eq!(facts(&object).get("data.password"), Some(&sealed));
    }
}
