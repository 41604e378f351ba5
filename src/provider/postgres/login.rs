//! `postgres/login`: a login that must be accepted, or must be refused because the text changed its password.

use futures_util::future::{BoxFuture, join};

use super::cli::Psql;
use super::client::{Afterwards, Login, Target};
use super::conninfo::{Conninfo, Endpoint};
use super::refusal::{ANY_DATABASE, Old, Tried, trusts, unseen};
use crate::claim::{
    Claim, Control, Expectation, Facts, Observation, Subject, Text, Unobservable, Verb,
};
use crate::config::Probes;
use crate::provider::masked::Masked;
use crate::provider::vault::connection::{
    Connection, config_of, config_with_account, connection, reason_of, without_probes,
};
use crate::provider::vault::issue::Trouble;
use crate::provider::vault::place::{Place, known, last};
use crate::provider::vault::probe::Round;
use crate::provider::vault::{database_config, database_role, dynamic_credential, root_rotation};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::secret::Secret;
use crate::text::ticked;

const ID: &str = "postgres/login";

const DOC: &str = "\
A login to Postgres.

Claimed by `psql`, from its options, its URI or `key=value` string and the `PG*` variables of the text:

- where the user is a placeholder and the text read dynamic credentials before: fresh credentials of that role
  log in (a probe, taken back at the end of the run);
- where the user is the account of a connection whose root credential the text rotated: the old password is
  refused;
- where user and password are both in the text: the login is accepted.

The host is the text's, else the one in Vault's connection URL, else `PGHOST`. Controls: a login without a
password is not let in (else `pg_hba.conf` trusts this address, and no login proves anything); for a refusal
also that the account exists, may log in and has not expired, as read with fresh credentials. Only SQLSTATE
28P01 is a refusal of the password.

What a session may then do is not looked at; statements that `psql` runs are not claimed.";

/// The kind.
pub(super) struct PostgresLogin;

