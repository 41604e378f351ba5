//! The HTTP client for one Vault, built from the variables that the vault CLI reads.

use std::path::Path;
use std::sync::OnceLock;

use reqwest::{Client, ClientBuilder, redirect};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{AlertDescription, ClientConfig};
use url::Url;

use crate::claim::Unobservable;
use crate::config::VaultConfig;
use crate::provider::tls;

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
    let wrong = || unusable("the TLS settings");
    let verifier = if config.skip_verify {
        tls::whatever_name(None)
    } else {
        match authorities(config)? {
            Some(certificates) => tls::given(certificates).ok_or_else(wrong)?,
            None => tls::system().ok_or_else(wrong)?,
        }
    };
    let client = ClientConfig::builder_with_provider(tls::provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| wrong())?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let client = match (&config.client_certificate, &config.client_key) {
        (Some(certificate), Some(key)) => {
            let wrong = || unusable("the files of `VAULT_CLIENT_CERT` and `VAULT_CLIENT_KEY`");
            let chain = certificates(certificate).ok_or_else(wrong)?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|_| wrong())?;
            client.with_client_auth_cert(chain, key).map_err(|_| wrong())?
        }
        _ => client.with_no_client_auth(),
    };
    builder = builder.tls_backend_preconfigured(client);
    if let (Some(name), Some(socket)) = (&config.tls_server_name, socket(url)) {
        // The address is reached under the name that the certificate holds.
        builder = builder.resolve(name, socket).no_proxy();
    }
    Ok(builder)
}

/// The certificates that the caller trusts, where it names some.
fn authorities(config: &VaultConfig) -> Result<Option<Vec<CertificateDer<'static>>>, Unobservable> {
    if let Some(path) = &config.ca_certificate {
        let wrong = || unusable("the file of `VAULT_CACERT`");
        return certificates(path).map(Some).ok_or_else(wrong);
    }
    let Some(directory) = &config.ca_directory else { return Ok(None) };
    let wrong = || unusable("the directory of `VAULT_CAPATH`");
    let entries = std::fs::read_dir(directory).map_err(|_| wrong())?.flatten();
    let found: Vec<_> = entries.filter_map(|entry| certificates(&entry.path())).flatten().collect();
    if found.is_empty() { Err(wrong()) } else { Ok(Some(found)) }
}

/// The socket behind the address, for `VAULT_TLS_SERVER_NAME`.
fn socket(url: &Url) -> Option<std::net::SocketAddr> {
    url.socket_addrs(|| None).ok()?.into_iter().next()
}

/// All certificates of a file; `None` where there is none, or one is broken.
fn certificates(path: &Path) -> Option<Vec<CertificateDer<'static>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).ok()?.collect();
    found.ok().filter(|certificates| !certificates.is_empty())
}

/// Whether a server's alert is about the client's certificate, or the lack of one.
pub(super) fn is_about_certificates(alert: AlertDescription) -> bool {
    use AlertDescription as Alert;
    matches!(
        alert,
        Alert::CertificateRequired
            | Alert::NoCertificate
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
    )
}

fn unusable(what: &str) -> Unobservable {
    Unobservable::Unconfigured(format!("{what} cannot be used to reach Vault"))
}
