//! Labs of the library's own, as `lab` and `prove` start them: made anew, killed, and nothing left.

mod full;
mod kept;
pub(crate) mod killed;
pub(crate) mod left;

use std::path::Path;
use std::time::{Duration, Instant};

use labproof::config;
use labproof::lab::{
    Access, LabError, Login, Options, POSTGRES_PORT, Programs, Servers, System, VaultOptions, until,
};
use labproof::secret::Secret;
use libtest_mimic::Trial;
use serde_json::json;

use crate::wait::Done;

/// The trials of this file.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("lab::reset", || Ok(reset()?)),
        Trial::test("lab::killed_at_any_moment", || Ok(killed::at_any_moment()?)),
        Trial::test("lab::interrupted", || Ok(killed::interrupted()?)),
        Trial::test("lab::up_and_down", || Ok(kept::up_and_down()?)),
        Trial::test("lab::without_its_servers", || Ok(kept::without_its_servers()?)),
        Trial::test("lab::full_disk", || Ok(full::full_disk()?)),
    ]
}

fn programs(systems: &[System]) -> Result<Programs, LabError> {
    Programs::find(&config::search_path(), &config::servers(), systems)
}

fn options(parent: &Path, systems: &[System]) -> Options {
    Options {
        vault: VaultOptions::default(),
        systems: systems.to_vec(),
        superuser: ("postgres".to_owned(), Secret::new("password")),
        postgres_port: POSTGRES_PORT,
        parent: parent.to_owned(),
        stays: false,
        running: Access::default(),
    }
}

/// What a learner may leave behind in a cluster, of every sort: what others make, what is made by others, kinds of
/// one's own, what is the cluster's own, and what a finalizer would hold for ever.
const LEFT: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec:
  replicas: 5
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: registry.invalid/api}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: default}
spec:
  replicas: 3
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: registry.invalid/api}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: default}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: once, image: registry.invalid/once}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: default}
spec: {type: NodePort, selector: {app: api}, ports: [{port: 80, nodePort: 30080}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: held, namespace: default, finalizers: [example.com/never]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: everybody}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: Group, name: "system:authenticated", apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: kites.toys.example.com}
spec:
  group: toys.example.com
  scope: Namespaced
  names: {plural: kites, singular: kite, kind: Kite}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"#;

/// Whatever is left behind, a reset brings back what was just after the start. Prints how long that takes.
fn reset() -> Done<()> {
    let parent = place()?;
    let programs = programs(&System::ALL)?;
    let started = Instant::now();
    let mut servers = Servers::start(&programs, &options(parent.path(), &System::ALL))?;
    println!("start of all: {:?}", started.elapsed());
    let cluster = servers.kubernetes().ok_or("no cluster")?;
    let first = cluster.objects()?;
    for ending in [true, false, true, false] {
        leave_things(&servers, ending)?;
        let started = Instant::now();
        servers.reset()?;
        let namespace = if ending { ", a namespace being deleted" } else { "" };
        println!("reset of all{namespace}: {:?}", started.elapsed());
        as_before(&servers, &first.keys().collect::<Vec<_>>())?;
    }
    servers.stop()?;
    let small = [System::Vault, System::Postgres];
    let started = Instant::now();
    let mut servers = Servers::start(&programs, &options(parent.path(), &small))?;
    println!("start of Vault and PostgreSQL: {:?}", started.elapsed());
    let started = Instant::now();
    servers.reset()?;
    println!("reset of Vault and PostgreSQL: {:?}", started.elapsed());
    Ok(servers.stop()?)
}

fn place() -> Done<tempfile::TempDir> {
    let place = tempfile::Builder::new().prefix("labproof-live-own-").tempdir();
    let place = place.map_err(|error| error.to_string())?;
    crate::open_to_all(place.path()).map_err(|error| error.to_string())?;
    Ok(place)
}

fn leave_things(servers: &Servers, ending: bool) -> Done<()> {
    let vault = servers.vault().ok_or("no Vault")?;
    vault.write("sys/mounts/notes", &json!({ "type": "kv" }))?;
    vault.seal()?;
    let postgres = servers.postgres().ok_or("no PostgreSQL")?;
    postgres.sql("postgres", "CREATE DATABASE shop")?;
    postgres.sql("postgres", "ALTER ROLE postgres PASSWORD 'other'")?;
    postgres.sql("postgres", "ALTER SYSTEM SET work_mem = '8MB'")?;
    let cluster = servers.kubernetes().ok_or("no cluster")?;
    let file = servers.directory().join("left.yaml");
    std::fs::write(&file, LEFT).map_err(|error| error.to_string())?;
    cluster.kubectl(&["apply", "-f", &file.display().to_string()])?;
    cluster.kubectl(&["rollout", "status", "deployment/api", "-n", "shop", "--timeout=60s"])?;
    until("the new kind is served", Duration::from_secs(20), || {
        let kite = json!({ "apiVersion": "toys.example.com/v1", "kind": "Kite",
            "metadata": { "name": "red", "namespace": "default" } });
        cluster.apply(&kite)
    })?;
    for arguments in [
        &["delete", "serviceaccount", "default", "-n", "kube-public"][..],
        &["delete", "clusterrole", "view"],
        &["label", "node", "node-0", "zone=here"],
        &["taint", "node", "node-0", "no=way:NoExecute"],
        &["config", "set-context", "--current", "--namespace=shop"],
    ] {
        cluster.kubectl(arguments)?;
    }
    if ending {
        cluster.kubectl(&["delete", "namespace", "shop", "--wait=false"])?;
    }
    Ok(())
}

fn as_before(servers: &Servers, keys: &[&String]) -> Done<()> {
    let vault = servers.vault().ok_or("no Vault")?;
    let mounts = vault.read("sys/mounts")?;
    if mounts["data"].get("notes/").is_some() {
        return Err(format!("a mount is left: {mounts}"));
    }
    let postgres = servers.postgres().ok_or("no PostgreSQL")?;
    let login = |password| {
        postgres.login(&Login { user: "postgres", password: Some(password), database: "postgres" })
    };
    login("password")?;
    if login("other").is_ok() || !postgres.sql("postgres", "SHOW work_mem")?.starts_with("4MB") {
        return Err("PostgreSQL has kept something".into());
    }
    let cluster = servers.kubernetes().ok_or("no cluster")?;
    // Nor does anything come back: not a wait for anything, the time is what is tried.
    let looked = Instant::now();
    while looked.elapsed() < Duration::from_secs(2) {
        let found = cluster.objects()?;
        let found: Vec<&String> = found.keys().collect();
        if found != keys {
            let other: Vec<_> = found.iter().filter(|key| !keys.contains(key)).collect();
            let gone: Vec<_> = keys.iter().filter(|key| !found.contains(key)).collect();
            let after = looked.elapsed();
            return Err(format!("{after:?} after the reset: left {other:?}, gone {gone:?}"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let pods = cluster.kubectl(&["get", "pods,deployments,jobs,namespaces", "-A", "-o", "name"])?;
    let node = cluster.get("/api/v1/nodes/node-0")?;
    let config = std::fs::read_to_string(cluster.kubeconfig()).map_err(|e| e.to_string())?;
    let tainted = node["spec"].get("taints").is_some() || config.contains("shop");
    if pods.lines().count() != 4 || tainted {
        return Err(format!("{pods}{node}"));
    }
    Ok(())
}
