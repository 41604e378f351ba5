//! The Kubernetes of a lab: etcd, API server, controllers, scheduler, and a simulated node.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::secret::Secret;

use super::etcd::Etcd;
use super::http::{Request, Trust, send_over_tls};
use super::kubeconfig::{self, Context};
use super::process::{self, Process, Stop, output, write_private};
use super::wait::until;
use super::{KubernetesAccess, LabError, Place, Programs, random};

const LIMIT: Duration = Duration::from_mins(2);

/// The namespaces that every cluster has.
const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// Roles that a controller fills in from others.
const AGGREGATED: [&str; 3] = ["admin", "edit", "view"];

/// A running cluster.
#[derive(Debug)]
pub struct Kubernetes {
    /// Where the API server listens.
    pub address: SocketAddr,
    directory: PathBuf,
    kubectl: PathBuf,
    place: Place,
    admin: Secret,
    powerless: Secret,
    trust: Trust,
    etcd: Etcd,
    /// What the API server serves just after the start.
    served: String,
}

impl Kubernetes {
    /// Starts a cluster with its files in `directory`, and waits until its controllers have made what they make by
    /// themselves. `arguments` are further ones of the API server.
    pub fn start(
        place: &Place,
        programs: &Programs,
        directory: &Path,
        arguments: &[String],
    ) -> Result<Self, LabError> {
        process::directory(&directory.join("certificates"))?;
        let address = SocketAddr::new(place.ip(), place.free_port()?);
        let (admin, powerless) = (random::word(16)?, random::word(16)?);
        let rows = format!("{admin},admin,admin,system:masters\n{powerless},nobody,nobody\n");
        write_private(&directory.join("tokens.csv"), &rows)?;
        write_key(directory)?;
        let etcd = Etcd::start(place, programs, directory)?;
        let api = start_api(place, programs, &etcd, address, directory, arguments)?;
        etcd.ready()?;
        let mut cluster = Self {
            address,
            directory: directory.to_owned(),
            kubectl: programs.path("kubectl")?.to_owned(),
            place: place.clone(),
            trust: trust(&api, directory).map_err(|error| etcd.blame(error))?,
            admin: Secret::new(admin),
            powerless: Secret::new(powerless),
            etcd,
            served: String::new(),
        };
        cluster.come_to_rest(programs, &api).map_err(|error| cluster.etcd.blame(error))?;
        cluster.etcd.record()?;
        cluster.served = cluster.served()?;
        Ok(cluster)
    }

    fn come_to_rest(&self, programs: &Programs, api: &Process) -> Result<(), LabError> {
        self.write_kubeconfigs()?;
        api.until("the Kubernetes API is ready", LIMIT, || self.get("/readyz").map(drop))?;
        self.start_controllers(programs)?;
        api.until("the first node is made", LIMIT, || self.post("/api/v1/nodes", &node()))?;
        api.until("the cluster has what it makes by itself", LIMIT, || self.made_by_itself())
    }

    /// Removes what was made since the start and puts back what was changed, in the store itself, so that no
    /// finalizer has to be waited for; then waits until the API serves what it served.
    pub fn reset(&mut self) -> Result<(), LabError> {
        self.write_kubeconfigs()?;
        self.etcd.restore()?;
        until("the Kubernetes API serves what it served", Duration::from_secs(30), || {
            if self.served()? == self.served {
                return Ok(());
            }
            Err(LabError::refused("other kinds are served"))
        })?;
        self.namespaces_are_the_first_ones()
    }

    /// What there is, by the keys of the store, each with the revision that changed it last; without leases and
    /// events, which change by themselves.
    pub fn objects(&self) -> Result<std::collections::BTreeMap<String, u64>, LabError> {
        self.etcd.objects()
    }

    /// The kubeconfig of a learner, full rights and no namespace of its own: a file that a learner may change, and
    /// that is made anew with the lab.
    pub fn kubeconfig(&self) -> PathBuf {
        self.directory.join("kubeconfig")
    }

    /// Writes another kubeconfig and returns its path.
    pub fn kubeconfig_for(&self, name: &str, context: &Context<'_>) -> Result<PathBuf, LabError> {
        let path = self.directory.join(format!("kubeconfig-{name}"));
        self.write_kubeconfig(&path, context)?;
        Ok(path)
    }

    /// Writes a kubeconfig in words of the caller's own and returns its path.
    pub fn kubeconfig_with(
        &self,
        name: &str,
        cluster: &Value,
        user: &Value,
    ) -> Result<PathBuf, LabError> {
        let path = self.directory.join(format!("kubeconfig-{name}"));
        kubeconfig::write(&path, cluster, user, None)?;
        Ok(path)
    }

