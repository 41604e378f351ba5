//! Login attempts and the one query on accounts. Each login is tried once per run; what it means for a claim
//! is not known here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config as Connection, NoTls, config};

use super::conninfo::{Endpoint, SslMode};
use super::tls;
use crate::claim::Unobservable;
use crate::config::Config;
use crate::provider::Timings;
use crate::provider::tls::cause;
use crate::secret::Secret;
use crate::text::ticked;

/// What came of a login.
#[derive(Clone)]
pub(crate) enum Login {
    /// The password (or its lack) was accepted.
    Accepted {
        /// The open session, where the server went on to open one.
        session: Option<Arc<Client>>,
        /// What it turned down after the password was right.
        but: Option<Afterwards>,
    },
    /// 28P01: the password is wrong, or the account cannot log in with any.
    Refused,
    /// A password was asked for, and there was none to give.
    Asked,
    /// 28000: turned down for another reason than the password.
    TurnedDown,
    /// It could not be told.
    Unseen(Unobservable),
}

/// What Postgres turns down once it knows who is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Afterwards {
    /// 3D000
    NoSuchDatabase,
    /// 42501
    NotPermitted,
    /// 53300 of a role or a database, not of the server.
    NoConnectionLeft,
}

/// Whom to log in as, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    pub(crate) endpoint: Endpoint,
    pub(crate) user: String,
    pub(crate) password: Option<Secret>,
}

/// An account, as `pg_roles` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Account {
    /// It exists, may log in and has not expired.
    Usable,
    Missing,
    MayNotLogIn,
    Expired,
}

impl Account {
    /// The account of a row of `pg_roles`.
    pub(super) fn of(may_log_in: bool, expired: bool) -> Self {
        match (may_log_in, expired) {
            (false, _) => Self::MayNotLogIn,
            (true, true) => Self::Expired,
            (true, false) => Self::Usable,
        }
    }
}

/// A session for reading, or why there is none.
type Reading = Result<Arc<Client>, Unobservable>;

/// One run's session with Postgres.
pub struct Server {
    pub(super) timings: Timings,
    pub(super) patience: Duration,
    pub(super) readers: Mutex<BTreeMap<Target, Arc<OnceCell<Reading>>>>,
    logins: Mutex<BTreeMap<Target, Arc<OnceCell<Login>>>>,
}

impl Server {
    /// A session that connects to nothing yet.
    pub fn new(config: &Config, timings: Timings) -> Self {
        let patience = config.limits.read;
        Self { timings, patience, readers: Mutex::default(), logins: Mutex::default() }
    }

    /// Tries a login, once per run.
    pub(crate) async fn login(&self, target: &Target) -> Login {
        let cell = {
            let mut logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(logins.entry(target.clone()).or_default())
        };
        cell.get_or_init(|| self.attempt(target)).await.clone()
    }

    async fn attempt(&self, target: &Target) -> Login {
        let shown = &target.endpoint.shown;
        let how = if target.password.is_some() { "with" } else { "without" };
        let what = format!("postgres login {how} a password at {shown}");
        let connect = self.timings.time(what, Box::pin(connect(target)));
        match tokio::time::timeout(self.patience, connect).await {
            Ok(login) => login,
            Err(_) => Login::Unseen(Unobservable::TimedOut(format!(
                "Postgres at {shown} did not answer within {} s",
                self.patience.as_secs()
            ))),
        }
    }

    /// What is known of the account `user`, read with a login that works.
    pub(crate) async fn account(&self, with: &Target, user: &str) -> Result<Account, Unobservable> {
        const QUERY: &str = "select rolcanlogin, coalesce(rolvaliduntil <= now(), false) \
                             from pg_catalog.pg_roles where rolname = $1";
        let session = self.session(with).await?;
        let row =
            self.bounded(with, session.query_typed_opt(QUERY, &[(&user, Type::TEXT)])).await?;
        let Some(row) = row else { return Ok(Account::Missing) };
        Ok(Account::of(row.get(0), row.get(1)))
    }

