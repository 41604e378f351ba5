//! The HTTP client for one Vault, built from the variables that the vault CLI reads.

use std::path::Path;
use std::sync::OnceLock;

use reqwest::{Certificate, Client, ClientBuilder, Identity, redirect};
use url::Url;

use crate::claim::Unobservable;
use crate::config::VaultConfig;

/// Makes ring the process's one TLS provider; without one, building a client panics.
pub(crate) fn install_crypto() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        // An error says that another part of the process was first, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// The address as a URL.
pub(super) fn address(config: &VaultConfig) -> Result<Url, Unobservable> {
    let Some(address) = &config.address else {
        return Err(Unobservable::Unconfigured("`VAULT_ADDR` is not set".to_owned()));
    };
    let wrong =
        || Unobservable::Unconfigured("`VAULT_ADDR` is not an http or https address".to_owned());
    let url = Url::parse(address).map_err(|_| wrong())?;
    if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() {
        Ok(url)
    } else {
        Err(wrong())
    }
}

/// A client for `url`. Reads certificates only where TLS is spoken.
pub(super) fn client(config: &VaultConfig, url: &Url) -> Result<Client, Unobservable> {
    install_crypto();
    // Redirects are followed by hand: reqwest would carry the token to another host.
    let mut builder = Client::builder().redirect(redirect::Policy::none());
    if is_loopback(url) {
        builder = builder.no_proxy();
    }
    builder = if url.scheme() == "https" {
        with_tls(builder, config, url)?
    } else {
        // An empty set of roots: reading the system's takes longer than all reads together.
        builder.tls_certs_only([])
    };
    builder.build().map_err(|_| unusable("the TLS settings"))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn with_tls(
    mut builder: ClientBuilder,
    config: &VaultConfig,
    url: &Url,
) -> Result<ClientBuilder, Unobservable> {
    let mut roots = Vec::new();
    if let Some(path) = &config.ca_certificate {
        roots.extend(certificates(path).ok_or_else(|| unusable("the file of `VAULT_CACERT`"))?);
    } else if let Some(directory) = &config.ca_directory {
        let wrong = || unusable("the directory of `VAULT_CAPATH`");
        for entry in std::fs::read_dir(directory).map_err(|_| wrong())?.flatten() {
            roots.extend(certificates(&entry.path()).unwrap_or_default());
        }
        if roots.is_empty() {
            return Err(wrong());
        }
    }
    if !roots.is_empty() {
        builder = builder.tls_certs_only(roots);
    }
    if let (Some(certificate), Some(key)) = (&config.client_certificate, &config.client_key) {
        let read = |path: &Path| std::fs::read(path).ok();
        let identity = read(certificate).zip(read(key)).and_then(|(mut pem, key)| {
            pem.push(b'\n');
            pem.extend(key);
            Identity::from_pem(&pem).ok()
        });
        let wrong = || unusable("the files of `VAULT_CLIENT_CERT` and `VAULT_CLIENT_KEY`");
        builder = builder.identity(identity.ok_or_else(wrong)?);
    }
    if config.skip_verify {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    if let (Some(name), Some(socket)) = (&config.tls_server_name, socket(url)) {
        // The address is reached under the name that the certificate holds.
        builder = builder.resolve(name, socket).no_proxy();
    }
    Ok(builder)
}

/// The socket behind the address, for `VAULT_TLS_SERVER_NAME`.
fn socket(url: &Url) -> Option<std::net::SocketAddr> {
    url.socket_addrs(|| None).ok()?.into_iter().next()
}

fn certificates(path: &Path) -> Option<Vec<Certificate>> {
    let certificates = Certificate::from_pem_bundle(&std::fs::read(path).ok()?).ok()?;
    (!certificates.is_empty()).then_some(certificates)
}

fn unusable(what: &str) -> Unobservable {
    Unobservable::Unconfigured(format!("{what} cannot be used to reach Vault"))
}