    /// The URL of the API server.
    pub fn server(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The certificate of the authority that the API server made for itself.
    pub fn authority(&self) -> PathBuf {
        self.directory.join("ca.crt")
    }

    /// The token with every right.
    pub fn admin(&self) -> &Secret {
        &self.admin
    }

    /// A token that authenticates and may do nothing.
    pub fn powerless(&self) -> &Secret {
        &self.powerless
    }

    /// The way into it.
    pub fn access(&self) -> KubernetesAccess {
        let service_ip = Some(self.place.service_ip());
        KubernetesAccess { kubeconfig: self.admin_kubeconfig(), service_ip }
    }

    /// Runs kubectl as the administrator and returns what it prints.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<String, LabError> {
        output(self.command().args(arguments), LIMIT)
    }

    /// Applies one object.
    pub fn apply(&self, object: &Value) -> Result<(), LabError> {
        let path = self.directory.join(format!("apply-{}.json", random::word(4)?));
        write_private(&path, &object.to_string())?;
        let applied = output(self.command().arg("apply").arg("-f").arg(&path), LIMIT);
        std::fs::remove_file(&path).map_err(LabError::file(&path))?;
        applied.map(drop)
    }

    /// Reads a path of the API as the administrator.
    pub fn get(&self, path: &str) -> Result<Value, LabError> {
        let text = self.ask("GET", path, "application/json", "")?;
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    fn post(&self, path: &str, object: &Value) -> Result<(), LabError> {
        self.ask("POST", path, "application/json", &object.to_string()).map(drop)
    }

    fn ask(&self, method: &str, path: &str, accept: &str, body: &str) -> Result<String, LabError> {
        let bearer = format!("Bearer {}", self.admin.expose());
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Accept", accept),
            ("Content-Type", "application/json"),
        ];
        let request = Request { method, path, headers: &headers, body };
        let (status, text) = send_over_tls(self.address, &self.trust, &request)?;
        match status {
            200..300 => Ok(text),
            _ => Err(LabError::refused(format!("Kubernetes: {method} {path} gave {status}"))),
        }
    }

    /// Every group, version and kind that the API serves, in one text.
    fn served(&self) -> Result<String, LabError> {
        let accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        Ok(self.ask("GET", "/api", accept, "")? + &self.ask("GET", "/apis", accept, "")?)
    }

    fn names(&self, path: &str) -> Result<Vec<(String, String)>, LabError> {
        let list = self.get(path)?;
        let refused = || LabError::refused(format!("Kubernetes: {path} is no list"));
        let items = list["items"].as_array().ok_or_else(refused)?;
        let word = |item: &Value, field: &str| {
            item["metadata"][field].as_str().unwrap_or_default().to_owned()
        };
        Ok(items.iter().map(|item| (word(item, "namespace"), word(item, "name"))).collect())
    }

    /// Accounts, certificates, roles and the node's readiness come from controllers, some time after the start.
    fn made_by_itself(&self) -> Result<(), LabError> {
        let accounts = self.names("/api/v1/serviceaccounts")?;
        let maps = self.names("/api/v1/configmaps")?;
        for namespace in NAMESPACES {
            let has = |names: &[(String, String)], name: &str| {
                names.contains(&(namespace.to_owned(), name.to_owned()))
            };
            if !has(&accounts, "default") || !has(&maps, "kube-root-ca.crt") {
                return Err(LabError::refused(format!("`{namespace}` has no account yet")));
            }
        }
        for role in AGGREGATED {
            let path = format!("/apis/rbac.authorization.k8s.io/v1/clusterroles/{role}");
            if self.get(&path)?["rules"].as_array().is_none_or(Vec::is_empty) {
                return Err(LabError::refused(format!("the role `{role}` is empty yet")));
            }
        }
        let node = self.get("/api/v1/nodes/node-0")?;
        let conditions = node["status"]["conditions"].as_array();
        let ready = |one: &Value| one["type"] == "Ready" && one["status"] == "True";
        let tainted = node["spec"]["taints"].as_array().is_some_and(|taints| !taints.is_empty());
        if tainted || !conditions.is_some_and(|all| all.iter().any(ready)) {
            return Err(LabError::refused("the node is not ready yet"));
        }
        self.namespaces_are_the_first_ones()
    }

    fn namespaces_are_the_first_ones(&self) -> Result<(), LabError> {
        let mut names = self.names("/api/v1/namespaces")?;
        names.sort();
        if names.iter().map(|(_, name)| name.as_str()).eq(NAMESPACES) {
            return Ok(());
        }
        Err(LabError::refused("Kubernetes: other namespaces than the first ones are left"))
    }

    fn command(&self) -> Command {
        let mut command = self.place.command(&self.kubectl, None);
        command.env("HOME", &self.directory).env("KUBECONFIG", self.admin_kubeconfig());
        command
    }

    fn admin_kubeconfig(&self) -> PathBuf {
        self.directory.join("admin.kubeconfig")
    }

    fn write_kubeconfigs(&self) -> Result<(), LabError> {
        let context = Context { server: None, token: self.admin.expose(), namespace: None };
        self.write_kubeconfig(&self.admin_kubeconfig(), &context)?;
        self.write_kubeconfig(&self.kubeconfig(), &context)
    }

