//! What the clients have in common where they speak TLS: whom they believe, and which error an error comes
//! from. Reads no files and connects to nothing.

use std::error::Error;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};

/// The one library of algorithms.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Believes who shows one of these certificates, or one that they have signed. `None` where there is none.
pub(super) fn given(
    certificates: Vec<CertificateDer<'static>>,
) -> Option<Arc<dyn ServerCertVerifier>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider());
    Some(Arc::new(Given { chain: chain.build().ok()?, certificates }))
}

/// Believes whom the operating system believes.
pub(super) fn system() -> Option<Arc<dyn ServerCertVerifier>> {
    Some(Arc::new(rustls_platform_verifier::Verifier::new(provider()).ok()?))
}

/// Believes whom `chain` believes, whatever the name is; without one, whoever answers.
pub(super) fn whatever_name(
    chain: Option<Arc<dyn ServerCertVerifier>>,
) -> Arc<dyn ServerCertVerifier> {
    Arc::new(Partly { chain, provider: provider() })
}

/// The TLS error that an error comes from.
pub(super) fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An io::Error hides what it wraps from the chain of causes.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

/// A chain to given certificates, or one of them itself.
///
/// `openssl req -x509` makes a server's certificate that is its own authority. OpenSSL and Go believe
/// it where it was given to them; webpki lets no authority stand for a server.
#[derive(Debug)]
struct Given {
    chain: Arc<WebPkiServerVerifier>,
    certificates: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Given {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let chain = &self.chain;
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // An authority in a server's place has no error of its own. The dates are looked at before
            // it, and the name after it.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(_)))
                if self.certificates.contains(end_entity) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

/// Checks the chain where there is one to check it with, never the name; signatures always.
#[derive(Debug)]
struct Partly {
    chain: Option<Arc<dyn ServerCertVerifier>>,
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
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is looked at last: all else was in order.
            Err(rustls::Error::InvalidCertificate(
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
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
    use rustls::pki_types::IpAddr;
    use std::time::Duration;

    fn own_authority(until_year: i32) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(vec!["db".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_after = date_time_ymd(until_year, 1, 1);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone()
    }

    #[test]
    fn a_certificate_that_is_its_own_authority_is_believed_where_it_was_given() {
        let (ours, other, old) = (own_authority(2090), own_authority(2090), own_authority(2001));
        let given = given(vec![ours.clone(), old.clone()]).unwrap();
        let now = UnixTime::since_unix_epoch(Duration::from_hours(500_000));
        let name = ServerName::try_from("db").unwrap();
        let address = ServerName::from(IpAddr::from(std::net::Ipv4Addr::LOCALHOST));
        for (certificate, name, believed) in [
            (&ours, &name, true),
            (&ours, &address, false),
            (&other, &name, false),
            (&old, &name, false),
        ] {
            let found = given.verify_server_cert(certificate, &[], name, &[], now);
            assert_eq!(found.is_ok(), believed, "{found:?}");
        }
    }

    #[test]
    fn a_cause_is_found_below_errors_that_hide_it() {
        let inner = std::io::Error::other(rustls::Error::DecryptError);
        let outer = std::io::Error::other(inner);
        assert_eq!(cause(&outer), Some(&rustls::Error::DecryptError));
        assert_eq!(cause(&std::io::Error::other("else")), None);
    }
}
