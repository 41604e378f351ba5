//! From kubeconfig files, or a pod's service account, to a client. Sends nothing to the cluster.

use std::net::IpAddr;
use std::path::PathBuf;

use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kube::Client;
use kube::client::{Body, ClientBuilder, ConfigExt as _};
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig, KubeconfigError};
use secrecy::{ExposeSecret as _, SecretString};
use tower::{BoxError, ServiceBuilder};

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

/// Who names the proxy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ProxyOf {
    /// The cluster's entry in the kubeconfig: it counts whatever the address is.
    Kubeconfig,
    /// A variable, if any.
    Environment,
}

/// Builds the client. An exec plugin of the kubeconfig runs in here, and blocks.
pub(super) async fn connect(
    config: &KubernetesConfig,
    context: Option<&str>,
) -> Result<Connection, Unobservable> {
    let (mut kube, proxy) = match context {
        Some(name) if config.kubeconfigs.is_empty() => return Err(no_context(name)),
        None if config.kubeconfigs.is_empty() => (in_cluster(config)?, ProxyOf::Environment),
        context => from_files(&config.kubeconfigs, context).await?,
    };
    // Each request has one bound around all of it; two of the same length would race.
    kube.connect_timeout = None;
    kube.read_timeout = None;
    // A run has its own bounds; the library's retries would outlast them.
    kube.default_retry = false;
    read_token(&mut kube)?;
    let direct = |host| is_loopback(host) || is_excepted(host, &config.no_proxy);
    if proxy == ProxyOf::Environment && kube.cluster_url.host().is_some_and(direct) {
        // A proxy cannot reach this machine's own loopback, and kube asks of `NO_PROXY` only whether the
        // proxy itself is in it.
        kube.proxy_url = None;
    }
    let address = kube.cluster_url.to_string().trim_end_matches('/').to_owned();
    let namespace = kube.default_namespace.clone();
    let client = client(kube).map_err(|error| not_built(&error))?;
    Ok(Connection { client, address, namespace })
}

/// kube's client; straight to the server, on a connection that sends at once what it has.
fn client(config: kube::Config) -> Result<Client, kube::Error> {
    if config.proxy_url.is_some() {
        return Ok(ClientBuilder::try_from(config)?.build());
    }
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    let connector = config.rustls_https_connector_with_connector(connector)?;
    let transport = hyper_util::client::legacy::Client::builder(TokioExecutor::new());
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(transport.build::<_, Body>(connector));
    Ok(ClientBuilder::new(service, config.default_namespace).build())
}

