//! Services and ingresses as kubectl makes them.

use super::super::cli::Line;
use super::{Made, commas, exact, given, listed, pairs};
use crate::claim::{Field, Text};

/// `create service FORM NAME`
pub(super) fn service(line: &Line, form: &str) -> Vec<Field> {
    let spelled = match form {
        "clusterip" => "ClusterIP",
        "nodeport" => "NodePort",
        "loadbalancer" => "LoadBalancer",
        "externalname" => "ExternalName",
        _ => return Vec::new(),
    };
    let mut fields = vec![exact("spec.type", spelled)];
    fields.extend(given(line, "external-name", "spec.externalName"));
    fields.extend(given(line, "clusterip", "spec.clusterIP"));
    let ports = listed(line, "tcp");
    for (index, ports) in ports.iter().enumerate() {
        let (port, target) = ports.split_once(':').unwrap_or((ports.clone(), ports.clone()));
        fields.push(exact(&format!("spec.ports[{index}].port"), port));
        fields.push(exact(&format!("spec.ports[{index}].targetPort"), target));
    }
    if ports.len() == 1 {
        fields.extend(given(line, "node-port", "spec.ports[0].nodePort"));
    }
    fields
}

/// What `expose TYPE NAME` makes, for the name of what is exposed.
pub(in super::super) fn exposed(line: &Line, target: &Text) -> Made {
    let mut fields = given(line, "type", "spec.type");
    let ports: Vec<Text> = line.flag("port").map(commas).unwrap_or_default();
    for (index, port) in ports.into_iter().enumerate() {
        fields.push(exact(&format!("spec.ports[{index}].port"), port));
    }
    fields.extend(given(line, "target-port", "spec.ports[0].targetPort"));
    fields.extend(given(line, "protocol", "spec.ports[0].protocol"));
    fields.extend(given(line, "cluster-ip", "spec.clusterIP"));
    fields.extend(given(line, "external-ip", "spec.externalIPs[0]"));
    fields.extend(given(line, "session-affinity", "spec.sessionAffinity"));
    for (key, value) in pairs(line, "selector") {
        fields.push(exact(&format!("spec.selector.{key}"), value));
    }
    for (key, value) in pairs(line, "labels") {
        fields.push(exact(&format!("metadata.labels.{key}"), value));
    }
    let name = line.flag("name").cloned().unwrap_or_else(|| target.clone());
    Made { word: "service", name, fields }
}

/// `create ingress NAME --rule=HOST/PATH=SERVICE:PORT[,tls[=SECRET]]`
pub(super) fn ingress(line: &Line) -> Vec<Field> {
    let mut fields = given(line, "class", "spec.ingressClassName");
    fields.extend(annotations(line));
    if let Some(backend) = line.flag("default-backend").and_then(Text::literal) {
        fields.extend(backend_of("spec.defaultBackend", &backend));
    }
    // Rules of one host are put together: their places are only known where each host is another.
    let rules: Option<Vec<Rule>> =
        line.all("rule").map(|rule| Rule::parse(&rule.literal()?)).collect();
    let Some(rules) = rules else { return fields };
    let again = |rule: &Rule| rules.iter().filter(|other| other.host == rule.host).count() > 1;
    if rules.iter().any(again) {
        return fields;
    }
    for (index, rule) in rules.iter().enumerate() {
        let path = format!("spec.rules[{index}]");
        if !rule.host.is_empty() {
            fields.push(exact(&format!("{path}.host"), rule.host.clone()));
        }
        let first = format!("{path}.http.paths[0]");
        fields.push(exact(&format!("{first}.path"), rule.path.clone()));
        fields.push(exact(&format!("{first}.pathType"), rule.path_type));
        fields.extend(backend_of(&format!("{first}.backend"), &rule.backend));
    }
    fields
}

fn annotations(line: &Line) -> Vec<Field> {
    let pairs = line.all("annotation").filter_map(|pair| pair.split_once('='));
    let pairs = pairs.filter_map(|(key, value)| Some((key.literal()?, value)));
    pairs.map(|(key, value)| exact(&format!("metadata.annotations.{key}"), value)).collect()
}

/// `SERVICE:PORT`
fn backend_of(path: &str, backend: &str) -> Vec<Field> {
    let Some((service, port)) = backend.split_once(':') else { return Vec::new() };
    let numeric = port.bytes().all(|byte| byte.is_ascii_digit());
    let kind = if numeric { "number" } else { "name" };
    vec![
        exact(&format!("{path}.service.name"), service),
        exact(&format!("{path}.service.port.{kind}"), port),
    ]
}

/// A rule of an ingress.
struct Rule {
    host: String,
    path: String,
    path_type: &'static str,
    backend: String,
}

impl Rule {
    fn parse(text: &str) -> Option<Self> {
        let (address, rest) = text.split_once('=')?;
        let backend = rest.split(',').next().unwrap_or(rest).to_owned();
        let (host, path) = match address.split_once('/') {
            Some((host, path)) => (host, format!("/{path}")),
            None => (address, String::new()),
        };
        let (path, path_type) = match path.strip_suffix('*') {
            Some(path) => (path.to_owned(), "Prefix"),
            None => (path, "Exact"),
        };
        // What a rule without a path gets is kubectl's to say.
        (!path.is_empty()).then(|| Self { host: host.to_owned(), path, path_type, backend })
    }
}
