//! What the caller's environment says of the lab. The only module, beside the commands, that reads it.
//!
//! Reads variables and small files; connects to nothing.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::secret::Secret;

/// How the lab is reached, and what a run may do and take.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Vault's address and token.
    pub vault: VaultConfig,
    /// Where the cluster is described.
    pub kubernetes: KubernetesConfig,
    /// `PG*` variables.
    pub postgres: PostgresConfig,
    /// `HOME`: what `~` stands for in a path.
    pub home: Option<PathBuf>,
    /// What may be written.
    pub probes: Probes,
    /// Bounds on time.
    pub limits: Limits,
}

/// The variables that the vault CLI reads.
#[derive(Clone, Debug, Default)]
pub struct VaultConfig {
    /// `VAULT_ADDR`
    pub address: Option<String>,
    /// `VAULT_TOKEN`, else `~/.vault-token`
    pub token: Option<Secret>,
    /// `VAULT_NAMESPACE`
    pub namespace: Option<String>,
    /// `VAULT_CACERT`
    pub ca_certificate: Option<PathBuf>,
    /// `VAULT_CAPATH`
    pub ca_directory: Option<PathBuf>,
    /// `VAULT_CLIENT_CERT`
    pub client_certificate: Option<PathBuf>,
    /// `VAULT_CLIENT_KEY`
    pub client_key: Option<PathBuf>,
    /// `VAULT_SKIP_VERIFY`
    pub skip_verify: bool,
    /// `VAULT_TLS_SERVER_NAME`
    pub tls_server_name: Option<String>,
}

/// Where kubectl would look.
#[derive(Clone, Debug, Default)]
pub struct KubernetesConfig {
    /// The files of `KUBECONFIG`, else `~/.kube/config`; only those that exist.
    pub kubeconfigs: Vec<PathBuf>,
    /// Whether a service account of a pod is there (`KUBERNETES_SERVICE_HOST` and its token).
    pub in_cluster: bool,
    /// `NO_PROXY`: hosts, domains and address ranges that are reached without the proxy.
    pub no_proxy: Vec<String>,
}

/// What libpq reads.
#[derive(Clone, Debug, Default)]
pub struct PostgresConfig {
    /// `PGHOST`, `PGPORT`, `PGUSER`, `PGDATABASE`, `PGSSLMODE`, `PGSSLROOTCERT`; by name.
    pub variables: BTreeMap<String, String>,
    /// `PGPASSWORD`
    pub password: Option<Secret>,
}

/// Which probes may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Probes {
    /// None: claims that need one are skipped.
    None,
    /// Those that clean up behind themselves.
    #[default]
    Passing,
    /// Also `database/reset/NAME`, which may leave the lab's connection broken.
    Reset,
}

/// Bounds on time.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the whole run.
    pub deadline: Duration,
    /// For one read.
    pub read: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        // A platform kills a check at 60 s and keeps nothing of what it said.
        Self { deadline: Duration::from_secs(45), read: Duration::from_secs(5) }
    }
}

impl Config {
    /// Reads the process's environment.
    pub fn from_environment() -> Self {
        Self::from_variables(&|name| std::env::var(name).ok())
    }

    /// Reads an environment given as a function; files are read from disk.
    pub fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let home = set("HOME").map(PathBuf::from);
        Self {
            vault: vault(&set, home.as_ref()),
            kubernetes: kubernetes(&set, home.as_ref()),
            postgres: postgres(&set),
            home,
            probes: Probes::default(),
            limits: Limits::default(),
        }
    }
}

/// The home of whoever runs the process.
pub fn home() -> Option<PathBuf> {
    std::env::home_dir()
}

/// All variables of the process, for the bindings of a text.
pub fn environment() -> BTreeMap<String, String> {
    // Names and values that are not text cannot stand in a challenge.
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Where the directories of labs are: below what the session's end clears, unless root's PostgreSQL, which runs as
/// another account, could not get there.
pub fn labs() -> PathBuf {
    let account = rustix::process::geteuid();
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    match runtime.filter(|path| path.is_absolute() && !account.is_root()) {
        Some(runtime) => runtime.join("labproof"),
        None => std::env::temp_dir().join(format!("labproof-{}", account.as_raw())),
    }
}

/// Where servers that were built are kept, as `tests/live/servers/get` has it.
pub fn servers() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let home = || set("HOME").unwrap_or_else(|| PathBuf::from("/tmp")).join(".cache");
    let own = set("LABPROOF_CACHE");
    let cache = || set("XDG_CACHE_HOME").unwrap_or_else(home).join("labproof");
    own.unwrap_or_else(cache).join("servers")
}

