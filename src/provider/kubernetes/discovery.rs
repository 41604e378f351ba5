//! Kinds that are not usual ones: found by asking the cluster what it serves.

use serde_json::Value;

use super::answer::Answer;
use super::client::{Cluster, Form};
use super::openshift;
use super::resources::{Resource, Scope, usual};
use crate::claim::Unobservable;

/// The most groups that are asked one by one, where the cluster does not tell all at once.
const GROUP_LIMIT: usize = 40;

/// The kind that a word stands for. What is not served is no absence: it cannot be looked for.
pub(super) async fn resolve(cluster: &Cluster, word: &str) -> Result<Resource, Unobservable> {
    if let Some(resource) = usual(word) {
        return Ok(resource);
    }
    let first = openshift::qualified(word);
    for word in first.as_deref().into_iter().chain([word]) {
        if let Some(resource) = discovered(cluster, word).await? {
            return Ok(resource);
        }
    }
    Err(openshift::not_served(cluster, word).await?)
}

/// The kind that a word stands for, among those that the cluster serves.
async fn discovered(cluster: &Cluster, word: &str) -> Result<Option<Resource>, Unobservable> {
    for root in ["/apis", "/api"] {
        let answer = cluster.read(root, Form::Discovery).await?;
        let found = match &*answer {
            Answer::Object(document) if document["kind"] == "APIGroupDiscoveryList" => {
                aggregated(document, word)
            }
            Answer::Object(document) if root == "/apis" => {
                one_by_one(cluster, document, word).await?
            }
            _ => None,
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Looks through a document that holds all groups.
fn aggregated(document: &Value, word: &str) -> Option<Resource> {
    for group in items(document, "items") {
        for version in items(group, "versions") {
            for resource in items(version, "resources") {
                let found = Resource {
                    word: word.to_owned(),
                    plural: text(&resource["resource"]),
                    kind: text(&resource["responseKind"]["kind"]),
                    group: text(&group["metadata"]["name"]),
                    version: text(&version["version"]),
                    scope: scope(resource["scope"] == "Namespaced"),
                };
                if stands_for(word, &found, &resource["singularResource"], resource) {
                    return Some(found);
                }
            }
        }
    }
    None
}

/// Asks for each group, those first that the word names.
async fn one_by_one(
    cluster: &Cluster,
    groups: &Value,
    word: &str,
) -> Result<Option<Resource>, Unobservable> {
    let wanted = word.split_once('.').map(|(_, group)| group);
    let named = items(groups, "groups")
        .filter(|group| wanted.is_none_or(|wanted| wanted.ends_with(&text(&group["name"]))))
        .take(GROUP_LIMIT);
    for group in named {
        let api_version = text(&group["preferredVersion"]["groupVersion"]);
        let Some((name, version)) = api_version.split_once('/') else { continue };
        let answer = cluster.read(&format!("/apis/{api_version}"), Form::Whole).await?;
        let Answer::Object(document) = &*answer else { continue };
        for resource in items(document, "resources") {
            let found = Resource {
                word: word.to_owned(),
                plural: text(&resource["name"]),
                kind: text(&resource["kind"]),
                group: name.to_owned(),
                version: version.to_owned(),
                scope: scope(resource["namespaced"] == true),
            };
            if stands_for(word, &found, &resource["singularName"], resource) {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// Whether a word, with or without version and group, names this resource.
fn stands_for(word: &str, found: &Resource, singular: &Value, resource: &Value) -> bool {
    let (base, rest) = word.split_once('.').unwrap_or((word, ""));
    let named = [found.plural.as_str(), singular.as_str().unwrap_or_default(), &found.kind]
        .into_iter()
        .chain(items(resource, "shortNames").filter_map(Value::as_str))
        .any(|name| name.eq_ignore_ascii_case(base));
    let versioned = format!("{}.{}", found.version, found.group);
    // A path with a slash is a part of another resource, such as its status.
    named
        && !found.plural.contains('/')
        && (rest.is_empty() || rest == found.group || rest == versioned)
}

fn scope(namespaced: bool) -> Scope {
    if namespaced { Scope::Namespaced } else { Scope::Cluster }
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aggregated_document_names_a_custom_kind_by_each_of_its_words() {
        let document = serde_json::json!({"kind": "APIGroupDiscoveryList", "items": [{
            "metadata": {"name": "cert-manager.io"},
            "versions": [{"version": "v1", "resources": [{
                "resource": "certificates", "responseKind": {"kind": "Certificate"},
                "scope": "Namespaced", "singularResource": "certificate", "shortNames": ["cert"],
            }]}],
        }]});
        for word in ["certificate", "certificates", "cert", "certificate.cert-manager.io"] {
            let found = aggregated(&document, word).unwrap();
            assert_eq!(found.qualified(), "certificates.cert-manager.io", "{word}");
            assert_eq!((found.version.as_str(), found.scope), ("v1", Scope::Namespaced));
        }
        assert_eq!(aggregated(&document, "certificate.example.com"), None);
    }
}
