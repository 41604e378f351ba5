//! Certificates of a lab: an authority of its own, what it signs for servers and clients, and the
//! certificates that sign themselves.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};

use crate::wait::Done;

/// A certificate and its key, as files.
pub(crate) struct Pair {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// An authority that nobody knows who was not given its certificate.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: PathBuf,
    /// What a client is given to trust it.
    pub(crate) certificate: PathBuf,
}

impl Authority {
    /// Makes one; its files go to `directory`.
    pub(crate) fn new(name: &str, directory: &Path) -> Done<Authority> {
        std::fs::create_dir_all(directory).map_err(|error| error.to_string())?;
        let issuer = CertifiedIssuer::self_signed(authority(name, &[])?, key()?).map_err(wrong)?;
        let certificate = directory.join(format!("{name}.pem"));
        write(&certificate, &issuer.pem())?;
        Ok(Authority { issuer, directory: directory.to_owned(), certificate })
    }

    /// A certificate for a server of these names and addresses.
    pub(crate) fn server(&self, file: &str, names: &[&str]) -> Done<Pair> {
        let mut params = params(file, names)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(file, &params)
    }

    /// A certificate for a client: its name, and the group that a Kubernetes reads from it.
    pub(crate) fn client(&self, file: &str, group: &str) -> Done<Pair> {
        let mut params = params(file, &[])?;
        params.distinguished_name.push(DnType::OrganizationName, group);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(file, &params)
    }

    fn sign(&self, file: &str, params: &CertificateParams) -> Done<Pair> {
        let key = key()?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(wrong)?;
        save(&self.directory, file, &certificate.pem(), &key)
    }
}

/// A server's certificate that is its own authority: what `openssl req -x509` makes.
pub(crate) fn self_signed(directory: &Path, file: &str, names: &[&str]) -> Done<Pair> {
    let key = key()?;
    let certificate = authority(file, names)?.self_signed(&key).map_err(wrong)?;
    save(directory, file, &certificate.pem(), &key)
}

fn authority(name: &str, names: &[&str]) -> Done<CertificateParams> {
    let mut params = params(name, names)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Ok(params)
}

fn params(name: &str, names: &[&str]) -> Done<CertificateParams> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).map_err(wrong)?;
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

fn key() -> Done<KeyPair> {
    KeyPair::generate().map_err(wrong)
}

fn save(directory: &Path, file: &str, certificate: &str, key: &KeyPair) -> Done<Pair> {
    let place = |end: &str| directory.join(format!("{file}.{end}"));
    let pair = Pair { certificate: place("crt"), key: place("key") };
    write(&pair.certificate, certificate)?;
    write(&pair.key, &key.serialize_pem())?;
    Ok(pair)
}

fn write(path: &Path, text: &str) -> Done<()> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[expect(clippy::needless_pass_by_value, reason = "the form that `map_err` wants")]
fn wrong(error: rcgen::Error) -> String {
    format!("no certificate: {error}")
}
