//! Reading the catalog: one session of each server and database, with a login that the text or the environment
//! gives. Read-only, each query within the limit of a read.

use std::sync::{Arc, PoisonError};

use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use super::client::{Account, Afterwards, Login, Server, Target};
use super::conninfo::{Conninfo, Endpoint};
use super::refusal::ANY_DATABASE;
use crate::claim::{Control, Observation, Subject, Text, Unobservable};
use crate::provider::Lab;
use crate::provider::vault::connection::any_connection;
use crate::provider::vault::place::known;
use crate::secret::Secret;
use crate::text::ticked;

/// An open session in one database.
pub(super) struct Reader<'a> {
    lab: &'a Lab,
    client: Arc<Client>,
    /// The server, as a person may read it.
    pub(super) server: String,
    /// The database.
    pub(super) database: String,
}

/// Why there is none.
pub(super) enum Closed {
    /// The server has no such database.
    NoDatabase {
        server: String,
        database: String,
    },
    Unseen(Unobservable),
}

impl Closed {
    /// What it means for a thing in the database: gone with it, or not seen.
    pub(super) fn observation(self, read: &str) -> Observation {
        match self {
            Self::NoDatabase { server, database } => {
                let shows = format!("Postgres at {server} has no database {}", ticked(&database));
                Observation::absent(Control::container_gone(shows), format!("{read} → 3D000"))
            }
            Self::Unseen(reason) => Observation::unobservable(reason, read),
        }
    }
}

/// Rows of a query, every column as text.
pub(super) type Rows = Vec<Vec<Option<String>>>;

/// Opens a session where a subject is: in its database, or for what all databases share in any.
pub(super) async fn open<'a>(subject: &Subject, lab: &'a Lab) -> Result<Reader<'a>, Closed> {
    let mut first = None;
    for endpoint in endpoints(subject, lab).await.map_err(Closed::Unseen)? {
        match open_at(&endpoint, subject, lab).await {
            Ok(reader) => return Ok(reader),
            // Whom the socket does not take, an address may.
            Err(closed @ Closed::Unseen(Unobservable::Forbidden(_))) => {
                first = first.or(Some(closed));
            }
            Err(closed) => return Err(first.unwrap_or(closed)),
        }
    }
    Err(first.unwrap_or_else(|| Closed::Unseen(no_login("its address"))))
}

async fn open_at<'a>(
    endpoint: &Endpoint,
    subject: &Subject,
    lab: &'a Lab,
) -> Result<Reader<'a>, Closed> {
    let databases = if let Some(database) = subject.param("database") {
        vec![known(database).map_err(Closed::Unseen)?]
    } else {
        let through = subject.param("through").and_then(Text::value);
        std::iter::once(ANY_DATABASE.to_owned()).chain(through).collect()
    };
    let mut closed = None;
    for database in databases {
        match open_in(endpoint, &database, subject, lab).await {
            Ok(reader) => return Ok(reader),
            Err(reason) => closed = closed.or(Some(reason)),
        }
        if !matches!(
            closed,
            Some(Closed::NoDatabase { .. } | Closed::Unseen(Unobservable::Forbidden(_)))
        ) {
            break;
        }
    }
    Err(match closed {
        // What all databases share is not gone with one of them.
        Some(Closed::NoDatabase { server, database }) if subject.param("database").is_none() => {
            let database = ticked(&database);
            let reason = format!("Postgres at {server} has no database {database} to read in");
            Closed::Unseen(Unobservable::Unexpected(reason))
        }
        Some(closed) => closed,
        None => Closed::Unseen(no_login(&endpoint.shown)),
    })
}

fn no_login(server: &str) -> Unobservable {
    Unobservable::Forbidden(format!(
        "no login that the text or `PG*` gives is let in by Postgres at {server}"
    ))
}

