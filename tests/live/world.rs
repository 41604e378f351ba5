//! The world that the seed starts from: a KV secret, a database, a Service and a Deployment.
//!
//! Every name in it is a parameter, so that the same walk runs under other names.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use labproof::lab::{Context, Place, Programs};
use serde_json::json;

use crate::kubernetes::Kubernetes;
use crate::postgres::Postgres;
use crate::prng::{Prng, fresh_seed};
use crate::vault::Vault;
use crate::wait::{Done, until};

/// Everything in the seed that is a name, a number or a secret.
#[derive(Clone)]
pub(crate) struct Names {
    /// Where the database engine is to be enabled.
    pub(crate) engine: String,
    pub(crate) config: String,
    pub(crate) role: String,
    pub(crate) default_ttl: String,
    pub(crate) max_ttl: String,
    /// The KV mount, and the path of the secret below it.
    pub(crate) kv: String,
    pub(crate) kv_path: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) database: String,
    /// The value of the Service's label `app`.
    pub(crate) label: String,
    pub(crate) deployment: String,
    /// The namespace that the context names, if it names one.
    pub(crate) namespace: Option<String>,
    /// The shell variables for host, user and password.
    pub(crate) variables: [String; 3],
    pub(crate) root_token: String,
}

impl Names {
    /// The words of the seed itself. The token is new in every run: a word could not be looked for.
    pub(crate) fn of_the_seed() -> Names {
        let mut prng = Prng::new(fresh_seed());
        Names {
            engine: "database".into(),
            config: "hashicups-pgsql".into(),
            role: "products-api".into(),
            default_ttl: "30m".into(),
            max_ttl: "1h".into(),
            kv: "kv".into(),
            kv_path: "db/postgres/product-db-creds".into(),
            port: 5432,
            user: "postgres".into(),
            password: "password".into(),
            database: "products".into(),
            label: "postgres".into(),
            deployment: "products-api-deployment".into(),
            namespace: None,
            variables: ["PG_HOST".into(), "PG_USER".into(), "PG_PASS".into()],
            root_token: format!("root-{:016x}", prng.next()),
        }
    }

    /// Other words for all of it.
    pub(crate) fn at_random(prng: &mut Prng) -> Names {
        let default_minutes = prng.between(11, 58);
        Names {
            engine: prng.word(),
            config: format!("{}-{}", prng.word(), prng.word()),
            role: format!("{}-{}", prng.word(), prng.word()),
            default_ttl: format!("{default_minutes}m"),
            max_ttl: format!("{}h", prng.between(2, 9)),
            kv: prng.word(),
            kv_path: format!("{}/{}/{}", prng.word(), prng.word(), prng.word()),
            port: u16::try_from(prng.between(15_000, 30_000)).unwrap_or(15_432),
            user: prng.word(),
            password: format!("{}{:08x}", prng.word(), prng.next()),
            database: prng.word(),
            label: prng.word(),
            deployment: format!("{}-{}", prng.word(), prng.word()),
            namespace: Some(prng.word()),
            variables: [
                prng.word().to_uppercase(),
                prng.word().to_uppercase(),
                prng.word().to_uppercase(),
            ],
            root_token: format!("root-{:016x}", prng.next()),
        }
    }

    /// The API path of the secret, KV version 1.
    pub(crate) fn secret(&self) -> String {
        format!("{}/{}", self.kv, self.kv_path)
    }

    /// The namespace in which the commands work.
    pub(crate) fn in_namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or("default")
    }
}

/// A Vault, a PostgreSQL and some objects, all under these names.
pub(crate) struct World {
    pub(crate) names: Names,
    pub(crate) vault: Vault,
    pub(crate) postgres: Postgres,
    pub(crate) kubeconfig: PathBuf,
}

