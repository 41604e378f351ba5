//! The way of a pod: its service account, at the fixed place that Kubernetes mounts it to. That place is
//! laid over in a mount namespace of the run's own; the machine's is not touched.

use std::process::Command;
use std::time::Duration;

use labproof::lab::process::output;
use libtest_mimic::Trial;
use serde_json::json;

use super::{Way, go};
use crate::check::Check;
use crate::faults::kubernetes::BLIND_SOLVED;
use crate::faults::{SOLVED_LAB, call};
use crate::lab::Lab;
use crate::labs::SOLVED;
use crate::wait::Done;

/// Lays an empty file system over /var/run, puts the account there, and becomes the program.
const LAY: &str = "mount -t tmpfs none /var/run && \
                   mkdir -p /var/run/secrets/kubernetes.io/serviceaccount && \
                   cp \"$0\"/* /var/run/secrets/kubernetes.io/serviceaccount/ && exec \"$@\"";

/// The ways to a mount namespace: as root, or where any user may have one.
const NAMESPACES: [&[&str]; 2] =
    [&["unshare", "--mount"], &["unshare", "--user", "--map-root-user", "--mount"]];

/// The trials of this file.
pub(super) fn trials() -> Vec<Trial> {
    let ways = [
        Way {
            name: "way::kubernetes::pod",
            expected: SOLVED_LAB,
            says: &[""],
            call: |lab| in_pod(lab, "cluster-admin", "default"),
        },
        Way {
            name: "way::kubernetes::pod_in_a_namespace_that_is_gone",
            expected: BLIND_SOLVED,
            says: &["namespace"],
            call: |lab| in_pod(lab, "cluster-admin", "gone"),
        },
        Way {
            name: "way::kubernetes::pod_without_rights",
            expected: BLIND_SOLVED,
            says: &["may not"],
            call: |lab| in_pod(lab, "system:discovery", "default"),
        },
    ];
    let trial = |way: Way| {
        Trial::test(way.name, move || {
            let Some(()) = permitted()? else { return Ok(()) };
            Ok(SOLVED.with(|lab| go(lab, &way))?)
        })
    };
    ways.into_iter().map(trial).collect()
}

/// Whether this machine lets a process have mounts of its own; under CI=true it has to.
pub(crate) fn permitted() -> Done<Option<()>> {
    if namespace().is_some() {
        return Ok(Some(()));
    }
    let reason = "no mount namespace is permitted here, so nothing can be laid out in one";
    if std::env::var("CI").is_ok_and(|value| value == "true") {
        return Err(reason.to_owned());
    }
    eprintln!("LEFT OUT: {reason}");
    Ok(None)
}

pub(crate) fn namespace() -> Option<&'static [&'static str]> {
    NAMESPACES.into_iter().find(|words| {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).args(["mount", "-t", "tmpfs", "none", "/var/run"]);
        output(&mut command, Duration::from_secs(10)).is_ok()
    })
}

/// A call as from a pod whose account has this role, and whose namespace is the one given.
fn in_pod(lab: &Lab, role: &str, namespace_of_pod: &str) -> Done<Check> {
    let account = format!("check-{}", role.replace(':', "-"));
    let service_account = json!({ "apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": { "name": account, "namespace": "default" } });
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": { "name": account },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role },
        "subjects": [{ "kind": "ServiceAccount", "name": account, "namespace": "default" }],
    });
    let items = [service_account, binding];
    lab.kubernetes.apply(&json!({ "apiVersion": "v1", "kind": "List", "items": items }))?;
    let token = lab.kubernetes.kubectl(&["create", "token", &account, "-n", "default"])?;
    let place = lab.directory.join(format!("pod-{account}-{namespace_of_pod}"));
    let write = || {
        std::fs::create_dir_all(&place)?;
        std::fs::write(place.join("token"), token.trim())?;
        std::fs::write(place.join("namespace"), namespace_of_pod)?;
        std::fs::copy(&lab.kubernetes.ca, place.join("ca.crt"))
    };
    write().map_err(|error| format!("{}: {error}", place.display()))?;
    let address = lab.kubernetes.address;
    let words = namespace().ok_or("the namespace was permitted a moment ago")?;
    let place = place.display().to_string();
    Ok(call(lab)
        .unset("KUBECONFIG")
        .set("KUBERNETES_SERVICE_HOST", address.ip().to_string())
        .set("KUBERNETES_SERVICE_PORT", address.port().to_string())
        .secret(token.trim())
        .through(&[words, &["sh", "-c", LAY, &place]].concat()))
}
