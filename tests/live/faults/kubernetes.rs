//! Rows in which Kubernetes is away, talks nonsense, or is looked at through another context.

use super::{Broken, Expected, Look, Pace, Row, call};
use crate::lab::Lab;
use crate::stand_in::{Manner, StandIn};
use crate::wait::Done;
use crate::world::deployment;
use labproof::lab::Context;

/// Kubernetes cannot be seen: 11 and 12 are unknown. `$PG_HOST` stays unbound, which matches any
/// host in 4; Postgres is then reached at the address in Vault's connection URL, so 7 to 9 are seen.
pub(crate) const BLIND_SOLVED: Expected =
    Expected { code: 3, here: &[11], outcomes: "P--PPPPPPP??" };

/// On the untouched lab there is no connection URL either: 8 and 9 cannot be tried.
const BLIND_UNTOUCHED: Expected = Expected { code: 1, here: &[1], outcomes: "F--FFFFxxF??" };

/// The rows of this file.
pub(super) fn rows() -> Vec<Row> {
    vec![
        blind("kubernetes_down", |lab| {
            configured(lab, &format!("https://{}", lab.nowhere()), "down")
        }),
        blind("kubernetes_no_kubeconfig", |lab| Ok(Broken::told(call(lab).unset("KUBECONFIG")))),
        blind("kubernetes_forbidden", |lab| {
            let token = &lab.kubernetes.powerless;
            context(lab, "powerless", &Context { server: None, token, namespace: None })
        }),
        blind("kubernetes_proxy_404", |lab| instead(lab, Manner::NotFoundPage)),
        blind("kubernetes_proxy_404_status", |lab| instead(lab, Manner::NotFoundStatus)),
        blind("kubernetes_proxy_html", |lab| instead(lab, Manner::Html)),
        Row { pace: Pace::Slow, ..blind("kubernetes_silent", |lab| instead(lab, Manner::Silence)) },
        Row {
            // The untouched lab's Deployment is in `default`, where it may be found or not: not gone.
            untouched: Some(Expected { code: 1, here: &[1], outcomes: "F--FFFFxxFxx" }),
            ..blind("kubernetes_namespace_missing", |lab| {
                let token = lab.kubernetes.admin();
                let namespace = Some("nowhere-to-be-found");
                context(lab, "missing", &Context { server: None, token, namespace })
            })
        },
        Row {
            solved: Some(Expected { code: 1, here: &[11], outcomes: "P--PPPPPPPFF" }),
            untouched: Some(Expected { code: 1, here: &[1], outcomes: "F--FFFFxxFFF" }),
            says: &[(11, "`default`")],
            ..blind("kubernetes_deployment_in_another_namespace", elsewhere)
        },
    ]
}

fn blind(name: &'static str, break_it: fn(&Lab) -> Done<Broken>) -> Row {
    Row {
        name,
        solved: Some(BLIND_SOLVED),
        untouched: Some(BLIND_UNTOUCHED),
        says: &[],
        pace: Pace::Quick,
        traces: Look::Within,
        break_it,
    }
}

fn context(lab: &Lab, name: &str, context: &Context<'_>) -> Done<Broken> {
    let path = lab.kubernetes.kubeconfig_for(name, context)?;
    Ok(Broken::told(call(lab).set("KUBECONFIG", path.display().to_string())))
}

fn configured(lab: &Lab, server: &str, name: &str) -> Done<Broken> {
    let token = lab.kubernetes.admin();
    context(lab, name, &Context { server: Some(server), token, namespace: None })
}

fn instead(lab: &Lab, manner: Manner) -> Done<Broken> {
    let stand_in = StandIn::anywhere(lab.ip(), manner)?;
    Ok(configured(lab, &stand_in.url(), "stand-in")?.with(stand_in))
}

/// The context works in `elsewhere`, the Deployment stands in `default`.
fn elsewhere(lab: &Lab) -> Done<Broken> {
    let kubernetes = &lab.kubernetes;
    let namespace = serde_json::json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "elsewhere" },
    });
    kubernetes.apply(&namespace)?;
    let name = lab.world.names.deployment.clone();
    let found = ["get", "deployment", &name, "-n", "default", "--ignore-not-found", "-o", "name"];
    let stood = !kubernetes.kubectl(&found)?.trim().is_empty();
    if !stood {
        kubernetes.apply(&deployment(&name, "default"))?;
    }
    let token = kubernetes.admin();
    let seen = Context { server: None, token, namespace: Some("elsewhere") };
    Ok(context(lab, "elsewhere", &seen)?.mended_by(move |lab| {
        if !stood {
            lab.kubernetes.kubectl(&["delete", "deployment", &name, "-n", "default"])?;
        }
        Ok(())
    }))
}
