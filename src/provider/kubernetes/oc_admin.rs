//! `oc adm` and `oc policy`: what administers the cluster and who may do what.

use super::cli::Line;
use super::infer::Understood;
use super::oc::{claim, disturbed, exact, not_observable, not_understood};
use super::{infer, oc_app, oc_words};
use crate::claim::{Expectation, Field, Text, Verb};
use crate::provider::{Call, Reading, Story, Unseen};

/// Parts of `adm` that only look, or only print.
const READING: [&str; 14] = [
    "build-chain",
    "create-bootstrap-project-template",
    "create-error-template",
    "create-kubeconfig",
    "create-login-template",
    "create-provider-selection-template",
    "inspect",
    "inspect-alerts",
    "node-logs",
    "options",
    "release",
    "verify-image-signature",
    "wait-for-node-reboot",
    "wait-for-stable-cluster",
];

/// Parts of it that do as kubectl's verbs of the same name.
const KUBECTLS: [&str; 6] = ["certificate", "cordon", "drain", "taint", "top", "uncordon"];

/// What is bound to whom by `add-…-to-…`.
struct Binding<'a> {
    /// `role`, `cluster-role` or `scc`.
    what: &'a str,
    /// The kind of subject that is named: `User` or `Group`.
    whom: &'static str,
    adds: bool,
}

/// Whether what follows `adm` only looks, whatever its flags.
pub(super) fn only_looks(part: Option<&Text>) -> bool {
    let part = part.and_then(Text::literal);
    part.is_some_and(|part| part != "release" && READING.contains(&part.as_str()))
}

/// `oc adm …`
pub(super) fn administered(line: &Line, call: &Call) -> Option<Understood> {
    let part = line.word(0)?;
    Some(match part.as_str() {
        part if READING.contains(&part) => {
            let elsewhere = matches!(line.word(1).as_deref(), Some("mirror" | "new"));
            if elsewhere { not_observable(Unseen::Elsewhere) } else { Err(Reading::Reads) }
        }
        part if KUBECTLS.contains(&part) => {
            infer::understand(&without_adm(call), &Story::default())
        }
        "policy" => policy(line, 1, oc_words::names_namespace(call)),
        "new-project" => oc_app::project(line, 1),
        "groups" => groups(line),
        "must-gather" => not_observable(Unseen::ShortLived),
        "upgrade" => upgraded(line),
        "prune" if line.has("confirm") => not_observable(Unseen::Nameless),
        "prune" => Err(Reading::Reads),
        "catalog" | "node-image" => not_observable(Unseen::Elsewhere),
        "copy-to-node"
        | "migrate"
        | "ocp-certificates"
        | "pod-network"
        | "reboot-machine-config-pool"
        | "restart-kubelet" => not_observable(Unseen::NoMark),
        part => not_understood(&format!("`oc adm {part}` is not known")),
    })
}

/// `oc adm policy …` and `oc policy …`: the words of it begin at `index`. `explicit` is whether the command
/// names its namespace.
pub(super) fn policy(line: &Line, index: usize, explicit: bool) -> Understood {
    let Some(verb) = line.word(index) else { return Err(Reading::Reads) };
    let Some(binding) = binding(&verb) else {
        return match verb.as_str() {
            "who-can" | "can-i" | "scc-review" | "scc-subject-review" => Err(Reading::Reads),
            "remove-user" | "remove-group" => not_observable(Unseen::Nameless),
            verb if verb.starts_with("reconcile-") => not_observable(Unseen::NoMark),
            verb => not_understood(&format!("`oc adm policy {verb}` is not known")),
        };
    };
    let Some(role) = line.arguments.get(index + 1) else {
        return not_understood("what is granted is not in the text");
    };
    // By these names, without any, oc makes as many bindings as it takes to find a free one.
    let name = match binding.what {
        "scc" => Some(role.prefixed("system:openshift:scc:")),
        _ => line.flag("rolebinding-name").cloned(),
    };
    let Some(name) = name else { return not_observable(Unseen::Nameless) };
    let cluster_wide = match binding.what {
        "scc" => !explicit,
        what => what == "cluster-role",
    };
    let word = if cluster_wide { "clusterrolebinding" } else { "rolebinding" };
    let namespace = line.flag("namespace").filter(|_| !cluster_wide);
    if !binding.adds {
        return Ok(vec![disturbed((word, &name), namespace)]);
    }
    let bound = match binding.what {
        "scc" => name.clone(),
        _ => role.clone(),
    };
    let mut fields = vec![exact("roleRef.name", bound)];
    if !cluster_wide {
        fields.extend(subjects(line, index + 2, binding.whom));
    }
    Ok(vec![claim((word, &name), namespace, Expectation::Present(fields), Verb::Make)])
}

