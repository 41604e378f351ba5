//! Where the servers of a lab are, and what opens them.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::secret::Secret;

/// The ways into a lab; a server that the lab does not have has none.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Vault, as root.
    pub vault: Option<VaultAccess>,
    /// PostgreSQL, as the superuser of the challenge.
    pub postgres: Option<PostgresAccess>,
    /// Kubernetes, as its administrator.
    pub kubernetes: Option<KubernetesAccess>,
}

/// The way into a Vault.
#[derive(Clone, Debug)]
pub struct VaultAccess {
    /// What goes into `VAULT_ADDR`.
    pub address: String,
    /// A token with every right.
    pub token: Secret,
    /// The one key that opens it after it was sealed, where the lab made it.
    pub unseal_key: Option<Secret>,
}

/// The way into a PostgreSQL.
#[derive(Clone, Debug)]
pub struct PostgresAccess {
    /// Where it listens.
    pub socket: SocketAddr,
    /// Its superuser, as the challenge knows it.
    pub user: String,
    /// The superuser's password at the start.
    pub password: Secret,
}

/// The way into a cluster.
#[derive(Clone, Debug)]
pub struct KubernetesAccess {
    /// A kubeconfig with every right and no namespace of its own.
    pub kubeconfig: PathBuf,
    /// The address inside loopback that a Service may take as its ClusterIP and that PostgreSQL really listens on.
    pub service_ip: Option<std::net::IpAddr>,
}
