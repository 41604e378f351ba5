//! The Kubernetes of a lab: etcd, API server, controllers, scheduler, and kwok's simulated node.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::certificates::Authority;
use crate::lab::free_port;
use crate::process::{Server, Stop, guarded, output};
use crate::servers::Servers;
use crate::wait::{Done, until};

const LIMIT: Duration = Duration::from_mins(2);

/// A cluster, and the kubeconfig files that lead to it.
pub(crate) struct Kubernetes {
    directory: PathBuf,
    kubectl: PathBuf,
    pub(crate) address: SocketAddr,
    /// The certificate of the authority that the API server made for itself.
    pub(crate) ca: PathBuf,
    /// Whoever shows a certificate of it is known to the API server.
    pub(crate) clients: Authority,
    admin: String,
    /// A token that authenticates and may do nothing.
    pub(crate) powerless: String,
}

/// What a kubeconfig says; the rest is the cluster's own.
pub(crate) struct Context<'a> {
    pub(crate) server: Option<&'a str>,
    pub(crate) token: &'a str,
    pub(crate) namespace: Option<&'a str>,
}

impl Kubernetes {
    /// Starts a cluster on `ip` whose Services get addresses of 127.`octet`.0.0/16.
    pub(crate) fn start(
        servers: &Servers,
        ip: IpAddr,
        octet: u8,
        directory: &Path,
    ) -> Done<Kubernetes> {
        let io = |error: std::io::Error| format!("{}: {error}", directory.display());
        std::fs::create_dir_all(directory.join("certificates")).map_err(io)?;
        let etcd = start_etcd(servers, ip, directory)?;
        let address = SocketAddr::new(ip, free_port(ip)?);
        let tokens = ["admin-of-the-lab", "nobody-of-the-lab"];
        let rows =
            format!("{},admin,admin,system:masters\n{},nobody,nobody\n", tokens[0], tokens[1]);
        std::fs::write(directory.join("tokens.csv"), rows).map_err(io)?;
        write_key(directory)?;
        let clients = Authority::new("clients", directory)?;
        let api = start_api(servers, &etcd, address, octet, directory)?;
        let mut cluster = Kubernetes {
            directory: directory.to_owned(),
            kubectl: servers.path("kubectl")?.to_owned(),
            address,
            clients,
            ca: directory.join("ca.crt"),
            admin: tokens[0].to_owned(),
            powerless: tokens[1].to_owned(),
        };
        cluster.trust(&directory.join("certificates/apiserver.crt"))?;
        api.until("the Kubernetes API is ready", LIMIT, || {
            cluster.kubectl(&["get", "--raw", "/readyz"]).map(drop)
        })?;
        cluster.start_controllers(servers, ip)?;
        until("the namespace `default` exists", LIMIT, || {
            cluster.kubectl(&["get", "namespace", "default"]).map(drop)
        })?;
        cluster.apply(&node())?;
        Ok(cluster)
    }

    /// The kubeconfig of the learner: full rights, no namespace of its own.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.directory.join("kubeconfig")
    }

    /// Writes another kubeconfig and returns its path.
    pub(crate) fn kubeconfig_for(&self, name: &str, context: &Context<'_>) -> Done<PathBuf> {
        let path = self.directory.join(format!("kubeconfig-{name}"));
        self.write_kubeconfig(&path, context)?;
        Ok(path)
    }

    /// Writes a kubeconfig of a trial's own words and returns its path.
    pub(crate) fn kubeconfig_with(
        &self,
        name: &str,
        cluster: &Value,
        user: &Value,
    ) -> Done<PathBuf> {
        let path = self.directory.join(format!("kubeconfig-{name}"));
        write_config(&path, cluster, user, None)?;
        Ok(path)
    }

    /// Where the API server is.
    pub(crate) fn server(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The token with every right.
    pub(crate) fn admin(&self) -> &str {
        &self.admin
    }

    /// Runs kubectl as the administrator and returns what it prints.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Done<String> {
        output(self.command().args(arguments), LIMIT)
    }

    /// Applies one object.
    pub(crate) fn apply(&self, object: &Value) -> Done<()> {
        let name = object["metadata"]["name"].as_str().unwrap_or("object");
        let path = self.directory.join(format!("apply-{name}.json"));
        std::fs::write(&path, object.to_string()).map_err(|error| error.to_string())?;
        // The server needs a moment for its first namespaces and priority classes.
        until("the object is applied", Duration::from_secs(30), || {
            output(self.command().arg("apply").arg("-f").arg(&path), LIMIT).map(drop)
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.kubectl);
        command
            .env_clear()
            .env("HOME", &self.directory)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("KUBECONFIG", self.kubeconfig())
            .stdin(Stdio::null());
        command
    }

    /// Takes over the authority that the API server made for itself, and writes the kubeconfig.
    fn trust(&mut self, certificate: &Path) -> Done<()> {
        let begin = "-----BEGIN CERTIFICATE-----";
        let chain = until("the API server has its certificate", LIMIT, || {
            let text = std::fs::read_to_string(certificate).map_err(|error| error.to_string())?;
            if text.matches(begin).count() >= 2 { Ok(text) } else { Err(text) }
        })?;
        let authority = chain.rfind(begin).map(|start| &chain[start..]).unwrap_or_default();
        std::fs::write(&self.ca, authority).map_err(|error| error.to_string())?;
        let context = Context { server: None, token: &self.admin, namespace: None };
        self.write_kubeconfig(&self.kubeconfig(), &context)
    }

    fn write_kubeconfig(&self, path: &Path, context: &Context<'_>) -> Done<()> {
        let mut cluster = json!({ "server": context.server.unwrap_or(&self.server()) });
        if context.server.is_none() {
            cluster["certificate-authority"] = json!(self.ca);
        }
        write_config(path, &cluster, &json!({ "token": context.token }), context.namespace)
    }

    fn start_controllers(&self, servers: &Servers, ip: IpAddr) -> Done<()> {
        let setpriv = servers.path("setpriv")?;
        let flag = |name: &str, path: &Path| format!("--{name}={}", path.display());
        let kubeconfig = flag("kubeconfig", &self.kubeconfig());
        let key = flag("service-account-private-key-file", &self.directory.join("key.pem"));
        let mut manager = guarded(setpriv, None, servers.path("kube-controller-manager")?);
        manager.args([&kubeconfig, &key, "--leader-elect=false"]);
        // The simulated node has no kubelet that reports: by default it would be taken for dead after
        // 50 s, and its pods marked not ready for good.
        manager.arg("--node-monitor-grace-period=24h");
        manager.args([format!("--bind-address={ip}"), format!("--secure-port={}", free_port(ip)?)]);
        let mut scheduler = guarded(setpriv, None, servers.path("kube-scheduler")?);
        scheduler.args([&kubeconfig, "--leader-elect=false"]);
        scheduler
            .args([format!("--bind-address={ip}"), format!("--secure-port={}", free_port(ip)?)]);
        let program = servers.path("kwok")?;
        let mut kwok = guarded(setpriv, None, program);
        kwok.args([&kubeconfig, "--manage-all-nodes=true"]);
        for stage in ["node-initialize", "pod-ready", "pod-delete", "pod-complete"] {
            kwok.arg("--config").arg(program.with_file_name(format!("stages/{stage}.yaml")));
        }
        for (name, mut command) in
            [("kube-controller-manager", manager), ("kube-scheduler", scheduler), ("kwok", kwok)]
        {
            command.current_dir(&self.directory).env("HOME", &self.directory);
            let log = self.directory.join(format!("{name}.log"));
            Server::start(name, command, log, Stop::Kill)?;
        }
        Ok(())
    }
}

