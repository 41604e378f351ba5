//! The Vault of a lab: a development server in memory, made anew in a tenth of a second.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::secret::Secret;

use super::http::{self, Request};
use super::process::{Process, Stop, directory, write_private};
use super::wait::until;
use super::{LabError, Place, Programs, VaultAccess, random};

/// What a Vault is started with besides what every lab's has.
#[derive(Clone, Debug, Default)]
pub struct VaultOptions {
    /// The root token; a random one without it.
    pub token: Option<Secret>,
    /// Files of configuration, for more listeners or a folder of plugins.
    pub configuration: Vec<PathBuf>,
    /// Whether it is started for the first time: it has no keys, no token, and holds nothing.
    pub new: bool,
}

/// A running development Vault.
#[derive(Debug)]
pub struct Vault {
    /// Where it listens.
    pub socket: SocketAddr,
    token: Secret,
    unseal_key: Secret,
    program: PathBuf,
    directory: PathBuf,
    options: VaultOptions,
    place: Place,
    process: Arc<Process>,
}

impl Vault {
    /// Starts one, with its files in `directory`, and waits until it answers.
    pub fn start(
        place: &Place,
        programs: &Programs,
        directory: &Path,
        options: &VaultOptions,
    ) -> Result<Self, LabError> {
        let socket = SocketAddr::new(place.ip(), place.free_port()?);
        let token = match &options.token {
            Some(token) => token.clone(),
            // Whoever initialises it is told one.
            None if options.new => Secret::new(""),
            None => Secret::new(format!("root-{}", random::word(16)?)),
        };
        let program = programs.path("vault")?.to_owned();
        self::directory(directory)?;
        let (directory, options) = (directory.to_owned(), options.clone());
        let process = launch(place, &program, &directory, &options, socket, &token)?;
        let (unseal_key, place) = (Secret::new(""), place.clone());
        let mut vault =
            Self { socket, token, unseal_key, program, directory, options, place, process };
        vault.ready()?;
        Ok(vault)
    }

    /// Puts a new one in its place, at the same address and with the same token.
    pub fn reset(&mut self) -> Result<(), LabError> {
        self.stop();
        let Self { place, program, directory, options, socket, token, .. } = &*self;
        self.process = launch(place, program, directory, options, *socket, token)?;
        self.ready()
    }

    /// Whether it was started for the first time, so that only whoever initialises it has a token.
    pub fn is_new(&self) -> bool {
        self.options.new
    }

    fn ready(&mut self) -> Result<(), LabError> {
        if self.options.new {
            return self.process.until("the new Vault answers", Duration::from_mins(1), || {
                self.read("sys/seal-status").map(drop)
            });
        }
        self.process
            .until("Vault answers", Duration::from_mins(1), || self.read("sys/mounts").map(drop))?;
        // Vault serves before it has printed all of its greeting.
        let key = until("Vault prints its unseal key", Duration::from_secs(10), || {
            let log = self.process.log();
            let key = log.lines().find_map(|line| line.strip_prefix("Unseal Key: "));
            key.map(|key| Secret::new(key.trim())).ok_or_else(|| LabError::refused("not yet"))
        })?;
        self.unseal_key = key;
        Ok(())
    }

    /// What goes into `VAULT_ADDR`.
    pub fn address(&self) -> String {
        format!("http://{}", self.socket)
    }

    /// The token with every right.
    pub fn token(&self) -> &Secret {
        &self.token
    }

    /// The one key that opens it after it was sealed.
    pub fn unseal_key(&self) -> &Secret {
        &self.unseal_key
    }

    /// The way into it.
    pub fn access(&self) -> VaultAccess {
        VaultAccess {
            address: self.address(),
            token: self.token.clone(),
            unseal_key: (!self.options.new).then(|| self.unseal_key.clone()),
        }
    }

    /// One request as root: status and body.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<(u16, Value), LabError> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let path = format!("/v1/{path}");
        let headers = [("X-Vault-Token", self.token.expose())];
        let request = Request { method, path: &path, headers: &headers, body: &body };
        let (status, text) = http::send(self.socket, &request)?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// A read that must succeed; returns the whole body.
    pub fn read(&self, path: &str) -> Result<Value, LabError> {
        self.accepted("GET", path, &Value::Null)
    }

