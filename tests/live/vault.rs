//! A development Vault of a lab, and what the harness reads and writes in it as root.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::doors::Doors;
use crate::http::{self, Request};
use crate::lab::free_port;
use crate::process::{self, Server, Stop, guarded};
use crate::servers::Servers;
use crate::wait::{Done, until};

/// A running development Vault.
pub(crate) struct Vault {
    pub(crate) socket: SocketAddr,
    pub(crate) root_token: String,
    pub(crate) doors: Doors,
    pub(crate) unseal_key: String,
    server: Arc<Server>,
}

impl Vault {
    /// Starts one and waits until it answers.
    pub(crate) fn start(
        servers: &Servers,
        ip: IpAddr,
        directory: &Path,
        root_token: &str,
    ) -> Done<Vault> {
        let socket = SocketAddr::new(ip, free_port(ip)?);
        let config = directory.join("doors.json");
        let doors = Doors::prepare(ip, &directory.join("doors"), &config)?;
        let plugins = plugins(directory)?;
        let mut command = guarded(servers.path("setpriv")?, None, servers.path("vault")?);
        command
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-root-token-id={root_token}"))
            .arg(format!("-dev-listen-address={socket}"))
            .arg(format!("-config={}", config.display()))
            .arg(format!("-config={}", plugins.display()))
            .env("HOME", directory)
            .env_remove("VAULT_TOKEN");
        let log = directory.join("vault.log");
        let server = Server::start("vault", command, log, Stop::Kill)?;
        let root_token = root_token.to_owned();
        let mut vault = Vault { socket, root_token, doors, unseal_key: String::new(), server };
        vault.server.until("Vault answers", Duration::from_mins(1), || {
            vault.read("sys/mounts").map(drop)
        })?;
        // Vault serves before it has printed all of its greeting.
        vault.unseal_key = until("Vault prints its unseal key", Duration::from_secs(10), || {
            let log = vault.server.log();
            let key = log.lines().find_map(|line| line.strip_prefix("Unseal Key: "));
            key.map(|key| key.trim().to_owned()).ok_or(log)
        })?;
        Ok(vault)
    }

