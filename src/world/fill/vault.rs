//! Fills a Vault as root: one connection, one request after the other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value as Json, json};
use tokio::sync::oneshot;
use url::Url;

use super::{Filling, said};
use crate::lab::VaultAccess;
use crate::source::Span;
use crate::text::ticked;
use crate::world::vault::{Request, Stored};
use crate::world::{System, VaultState, WorldError};

/// One request; a connection of a database is tried by Vault before it answers.
const LIMIT: Duration = Duration::from_secs(30);
/// A new engine of version 2 says for a moment that it is being made.
const UPGRADE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(10);

/// What there is to say of an answer: its status and its body.
struct Answer {
    status: u16,
    body: Json,
}

/// The way in.
struct Wire<'a> {
    client: Client,
    address: Url,
    access: &'a VaultAccess,
}

impl Filling<'_> {
    /// Fills it, and seals it where it is to be sealed.
    pub(super) async fn vault(&self, ready: oneshot::Receiver<()>) -> Result<(), WorldError> {
        let world = &self.world.vault;
        if world.is_left_alone() {
            return Ok(());
        }
        let access = self.access.vault.as_ref().ok_or_else(|| self.missing(System::Vault))?;
        let wire = Wire::new(access).map_err(|why| self.error(Span::default(), why))?;
        for request in &world.first {
            self.request(&wire, request).await?;
        }
        if let Some(first) = world.secrets.first() {
            let mounts = wire.send(&Method::GET, "sys/mounts", &Json::Null).await;
            let mounts = mounts.map_err(|why| self.error(first.span, why))?;
            for secret in &world.secrets {
                self.secret(&wire, secret, &mounts.body["data"]).await?;
            }
        }
        if !world.requests.is_empty() && ready.await.is_ok() {
            for request in &world.requests {
                self.request(&wire, request).await?;
            }
        }
        if world.state == VaultState::Sealed {
            let sealed = wire.send(&Method::PUT, "sys/seal", &Json::Null).await;
            let answer = sealed.map_err(|why| self.error(Span::default(), why))?;
            self.accepted(&answer, "PUT sys/seal", &Json::Null, Span::default())?;
        }
        Ok(())
    }

    async fn request(&self, wire: &Wire<'_>, request: &Request) -> Result<(), WorldError> {
        let at = request.span;
        let body = request.body.resolve(&self.values).map_err(|error| self.error(at, error))?;
        let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::POST);
        let answer = wire.send(&method, &request.path, &body).await;
        let answer = answer.map_err(|why| self.error(at, why))?;
        self.accepted(&answer, &format!("{method} {}", request.path), &body, at)
    }

    async fn secret(
        &self,
        wire: &Wire<'_>,
        secret: &Stored,
        mounts: &Json,
    ) -> Result<(), WorldError> {
        let at = secret.span;
        let values = secret.values.resolve(&self.values).map_err(|error| self.error(at, error))?;
        let Some((mount, below, version)) = kv(mounts, &secret.path) else {
            let message = format!("no KV engine has the path {}", ticked(&secret.path));
            return Err(self.error(at, message));
        };
        let (path, body) = match version {
            2 => (format!("{mount}data/{below}"), json!({ "data": values })),
            _ => (secret.path.clone(), values),
        };
        let answer = wire.send(&Method::POST, &path, &body).await;
        let answer = answer.map_err(|why| self.error(at, why))?;
        self.accepted(&answer, &format!("POST {path}"), &body, at)
    }

    fn accepted(
        &self,
        answer: &Answer,
        request: &str,
        sent: &Json,
        at: Span,
    ) -> Result<(), WorldError> {
        if (200..300).contains(&answer.status) {
            return Ok(());
        }
        let words = answer.words();
        let words = if words.is_empty() { "nothing more".into() } else { said(&words, &[sent]) };
        let message = format!("Vault answers {} to {}: {words}", answer.status, ticked(request));
        Err(self.error(at, message))
    }
}

/// The mount that a path lies in, the rest of the path, and the version of the engine.
fn kv<'a>(mounts: &'a Json, path: &'a str) -> Option<(&'a str, &'a str, u8)> {
    let longest = mounts
        .as_object()?
        .iter()
        .filter_map(|(mount, about)| Some((mount, path.strip_prefix(mount.as_str())?, about)))
        .max_by_key(|(mount, ..)| mount.len());
    let (mount, below, about) = longest?;
    let version = if about["options"]["version"] == "2" { 2 } else { 1 };
    (about["type"] == "kv").then_some((mount.as_str(), below, version))
}

impl Answer {
    /// What Vault says of what is wrong.
    fn words(&self) -> String {
        let errors = self.body["errors"].as_array();
        let words: Vec<&str> = errors.into_iter().flatten().filter_map(Json::as_str).collect();
        let words = words.join("; ");
        // How Vault's library lists errors, of which there is one most of the time.
        words.trim_start_matches("1 error occurred:\n\t* ").trim().to_owned()
    }

    fn is_upgrading(&self) -> bool {
        self.status == 400 && self.words().contains("Upgrading from non-versioned to versioned")
    }
}

impl<'a> Wire<'a> {
    fn new(access: &'a VaultAccess) -> Result<Self, String> {
        let address = Url::parse(&access.address).map_err(|_| "Vault's address is no URL")?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let tls = tls.with_safe_default_protocol_versions();
        let tls = tls.map_err(|_| "TLS cannot be spoken here")?;
        let tls = if address.scheme() == "https" {
            let verifier = rustls_platform_verifier::Verifier::new(provider);
            let verifier = verifier.map_err(|_| "this system has no certificates to trust")?;
            tls.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        } else {
            // An empty set of roots: reading the system's takes longer than all requests together.
            tls.with_root_certificates(RootCertStore::empty())
        };
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(LIMIT)
            .tls_backend_preconfigured(tls.with_no_client_auth());
        let client = client.build().map_err(|_| "a client for Vault cannot be made")?;
        Ok(Self { client, address, access })
    }

    /// One request; again while a new engine is being made.
    async fn send(&self, method: &Method, path: &str, body: &Json) -> Result<Answer, String> {
        let until = Instant::now() + UPGRADE;
        loop {
            let answer = self.once(method, path, body).await?;
            if !answer.is_upgrading() || Instant::now() > until {
                return Ok(answer);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn once(&self, method: &Method, path: &str, body: &Json) -> Result<Answer, String> {
        let mut url = self.address.clone();
        url.set_path(&format!("/v1/{path}"));
        let mut request = self.client.request(method.clone(), url);
        request = request.header("X-Vault-Token", self.access.token.expose());
        if !body.is_null() {
            request = request.json(body);
        }
        let silent = |error: reqwest::Error| {
            let how = if error.is_timeout() { "in time" } else { "at its address" };
            format!("Vault does not answer {how}: {}", ticked(&format!("{method} {path}")))
        };
        let response = request.send().await.map_err(silent)?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(silent)?;
        Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Json::Null) })
    }
}
