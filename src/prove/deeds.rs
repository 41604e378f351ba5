//! What a stranger may do to one thing of a lab: take it away, make another like it, keep it and bring it back.
//! Wrong turns of learners are made of these. A kind that is not in here has fewer of them tried.

use crate::claim::{Subject, Text};

/// Something that is done to the lab beside what the learner types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Commands of a shell that knows the way to the lab's servers, in a directory of its own.
    Shell(String),
    /// SQL, as a superuser of our own.
    Sql {
        /// Where.
        database: String,
        /// What.
        text: String,
    },
}

#[expect(clippy::unnecessary_wraps, reason = "where a kind has none, there is none")]
fn shell(text: String) -> Option<Deed> {
    Some(Deed::Shell(text))
}

#[expect(clippy::unnecessary_wraps, reason = "where a kind has none, there is none")]
fn sql(subject: &Subject, text: String) -> Option<Deed> {
    let database = subject.param("database").and_then(Text::value);
    Some(Deed::Sql { database: database.unwrap_or_else(|| "postgres".to_owned()), text })
}

/// Takes a thing away.
pub(super) fn remove(subject: &Subject) -> Option<Deed> {
    let name = subject.name.value()?;
    let bare = name.trim_end_matches('/');
    match subject.kind {
        "vault/mount" => shell(format!("vault secrets disable {}", quoted(bare))),
        "vault/auth-mount" => {
            let path = bare.strip_prefix("auth/").unwrap_or(bare);
            shell(format!("vault auth disable {}", quoted(path)))
        }
        "vault/audit-device" => shell(format!("vault audit disable {}", quoted(bare))),
        "vault/policy" => shell(format!("vault policy delete {}", quoted(&name))),
        "vault/kv-secret" => shell(format!(
            "vault kv metadata delete {0} 2>/dev/null || vault delete {0}",
            quoted(&name)
        )),
        "vault/kv-version" => {
            let version = subject.param("version").and_then(Text::value)?;
            shell(format!("vault kv delete -versions={} {}", quoted(&version), quoted(&name)))
        }
        // One that is not open yet has only the keys that it was given to lose.
        "vault/seal-state" => {
            subject.param("keys")?;
            shell("vault operator unseal -reset || true\nvault operator seal".to_owned())
        }
        "vault/dynamic-credential" => {
            let (mount, role) = name.rsplit_once('/')?;
            shell(format!(
                "vault lease revoke -sync -prefix {}",
                quoted(&format!("{mount}/creds/{role}"))
            ))
        }
        "vault/database-role" | "vault/static-role" | "vault/database-config" | "vault/path" => {
            shell(format!("vault delete {}", quoted(&vault_path(subject)?)))
        }
        "kubernetes/object" => {
            let (object, place) = object(subject)?;
            shell(format!("kubectl delete {object}{place} --wait --timeout=60s"))
        }
        "kubernetes/helm-release" => {
            let place = namespace(subject);
            shell(format!(
                "kubectl delete secret{place} -l {}",
                quoted(&format!("owner=helm,name={name}"))
            ))
        }
        "postgres/role" => sql(subject, format!("DROP ROLE {}", ident(&name))),
        "postgres/schema" => sql(subject, format!("DROP SCHEMA {} CASCADE", ident(&name))),
        "postgres/table" => sql(subject, format!("DROP TABLE {} CASCADE", path(&name))),
        "postgres/extension" => sql(subject, format!("DROP EXTENSION {} CASCADE", ident(&name))),
        "postgres/function" => sql(subject, format!("DROP FUNCTION {} CASCADE", path(&name))),
        "postgres/rows" => sql(subject, format!("DELETE FROM {}", path(&name))),
        "postgres/relation" => {
            let what = subject.param("what").and_then(Text::value)?;
            sql(subject, format!("DROP {} {} CASCADE", what.to_uppercase(), path(&name)))
        }
        "postgres/database" => Some(Deed::Sql {
            database: "postgres".to_owned(),
            text: format!("DROP DATABASE {} WITH (FORCE)", ident(&name)),
        }),
        "host/file" => shell(format!("rm -rf -- {}", home(&name))),
        _ => None,
    }
}

