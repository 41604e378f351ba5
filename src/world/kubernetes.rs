//! What a cluster starts from.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::text::{nearest, or_list, ticked};
use crate::yaml::{Node, Reader, Value};

use super::Known;
use super::vault::Body;

pub(super) const KEYS: &[&str] = &["objects", "ready"];

/// Kinds whose copies are waited for where the world says nothing else.
const WORKLOADS: &[&str] = &["Deployment", "StatefulSet", "DaemonSet"];

/// What a cluster starts from.
#[derive(Clone, Debug, Default)]
pub(super) struct KubernetesWorld {
    pub(super) objects: Vec<Object>,
    /// Whether a cluster has once found no field in them that it does not know: looking at its whole schema again
    /// takes kubectl longer than all the rest.
    pub(super) known: Arc<AtomicBool>,
}

/// One object.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) body: Body,
    pub(super) kind: String,
    pub(super) name: String,
    /// Whether it is waited for until it is ready.
    pub(super) ready: bool,
    pub(super) span: Span,
}

impl Object {
    /// `kind/name`, as `kubectl` takes it and `ready` names it.
    pub(super) fn word(&self) -> String {
        format!("{}/{}", self.kind.to_lowercase(), self.name)
    }

    /// Whether others need it to be there before they can be made.
    pub(super) fn is_ground(&self) -> bool {
        ["Namespace", "CustomResourceDefinition"].contains(&self.kind.as_str())
    }

    /// Whether its readiness is that of its copies.
    pub(super) fn is_workload(&self) -> bool {
        WORKLOADS.contains(&self.kind.as_str())
    }
}

/// Reads the section.
pub(super) fn read(reader: &mut Reader<'_>, node: Node, known: &Known) -> KubernetesWorld {
    let mut fields = reader.fields(node, "`kubernetes`", KEYS);
    let mut objects = Vec::new();
    if let Some(entry) = fields.take("objects") {
        for item in reader.list(entry.node, "`objects`") {
            objects.extend(object(reader, item, known));
        }
    }
    if let Some(entry) = fields.take("ready") {
        for object in &mut objects {
            object.ready = false;
        }
        for item in reader.list(entry.node, "`ready`") {
            ready(reader, item, &mut objects);
        }
    }
    KubernetesWorld { objects, ..KubernetesWorld::default() }
}

fn object(reader: &mut Reader<'_>, item: Node, known: &Known) -> Option<Object> {
    let span = item.span;
    if !matches!(item.value, Value::Map(_)) {
        return reader.kind(span, "an object", &item.value, "keys and values");
    }
    let body = Body::read(reader, item, known);
    let text = |path: &str| body.raw().pointer(path).and_then(Json::as_str).map(str::to_owned);
    let mut need = |path: &str, shown: &str| {
        let found = text(path).filter(|text| !text.is_empty());
        if found.is_none() {
            reader.wrong(Diagnostic::error(span, format!("an object has no {}", ticked(shown))));
        }
        found
    };
    let version = need("/apiVersion", "apiVersion");
    let kind = need("/kind", "kind");
    let name = need("/metadata/name", "metadata.name");
    version?;
    let (kind, name) = (kind?, name?);
    let ready = WORKLOADS.contains(&kind.as_str());
    Some(Object { body, kind, name, ready, span })
}

/// Marks what is to be waited for.
fn ready(reader: &mut Reader<'_>, item: Node, objects: &mut [Object]) {
    let span = item.span;
    let Some(written) = reader.text(item, "an entry of `ready`") else { return };
    let wanted = match written.split_once('/') {
        Some((kind, name)) => format!("{}/{name}", kind.to_lowercase()),
        None => written.clone(),
    };
    let mut found = false;
    for object in objects.iter_mut().filter(|object| object.word() == wanted) {
        object.ready = true;
        found = true;
    }
    if found {
        return;
    }
    let words: Vec<String> = objects.iter().map(Object::word).collect();
    let help = match nearest(&wanted, &words) {
        Some(near) => format!("did you mean {}?", ticked(near)),
        None if words.is_empty() => "`objects` is empty".to_owned(),
        None => format!("there is {}", or_list(&words)),
    };
    let message = format!("none of `objects` is {}", ticked(&written));
    reader.wrong(Diagnostic::error(span, message).help(help));
}
