//! `vault/static-role`: an account of a database whose password Vault keeps and rotates.

use futures_util::future::BoxFuture;

use super::database_roles::Roles;
use crate::claim::{Claim, Meaning, Observation, Subject};
use crate::provider::{Call, Kind, Lab, Looks, Story};

pub(super) const ID: &str = "vault/static-role";

const DOC: &str = "\
A static role of the database secrets engine: an account that stays, whose password Vault rotates.

Claimed by `vault write MOUNT/static-roles/NAME key=value …` and `vault delete MOUNT/static-roles/NAME`, where
the text enabled a `database` engine at MOUNT, or MOUNT is `database`.

Read by `GET MOUNT/static-roles/NAME`; where there is none of the name, `LIST MOUNT/static-roles` for what is
near it. Periods are compared as time, statements as SQL. Control of an absence: the engine answers, with
Vault's 404 of nothing.

Passwords are not given back, so they are not compared.";

const ROLES: Roles = Roles {
    id: ID,
    noun: "static role",
    area: "static-roles",
    told_by: ("username", "for"),
    meaning,
};

/// The kind.
pub(super) struct StaticRole;

impl Kind for StaticRole {
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
        "rotation_period" | "rotation_window" => Meaning::Duration,
        "rotation_statements" => Meaning::Sql,
        "db_name" | "username" | "rotation_schedule" | "credential_type" => Meaning::Exact,
        // Passwords are kept to Vault; the rest only steers the write, or comes back as an object.
        _ => Meaning::NotReturned,
    }
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;
    use crate::claim::{Expectation, Verb};
    use serde_json::json;

    #[test]
    fn a_write_claims_its_fields_by_meaning() {
        let line = "vault write database/static-roles/app db_name=pg username=app \
                    rotation_period=24h rotation_statements=ALTER password=x";
        let claim = ROLES.infer(&call(line), &Story::default()).unwrap();
        assert_eq!(claim.subject, Subject::new(ID, "database/app"));
        assert_eq!(claim.depends, [Subject::new(super::super::database_config::ID, "database/pg")]);
        assert_eq!(StaticRole.title(&claim), "static role `app` exists");
        assert_eq!(StaticRole.expected(&claim), "a static role of `database/` for `app`");
        let data = json!({
            "db_name": "pg", "username": "app", "rotation_period": 86400,
            "rotation_statements": ["ALTER;"], "last_vault_rotation": "2026-01-01T00:00:00Z",
        });
        let facts = ROLES.facts(&data);
        let compared =
            claim.expectation.fields().iter().filter(|f| f.meaning != Meaning::NotReturned);
        for field in compared {
            let fact = facts.get(&field.path).unwrap();
            assert!(field.meaning.same(&field.value, fact), "{}", field.path);
        }
        assert_eq!(facts.get("last_vault_rotation"), None);
    }

    #[test]
    fn a_delete_claims_it_gone_and_other_areas_nothing() {
        let of = |line: &str| ROLES.infer(&call(line), &Story::default());
        let gone = of("vault delete database/static-roles/app").unwrap();
        assert_eq!((gone.verb, gone.expectation), (Verb::Remove, Expectation::Absent));
        assert_eq!(of("vault read database/static-creds/app"), None);
        assert_eq!(of("vault write database/roles/app db_name=pg"), None);
        assert_eq!(of("vault read database/static-roles/app"), None);
    }
}
