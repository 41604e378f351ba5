//! What Vault knows of a Postgres: its connection, and the roles that use it.

use super::client::Session;
use super::object::{self, Thing};
use super::place::Place;
use super::probe;
use crate::claim::{Observation, Seen, Text, Unobservable};
use crate::provider::postgres::conninfo::Conninfo;
use crate::text::ticked;

/// At most so many roles are read to find one of a connection.
const ROLES_READ: usize = 16;

/// A connection of the database engine.
pub(crate) struct Connection {
    /// The account that Vault logs in as.
    pub(crate) username: Option<String>,
    /// Where.
    pub(crate) info: Conninfo,
}

/// Reads the connection behind a subject of `vault/database-config`.
pub(crate) async fn connection(
    session: &Session,
    place: &Place,
) -> Result<Connection, Observation> {
    let answer = match object::read(session, place, "config").await {
        Thing::There(answer, _) => answer,
        Thing::Not(observation) => return Err(observation),
    };
    let details = &answer.data()["connection_details"];
    let url = Text::from(details["connection_url"].as_str().unwrap_or_default());
    Ok(Connection {
        username: details["username"].as_str().filter(|name| !name.is_empty()).map(str::to_owned),
        info: Conninfo::parse(&url).unwrap_or_default(),
    })
}

/// A role of a connection: the one that the text names, else one that Vault has.
pub(crate) async fn role_of(
    session: &Session,
    config: &Place,
    named: Option<&Text>,
) -> Result<String, Unobservable> {
    if let Some(name) = named.and_then(Text::value) {
        return Ok(name);
    }
    let path = format!("{}roles", config.mount);
    let roles = session.list(&path).await?;
    if roles.is_forbidden() {
        let shown = ticked(&format!("{}roles", config.shown_mount));
        return Err(Unobservable::Forbidden(format!("the token may not list {shown}")));
    }
    for role in roles.keys().iter().take(ROLES_READ) {
        let answer = session.get(&format!("{path}/{role}")).await?;
        if answer.data()["db_name"].as_str() == Some(&config.name) {
            return Ok(role.clone());
        }
    }
    let name = ticked(&config.shown_name);
    let reason = format!("{name} has no role whose fresh credentials could serve as a control");
    Err(Unobservable::Uncontrolled(reason))
}

/// The connection that a role uses, as Vault says; `Err` where the role is not there or not seen.
pub(crate) async fn config_of(session: &Session, role: &Place) -> Result<Place, Observation> {
    match object::read(session, role, "roles").await {
        Thing::There(answer, _) => {
            let name = answer.data()["db_name"].as_str().unwrap_or_default().to_owned();
            Ok(Place {
                mount: role.mount.clone(),
                shown_mount: role.shown_mount.clone(),
                shown_name: name.clone(),
                name,
            })
        }
        Thing::Not(observation) => Err(observation),
    }
}

/// The connection at an address that the text names only by its account: the first of `database/` with it.
pub(crate) async fn config_with_account(session: &Session, username: &str) -> Option<Place> {
    const MOUNT: &str = "database/";
    let names = session.list(&format!("{MOUNT}config")).await.ok()?.keys();
    for name in names.iter().take(ROLES_READ) {
        let place = Place::of(&Text::from(format!("{MOUNT}{name}"))).ok()?;
        let found = connection(session, &place).await.ok()?;
        if found.username.as_deref() == Some(username) {
            return Some(place);
        }
    }
    None
}

/// The first connection of `database/`, where the text names no address of Postgres.
pub(crate) async fn any_connection(session: &Session) -> Option<Connection> {
    const MOUNT: &str = "database/";
    let names = session.list(&format!("{MOUNT}config")).await.ok()?.keys();
    let place = Place::of(&Text::from(format!("{MOUNT}{}", names.first()?))).ok()?;
    connection(session, &place).await.ok().filter(|connection| connection.info.host.is_some())
}

/// Why something that Vault should hold does not serve as a control.
pub(crate) fn reason_of(observation: Observation, noun: &str, name: &str) -> Unobservable {
    match observation.seen {
        Seen::Unobservable(reason) => reason,
        _ => Unobservable::Uncontrolled(format!(
            "Vault has no {noun} {} to tell it by",
            ticked(name)
        )),
    }
}

/// The reason of a claim that only a probe could tell.
pub(crate) fn without_probes() -> Unobservable {
    probe::without_probes()
}