/// Makes another thing like it, called `sibling` in its last part.
pub(super) fn copy(subject: &Subject, sibling: &str) -> Option<Deed> {
    let name = subject.name.value()?;
    let beside = match name.rsplit_once('/') {
        Some((before, _)) => format!("{before}/{sibling}"),
        None => sibling.to_owned(),
    };
    match subject.kind {
        "vault/kv-secret" => shell(format!(
            "vault kv get -format=json {} | jq 'if .data.metadata then .data.data else .data end' >copy.json\n\
             vault kv put {} @copy.json",
            quoted(&name),
            quoted(&beside)
        )),
        "vault/database-role" | "vault/static-role" | "vault/database-config" | "vault/path" => {
            let own = vault_path(subject)?;
            let (before, _) = own.rsplit_once('/')?;
            // A user's password is not given back, and no user is made without.
            let data = if before.ends_with("/users") {
                "'.data + {password: \"labproof-beside\"}'"
            } else {
                ".data"
            };
            shell(format!(
                "vault read -format=json {} | jq {data} >copy.json\nvault write {} @copy.json",
                quoted(&own),
                quoted(&format!("{before}/{sibling}"))
            ))
        }
        "vault/policy" => shell(format!(
            "vault policy read {} >copy.hcl\nvault policy write {} copy.hcl",
            quoted(&name),
            quoted(sibling)
        )),
        "kubernetes/object" if !name.starts_with("namespace/") => {
            let (object, place) = object(subject)?;
            // Labels and selectors go along, so that the two do not take each other's pods.
            let (_, bare) = name.split_once('/')?;
            shell(format!(
                "kubectl get {object}{place} -o json | jq --arg old {} --arg new {} '{CLEAN} | walk(if . == $old then $new else . end)' >copy.json\n\
                 kubectl create{place} -f copy.json",
                quoted(bare),
                quoted(sibling)
            ))
        }
        "kubernetes/object" => shell(format!("kubectl create namespace {}", quoted(sibling))),
        "postgres/role" => sql(subject, format!("CREATE ROLE {} LOGIN", ident(sibling))),
        "postgres/table" => {
            let beside = match name.rsplit_once('.') {
                Some((schema, _)) => format!("{schema}.{sibling}"),
                None => sibling.to_owned(),
            };
            sql(
                subject,
                format!("CREATE TABLE {} (LIKE {} INCLUDING ALL)", path(&beside), path(&name)),
            )
        }
        "host/file" => {
            let beside = name
                .rsplit_once('/')
                .map_or(sibling.to_owned(), |(at, _)| format!("{at}/{sibling}"));
            shell(format!("cp -a -- {} {}", home(&name), home(&beside)))
        }
        _ => None,
    }
}

/// Keeps a thing, and brings it back after it was taken away.
pub(super) fn keep_and_restore(subject: &Subject) -> Option<(Deed, Deed)> {
    let name = subject.name.value()?;
    let both = |before: String, after: String| Some((Deed::Shell(before), Deed::Shell(after)));
    match subject.kind {
        "vault/kv-secret" => both(
            format!(
                "vault kv get -format=json {} | jq 'if .data.metadata then .data.data else .data end' >kept.json",
                quoted(&name)
            ),
            format!("vault kv put {} @kept.json", quoted(&name)),
        ),
        "vault/kv-version" => {
            let version = subject.param("version").and_then(Text::value)?;
            let undelete =
                format!("vault kv undelete -versions={} {}", quoted(&version), quoted(&name));
            both(String::new(), undelete)
        }
        "vault/dynamic-credential" => {
            let (mount, role) = name.rsplit_once('/')?;
            both(String::new(), format!("vault read {}", quoted(&format!("{mount}/creds/{role}"))))
        }
        "vault/database-role" | "vault/static-role" | "vault/database-config" | "vault/path" => {
            let path = quoted(&vault_path(subject)?);
            both(
                format!("vault read -format=json {path} | jq .data >kept.json"),
                format!("vault write {path} @kept.json"),
            )
        }
        "vault/policy" => both(
            format!("vault policy read {} >kept.hcl", quoted(&name)),
            format!("vault policy write {} kept.hcl", quoted(&name)),
        ),
        "vault/mount" => both(
            format!("vault read -format=json sys/mounts/{} | jq .data >kept.json", quoted(&name)),
            format!("vault write sys/mounts/{} @kept.json", quoted(&name)),
        ),
        "kubernetes/object" => {
            let (object, place) = object(subject)?;
            both(
                format!("kubectl get {object}{place} -o json | jq '{CLEAN}' >kept.json"),
                format!("kubectl create{place} -f kept.json"),
            )
        }
        "kubernetes/helm-release" => {
            let (place, label) = (namespace(subject), quoted(&format!("owner=helm,name={name}")));
            both(
                format!(
                    "kubectl get secret{place} -l {label} -o json | jq '.items[] | {CLEAN}' >kept.json"
                ),
                format!("kubectl create{place} -f kept.json"),
            )
        }
        "postgres/role" => Some((
            Deed::Shell(String::new()),
            sql(subject, format!("CREATE ROLE {} LOGIN", ident(&name)))?,
        )),
        "host/file" => {
            let path = home(&name);
            both(format!("cp -a -- {path} kept"), format!("cp -a -- kept {path}"))
        }
        _ => None,
    }
}

