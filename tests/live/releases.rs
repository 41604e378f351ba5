//! Helm's releases and OpenShift's kinds on a real cluster, kind by kind: present, absent, different and not to
//! be seen. Each row brings the cluster into a state and says what `check` must say of one command.

use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::check::Check;
use crate::contract::letters;
use crate::fences::Fence;
use crate::lab::Lab;
use crate::labs::WALKS;
use crate::own::helm_release::with_helm;
use crate::wait::{Done, until};
use crate::walk::{Input, Session};
use labproof::lab::Context;

const HOME: &str = "labproof-releases";
const OTHER: &str = "labproof-releases-2";

/// What is done, what the text says, and what is found.
struct Row {
    name: &'static str,
    /// Commands that make the state.
    before: &'static str,
    /// Objects that are applied after them.
    objects: fn() -> Vec<Value>,
    /// The text's only fence.
    text: &'static str,
    /// The account that looks.
    by: By,
    code: i32,
    letter: &'static str,
    says: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Administrator,
    /// May authenticate, and nothing else.
    Nobody,
    /// The administrator, in another namespace than the release's.
    Elsewhere,
}

const INSTALL: &str =
    "helm install web acme/nginx -n labproof-releases --version 1.2.3 --set mode=live";
const UNINSTALL: &str = "helm uninstall web -n labproof-releases";

/// The trials of this file.
pub(crate) fn trials() -> Vec<Trial> {
    let rows = releases().into_iter().chain(openshift());
    let trial = |row: Row| {
        Trial::test(format!("kind::{}", row.name), move || Ok(WALKS.with(|lab| look(lab, &row))?))
    };
    rows.map(trial).collect()
}

fn row(name: &'static str, text: &'static str, code: i32, letter: &'static str) -> Row {
    let (before, objects, by) = ("", Vec::new as fn() -> Vec<Value>, By::Administrator);
    Row { name, before, objects, text, by, code, letter, says: &[] }
}

fn releases() -> Vec<Row> {
    vec![
        Row {
            says: &["no such release", "can be listed"],
            ..row("helm_release::not_installed", INSTALL, 1, "F")
        },
        Row { before: INSTALL, ..row("helm_release::installed", INSTALL, 0, "P") },
        Row {
            before: "helm install web acme/nginx -n labproof-releases --version 1.2.3 --set mode=night-shift",
            says: &["values.mode", "another value"],
            ..row("helm_release::with_another_value", INSTALL, 1, "F")
        },
        Row {
            before: "helm install web acme/nginx -n labproof-releases --version 1.2.4 --set mode=live",
            says: &["`version` is `1.2.4`"],
            ..row("helm_release::of_another_version", INSTALL, 1, "F")
        },
        Row {
            before: "helm install wed acme/nginx -n labproof-releases",
            says: &["`labproof-releases` has release `wed`"],
            ..row("helm_release::under_another_name", INSTALL, 1, "F")
        },
        Row {
            before: "helm install web acme/nginx -n labproof-releases-2",
            says: &["it is in namespace `labproof-releases-2`"],
            ..row("helm_release::in_another_namespace", INSTALL, 1, "F")
        },
        Row {
            before: INSTALL,
            by: By::Elsewhere,
            says: &["it is in namespace `labproof-releases`"],
            ..row("helm_release::not_in_the_contexts_namespace", "helm uninstall web", 1, "F")
        },
        Row {
            by: By::Elsewhere,
            says: &["no other namespace has it"],
            ..row("helm_release::in_no_namespace", "helm uninstall web", 0, "P")
        },
        Row { before: INSTALL, ..row("helm_release::still_there", UNINSTALL, 1, "F") },
        Row { says: &["can be listed"], ..row("helm_release::uninstalled", UNINSTALL, 0, "P") },
        Row {
            objects: || vec![revision("uninstalled", "no record at all")],
            says: &["says that it is uninstalled"],
            ..row("helm_release::uninstalled_and_kept_in_the_history", UNINSTALL, 0, "P")
        },
        Row {
            objects: || vec![revision("deployed", "no record at all")],
            says: &["is not a record that helm writes"],
            ..row("helm_release::with_a_record_of_something_else", INSTALL, 3, "?")
        },
        Row {
            before: INSTALL,
            by: By::Nobody,
            says: &["may not read the secrets"],
            ..row("helm_release::forbidden", INSTALL, 3, "?")
        },
        Row {
            by: By::Nobody,
            says: &["may not read the secrets"],
            ..row("helm_release::forbidden_and_not_there", UNINSTALL, 3, "?")
        },
    ]
}

