//! What a kubectl command claims, or why it claims nothing: one file for each family of verbs.

mod adopted;
mod again;
mod alternative;
mod asked;
mod change;
mod containers;
mod delete;
mod generated;
mod hidden;
mod kept;
mod known;
mod look;
mod made_up;
mod make;
mod node;
mod patch;
mod picked;
mod place;
mod rollout;
mod run;
mod selector;
mod settings;

use super::cli::Line;
use super::{helm_infer, oc};
use crate::claim::{Claim, Verb};
use crate::provider::{Call, Reading, Story, Unseen};
use asked::Asked;

pub(super) use hidden::{made_again, of_a_release, takes_a_cluster};
pub(super) use known::same_kind;
pub(super) use picked::{emptied, filled};
pub(super) use place::Place;
pub(super) use settings::{NAMESPACE, settings};

/// What a command is.
pub(super) type Understood = Result<Vec<Claim>, Reading>;

/// Flags that may name another cluster or another account than the current context's.
const ELSEWHERE: [&str; 12] = [
    "context",
    "cluster",
    "kubeconfig",
    "server",
    "user",
    "token",
    "as",
    "as-group",
    "as-uid",
    "client-certificate",
    "username",
    "password",
];

/// Verbs that only look; none at all is a help page.
const READING: [&str; 20] = [
    "",
    "get",
    "describe",
    "wait",
    "logs",
    "top",
    "explain",
    "events",
    "api-resources",
    "api-versions",
    "version",
    "cluster-info",
    "completion",
    "diff",
    "kustomize",
    "options",
    "plugin",
    "port-forward",
    "proxy",
    "help",
];

/// Whether a command is kubectl's.
fn is_ours(call: &Call) -> bool {
    matches!(call.program().as_deref(), Some("kubectl" | "k"))
}

/// Reads a command.
pub(super) fn understand(call: &Call, story: &Story) -> Understood {
    made_up::left_out(said(call, story)?, story)
}

fn said(call: &Call, story: &Story) -> Understood {
    match call.program().as_deref() {
        Some("kubectl" | "k") => {}
        Some("oc") => return oc::understand(call, story),
        Some("helm") => return helm_infer::namespaces(call, story),
        Some("kubens" | "kubectx") => return Err(settings::switched(call)),
        _ if takes_a_cluster(call) => {
            return match hidden::emptied(story) {
                claims if claims.is_empty() => Err(Reading::NotObservable(Unseen::NoMark)),
                claims => Ok(claims),
            };
        }
        // Every kind is asked about every command.
        _ => return Err(Reading::Reads),
    }
    let line = Line::parse(call).map_err(Reading::NotUnderstood)?;
    if line.is_dry() || line.has("help") || line.has("list") {
        return Err(Reading::Reads);
    }
    let verb = line.verb.clone();
    let elsewhere = is_elsewhere(&line, call);
    let asked = Asked::new(line, call, story);
    match (verb.as_str(), elsewhere) {
        ("get" | "describe" | "wait", false) => look::looked(&asked),
        (verb, _) if READING.contains(&verb) => Err(Reading::Reads),
        ("rollout", false) => rollout::rolled(&asked),
        ("config", _) => Err(settings::configured(&asked.line)),
        ("auth", _) if asked.line.word(0).as_deref() != Some("reconcile") => Err(Reading::Reads),
        ("exec", _) => Err(look::executed(&asked.line)),
        ("cp" | "attach", _) => Err(Reading::NotObservable(Unseen::InsideContainer)),
        ("krew" | "ns" | "ctx", _) => Err(Reading::NotObservable(Unseen::OwnSettings)),
        (_, true) => Err(Reading::NotObservable(Unseen::Elsewhere)),
        _ => {
            let claims = again::opened(&asked, changed(&asked))?;
            let claims = alternative::opened(&asked, alternative::twice(&asked, claims));
            let claims = adopted::opened(&asked, hidden::with_made_again(&asked, claims));
            Ok(asked.with_first_context(run::unmasked(&asked, claims)))
        }
    }
}

/// What a command does that claims nothing by itself, though it is known what it is about.
pub(super) fn reading(call: &Call) -> Reading {
    match understand(call, &Story::default()) {
        Err(reading) => reading,
        Ok(claims) if claims.iter().any(|claim| claim.verb == Verb::Disturb) => {
            let verb = Line::parse(call).map(|line| line.verb).unwrap_or_default();
            let ocs_own = call.program().as_deref() == Some("oc") && verb != "edit";
            let marks = matches!(verb.as_str(), "adm" | "rollout") || ocs_own;
            Reading::NotObservable(if marks { Unseen::NoMark } else { Unseen::NotInText })
        }
        // By what stands before it, whether that can be told is open.
        Ok(claims) if claims.iter().any(|claim| claim.verb.changes()) => {
            Reading::NotObservable(Unseen::NoMark)
        }
        // Without the text before it, a look is only a look.
        Ok(_) => Reading::Reads,
    }
}

/// Whether a command may be for another cluster than the text's own, or for another account.
fn is_elsewhere(line: &Line, call: &Call) -> bool {
    // `create rolebinding --user` and `set subject --user` say who is bound.
    let bound = |flag: &str| flag == "user" && matches!(line.verb.as_str(), "create" | "set");
    let flagged = ELSEWHERE.iter().any(|flag| line.flag(flag).is_some() && !bound(flag));
    flagged || call.own.iter().any(|(name, _)| name == "KUBECONFIG")
}

fn changed(asked: &Asked<'_>) -> Understood {
    let line = &asked.line;
    let from_file = line.has("filename") || line.has("kustomize");
    if line.has("raw") {
        return not_understood("`--raw` sends what no generator is known for");
    }
    match line.verb.as_str() {
        "create" | "replace" if from_file => make::from_files(asked),
        "apply" | "auth" => make::applied(asked),
        "create" => make::created(asked),
        "run" => run::ran(asked),
        "expose" => make::exposed(asked),
        "autoscale" => make::autoscaled(asked),
        "debug" => make::debugged(asked),
        "delete" => delete::deleted(asked),
        "scale" => change::scaled(asked),
        "label" => change::marked(asked, "metadata.labels"),
        "annotate" => change::marked(asked, "metadata.annotations"),
        "edit" => change::edited(asked),
        "certificate" => change::certified(asked),
        "set" => containers::set(asked),
        "patch" => patch::patched(asked),
        "taint" => node::tainted(asked),
        "cordon" | "uncordon" | "drain" => node::scheduled(asked),
        verb => not_understood(&format!("`kubectl {verb}` is not known")),
    }
}

fn not_understood(reason: &str) -> Understood {
    Err(Reading::NotUnderstood(reason.to_owned()))
}

#[cfg(test)]
mod tests;
