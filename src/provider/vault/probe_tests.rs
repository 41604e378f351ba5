//! Probes against a listener that answers as Vault does, and remembers what it was asked.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::*;
use crate::config::Config;
use crate::provider::Timings;

struct Fake {
    session: Session,
    asked: Arc<Mutex<Vec<String>>>,
}

/// A Vault that may or may not let child tokens be made, and takes `delay` to issue credentials.
fn fake(children: bool, delay: Duration) -> Fake {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = Config::default();
    config.vault.address = Some(format!("http://{}", listener.local_addr().unwrap()));
    config.vault.token = Some(Secret::new("t"));
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let remembered = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 4096];
            let length = stream.read(&mut buffer).unwrap();
            let head = String::from_utf8_lossy(&buffer[..length]).into_owned();
            let line = head.split(" HTTP").next().unwrap().replace("/v1/", "");
            remembered.lock().unwrap().push(line.clone());
            let (status, body) = match line.as_str() {
                "POST auth/token/create" if children => {
                    (200, r#"{"request_id":"x","data":null,"auth":{"client_token":"c"}}"#)
                }
                "POST sys/capabilities-self" => {
                    (200, r#"{"request_id":"x","data":{"sys/leases/revoke":["update"]}}"#)
                }
                "GET database/creds/api" => {
                    std::thread::sleep(delay);
                    let body = r#"{"request_id":"x","lease_id":"l","data":{"username":"u","password":"p"}}"#;
                    (200, body)
                }
                line if line.starts_with("POST") && !children && line.contains("create") => {
                    (403, r#"{"errors":["permission denied"]}"#)
                }
                line if line.starts_with("POST") => (204, ""),
                _ => (404, r#"{"errors":[]}"#),
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body.as_bytes());
        }
    });
    Fake { session: Session::new(&config, Timings::default()), asked }
}

impl Fake {
    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    async fn is_asked(&self, line: &str) {
        while !self.asked().iter().any(|asked| asked == line) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn probe(&self) -> Issued {
        self.session.probe("database/", "api", Round::Shared).await
    }
}

#[tokio::test]
async fn one_probe_serves_all_and_is_taken_back() {
    let fake = fake(true, Duration::ZERO);
    let (a, b) = tokio::join!(fake.probe(), fake.probe());
    assert_eq!((a.unwrap().username.as_str(), b.unwrap().username.as_str()), ("u", "u"));
    fake.session.close().await;
    let expected = [
        "LIST sys/leases/lookup/database/creds/api",
        "POST auth/token/create",
        "GET database/creds/api",
        "POST auth/token/revoke-self",
    ];
    assert_eq!(fake.asked(), expected);
    assert!(fake.probe().await.is_err(), "none is started after the end");
}

#[tokio::test]
async fn an_observer_that_is_cut_short_leaves_nothing() {
    let fake = fake(true, Duration::from_millis(200));
    tokio::select! {
        _ = fake.probe() => panic!("the credentials are still on their way"),
        () = fake.is_asked("GET database/creds/api") => {}
    }
    fake.session.close().await;
    assert_eq!(fake.asked().last().unwrap(), "POST auth/token/revoke-self");
}

#[tokio::test]
async fn without_a_child_token_the_lease_itself_is_revoked() {
    let fake = fake(false, Duration::ZERO);
    assert!(fake.probe().await.is_ok());
    fake.session.close().await;
    let asked = fake.asked();
    assert_eq!(asked[1..3], ["POST auth/token/create", "POST sys/capabilities-self"]);
    assert_eq!(asked.last().unwrap(), "POST sys/leases/revoke");
}

#[tokio::test]
async fn no_probes_means_none() {
    let session = Session::new(
        &Config { probes: config::Probes::None, ..Config::default() },
        Timings::default(),
    );
    let issued = session.probe("database/", "api", Round::Shared).await;
    assert!(matches!(*issued.unwrap_err(), Trouble::Unseen(Unobservable::NotObserved(_))));
}
