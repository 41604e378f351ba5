//! What a Vault starts from, read and filled in by its HTTP API as root.

use serde_json::{Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::text::{or_list, ticked};
use crate::yaml::{Entry, Fields, Node, Reader};

use super::{Known, Values, VaultState};

pub(super) const KEYS: &[&str] = &["state", "mounts", "auth", "policies", "secrets", "requests"];
const STATES: &[(&str, VaultState)] =
    &[("open", VaultState::Open), ("sealed", VaultState::Sealed), ("new", VaultState::New)];
/// What `sys/mounts` takes of an engine.
pub(super) const MOUNT: &[&str] = &[
    "type",
    "description",
    "config",
    "options",
    "local",
    "seal_wrap",
    "external_entropy_access",
    "plugin_version",
];
/// What one of `requests` may have; exactly one of the first three is there.
pub(super) const REQUEST: &[&str] = &["write", "read", "delete", "data"];

/// What a Vault starts from.
#[derive(Clone, Debug, Default)]
pub(super) struct VaultWorld {
    pub(super) state: VaultState,
    /// Mounts, auth mounts and policies.
    pub(super) first: Vec<Request>,
    pub(super) secrets: Vec<Stored>,
    /// Anything else, in order, when PostgreSQL has been filled.
    pub(super) requests: Vec<Request>,
}

impl VaultWorld {
    /// Whether there is nothing to be done to it.
    pub(super) fn is_left_alone(&self) -> bool {
        let filled = self.first.len() + self.secrets.len() + self.requests.len();
        filled == 0 && self.state != VaultState::Sealed
    }
}

/// One request to Vault's API.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: &'static str,
    /// Below `/v1/`.
    pub(super) path: String,
    pub(super) body: Body,
    pub(super) span: Span,
}

/// A secret of a KV engine.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    /// The mount and the path below it, whatever the version.
    pub(super) path: String,
    pub(super) values: Body,
    pub(super) span: Span,
}

/// JSON whose texts may hold names. It may be a secret.
#[derive(Clone, Default)]
pub(super) struct Body(Json);

impl std::fmt::Debug for Body {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Body")
    }
}

impl Body {
    /// Reads one and checks its names.
    pub(super) fn read(reader: &mut Reader<'_>, node: Node, known: &Known) -> Self {
        Self(reader.json(node, &mut |reader, text, span| known.check(text, span, reader)))
    }

    /// What stands in it, names unresolved.
    pub(super) fn raw(&self) -> &Json {
        &self.0
    }

    /// The same with all names resolved.
    pub(super) fn resolve(&self, values: &Values<'_>) -> Result<Json, super::Unresolved> {
        resolve(&self.0, values)
    }
}

fn resolve(json: &Json, values: &Values<'_>) -> Result<Json, super::Unresolved> {
    Ok(match json {
        Json::String(text) => Json::String(values.resolve(text)?),
        Json::Array(items) => {
            Json::Array(items.iter().map(|item| resolve(item, values)).collect::<Result<_, _>>()?)
        }
        Json::Object(map) => {
            let entries = map.iter().map(|(key, item)| Ok((key.clone(), resolve(item, values)?)));
            Json::Object(entries.collect::<Result<_, _>>()?)
        }
        other => other.clone(),
    })
}

/// Reads the section.
pub(super) fn read(reader: &mut Reader<'_>, section: Entry, known: &Known) -> VaultWorld {
    let mut fields = reader.fields(section.node, "`vault`", KEYS);
    let mut world = VaultWorld { state: state(reader, &mut fields), ..VaultWorld::default() };
    if world.state == VaultState::New {
        let filled: Vec<&str> = fields.keys().collect();
        if let Some(first) = filled.first() {
            let message = format!("a new Vault holds nothing, and here it has {}", ticked(first));
            reader.wrong(Diagnostic::error(section.at, message));
        }
        return world;
    }
    for (key, below) in [("mounts", "sys/mounts"), ("auth", "sys/auth")] {
        let Some(entry) = fields.take(key) else { continue };
        for entry in reader.entries(entry.node, &ticked(key)) {
            world.first.extend(mount(reader, entry, (key, below), known));
        }
    }
    if let Some(entry) = fields.take("policies") {
        for entry in reader.entries(entry.node, "`policies`") {
            world.first.extend(policy(reader, entry, known));
        }
    }
    if let Some(entry) = fields.take("secrets") {
        for entry in reader.entries(entry.node, "`secrets`") {
            world.secrets.extend(secret(reader, entry, known));
        }
    }
    if let Some(entry) = fields.take("requests") {
        for item in reader.list(entry.node, "`requests`") {
            world.requests.extend(request(reader, item, known));
        }
    }
    world
}