fn write_config(path: &Path, cluster: &Value, user: &Value, namespace: Option<&str>) -> Done<()> {
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
    std::fs::write(path, config.to_string()).map_err(|error| error.to_string())
}

fn start_etcd(servers: &Servers, ip: IpAddr, directory: &Path) -> Done<String> {
    let client = format!("http://{}", SocketAddr::new(ip, free_port(ip)?));
    let peer = format!("http://{}", SocketAddr::new(ip, free_port(ip)?));
    let mut command = guarded(servers.path("setpriv")?, None, servers.path("etcd")?);
    command
        .arg(format!("--data-dir={}", directory.join("etcd").display()))
        .arg(format!("--listen-client-urls={client}"))
        .arg(format!("--advertise-client-urls={client}"))
        .arg(format!("--listen-peer-urls={peer}"))
        .arg(format!("--initial-advertise-peer-urls={peer}"))
        .arg(format!("--initial-cluster=default={peer}"))
        .args(["--unsafe-no-fsync", "--log-level=warn"]);
    Server::start("etcd", command, directory.join("etcd.log"), Stop::Kill)?;
    Ok(client)
}

fn start_api(
    servers: &Servers,
    etcd: &str,
    address: SocketAddr,
    octet: u8,
    directory: &Path,
) -> Done<Arc<Server>> {
    let key = directory.join("key.pem");
    let mut command = guarded(servers.path("setpriv")?, None, servers.path("kube-apiserver")?);
    command
        .arg(format!("--etcd-servers={etcd}"))
        .arg(format!("--bind-address={}", address.ip()))
        .arg(format!("--advertise-address={}", address.ip()))
        .arg(format!("--secure-port={}", address.port()))
        .arg(format!("--cert-dir={}", directory.join("certificates").display()))
        .arg(format!("--service-account-key-file={}", directory.join("key.pub").display()))
        .arg(format!("--service-account-signing-key-file={}", key.display()))
        .arg("--service-account-issuer=https://lab.invalid")
        .arg(format!("--token-auth-file={}", directory.join("tokens.csv").display()))
        .arg(format!("--client-ca-file={}", directory.join("clients.pem").display()))
        .args(["--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount"])
        // The point of it all: a Service's address is one that PostgreSQL can listen on.
        .arg(format!("--service-cluster-ip-range=127.{octet}.0.0/16"))
        .arg("--endpoint-reconciler-type=none")
        .current_dir(directory);
    Server::start("kube-apiserver", command, directory.join("apiserver.log"), Stop::Kill)
}

/// The key that signs service accounts; made by the library that also makes certificates.
fn write_key(directory: &Path) -> Done<()> {
    let key = rcgen::KeyPair::generate().map_err(|error| error.to_string())?;
    for (file, pem) in [("key.pem", key.serialize_pem()), ("key.pub", key.public_key_pem())] {
        std::fs::write(directory.join(file), pem).map_err(|error| error.to_string())?;
    }
    Ok(())
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
