//! TLS to Postgres by libpq's `sslmode`: who is believed, and who is not.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::conninfo::{Endpoint, SslMode};
use crate::claim::Unobservable;
use crate::provider::tls::{given, provider, system, whatever_name};

/// The TLS side of a connection to `endpoint`, which does not have `sslmode=disable`.
pub(super) fn connector(endpoint: &Endpoint) -> Result<MakeRustlsConnect, Unobservable> {
    let wrong = || unusable("the TLS settings");
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|_| wrong())?;
    let verifier = verifier(endpoint)?;
    let config =
        builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// | mode                              | chain | name |
/// |-----------------------------------|-------|------|
/// | prefer, require without root file | -     | -    |
/// | require with one, verify-ca       | yes   | -    |
/// | verify-full                       | yes   | yes  |
fn verifier(endpoint: &Endpoint) -> Result<Arc<dyn ServerCertVerifier>, Unobservable> {
    let chain = || chain_verifier(endpoint.root.as_deref());
    Ok(match endpoint.ssl {
        SslMode::VerifyFull => chain()?,
        SslMode::VerifyCa => whatever_name(Some(chain()?)),
        SslMode::Require if endpoint.root.is_some() => whatever_name(Some(chain()?)),
        SslMode::Disable | SslMode::Prefer | SslMode::Require => whatever_name(None),
    })
}

fn chain_verifier(root: Option<&str>) -> Result<Arc<dyn ServerCertVerifier>, Unobservable> {
    let Some(root) = root else {
        return Err(unusable("`sslmode=verify-…` without `sslrootcert`"));
    };
    if root == "system" {
        return system().ok_or_else(|| unusable("`sslrootcert=system`"));
    }
    let wrong = || unusable("the file of `sslrootcert`");
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(root).map_err(|_| wrong())?.collect();
    given(certificates.map_err(|_| wrong())?).ok_or_else(wrong)
}

fn unusable(what: &str) -> Unobservable {
    Unobservable::Unconfigured(format!("{what} cannot be used to reach Postgres"))
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
