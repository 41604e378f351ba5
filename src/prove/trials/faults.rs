//! Faults on the solved lab: what needs the broken server cannot be told, and all else still stands.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::assertion::Plan;
use crate::config::Probes;
use crate::lab::{Context, LabError, Postgres, Servers, System};
use crate::prove::ProveError;
use crate::prove::look::{Sight, said};
use crate::prove::proof::{Finding, Trial, Tried};
use crate::prove::stage::Stage;
use crate::provider;
use crate::report::ReportAssertion;
use crate::verdict::Outcome;

/// One way in which a lab is broken.
pub(super) struct Fault {
    pub(super) name: &'static str,
    /// Whose claims cannot be told then.
    system: System,
    /// Whether it answers nothing at all; where it turns reads down, it may still answer some.
    total: bool,
    /// Breaks it; gives the variables that lead there.
    breaks: Breaks,
    /// Mends it, where the servers themselves were touched and not only the way to them.
    mends: Option<Mends>,
}

/// Tried only where there is no Vault: it would have the same account, and an account that may not make roles is a
/// fact that is told as one.
const UNREADABLE: &str = "the logins may read nothing";

pub(super) const FAULTS: &[Fault] = &[
    fault("Vault is down", System::Vault, true, vault_away, None),
    fault("Vault is sealed", System::Vault, true, sealed, Some(unsealed)),
    fault("the token is not valid", System::Vault, false, unknown_token, None),
    fault("the token may read nothing", System::Vault, false, powerless_token, None),
    fault("PostgreSQL is down", System::Postgres, true, postgres_down, Some(postgres_up)),
    fault("PostgreSQL turns everybody away", System::Postgres, true, turned_away, Some(let_in)),
    fault(UNREADABLE, System::Postgres, false, reads_forbidden, Some(reads_allowed)),
    fault("the Kubernetes API is down", System::Kubernetes, true, api_away, None),
    fault("the account may do nothing", System::Kubernetes, false, powerless_account, None),
];

/// Breaks a lab; gives the variables that lead there.
type Breaks = fn(&Servers) -> Result<BTreeMap<String, String>, ProveError>;
/// Mends it.
type Mends = fn(&Servers) -> Result<(), ProveError>;

const fn fault(
    name: &'static str,
    system: System,
    total: bool,
    breaks: Breaks,
    mends: Option<Mends>,
) -> Fault {
    Fault { name, system, total, breaks, mends }
}

impl Fault {
    /// Whether the lab has what it breaks.
    pub(super) fn concerns(&self, servers: &Servers) -> bool {
        match self.system {
            // One that was new has given its keys to the learner: it can only be out of reach.
            System::Vault => servers
                .vault()
                .is_some_and(|vault| !vault.is_new() || self.total && self.mends.is_none()),
            System::Postgres => {
                let alone = servers.vault().is_none();
                servers.postgres().is_some() && (alone || self.name != UNREADABLE)
            }
            System::Kubernetes => servers.kubernetes().is_some(),
        }
    }

    /// Breaks the lab; gives the variables that lead there.
    pub(super) fn set(&self, servers: &Servers) -> Result<BTreeMap<String, String>, ProveError> {
        (self.breaks)(servers)
    }

    /// Mends it.
    pub(super) fn mend(&self, servers: &Servers) -> Result<(), ProveError> {
        self.mends.map_or(Ok(()), |mends| mends(servers))
    }
}

/// Tries all faults of the systems that the lab has, on a lab on which all steps are done.
pub(in crate::prove) fn try_all(stage: &Stage<'_>) -> Result<Vec<Tried>, ProveError> {
    let sound = stage.look_behind(usize::MAX, Probes::Passing)?;
    let mut tried = Vec::new();
    for fault in FAULTS.iter().filter(|fault| fault.concerns(&stage.servers)) {
        let since = Instant::now();
        let mut environment = stage.environment().clone();
        environment.extend(fault.set(&stage.servers)?);
        let sight = stage.look_through(&environment, Probes::Passing);
        fault.mend(&stage.servers)?;
        let finding = match told_apart(&sound, &sight?, fault) {
            None => Finding::Proven,
            Some(what) => Finding::Wrong(what),
        };
        let name = fault.name.to_owned();
        tried.push(Tried {
            trial: Trial::Faults,
            step: None,
            rule: None,
            name,
            finding,
            took: since.elapsed(),
        });
    }
    Ok(tried)
}

/// What is wrong with what is told of a broken lab, if anything is.
fn told_apart(sound: &Sight, broken: &Sight, fault: &Fault) -> Option<String> {
    let pairs = sound.report.assertions.iter().zip(&broken.report.assertions);
    for (before, now) in pairs {
        // What a later step has replaced stands or falls with that.
        if before.verdict.outcome != Outcome::Pass {
            if matches!(now.verdict.outcome, Outcome::Fail) {
                return Some(format!("step {}: {}", now.assertion.step, said(now)));
            }
            continue;
        }
        let good = match now.verdict.outcome {
            Outcome::Fail => false,
            Outcome::Unknown => needs(&sound.plan, now).contains(fault.system.name()),
            Outcome::Pass => !rests_on(now, fault.system) || !fault.total && was_answered(now),
            Outcome::Skip => {
                now.verdict.overtaken_by.is_none()
                    && needs(&sound.plan, now).contains(fault.system.name())
            }
        };
        // How Vault is sealed is told to everybody, and that it is, is then a fact.
        if !good && now.assertion.claim.subject.kind != "vault/seal-state" {
            return Some(format!("step {}: {}", now.assertion.step, said(now)));
        }
    }
    None
}

