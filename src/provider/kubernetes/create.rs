//! What kubectl's generators make: `create TYPE NAME …`, `run`, `expose`, `autoscale`.

use super::cli::Line;
use super::manifest::sealed_field;
use super::resources::canonical;
use crate::claim::{Field, Meaning, Text};

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
pub(super) fn created(line: &Line) -> Result<Made, String> {
    let Some(kind) = line.word(0) else {
        return Err("what it makes is not in the text".to_owned());
    };
    let word = canonical(&kind);
    let second = line.word(1).unwrap_or_default();
    let (word, place, fields): (&'static str, usize, Vec<Field>) = match word.as_str() {
        "deployment" => ("deployment", 1, deployment(line)),
        "namespace" => ("namespace", 1, Vec::new()),
        "configmap" => {
            ("configmap", 1, literals(line, |key, value| exact(&format!("data.{key}"), value)))
        }
        "secret" => ("secret", 2, secret(line, &second)),
        "service" => ("service", 2, service(line, &second)),
        "serviceaccount" => ("serviceaccount", 1, Vec::new()),
        "job" => ("job", 1, job(line)),
        "cronjob" => ("cronjob", 1, cron_job(line)),
        "role" => ("role", 1, Vec::new()),
        "clusterrole" => ("clusterrole", 1, Vec::new()),
        "rolebinding" => ("rolebinding", 1, binding(line)),
        "clusterrolebinding" => ("clusterrolebinding", 1, binding(line)),
        "ingress" => ("ingress", 1, Vec::new()),
        "resourcequota" => ("resourcequota", 1, Vec::new()),
        "poddisruptionbudget" => ("poddisruptionbudget", 1, Vec::new()),
        "priorityclass" => ("priorityclass", 1, given(line, "value", "value")),
        _ => return Err(format!("`kubectl create {kind}` is not known")),
    };
    match line.arguments.get(place) {
        Some(name) => Ok(Made { word, name: name.clone(), fields }),
        None => Err(format!("the {word} has no name")),
    }
}

/// What `run NAME --image` makes.
pub(super) fn run(line: &Line) -> Result<Made, String> {
    let Some(name) = line.arguments.first() else { return Err("the pod has no name".to_owned()) };
    let mut fields = Vec::new();
    if let Some(container) = name.literal() {
        let container = format!("spec.containers[{container}]");
        fields.extend(given(line, "image", &format!("{container}.image")));
        fields.extend(given(line, "port", &format!("{container}.ports[0].containerPort")));
    }
    Ok(Made { word: "pod", name: name.clone(), fields })
}

/// What `expose TYPE NAME` makes.
pub(super) fn exposed(line: &Line) -> Result<Made, String> {
    let mut targets = line.targets(0)?.into_iter().filter_map(|target| target.name);
    let (Some(name), None) = (targets.next(), targets.next()) else {
        return Err("what is exposed is not in the text".to_owned());
    };
    let mut fields = given(line, "type", "spec.type");
    fields.extend(given(line, "port", "spec.ports[0].port"));
    fields.extend(given(line, "target-port", "spec.ports[0].targetPort"));
    Ok(Made { word: "service", name: line.flag("name").cloned().unwrap_or(name), fields })
}

/// What `autoscale TYPE NAME` makes.
pub(super) fn autoscaled(line: &Line) -> Result<Made, String> {
    let mut targets = line.targets(0)?.into_iter().filter_map(|target| target.name);
    let (Some(name), None) = (targets.next(), targets.next()) else {
        return Err("what is scaled is not in the text".to_owned());
    };
    let mut fields = given(line, "min", "spec.minReplicas");
    fields.extend(given(line, "max", "spec.maxReplicas"));
    let name = line.flag("name").cloned().unwrap_or(name);
    Ok(Made { word: "horizontalpodautoscaler", name, fields })
}

fn deployment(line: &Line) -> Vec<Field> {
    let mut fields = given(line, "replicas", "spec.replicas");
    let images: Vec<&Text> = line.all("image").collect();
    for image in &images {
        let Some(name) = image.literal().map(|image| container_of(&image)) else { continue };
        let container = format!("spec.template.spec.containers[{name}]");
        fields.push(exact(&format!("{container}.image"), (*image).clone()));
        if images.len() == 1 {
            fields.extend(given(line, "port", &format!("{container}.ports[0].containerPort")));
        }
    }
    fields
}

/// The name that kubectl gives a container: the last part of its image without tag and digest.
fn container_of(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    let name = last.split([':', '@']).next().unwrap_or(last);
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

fn secret(line: &Line, form: &str) -> Vec<Field> {
    match form {
        "generic" => {
            let mut fields = literals(line, sealed_field);
            fields.extend(given(line, "type", "type"));
            fields
        }
        "tls" => vec![exact("type", "kubernetes.io/tls".into())],
        "docker-registry" => vec![exact("type", "kubernetes.io/dockerconfigjson".into())],
        _ => Vec::new(),
    }
}

fn service(line: &Line, form: &str) -> Vec<Field> {
    let spelled = match form {
        "clusterip" => "ClusterIP",
        "nodeport" => "NodePort",
        "loadbalancer" => "LoadBalancer",
        "externalname" => "ExternalName",
        _ => return Vec::new(),
    };
    let mut fields = vec![exact("spec.type", spelled.into())];
    fields.extend(given(line, "external-name", "spec.externalName"));
    if let Some(ports) = line.flag("tcp") {
        let (port, target) = ports.split_once(':').unwrap_or((ports.clone(), ports.clone()));
        fields.push(exact("spec.ports[0].port", port));
        fields.push(exact("spec.ports[0].targetPort", target));
    }
    fields
}

fn job(line: &Line) -> Vec<Field> {
    match line.word(1) {
        Some(name) => given(line, "image", &format!("spec.template.spec.containers[{name}].image")),
        None => Vec::new(),
    }
}

fn cron_job(line: &Line) -> Vec<Field> {
    let mut fields = given(line, "schedule", "spec.schedule");
    if let Some(name) = line.word(1) {
        let container = format!("spec.jobTemplate.spec.template.spec.containers[{name}]");
        fields.extend(given(line, "image", &format!("{container}.image")));
    }
    fields
}

fn binding(line: &Line) -> Vec<Field> {
    let mut fields = given(line, "clusterrole", "roleRef.name");
    fields.extend(given(line, "role", "roleRef.name"));
    fields
}

/// The fields of `--from-literal=KEY=VALUE`.
fn literals(line: &Line, field: impl Fn(&str, Text) -> Field) -> Vec<Field> {
    line.all("from-literal")
        .filter_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            Some(field(&key.literal()?, value))
        })
        .collect()
}

/// A field at `path`, where the flag is given.
fn given(line: &Line, flag: &str, path: &str) -> Vec<Field> {
    line.flag(flag).map(|value| exact(path, value.clone())).into_iter().collect()
}

pub(super) fn exact(path: &str, value: Text) -> Field {
    Field::new(path, value, Meaning::Exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_called_as_kubectl_calls_it() {
        for (image, name) in [
            ("nginx", "nginx"),
            ("nginx:1.25", "nginx"),
            ("registry:5000/team/my_app:v1", "my-app"),
            ("app@sha256:0123", "app"),
        ] {
            assert_eq!(container_of(image), name);
        }
    }
}