fn openshift() -> Vec<Row> {
    vec![
        Row {
            says: &["only OpenShift serves routes"],
            ..row("openshift::a_route_that_is_made", "oc expose svc/web", 4, ".")
        },
        Row {
            says: &["only OpenShift serves routes"],
            ..row("openshift::a_route_that_is_deleted", "oc delete route web", 4, ".")
        },
        Row {
            says: &["only OpenShift serves deploymentconfigs"],
            ..row("openshift::kubectl_names_one", "kubectl scale dc/web --replicas=2", 4, ".")
        },
        Row {
            says: &["only OpenShift serves projects"],
            ..row(
                "openshift::a_project_by_its_namespace",
                "oc new-project labproof-releases",
                0,
                "P",
            )
        },
        Row {
            ..row("openshift::a_project_without_its_namespace", "oc new-project no-such", 1, "F")
        },
        Row {
            objects: || vec![routes()],
            ..row(
                "openshift::routes_of_another_server",
                "oc expose svc/web -n labproof-releases",
                1,
                "F",
            )
        },
    ]
}

/// A revision whose record says what it should not.
fn revision(status: &str, record: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
        "metadata": {
            "name": "sh.helm.release.v1.web.v1", "namespace": HOME,
            "labels": { "owner": "helm", "name": "web", "status": status, "version": "1" },
        },
        "stringData": { "release": record },
    })
}

/// A cluster that is no OpenShift may serve its routes all the same: then they are looked at.
fn routes() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "routes.route.openshift.io" },
        "spec": {
            "group": "route.openshift.io", "scope": "Namespaced",
            "names": { "kind": "Route", "plural": "routes", "singular": "route" },
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": {
                    "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                } },
            }],
        },
    })
}

fn look(lab: &Lab, row: &Row) -> Done<()> {
    clear(lab)?;
    for name in [HOME, OTHER] {
        lab.kubernetes.apply(&json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name },
        }))?;
    }
    if !row.before.is_empty() {
        let mut session = Session::start(lab)?;
        with_helm(&mut session)?;
        let fence = Fence { line: 0, last_line: 0, text: format!("{}\n", row.before) };
        let ran = session.run(&fence, &Input::default())?;
        if ran.code != 0 {
            return Err(format!("{ran:?}"));
        }
    }
    for object in (row.objects)() {
        lab.kubernetes.apply(&object)?;
        if object["kind"] == "CustomResourceDefinition" {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            until("the new kind is served", Duration::from_secs(30), || {
                lab.kubernetes.kubectl(&["get", name]).map(drop)
            })?;
        }
    }
    judge(lab, row)?;
    clear(lab)
}

fn judge(lab: &Lab, row: &Row) -> Done<()> {
    let path = lab.directory.join("one-command.md");
    let text =
        format!("---\nslug: one-command\ntype: challenge\n---\n```bash\n{}\n```\n", row.text);
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    let (token, namespace) = match row.by {
        By::Administrator => (lab.kubernetes.admin(), None),
        By::Nobody => (lab.kubernetes.powerless.as_str(), None),
        By::Elsewhere => (lab.kubernetes.admin(), Some(OTHER)),
    };
    let context = Context { server: None, token, namespace };
    let config = lab.kubernetes.kubeconfig_for("one-command", &context)?;
    let call = Check::new(lab, &path).set("KUBECONFIG", config.display().to_string());
    // What a release was given is compared and never told.
    let report = call.secret("night-shift").json()?;
    let all = report.json.to_string();
    let silent = row.says.iter().find(|words| !all.contains(&words.replace('"', "\\\"")));
    if report.run.code != Some(row.code) || letters(&report.json) != row.letter {
        return Err(format!("expected exit {} {}\n{}", row.code, row.letter, report.run));
    }
    match silent {
        Some(words) => Err(format!("does not say `{words}`\n{}", report.run)),
        None => Ok(()),
    }
}

fn clear(lab: &Lab) -> Done<()> {
    let crd = ["delete", "crd", "routes.route.openshift.io", "--ignore-not-found"];
    lab.kubernetes.kubectl(&crd)?;
    let gone = ["delete", "namespace", HOME, OTHER, "--ignore-not-found"];
    Ok(lab.kubernetes.kubectl(&gone).map(drop)?)
}
