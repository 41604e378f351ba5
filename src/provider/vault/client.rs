//! One run's session with Vault: lazy, bounded, every path read once. Knows paths and answers, and nothing of
//! what they mean for a claim.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

use super::answer::Answer;
use super::http;
use super::probe::{Intent, Probes};
use crate::claim::Unobservable;
use crate::config::{Config, VaultConfig};
use crate::provider::{Timings, tls};
use crate::secret::Secret;
use crate::text::ticked;

/// An answer is at most this long; a Vault's are a few kilobytes.
const BODY_LIMIT: usize = 4 << 20;

/// Redirects from a standby to the active node behind the same name.
const REDIRECTS: usize = 2;

pub(super) type Reply = Result<Arc<Answer>, Unobservable>;

/// One run's session with Vault.
pub struct Session {
    pub(super) wire: Arc<Wire>,
    pub(super) probes: Probes,
}

impl Session {
    /// A session that connects to nothing yet.
    pub fn new(config: &Config, timings: Timings) -> Self {
        Self { wire: Arc::new(Wire::new(config, timings)), probes: Probes::new(config.probes) }
    }

    /// Takes back what probes made; bounded to about two seconds.
    pub async fn close(&self) {
        self.probes.close().await;
    }

    /// To be held by an observer until its own probe is done.
    pub(crate) fn intend(&self) -> Intent<'_> {
        self.probes.intend()
    }

    /// Reads a path, once per run.
    pub(super) async fn get(&self, path: &str) -> Reply {
        self.wire.once(Method::GET, path).await
    }

    /// Lists a path, once per run.
    pub(super) async fn list(&self, path: &str) -> Reply {
        self.wire.once(list(), path).await
    }

    /// The state of the seal, which is told without a token, and while nothing else is.
    pub(super) async fn seal_status(&self) -> Result<Answer, Unobservable> {
        self.wire.seal_status().await
    }
}

/// `LIST`, which is Vault's own.
pub(super) fn list() -> Method {
    Method::from_bytes(b"LIST").unwrap_or(Method::GET)
}

/// What a failed request says of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nothing answers there: no later request is tried.
    EndsSession,
    /// Only this request took too long, for reasons of its own.
    IsItsOwn,
}

/// The connection itself, shared with the tasks of probes.
pub(super) struct Wire {
    config: VaultConfig,
    patience: Duration,
    timings: Timings,
    client: OnceLock<Result<(Client, Url), Unobservable>>,
    replies: Mutex<HashMap<String, Arc<OnceCell<Reply>>>>,
    /// Why the session is of no use; the first cause stays.
    broken: OnceLock<Unobservable>,
}

impl Wire {
    fn new(config: &Config, timings: Timings) -> Self {
        Self {
            config: config.vault.clone(),
            patience: config.limits.read,
            timings,
            client: OnceLock::new(),
            replies: Mutex::default(),
            broken: OnceLock::new(),
        }
    }

    async fn once(&self, method: Method, path: &str) -> Reply {
        let cell = {
            let mut replies = self.replies.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(replies.entry(format!("{method} {path}")).or_default())
        };
        let send = || async { self.send(method, path, None).await.map(Arc::new) };
        cell.get_or_init(send).await.clone()
    }

