//! What a lab holds, read from its servers directly: nothing of the program under test is asked.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::lab::{Kubernetes, LabError, Postgres, Servers, Vault};

use super::ProveError;

/// Everything that was found, each with what tells whether it has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inventory {
    things: BTreeMap<String, String>,
}

/// Paths of Vault's that tell what it holds beside its engines.
const VAULT: &[&str] = &["sys/mounts", "sys/auth", "sys/audit"];
/// What is listed in Vault, and read where it may be.
const LISTED: &[&str] =
    &["sys/policies/acl", "auth/token/accessors", "identity/entity/id", "identity/group/id"];
/// What engines of databases and others keep, below their mounts.
const KEPT: &[&str] = &["roles", "static-roles", "config", "keys", "issuers", "certs"];
/// Deeper than this nothing is looked for.
const DEEPEST: usize = 12;

impl Inventory {
    /// Takes it.
    pub(super) fn of(servers: &Servers, home: &Path) -> Result<Self, ProveError> {
        let mut inventory = Self::default();
        // Nobody but the learner can read one that was new.
        if let Some(vault) = servers.vault().filter(|vault| !vault.is_new()) {
            inventory.vault(vault)?;
        }
        if let Some(postgres) = servers.postgres() {
            inventory.postgres(postgres)?;
        }
        if let Some(cluster) = servers.kubernetes() {
            inventory.kubernetes(cluster)?;
        }
        inventory.files(home, 0);
        Ok(inventory)
    }

    /// The things that are in one and not in the other, or not the same.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let names: std::collections::BTreeSet<&String> =
            self.things.keys().chain(other.things.keys()).collect();
        names
            .into_iter()
            .filter(|name| self.things.get(*name) != other.things.get(*name))
            .cloned()
            .collect()
    }

    fn put(&mut self, name: String, value: impl Into<String>) {
        self.things.insert(name, value.into());
    }

    fn vault(&mut self, vault: &Vault) -> Result<(), LabError> {
        for path in VAULT {
            self.put(format!("vault {path}"), vault.read(path)?["data"].to_string());
        }
        for path in LISTED {
            self.listed(vault, path, path.starts_with("sys/policies"), 0)?;
        }
        self.listed(vault, "sys/leases/lookup", false, 0)?;
        let mounts = vault.read("sys/mounts")?["data"].clone();
        for (mount, about) in mounts.as_object().into_iter().flatten() {
            let mount = mount.trim_end_matches('/');
            match (about["type"].as_str(), about["options"]["version"].as_str()) {
                (Some("kv"), Some("2")) => {
                    self.listed(vault, &format!("{mount}/metadata"), true, 0)?;
                }
                (Some("kv"), _) => self.listed(vault, mount, true, 0)?,
                (Some("system" | "identity" | "cubbyhole"), _) => {}
                _ => KEPT
                    .iter()
                    .try_for_each(|kept| self.listed(vault, &format!("{mount}/{kept}"), true, 0))?,
            }
        }
        let methods = vault.read("sys/auth")?["data"].clone();
        for (method, _) in methods.as_object().into_iter().flatten() {
            for kept in ["users", "role", "roles", "groups"] {
                self.listed(
                    vault,
                    &format!("auth/{}/{kept}", method.trim_end_matches('/')),
                    true,
                    0,
                )?;
            }
        }
        Ok(())
    }

    /// What is below a path, to its depth; what is there is read where `read` says so.
    fn listed(
        &mut self,
        vault: &Vault,
        path: &str,
        read: bool,
        depth: usize,
    ) -> Result<(), LabError> {
        let (status, answer) = vault.request("LIST", path, &Value::Null)?;
        // What cannot be listed has nothing below it that an engine of its type would show.
        if status != 200 || depth > DEEPEST {
            return Ok(());
        }
        let keys = answer["data"]["keys"].as_array().cloned().unwrap_or_default();
        for key in keys.iter().filter_map(Value::as_str) {
            let below = format!("{path}/{}", key.trim_end_matches('/'));
            if key.ends_with('/') {
                self.listed(vault, &below, read, depth + 1)?;
                continue;
            }
            let value = if read {
                vault.request("GET", &below, &Value::Null)?.1["data"].to_string()
            } else {
                String::new()
            };
            self.put(format!("vault {below}"), value);
        }
        Ok(())
    }

    fn postgres(&mut self, postgres: &Postgres) -> Result<(), LabError> {
        let roles =
            "SELECT rolname || ' ' || a::text FROM pg_authid a WHERE rolname NOT LIKE 'pg\\_%'";
        self.rows(postgres, "postgres", "roles", roles)?;
        self.rows(postgres, "postgres", "members", "SELECT m::text FROM pg_auth_members m")?;
        let databases = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate";
        for database in postgres.sql("postgres", databases)?.lines() {
            let relations = "SELECT n.nspname || '.' || c.relname || ' ' || coalesce(c.relacl::text, '') || c.reltuples || pg_relation_size(c.oid) \
                             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                             WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')";
            self.rows(postgres, database, "relations", relations)?;
            let schemas = "SELECT nspname || ' ' || coalesce(nspacl::text, '') FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_temp%' AND nspname NOT LIKE 'pg\\_toast\\_temp%'";
            self.rows(postgres, database, "schemas", schemas)?;
            self.rows(
                postgres,
                database,
                "functions",
                "SELECT p.oid::regprocedure FROM pg_proc p WHERE p.oid >= 16384",
            )?;
        }
        Ok(())
    }

    fn rows(
        &mut self,
        postgres: &Postgres,
        database: &str,
        what: &str,
        sql: &str,
    ) -> Result<(), LabError> {
        let all = postgres.sql(database, sql)?;
        let mut rows: Vec<&str> = all.lines().collect();
        // The order in which a table gives its rows is no property of it.
        rows.sort_unstable();
        for row in rows {
            // The rest of a row may be secret: only its first word is a name.
            let name =
                format!("postgres {database} {what} {}", row.split(' ').next().unwrap_or_default());
            self.things.entry(name).or_default().push_str(row);
        }
        Ok(())
    }

    fn kubernetes(&mut self, cluster: &Kubernetes) -> Result<(), LabError> {
        for (key, revision) in cluster.objects()? {
            self.put(format!("kubernetes {key}"), revision.to_string());
        }
        Ok(())
    }

    fn files(&mut self, directory: &Path, depth: usize) {
        let entries = std::fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
        for entry in entries {
            let path = entry.path();
            let Ok(about) = std::fs::symlink_metadata(&path) else { continue };
            if about.is_dir() && depth < DEEPEST {
                self.files(&path, depth + 1);
            }
            let text = std::fs::read(&path).unwrap_or_default();
            let about =
                format!("{:?} {:?} {}", about.permissions(), about.modified().ok(), text.len());
            self.put(format!("file {}", path.display()), about);
        }
    }
}
