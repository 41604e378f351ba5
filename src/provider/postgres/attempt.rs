//! Trying the logins that a text speaks of, and what the tries say.

use futures_util::future::join;

use super::catalog;
use super::client::{Account, Afterwards, Login, Target};
use super::conninfo::{Conninfo, Endpoint};
use super::refusal::{ANY_DATABASE, Old, Tried, trusts, unseen};
use crate::claim::{Control, Facts, Observation, Subject, Text, Unobservable};
use crate::config::Probes;
use crate::provider::Lab;
use crate::provider::vault::connection::{
    Connection, config_of, config_with_account, connection, without_probes,
};
use crate::provider::vault::issue::Trouble;
use crate::provider::vault::place::{Place, known, last};
use crate::provider::vault::probe::Round;
use crate::secret::Secret;
use crate::text::ticked;

fn named(subject: &Subject) -> Conninfo {
    let param = |key: &str| subject.param(key).cloned();
    Conninfo {
        host: param("host"),
        port: param("port"),
        database: param("database"),
        sslmode: param("sslmode"),
        sslrootcert: param("sslrootcert"),
        ..Conninfo::default()
    }
}

fn endpoint(
    subject: &Subject,
    lab: &Lab,
    vault: Option<&Connection>,
) -> Result<Endpoint, Unobservable> {
    let info = vault.map(|connection| &connection.info);
    Endpoint::choose(&named(subject), info, &lab.config.postgres.variables).ok_or_else(|| {
        Unobservable::Unconfigured("neither the text nor Vault names a host of Postgres".to_owned())
    })
}

/// Has the credentials of [`fresh`] issued, on its conditions: where Postgres is does not matter yet.
pub(super) async fn issue(role: &Text, lab: &Lab) {
    let Ok(place) = Place::of(role) else { return };
    if config_of(&lab.vault, &place).await.is_ok() {
        // The session keeps what comes of it.
        let _ = lab.vault.probe(&place.mount, &place.name, Round::Shared).await;
    }
}

/// Whether fresh credentials log in.
pub(super) async fn fresh(subject: &Subject, role: &Text, lab: &Lab) -> Observation {
    let _intent = lab.vault.intend();
    let name = ticked(&last(role));
    let read = format!("login with fresh credentials of {name}");
    let unseen_for = |reason| Observation::unobservable(reason, read.clone());
    if lab.config.probes == Probes::None {
        return unseen_for(without_probes());
    }
    let place = match Place::of(role) {
        Ok(place) => place,
        Err(reason) => return unseen_for(reason),
    };
    let config = match config_of(&lab.vault, &place).await {
        Ok(config) => config,
        Err(observation) => {
            return observation.near(Some(format!("Vault has no role {name} to issue them")));
        }
    };
    let (issued, connection) = join(
        lab.vault.probe(&place.mount, &place.name, Round::Shared),
        connection(&lab.vault, &config),
    )
    .await;
    let connection = connection.ok();
    let endpoint = match endpoint(subject, lab, connection.as_ref()) {
        Ok(endpoint) => endpoint,
        Err(reason) => return unseen_for(reason),
    };
    let credential = match issued {
        Ok(credential) => credential,
        Err(trouble) => {
            return not_issued(lab, &trouble, &endpoint, connection.as_ref(), &place).await;
        }
    };
    let named_database = named(subject).database.is_some();
    let target = |password: Option<Secret>| {
        let mut endpoint = endpoint.clone();
        endpoint.database.get_or_insert_with(|| ANY_DATABASE.to_owned());
        Target { endpoint, user: credential.username.clone(), password }
    };
    let (with, without) = (target(Some(credential.password.clone())), target(None));
    let (with, without) = join(lab.postgres.login(&with), lab.postgres.login(&without)).await;
    judge(&with, &without, &endpoint, &format!("fresh credentials of {name}"), named_database)
}

/// Why no credentials were issued: a fail only where what was configured is the cause.
async fn not_issued(
    lab: &Lab,
    trouble: &Trouble,
    endpoint: &Endpoint,
    connection: Option<&Connection>,
    place: &Place,
) -> Observation {
    let read = format!("GET {}creds/{}", place.shown_mount, place.shown_name);
    match trouble {
        Trouble::Cannot(why) => {
            let reason = format!("Vault issues no credentials: {why}");
            return Observation::present(Facts::none().but(reason), read);
        }
        Trouble::NoPostgres | Trouble::Slow => {}
        other => return Observation::unobservable(unseen(other, endpoint), read),
    }
    // Whether Postgres is down or elsewhere: asked at the text's own address.
    let target =
        Target { endpoint: endpoint.clone(), user: ANY_DATABASE.to_owned(), password: None };
    if let Login::Unseen(reason) = lab.postgres.login(&target).await {
        return Observation::unobservable(reason, read);
    }
    let configured =
        connection.and_then(|connection| connection.info.host.as_ref()).and_then(Text::value);
    match configured {
        Some(host) if host != endpoint.host => {
            let host = ticked(&host);
            let reason = format!(
                "Vault's connection names {host}, where it reaches no Postgres; one answers at {}",
                endpoint.shown
            );
            Observation::present(Facts::none().but(reason), read)
        }
        _ => Observation::unobservable(unseen(trouble, endpoint), read),
    }
}

