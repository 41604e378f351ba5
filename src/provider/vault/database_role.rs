//! `vault/database-role`: a role of the database engine.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::cli::Invocation;
use super::object;
use super::place::{DatabasePath, field, first, last, under};
use crate::claim::{Claim, Expectation, Facts, Field, Meaning, Observation, Subject, Verb};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::ticked;

pub(crate) const ID: &str = "vault/database-role";

const DOC: &str = "\
A role of the database secrets engine: what its dynamic credentials may do, and how long they live.

Claimed by `vault write MOUNT/roles/NAME key=value …` and `vault delete MOUNT/roles/NAME`, where the text
enabled a `database` engine at MOUNT, or MOUNT is `database`.

Read by `GET MOUNT/roles/NAME`; where there is none of the name, `LIST MOUNT/roles` for what is near it. TTLs
are compared as time, statements as SQL: white space and trailing semicolons do not count. Control of an
absence: the engine answers, with Vault's 404 of nothing.

Whether the statements work is not read here: fresh credentials show it, where the text logs in with them.";

/// The kind.
pub(super) struct DatabaseRole;

impl Kind for DatabaseRole {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "role"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        let name = ticked(&last(&claim.subject.name));
        match claim.expectation {
            Expectation::Absent => format!("role {name} is gone"),
            _ => format!("role {name} exists"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let mount = ticked(&first(&claim.subject.name));
        match (&claim.expectation, field(claim, "db_name")) {
            (Expectation::Absent, _) => {
                format!("no role {} of {mount}", ticked(&last(&claim.subject.name)))
            }
            (_, Some(config)) => format!("a role of {mount} on {}", ticked(&config.shown())),
            (_, None) => format!("a role of {mount}"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = format!("{}roles/{}", first(&claim.subject.name), last(&claim.subject.name));
        match (&claim.expectation, field(claim, "db_name")) {
            (Expectation::Absent, _) => format!("`vault delete {path}` takes it away"),
            (_, Some(config)) => {
                format!(
                    "`vault write {path} db_name={} …` sets it; the name follows `roles/`",
                    config.shown()
                )
            }
            (_, None) => format!("`vault write {path} …` sets it; the name follows `roles/`"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        object::looks(claim, "roles")
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(object::observe(subject, &lab.vault, "roles", facts))
    }
}

fn infer(call: &Call, story: &Story) -> Option<Claim> {
    let invocation = Invocation::of(call)?;
    let path = DatabasePath::of(invocation.path()?, story)?;
    if path.area != "roles" || invocation.elsewhere() {
        return None;
    }
    let claim = match invocation.verb.first()?.as_str() {
        "write" => {
            let data = invocation.data();
            let config =
                data.iter().find(|(key, _)| key == "db_name").map(|(_, name)| name.clone());
            let fields = data
                .into_iter()
                .map(|(key, value)| {
                    let meaning = meaning(&key);
                    Field::new(key, value, meaning)
                })
                .collect();
            let claim = Claim::new(path.subject(ID), Expectation::Present(fields), Verb::Make);
            claim.needing(config.map(|config| {
                Subject::new(super::database_config::ID, under(&path.mount, &config))
            }))
        }
        "delete" => Claim::new(path.subject(ID), Expectation::Absent, Verb::Remove),
        _ => return None,
    };
    Some(claim.within(path.container()))
}

fn meaning(key: &str) -> Meaning {
    match key {
        "default_ttl" | "max_ttl" => Meaning::Duration,
        key if key.ends_with("_statements") => Meaning::Sql,
        // Vault gives an object back for what may be written as text.
        "credential_config" => Meaning::NotReturned,
        _ => Meaning::Exact,
    }
}

fn facts(data: &Value) -> Facts {
    let fields = data.as_object().into_iter().flatten();
    fields.fold(Facts::none(), |facts, (key, value)| facts.with(key, value.clone()))
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_write_claims_its_fields_by_meaning() {
        let line = "vault write database/roles/products-api db_name=pg \
                    creation_statements=CREATE default_ttl=30m max_ttl=1h";
        let claim = infer(&call(line), &Story::default()).unwrap();
        assert_eq!(claim.depends, [Subject::new(super::super::database_config::ID, "database/pg")]);
        assert_eq!(DatabaseRole.title(&claim), "role `products-api` exists");
        assert_eq!(DatabaseRole.expected(&claim), "a role of `database/` on `pg`");
        let data = json!({
            "db_name": "pg", "creation_statements": ["CREATE;"], "default_ttl": 1800, "max_ttl": 3600,
        });
        let facts = facts(&data);
        for field in claim.expectation.fields() {
            assert!(
                field.meaning.same(&field.value, facts.get(&field.path).unwrap()),
                "{}",
                field.path
            );
        }
        let gone = infer(&call("vault delete database/roles/products-api"), &Story::default());
        assert_eq!(gone.unwrap().expectation, Expectation::Absent);
    }
}
