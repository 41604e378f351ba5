//! `set`: what it changes of the containers of a pod or of a template, and of what stands around them.

use super::super::create::{commas, exact, pairs, rbac_subjects};
use super::super::resources::canonical;
use super::asked::{Asked, Object};
use super::change::{Pair, split_pairs};
use super::{Understood, not_understood};
use crate::claim::{Field, Meaning, Text};
use crate::provider::{Reading, Unseen};

/// `set WHAT …`
pub(super) fn set(asked: &Asked<'_>) -> Understood {
    match asked.line.word(0).as_deref() {
        Some("image") => image(asked),
        Some("env") => env(asked),
        Some("resources") => resources(asked),
        Some("serviceaccount" | "sa") => service_account(asked),
        Some("selector") => selector(asked),
        Some("subject") => {
            let fields = rbac_subjects(&asked.line);
            asked.change(1, |_| Ok(fields.clone()))
        }
        Some(what) => not_understood(&format!("`kubectl set {what}` is not known")),
        None => not_understood("what is set is not in the text"),
    }
}

/// Where an object has its pod's specification.
pub(super) fn pod_spec(word: &str) -> &'static str {
    match word {
        "pod" => "spec",
        "cronjob" => "spec.jobTemplate.spec.template.spec",
        _ => "spec.template.spec",
    }
}

/// The paths of the containers that `wanted` names: by name, or for `*` all that the text knows of, and the
/// first one where it knows none.
fn containers(asked: &Asked<'_>, object: &Object, wanted: &str) -> Vec<String> {
    let spec = pod_spec(&object.word);
    let path = |list: &str, name: &str| format!("{spec}.{list}[{name}]");
    let mut known: Vec<(&str, &str)> = Vec::new();
    for list in ["containers", "initContainers"] {
        let start = format!("{spec}.{list}[");
        let paths = asked.of(object).into_iter().flat_map(|known| known.paths());
        for name in paths.filter_map(|path| path.strip_prefix(&start)?.split(']').next()) {
            if !known.contains(&(list, name)) {
                known.push((list, name));
            }
        }
    }
    if wanted != "*" {
        let initial =
            known.contains(&("initContainers", wanted)) && !known.contains(&("containers", wanted));
        return vec![path(if initial { "initContainers" } else { "containers" }, wanted)];
    }
    let all = known.iter().filter(|(list, _)| *list == "containers");
    let all: Vec<String> = all.map(|(list, name)| path(list, name)).collect();
    if all.is_empty() { vec![path("containers", "0")] } else { all }
}

fn image(asked: &Asked<'_>) -> Understood {
    let (rest, found) = split_pairs(&asked.line);
    let images: Vec<(String, Text)> = found
        .into_iter()
        .filter_map(|pair| match pair {
            Pair::Set(name, image) => Some((name, image)),
            Pair::Unset(_) => None,
        })
        .collect();
    if images.is_empty() {
        return not_understood("which containers it changes is not in the text");
    }
    let asked = Asked::new(rest, asked.call, asked.story);
    asked.change(1, |object| {
        let mut fields = Vec::new();
        for (name, image) in &images {
            for container in containers(&asked, object, name) {
                fields.push(exact(&format!("{container}.image"), image.clone()));
            }
        }
        Ok(fields)
    })
}

/// The containers that `-c` names; all without it. A pattern is none of them.
fn flagged(asked: &Asked<'_>, object: &Object) -> Result<Vec<String>, Reading> {
    let wanted = match asked.line.flag("containers").or_else(|| asked.line.flag("container")) {
        None => "*".to_owned(),
        Some(name) => name.literal().unwrap_or_default(),
    };
    if wanted.is_empty() || wanted != "*" && wanted.contains(['*', '?']) {
        return Err(Reading::NotObservable(Unseen::NotInText));
    }
    Ok(containers(asked, object, &wanted))
}