/// What two tries of one login, with and without its password, say of it.
pub(super) fn judge(
    with: &Login,
    without: &Login,
    endpoint: &Endpoint,
    who: &str,
    named_database: bool,
) -> Observation {
    let read = format!("login of {who} at {}", endpoint.shown);
    if let Some(reason) = trusts(without, who, endpoint) {
        return Observation::unobservable(reason, read);
    }
    let database = ticked(endpoint.database.as_deref().unwrap_or(ANY_DATABASE));
    match with {
        Login::Accepted { but, .. } => {
            let mut facts = Facts::none();
            match but {
                Some(Afterwards::NoSuchDatabase) if named_database => {
                    facts.but =
                        Some(format!("the password is right, but there is no database {database}"));
                }
                Some(Afterwards::NotPermitted) => {
                    facts.but = Some(format!(
                        "the password is right, but it may not connect to {database}"
                    ));
                }
                Some(Afterwards::NoConnectionLeft) => {
                    facts.note =
                        Some("the password is right; no connection was left for it".to_owned());
                }
                Some(Afterwards::NoSuchDatabase) | None => {}
            }
            Observation::present(facts, format!("{read} → accepted"))
        }
        Login::Refused => {
            let control = Control::new("a login without a password is not let in");
            Observation::refused(control, format!("{read} → 28P01"))
        }
        Login::Asked | Login::TurnedDown => {
            let reason = format!(
                "Postgres at {} turns it down for another reason than the password (28000)",
                endpoint.shown
            );
            Observation::unobservable(Unobservable::Uncontrolled(reason), read)
        }
        Login::Unseen(reason) => Observation::unobservable(reason.clone(), read),
    }
}

/// Why a login is refused, where another login may read the catalog; `None` where it cannot be told.
async fn told_by_catalog(
    subject: &Subject,
    lab: &Lab,
    user: &str,
    read: &str,
) -> Option<Observation> {
    lab.config.postgres.password.as_ref()?;
    let ways = ["host", "port", "sslmode", "sslrootcert"];
    let mut place = Subject::new(subject.kind, subject.name.clone());
    place.params = subject.params.iter().filter(|(key, _)| ways.contains(key)).cloned().collect();
    let reader = catalog::open(&place, lab).await.ok()?;
    let read = format!("{read} at {} → 28P01", reader.server);
    let but = |reason: String| Observation::present(Facts::none().but(reason), read.clone());
    let shown = ticked(&subject.name.shown());
    Some(match reader.account(user).await.ok()? {
        Account::Usable => Observation::refused(
            Control::new(
                "a login without a password is not let in; the account exists, may log in and has not expired",
            ),
            read,
        ),
        Account::Missing => {
            Observation::absent(Control::new("the list of all roles can be read"), read)
                .near(Some(format!("there is no role {shown}")))
        }
        Account::MayNotLogIn => but(format!("the role {shown} may not log in")),
        Account::Expired => but(format!("the role {shown} has expired")),
    })
}

/// Whether a user and password of the text log in.
pub(super) async fn known_account(subject: &Subject, lab: &Lab) -> Observation {
    let _intent = lab.vault.intend();
    let shown = subject.name.shown();
    let read = format!("login of {}", ticked(&shown));
    let unseen = |reason| Observation::unobservable(reason, read.clone());
    let missing = || Unobservable::NotObserved("the text does not give the password".to_owned());
    let password = subject.param("password").ok_or_else(missing).and_then(known);
    let (user, password) = match (known(&subject.name), password) {
        (Ok(user), Ok(password)) => (user, Secret::new(password)),
        (Err(reason), _) | (_, Err(reason)) => return unseen(reason),
    };
    let text_config = subject.param("config");
    if text_config.is_some() && lab.config.probes == Probes::None {
        return unseen(without_probes());
    }
    let mut config = text_config.and_then(|name| Place::of(name).ok());
    // Where the connection is not there the login still tells whether the old password is alive.
    let connection = match &config {
        Some(place) => connection(&lab.vault, place).await.ok(),
        None => None,
    };
    let endpoint = match endpoint(subject, lab, connection.as_ref()) {
        Ok(endpoint) => endpoint,
        Err(reason) => return unseen(reason),
    };
    let target = |password| Target { endpoint: endpoint.clone(), user: user.clone(), password };
    let (with, without) = (target(Some(password.clone())), target(None));
    if config.is_none() {
        let (with, without) = join(lab.postgres.login(&with), lab.postgres.login(&without)).await;
        if matches!(with, Login::Refused)
            && trusts(&without, &shown, &endpoint).is_none()
            && let Some(told) = told_by_catalog(subject, lab, &user, &read).await
        {
            return told;
        }
        if matches!(with, Login::Refused) && lab.config.probes != Probes::None {
            config = config_with_account(&lab.vault, &user).await;
        }
        if config.is_none() && matches!(with, Login::Refused) {
            // An account that is missing or has expired is turned down with the same words.
            let reason = format!(
                "Postgres turns {} down, and whether the account exists could not be read",
                ticked(&shown)
            );
            return unseen(Unobservable::Uncontrolled(reason));
        }
        if config.is_none() {
            return judge(
                &with,
                &without,
                &endpoint,
                &ticked(&shown),
                subject.param("database").is_some(),
            );
        }
    }
    let Some(config) = &config else { return unseen(missing()) };
    let role = subject.param("role");
    let old = Old { endpoint, user, shown_user: shown.clone(), password, config, role };
    let tried = old.attempt(lab).await;
    let read = old.read(&tried);
    match tried {
        Tried::Dead(control) => Observation::refused(Control::new(control), read),
        Tried::Alive => Observation::present(Facts::none(), read),
        Tried::NothingIssued(why) => {
            let reason = format!("Vault issues no credentials to tell it by: {why}");
            Observation::unobservable(Unobservable::Uncontrolled(reason), read)
        }
        Tried::Unseen(reason) => Observation::unobservable(reason, read),
    }
}