/// A place beside a container, for what is done in the wrong one: another namespace, another mount like it.
pub(super) fn container_beside(subject: &Subject, beside: &str) -> Option<Deed> {
    let name = subject.name.value()?;
    match subject.kind {
        kind if kind.starts_with("kubernetes/") => {
            shell(format!("kubectl create namespace {}", quoted(beside)))
        }
        kind if kind.starts_with("vault/") => {
            let mount = name.split('/').next()?;
            shell(format!(
                "vault read -format=json sys/mounts/{} | jq '.data | {{type, options}}' >mount.json\n\
                 vault write sys/mounts/{} @mount.json",
                quoted(mount),
                quoted(beside)
            ))
        }
        _ => None,
    }
}

/// What the server itself keeps in an object, and what no new one may have.
const CLEAN: &str = "del(.metadata.uid, .metadata.resourceVersion, .metadata.creationTimestamp, .metadata.generation, \
                     .metadata.managedFields, .metadata.ownerReferences, .status, .spec.clusterIP, .spec.clusterIPs)";

/// The API path of what has one.
fn vault_path(subject: &Subject) -> Option<String> {
    let name = subject.name.value()?;
    let below = match subject.kind {
        "vault/database-role" => "roles",
        "vault/static-role" => "static-roles",
        "vault/database-config" => "config",
        _ => return Some(name),
    };
    let (mount, own) = name.rsplit_once('/')?;
    Some(format!("{mount}/{below}/{own}"))
}

/// `KIND NAME`, and ` -n NAMESPACE` where it has one.
fn object(subject: &Subject) -> Option<(String, String)> {
    let name = subject.name.value()?;
    let (kind, own) = name.split_once('/')?;
    Some((format!("{} {}", quoted(kind), quoted(own)), namespace(subject)))
}

fn namespace(subject: &Subject) -> String {
    let namespace = subject.param("namespace").and_then(Text::value);
    namespace.map(|namespace| format!(" -n {}", quoted(&namespace))).unwrap_or_default()
}

/// A word for a shell.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// A path for a shell whose `~` is the learner's home.
fn home(path: &str) -> String {
    match path.strip_prefix("~/") {
        Some(below) => format!("\"$HOME\"/{}", quoted(below)),
        None => quoted(path),
    }
}

/// A name for SQL.
fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name in a schema for SQL.
fn path(name: &str) -> String {
    name.split('.').map(ident).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_taken_away_by_their_own_paths() {
        let role = Subject::new("vault/database-role", "database/reports");
        assert_eq!(remove(&role), shell("vault delete 'database/roles/reports'".to_owned()));
        let web = Subject::new("kubernetes/object", "deployment/web").with("namespace", "shop");
        let text = "kubectl delete 'deployment' 'web' -n 'shop' --wait --timeout=60s";
        assert_eq!(remove(&web), shell(text.to_owned()));
        let table = Subject::new("postgres/table", "sales.orders").with("database", "shop");
        let text = "DROP TABLE \"sales\".\"orders\" CASCADE".to_owned();
        assert_eq!(remove(&table), Some(Deed::Sql { database: "shop".to_owned(), text }));
        assert_eq!(remove(&Subject::new("vault/seal-state", "seal")), None);
    }

    #[test]
    fn no_name_breaks_out_of_its_quotes() {
        assert_eq!(quoted("a'; rm -rf /"), "'a'\\''; rm -rf /'");
        assert_eq!(path("a\".b"), "\"a\"\"\".\"b\"");
    }
}