/// Where programs are looked for: `PATH`.
pub fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

fn vault(set: &dyn Fn(&str) -> Option<String>, home: Option<&PathBuf>) -> VaultConfig {
    let token_file = || {
        let text = std::fs::read_to_string(home?.join(".vault-token")).ok()?;
        Some(text.trim().to_owned()).filter(|token| !token.is_empty())
    };
    VaultConfig {
        address: set("VAULT_ADDR"),
        token: set("VAULT_TOKEN").or_else(token_file).map(Secret::new),
        namespace: set("VAULT_NAMESPACE"),
        ca_certificate: set("VAULT_CACERT").map(PathBuf::from),
        ca_directory: set("VAULT_CAPATH").map(PathBuf::from),
        client_certificate: set("VAULT_CLIENT_CERT").map(PathBuf::from),
        client_key: set("VAULT_CLIENT_KEY").map(PathBuf::from),
        skip_verify: set("VAULT_SKIP_VERIFY").is_some_and(|value| truth(&value)),
        tls_server_name: set("VAULT_TLS_SERVER_NAME"),
    }
}

/// The spellings of true that the vault CLI takes.
fn truth(value: &str) -> bool {
    matches!(value, "1" | "t" | "T" | "true" | "True" | "TRUE")
}

fn kubernetes(set: &dyn Fn(&str) -> Option<String>, home: Option<&PathBuf>) -> KubernetesConfig {
    let named: Vec<PathBuf> = match set("KUBECONFIG") {
        Some(list) => std::env::split_paths(&list).filter(|p| !p.as_os_str().is_empty()).collect(),
        None => home.map(|home| home.join(".kube/config")).into_iter().collect(),
    };
    let account = std::path::Path::new("/var/run/secrets/kubernetes.io/serviceaccount/token");
    let no_proxy = set("NO_PROXY").or_else(|| set("no_proxy")).unwrap_or_default();
    let no_proxy = no_proxy.split(',').map(|entry| entry.trim().to_owned());
    KubernetesConfig {
        no_proxy: no_proxy.filter(|entry| !entry.is_empty()).collect(),
        kubeconfigs: named.into_iter().filter(|path| path.is_file()).collect(),
        in_cluster: set("KUBERNETES_SERVICE_HOST").is_some() && account.is_file(),
    }
}

fn postgres(set: &dyn Fn(&str) -> Option<String>) -> PostgresConfig {
    const NAMES: [&str; 6] =
        ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGSSLMODE", "PGSSLROOTCERT"];
    PostgresConfig {
        variables: NAMES.iter().filter_map(|name| Some(((*name).to_owned(), set(name)?))).collect(),
        password: set("PGPASSWORD").map(Secret::new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_no_variable() {
        let config = Config::from_variables(&|name| match name {
            "VAULT_ADDR" => Some(String::new()),
            "VAULT_SKIP_VERIFY" => Some("true".to_owned()),
            "PGHOST" => Some("db".to_owned()),
            _ => None,
        });
        assert_eq!(config.vault.address, None);
        assert!(config.vault.skip_verify);
        assert_eq!(config.postgres.variables["PGHOST"], "db");
    }

    #[test]
    fn the_token_file_stands_in_for_the_variable() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(".vault-token"), "from-file\n").unwrap();
        let path = home.path().to_str().unwrap().to_owned();
        let with = |token: Option<&str>| {
            let token = token.map(str::to_owned);
            let path = path.clone();
            Config::from_variables(&move |name| match name {
                "HOME" => Some(path.clone()),
                "VAULT_TOKEN" => token.clone(),
                _ => None,
            })
        };
        assert_eq!(with(None).vault.token, Some(Secret::new("from-file")));
        assert_eq!(with(Some("set")).vault.token, Some(Secret::new("set")));
    }
}