impl Kind for PostgresLogin {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "login"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).into_iter().chain(rotated(call, story)).collect()
    }
    fn title(&self, claim: &Claim) -> String {
        let user = ticked(&claim.subject.name.shown());
        let database =
            claim.subject.param("database").map(|name| format!(" to {}", ticked(&name.shown())));
        let database = database.unwrap_or_default();
        match (fresh_role(&claim.subject), &claim.expectation) {
            (Some(role), _) => {
                format!("fresh credentials of {} log in{database}", ticked(&last(role)))
            }
            (None, Expectation::Refused) => {
                format!("{user} can no longer log in with the old password")
            }
            (None, _) => format!("{user} logs in{database}"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let user = ticked(&claim.subject.name.shown());
        match (fresh_role(&claim.subject), &claim.expectation) {
            (Some(_), _) => "a login with fresh credentials is accepted".to_owned(),
            (None, Expectation::Refused) => format!("the old password of {user} is refused"),
            (None, _) => format!("the login of {user} is accepted"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        match (fresh_role(&claim.subject), &claim.expectation) {
            (Some(role), _) => format!(
                "`vault read {}` issues credentials; the role's `creation_statements` say what they may do",
                split(role, "creds").shown()
            ),
            (None, Expectation::Refused) => {
                let config = claim.subject.param("config");
                let path = config.map(|name| split(name, "rotate-root").shown());
                let path = path.unwrap_or_else(|| "…/rotate-root/…".to_owned());
                format!("`vault write -force {path}` replaces the password")
            }
            (None, _) => {
                format!("`psql -U {} …` tries it by hand", claim.subject.name.shown())
            }
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        let user = match fresh_role(&claim.subject) {
            Some(role) => format!("fresh credentials of {}", ticked(&last(role))),
            None => ticked(&claim.subject.name.shown()),
        };
        let mut controls = vec!["a login without a password is not let in".to_owned()];
        if claim.expectation == Expectation::Refused {
            controls.push(format!(
                "the account {user} exists, may log in and has not expired, read with fresh credentials"
            ));
        }
        Looks { reads: vec![format!("login of {user}")], controls }
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(async move {
            match fresh_role(subject) {
                Some(role) => fresh(subject, role, lab).await,
                None => known_account(subject, lab).await,
            }
        })
    }
}

/// `database/creds/api` of `database/api`.
fn split(name: &Text, area: &str) -> Text {
    let masked = Masked::new(name);
    let (mount, last) = masked.text.rsplit_once('/').unwrap_or(("", &masked.text));
    masked.unmask(&format!("{mount}/{area}/{last}"))
}

fn fresh_role(subject: &Subject) -> Option<&Text> {
    subject.param("fresh")
}

fn infer(call: &Call, story: &Story) -> Option<Claim> {
    let psql = Psql::of(call)?;
    if !psql.only_looks() {
        return None;
    }
    let user = psql.to.user.as_ref()?;
    let rotation = story.last(root_rotation::ID, |claim| {
        claim.subject.param("user").is_some_and(|rotated| same(rotated, user))
    });
    if let Some(rotation) = rotation {
        return refused(&psql, user, rotation);
    }
    if user.value().is_some() {
        let password = psql.to.password.as_ref().filter(|password| password.value().is_some())?;
        let subject =
            at(Subject::new(ID, user.clone()), &psql.to).with("password", password.clone());
        return Some(Claim::new(subject, Expectation::Present(Vec::new()), Verb::Confirm));
    }
    let credential = story.last(dynamic_credential::ID, |_| true)?;
    let role = credential.subject.name.clone();
    // The user is made anew by every look: the login is named after the path that gives it.
    let name = split(&role, "creds");
    let subject = at(Subject::new(ID, name), &psql.to).with("fresh", role);
    let mut claim = Claim::new(subject, Expectation::Present(Vec::new()), Verb::Confirm);
    claim.container = Some(Subject::new(database_role::ID, credential.subject.name.clone()));
    Some(claim.needing(credential.depends.clone()))
}

/// A login that must be refused, because the text rotated its password.
fn refused(psql: &Psql, user: &Text, rotation: &Claim) -> Option<Claim> {
    let old = rotation.subject.param("password")?;
    if psql.to.password.as_ref().is_some_and(|password| !same(password, old)) {
        return None;
    }
    let mut subject = at(Subject::new(ID, user.clone()), &psql.to)
        .with("password", old.clone())
        .with("config", rotation.subject.name.clone());
    if let Some(role) = rotation.subject.param("role") {
        subject = subject.with("role", role.clone());
    }
    let mut claim = Claim::new(subject, Expectation::Refused, Verb::Confirm);
    claim.container.clone_from(&rotation.container);
    let needs = std::iter::once(rotation.subject.clone()).chain(rotation.depends.clone());
    Some(claim.needing(needs))
}

/// The logins of the text that a rotation turns down from here on.
fn rotated(call: &Call, story: &Story) -> Vec<Claim> {
    let rotations = root_rotation::infer(call, story);
    let logins = |rotation: &Claim| {
        let param = |key: &str| rotation.subject.param(key).cloned();
        let (user, password) = (param("user"), param("password"));
        let is = move |claim: &&Claim| {
            claim.subject.kind == ID
                && claim.verb == Verb::Confirm
                && matches!(claim.expectation, Expectation::Present(_))
                && user.as_ref().is_some_and(|user| same(user, &claim.subject.name))
                && claim
                    .subject
                    .param("password")
                    .zip(password.as_ref())
                    .is_some_and(|(a, b)| same(a, b))
        };
        let mut subjects: Vec<Subject> = Vec::new();
        for claim in story.claims.iter().filter(is) {
            if !subjects.contains(&claim.subject) {
                subjects.push(claim.subject.clone());
            }
        }
        subjects
    };
    let Some(rotation) = rotations else { return Vec::new() };
    logins(&rotation)
        .into_iter()
        .map(|subject| {
            let claim = Claim::new(subject, Expectation::Refused, Verb::Change);
            claim.needing(rotation.depends.clone())
        })
        .collect()
}

fn same(one: &Text, other: &Text) -> bool {
    one == other || one.value().is_some_and(|value| other.value() == Some(value))
}

/// The subject with where the text says that it is.
fn at(mut subject: Subject, to: &Conninfo) -> Subject {
    for (key, value) in [
        ("host", &to.host),
        ("port", &to.port),
        ("database", &to.database),
        ("sslmode", &to.sslmode),
        ("sslrootcert", &to.sslrootcert),
    ] {
        if let Some(value) = value {
            subject = subject.with(key, value.clone());
        }
    }
    subject
}

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

/// Whether fresh credentials log in.
async fn fresh(subject: &Subject, role: &Text, lab: &Lab) -> Observation {
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
        Err(observation) => return observation,
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
    judge(
        &with,
        &without,
        &endpoint,
        &format!("fresh credentials of {}", last(role)),
        named_database,
    )
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
fn judge(
    with: &Login,
    without: &Login,
    endpoint: &Endpoint,
    who: &str,
    named_database: bool,
) -> Observation {
    let read = format!("login of {} at {}", ticked(who), endpoint.shown);
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

/// Whether a user and password of the text log in.
async fn known_account(subject: &Subject, lab: &Lab) -> Observation {
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
    let connection = match &config {
        Some(place) => match connection(&lab.vault, place).await {
            Ok(connection) => Some(connection),
            Err(observation) => {
                let subject = Subject::new(database_config::ID, place.name.as_str());
                return unseen(reason_of(observation, &subject));
            }
        },
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
        if matches!(with, Login::Refused) && lab.config.probes != Probes::None {
            config = config_with_account(&lab.vault, &user).await;
        }
        if config.is_none() {
            return judge(&with, &without, &endpoint, &shown, subject.param("database").is_some());
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

#[cfg(test)]
#[path = "login_tests.rs"]
mod tests;
