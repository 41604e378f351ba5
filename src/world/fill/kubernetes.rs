//! Fills a cluster with `kubectl`: one process for the objects, one for all that is to be ready.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::process::Command;

use super::process::{self, Ran};
use super::{Filling, said};
use crate::text::ticked;
use crate::world::kubernetes::Object;
use crate::world::{System, WorldError};

/// Applying objects.
const LIMIT: Duration = Duration::from_mins(1);
/// Until what was made is ready.
const READY: Duration = Duration::from_secs(90);
/// Until kubectl has said that it was not.
const SLACK: Duration = Duration::from_secs(10);

/// An object with its names resolved.
struct Resolved<'a> {
    object: &'a Object,
    json: Json,
}

impl Filling<'_> {
    /// Makes all objects and waits for those that are to be ready.
    pub(super) async fn kubernetes(&self) -> Result<(), WorldError> {
        if self.world.kubernetes.objects.is_empty() {
            return Ok(());
        }
        let access = self.access.kubernetes.as_ref();
        let access = access.ok_or_else(|| self.missing(System::Kubernetes))?;
        let client = || {
            let mut command = process::client((self.client)("kubectl"));
            // What kubectl remembers of the cluster stays beside its kubeconfig: the next call is quicker.
            let folder = access.kubeconfig.parent().unwrap_or(Path::new("/"));
            command.env("KUBECONFIG", &access.kubeconfig).env("HOME", folder);
            command
        };
        let mut objects = Vec::new();
        for object in &self.world.kubernetes.objects {
            let json = object.body.resolve(&self.values);
            let json = json.map_err(|error| self.error(object.span, error))?;
            objects.push(Resolved { object, json });
        }
        // Namespaces first. Only a new kind has to be served before anything else of it can be read at all.
        objects.sort_by_key(|resolved| !resolved.object.is_ground());
        let kinds = objects.iter().filter(|one| one.object.kind == "CustomResourceDefinition");
        let kinds: Vec<&Resolved<'_>> = kinds.collect();
        if kinds.is_empty() {
            self.apply(&client, &objects.iter().collect::<Vec<_>>()).await?;
        } else {
            self.apply(&client, &kinds).await?;
            self.wait(client(), "condition=Established", &kinds).await?;
            let others = objects.iter().filter(|one| one.object.kind != "CustomResourceDefinition");
            self.apply(&client, &others.collect::<Vec<_>>()).await?;
        }
        self.world.kubernetes.known.store(true, Ordering::Relaxed);
        self.ready(&client, &objects).await
    }

    /// All in one call. Where it fails, kubectl does not always say at which object: each is then tried alone.
    async fn apply(
        &self,
        client: &dyn Fn() -> Command,
        objects: &[&Resolved<'_>],
    ) -> Result<(), WorldError> {
        if objects.is_empty() || self.applied(client(), objects).await.is_ok() {
            return Ok(());
        }
        for object in objects {
            self.applied(client(), &[*object]).await?;
        }
        Ok(())
    }

    async fn applied(
        &self,
        mut kubectl: Command,
        objects: &[&Resolved<'_>],
    ) -> Result<(), WorldError> {
        kubectl.args(["apply", "-f", "-"]);
        if self.world.kubernetes.known.load(Ordering::Relaxed) {
            kubectl.arg("--validate=false");
        }
        let ran = process::run("kubectl", &mut kubectl, &list(objects), LIMIT).await;
        let ran = ran.map_err(|why| self.error(objects[0].object.span, why))?;
        self.done(&ran, objects, "kubectl apply")
    }

    /// Copies by their rollout, a Job by its end, anything else by its condition.
    async fn ready(
        &self,
        client: &dyn Fn() -> Command,
        objects: &[Resolved<'_>],
    ) -> Result<(), WorldError> {
        let wanted = |which: &dyn Fn(&Object) -> bool| -> Vec<&Resolved<'_>> {
            objects.iter().filter(|one| one.object.ready && which(one.object)).collect()
        };
        let workloads = wanted(&Object::is_workload);
        let jobs = wanted(&|object| object.kind == "Job");
        let others = wanted(&|object| !object.is_workload() && object.kind != "Job");
        tokio::try_join!(
            self.rolled_out(client, &workloads),
            self.wait(client(), "condition=Complete", &jobs),
            self.wait(client(), "condition=Ready", &others),
        )?;
        Ok(())
    }

    async fn rolled_out(
        &self,
        client: &dyn Fn() -> Command,
        objects: &[&Resolved<'_>],
    ) -> Result<(), WorldError> {
        let each = objects.iter().map(|one| async move {
            let mut kubectl = client();
            kubectl.args(["rollout", "status", "-f", "-"]).arg(timeout());
            let ran =
                process::run("kubectl", &mut kubectl, &one.json.to_string(), READY + SLACK).await;
            let ran = ran.map_err(|why| self.error(one.object.span, why))?;
            self.done(&ran, &[one], "kubectl rollout status")
        });
        futures_util::future::try_join_all(each).await.map(drop)
    }

    async fn wait(
        &self,
        mut kubectl: Command,
        condition: &str,
        objects: &[&Resolved<'_>],
    ) -> Result<(), WorldError> {
        if objects.is_empty() {
            return Ok(());
        }
        kubectl.args(["wait", "-f", "-", "--for", condition]).arg(timeout());
        let ran = process::run("kubectl", &mut kubectl, &list(objects), READY + SLACK).await;
        let ran = ran.map_err(|why| self.error(objects[0].object.span, why))?;
        self.done(&ran, objects, &format!("kubectl wait --for {condition}"))
    }

    /// The place is that of the object which is named, or of the first.
    fn done(&self, ran: &Ran, objects: &[&Resolved<'_>], call: &str) -> Result<(), WorldError> {
        if ran.success {
            return Ok(());
        }
        let named =
            objects.iter().find(|one| names(&ran.stderr, one.object)).unwrap_or(&objects[0]);
        let mut values = Vec::new();
        for one in objects {
            private(&one.json, &mut values);
        }
        let said = said(ran.stderr.trim(), &values);
        let message = format!("{} of {} fails: {said}", ticked(call), ticked(&named.object.word()));
        Err(self.error(named.object.span, message))
    }
}

fn timeout() -> String {
    format!("--timeout={}s", READY.as_secs())
}

fn list(objects: &[&Resolved<'_>]) -> String {
    let items: Vec<&Json> = objects.iter().map(|one| &one.json).collect();
    json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string()
}

/// Whether kubectl's words are about an object, whose name it quotes or writes behind its kind.
fn names(words: &str, object: &Object) -> bool {
    let Object { name, .. } = object;
    words.contains(&format!("\"{name}\"")) || words.contains(&format!("/{name}"))
}

/// What no message may repeat: the data of Secrets and ConfigMaps, and what containers are started with.
fn private<'a>(json: &'a Json, found: &mut Vec<&'a Json>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| private(item, found)),
        Json::Object(map) => {
            for (key, item) in map {
                match key.as_str() {
                    "data" | "stringData" | "binaryData" | "value" | "args" | "command" => {
                        found.push(item);
                    }
                    _ => private(item, found),
                }
            }
        }
        _ => {}
    }
}
