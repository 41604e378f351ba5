//! Proves the tables of Kubernetes: the ground that they stand on, and what hides it.

use std::path::Path;

use serde_json::json;

use super::objects::{BEFORE, GIVEN, releases, rows};
use super::proof::{Fault, Ground, prove as proven};
use super::row::Row;
use crate::check::Check;
use crate::faults::Broken;
use crate::lab::Lab;
use crate::stand_in::{Manner, StandIn};
use crate::wait::Done;
use crate::world::Names;
use labproof::lab::Context;

/// Proves the objects.
pub(super) fn prove(lab: &mut Lab) -> Done<()> {
    on_ground(lab, GIVEN, BEFORE.to_owned(), rows())
}

/// Proves the releases.
pub(super) fn prove_releases(lab: &mut Lab) -> Done<()> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/own");
    let before = format!("PATH='{}':$PATH", tools.display());
    on_ground(lab, "kubectl create namespace kinds", before, releases())
}

fn on_ground(lab: &mut Lab, given: &'static str, before: String, rows: Vec<Row>) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    clear(lab)?;
    let nowhere = lab.directory.join("nowhere.md");
    let call = Check::new(lab, &nowhere).secret("mutiny-at-dawn").secret("all-is-quiet");
    let ground = Ground {
        given,
        rows,
        words: Vec::new(),
        before,
        beside: "",
        call,
        hide: without,
        faults: faults(),
    };
    let proven = proven(lab, &ground);
    // Other walks need the node and the names, whatever came of it.
    clear(lab)?;
    proven
}

fn clear(lab: &Lab) -> Done<()> {
    for words in [
        "uncordon node-0",
        "delete namespace kinds kinds-more kinds-old --ignore-not-found",
        "delete crd kites.toys.example.com tops.toys.example.com --ignore-not-found",
    ] {
        lab.kubernetes.kubectl(&words.split(' ').collect::<Vec<_>>())?;
    }
    Ok(())
}

/// An account that may read everything but the denied resources.
fn without(lab: &Lab, call: &Check, denied: &[&str]) -> Done<Broken> {
    let all = lab.kubernetes.kubectl(&["api-resources", "--verbs=list", "-o", "name"])?;
    let rules = all.lines().filter(|resource| !denied.contains(resource)).map(|resource| {
        let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
        json!({ "apiGroups": [group], "resources": [plural], "verbs": ["get", "list"] })
    });
    let name = "kinds-eyes";
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": { "name": name }, "rules": rules.collect::<Vec<_>>(),
    });
    let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": { "name": name, "namespace": "default" } });
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": { "name": name },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name },
        "subjects": [{ "kind": "ServiceAccount", "name": name, "namespace": "default" }],
    });
    let items = [role, account, binding];
    lab.kubernetes.apply(&json!({ "apiVersion": "v1", "kind": "List", "items": items }))?;
    let token = lab.kubernetes.kubectl(&["create", "token", name, "-n", "default"])?;
    let told = seen_by(lab, call, token.trim(), None)?;
    Ok(told.mended_by(|lab| {
        let account = ["delete", "serviceaccount", "kinds-eyes", "-n", "default"];
        Ok(lab.kubernetes.kubectl(&account).map(drop)?)
    }))
}

fn seen_by(lab: &Lab, call: &Check, token: &str, server: Option<&str>) -> Done<Broken> {
    let context = Context { server, token, namespace: None };
    let path = lab.kubernetes.kubeconfig_for("kinds", &context)?;
    Ok(Broken::told(call.set("KUBECONFIG", path.display().to_string()).secret(token)))
}

/// What hides all of Kubernetes.
fn faults() -> Vec<Fault> {
    let fault = |name, break_it| Fault { name, slow: false, break_it };
    vec![
        fault("down", |lab, call| {
            seen_by(lab, call, lab.kubernetes.admin(), Some(&format!("https://{}", lab.nowhere())))
        }),
        fault("no kubeconfig", |_, call| Ok(Broken::told(call.unset("KUBECONFIG")))),
        fault("forbidden", |lab, call| seen_by(lab, call, &lab.kubernetes.powerless, None)),
        fault("token unknown", |lab, call| seen_by(lab, call, "not-a-token-of-the-lab", None)),
        fault("404 page", |lab, call| instead(lab, call, Manner::NotFoundPage)),
        fault("404 Status", |lab, call| instead(lab, call, Manner::NotFoundStatus)),
        fault("HTML", |lab, call| instead(lab, call, Manner::Html)),
        Fault { slow: true, ..fault("silent", |lab, call| instead(lab, call, Manner::Silence)) },
    ]
}

fn instead(lab: &Lab, call: &Check, manner: Manner) -> Done<Broken> {
    let stand_in = StandIn::anywhere(lab.ip(), manner)?;
    let told = seen_by(lab, call, lab.kubernetes.admin(), Some(&stand_in.url()))?;
    Ok(told.with(stand_in))
}
