//! A plain HTTP/1.0 request to a server of the lab: one connection, one answer, read to its end.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::LabError;

const LIMIT: Duration = Duration::from_secs(30);

/// One request; a way of its own, so that nothing of what is checked is trusted for it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// GET, LIST, POST and so on.
    pub method: &'a str,
    /// From the first slash on.
    pub path: &'a str,
    /// Names and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// What is sent.
    pub body: &'a str,
}

/// What a client has to know of a server that speaks TLS: who signs its certificate.
#[derive(Clone, Debug)]
pub(super) struct Trust(Arc<ClientConfig>);

impl Trust {
    /// Trusts the authorities of a PEM text and nobody else.
    pub(super) fn only(pem: &str) -> Result<Self, LabError> {
        let wrong = |error: String| LabError::refused(format!("no authority: {error}"));
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }
}

/// Sends the request and returns the status and the body.
pub fn send(address: SocketAddr, request: &Request<'_>) -> Result<(u16, String), LabError> {
    exchange(address, None, request)
}

/// Sends the request over TLS and returns the status and the body.
pub(super) fn send_over_tls(
    address: SocketAddr,
    trust: &Trust,
    request: &Request<'_>,
) -> Result<(u16, String), LabError> {
    exchange(address, Some(trust), request)
}

fn exchange(
    address: SocketAddr,
    trust: Option<&Trust>,
    request: &Request<'_>,
) -> Result<(u16, String), LabError> {
    let failed = |why: String| {
        LabError::refused(format!("{} {} at {address}: {why}", request.method, request.path))
    };
    let connect = || -> io::Result<Vec<u8>> {
        let stream = TcpStream::connect_timeout(&address, LIMIT)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_write_timeout(Some(LIMIT))?;
        stream.set_nodelay(true)?;
        let Some(trust) = trust else { return talk(stream, address, request) };
        let name = ServerName::IpAddress(address.ip().into());
        let client = ClientConnection::new(Arc::clone(&trust.0), name).map_err(io::Error::other)?;
        talk(StreamOwned::new(client, stream), address, request)
    };
    let bytes = connect().map_err(|error| failed(error.to_string()))?;
    let answer = String::from_utf8_lossy(&bytes);
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| failed("an answer without a head".to_owned()))?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Ok((status.ok_or_else(|| failed("an answer that is not HTTP".to_owned()))?, body.to_owned()))
}

fn talk(
    mut stream: impl Read + Write,
    address: SocketAddr,
    request: &Request<'_>,
) -> io::Result<Vec<u8>> {
    let mut text = format!("{} {} HTTP/1.0\r\nHost: {address}\r\n", request.method, request.path);
    let length = request.body.len();
    let headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    text.extend(headers.chain([format!("Content-Length: {length}\r\n\r\n")]));
    text.push_str(request.body);
    stream.write_all(text.as_bytes())?;
    stream.flush()?;
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        // A server that closes without TLS's own good-bye has still said all that it announced.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && whole(&bytes) => Ok(bytes),
        Err(error) => Err(error),
        Ok(_) => Ok(bytes),
    }
}

/// Whether an answer has as many bytes as its head says.
fn whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let named = name.eq_ignore_ascii_case("content-length");
        named.then(|| value.trim().parse::<usize>().ok()).flatten()
    });
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    length.is_some_and(|length| bytes.len() - head == length)
}
