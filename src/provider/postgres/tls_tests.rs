//! Every `sslmode` against a listener that speaks Postgres' TLS handshake and then asks for a password.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};

use super::super::client::{Login, Server, Target};
use super::super::conninfo::Conninfo;
use super::*;
use crate::claim::Text;
use crate::config::Config;
use crate::provider::Timings;

/// AuthenticationCleartextPassword.
const ASKS: [u8; 9] = [b'R', 0, 0, 0, 8, 0, 0, 0, 3];

fn server_config(certified: &CertifiedKey<rcgen::KeyPair>) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.unwrap().with_no_client_auth();
    Arc::new(builder.with_single_cert(vec![certified.cert.der().clone()], key).unwrap())
}

/// A server that answers `SSLRequest` with `S` and TLS, or with `N` and goes on without.
fn serve(config: Option<Arc<ServerConfig>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 1024];
            let _ = stream.read_exact(&mut buffer[..8]);
            let Some(config) = &config else {
                let _ = stream.write_all(b"N");
                let _ = stream.read(&mut buffer);
                let _ = stream.write_all(&ASKS);
                continue;
            };
            let _ = stream.write_all(b"S");
            let mut connection = ServerConnection::new(Arc::clone(config)).unwrap();
            let mut tls = Stream::new(&mut connection, &mut stream);
            if tls.read(&mut buffer).is_ok() {
                let _ = tls.write_all(&ASKS);
                let _ = tls.read(&mut buffer);
            }
        }
    });
    port
}

async fn login(host: &str, port: u16, options: &str) -> String {
    let info =
        Conninfo::parse(&Text::from(format!("postgresql://{host}:{port}/d?{options}"))).unwrap();
    let endpoint = Endpoint::choose(&info, None, &BTreeMap::new()).unwrap();
    let target = Target { endpoint, user: "u".to_owned(), password: None };
    match Server::new(&Config::default(), Timings::default()).login(&target).await {
        Login::Asked => "asked".to_owned(),
        Login::Unseen(reason) => reason.reason().replace(&port.to_string(), "PORT"),
        _ => "another".to_owned(),
    }
}

#[tokio::test]
async fn each_mode_believes_whom_it_should() {
    let named = || generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (ours, other) = (named(), named());
    let port = serve(Some(server_config(&ours)));
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, certified: &CertifiedKey<rcgen::KeyPair>| {
        let path = directory.path().join(name);
        std::fs::write(&path, certified.cert.pem()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (root, wrong) = (file("root.pem", &ours), file("wrong.pem", &other));
    let untrusted =
        |host: &str| format!("the TLS certificate of Postgres at `{host}:PORT` is not trusted");
    let asked = || "asked".to_owned();
    let by_name = "localhost";
    let by_address = "127.0.0.1";
    for (host, options, expected) in [
        (by_address, "sslmode=prefer".to_owned(), asked()),
        (by_address, "sslmode=require".to_owned(), asked()),
        (by_address, format!("sslmode=require&sslrootcert={root}"), asked()),
        (by_address, format!("sslmode=require&sslrootcert={wrong}"), untrusted(by_address)),
        (by_address, format!("sslmode=verify-ca&sslrootcert={root}"), asked()),
        (by_address, format!("sslmode=verify-ca&sslrootcert={wrong}"), untrusted(by_address)),
        (by_name, format!("sslmode=verify-full&sslrootcert={root}"), asked()),
        (by_address, format!("sslmode=verify-full&sslrootcert={root}"), untrusted(by_address)),
        (by_name, format!("sslmode=verify-full&sslrootcert={wrong}"), untrusted(by_name)),
        (
            by_name,
            "sslmode=verify-full".to_owned(),
            "`sslmode=verify-…` without `sslrootcert` cannot be used to reach Postgres".to_owned(),
        ),
    ] {
        assert_eq!(login(host, port, &options).await, expected, "{host} {options}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_enough_only_for_prefer() {
    let port = serve(None);
    assert_eq!(login("127.0.0.1", port, "sslmode=prefer").await, "asked");
    let none = "Postgres at `127.0.0.1:PORT` offers no TLS";
    assert_eq!(login("127.0.0.1", port, "sslmode=require").await, none);
}