async fn open_in<'a>(
    endpoint: &Endpoint,
    database: &str,
    subject: &Subject,
    lab: &'a Lab,
) -> Result<Reader<'a>, Closed> {
    let server = endpoint.shown.clone();
    let accounts = accounts(subject, lab);
    if accounts.is_empty() {
        return Err(Closed::Unseen(Unobservable::Unconfigured(
            "neither the text nor `PGUSER` names a user to read Postgres' catalog as".to_owned(),
        )));
    }
    let mut reason = no_login(&server);
    for (user, password) in accounts {
        let database = Some(database.to_owned());
        let target = Target { endpoint: Endpoint { database, ..endpoint.clone() }, user, password };
        match lab.postgres.login(&target).await {
            Login::Accepted { session: Some(_), .. } => {
                let client = lab.postgres.reader(&target).await.map_err(Closed::Unseen)?;
                let database = target.endpoint.database.unwrap_or_default();
                return Ok(Reader { lab, client, server, database });
            }
            Login::Accepted { but: Some(Afterwards::NoSuchDatabase), .. } => {
                let database = target.endpoint.database.unwrap_or_default();
                return Err(Closed::NoDatabase { server, database });
            }
            Login::Accepted { but: Some(Afterwards::NoConnectionLeft), .. } => {
                reason = Unobservable::Unexpected(format!(
                    "Postgres at {server} has no connection left (53300)"
                ));
            }
            Login::Accepted { .. } => {
                let database = ticked(target.endpoint.database.as_deref().unwrap_or_default());
                reason = Unobservable::Forbidden(format!(
                    "{} may not connect to {database} at {server}",
                    ticked(&target.user)
                ));
            }
            Login::Refused | Login::Asked | Login::TurnedDown => {}
            Login::Unseen(unseen) => return Err(Closed::Unseen(unseen)),
        }
    }
    Err(Closed::Unseen(reason))
}

/// Whom to try: the text's own logins, then the environment's.
fn accounts(subject: &Subject, lab: &Lab) -> Vec<(String, Option<Secret>)> {
    let value = |key: &str| subject.param(key).and_then(Text::value);
    let own = &lab.config.postgres;
    let mut accounts: Vec<(String, Option<Secret>)> = Vec::new();
    let mut add = |user: Option<String>, password: Option<Secret>| {
        let Some(user) = user else { return };
        if !accounts.contains(&(user.clone(), password.clone())) {
            accounts.push((user, password));
        }
    };
    if let Some(password) = value("password") {
        add(value("user"), Some(Secret::new(password)));
    }
    if let Some(password) = own.password.clone() {
        add(own.variables.get("PGUSER").cloned(), Some(password.clone()));
        add(value("user"), Some(password));
    }
    if let Some(password) = value("own_password") {
        add(value("own_user"), Some(Secret::new(password)));
    }
    add(value("user"), None);
    add(own.variables.get("PGUSER").cloned(), None);
    accounts
}

/// Where a client finds its server without being told, by what packages are built with.
const SOCKETS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// Whether a server listens at a socket in this directory of this host.
fn listens(directory: &str, port: u16) -> bool {
    std::path::Path::new(directory).join(format!(".s.PGSQL.{port}")).exists()
}

/// The text's own address, else the one in Vault's connection, else `PG*`; where `psql` runs here without any,
/// this host: its socket, and then its address.
async fn endpoints(subject: &Subject, lab: &Lab) -> Result<Vec<Endpoint>, Unobservable> {
    let param = |key: &str| subject.param(key).cloned();
    let variables = &lab.config.postgres.variables;
    let port = param("port").and_then(|port| port.value());
    let port = port.or_else(|| variables.get("PGPORT").cloned());
    let port = port.and_then(|port| port.parse().ok()).unwrap_or(5432);
    // The text's socket may be that of another host.
    let elsewhere = |host: &Text| {
        let host = host.literal().filter(|host| host.starts_with('/'));
        host.is_some_and(|host| !listens(&host, port))
    };
    let to = Conninfo {
        host: param("host").filter(|host| !elsewhere(host)),
        port: param("port"),
        sslmode: param("sslmode"),
        sslrootcert: param("sslrootcert"),
        ..Conninfo::default()
    };
    let named = to.host.as_ref().and_then(Text::value).is_some();
    let vault = if named { None } else { any_connection(&lab.vault).await };
    let info = vault.as_ref().map(|connection| &connection.info);
    if let Some(endpoint) = Endpoint::choose(&to, info, variables) {
        return Ok(vec![endpoint]);
    }
    let here = to.host.is_none() && subject.param("inside").is_none();
    let sockets = SOCKETS.into_iter().filter(|directory| here && listens(directory, port));
    let hosts = sockets.take(1).chain(here.then_some("localhost"));
    let endpoints: Vec<Endpoint> = hosts
        .filter_map(|host| {
            let local = Conninfo { host: Some(Text::from(host)), ..to.clone() };
            Endpoint::choose(&local, None, variables)
        })
        .collect();
    if endpoints.is_empty() {
        return Err(Unobservable::Unconfigured(
            "neither the text, nor Vault, nor `PGHOST` names a host of Postgres".to_owned(),
        ));
    }
    Ok(endpoints)
}

