//! `vault/database-config`: a connection of the database engine.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::cli::Invocation;
use super::object;
use super::place::{DatabasePath, first, last};
use crate::claim::{Claim, Expectation, Facts, Field, Meaning, Observation, Subject, Verb};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::ticked;

pub(crate) const ID: &str = "vault/database-config";

const DOC: &str = "\
A connection of the database secrets engine.

Claimed by `vault write MOUNT/config/NAME key=value …` and `vault delete MOUNT/config/NAME`, where the text
enabled a `database` engine at MOUNT, or MOUNT is `database`.

Read by `GET MOUNT/config/NAME`. `allowed_roles` is compared as a set, `connection_url` by what it reaches,
everything else as text. Control of an absence: the engine answers, with Vault's 404 of nothing.

Passwords and private keys are not given back, so they are not compared; nor is what only steers the write
itself (`verify_connection`).";

/// The kind.
pub(super) struct DatabaseConfig;

impl Kind for DatabaseConfig {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "connection"
    }

    fn holds_secrets(&self, _subject: &Subject, _field: &str) -> bool {
        true
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        let name = ticked(&last(&claim.subject.name));
        match claim.expectation {
            Expectation::Absent => format!("connection {name} is gone"),
            _ => format!("connection {name} is configured"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let (mount, name) = (first(&claim.subject.name), last(&claim.subject.name));
        match claim.expectation {
            Expectation::Absent => format!("no connection {} in {}", ticked(&name), ticked(&mount)),
            _ => format!("a connection {} of {}", ticked(&name), ticked(&mount)),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = format!("{}config/{}", first(&claim.subject.name), last(&claim.subject.name));
        match claim.expectation {
            Expectation::Absent => format!("`vault delete {path}` takes it away"),
            _ => format!("`vault write {path} …` sets it; `vault read {path}` shows what is set"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        object::looks(claim, "config")
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(object::observe(subject, &lab.vault, "config", facts))
    }
}

fn infer(call: &Call, story: &Story) -> Option<Claim> {
    let invocation = Invocation::of(call)?;
    let path = DatabasePath::of(invocation.path()?, story)?;
    if path.area != "config" || invocation.elsewhere() {
        return None;
    }
    let claim = match invocation.verb.first()?.as_str() {
        "write" => {
            let fields = invocation
                .data()
                .into_iter()
                .map(|(key, value)| {
                    let meaning = meaning(&key);
                    Field::new(returned_as(&key), value, meaning)
                })
                .collect();
            Claim::new(path.subject(ID), Expectation::Present(fields), Verb::Make)
        }
        "delete" => Claim::new(path.subject(ID), Expectation::Absent, Verb::Remove),
        _ => return None,
    };
    Some(claim.within(path.container()))
}

fn meaning(key: &str) -> Meaning {
    match key {
        "allowed_roles" => Meaning::Set,
        "connection_url" => Meaning::ConnectionUrl,
        "max_connection_lifetime" | "rotation_period" | "rotation_window" => Meaning::Duration,
        "root_rotation_statements" | "root_credentials_rotate_statements" => Meaning::Sql,
        "password"
        | "password_wo"
        | "private_key"
        | "tls_certificate"
        | "tls_ca"
        | "pem_bundle"
        | "pem_json"
        | "service_account_json"
        | "verify_connection"
        | "self_managed_password" => Meaning::NotReturned,
        _ => Meaning::Exact,
    }
}

/// The name under which Vault gives a field back.
fn returned_as(key: &str) -> &str {
    match key {
        "root_rotation_statements" => "root_credentials_rotate_statements",
        key => key,
    }
}

fn facts(data: &Value) -> Facts {
    let own =
        data.as_object().into_iter().flatten().filter(|(key, _)| *key != "connection_details");
    let details = data["connection_details"].as_object().into_iter().flatten();
    own.chain(details).fold(Facts::none(), |facts, (key, value)| {
        match (key.as_str(), value.as_str()) {
            ("connection_url", Some(url)) => facts.with(key, without_password(url)),
            _ => facts.with(key, value.clone()),
        }
    })
}

/// The URL as it may be shown; a password in it is not compared either.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((user, address)) = rest.rsplit_once('@') else { return url.to_owned() };
    match user.split_once(':') {
        Some((user, password)) if !password.starts_with("{{") => {
            format!("{scheme}://{user}@{address}")
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_write_claims_its_fields() {
        let line = "vault write database/config/pg plugin_name=postgresql-database-plugin \
                    allowed_roles=a,b connection_url=postgresql://{{username}}:{{password}}@$H:5432/ \
                    username=postgres password=password";
        let claim = infer(&call(line), &Story::default()).unwrap();
        assert_eq!(claim.subject, Subject::new(ID, "database/pg"));
        assert_eq!(claim.container, Some(Subject::new(super::super::mount::ID, "database/")));
        let fields: Vec<(&str, Meaning)> =
            claim.expectation.fields().iter().map(|f| (f.path.as_str(), f.meaning)).collect();
        let expected = [
            ("plugin_name", Meaning::Exact),
            ("allowed_roles", Meaning::Set),
            ("connection_url", Meaning::ConnectionUrl),
            ("username", Meaning::Exact),
            ("password", Meaning::NotReturned),
        ];
        assert_eq!(fields, expected);
        assert_eq!(DatabaseConfig.title(&claim), "connection `pg` is configured");
        let gone = infer(&call("vault delete database/config/pg"), &Story::default()).unwrap();
        assert_eq!((gone.verb, gone.expectation), (Verb::Remove, Expectation::Absent));
        assert_eq!(infer(&call("vault read database/config/pg"), &Story::default()), None);
        assert_eq!(infer(&call("vault write database/roles/pg a=1"), &Story::default()), None);
    }

    #[test]
    fn facts_are_flat_and_without_a_password() {
        let data = json!({
            "plugin_name": "p", "allowed_roles": ["a"],
            "connection_details": {"username": "u", "connection_url": "postgresql://u:hunter2@h/"},
        });
        let facts = facts(&data);
        let names: Vec<&str> = facts.fields().iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["plugin_name", "allowed_roles", "username", "connection_url"]);
        assert!(!format!("{facts:?}").contains("hunter2"));
    }
}
