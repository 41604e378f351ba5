//! Kubeconfig files of a lab.

use std::path::Path;

use serde_json::{Value, json};

use super::LabError;
use super::process::write_private;

/// What a kubeconfig says; the rest is the cluster's own.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Where the API server is, if not where it really is; its certificate is then not looked at.
    pub server: Option<&'a str>,
    /// Who asks.
    pub token: &'a str,
    /// The namespace of the context.
    pub namespace: Option<&'a str>,
}

/// Writes a kubeconfig with one context.
pub(super) fn write(
    path: &Path,
    cluster: &Value,
    user: &Value,
    namespace: Option<&str>,
) -> Result<(), LabError> {
    let mut inner = json!({ "cluster": "lab", "user": "lab" });
    if let Some(namespace) = namespace {
        inner["namespace"] = json!(namespace);
    }
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "lab",
        "clusters": [{ "name": "lab", "cluster": cluster }],
        "users": [{ "name": "lab", "user": user }],
        "contexts": [{ "name": "lab", "context": inner }],
    });
    write_private(path, &config.to_string())
}