    /// The roles whose names start with `prefix`, read with a login that works.
    pub(crate) async fn roles(
        &self,
        with: &Target,
        prefix: &str,
    ) -> Result<Vec<String>, Unobservable> {
        const QUERY: &str =
            "select rolname::text from pg_catalog.pg_roles where starts_with(rolname::text, $1)";
        let session = self.session(with).await?;
        let rows = self.bounded(with, session.query_typed(QUERY, &[(&prefix, Type::TEXT)])).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    async fn session(&self, with: &Target) -> Result<Arc<Client>, Unobservable> {
        let shown = &with.endpoint.shown;
        let refused = |how: &str| {
            let reason = format!("fresh credentials {how} at {shown}, so accounts cannot be read");
            Unobservable::Uncontrolled(reason)
        };
        // Whoever waited for the same credentials tries them first: a login costs the server a process.
        tokio::task::yield_now().await;
        if let Some(other) = self.same_user(with)
            && let Login::Accepted { session: Some(session), .. } = self.login(&other).await
        {
            return Ok(session);
        }
        match self.login(with).await {
            Login::Accepted { session: Some(session), .. } => Ok(session),
            Login::Accepted { .. } => Err(refused("open no session")),
            Login::Refused | Login::Asked | Login::TurnedDown => Err(refused("are refused")),
            Login::Unseen(reason) => Err(reason),
        }
    }

    /// A login of the same user that was tried in another database: accounts are the same in all of them.
    fn same_user(&self, with: &Target) -> Option<Target> {
        let logins = self.logins.lock().unwrap_or_else(PoisonError::into_inner);
        let is = |other: &Target| {
            let database = with.endpoint.database.clone();
            let endpoint = Endpoint { database, ..other.endpoint.clone() };
            *with == Target { endpoint, ..other.clone() }
        };
        logins.keys().find(|other| is(other)).cloned()
    }

    async fn bounded<T>(
        &self,
        with: &Target,
        query: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Unobservable> {
        let shown = &with.endpoint.shown;
        let query = self.timings.time(format!("postgres query at {shown}"), query);
        match tokio::time::timeout(self.patience, query).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(Unobservable::Unexpected(format!(
                "Postgres at {shown} did not let its accounts be read"
            ))),
            Err(_) => Err(Unobservable::TimedOut(format!(
                "Postgres at {shown} did not answer within {} s",
                self.patience.as_secs()
            ))),
        }
    }
}

async fn connect(target: &Target) -> Login {
    // No socket speaks TLS.
    let socket = target.endpoint.host.starts_with('/');
    let mode = if socket { SslMode::Disable } else { target.endpoint.ssl };
    match connect_by(target, mode).await {
        // As libpq does: a server may take nobody over TLS, and is then asked without.
        Login::TurnedDown if mode == SslMode::Prefer => connect_by(target, SslMode::Disable).await,
        login => login,
    }
}

async fn connect_by(target: &Target, mode: SslMode) -> Login {
    let endpoint = &target.endpoint;
    let mut connection = Connection::new();
    connection
        .host(&endpoint.host)
        .port(endpoint.port)
        .user(&target.user)
        .application_name("labproof");
    connection.dbname(endpoint.database.as_deref().unwrap_or(&target.user));
    if let Some(password) = &target.password {
        connection.password(password.expose());
    }
    let opened = if mode == SslMode::Disable {
        connection.ssl_mode(config::SslMode::Disable);
        connection.connect(NoTls).await.map(|(client, wire)| {
            tokio::spawn(wire);
            client
        })
    } else {
        connection.ssl_mode(match mode {
            SslMode::Prefer => config::SslMode::Prefer,
            _ => config::SslMode::Require,
        });
        let connector = match tls::connector(endpoint) {
            Ok(connector) => connector,
            Err(reason) => return Login::Unseen(reason),
        };
        connection.connect(connector).await.map(|(client, wire)| {
            tokio::spawn(wire);
            client
        })
    };
    match opened {
        Ok(client) => Login::Accepted { session: Some(Arc::new(client)), but: None },
        Err(error) => judge(&Failure::of(&error), endpoint, &target.user),
    }
}

/// What is known of a failed connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Failure {
    sqlstate: Option<String>,
    /// The server's function that says so: it tells a full server from a full role in any language.
    routine: Option<String>,
    message: String,
    asked: bool,
    tls: Option<bool>,
}

impl Failure {
    fn of(error: &tokio_postgres::Error) -> Self {
        let mut failure = Self::default();
        if let Some(server) = error.as_db_error() {
            failure.sqlstate = Some(server.code().code().to_owned());
            failure.routine = server.routine().map(str::to_owned);
            server.message().clone_into(&mut failure.message);
            return failure;
        }
        // The library tells these apart by text alone.
        let source = std::error::Error::source(error);
        let text = source.map(ToString::to_string).unwrap_or_default();
        failure.asked = text == "password missing";
        failure.tls = cause(error).is_some().then_some(true);
        if text.contains("server does not support TLS") {
            failure.tls = Some(false);
        }
        failure
    }
}

/// What a failed connection says of the password. Pure.
fn judge(failure: &Failure, endpoint: &Endpoint, user: &str) -> Login {
    let shown = &endpoint.shown;
    let accepted = |but| Login::Accepted { session: None, but: Some(but) };
    let unexpected = |reason: String| Login::Unseen(Unobservable::Unexpected(reason));
    match (failure.sqlstate.as_deref(), failure.tls) {
        (Some("28P01"), _) => Login::Refused,
        (Some("28000"), _) => Login::TurnedDown,
        (Some("3D000"), _) => accepted(Afterwards::NoSuchDatabase),
        (Some("42501"), _) => accepted(Afterwards::NotPermitted),
        (Some("53300"), _) if failure.is_after_the_password() => {
            accepted(Afterwards::NoConnectionLeft)
        }
        (Some("53300"), _) => {
            unexpected(format!("Postgres at {shown} has no connection left (53300)"))
        }
        (Some("57P03"), _) => unexpected(format!("Postgres at {shown} is not ready (57P03)")),
        (Some(state), _) => {
            let user = ticked(user);
            unexpected(format!(
                "Postgres at {shown} answered the login of {user} with SQLSTATE {state}"
            ))
        }
        (None, _) if failure.asked => Login::Asked,
        (None, Some(true)) => {
            unexpected(format!("the TLS certificate of Postgres at {shown} is not trusted"))
        }
        (None, Some(false)) => unexpected(format!("Postgres at {shown} offers no TLS")),
        (None, None) => {
            Login::Unseen(Unobservable::Unreachable(format!("no Postgres answered at {shown}")))
        }
    }
}

impl Failure {
    fn is_after_the_password(&self) -> bool {
        match self.routine.as_deref() {
            Some("InitializeSessionUserId" | "InitPostgres" | "CheckMyDatabase") => true,
            Some(_) => false,
            None => self.message.contains("for role") || self.message.contains("for database"),
        }
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
