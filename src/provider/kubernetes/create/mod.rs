//! What kubectl's generators make: `create TYPE NAME …`, `run`, `expose`, `autoscale`.

mod config;
mod policy;
mod rbac;
mod service;
mod workload;

use super::cli::Line;
use super::resources::canonical;
use crate::claim::{Field, Meaning, Text};
use crate::provider::{Call, Reading, Unseen};

pub(super) use rbac::subjects as rbac_subjects;
pub(super) use service::exposed;
pub(super) use workload::{autoscaled, run};

/// An object that a command makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    /// The canonical word of its kind.
    pub(super) word: &'static str,
    /// Its name.
    pub(super) name: Text,
    /// The fields that the command names.
    pub(super) fields: Vec<Field>,
}

/// What `create TYPE … NAME` makes.
pub(super) fn created(line: &Line, call: &Call) -> Result<Made, Reading> {
    let Some(kind) = line.word(0) else {
        return Err(not_understood("what it makes is not in the text"));
    };
    let second = line.word(1).unwrap_or_default();
    let made = |word, place, fields| (word, place, fields);
    let (word, place, fields): (&'static str, usize, Vec<Field>) = match canonical(&kind).as_str() {
        "deployment" => made("deployment", 1, workload::deployment(line)),
        "job" => made("job", 1, workload::job(line)),
        "cronjob" => made("cronjob", 1, workload::cron_job(line)),
        "namespace" => made("namespace", 1, Vec::new()),
        "serviceaccount" => made("serviceaccount", 1, Vec::new()),
        "configmap" => made("configmap", 1, config::config_map(line, call)),
        "secret" => made("secret", 2, config::secret(line, call, &second)),
        "service" => made("service", 2, service::service(line, &second)),
        "ingress" => made("ingress", 1, service::ingress(line)),
        "role" => made("role", 1, rbac::rules(line)),
        "clusterrole" => made("clusterrole", 1, rbac::rules(line)),
        "rolebinding" => made("rolebinding", 1, rbac::binding(line)),
        "clusterrolebinding" => made("clusterrolebinding", 1, rbac::binding(line)),
        "resourcequota" => made("resourcequota", 1, policy::quota(line)),
        "poddisruptionbudget" => made("poddisruptionbudget", 1, policy::disruption_budget(line)),
        "priorityclass" => made("priorityclass", 1, policy::priority_class(line)),
        "token" => return Err(Reading::NotObservable(Unseen::NoMark)),
        _ => return Err(not_understood(&format!("`kubectl create {kind}` is not known"))),
    };
    match line.arguments.get(place) {
        Some(name) => Ok(Made { word, name: name.clone(), fields }),
        None => Err(not_understood(&format!("the {word} has no name"))),
    }
}

fn not_understood(reason: &str) -> Reading {
    Reading::NotUnderstood(reason.to_owned())
}

/// A field at `path`, where the flag is given.
fn given(line: &Line, flag: &str, path: &str) -> Vec<Field> {
    line.flag(flag).map(|value| exact(path, value.clone())).into_iter().collect()
}

/// A field that is the same only in the same text.
pub(super) fn exact(path: &str, value: impl Into<Text>) -> Field {
    Field::new(path, value, Meaning::Exact)
}

/// The `KEY=VALUE` pairs of flags with commas between them.
pub(super) fn pairs(line: &Line, flag: &str) -> Vec<(String, Text)> {
    let mut pairs = Vec::new();
    for value in line.all(flag) {
        for pair in commas(value) {
            let Some((key, value)) = pair.split_once('=') else { continue };
            pairs.extend(key.literal().map(|key| (key, value)));
        }
    }
    pairs
}

/// The parts of a value between its commas.
pub(super) fn commas(value: &Text) -> Vec<Text> {
    let mut parts = Vec::new();
    let mut rest = value.clone();
    while let Some((part, more)) = rest.split_once(',') {
        parts.push(part);
        rest = more;
    }
    parts.push(rest);
    parts.retain(|part| part.literal().as_deref() != Some(""));
    parts
}

/// The values of a flag that may be repeated and may hold commas.
fn listed(line: &Line, flag: &str) -> Vec<Text> {
    line.all(flag).flat_map(commas).collect()
}

/// The words behind `--` as `command` or `args` of a container.
fn words_of(line: &Line, path: &str) -> Vec<Field> {
    let words = line.command.iter().flatten().enumerate();
    // What the server may leave out is not asked for.
    let words = words.filter(|(_, word)| word.literal().as_deref() != Some(""));
    words.map(|(index, word)| exact(&format!("{path}[{index}]"), word.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_part_a_value() {
        let shown =
            |text: &str| commas(&Text::from(text)).iter().map(Text::shown).collect::<Vec<_>>();
        assert_eq!(shown("a=b,c=d"), ["a=b", "c=d"]);
        assert_eq!(shown("a,"), ["a"]);
        assert!(shown("").is_empty());
    }
}
