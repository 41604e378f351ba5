//! The Vaults of the harness: a lab's own with more ways into it, and one that was never set up.

use std::fs::Permissions;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use labproof::lab::http::{self, Request};
use labproof::lab::{Place, Programs, VaultOptions};
use labproof::secret::Secret;
use serde_json::json;

use crate::doors::Doors;
use crate::lab::Lab;
use crate::wait::Done;

/// A lab's Vault with listeners that speak TLS.
pub(crate) struct Vault {
    inner: labproof::lab::Vault,
    pub(crate) root_token: String,
    pub(crate) doors: Doors,
    pub(crate) unseal_key: String,
}

impl Vault {
    /// Starts one and waits until it answers.
    pub(crate) fn start(
        place: &Place,
        servers: &Programs,
        directory: &Path,
        root_token: &str,
    ) -> Done<Vault> {
        let config = directory.join("doors.json");
        let doors = Doors::prepare(place.ip(), &directory.join("doors"), &config)?;
        let options = VaultOptions {
            token: Some(Secret::new(root_token)),
            configuration: vec![config, plugins(directory)?],
            new: false,
        };
        let inner = labproof::lab::Vault::start(place, servers, directory, &options)?;
        let unseal_key = inner.unseal_key().expose().to_owned();
        Ok(Vault { inner, root_token: root_token.to_owned(), doors, unseal_key })
    }
}

impl Deref for Vault {
    type Target = labproof::lab::Vault;

    fn deref(&self) -> &labproof::lab::Vault {
        &self.inner
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
pub(crate) struct NewVault(labproof::lab::Vault);

impl NewVault {
    /// Starts one and waits until it says that it is not initialised.
    pub(crate) fn start(lab: &Lab) -> Done<NewVault> {
        let options = VaultOptions { new: true, ..VaultOptions::default() };
        let directory = lab.directory.join("new-vault");
        Ok(NewVault(labproof::lab::Vault::start(&lab.place, &lab.servers, &directory, &options)?))
    }

    /// What goes into VAULT_ADDR.
    pub(crate) fn address(&self) -> String {
        self.0.address()
    }

    /// Whether it shows its engines to a token.
    pub(crate) fn serves(&self, token: &str) -> Done<()> {
        let (path, headers) = ("/v1/sys/mounts", [("X-Vault-Token", token)]);
        let request = Request { method: "GET", path, headers: &headers, body: "" };
        match http::send(self.0.socket, &request)? {
            (200, _) => Ok(()),
            (status, body) => Err(format!("{status}: {body}")),
        }
    }
}
