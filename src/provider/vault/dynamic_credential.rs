//! `vault/dynamic-credential`: credentials of a role were read, and their lease lives.

use futures_util::future::{BoxFuture, join_all};
use reqwest::Method;
use serde_json::json;

use super::cli::Invocation;
use super::client::Session;
use super::connection::{config_of, connection};
use super::mount::{self, Engine};
use super::place::{DatabasePath, Place, field, first, last, under};
use super::probe::{self, Round};
use super::{database_config, database_role};
use crate::claim::{Claim, Control, Expectation, Facts, Observation, Subject, Unobservable, Verb};
use crate::config::Probes;
use crate::provider::postgres::client::Target;
use crate::provider::postgres::conninfo::{Conninfo, Endpoint};
use crate::provider::postgres::refusal::ANY_DATABASE;
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::{count, ticked};

pub(crate) const ID: &str = "vault/dynamic-credential";

const DOC: &str = "\
Credentials of a role of the database engine were read, and their lease still lives.

Claimed by `vault read MOUNT/creds/ROLE`.

Read by `LIST sys/leases/lookup/MOUNT/creds/ROLE`, before any probe of the run adds to it. A token that may
not list leases leaves the claim open: it is a skip. Control of an absence: the list can be read.

A probe of labproof never counts. A lease that is older than a probe's token can live was the learner's; of a
younger one, Postgres tells by the name of its role. Whose hands read the credentials is not known.";

/// At most so many leases are looked at one by one.
const LOOKED_AT: usize = 64;

/// Vault's clock and its ttl are read apart; a lease is only surely older beyond this.
const SLACK_S: i64 = 5;

/// The kind.
pub(super) struct DynamicCredential;

impl Kind for DynamicCredential {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "live lease"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        format!("credentials of {} were read", ticked(&last(&claim.subject.name)))
    }
    fn expected(&self, claim: &Claim) -> String {
        let path = format!("{}creds/{}", first(&claim.subject.name), last(&claim.subject.name));
        format!("a live lease of {}", ticked(&path))
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = format!("{}creds/{}", first(&claim.subject.name), last(&claim.subject.name));
        format!(
            "`vault read {path}` issues credentials; their lease may have run out: read it again"
        )
    }
    fn looks(&self, claim: &Claim) -> Looks {
        let path = probe::leases(&first(&claim.subject.name), &last(&claim.subject.name));
        Looks {
            reads: vec![format!("LIST {path}")],
            controls: vec![
                "leases of probes are told apart by age, or by their Postgres roles".to_owned(),
            ],
        }
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, lab))
    }
}

fn infer(call: &Call, story: &Story) -> Option<Claim> {
    let invocation = Invocation::of(call)?;
    let path = DatabasePath::of(invocation.path()?, story)?;
    if path.area != "creds" || !invocation.is(&["read"]) || invocation.elsewhere() {
        return None;
    }
    let role = path.subject(database_role::ID);
    let config = story
        .last(database_role::ID, |claim| claim.subject == role)
        .and_then(|claim| field(claim, "db_name"))
        .map(|config| Subject::new(database_config::ID, under(&path.mount, config)));
    let claim = Claim::new(path.subject(ID), Expectation::Present(Vec::new()), Verb::Make);
    Some(claim.within(path.container()).needing(std::iter::once(role).chain(config)))
}

async fn observe(subject: &Subject, lab: &Lab) -> Observation {
    let _intent = lab.vault.intend();
    let place = match Place::of(&subject.name) {
        Ok(place) => place,
        Err(reason) => return Observation::unobservable(reason, "LIST sys/leases/lookup/…"),
    };
    let path = probe::leases(&place.mount, &place.name);
    let shown = format!("LIST {}", probe::leases(&place.shown_mount, &place.shown_name));
    let (list, engine) =
        futures_util::future::join(lab.vault.list(&path), mount::engine(&lab.vault, &place.mount))
            .await;
    let answer = match list {
        Ok(answer) => answer,
        Err(reason) => return Observation::unobservable(reason, shown),
    };
    let read = format!("{shown} → {}", answer.status);
    if let Ok(Engine::Absent { read }) = engine {
        let proof = format!("no engine is mounted at {}", ticked(&place.shown_mount));
        return Observation::absent(Control::container_gone(proof), read);
    }
    if answer.is_forbidden() {
        let reason = "the token may not list leases, so whether credentials were read is not seen";
        return Observation::unobservable(Unobservable::NotObserved(reason.to_owned()), read);
    }
    let none = |read| Observation::absent(Control::new("the token may list leases"), read);
    if answer.is_nothing() {
        return none(read);
    }
    let leases = answer.keys();
    if !answer.is_there() || leases.is_empty() {
        let reason = format!("Vault answered {} to {shown}", answer.status);
        return Observation::unobservable(Unobservable::Unexpected(reason), read);
    }
    let read = format!("{read}, {}", count(leases.len(), "lease"));
    match learners(lab, &place, &path, &leases).await {
        Ok(true) => Observation::present(Facts::none(), read),
        Ok(false) => none(read).near(Some("only a probe's credentials are alive".to_owned())),
        Err(reason) => Observation::unobservable(reason, read),
    }
}

