//! `vault/static-role`: an account of a database whose password Vault keeps and rotates.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::cli::Invocation;
use super::object;
use super::place::{DatabasePath, field, first, last, under};
use crate::claim::{Claim, Expectation, Facts, Field, Meaning, Observation, Subject, Verb};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::ticked;

pub(super) const ID: &str = "vault/static-role";

const DOC: &str = "\
A static role of the database secrets engine: an account that stays, whose password Vault rotates.

Claimed by `vault write MOUNT/static-roles/NAME key=value …` and `vault delete MOUNT/static-roles/NAME`, where
the text enabled a `database` engine at MOUNT, or MOUNT is `database`.

Read by `GET MOUNT/static-roles/NAME`; where there is none of the name, `LIST MOUNT/static-roles` for what is
near it. Periods are compared as time, statements as SQL. Control of an absence: the engine answers, with
Vault's 404 of nothing.

Passwords are not given back, so they are not compared.";

/// The kind.
pub(super) struct StaticRole;

const AREA: &str = "static-roles";

impl Kind for StaticRole {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "static role"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        let name = ticked(&last(&claim.subject.name));
        match claim.expectation {
            Expectation::Absent => format!("static role {name} is gone"),
            _ => format!("static role {name} exists"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let (mount, name) = (ticked(&first(&claim.subject.name)), last(&claim.subject.name));
        match (&claim.expectation, field(claim, "username")) {
            (Expectation::Absent, _) => format!("no static role {} of {mount}", ticked(&name)),
            (_, Some(account)) => {
                format!("a static role of {mount} for {}", ticked(&account.shown()))
            }
            (_, None) => format!("a static role of {mount}"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = format!("{}{AREA}/{}", first(&claim.subject.name), last(&claim.subject.name));
        match claim.expectation {
            Expectation::Absent => format!("`vault delete {path}` takes it away"),
            _ => format!("`vault write {path} …` sets it; the name follows `{AREA}/`"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        object::looks(claim, AREA)
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(object::observe(subject, &lab.vault, AREA, facts))
    }
}

fn infer(call: &Call, story: &Story) -> Option<Claim> {
    let invocation = Invocation::of(call)?;
    let path = DatabasePath::of(invocation.path()?, story)?;
    if path.area != AREA || invocation.elsewhere() {
        return None;
    }
    let claim = match invocation.verb.first()?.as_str() {
        "write" => {
            let data = invocation.data();
            let config =
                data.iter().find(|(key, _)| key == "db_name").map(|(_, name)| name.clone());
            let fields = data.into_iter().map(|(key, value)| {
                let meaning = meaning(&key);
                Field::new(key, value, meaning)
            });
            let expectation = Expectation::Present(fields.collect());
            let claim = Claim::new(path.subject(ID), expectation, Verb::Make);
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
        "rotation_period" | "rotation_window" => Meaning::Duration,
        "rotation_statements" => Meaning::Sql,
        "db_name" | "username" | "rotation_schedule" | "credential_type" => Meaning::Exact,
        // Passwords are kept to Vault; the rest only steers the write, or comes back as an object.
        _ => Meaning::NotReturned,
    }
}

fn facts(data: &Value) -> Facts {
    let fields = data.as_object().into_iter().flatten();
    let known = fields.filter(|(key, _)| meaning(key) != Meaning::NotReturned);
    known.fold(Facts::none(), |facts, (key, value)| facts.with(key, value.clone()))
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;
    use serde_json::json;

    #[test]
    fn a_write_claims_its_fields_by_meaning() {
        let line = "vault write database/static-roles/app db_name=pg username=app \
                    rotation_period=24h rotation_statements=ALTER password=x";
        let claim = infer(&call(line), &Story::default()).unwrap();
        assert_eq!(claim.subject, Subject::new(ID, "database/app"));
        assert_eq!(claim.depends, [Subject::new(super::super::database_config::ID, "database/pg")]);
        assert_eq!(StaticRole.title(&claim), "static role `app` exists");
        assert_eq!(StaticRole.expected(&claim), "a static role of `database/` for `app`");
        let data = json!({
            "db_name": "pg", "username": "app", "rotation_period": 86400,
            "rotation_statements": ["ALTER;"], "last_vault_rotation": "2026-01-01T00:00:00Z",
        });
        let facts = facts(&data);
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
        let of = |line: &str| infer(&call(line), &Story::default());
        let gone = of("vault delete database/static-roles/app").unwrap();
        assert_eq!((gone.verb, gone.expectation), (Verb::Remove, Expectation::Absent));
        assert_eq!(of("vault read database/static-creds/app"), None);
        assert_eq!(of("vault write database/roles/app db_name=pg"), None);
        assert_eq!(of("vault read database/static-roles/app"), None);
    }
}
