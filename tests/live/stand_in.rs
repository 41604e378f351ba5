//! Servers that misbehave on purpose, in the place of the real ones. Loopback only, and bounded.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use labproof::lab::free_port;

use crate::wait::{Done, until};

/// More connections than any client here makes; the rest is turned away.
const CONNECTIONS: u64 = 64;

/// One answer that is far too large: what a reader must not take into memory.
const FLOOD: usize = 1 << 30;

/// How a stand-in answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// A web page with status 200, as a login page or a wrong port gives.
    Html,
    /// A plain 404 page to everything.
    NotFoundPage,
    /// A Status without kind or name, as a proxy in front of Kubernetes may give.
    NotFoundStatus,
    /// Accepts, reads, and never answers.
    Silence,
    /// JSON that goes on for a gigabyte.
    Flood,
    /// A Consul that makes a token for whoever asks.
    Consul,
    /// A PostgreSQL that refuses every session with this SQLSTATE and message.
    Postgres(&'static str, &'static str),
}

/// A running stand-in; dropping it ends it and frees its address.
pub(crate) struct StandIn {
    pub(crate) address: SocketAddr,
    stop: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
    asked: Arc<AtomicU64>,
}

impl StandIn {
    /// Starts one on a free port.
    pub(crate) fn anywhere(ip: std::net::IpAddr, manner: Manner) -> Done<StandIn> {
        StandIn::at(SocketAddr::new(ip, free_port(ip)?), manner)
    }

    /// Starts one at an address that a real server has just left.
    pub(crate) fn at(address: SocketAddr, manner: Manner) -> Done<StandIn> {
        let listener = until("the address is free", Duration::from_secs(10), || {
            TcpListener::bind(address).map_err(|error| format!("{address}: {error}"))
        })?;
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::new(AtomicU64::new(0));
        let (halt, count) = (Arc::clone(&stop), Arc::clone(&asked));
        let accepting = std::thread::spawn(move || {
            let open = Arc::new(AtomicU64::new(0));
            while let Ok((stream, _)) = listener.accept() {
                if halt.load(Ordering::SeqCst) {
                    return;
                }
                count.fetch_add(1, Ordering::SeqCst);
                if open.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS {
                    open.fetch_sub(1, Ordering::SeqCst);
                    continue;
                }
                let (halt, open) = (Arc::clone(&halt), Arc::clone(&open));
                std::thread::spawn(move || {
                    // A client that hangs up is what most of these answers are for.
                    answer(stream, manner, &halt).ok();
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Ok(StandIn { address, stop, accepting: Some(accepting), asked })
    }

    /// How many connections came: a row whose fault nobody met proves nothing.
    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    /// The address as a URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        TcpStream::connect(self.address).ok();
        if let Some(thread) = self.accepting.take() {
            thread.join().ok();
        }
    }
}

fn answer(mut stream: TcpStream, manner: Manner, stop: &AtomicBool) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    stream.set_write_timeout(Some(Duration::from_millis(200)))?;
    match manner {
        Manner::Html => {
            let page = "<!DOCTYPE html><html><body>Please log in</body></html>";
            page_after_request(&mut stream, stop, "200 OK", "text/html", page)
        }
        Manner::NotFoundPage => {
            let page = "404 page not found\n";
            page_after_request(&mut stream, stop, "404 Not Found", "text/plain", page)
        }
        Manner::NotFoundStatus => {
            let status = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"not found","reason":"NotFound","code":404}"#;
            page_after_request(&mut stream, stop, "404 Not Found", "application/json", status)
        }
        Manner::Silence => {
            while !stop.load(Ordering::SeqCst) {
                if matches!(stream.read(&mut [0; 4096]), Ok(0)) {
                    break;
                }
            }
            Ok(())
        }
        Manner::Flood => flood(&mut stream, stop),
        Manner::Consul => {
            let token = r#"{"AccessorID":"6e3c0a52-0d0f-4a8e-9a7b-3f1f7c1f5a10","SecretID":"b1f0f3b0-2f55-4a35-8a3e-6d1b6d0c9e77"}"#;
            page_after_request(&mut stream, stop, "200 OK", "application/json", token)
        }
        Manner::Postgres(code, message) => refuse_session(&mut stream, code, message),
    }
}

fn page_after_request(
    stream: &mut TcpStream,
    stop: &AtomicBool,
    status: &str,
    kind: &str,
    body: &str,
) -> std::io::Result<()> {
    read_request(stream, stop)?;
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}

fn flood(stream: &mut TcpStream, stop: &AtomicBool) -> std::io::Result<()> {
    read_request(stream, stop)?;
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {FLOOD}\r\n\r\n{{\"data\":\""
    );
    stream.write_all(head.as_bytes())?;
    let chunk = vec![b'a'; 64 << 10];
    let mut sent = 0;
    while sent < FLOOD && !stop.load(Ordering::SeqCst) {
        match stream.write(&chunk) {
            Ok(count) => sent += count,
            // The reader takes its time; whether it still wants more is asked again.
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads a request: until the empty line that ends its head, and as much behind it as that says. A connection that is
/// closed with something unread can take the answer with it.
fn read_request(stream: &mut TcpStream, stop: &AtomicBool) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&head) && head.len() < 64 << 10 {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => head.extend_from_slice(&buffer[..count]),
            Err(_) if !stop.load(Ordering::SeqCst) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.and_then(|length| length.trim().parse::<usize>().ok()).unwrap_or(0);
    request.len() >= end + 4 + length
}

/// The opening of PostgreSQL's protocol: no encryption, then an ErrorResponse.
fn refuse_session(stream: &mut TcpStream, code: &str, message: &str) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    loop {
        let mut word = [0; 4];
        stream.read_exact(&mut word)?;
        let length = usize::try_from(u32::from_be_bytes(word)).unwrap_or(0).clamp(8, 10_000);
        let mut rest = vec![0; length - 4];
        stream.read_exact(&mut rest)?;
        match rest[..4] {
            // SSLRequest and GSSENCRequest: "no", and the client goes on in the clear.
            [0x04, 0xd2, 0x16, 0x2f | 0x30] => stream.write_all(b"N")?,
            // CancelRequest: nothing to cancel.
            [0x04, 0xd2, 0x16, 0x2e] => return Ok(()),
            _ => break,
        }
    }
    let mut fields = Vec::new();
    for (kind, value) in [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', code), (b'M', message)] {
        fields.push(kind);
        fields.extend_from_slice(value.as_bytes());
        fields.push(0);
    }
    fields.push(0);
    let length = u32::try_from(fields.len() + 4).unwrap_or(u32::MAX);
    stream.write_all(b"E")?;
    stream.write_all(&length.to_be_bytes())?;
    stream.write_all(&fields)
}
