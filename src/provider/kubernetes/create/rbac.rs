//! Roles and their bindings as kubectl makes them.

use super::super::cli::Line;
use super::super::resources::usual;
use super::{exact, listed, pairs};
use crate::claim::{Field, Text};

/// The one rule of `--verb` and `--resource`. Several groups give several rules in an order of kubectl's own:
/// then only the verbs are known.
pub(super) fn rules(line: &Line) -> Vec<Field> {
    let selectors = pairs(line, "aggregation-rule");
    if !selectors.is_empty() {
        let path = "aggregationRule.clusterRoleSelectors[0].matchLabels";
        return selectors.into_iter().map(|(k, v)| exact(&format!("{path}.{k}"), v)).collect();
    }
    let mut fields = numbered("rules[0].verbs", distinct(listed(line, "verb")));
    fields.extend(numbered("rules[0].nonResourceURLs", listed(line, "non-resource-url")));
    let resources: Option<Vec<(String, String)>> =
        listed(line, "resource").iter().map(|word| resource(&word.literal()?)).collect();
    if let Some(resources) = resources.filter(|resources| one_group(resources)) {
        let group = resources[0].1.clone();
        // An empty text is how the core's group is written, and is given back.
        fields.push(exact("rules[0].apiGroups[0]", group));
        let words = resources.into_iter().map(|(word, _)| word.into()).collect();
        fields.extend(numbered("rules[0].resources", distinct(words)));
    }
    fields.extend(numbered("rules[0].resourceNames", distinct(listed(line, "resource-name"))));
    fields
}

fn one_group(resources: &[(String, String)]) -> bool {
    !resources.is_empty() && resources.iter().all(|(_, group)| *group == resources[0].1)
}

/// The plural and the group of `deployments.apps` or `pods/log`; of a kind that is not a usual one nothing.
fn resource(word: &str) -> Option<(String, String)> {
    let (kind, part) = word.split_once('/').map_or((word, None), |(kind, part)| (kind, Some(part)));
    let usual = usual(kind)?;
    let part = part.map_or(String::new(), |part| format!("/{part}"));
    Some((format!("{}{part}", usual.plural), usual.group))
}

fn numbered(path: &str, values: Vec<Text>) -> Vec<Field> {
    let values = values.into_iter().enumerate();
    values.map(|(index, value)| exact(&format!("{path}[{index}]"), value)).collect()
}

fn distinct(values: Vec<Text>) -> Vec<Text> {
    let mut seen: Vec<Text> = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

/// The role and those who are bound to it.
pub(super) fn binding(line: &Line) -> Vec<Field> {
    let mut fields = Vec::new();
    for (flag, kind) in [("clusterrole", "ClusterRole"), ("role", "Role")] {
        let Some(role) = line.flag(flag) else { continue };
        fields.push(exact("roleRef.kind", kind));
        fields.push(exact("roleRef.name", role.clone()));
    }
    fields.extend(subjects(line));
    fields
}

/// Those whom `--user`, `--group` and `--serviceaccount` name; by name, as the order may be another.
pub(in super::super) fn subjects(line: &Line) -> Vec<Field> {
    let mut fields = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        for name in listed(line, flag).iter().filter_map(Text::literal) {
            fields.push(exact(&format!("subjects[{name}].kind"), kind));
        }
    }
    for account in listed(line, "serviceaccount") {
        let Some((namespace, name)) = account.split_once(':') else { continue };
        let Some(name) = name.literal() else { continue };
        fields.push(exact(&format!("subjects[{name}].kind"), "ServiceAccount"));
        fields.push(exact(&format!("subjects[{name}].namespace"), namespace));
    }
    // Two of one name are told apart by their places alone.
    let mut paths: Vec<&str> = fields.iter().map(|field| field.path.as_str()).collect();
    paths.sort_unstable();
    if paths.windows(2).any(|pair| pair[0] == pair[1]) { Vec::new() } else { fields }
}