    fn write_kubeconfig(&self, path: &Path, context: &Context<'_>) -> Result<(), LabError> {
        let mut cluster = json!({ "server": context.server.unwrap_or(&self.server()) });
        if context.server.is_none() {
            cluster["certificate-authority"] = json!(self.authority());
        }
        kubeconfig::write(path, &cluster, &json!({ "token": context.token }), context.namespace)
    }

    fn start_controllers(&self, programs: &Programs) -> Result<(), LabError> {
        let flag = |name: &str, path: &Path| format!("--{name}={}", path.display());
        let kubeconfig = flag("kubeconfig", &self.admin_kubeconfig());
        let key = flag("service-account-private-key-file", &self.directory.join("key.pem"));
        let ip = self.place.ip();
        let port = || self.place.free_port().map(|port| format!("--secure-port={port}"));
        let mut manager = self.place.command(programs.path("kube-controller-manager")?, None);
        manager.args([&kubeconfig, &key, "--leader-elect=false"]);
        // The simulated node has no kubelet that reports: by default it would be taken for dead after
        // 50 s, and its pods marked not ready for good.
        manager.arg("--node-monitor-grace-period=24h");
        manager.args([format!("--bind-address={ip}"), port()?]);
        let mut scheduler = self.place.command(programs.path("kube-scheduler")?, None);
        scheduler.args([&kubeconfig, "--leader-elect=false"]);
        scheduler.args([format!("--bind-address={ip}"), port()?]);
        let program = programs.path("kwok")?;
        let mut kwok = self.place.command(program, None);
        kwok.args([&kubeconfig, "--manage-all-nodes=true"]);
        for stage in ["node-initialize", "pod-ready", "pod-delete", "pod-complete"] {
            kwok.arg("--config").arg(program.with_file_name(format!("stages/{stage}.yaml")));
        }
        for (name, mut command) in
            [("kube-controller-manager", manager), ("kube-scheduler", scheduler), ("kwok", kwok)]
        {
            command.current_dir(&self.directory).env("HOME", &self.directory);
            let log = self.directory.join(format!("{name}.log"));
            self.place.start(name, command, &log, Stop::Kill)?;
        }
        Ok(())
    }
}

fn start_api(
    place: &Place,
    programs: &Programs,
    etcd: &Etcd,
    address: SocketAddr,
    directory: &Path,
    arguments: &[String],
) -> Result<Arc<Process>, LabError> {
    let file = |name: &str| directory.join(name).display().to_string();
    let mut command = place.command(programs.path("kube-apiserver")?, None);
    command
        .arg(format!("--etcd-servers={}", etcd.url()))
        .arg(format!("--bind-address={}", address.ip()))
        .arg(format!("--advertise-address={}", address.ip()))
        .arg(format!("--secure-port={}", address.port()))
        .arg(format!("--cert-dir={}", file("certificates")))
        .arg(format!("--service-account-key-file={}", file("key.pub")))
        .arg(format!("--service-account-signing-key-file={}", file("key.pem")))
        .arg("--service-account-issuer=https://lab.invalid")
        .arg(format!("--token-auth-file={}", file("tokens.csv")))
        .args(["--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount"])
        // The point of it all: a Service's address is one that PostgreSQL can listen on.
        .arg(format!("--service-cluster-ip-range={}", place.service_range()))
        .arg("--endpoint-reconciler-type=none")
        .args(arguments)
        .env("HOME", directory)
        .current_dir(directory);
    place.start("kube-apiserver", command, &directory.join("apiserver.log"), Stop::Kill)
}

/// The authority that the API server makes for itself, as a file and as what a client trusts.
fn trust(api: &Process, directory: &Path) -> Result<Trust, LabError> {
    let begin = "-----BEGIN CERTIFICATE-----";
    let certificate = directory.join("certificates/apiserver.crt");
    let mut chain = String::new();
    api.until("the API server has its certificate", LIMIT, || {
        chain = std::fs::read_to_string(&certificate).map_err(LabError::file(&certificate))?;
        let whole = chain.matches(begin).count() >= 2 && chain.ends_with("-----\n");
        if whole { Ok(()) } else { Err(LabError::refused("half a certificate")) }
    })?;
    let authority = chain.rfind(begin).map(|start| &chain[start..]).unwrap_or_default();
    write_private(&directory.join("ca.crt"), authority)?;
    Trust::only(authority)
}

/// The key that signs the tokens of service accounts.
fn write_key(directory: &Path) -> Result<(), LabError> {
    let failed = |error: rcgen::Error| LabError::refused(format!("no key: {error}"));
    let key = rcgen::KeyPair::generate().map_err(failed)?;
    write_private(&directory.join("key.pem"), &key.serialize_pem())?;
    write_private(&directory.join("key.pub"), &key.public_key_pem())
}

/// The one simulated node.
fn node() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {
            "name": "node-0",
            "annotations": { "kwok.x-k8s.io/node": "fake" },
            "labels": { "kubernetes.io/hostname": "node-0", "type": "kwok" },
        },
    })
}
