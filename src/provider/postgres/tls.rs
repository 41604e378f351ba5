//! TLS to Postgres by libpq's `sslmode`: who is believed, and who is not.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::conninfo::{Endpoint, SslMode};
use crate::claim::Unobservable;

/// The TLS side of a connection to `endpoint`, which does not have `sslmode=disable`.
pub(super) fn connector(endpoint: &Endpoint) -> Result<MakeRustlsConnect, Unobservable> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let wrong = || unusable("the TLS settings");
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| wrong())?;
    let verifier = verifier(endpoint, &provider)?;
    let config =
        builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// | mode                              | chain | name |
/// |-----------------------------------|-------|------|
/// | prefer, require without root file | -     | -    |
/// | require with one, verify-ca       | yes   | -    |
/// | verify-full                       | yes   | yes  |
fn verifier(
    endpoint: &Endpoint,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Unobservable> {
    let chain = || chain_verifier(endpoint.root.as_deref(), provider);
    let own = |inner| -> Arc<dyn ServerCertVerifier> {
        Arc::new(Partly { inner, provider: Arc::clone(provider) })
    };
    Ok(match endpoint.ssl {
        SslMode::VerifyFull => chain()?,
        SslMode::VerifyCa => own(Some(chain()?)),
        SslMode::Require if endpoint.root.is_some() => own(Some(chain()?)),
        SslMode::Disable | SslMode::Prefer | SslMode::Require => own(None),
    })
}

fn chain_verifier(
    root: Option<&str>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, Unobservable> {
    let Some(root) = root else {
        return Err(unusable("`sslmode=verify-…` without `sslrootcert`"));
    };
    if root == "system" {
        let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(provider))
            .map_err(|_| unusable("`sslrootcert=system`"))?;
        return Ok(Arc::new(verifier));
    }
    let wrong = || unusable("the file of `sslrootcert`");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(root).map_err(|_| wrong())? {
        roots.add(certificate.map_err(|_| wrong())?).map_err(|_| wrong())?;
    }
    let builder =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    Ok(builder.build().map_err(|_| wrong())?)
}

fn unusable(what: &str) -> Unobservable {
    Unobservable::Unconfigured(format!("{what} cannot be used to reach Postgres"))
}

/// Checks the chain where there is one to check it with, never the name; signatures always.
#[derive(Debug)]
struct Partly {
    inner: Option<Arc<dyn ServerCertVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Partly {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(inner) = &self.inner else { return Ok(ServerCertVerified::assertion()) };
        match inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is looked at last: all else was in order.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
