//! From kubeconfig files, or a pod's service account, to a client. Sends nothing to the cluster.

use std::path::PathBuf;

use kube::Client;
use kube::client::ClientBuilder;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig, KubeconfigError};

use crate::claim::Unobservable;
use crate::config::KubernetesConfig;

/// A client and where it points.
#[derive(Clone)]
pub(super) struct Connection {
    /// The client; has not connected yet.
    pub(super) client: Client,
    /// The API server's address, as the kubeconfig names it.
    pub(super) address: String,
    /// The namespace of commands that name none.
    pub(super) namespace: String,
}

/// Builds the client. An exec plugin of the kubeconfig runs in here, and blocks.
pub(super) async fn connect(config: &KubernetesConfig) -> Result<Connection, Unobservable> {
    let mut kube = if config.kubeconfigs.is_empty() {
        in_cluster(config)?
    } else {
        from_files(&config.kubeconfigs).await?
    };
    // Each request has one bound around all of it; two of the same length would race.
    kube.connect_timeout = None;
    kube.read_timeout = None;
    // A run has its own bounds; the library's retries would outlast them.
    kube.default_retry = false;
    if kube.cluster_url.host().is_some_and(is_loopback) {
        // A proxy cannot reach this machine's own loopback, whatever the environment says.
        kube.proxy_url = None;
    }
    let address = kube.cluster_url.to_string().trim_end_matches('/').to_owned();
    let namespace = kube.default_namespace.clone();
    let client = ClientBuilder::try_from(kube).map_err(|error| not_built(&error))?.build();
    Ok(Connection { client, address, namespace })
}

fn in_cluster(config: &KubernetesConfig) -> Result<kube::Config, Unobservable> {
    if !config.in_cluster {
        return Err(Unobservable::Unconfigured("there is no kubeconfig".to_owned()));
    }
    kube::Config::incluster().map_err(|_| {
        Unobservable::Unconfigured("the pod's service account cannot be read".to_owned())
    })
}

/// Merges the files as kubectl does: the first to name a thing wins.
async fn from_files(paths: &[PathBuf]) -> Result<kube::Config, Unobservable> {
    let mut merged = Kubeconfig::default();
    for path in paths {
        let one = Kubeconfig::read_from(path).map_err(|error| not_read(path, &error))?;
        merged = merged.merge(one).map_err(|_| {
            Unobservable::Unconfigured("the files of `KUBECONFIG` are of different kinds".into())
        })?;
    }
    for user in merged.auth_infos.iter_mut().filter_map(|user| user.auth_info.as_mut()) {
        if let Some(exec) = &mut user.exec {
            // A check has nobody to ask.
            exec.interactive_mode = Some(ExecInteractiveMode::Never);
        }
    }
    if merged.current_context.as_deref().unwrap_or_default().is_empty() {
        let reason = "the kubeconfig has no current context".to_owned();
        return Err(Unobservable::Unconfigured(reason));
    }
    kube::Config::from_custom_kubeconfig(merged, &KubeConfigOptions::default())
        .await
        .map_err(|error| Unobservable::Unconfigured(not_usable(&error)))
}

fn not_read(path: &std::path::Path, error: &KubeconfigError) -> Unobservable {
    let path = path.display();
    Unobservable::Unconfigured(match error {
        KubeconfigError::ReadConfig(..) => format!("the kubeconfig `{path}` cannot be read"),
        _ => format!("`{path}` is not a kubeconfig"),
    })
}

fn not_usable(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::CurrentContextNotSet => "the kubeconfig has no current context".to_owned(),
        KubeconfigError::LoadContext(name) => {
            format!("the kubeconfig has no context `{name}`, which is its current one")
        }
        KubeconfigError::LoadClusterOfContext(name) => {
            format!("the kubeconfig has no cluster `{name}`, which its current context names")
        }
        KubeconfigError::MissingClusterUrl | KubeconfigError::ParseClusterUrl(_) => {
            "the kubeconfig gives no usable address of its cluster".to_owned()
        }
        KubeconfigError::ParseProxyUrl(_) => "the proxy's address cannot be read".to_owned(),
        KubeconfigError::LoadCertificateAuthority(_) | KubeconfigError::ParseCertificates(_) => {
            "the kubeconfig's certificate authority cannot be read".to_owned()
        }
        KubeconfigError::LoadClientCertificate(_) | KubeconfigError::LoadClientKey(_) => {
            "the kubeconfig's client certificate cannot be read".to_owned()
        }
        _ => "the kubeconfig cannot be used".to_owned(),
    }
}

fn not_built(error: &kube::Error) -> Unobservable {
    Unobservable::Unconfigured(match error {
        kube::Error::Auth(_) => "the kubeconfig's credentials cannot be had".to_owned(),
        kube::Error::ProxyProtocolDisabled { .. }
        | kube::Error::ProxyProtocolUnsupported { .. } => {
            "the proxy's kind is not supported".to_owned()
        }
        kube::Error::RustlsTls(_) | kube::Error::InferKubeconfig(_) => {
            "the kubeconfig's certificates cannot be used".to_owned()
        }
        _ => "the kubeconfig cannot be used".to_owned(),
    })
}

/// Whether a host is this machine.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn failure(files: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let kubeconfigs = files
            .iter()
            .enumerate()
            .map(|(index, text)| {
                let path = folder.path().join(format!("{index}.yaml"));
                std::fs::write(&path, text).unwrap();
                path
            })
            .collect();
        let config = KubernetesConfig { kubeconfigs, ..KubernetesConfig::default() };
        let Err(reason) = connect(&config).await else { panic!("connected") };
        assert!(matches!(reason, Unobservable::Unconfigured(_)));
        let place = folder.path().display().to_string();
        reason.reason().replace(&place, "DIR")
    }

    #[tokio::test]
    async fn each_broken_kubeconfig_has_its_own_words() {
        for (files, words) in [
            (&[][..], "there is no kubeconfig"),
            (&["{{{"], "`DIR/0.yaml` is not a kubeconfig"),
            (&[""], "the kubeconfig has no current context"),
            (
                &["current-context: a"],
                "the kubeconfig has no context `a`, which is its current one",
            ),
            (
                &["current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]"],
                "the kubeconfig has no cluster `c`, which its current context names",
            ),
        ] {
            assert_eq!(failure(files).await, words);
        }
    }

    #[tokio::test]
    async fn the_first_file_to_name_a_context_wins_and_the_second_adds_its_cluster() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        std::fs::write(
            &one,
            "current-context: a\ncontexts: [{name: a, context: {cluster: c, namespace: shop}}]",
        )
        .unwrap();
        std::fs::write(
            &two,
            "current-context: b\nclusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]",
        )
        .unwrap();
        let config = KubernetesConfig { kubeconfigs: vec![one, two], in_cluster: false };
        let connection = connect(&config).await.unwrap();
        assert_eq!(connection.namespace, "shop");
        assert_eq!(connection.address, "http://127.0.0.1:1");
    }

    #[test]
    fn loopback_is_an_address_or_its_name() {
        for (host, is) in
            [("127.0.0.1", true), ("[::1]", true), ("localhost", true), ("10.0.0.1", false)]
        {
            assert_eq!(is_loopback(host), is, "{host}");
        }
    }
}
