//! Deployments, jobs, pods and autoscalers as kubectl makes them.

use super::super::cli::Line;
use super::{Made, commas, exact, given, not_understood, pairs, words_of};
use crate::claim::{Field, Meaning, Text};
use crate::provider::Reading;

pub(super) fn deployment(line: &Line) -> Vec<Field> {
    let containers = "spec.template.spec.containers";
    let mut fields = given(line, "replicas", "spec.replicas");
    let images: Vec<Text> = line.all("image").flat_map(commas).collect();
    for (index, image) in images.iter().enumerate() {
        let name = image.literal().and_then(|image| container_of(&image));
        let container = format!("{containers}[{}]", name.unwrap_or_else(|| index.to_string()));
        fields.push(exact(&format!("{container}.image"), image.clone()));
        if images.len() == 1 {
            fields.extend(given(line, "port", &format!("{container}.ports[0].containerPort")));
            fields.extend(words_of(line, &format!("{container}.command")));
        }
    }
    fields
}

/// The name that kubectl gives a container: the last part of its image without tag and digest; one with
/// `_` or `.` gets an ending at random, so that only its place is known.
fn container_of(image: &str) -> Option<String> {
    let last = image.rsplit('/').next().unwrap_or(image);
    let name = last.split([':', '@']).next().unwrap_or(last);
    (!name.contains(['_', '.'])).then(|| name.to_owned())
}

pub(super) fn job(line: &Line) -> Vec<Field> {
    if line.has("from") {
        let by_hand = "metadata.annotations.cronjob.kubernetes.io/instantiate";
        return vec![exact(by_hand, "manual")];
    }
    template(line, "spec.template.spec")
}

pub(super) fn cron_job(line: &Line) -> Vec<Field> {
    let mut fields = given(line, "schedule", "spec.schedule");
    fields.extend(template(line, "spec.jobTemplate.spec.template.spec"));
    fields
}

/// The one container of a job, called as the job.
fn template(line: &Line, path: &str) -> Vec<Field> {
    let Some(name) = line.word(1) else { return Vec::new() };
    let container = format!("{path}.containers[{name}]");
    let mut fields = given(line, "image", &format!("{container}.image"));
    fields.extend(given(line, "restart", &format!("{path}.restartPolicy")));
    fields.extend(words_of(line, &format!("{container}.command")));
    fields
}

/// What `run NAME --image` makes: a pod, and a service where `--expose` asks for one.
pub(in super::super) fn run(line: &Line) -> Result<Vec<Made>, Reading> {
    let Some(name) = line.arguments.first() else {
        return Err(not_understood("the pod has no name"));
    };
    let labels = pairs(line, "labels");
    let labels =
        labels.into_iter().map(|(key, value)| exact(&format!("metadata.labels.{key}"), value));
    let mut fields: Vec<Field> = labels.collect();
    // What is laid over the pod may change any of it.
    let plain = !line.has("overrides");
    if let Some(container) = name.literal().filter(|_| plain) {
        let container = format!("spec.containers[{container}]");
        fields.extend(given(line, "image", &format!("{container}.image")));
        fields.extend(given(line, "port", &format!("{container}.ports[0].containerPort")));
        for (key, value) in line.all("env").filter_map(|pair| pair.split_once('=')) {
            let Some(key) = key.literal() else { continue };
            let set = value.literal().as_deref() != Some("");
            fields.extend(set.then(|| exact(&format!("{container}.env[{key}].value"), value)));
        }
        fields.extend(given(line, "image-pull-policy", &format!("{container}.imagePullPolicy")));
        fields.extend(given(line, "restart", "spec.restartPolicy"));
        if line.has("privileged") {
            fields.push(exact(&format!("{container}.securityContext.privileged"), "true"));
        }
        let word = if line.has("command") { "command" } else { "args" };
        fields.extend(words_of(line, &format!("{container}.{word}")));
    }
    for (key, value) in pairs(line, "annotations") {
        fields.push(exact(&format!("metadata.annotations.{key}"), value));
    }
    let mut made = vec![Made { word: "pod", name: name.clone(), fields }];
    if line.has("expose") {
        let fields = given(line, "port", "spec.ports[0].port");
        made.push(Made { word: "service", name: name.clone(), fields });
    }
    Ok(made)
}

/// What `autoscale TYPE NAME` makes, for the name of what is scaled.
pub(in super::super) fn autoscaled(line: &Line, target: &Text) -> Made {
    let mut fields = vec![exact("spec.scaleTargetRef.name", target.clone())];
    fields.extend(given(line, "min", "spec.minReplicas"));
    fields.extend(given(line, "max", "spec.maxReplicas"));
    // A negative number asks for the server's own.
    let negative = |text: &Text| text.literal().is_some_and(|text| text.starts_with('-'));
    let percent = line.flag("cpu-percent").filter(|percent| !negative(percent));
    if let Some(percent) = percent {
        let path = "spec.metrics[0].resource.target.averageUtilization";
        fields.push(Field::new(path, percent.clone(), Meaning::Exact));
    }
    let name = line.flag("name").cloned().unwrap_or_else(|| target.clone());
    Made { word: "horizontalpodautoscaler", name, fields }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_called_as_kubectl_calls_it() {
        for (image, name) in [
            ("nginx", Some("nginx")),
            ("nginx:1.25", Some("nginx")),
            ("registry:5000/team/app:v1", Some("app")),
            ("app@sha256:0123", Some("app")),
            ("team/my_app:v1", None),
            ("app.web:1", None),
        ] {
            assert_eq!(container_of(image).as_deref(), name);
        }
    }
}