/// Reads the token's file here: the library sends the line break at its end along, which no header may
/// hold, and panics on such a token.
fn read_token(config: &mut kube::Config) -> Result<(), Unobservable> {
    let unusable = |what: &str| Unobservable::Unconfigured(format!("the kubeconfig's {what}"));
    if let Some(path) = config.auth_info.token_file.take() {
        let token =
            std::fs::read_to_string(path).map_err(|_| unusable("token file cannot be read"))?;
        config.auth_info.token = Some(SecretString::from(token.trim()));
    }
    let token = config.auth_info.token.as_ref();
    if token.is_some_and(|token| http::HeaderValue::from_str(token.expose_secret()).is_err()) {
        return Err(unusable("token cannot be sent"));
    }
    Ok(())
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
async fn from_files(
    paths: &[PathBuf],
    context: Option<&str>,
) -> Result<(kube::Config, ProxyOf), Unobservable> {
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
    if let Some(name) = context {
        if !merged.contexts.iter().any(|context| context.name == name) {
            return Err(no_context(name));
        }
        merged.current_context = Some(name.to_owned());
    }
    if merged.current_context.as_deref().unwrap_or_default().is_empty() {
        let reason = "the kubeconfig has no current context".to_owned();
        return Err(Unobservable::Unconfigured(reason));
    }
    let proxy = proxy_of(&merged);
    let config = kube::Config::from_custom_kubeconfig(merged, &KubeConfigOptions::default()).await;
    Ok((config.map_err(|error| Unobservable::Unconfigured(not_usable(&error)))?, proxy))
}

fn no_context(name: &str) -> Unobservable {
    Unobservable::Unconfigured(format!("the kubeconfig has no context `{name}`"))
}

fn proxy_of(kubeconfig: &Kubeconfig) -> ProxyOf {
    let current = kubeconfig.current_context.as_deref().unwrap_or_default();
    let context = kubeconfig.contexts.iter().find(|context| context.name == current);
    let cluster = context.and_then(|context| context.context.as_ref()).and_then(|context| {
        kubeconfig.clusters.iter().find(|cluster| cluster.name == context.cluster)
    });
    let named = cluster.and_then(|cluster| cluster.cluster.as_ref()?.proxy_url.as_deref());
    match named {
        Some(url) if !url.is_empty() => ProxyOf::Kubeconfig,
        _ => ProxyOf::Environment,
    }
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
        KubeconfigError::ParseNoProxy(_) => "`NO_PROXY` cannot be read".to_owned(),
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
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether `NO_PROXY` excepts a host: by itself, by its domain or by a range of addresses.
fn is_excepted(host: &str, exceptions: &[String]) -> bool {
    let host = host.trim_matches(['[', ']']).to_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    exceptions.iter().any(|exception| {
        let exception = exception.to_lowercase();
        if let (Some(address), Some((range, bits))) = (address, exception.split_once('/')) {
            let range = range.parse().ok().zip(bits.parse().ok());
            return range.is_some_and(|(range, bits)| is_in(address, range, bits));
        }
        let domain = exception.trim_start_matches('*').trim_start_matches('.');
        let inside = host.strip_suffix(domain).is_some_and(|start| start.ends_with('.'));
        exception == "*" || host == domain || (inside && !domain.is_empty())
    })
}

/// Whether an address has its first `bits` in common with a range's.
fn is_in(address: IpAddr, range: IpAddr, bits: u32) -> bool {
    let (difference, length) = match (address, range) {
        (IpAddr::V4(one), IpAddr::V4(two)) => (u128::from(one.to_bits() ^ two.to_bits()), 32),
        (IpAddr::V6(one), IpAddr::V6(two)) => (one.to_bits() ^ two.to_bits(), 128),
        _ => return false,
    };
    bits <= length && difference.checked_shr(length - bits).unwrap_or(0) == 0
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
        let Err(reason) = connect(&config, None).await else { panic!("connected") };
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
        let kubeconfigs = vec![one, two];
        let config = KubernetesConfig { kubeconfigs, ..KubernetesConfig::default() };
        let connection = connect(&config, None).await.unwrap();
        assert_eq!(connection.namespace, "shop");
        assert_eq!(connection.address, "http://127.0.0.1:1");
    }

    #[tokio::test]
    async fn a_token_that_no_header_may_hold_is_said_and_a_files_last_line_break_is_not_sent() {
        let folder = tempfile::tempdir().unwrap();
        let (path, file) = (folder.path().join("config"), folder.path().join("token"));
        for (content, opens) in [("token\n", true), ("to\nken", false)] {
            std::fs::write(&file, content).unwrap();
            let text = "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n\
                        clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\n\
                        users: [{name: u, user: {tokenFile: token}}]\n";
            std::fs::write(&path, text).unwrap();
            let kubeconfigs = vec![path.clone()];
            let config = KubernetesConfig { kubeconfigs, ..KubernetesConfig::default() };
            assert_eq!(connect(&config, None).await.is_ok(), opens, "{content}");
        }
    }

    #[test]
    fn loopback_is_an_address_or_its_name() {
        for (host, is) in
            [("127.0.0.1", true), ("[::1]", true), ("localhost", true), ("10.0.0.1", false)]
        {
            assert_eq!(is_loopback(host), is, "{host}");
        }
    }
    #[test]
    fn no_proxy_excepts_hosts_domains_and_ranges() {
        for (host, exception, is) in [
            ("10.1.2.3", "10.0.0.0/8", true),
            ("11.1.2.3", "10.0.0.0/8", false),
            ("10.1.2.3", "0.0.0.0/0", true),
            ("fd00::1", "fd00::/8", true),
            ("k8s.lab.internal", ".lab.internal", true),
            ("k8s.lab.internal", "lab.internal", true),
            ("k8s.lab.internal", "*.internal", true),
            ("k8slab.internal", "lab.internal", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("anything", "*", true),
            ("anything", ".", false),
        ] {
            assert_eq!(is_excepted(host, &[exception.to_owned()]), is, "{host} {exception}");
        }
    }
}
