//! `vault/database-role`: a role of the database engine.

use futures_util::future::BoxFuture;

use super::database_roles::Roles;
use crate::claim::{Claim, Meaning, Observation, Subject};
use crate::provider::{Call, Kind, Lab, Looks, Story};

pub(crate) const ID: &str = "vault/database-role";

const DOC: &str = "\
A role of the database secrets engine: what its dynamic credentials may do, and how long they live.

Claimed by `vault write MOUNT/roles/NAME key=value …` and `vault delete MOUNT/roles/NAME`, where the text
enabled a `database` engine at MOUNT, or MOUNT is `database`.

Read by `GET MOUNT/roles/NAME`; where there is none of the name, `LIST MOUNT/roles` for what is near it. TTLs
are compared as time, statements as SQL: white space and trailing semicolons do not count. Control of an
absence: the engine answers, with Vault's 404 of nothing.

Whether the statements work is not read here: fresh credentials show it, where the text logs in with them.";

const ROLES: Roles =
    Roles { id: ID, noun: "role", area: "roles", told_by: ("db_name", "on"), meaning };

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
        ROLES.noun
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        ROLES.infer(call, story).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        ROLES.title(claim)
    }
    fn expected(&self, claim: &Claim) -> String {
        ROLES.expected(claim)
    }
    fn hint(&self, claim: &Claim) -> String {
        ROLES.hint(claim)
    }
    fn looks(&self, claim: &Claim) -> Looks {
        ROLES.looks(claim)
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        ROLES.observe(subject, &lab.vault)
    }
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

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;
    use crate::claim::Expectation;
    use serde_json::json;

    #[test]
    fn a_write_claims_its_fields_by_meaning() {
        let line = "vault write database/roles/products-api db_name=pg \
                    creation_statements=CREATE default_ttl=30m max_ttl=1h";
        let claim = ROLES.infer(&call(line), &Story::default()).unwrap();
        assert_eq!(claim.depends, [Subject::new(super::super::database_config::ID, "database/pg")]);
        assert_eq!(DatabaseRole.title(&claim), "role `products-api` exists");
        assert_eq!(DatabaseRole.expected(&claim), "a role of `database/` on `pg`");
        let data = json!({
            "db_name": "pg", "creation_statements": ["CREATE;"], "default_ttl": 1800, "max_ttl": 3600,
        });
        let facts = ROLES.facts(&data);
        for field in claim.expectation.fields() {
            assert!(
                field.meaning.same(&field.value, facts.get(&field.path).unwrap()),
                "{}",
                field.path
            );
        }
        let gone =
            ROLES.infer(&call("vault delete database/roles/products-api"), &Story::default());
        assert_eq!(gone.unwrap().expectation, Expectation::Absent);
    }
}