fn binding(verb: &str) -> Option<Binding<'_>> {
    let (adds, rest) = match (verb.strip_prefix("add-"), verb.strip_prefix("remove-")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return None,
    };
    let between = if adds { "-to-" } else { "-from-" };
    let (what, whom) = rest.split_once(between)?;
    let whom = match whom {
        "user" => "User",
        "group" => "Group",
        _ => return None,
    };
    matches!(what, "role" | "cluster-role" | "scc").then_some(Binding { what, whom, adds })
}

/// Who is bound, by the names that are theirs alone in one namespace.
fn subjects(line: &Line, index: usize, whom: &str) -> Vec<Field> {
    let field = |name: &str, kind: &str| exact(&format!("subjects[{name}].kind"), kind.into());
    let named = line.arguments.iter().skip(index).filter_map(Text::literal);
    let mut fields: Vec<Field> = named
        .filter_map(|name| match name.strip_prefix("system:serviceaccount:") {
            Some(account) => Some(field(account.split_once(':')?.1, "ServiceAccount")),
            None => Some(field(&name, whom)),
        })
        .collect();
    for accounts in line.all("serviceaccount").filter_map(Text::literal) {
        fields.extend(accounts.split(',').map(|account| field(account, "ServiceAccount")));
    }
    fields
}

/// `adm groups new|add-users|remove-users|sync|prune`
fn groups(line: &Line) -> Understood {
    let Some(name) = line.arguments.get(1) else { return Err(Reading::Reads) };
    match (line.word(0), line.word(1).as_deref(), line.arguments.get(2)) {
        (_, Some("new"), Some(name)) => {
            let there = Expectation::Present(Vec::new());
            Ok(vec![claim(("group", name), None, there, Verb::Create)])
        }
        (_, Some("add-users" | "remove-users"), Some(name)) => {
            Ok(vec![disturbed(("group", name), None)])
        }
        (_, Some("sync" | "prune"), _) if line.has("confirm") => not_observable(Unseen::NotInText),
        (_, Some("sync" | "prune"), _) => Err(Reading::Reads),
        _ => not_understood(&format!("`oc adm groups {}` is not known", name.shown())),
    }
}

/// `adm upgrade --to=VERSION`
fn upgraded(line: &Line) -> Understood {
    if let Some(version) = line.flag("to") {
        let fields = vec![exact("spec.desiredUpdate.version", version.clone())];
        let object = ("clusterversion", &Text::from("version"));
        return Ok(vec![claim(object, None, Expectation::Present(fields), Verb::Change)]);
    }
    let changes = ["to-latest", "to-image", "clear", "force-upgrade"];
    if changes.iter().any(|flag| line.has(flag)) || line.arguments.len() > 1 {
        return not_observable(Unseen::NoMark);
    }
    Err(Reading::Reads)
}

/// `oc adm cordon NODE` as `kubectl cordon NODE`.
fn without_adm(call: &Call) -> Call {
    let plain = oc_words::plain(call, &Story::default());
    let adm = plain.words.iter().position(|word| word.literal().as_deref() == Some("adm"));
    let words = plain.words.iter().enumerate().filter(|(index, _)| Some(*index) != adm);
    Call { words: words.map(|(_, word)| word.clone()).collect(), ..plain.clone() }
}
