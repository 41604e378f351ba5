//! The session against a listener that answers as told.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A server that gives one answer to everything, and counts.
struct Fake {
    address: String,
    requests: Arc<AtomicUsize>,
}

fn fake(status: &str, body: &'static str) -> Fake {
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    fake_with(move |stream| {
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(body.as_bytes());
    })
}

fn fake_with(answer: impl Fn(&mut TcpStream) + Send + 'static) -> Fake {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let mut head = [0; 4096];
            let _ = stream.read(&mut head);
            answer(&mut stream);
        }
    });
    Fake { address, requests }
}

fn session(address: &str) -> Session {
    let mut config = Config::default();
    config.vault.address = Some(address.to_owned());
    config.vault.token = Some(Secret::new("t"));
    config.limits.read = Duration::from_secs(2);
    Session::new(&config, Timings::default())
}

async fn reason(address: &str) -> String {
    match session(address).get("sys/mounts").await {
        Err(reason) => reason.reason().replace(address, "ADDR"),
        Ok(answer) => format!("{answer:?}"),
    }
}

#[tokio::test]
async fn each_failure_has_its_own_words() {
    for (status, body, words) in [
        ("404 Not Found", "404 page not found", "`ADDR` answered 404 but is not a Vault"),
        ("200 OK", "<html></html>", "`ADDR` answered 200 but is not a Vault"),
        (
            "400 Bad Request",
            "Client sent an HTTP request to an HTTPS server.\n",
            "`ADDR` speaks TLS: `VAULT_ADDR` has to say https",
        ),
        ("503 X", r#"{"errors":["Vault is sealed"]}"#, "Vault at `ADDR` is sealed"),
        (
            "403 Forbidden",
            r#"{"errors":["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]}"#,
            "the token was refused: it is invalid or has expired",
        ),
        (
            "500 X",
            r#"{"errors":["local node not active but active cluster node not found"]}"#,
            "Vault at `ADDR` is a standby and knows no active node",
        ),
    ] {
        let fake = fake(status, body);
        assert_eq!(reason(&fake.address).await, words);
    }
}

#[tokio::test]
async fn silence_and_refusal_are_two_things() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let address = format!("http://{closed}");
    assert_eq!(reason(&address).await, "no Vault answered at `ADDR`");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    assert_eq!(reason(&address).await, "Vault at `ADDR` did not answer within 2 s");
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let fake = fake_with(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n");
        while stream.write_all(&[b' '; 1 << 12]).is_ok() {}
    });
    assert_eq!(reason(&fake.address).await, "`ADDR` answered more than 4 MiB: it is not a Vault");
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let fake = fake_with(|stream| {
        let head = "HTTP/1.1 307 X\r\nlocation: http://192.0.2.1/v1/x\r\ncontent-length: 0\r\n\r\n";
        let _ = stream.write_all(head.as_bytes());
    });
    let words = "Vault at `ADDR` is a standby and points to another host, `192.0.2.1`";
    assert_eq!(reason(&fake.address).await, words);
}

#[tokio::test]
async fn a_path_is_read_once_and_a_broken_session_asks_no_more() {
    let good = fake("404 Not Found", r#"{"errors":[]}"#);
    let session_of_good = session(&good.address);
    let (a, b) = tokio::join!(session_of_good.get("a"), session_of_good.get("a"));
    assert!(a.unwrap().is_nothing() && b.unwrap().is_nothing());
    assert_eq!(good.requests.load(Ordering::SeqCst), 1);

    let html = fake("200 OK", "<html>");
    let session_of_html = session(&html.address);
    let first = session_of_html.get("a").await;
    let second = session_of_html.list("b").await;
    assert_eq!((first.clone(), html.requests.load(Ordering::SeqCst)), (second, 1));
    assert!(first.is_err());
}

#[tokio::test]
async fn what_is_not_configured_is_said() {
    let mut config = Config::default();
    let missing = Session::new(&config, Timings::default()).get("a").await;
    assert_eq!(missing, Err(Unobservable::Unconfigured("`VAULT_ADDR` is not set".into())));
    config.vault.address = Some("http://127.0.0.1:1".into());
    let missing = Session::new(&config, Timings::default()).get("a").await;
    let words = "`VAULT_TOKEN` is not set, and there is no `~/.vault-token`";
    assert_eq!(missing, Err(Unobservable::Unconfigured(words.into())));
}