impl World {
    /// Makes the starting state in new servers and waits until all of it is there.
    pub(crate) fn start(
        servers: &Programs,
        kubernetes: &Kubernetes,
        place: &Place,
        directory: &Path,
        names: Names,
    ) -> Done<World> {
        std::fs::create_dir_all(directory).map_err(|error| error.to_string())?;
        // PostgreSQL runs as another account and has to get to its own directory below.
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755))
            .map_err(|error| error.to_string())?;
        let ip = place.service_ip();
        let superuser = (names.user.as_str(), names.password.as_str());
        let socket = SocketAddr::new(ip, names.port);
        let (vault, postgres) = std::thread::scope(|scope| {
            let vault = scope.spawn(|| Vault::start(place, servers, directory, &names.root_token));
            let data = directory.join("postgres");
            let postgres = Postgres::start(place, servers, socket, &data, superuser);
            (vault.join(), postgres)
        });
        let vault = vault.map_err(|_| "the thread that starts Vault panicked")??;
        let postgres = postgres?;
        fill(&vault, &postgres, &names)?;
        let kubeconfig = objects(kubernetes, &names, &ip.to_string())?;
        Ok(World { names, vault, postgres, kubeconfig })
    }

    /// Stops the servers and empties the cluster, so that another world can take the place.
    pub(crate) fn clear(&self, kubernetes: &mut Kubernetes) -> Done<()> {
        self.vault.stop();
        self.postgres.stop();
        Ok(kubernetes.reset()?)
    }
}

/// The Deployment of the starting state; also for rows that make it again.
pub(crate) fn deployment(name: &str, namespace: &str) -> serde_json::Value {
    let labels = json!({ "app": name });
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": name, "namespace": namespace, "labels": { "lab": "labproof" } },
        "spec": {
            "replicas": 1,
            "selector": { "matchLabels": labels },
            "template": {
                "metadata": { "labels": labels },
                "spec": { "containers": [{ "name": "api", "image": "registry.invalid/api:v1" }] },
            },
        },
    })
}

fn fill(vault: &Vault, postgres: &Postgres, names: &Names) -> Done<()> {
    let engine = json!({ "type": "kv", "options": { "version": "1" } });
    vault.write(&format!("sys/mounts/{}", names.kv), &engine)?;
    let secret = json!({ "username": names.user, "password": names.password });
    until("the new KV mount takes a secret", Duration::from_secs(10), || {
        vault.write(&names.secret(), &secret).map(drop)
    })?;
    postgres.sql("postgres", &format!("CREATE DATABASE \"{}\"", names.database))?;
    if names.user == "postgres" {
        return Ok(());
    }
    // The seed's connection URL names no database, which then is that of the user's name.
    Ok(postgres.sql("postgres", &format!("CREATE DATABASE \"{}\"", names.user)).map(drop)?)
}

fn objects(kubernetes: &Kubernetes, names: &Names, ip: &str) -> Done<PathBuf> {
    let namespace = names.in_namespace();
    if namespace != "default" {
        let object = json!({ "apiVersion": "v1", "kind": "Namespace",
            "metadata": { "name": namespace } });
        kubernetes.apply(&object)?;
    }
    let labels = json!({ "app": names.label, "lab": "labproof" });
    let service = json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": "database", "namespace": namespace, "labels": labels },
        "spec": {
            "clusterIP": ip,
            "selector": { "app": names.label },
            "ports": [{ "port": names.port }],
        },
    });
    kubernetes.apply(&service)?;
    kubernetes.apply(&deployment(&names.deployment, namespace))?;
    let object = format!("deployment/{}", names.deployment);
    kubernetes.kubectl(&["rollout", "status", &object, "-n", namespace, "--timeout=90s"])?;
    match &names.namespace {
        None => Ok(kubernetes.kubeconfig()),
        Some(namespace) => {
            let token = kubernetes.admin();
            let context = Context { server: None, token, namespace: Some(namespace) };
            Ok(kubernetes.kubeconfig_for("named", &context)?)
        }
    }
}
