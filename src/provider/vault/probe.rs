//! Probes: credentials issued to see that they work, and taken back. Each is a task of its own, so that an
//! observer that is cut short never leaves one behind.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::answer::Answer;
use super::client::{Session, Wire};
use super::issue::{Trouble, trouble};
use crate::claim::Unobservable;
use crate::config;
use crate::secret::Secret;

/// How long a probe's token, and with it all that it made, can live.
pub(super) const LIFE: Duration = Duration::from_mins(1);

/// What a child token's display name begins with; a mark of the run follows. Vault puts `token-` in front and
/// cuts the whole at eight characters where it names a Postgres role, so the first two tell ours apart there.
const DISPLAY_NAME: &str = "0-labproof-";

/// What the Postgres roles of probes start with, as Vault 1.21's default template makes them.
pub(crate) const ROLE_PREFIX: &str = "v-token-0--";

/// Closing waits this long; what is not taken back by then lives for [`LIFE`] at most.
const FAREWELL: Duration = Duration::from_secs(2);

/// Fresh credentials of a role.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    /// The Postgres role that Vault made.
    pub(crate) username: String,
    /// Its password.
    pub(crate) password: Secret,
    lease: Option<String>,
    /// Whether a child token of ours read it, so that its Postgres role is named after ours.
    pub(crate) by_child: bool,
}

/// How often, and how far apart, it is asked whether a lease is gone.
const GONE_TRIES: usize = 20;
const GONE_PAUSE: Duration = Duration::from_millis(50);

/// What came of a probe.
pub(crate) type Issued = Result<Arc<Credential>, Arc<Trouble>>;

/// Which of a run's probes of one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Round {
    /// The one that all kinds share.
    Shared,
    /// After `database/reset`.
    AfterReset,
}

/// The probes of one run.
pub(crate) struct Probes {
    allowed: config::Probes,
    /// The display name of this run's child tokens.
    name: String,
    open: Mutex<HashMap<(String, Round), Probe>>,
    closed: AtomicBool,
    /// Observers that may still start a probe.
    intents: watch::Sender<usize>,
}

struct Probe {
    outcome: watch::Receiver<Option<Issued>>,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

/// What takes a probe back.
enum Undo {
    Token(Secret),
    Lease(String),
    Nothing,
}

/// Held by an observer that may still start a probe.
pub(crate) struct Intent<'a>(&'a watch::Sender<usize>);

impl Drop for Intent<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Probes {
    /// None yet.
    pub(super) fn new(allowed: config::Probes) -> Self {
        Self {
            allowed,
            name: format!("{DISPLAY_NAME}{}", mark()),
            open: Mutex::default(),
            closed: AtomicBool::new(false),
            intents: watch::Sender::new(0),
        }
    }

    /// Whether a token's display name, as Vault gives it back, is that of another run's probe.
    pub(super) fn is_foreign(&self, name: &str) -> bool {
        let name = name.strip_prefix("token-").unwrap_or(name);
        name.starts_with(DISPLAY_NAME) && name != self.name
    }

    /// Takes all back, and starts no more.
    pub(super) async fn close(&self) {
        // Before the lock is taken: whoever starts a probe looks at it under the same lock.
        self.closed.store(true, Ordering::SeqCst);
        self.take_back().await;
    }

    /// Takes all back that is open, bounded to [`FAREWELL`].
    async fn take_back(&self) {
        let tasks: Vec<JoinHandle<()>> = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.values_mut()
                .filter_map(|probe| {
                    probe.stop.send_replace(true);
                    probe.task.take()
                })
                .collect()
        };
        let all = futures_util::future::join_all(tasks);
        let _ = tokio::time::timeout(FAREWELL, all).await;
    }

    /// To be held until the holder's own probe is done.
    pub(crate) fn intend(&self) -> Intent<'_> {
        self.intents.send_modify(|count| *count += 1);
        Intent(&self.intents)
    }

    /// Waits until nobody will start a probe any more.
    async fn all_done(&self) {
        let mut intents = self.intents.subscribe();
        let _ = intents.wait_for(|count| *count == 0).await;
    }
}