    /// What goes into VAULT_ADDR.
    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.socket)
    }

    /// One request as root: status and body.
    pub(crate) fn request(&self, method: &str, path: &str, body: &Value) -> Done<(u16, Value)> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let path = format!("/v1/{path}");
        let headers = [("X-Vault-Token", self.root_token.as_str())];
        let request = Request { method, path: &path, headers: &headers, body: &body };
        let (status, text) = http::send(self.socket, &request)?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// A read that must succeed; returns the whole body.
    pub(crate) fn read(&self, path: &str) -> Done<Value> {
        self.accepted("GET", path, &Value::Null)
    }

    /// A write that must succeed.
    pub(crate) fn write(&self, path: &str, body: &Value) -> Done<Value> {
        self.accepted("POST", path, body)
    }

    /// A delete that must succeed.
    pub(crate) fn delete(&self, path: &str) -> Done<()> {
        self.accepted("DELETE", path, &Value::Null).map(drop)
    }

    /// The keys under a path; none where there is nothing to list.
    pub(crate) fn list(&self, path: &str) -> Done<BTreeSet<String>> {
        let (status, body) = self.request("LIST", path, &Value::Null)?;
        if status == 404 {
            return Ok(BTreeSet::new());
        }
        let keys = body["data"]["keys"].as_array();
        let keys = keys.ok_or_else(|| format!("LIST {path} gave {status}: {body}"))?;
        Ok(keys.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// A token that has every right but those that `denied` takes away (policy paths).
    pub(crate) fn token_without(&self, name: &str, denied: &[&str]) -> Done<String> {
        self.token_with(name, &["*"], denied)
    }

    /// A token that has every right to what is granted, but for what is denied.
    pub(crate) fn token_with(&self, name: &str, granted: &[&str], denied: &[&str]) -> Done<String> {
        let all = "[\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\", \"sudo\"]";
        let rule = |path: &str, may: &str| format!("path \"{path}\" {{ capabilities = {may} }}\n");
        let denials = denied.iter().map(|path| rule(path, "[\"deny\"]"));
        let policy: String = granted.iter().map(|path| rule(path, all)).chain(denials).collect();
        self.write(&format!("sys/policies/acl/{name}"), &json!({ "policy": policy }))?;
        // No default policy: it would let the token create and revoke what the row takes away.
        let order = json!({ "policies": [name], "no_default_policy": true, "ttl": "2h" });
        let made = self.write("auth/token/create", &order)?;
        let token = made["auth"]["client_token"].as_str();
        token.map(str::to_owned).ok_or_else(|| format!("no token in {made}"))
    }

    /// Seals it as an operator would.
    pub(crate) fn seal(&self) -> Done<()> {
        self.accepted("PUT", "sys/seal", &Value::Null).map(drop)
    }

    /// Unseals it with the key that was printed at the start, and waits until it serves again.
    pub(crate) fn unseal(&self) -> Done<()> {
        self.accepted("PUT", "sys/unseal", &json!({ "key": self.unseal_key }))?;
        until("Vault serves after unsealing", Duration::from_secs(30), || {
            self.read("sys/mounts").map(drop)
        })
    }

    /// Stops it; everything it held is gone with it.
    pub(crate) fn stop(&self) {
        process::stop(&self.server);
    }

    fn accepted(&self, method: &str, path: &str, body: &Value) -> Done<Value> {
        match self.request(method, path, body)? {
            (200..300, answer) => Ok(answer),
            (status, answer) => Err(format!("{method} {path} gave {status}: {answer}")),
        }
    }
}

/// The part of the configuration that names a folder of plugins, with one in it that only its catalogue takes.
fn plugins(directory: &Path) -> Done<PathBuf> {
    let (folder, config) = (directory.join("plugins"), directory.join("plugins.json"));
    let text = json!({ "plugin_directory": folder }).to_string();
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join("shop"), "#!/bin/sh\nexit 1\n"))
        .and_then(|()| std::fs::set_permissions(folder.join("shop"), Permissions::from_mode(0o755)))
        .and_then(|()| std::fs::write(&config, text))
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(config)
}

/// A Vault as it is set up for the first time: not initialised, kept in memory.
pub(crate) struct NewVault {
    pub(crate) socket: SocketAddr,
    server: Arc<Server>,
}

impl NewVault {
    /// Starts one and waits until it says that it is not initialised.
    pub(crate) fn start(servers: &Servers, ip: IpAddr, directory: &Path) -> Done<NewVault> {
        let socket = SocketAddr::new(ip, free_port(ip)?);
        let config = directory.join("new-vault.json");
        let text = json!({
            "storage": { "inmem": {} },
            "listener": { "tcp": { "address": socket.to_string(), "tls_disable": true } },
            "disable_mlock": true,
            "api_addr": format!("http://{socket}"),
        });
        std::fs::write(&config, text.to_string()).map_err(|error| error.to_string())?;
        let mut command = guarded(servers.path("setpriv")?, None, servers.path("vault")?);
        command.arg("server").arg(format!("-config={}", config.display()));
        command.env("HOME", directory).env_remove("VAULT_TOKEN");
        let log = directory.join("new-vault.log");
        let server = Server::start("new vault", command, log, Stop::Kill)?;
        let vault = NewVault { socket, server };
        vault.server.until("the new Vault answers", Duration::from_mins(1), || {
            let path = "/v1/sys/seal-status";
            let request = Request { method: "GET", path, headers: &[], body: "" };
            http::send(socket, &request).map(drop)
        })?;
        Ok(vault)
    }

    /// What goes into VAULT_ADDR.
    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.socket)
    }

    /// Whether it shows its engines to a token.
    pub(crate) fn serves(&self, token: &str) -> Done<()> {
        let (path, headers) = ("/v1/sys/mounts", [("X-Vault-Token", token)]);
        let request = Request { method: "GET", path, headers: &headers, body: "" };
        match http::send(self.socket, &request)? {
            (200, _) => Ok(()),
            (status, body) => Err(format!("{status}: {body}")),
        }
    }
}

impl Drop for NewVault {
    fn drop(&mut self) {
        process::stop(&self.server);
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        self.stop();
    }
}