    /// A write that must succeed.
    pub fn write(&self, path: &str, body: &Value) -> Result<Value, LabError> {
        self.accepted("POST", path, body)
    }

    /// A delete that must succeed.
    pub fn delete(&self, path: &str) -> Result<(), LabError> {
        self.accepted("DELETE", path, &Value::Null).map(drop)
    }

    /// The keys under a path; none where there is nothing to list.
    pub fn list(&self, path: &str) -> Result<BTreeSet<String>, LabError> {
        let (status, body) = self.request("LIST", path, &Value::Null)?;
        if status == 404 {
            return Ok(BTreeSet::new());
        }
        let refused = || LabError::refused(format!("Vault: LIST {path} gave {status}"));
        let keys = body["data"]["keys"].as_array().ok_or_else(refused)?;
        Ok(keys.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// A token that has every right but those that `denied` takes away (policy paths).
    pub fn token_without(&self, name: &str, denied: &[&str]) -> Result<Secret, LabError> {
        self.token_with(name, &["*"], denied)
    }

    /// A token that has every right to what is granted, but for what is denied.
    pub fn token_with(
        &self,
        name: &str,
        granted: &[&str],
        denied: &[&str],
    ) -> Result<Secret, LabError> {
        let all = "[\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\", \"sudo\"]";
        let rule = |path: &str, may: &str| format!("path \"{path}\" {{ capabilities = {may} }}\n");
        let denials = denied.iter().map(|path| rule(path, "[\"deny\"]"));
        let policy: String = granted.iter().map(|path| rule(path, all)).chain(denials).collect();
        self.write(&format!("sys/policies/acl/{name}"), &json!({ "policy": policy }))?;
        // No default policy: it would let the token create and revoke what is taken away.
        let order = json!({ "policies": [name], "no_default_policy": true, "ttl": "2h" });
        let made = self.write("auth/token/create", &order)?;
        let token = made["auth"]["client_token"].as_str().map(Secret::new);
        token.ok_or_else(|| LabError::refused("Vault: no token in the answer to its creation"))
    }

    /// Seals it as an operator would.
    pub fn seal(&self) -> Result<(), LabError> {
        self.accepted("PUT", "sys/seal", &Value::Null).map(drop)
    }

    /// Unseals it with the key that was printed at the start, and waits until it serves again.
    pub fn unseal(&self) -> Result<(), LabError> {
        self.accepted("PUT", "sys/unseal", &json!({ "key": self.unseal_key.expose() }))?;
        until("Vault serves after unsealing", Duration::from_secs(30), || {
            self.read("sys/mounts").map(drop)
        })
    }

    /// Stops it; everything it held is gone with it.
    pub fn stop(&self) {
        self.place.stop(&self.process);
    }

    fn accepted(&self, method: &str, path: &str, body: &Value) -> Result<Value, LabError> {
        match self.request(method, path, body)? {
            (200..300, answer) => Ok(answer),
            // Only what Vault says of it: the body of a request may hold a secret.
            (status, answer) => {
                let errors = &answer["errors"];
                Err(LabError::refused(format!("Vault: {method} {path} gave {status}: {errors}")))
            }
        }
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        if self.place.ends_with_owner() {
            self.stop();
        }
    }
}

fn launch(
    place: &Place,
    program: &Path,
    directory: &Path,
    options: &VaultOptions,
    socket: SocketAddr,
    token: &Secret,
) -> Result<Arc<Process>, LabError> {
    let mut command = place.command(program, None);
    command.arg("server");
    if options.new {
        let config = directory.join("vault.json");
        let text = json!({
            "storage": { "inmem": {} },
            "listener": { "tcp": { "address": socket.to_string(), "tls_disable": true } },
            "disable_mlock": true,
            "api_addr": format!("http://{socket}"),
        });
        write_private(&config, &text.to_string())?;
        command.arg(format!("-config={}", config.display()));
    } else {
        command
            .args(["-dev", "-dev-no-store-token"])
            .arg(format!("-dev-listen-address={socket}"))
            // Not an argument, which everybody on the machine may read.
            .env("VAULT_DEV_ROOT_TOKEN_ID", token.expose());
    }
    command
        .args(options.configuration.iter().map(|file| format!("-config={}", file.display())))
        .env("HOME", directory)
        .current_dir(directory);
    place.start("vault", command, &directory.join("vault.log"), Stop::Kill)
}