/// Whether a claim is about things of a system: it cannot be told without.
fn rests_on(claim: &ReportAssertion, system: System) -> bool {
    let kind = claim.assertion.claim.subject.kind;
    kind.strip_prefix(system.name()).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether the read was let through: Vault tells everybody of whom it is which mounts there are, and a login that is
/// accepted has been seen, whatever it may read.
fn was_answered(claim: &ReportAssertion) -> bool {
    let login = claim.assertion.claim.subject.kind == "postgres/login";
    login || claim.verdict.read.as_deref().is_some_and(|read| read.contains("→ 200"))
}

/// The systems that a claim may need to be told: that of its thing, those of its controls, and those of the reads that
/// its variables stand for.
fn needs(plan: &Plan, claim: &ReportAssertion) -> BTreeSet<&'static str> {
    let kind = claim.assertion.claim.subject.kind;
    let own = provider::PROVIDERS.iter().map(|provider| provider.name());
    let own = own.filter(|name| kind.starts_with(name));
    let also = provider::kind(kind).map_or(&[][..], |kind| kind.also_reads());
    let lookups = plan.lookups.iter().filter_map(|lookup| provider::provider_of(&lookup.call));
    own.chain(also.iter().copied()).chain(lookups.map(provider::Provider::name)).collect()
}

fn one(name: &str, value: String) -> BTreeMap<String, String> {
    BTreeMap::from([(name.to_owned(), value)])
}

#[expect(clippy::unnecessary_wraps, reason = "it stands in the place of what can fail")]
fn vault_away(servers: &Servers) -> Result<BTreeMap<String, String>, ProveError> {
    Ok(one("VAULT_ADDR", format!("http://{}", servers.nowhere())))
}

fn sealed(servers: &Servers) -> Result<BTreeMap<String, String>, ProveError> {
    if let Some(vault) = servers.vault() {
        vault.seal()?;
    }
    Ok(BTreeMap::new())
}

fn unsealed(servers: &Servers) -> Result<(), ProveError> {
    match servers.vault() {
        Some(vault) => Ok(vault.unseal()?),
        None => Ok(()),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it stands in the place of what can fail")]
fn unknown_token(_servers: &Servers) -> Result<BTreeMap<String, String>, ProveError> {
    Ok(one("VAULT_TOKEN", "labproof-made-this-up".to_owned()))
}

fn powerless_token(servers: &Servers) -> Result<BTreeMap<String, String>, ProveError> {
    let Some(vault) = servers.vault() else { return Ok(BTreeMap::new()) };
    let token = vault.token_with("labproof-nothing", &[], &["*"])?;
    Ok(one("VAULT_TOKEN", token.expose().to_owned()))
}

fn postgres_down(servers: &Servers) -> Result<BTreeMap<String, String>, ProveError> {
    with_postgres(servers, stopped).map(|()| BTreeMap::new())
}

fn postgres_up(servers: &Servers) -> Result<(), ProveError> {
    with_postgres(servers, Postgres::restart)
}

fn turned_away(servers: &Servers) -> Result<BTreeMap<String, String>, ProveError> {
    with_postgres(servers, Postgres::turn_away).map(|()| BTreeMap::new())
}

fn let_in(servers: &Servers) -> Result<(), ProveError> {
    with_postgres(servers, Postgres::let_in)
}

fn reads_forbidden(servers: &Servers) -> Result<BTreeMap<String, String>, ProveError> {
    with_postgres(servers, Postgres::forbid_reads).map(|()| BTreeMap::new())
}

fn reads_allowed(servers: &Servers) -> Result<(), ProveError> {
    with_postgres(servers, Postgres::allow_reads)
}

fn with_postgres(
    servers: &Servers,
    does: fn(&Postgres) -> Result<(), LabError>,
) -> Result<(), ProveError> {
    Ok(servers.postgres().map_or(Ok(()), does)?)
}

#[expect(clippy::unnecessary_wraps, reason = "it stands in the place of what can fail")]
fn stopped(postgres: &Postgres) -> Result<(), LabError> {
    postgres.stop();
    Ok(())
}

fn api_away(servers: &Servers) -> Result<BTreeMap<String, String>, ProveError> {
    let Some(cluster) = servers.kubernetes() else { return Ok(BTreeMap::new()) };
    let server = format!("https://{}", servers.nowhere());
    let context =
        Context { server: Some(&server), token: cluster.admin().expose(), namespace: None };
    let path = cluster.kubeconfig_for("away", &context)?;
    Ok(one("KUBECONFIG", path.display().to_string()))
}

fn powerless_account(servers: &Servers) -> Result<BTreeMap<String, String>, ProveError> {
    let Some(cluster) = servers.kubernetes() else { return Ok(BTreeMap::new()) };
    let context = Context { server: None, token: cluster.powerless().expose(), namespace: None };
    let path = cluster.kubeconfig_for("powerless", &context)?;
    Ok(one("KUBECONFIG", path.display().to_string()))
}