/// Whether one of the leases is nobody's probe.
async fn learners(
    lab: &Lab,
    place: &Place,
    path: &str,
    leases: &[String],
) -> Result<bool, Unobservable> {
    let ages = ages(&lab.vault, path, leases).await;
    let limit = i64::try_from(probe::LIFE.as_secs()).unwrap_or(i64::MAX) + SLACK_S;
    if ages.iter().flatten().any(|lease| lease.age_s > limit) {
        return Ok(true);
    }
    let unclear = |reason: &str| {
        let reason = format!("a lease is younger than a probe can live, and {reason}");
        Unobservable::NotObserved(reason)
    };
    if lab.config.probes == Probes::None {
        return Err(unclear("`--no-probes` leaves its Postgres role unread"));
    }
    let Some(roles) = roles(lab, place).await else {
        return Err(unclear("its Postgres role could not be read"));
    };
    let issued: Vec<i64> = ages.iter().flatten().map(|lease| lease.issued_s).collect();
    Ok(beyond_probes(leases.len(), &issued, &roles))
}

/// The Postgres roles that Vault made, without this run's own.
struct Roles {
    probes: usize,
    /// When the others were made, as their names say.
    others: Vec<i64>,
}

/// A lease is the learner's where its role is not a probe's; where no name tells the time, by number. Pure.
fn beyond_probes(leases: usize, issued: &[i64], roles: &Roles) -> bool {
    let made_then = |issued: &i64| roles.others.iter().any(|made| (made - issued).abs() <= 1);
    issued.iter().any(made_then) || leases > roles.probes
}

struct Lease {
    age_s: i64,
    issued_s: i64,
}

/// When each lease was issued, by Vault's own clock; nothing where the token may not look.
async fn ages(session: &Session, path: &str, leases: &[String]) -> Vec<Option<Lease>> {
    join_all(leases.iter().take(LOOKED_AT).map(|lease| async move {
        let body = json!({ "lease_id": format!("{}/{lease}", path.trim_start_matches("sys/leases/lookup/")) });
        let answer = session.wire.send(Method::POST, "sys/leases/lookup", Some(body)).await.ok()?;
        let time = |key: &str| answer.data()[key].as_str()?.parse::<jiff::Timestamp>().ok();
        let (issued, expires) = (time("issue_time")?.as_second(), time("expire_time")?.as_second());
        let ttl = answer.data()["ttl"].as_i64()?;
        Some(Lease { age_s: expires - ttl - issued, issued_s: issued })
    }))
    .await
}

/// The roles that Postgres has, read with fresh credentials.
async fn roles(lab: &Lab, place: &Place) -> Option<Roles> {
    let issued = lab.vault.probe(&place.mount, &place.name, Round::Shared).await.ok()?;
    if !issued.username.starts_with(probe::ROLE_PREFIX) {
        // A template of the connection's own: probes cannot be told apart by name.
        return None;
    }
    let config = config_of(&lab.vault, place).await.ok()?;
    let connection = connection(&lab.vault, &config).await.ok()?;
    let variables = &lab.config.postgres.variables;
    let mut endpoint = Endpoint::choose(&Conninfo::default(), Some(&connection.info), variables)?;
    endpoint.database.get_or_insert_with(|| ANY_DATABASE.to_owned());
    let with =
        Target { endpoint, user: issued.username.clone(), password: Some(issued.password.clone()) };
    let names = lab.postgres.roles(&with, "v-").await.ok()?;
    let (probes, others): (Vec<&String>, Vec<&String>) = names
        .iter()
        .filter(|name| **name != issued.username)
        .partition(|name| name.starts_with(probe::ROLE_PREFIX));
    let made = |name: &&String| name.rsplit('-').next()?.parse().ok();
    Some(Roles { probes: probes.len(), others: others.iter().filter_map(made).collect() })
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;

    #[test]
    fn a_read_of_creds_claims_a_lease() {
        let claim = infer(&call("vault read database/creds/api"), &Story::default()).unwrap();
        assert_eq!(claim.subject, Subject::new(ID, "database/api"));
        assert_eq!(claim.depends, [Subject::new(database_role::ID, "database/api")]);
        assert_eq!(DynamicCredential.title(&claim), "credentials of `api` were read");
        assert_eq!(DynamicCredential.expected(&claim), "a live lease of `database/creds/api`");
        assert_eq!(infer(&call("vault read database/roles/api"), &Story::default()), None);
    }

    #[test]
    fn leases_count_beyond_probes() {
        for (leases, issued, probes, others, learners) in [
            (1, vec![100], 0, vec![100], true),
            (1, vec![100], 1, vec![], false),
            (1, vec![100], 1, vec![50], false),
            (2, vec![100, 101], 1, vec![], true),
            (2, vec![100, 130], 1, vec![130], true),
            (1, vec![], 1, vec![], false),
            (1, vec![], 0, vec![], true),
        ] {
            let roles = Roles { probes, others };
            assert_eq!(
                beyond_probes(leases, &issued, &roles),
                learners,
                "{leases} {issued:?} {probes}"
            );
        }
    }
}