impl Server {
    /// The session of a login that is let in, made fit for reading: once per run.
    async fn reader(&self, target: &Target) -> Result<Arc<Client>, Unobservable> {
        const LIMITS: &str = "set default_transaction_read_only = on; set statement_timeout = 5000";
        let cell = {
            let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(readers.entry(target.clone()).or_default())
        };
        let made = cell.get_or_init(|| async {
            let shown = &target.endpoint.shown;
            let Login::Accepted { session: Some(client), .. } = self.login(target).await else {
                return Err(no_login(shown));
            };
            match tokio::time::timeout(self.patience, client.batch_execute(LIMITS)).await {
                Ok(Ok(())) => Ok(client),
                Ok(Err(error)) => Err(failed(&error, shown)),
                Err(_) => Err(silent(shown, self.patience.as_secs())),
            }
        });
        made.await.clone()
    }
}

fn silent(shown: &str, seconds: u64) -> Unobservable {
    Unobservable::TimedOut(format!("Postgres at {shown} did not answer within {seconds} s"))
}

fn failed(error: &tokio_postgres::Error, shown: &str) -> Unobservable {
    match error.code().map(tokio_postgres::error::SqlState::code) {
        Some("42501") => {
            Unobservable::Forbidden(format!("the login at {shown} may not read it (42501)"))
        }
        Some("57014") => silent(shown, 5),
        Some(state) => Unobservable::Unexpected(format!(
            "Postgres at {shown} answered the read with SQLSTATE {state}"
        )),
        None => Unobservable::Unreachable(format!("Postgres at {shown} went away")),
    }
}

impl Reader<'_> {
    /// Runs a query whose parameters and columns are all text.
    pub(super) async fn rows(
        &self,
        query: &str,
        parameters: &[Option<&str>],
    ) -> Result<Rows, Unobservable> {
        let postgres = &self.lab.postgres;
        // With the types told beforehand, a query is one round trip and not three.
        let values: Vec<(&(dyn ToSql + Sync), Type)> =
            parameters.iter().map(|value| (value as &(dyn ToSql + Sync), Type::TEXT)).collect();
        let asked = postgres.timings.time(
            format!("postgres query at {}", self.server),
            self.client.query_typed(query, &values),
        );
        let rows = match tokio::time::timeout(postgres.patience, asked).await {
            Ok(Ok(rows)) => rows,
            Ok(Err(error)) => return Err(failed(&error, &self.server)),
            Err(_) => return Err(silent(&self.server, postgres.patience.as_secs())),
        };
        let cells = |row: &tokio_postgres::Row| {
            (0..row.len()).map(|index| row.try_get(index).ok().flatten()).collect()
        };
        Ok(rows.iter().map(cells).collect())
    }

    /// The account of a user.
    pub(super) async fn account(&self, user: &str) -> Result<Account, Unobservable> {
        const QUERY: &str = "select rolcanlogin::text, coalesce(rolvaliduntil <= now(), false)::text \
            from pg_catalog.pg_roles where rolname = $1::text";
        let rows = self.rows(QUERY, &[Some(user)]).await?;
        let Some(row) = rows.first() else { return Ok(Account::Missing) };
        let is = |index: usize| row.get(index).and_then(Option::as_deref) == Some("true");
        Ok(Account::of(is(0), is(1)))
    }

    /// The control of an absence: that this very database lets its catalog be read.
    pub(super) fn control(&self) -> Control {
        Control::new(format!("{} at {} lists what it has", ticked(&self.database), self.server))
    }
}

/// The first column of rows.
pub(super) fn first_column(rows: &Rows) -> Vec<&str> {
    rows.iter().filter_map(|row| row.first()?.as_deref()).collect()
}