fn env(asked: &Asked<'_>) -> Understood {
    let (rest, mut variables) = split_pairs(&asked.line);
    for (key, value) in asked.line.all("env").filter_map(|pair| pair.split_once('=')) {
        variables.extend(key.literal().map(|key| Pair::Set(key, value)));
    }
    let from = asked.line.flag("from").cloned();
    if variables.is_empty() && from.is_none() {
        return Err(Reading::NotObservable(Unseen::NotInText));
    }
    let asked = Asked::new(rest, asked.call, asked.story);
    let imported = from.map(|from| imported(&asked, &from)).unwrap_or_default();
    asked.change(1, |object| {
        let mut fields = Vec::new();
        for container in flagged(&asked, object)? {
            for variable in &variables {
                fields.extend(match variable {
                    Pair::Set(key, value) if value.literal().as_deref() == Some("") => {
                        Some(exact(&format!("{container}.env[{key}].name"), key.as_str()))
                    }
                    Pair::Set(key, value) => {
                        Some(exact(&format!("{container}.env[{key}].value"), value.clone()))
                    }
                    Pair::Unset(key) => Some(Field::unset(format!("{container}.env[{key}].name"))),
                });
            }
            for (path, value) in &imported {
                fields.push(exact(&format!("{container}.{path}"), value.clone()));
            }
        }
        Ok(fields)
    })
}

/// What `--from=configmap/NAME` gives a container: one variable for each key that the text knows.
fn imported(asked: &Asked<'_>, from: &Text) -> Vec<(String, Text)> {
    let Some((kind, name)) = from.split_once('/') else { return Vec::new() };
    let Some(kind) = kind.literal() else { return Vec::new() };
    let (word, reference) = match canonical(&kind).as_str() {
        "configmap" => ("configmap", "configMapKeyRef"),
        "secret" => ("secret", "secretKeyRef"),
        _ => return Vec::new(),
    };
    let chosen = asked.line.flag("keys").map(commas);
    let keys: Vec<String> = match chosen {
        Some(keys) => keys.iter().filter_map(Text::literal).collect(),
        None => {
            let known = asked.of(&asked.object(word, &name));
            let paths = known.into_iter().flat_map(|known| known.paths());
            paths.filter_map(|path| path.strip_prefix("data.").map(str::to_owned)).collect()
        }
    };
    let prefix = asked.line.flag("prefix").and_then(Text::literal).unwrap_or_default();
    let variable = |key: &str| {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        format!("{prefix}{}", key.chars().map(plain).collect::<String>())
    };
    let mut fields = Vec::new();
    for key in keys {
        let path = format!("env[{}].valueFrom.{reference}", variable(&key));
        fields.push((format!("{path}.name"), name.clone()));
        fields.push((format!("{path}.key"), Text::from(key)));
    }
    fields
}

fn resources(asked: &Asked<'_>) -> Understood {
    let mut wanted = Vec::new();
    for list in ["limits", "requests"] {
        for (key, value) in pairs(&asked.line, list) {
            wanted.push((format!("resources.{list}.{key}"), value));
        }
    }
    if wanted.is_empty() {
        return not_understood("the resources are not in the text");
    }
    asked.change(1, |object| {
        let mut fields = Vec::new();
        for container in flagged(asked, object)? {
            for (path, value) in &wanted {
                let path = format!("{container}.{path}");
                fields.push(Field::new(path, value.clone(), Meaning::Quantity));
            }
        }
        Ok(fields)
    })
}

/// `set serviceaccount TYPE NAME ACCOUNT`
fn service_account(asked: &Asked<'_>) -> Understood {
    let mut rest = asked.line.clone();
    let Some(account) = rest.arguments.pop().filter(|_| !rest.arguments.is_empty()) else {
        return not_understood("the account is not in the text");
    };
    let asked = Asked::new(rest, asked.call, asked.story);
    asked.change(1, |object| {
        let path = format!("{}.serviceAccountName", pod_spec(&object.word));
        Ok(vec![exact(&path, account.clone())])
    })
}

/// `set selector service NAME KEY=VALUE,…`
fn selector(asked: &Asked<'_>) -> Understood {
    let mut rest = asked.line.clone();
    let mut fields = Vec::new();
    rest.arguments.retain(|argument| {
        let parts = commas(argument);
        let pairs: Vec<(Text, Text)> =
            parts.iter().filter_map(|part| part.split_once('=')).collect();
        for (key, value) in &pairs {
            let Some(key) = key.literal() else { continue };
            fields.push(exact(&format!("spec.selector.{key}"), value.clone()));
        }
        pairs.is_empty()
    });
    if fields.is_empty() {
        return not_understood("the selector is not in the text");
    }
    let asked = Asked::new(rest, asked.call, asked.story);
    asked.change(1, |_| Ok(fields.clone()))
}
