//! `patch`: the fields that a strategic or merge patch names, and the paths of a JSON patch.

use serde_json::Value;

use super::super::fields::{Address, flatten, flatten_under, nulls};
use super::super::openshift;
use super::super::resources::usual;
use super::super::stated::{field, stated};
use super::Understood;
use super::asked::{Asked, Object};
use super::containers::pod_spec;
use super::known::Known;
use super::not_understood;
use crate::claim::{Field, Meaning, Text};
use crate::provider::Reading;
use crate::provider::Unseen;
use crate::provider::masked::Masked;

/// `patch TYPE NAME -p PATCH --type=TYPE`
pub(super) fn patched(asked: &Asked<'_>) -> Understood {
    let line = &asked.line;
    let file = line.flag("patch-file").map(|name| name.literal().and_then(|n| asked.call.file(&n)));
    let patch: &Text = match (line.flag("patch"), file) {
        (Some(patch), _) | (None, Some(Some(patch))) => patch,
        (None, Some(None)) => return Err(Reading::NotObservable(Unseen::NotInText)),
        (None, None) => return not_understood("the patch is not in the text"),
    };
    let form = line.flag("type").map_or_else(|| Some("strategic".to_owned()), Text::literal);
    let masked = Masked::new(patch);
    let Some(document) = read(&masked.text) else {
        if !patch.unbound().is_empty() && patch.literal().is_none() {
            return Err(Reading::NotObservable(Unseen::NotInText));
        }
        return not_understood("the patch is neither JSON nor YAML");
    };
    asked.change(0, |object| {
        let known = usual(&object.word).or_else(|| openshift::known(&object.word));
        let kind = known.map_or(String::new(), |resource| resource.kind);
        match (form.as_deref(), &document) {
            (Some("json"), Value::Array(operations)) => {
                let fields = operations.iter();
                Ok(fields.flat_map(|one| operation(asked, object, one, &masked, &kind)).collect())
            }
            (Some("merge" | "strategic"), Value::Object(_)) => {
                Ok(merged(&document, &masked, &kind))
            }
            _ => Err(Reading::NotUnderstood("the patch is not of its type".to_owned())),
        }
    })
}

fn read(text: &str) -> Option<Value> {
    let value: Value =
        serde_json::from_str(text).ok().or_else(|| serde_yaml::from_str(text).ok())?;
    (value.is_object() || value.is_array()).then_some(value)
}

/// The fields of a merge: those that are named are set, those that are null are gone.
fn merged(document: &Value, masked: &Masked, kind: &str) -> Vec<Field> {
    let mut kept = document.clone();
    let mut gone = Vec::new();
    take_deleted(&mut kept, "", &mut gone);
    let mut fields = stated(&kept, masked, kind);
    fields.retain(|field| !field.path.contains('$'));
    let null = nulls(&kept).into_iter().filter(|path| !path.contains('$') && !masked.holds(path));
    fields.extend(null.map(Field::unset));
    fields.extend(gone.into_iter().map(Field::unset));
    fields
}

/// Takes the entries out that `$patch: delete` takes away.
fn take_deleted(value: &mut Value, path: &str, gone: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                take_deleted(value, &path, gone);
            }
        }
        Value::Array(entries) => {
            entries.retain(|entry| {
                let deleted = entry["$patch"] == "delete";
                if let (true, Some(name)) = (deleted, entry["name"].as_str()) {
                    gone.push(format!("{path}[{name}].name"));
                }
                !deleted
            });
            for entry in entries {
                let name = entry["name"].as_str().unwrap_or_default();
                let path = format!("{path}[{name}]");
                take_deleted(entry, &path, gone);
            }
        }
        _ => {}
    }
}

/// What one operation of a JSON patch leaves behind.
fn operation(
    asked: &Asked<'_>,
    object: &Object,
    operation: &Value,
    masked: &Masked,
    kind: &str,
) -> Vec<Field> {
    let Some(pointer) = operation["path"].as_str() else { return Vec::new() };
    if masked.holds(pointer) {
        return Vec::new();
    }
    let Some(place) = path_of(asked, object, pointer) else { return Vec::new() };
    match (operation["op"].as_str(), &operation["value"]) {
        (Some("remove"), _) => match place {
            // The entries behind it move up: nothing tells what is gone.
            Place::Entry(_) | Place::End(_) => Vec::new(),
            Place::Field(path) => vec![Field::unset(path)],
        },
        (Some("add" | "replace"), value) => {
            let path = match (&place, value["name"].as_str()) {
                (Place::End(path), Some(name)) => format!("{path}[{name}]"),
                (Place::End(_), None) => return Vec::new(),
                (Place::Field(path) | Place::Entry(path), _) => path.clone(),
            };
            if !value.is_object() && !value.is_array() {
                return field(kind, &path, value, masked).into_iter().collect();
            }
            let under = flatten_under(value, &path, Address::Name);
            if under.is_empty() && flatten(value, Address::Name).is_empty() {
                return vec![Field::new(path, "anything", Meaning::AnyValue)];
            }
            under.iter().filter_map(|(path, value)| field(kind, path, value, masked)).collect()
        }
        _ => Vec::new(),
    }
}

/// Where a pointer of a JSON patch points.
enum Place {
    /// A field by its path.
    Field(String),
    /// An entry of a list.
    Entry(String),
    /// Behind the last entry of this list.
    End(String),
}

fn path_of(asked: &Asked<'_>, object: &Object, pointer: &str) -> Option<Place> {
    let mut path = String::new();
    let mut entry = false;
    let mut parts = pointer.strip_prefix('/')?.split('/').peekable();
    while let Some(part) = parts.next() {
        let part = part.replace("~1", "/").replace("~0", "~");
        entry = false;
        if part == "-" {
            return parts.peek().is_none().then_some(Place::End(path));
        }
        if !path.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) && !is_map(&path) {
            let index: usize = part.parse().ok()?;
            let name = name_at(asked, object, &path, index);
            path.extend(["[", &name, "]"]);
            entry = true;
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&part);
        }
    }
    Some(if entry { Place::Entry(path) } else { Place::Field(path) })
}

/// Whether keys may be numbers: in data, labels and annotations.
fn is_map(path: &str) -> bool {
    ["data", "stringData", "labels", "annotations", "matchLabels", "nodeSelector"]
        .iter()
        .any(|end| path == *end || path.ends_with(&format!(".{end}")))
}

/// The name of the entry at a place, where the text has made the object with it; else the place itself.
fn name_at(asked: &Asked<'_>, object: &Object, list: &str, index: usize) -> String {
    let known = asked
        .of(object)
        .filter(|known| known.is_whole() || list.starts_with(pod_spec(&object.word)));
    let start = format!("{list}[");
    let mut names: Vec<&str> = Vec::new();
    for path in known.into_iter().flat_map(Known::paths) {
        let Some(name) = path.strip_prefix(&start).and_then(|rest| rest.split(']').next()) else {
            continue;
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.get(index).map_or_else(|| index.to_string(), |name| (*name).to_owned())
}