    /// One request with the caller's token.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, Unobservable> {
        let token = self.config.token.clone();
        let Some(token) = token else {
            let reason = "`VAULT_TOKEN` is not set, and there is no `~/.vault-token`";
            // Without an address there is nothing that a token could be for.
            self.connection()?;
            return Err(self.broken(Unobservable::Unconfigured(reason.to_owned())));
        };
        let answer = self.send_as(Some(&token), method, path, body, Silence::EndsSession).await?;
        if answer.is_forbidden() && (answer.says("invalid token") || answer.says("bad token")) {
            let reason = "the token was refused: it is invalid or has expired";
            return Err(self.broken(Unobservable::Forbidden(reason.to_owned())));
        }
        Ok(answer)
    }

    /// One request whose silence does not end the session: the server waits for another one.
    pub(super) async fn send_patiently(
        &self,
        token: Option<&Secret>,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, Unobservable> {
        let token = token.or(self.config.token.as_ref());
        self.send_as(token, method, path, body, Silence::IsItsOwn).await
    }

    /// One request that is tried even where the session is of no use any more: what a probe made is taken
    /// back all the same.
    pub(super) async fn send_at_last(
        &self,
        token: Option<&Secret>,
        path: &str,
        body: Option<Value>,
    ) {
        let token = token.or(self.config.token.as_ref());
        let exchange = self.exchange(token, Method::POST, path, body);
        let exchange = self.timings.time(format!("vault POST {path}"), exchange);
        // What cannot be taken back goes with its ttl; there is nobody left to tell.
        let _ = tokio::time::timeout(self.patience, exchange).await;
    }

    async fn send_as(
        &self,
        token: Option<&Secret>,
        method: Method,
        path: &str,
        body: Option<Value>,
        silence: Silence,
    ) -> Result<Answer, Unobservable> {
        if let Some(reason) = self.broken.get() {
            return Err(reason.clone());
        }
        let what = format!("vault {method} {path}");
        let exchange = self.timings.time(what, self.exchange(token, method, path, body));
        let outcome = match tokio::time::timeout(self.patience, exchange).await {
            Ok(outcome) => outcome,
            Err(_) if silence == Silence::IsItsOwn => return Err(self.timed_out()),
            Err(_) => Err(self.timed_out()),
        };
        let answer = outcome.map_err(|reason| self.broken(reason))?;
        if answer.status == 503 {
            let reason = self.why_unavailable(&answer).await;
            return Err(self.broken(reason));
        }
        if answer.says("local node not active") {
            let reason = format!("Vault at {} is a standby and knows no active node", self.place());
            return Err(self.broken(Unobservable::Unexpected(reason)));
        }
        Ok(answer)
    }

    async fn exchange(
        &self,
        token: Option<&Secret>,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, Unobservable> {
        let (client, base) = self.connection()?;
        let mut url = base.clone();
        url.set_path(&format!("{}/v1/{path}", base.path().trim_end_matches('/')));
        for _ in 0..=REDIRECTS {
            let mut request = client.request(method.clone(), url.clone());
            request = request.header("X-Vault-Request", "true");
            if let Some(token) = token {
                request = request.header("X-Vault-Token", token.expose());
            }
            if let Some(namespace) = &self.config.namespace {
                request = request.header("X-Vault-Namespace", namespace);
            }
            if let Some(body) = &body {
                request = request.json(body);
            }
            let response = request.send().await.map_err(|error| self.no_answer(&error))?;
            if !response.status().is_redirection() {
                return self.read(response).await;
            }
            url = self.follow(&url, &response)?;
        }
        Err(Unobservable::Unexpected(format!("{} redirects without end", self.place())))
    }

    async fn read(&self, mut response: Response) -> Result<Answer, Unobservable> {
        let status = response.status().as_u16();
        let mut body = Vec::new();
        loop {
            let chunk = match response.chunk().await {
                Ok(Some(chunk)) => chunk,
                // A listener of TLS resets the connection behind its words.
                Err(error) if !wants_tls(&body) => return Err(self.no_answer(&error)),
                Ok(None) | Err(_) => break,
            };
            if body.len() + chunk.len() > BODY_LIMIT {
                let reason =
                    format!("{} answered more than 4 MiB: it is not a Vault", self.place());
                return Err(Unobservable::Unexpected(reason));
            }
            body.extend_from_slice(&chunk);
        }
        if wants_tls(&body) {
            let reason = format!("{} speaks TLS: `VAULT_ADDR` has to say https", self.place());
            return Err(Unobservable::Unexpected(reason));
        }
        Answer::parse(status, &body).ok_or_else(|| {
            Unobservable::Unexpected(format!(
                "{} answered {status} but is not a Vault",
                self.place()
            ))
        })
    }

    /// Where a redirect leads, where that is the same server.
    fn follow(&self, from: &Url, response: &Response) -> Result<Url, Unobservable> {
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        let Some(to) = location.and_then(|location| from.join(location).ok()) else {
            let status = response.status().as_u16();
            let reason = format!("{} answered {status} but is not a Vault", self.place());
            return Err(Unobservable::Unexpected(reason));
        };
        if to.origin() == from.origin() {
            return Ok(to);
        }
        let other = to.host_str().unwrap_or_default();
        let place = self.place();
        // A token is for the server that it was given for.
        let reason =
            format!("Vault at {place} is a standby and points to another host, {}", ticked(other));
        Err(Unobservable::Unexpected(reason))
    }

    fn no_answer(&self, error: &reqwest::Error) -> Unobservable {
        let place = self.place();
        if error.is_timeout() {
            self.timed_out()
        } else if let Some(cause) = tls::cause(error) {
            Unobservable::Unexpected(self.no_tls(cause))
        } else if error.is_connect() {
            Unobservable::Unreachable(format!("no Vault answered at {place}"))
        } else {
            Unobservable::Unreachable(format!("{place} broke off its answer"))
        }
    }

    fn no_tls(&self, cause: &rustls::Error) -> String {
        let place = self.place();
        match (cause, &self.config.client_certificate) {
            (rustls::Error::InvalidCertificate(_), _) => {
                format!("the TLS certificate of {place} is not trusted")
            }
            (rustls::Error::AlertReceived(alert), shown) if http::is_about_certificates(*alert) => {
                match shown {
                    Some(_) => {
                        format!("{place} does not accept the certificate of `VAULT_CLIENT_CERT`")
                    }
                    None => format!("{place} asks for a client certificate"),
                }
            }
            (rustls::Error::AlertReceived(_), _) => {
                format!("{place} turns the TLS connection down")
            }
            _ => format!("{place} does not speak TLS"),
        }
    }

    fn timed_out(&self) -> Unobservable {
        let seconds = self.patience.as_secs();
        Unobservable::TimedOut(format!(
            "Vault at {} did not answer within {seconds} s",
            self.place()
        ))
    }

    async fn seal_status(&self) -> Result<Answer, Unobservable> {
        let state = self.exchange(None, Method::GET, "sys/seal-status", None);
        let state = self.timings.time("vault GET sys/seal-status".to_owned(), state);
        tokio::time::timeout(self.patience, state).await.unwrap_or_else(|_| Err(self.timed_out()))
    }

    /// 503 is a sealed Vault's, an empty one's, or a proxy's.
    async fn why_unavailable(&self, answer: &Answer) -> Unobservable {
        let place = self.place();
        let state = self.seal_status().await;
        let flag = |name: &str| state.as_ref().ok().and_then(|answer| answer.body[name].as_bool());
        Unobservable::Unexpected(if flag("initialized") == Some(false) {
            format!("Vault at {place} is not initialised")
        } else if flag("sealed") == Some(true) || answer.says("sealed") {
            format!("Vault at {place} is sealed")
        } else {
            format!("{place} answered 503: the service is not available")
        })
    }

    fn broken(&self, reason: Unobservable) -> Unobservable {
        self.broken.get_or_init(|| reason).clone()
    }

    fn connection(&self) -> Result<(&Client, &Url), Unobservable> {
        let opened = self.client.get_or_init(|| {
            let mut url = http::address(&self.config)?;
            let client = http::client(&self.config, &url)?;
            if let (Some(name), "https") = (&self.config.tls_server_name, url.scheme()) {
                let _ = url.set_host(Some(name));
            }
            Ok((client, url))
        });
        opened
            .as_ref()
            .map(|(client, url)| (client, url))
            .map_err(|reason| self.broken(reason.clone()))
    }

    /// The address as the caller gave it, without a password.
    fn place(&self) -> String {
        let Ok(mut url) = http::address(&self.config) else { return "`VAULT_ADDR`".to_owned() };
        let _ = url.set_password(None);
        let _ = url.set_username("");
        ticked(url.as_str().trim_end_matches('/'))
    }
}

/// What a TLS listener of Go answers to plain HTTP.
fn wants_tls(body: &[u8]) -> bool {
    body.trim_ascii() == b"Client sent an HTTP request to an HTTPS server."
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
