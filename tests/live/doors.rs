//! The ways into a lab's Vault besides plain HTTP: listeners that speak TLS, each in its own manner.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use labproof::lab::free_port;
use serde_json::{Value, json};

use crate::certificates::{Authority, Pair, self_signed};
use crate::wait::Done;

/// The name that only one certificate holds, and nothing resolves.
pub(crate) const NAME: &str = "vault.lab.invalid";

/// Where the listeners are, and what a client needs for them.
pub(crate) struct Doors {
    /// Its certificate holds the address.
    pub(crate) by_address: SocketAddr,
    /// Its certificate holds `NAME` alone.
    pub(crate) by_name: SocketAddr,
    /// It lets in who shows a certificate of the authority.
    pub(crate) mutual: SocketAddr,
    /// Its certificate is its own authority.
    pub(crate) by_itself: SocketAddr,
    /// Of all but `by_itself`.
    pub(crate) authority: PathBuf,
    /// One that has signed nothing here.
    pub(crate) stranger: PathBuf,
    /// The certificate of `by_itself`.
    pub(crate) itself: PathBuf,
    pub(crate) client: Pair,
}

impl Doors {
    /// Makes the certificates and writes the part of Vault's configuration that opens the doors.
    pub(crate) fn prepare(ip: IpAddr, directory: &Path, config: &Path) -> Done<Doors> {
        let authority = Authority::new("authority", directory)?;
        let stranger = Authority::new("stranger", directory)?;
        let address = ip.to_string();
        let address = [address.as_str()];
        let known = authority.server("address", &address)?;
        let named = authority.server("name", &[NAME])?;
        let itself = self_signed(directory, "itself", &address)?;
        let place = || free_port(ip).map(|port| SocketAddr::new(ip, port));
        let doors = Doors {
            by_address: place()?,
            by_name: place()?,
            mutual: place()?,
            by_itself: place()?,
            authority: authority.certificate.clone(),
            stranger: stranger.certificate,
            itself: itself.certificate.clone(),
            client: authority.client("client", "learners")?,
        };
        let mut mutual = listener(doors.mutual, &known);
        mutual["tls_require_and_verify_client_cert"] = json!(true);
        mutual["tls_client_ca_file"] = json!(authority.certificate);
        let listeners = [
            listener(doors.by_address, &known),
            listener(doors.by_name, &named),
            mutual,
            listener(doors.by_itself, &itself),
        ];
        let text = json!({ "listener": listeners.map(|tcp| json!({ "tcp": tcp })) }).to_string();
        std::fs::write(config, text).map_err(|error| error.to_string())?;
        Ok(doors)
    }
}

fn listener(at: SocketAddr, pair: &Pair) -> Value {
    json!({
        "address": at.to_string(),
        "tls_cert_file": pair.certificate,
        "tls_key_file": pair.key,
    })
}
