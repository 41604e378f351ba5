//! A Vault in between that passes everything on, and may hold back the answer that carries fresh
//! credentials: the moment in which a probe has a lease and does not know it yet.

use std::io::{Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use labproof::lab::free_port;
use labproof::lab::process::lock;

use crate::wait::Done;

/// What is held back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    Credentials,
    Nothing,
}

/// A running go-between; dropping it ends it.
pub(crate) struct Holding {
    pub(crate) address: SocketAddr,
    held: Mutex<mpsc::Receiver<()>>,
    stop: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Holding {
    /// Starts one in front of `upstream`.
    pub(crate) fn start(ip: IpAddr, upstream: SocketAddr, what: Hold) -> Done<Holding> {
        let address = SocketAddr::new(ip, free_port(ip)?);
        let listener = TcpListener::bind(address).map_err(|error| format!("{address}: {error}"))?;
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, held) = mpsc::channel();
        let halt = Arc::clone(&stop);
        let accepting = std::thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                if halt.load(Ordering::SeqCst) {
                    return;
                }
                let (sender, halt) = (sender.clone(), Arc::clone(&halt));
                // A client that was killed is the point of it, not a failure.
                std::thread::spawn(move || {
                    pass_on(client, upstream, what.then(&sender), &halt).ok()
                });
            }
        });
        Ok(Holding { address, held: Mutex::new(held), stop, accepting: Some(accepting) })
    }

    /// Waits until an answer with credentials is being held back.
    pub(crate) fn wait_until_held(&self) -> Done<()> {
        let limit = Duration::from_secs(30);
        lock(&self.held).recv_timeout(limit).map_err(|_| "nobody asked for credentials".into())
    }
}

impl Hold {
    fn then<T>(self, value: T) -> Option<T> {
        (self == Hold::Credentials).then_some(value)
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        TcpStream::connect(self.address).ok();
        if let Some(thread) = self.accepting.take() {
            thread.join().ok();
        }
    }
}

/// One request on one connection: both sides are told that it is the last.
fn pass_on(
    mut client: TcpStream,
    upstream: SocketAddr,
    held: Option<&mpsc::Sender<()>>,
    stop: &AtomicBool,
) -> std::io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(10)))?;
    let (request_head, body) = read_request(&mut client)?;
    let mut server = TcpStream::connect(upstream)?;
    server.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut lines = request_head.lines();
    let request = lines.next().unwrap_or_default().to_owned();
    let mut text = format!("{request}\r\nConnection: close\r\n");
    for line in lines.filter(|line| !line.to_ascii_lowercase().starts_with("connection:")) {
        text.push_str(line);
        text.push_str("\r\n");
    }
    server.write_all(format!("{}\r\n\r\n", text.trim_end()).as_bytes())?;
    server.write_all(&body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    if let Some(held) = held.filter(|_| request.contains("/creds/")) {
        held.send(()).ok();
        client.set_read_timeout(Some(Duration::from_millis(100)))?;
        while !stop.load(Ordering::SeqCst) && !matches!(client.read(&mut [0; 16]), Ok(0)) {}
    }
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Both)
}

fn read_request(client: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            let wanted = end + 4 + length.unwrap_or(0);
            while bytes.len() < wanted {
                match client.read(&mut buffer)? {
                    0 => break,
                    count => bytes.extend_from_slice(&buffer[..count]),
                }
            }
            return Ok((head, bytes.split_off(end + 4)));
        }
        match client.read(&mut buffer)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}