fn state(reader: &mut Reader<'_>, fields: &mut Fields) -> VaultState {
    let Some(entry) = fields.take("state") else { return VaultState::Open };
    let span = entry.node.span;
    let Some(written) = reader.text(entry.node, "`state`") else { return VaultState::Open };
    if let Some((_, state)) = STATES.iter().find(|(name, _)| *name == written) {
        return *state;
    }
    let names: Vec<&str> = STATES.iter().map(|(name, _)| *name).collect();
    let message = format!("`state` is {}, expected {}", ticked(&written), or_list(&names));
    reader.wrong(Diagnostic::error(span, message));
    VaultState::Open
}

fn mount(
    reader: &mut Reader<'_>,
    entry: Entry,
    (key, below): (&str, &str),
    known: &Known,
) -> Option<Request> {
    let name = path(reader, &entry.key, entry.at)?;
    let owner = format!("{} of `{key}`", ticked(&entry.key));
    if !matches!(entry.node.value, crate::yaml::Value::Map(_)) {
        return reader.kind(
            entry.node.span,
            &owner,
            &entry.node.value,
            "keys and values with a `type`",
        );
    }
    let body = Body::read(reader, entry.node.clone(), known);
    let mut fields = reader.fields(entry.node, &owner, MOUNT);
    let kind = fields.need("type", &owner, reader)?;
    reader.text(kind.node, "`type`")?;
    Some(Request { method: "POST", path: format!("{below}/{name}"), body, span: entry.at })
}

fn policy(reader: &mut Reader<'_>, entry: Entry, known: &Known) -> Option<Request> {
    let owner = format!("the policy {}", ticked(&entry.key));
    let name = path(reader, &entry.key, entry.at)?;
    let span = entry.node.span;
    let text = reader.text(entry.node, &owner)?;
    known.check(&text, span, reader);
    let body = Body(json!({ "policy": text }));
    Some(Request { method: "PUT", path: format!("sys/policies/acl/{name}"), body, span: entry.at })
}

fn secret(reader: &mut Reader<'_>, entry: Entry, known: &Known) -> Option<Stored> {
    let path = path(reader, &entry.key, entry.at)?;
    let owner = format!("the secret {}", ticked(&path));
    if !matches!(entry.node.value, crate::yaml::Value::Map(_)) {
        return reader.kind(entry.node.span, &owner, &entry.node.value, "keys and values");
    }
    Some(Stored { path, values: Body::read(reader, entry.node, known), span: entry.at })
}

fn request(reader: &mut Reader<'_>, item: Node, known: &Known) -> Option<Request> {
    let owner = "a request";
    let span = item.span;
    let mut fields = reader.fields(item, owner, REQUEST);
    let verbs = [("write", "POST"), ("read", "GET"), ("delete", "DELETE")];
    let mut named: Vec<(Entry, &str)> = verbs
        .into_iter()
        .filter_map(|(verb, method)| fields.take(verb).map(|entry| (entry, method)))
        .collect();
    let data = fields.take("data");
    if named.len() != 1 {
        if named.is_empty() && fields.is_broken() {
            return None;
        }
        let message = "a request has exactly one of `write`, `read` and `delete`";
        reader.wrong(Diagnostic::error(span, message).help("as in `- write: PATH`"));
        return None;
    }
    let (entry, method) = named.remove(0);
    let at = entry.node.span;
    let written = reader.text(entry.node, &ticked(&entry.key))?;
    let path = path(reader, &written, at)?;
    let body = match data {
        Some(data) if method != "POST" => {
            let message = format!("`data` is of no use beside {}", ticked(&entry.key));
            reader.wrong(Diagnostic::error(data.at, message));
            return None;
        }
        Some(data) => Body::read(reader, data.node, known),
        None => Body::default(),
    };
    Some(Request { method, path, body, span: entry.at })
}

/// A path of Vault without slashes at its ends.
fn path(reader: &mut Reader<'_>, written: &str, at: Span) -> Option<String> {
    let path = written.trim_matches('/');
    let path = path.strip_prefix("v1/").unwrap_or(path);
    if path.is_empty() || path.split('/').any(|part| part.is_empty() || part == "." || part == "..")
    {
        let message = format!("{} is no path of Vault", ticked(written));
        reader.wrong(Diagnostic::error(at, message));
        return None;
    }
    Some(path.to_owned())
}
