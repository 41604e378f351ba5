//! Whose leases are alive: the learner's, or those of probes, of this run or another.
//!
//! Reads only what a probe leaves in the lab; claims nothing.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::client::Session;
use super::connection::{config_of, connection};
use super::place::Place;
use super::probe::{self, Round};
use crate::claim::Unobservable;
use crate::config::Probes;
use crate::provider::Lab;
use crate::provider::postgres::client::Target;
use crate::provider::postgres::conninfo::{Conninfo, Endpoint};
use crate::provider::postgres::refusal::ANY_DATABASE;

/// At most so many leases, and so many tokens, are looked at one by one.
const LOOKED_AT: usize = 64;

/// Vault's clock and its ttl are read apart; a lease is only surely older beyond this.
const SLACK_S: i64 = 5;

/// A lease as Vault describes it, by Vault's own clock.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Lease {
    /// It lives.
    Alive { age_s: i64, issued_s: i64 },
    /// It is gone, or on its way out: Vault answers a revocation before it has carried it out.
    Ending,
    /// The token may not look at it.
    Unseen,
}

/// Whether one of the leases is nobody's probe. `leases` were listed before a probe of this run began.
pub(super) async fn learners(
    lab: &Lab,
    place: &Place,
    path: &str,
    leases: &[String],
) -> Result<bool, Unobservable> {
    let limit = i64::try_from(probe::LIFE.as_secs()).unwrap_or(i64::MAX) + SLACK_S;
    let old = |lease: &Lease| matches!(lease, Lease::Alive { age_s, .. } if *age_s > limit);
    if look(&lab.vault, path, leases).await.iter().any(old) {
        return Ok(true);
    }
    // The order counts: a probe whose token is gone when the tokens are listed has leases that are seen to
    // be ending when they are looked at afterwards.
    let probes = lab.vault.foreign_probes().await;
    let seen = look(&lab.vault, path, leases).await;
    let alive = seen.iter().filter(|lease| **lease != Lease::Ending).count();
    if let Some(probes) = probes
        && (alive > probes || alive == 0)
    {
        return Ok(alive > 0);
    }
    let unclear = |reason: &str| {
        let reason = format!("a lease is younger than a probe can live, and {reason}");
        Unobservable::NotObserved(reason)
    };
    if lab.config.probes == Probes::None {
        return Err(unclear("`--no-probes` leaves its Postgres role unread"));
    }
    let Some(roles) = roles(lab, place).await else {
        return Err(unclear("neither tokens nor its Postgres role could be read"));
    };
    Ok(beyond_probes(&seen, &roles))
}

/// The Postgres roles that Vault made, without this run's own.
struct Roles {
    probes: usize,
    /// When the others were made, as their names say.
    others: Vec<i64>,
}

/// A lease is the learner's where its role is not a probe's; where no name tells the time, by number. Pure.
fn beyond_probes(leases: &[Lease], roles: &Roles) -> bool {
    let alive = leases.iter().filter(|lease| **lease != Lease::Ending).count();
    let theirs = |lease: &Lease| match lease {
        Lease::Alive { issued_s, .. } => {
            roles.others.iter().any(|made| (made - issued_s).abs() <= 1)
        }
        Lease::Ending | Lease::Unseen => false,
    };
    leases.iter().any(theirs) || alive > roles.probes
}

async fn look(session: &Session, path: &str, leases: &[String]) -> Vec<Lease> {
    let prefix = path.trim_start_matches("sys/leases/lookup/");
    join_all(leases.iter().take(LOOKED_AT).map(|lease| async move {
        let body = json!({ "lease_id": format!("{prefix}/{lease}") });
        let Ok(answer) = session.wire.send(Method::POST, "sys/leases/lookup", Some(body)).await
        else {
            return Lease::Unseen;
        };
        // An unknown lease is a 400 `invalid lease`.
        if answer.status == 400 || answer.is_nothing() {
            return Lease::Ending;
        }
        let time = |key: &str| answer.data()[key].as_str()?.parse::<jiff::Timestamp>().ok();
        let times = time("issue_time").zip(time("expire_time")).zip(answer.data()["ttl"].as_i64());
        let Some(((issued, expires), ttl)) = times else { return Lease::Unseen };
        if ttl <= 0 {
            return Lease::Ending;
        }
        let issued_s = issued.as_second();
        Lease::Alive { age_s: expires.as_second() - ttl - issued_s, issued_s }
    }))
    .await
}

impl Session {
    /// How many tokens of other runs' probes live; `None` where tokens may not be listed, or are too many.
    async fn foreign_probes(&self) -> Option<usize> {
        let listed = self.list("auth/token/accessors").await.ok()?;
        let accessors = listed.keys();
        if !listed.is_there() || accessors.len() > LOOKED_AT {
            return None;
        }
        let names = join_all(accessors.iter().map(|accessor| async move {
            let body = json!({ "accessor": accessor });
            let path = "auth/token/lookup-accessor";
            let answer = self.wire.send(Method::POST, path, Some(body)).await.ok()?;
            if answer.is_forbidden() {
                return None;
            }
            // A token that went in between has no name any more.
            Some(answer.data()["display_name"].as_str().unwrap_or_default().to_owned())
        }))
        .await;
        let names: Vec<String> = names.into_iter().collect::<Option<_>>()?;
        Some(names.iter().filter(|name| self.probes.is_foreign(name)).count())
    }
}

/// The roles that Postgres has, read with fresh credentials.
async fn roles(lab: &Lab, place: &Place) -> Option<Roles> {
    let issued = lab.vault.probe(&place.mount, &place.name, Round::Shared).await.ok()?;
    if issued.by_child && !issued.username.starts_with(probe::ROLE_PREFIX) {
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
    use super::*;

    fn alive(issued_s: i64) -> Lease {
        Lease::Alive { age_s: 1, issued_s }
    }

    #[test]
    fn leases_count_beyond_probes() {
        for (leases, probes, others, learners) in [
            (vec![alive(100)], 0, vec![100], true),
            (vec![alive(100)], 1, vec![], false),
            (vec![alive(100)], 1, vec![50], false),
            (vec![alive(100), alive(101)], 1, vec![], true),
            (vec![alive(100), alive(130)], 1, vec![130], true),
            (vec![Lease::Unseen], 1, vec![], false),
            (vec![Lease::Unseen], 0, vec![], true),
            (vec![Lease::Ending], 0, vec![], false),
            (vec![Lease::Ending, alive(100)], 1, vec![], false),
        ] {
            let roles = Roles { probes, others };
            assert_eq!(beyond_probes(&leases, &roles), learners, "{leases:?} {probes}");
        }
    }
}
