//! What ready means for each kind of object, read from its status.

use serde_json::Value;

/// The path of the fact and of the claims on it.
pub(super) const READY: &str = "ready";
/// What the fact is where the object is ready.
pub(super) const YES: &str = "true";

/// Whether an object is ready: `true`, or what is missing in words; `None` where its kind has no such thing.
pub(super) fn readiness(object: &Value) -> Option<String> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let seen = seen(object);
    let wanted = spec["replicas"].as_u64().unwrap_or(1);
    let count = |key: &str| status[key].as_u64().unwrap_or(0);
    match object["kind"].as_str()? {
        _ if !seen => Some("its last change is not seen by its controller yet".to_owned()),
        "Deployment" => {
            let updated = count("updatedReplicas");
            let old = count("replicas").saturating_sub(updated);
            Some(if old > 0 && updated >= wanted {
                format!("{old} old replicas are still there")
            } else {
                of(updated.min(count("availableReplicas")), wanted, "replicas are available")
            })
        }
        "StatefulSet" | "ReplicaSet" | "ReplicationController" => {
            let ready = count("readyReplicas");
            let rolled = status["updateRevision"] == status["currentRevision"]
                || spec["updateStrategy"]["type"] == "OnDelete"
                || count("updatedReplicas") >= wanted;
            Some(if ready >= wanted && !rolled {
                of(count("updatedReplicas"), wanted, "replicas are updated")
            } else {
                of(ready, wanted, "replicas are ready")
            })
        }
        "DaemonSet" => {
            let wanted = count("desiredNumberScheduled");
            let ready = count("numberAvailable").min(count("updatedNumberScheduled"));
            Some(of(ready, wanted, "pods are available"))
        }
        "Pod" | "Node" => Some(condition(status, "Ready")),
        "Job" => Some(condition(status, "Complete")),
        "CustomResourceDefinition" => Some(condition(status, "Established")),
        "Namespace" => Some(phase(status, "Active")),
        "PersistentVolumeClaim" => Some(phase(status, "Bound")),
        _ => ["Ready", "Available"]
            .into_iter()
            .find(|name| status_of(status, name).is_some())
            .map(|name| condition(status, name)),
    }
}

/// Whether the controller has seen the object as it is now.
fn seen(object: &Value) -> bool {
    let generation = object["metadata"]["generation"].as_i64();
    let observed = object["status"]["observedGeneration"].as_i64();
    !matches!((generation, observed), (Some(generation), Some(observed)) if observed < generation)
}

fn of(have: u64, wanted: u64, what: &str) -> String {
    if have >= wanted { YES.to_owned() } else { format!("{have} of {wanted} {what}") }
}

fn status_of<'a>(status: &'a Value, name: &str) -> Option<&'a Value> {
    let conditions = status["conditions"].as_array()?;
    conditions.iter().find(|condition| condition["type"] == name)
}

fn condition(status: &Value, name: &str) -> String {
    match status_of(status, name) {
        Some(condition) if condition["status"] == "True" => YES.to_owned(),
        Some(condition) => match condition["reason"].as_str() {
            Some(reason) if !reason.is_empty() => format!("not {}: {reason}", name.to_lowercase()),
            _ => format!("not {}", name.to_lowercase()),
        },
        None => format!("not {} yet", name.to_lowercase()),
    }
}

fn phase(status: &Value, wanted: &str) -> String {
    match status["phase"].as_str() {
        Some(phase) if phase == wanted => YES.to_owned(),
        Some(phase) => phase.to_lowercase(),
        None => format!("not {} yet", wanted.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ready_is_what_the_kind_means_by_it() {
        let ready = |value: Value| readiness(&value).unwrap();
        let deployment = |generation: i64, status: Value| {
            json!({"kind": "Deployment", "metadata": {"generation": generation},
                   "spec": {"replicas": 3}, "status": status})
        };
        let full = json!({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3,
                          "availableReplicas": 3});
        assert_eq!(ready(deployment(2, full.clone())), "true");
        assert_eq!(ready(deployment(3, full)), "its last change is not seen by its controller yet");
        assert_eq!(ready(deployment(1, json!({}))), "0 of 3 replicas are available");
        let old = json!({"replicas": 4, "updatedReplicas": 3, "availableReplicas": 4});
        assert_eq!(ready(deployment(1, old)), "1 old replicas are still there");
        let pod = |status: &str| {
            json!({"kind": "Pod", "status": {"conditions": [
                {"type": "Ready", "status": status, "reason": "ContainersNotReady"}]}})
        };
        assert_eq!(ready(pod("True")), "true");
        assert_eq!(ready(pod("False")), "not ready: ContainersNotReady");
        assert_eq!(ready(json!({"kind": "Job", "status": {}})), "not complete yet");
        assert_eq!(
            ready(json!({"kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}})),
            "pending"
        );
        assert_eq!(readiness(&json!({"kind": "ConfigMap"})), None);
        let other = json!({"kind": "Certificate", "status": {"conditions": [
            {"type": "Ready", "status": "True"}]}});
        assert_eq!(ready(other), "true");
    }
}
