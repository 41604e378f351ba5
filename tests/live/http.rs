//! A plain HTTP/1.0 request: one connection, one answer, read to its end. No TLS, no keep-alive.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::wait::Done;

/// One request; the harness's own, so that nothing of the program under test is trusted for it.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a str,
}

/// Sends the request and returns the status and the body.
pub(crate) fn send(address: SocketAddr, request: &Request<'_>) -> Done<(u16, String)> {
    let limit = Duration::from_secs(30);
    let io = |error: std::io::Error| format!("{} {}: {error}", request.method, request.path);
    let mut stream = TcpStream::connect_timeout(&address, limit).map_err(io)?;
    stream.set_read_timeout(Some(limit)).map_err(io)?;
    let mut head = format!("{} {} HTTP/1.0\r\nHost: {address}\r\n", request.method, request.path);
    let length = request.body.len();
    let headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    head.extend(headers.chain([format!("Content-Length: {length}\r\n\r\n")]));
    stream.write_all(head.as_bytes()).map_err(io)?;
    stream.write_all(request.body.as_bytes()).map_err(io)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(io)?;
    let answer = String::from_utf8_lossy(&bytes);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("an answer without a head")?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Ok((status.ok_or_else(|| format!("not HTTP: {head}"))?, body.to_owned()))
}