/// Tells this run's child tokens from those of others.
fn mark() -> String {
    use std::hash::{BuildHasher, RandomState};
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

/// What a claim says that a probe would have to show, where there are none.
pub(crate) fn without_probes() -> Unobservable {
    let reason = "`--no-probes`: it takes fresh credentials to tell";
    Unobservable::NotObserved(reason.to_owned())
}

impl Session {
    /// Fresh credentials of `mount` (with its slash) and `role`: issued once per round, kept until the end
    /// of the run.
    pub(crate) async fn probe(&self, mount: &str, role: &str, round: Round) -> Issued {
        if self.probes.allowed == config::Probes::None {
            return Err(Arc::new(Trouble::Unseen(without_probes())));
        }
        // What the learner read is counted before a probe adds to it.
        let _ = self.list(&leases(mount, role)).await;
        let path = format!("{mount}creds/{role}");
        let mut outcome = {
            let mut open = self.probes.open.lock().unwrap_or_else(PoisonError::into_inner);
            if self.probes.closed.load(Ordering::SeqCst) {
                return Err(Arc::new(Trouble::Unseen(ended())));
            }
            open.entry((path.clone(), round))
                .or_insert_with(|| self.start(path, role))
                .outcome
                .clone()
        };
        let issued = outcome.wait_for(Option::is_some).await.map(|issued| issued.clone());
        issued.ok().flatten().unwrap_or_else(|| Err(Arc::new(Trouble::Unseen(ended()))))
    }

    /// Takes every probe back once nobody will need one any more, and waits until Vault has done so: after
    /// a reset it may not be able to.
    pub(crate) async fn end_probes(&self) {
        self.probes.all_done().await;
        let leases: Vec<String> = {
            let open = self.probes.open.lock().unwrap_or_else(PoisonError::into_inner);
            let issued = |probe: &Probe| probe.outcome.borrow().clone()?.ok()?.lease.clone();
            open.values().filter_map(issued).collect()
        };
        self.probes.take_back().await;
        // Vault answers `revoke-self` before it has dropped the Postgres role, some 30 ms later.
        for _ in 0..GONE_TRIES {
            tokio::time::sleep(GONE_PAUSE).await;
            let looks = leases.iter().map(|lease| async move {
                let body = json!({ "lease_id": lease });
                let path = "sys/leases/lookup";
                let answer = self.wire.send_patiently(None, Method::POST, path, Some(body)).await;
                answer.is_ok_and(|answer| answer.is_there())
            });
            if !futures_util::future::join_all(looks).await.contains(&true) {
                return;
            }
        }
    }

    fn start(&self, path: String, role: &str) -> Probe {
        let (sender, outcome) = watch::channel(None);
        let (stopper, mut stop) = watch::channel(false);
        let wire = Arc::clone(&self.wire);
        let (role, name) = (role.to_owned(), self.probes.name.clone());
        let task = tokio::spawn(async move {
            let (mut issued, mut undo) = issue(&wire, &name, &path, &role, &stop).await;
            // Seen once in many hundred checks: Vault turned a child token down that it had just made. One
            // more is tried; a token that may really not read the path is turned down again.
            if turned_down(&issued) && matches!(undo, Undo::Token(_)) {
                take_back(&wire, undo).await;
                (issued, undo) = issue(&wire, &name, &path, &role, &stop).await;
            }
            sender.send_replace(Some(issued));
            // An error is the session itself being gone, which ends the run as well.
            let _ = stop.wait_for(|stop| *stop).await;
            take_back(&wire, undo).await;
        });
        Probe { outcome, stop: stopper, task: Some(task) }
    }
}

/// Where Vault lists the live leases of a role.
pub(super) fn leases(mount: &str, role: &str) -> String {
    format!("sys/leases/lookup/{mount}creds/{role}")
}

fn ended() -> Unobservable {
    Unobservable::TimedOut("the run ended before fresh credentials were issued".to_owned())
}

async fn issue(
    wire: &Wire,
    name: &str,
    path: &str,
    role: &str,
    stop: &watch::Receiver<bool>,
) -> (Issued, Undo) {
    let fail = |trouble| Err(Arc::new(trouble));
    let child = match child_token(wire, name).await {
        Ok(child) => child,
        Err(reason) => return (fail(Trouble::Unseen(reason)), Undo::Nothing),
    };
    let undo = |lease: Option<String>| match (&child, lease) {
        (Some(token), _) => Undo::Token(token.clone()),
        (None, Some(lease)) => Undo::Lease(lease),
        (None, None) => Undo::Nothing,
    };
    if child.is_none() {
        match may_revoke(wire).await {
            Ok(true) => {}
            Ok(false) => {
                let reason = "the token may neither make a child token nor revoke a lease, so no \
                              credentials are issued to try them";
                return (
                    fail(Trouble::Unseen(Unobservable::Forbidden(reason.into()))),
                    Undo::Nothing,
                );
            }
            Err(reason) => return (fail(Trouble::Unseen(reason)), Undo::Nothing),
        }
    }
    if *stop.borrow() {
        return (fail(Trouble::Unseen(ended())), undo(None));
    }
    let answer = match wire.send_patiently(child.as_ref(), Method::GET, path, None).await {
        Ok(answer) => answer,
        Err(Unobservable::TimedOut(_)) => return (fail(Trouble::Slow), undo(None)),
        Err(reason) => return (fail(Trouble::Unseen(reason)), undo(None)),
    };
    let lease = answer.body["lease_id"].as_str().map(str::to_owned);
    match credential(&answer, child.is_some()) {
        Some(credential) => (Ok(Arc::new(credential)), undo(lease)),
        None => (fail(trouble(&answer, path, role)), undo(lease)),
    }
}

fn turned_down(issued: &Issued) -> bool {
    let forbidden =
        |trouble: &Trouble| matches!(trouble, Trouble::Unseen(Unobservable::Forbidden(_)));
    issued.as_ref().is_err_and(|trouble| forbidden(trouble))
}

fn credential(answer: &Answer, by_child: bool) -> Option<Credential> {
    let text = |key: &str| answer.data()[key].as_str().map(str::to_owned);
    let lease = answer.body["lease_id"].as_str().map(str::to_owned);
    Some(Credential {
        username: text("username")?,
        password: Secret::new(text("password")?),
        lease,
        by_child,
    })
}

/// A token that lives for [`LIFE`] and takes its leases with it; `None` without the right to make one.
async fn child_token(wire: &Wire, name: &str) -> Result<Option<Secret>, Unobservable> {
    let ttl = format!("{}s", LIFE.as_secs());
    let body = json!({
        "ttl": ttl, "explicit_max_ttl": ttl, "renewable": false, "display_name": name,
    });
    let answer = wire.send(Method::POST, "auth/token/create", Some(body)).await?;
    Ok(answer.body["auth"]["client_token"].as_str().map(Secret::new))
}

async fn may_revoke(wire: &Wire) -> Result<bool, Unobservable> {
    const PATH: &str = "sys/leases/revoke";
    let body = json!({ "paths": [PATH] });
    let answer = wire.send(Method::POST, "sys/capabilities-self", Some(body)).await?;
    let listed = [&answer.data()[PATH], &answer.body[PATH]].into_iter().find_map(|v| v.as_array());
    let may =
        |right: &serde_json::Value| matches!(right.as_str(), Some("update" | "sudo" | "root"));
    Ok(listed.is_some_and(|rights| rights.iter().any(may)))
}

async fn take_back(wire: &Wire, undo: Undo) {
    match undo {
        Undo::Token(token) => wire.send_at_last(Some(&token), "auth/token/revoke-self", None).await,
        Undo::Lease(lease) => {
            let body = json!({ "lease_id": lease, "sync": true });
            wire.send_at_last(None, "sys/leases/revoke", Some(body)).await;
        }
        Undo::Nothing => {}
    }
}

#[cfg(test)]
#[path = "probe_tests.rs"]
mod tests;
