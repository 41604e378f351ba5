//! `vault/root-rotation`: the password of the account that Vault itself logs in with was replaced.

use futures_util::future::BoxFuture;
use reqwest::Method;

use super::cli::Invocation;
use super::client::Session;
use super::connection::{connection, role_of, without_probes};
use super::issue::Trouble;
use super::lifetime;
use super::place::{DatabasePath, Place, field, first, known, last};
use super::probe::Round;
use super::{database_config, database_role};
use crate::claim::{
    Claim, Control, Expectation, Facts, Observation, Subject, Text, Unobservable, Verb,
};
use crate::config::Probes;
use crate::provider::postgres::conninfo::{Conninfo, Endpoint};
use crate::provider::postgres::refusal::{Old, Tried};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::secret::Secret;
use crate::text::ticked;

pub(crate) const ID: &str = "vault/root-rotation";

const DOC: &str = "\
The password of the account that a connection of the database engine logs in with was rotated.

Claimed by `vault write -f MOUNT/rotate-root/NAME`; the user and the old password come from the text's own
`vault write MOUNT/config/NAME`. Nothing is claimed where that allows no role, so that no credentials can be issued as a
control, and nothing where that names the plugin of another database: only logins of
Postgres are tried.

Vault gives no sign of a rotation, so its effect is looked at: the old password is refused (SQLSTATE 28P01),
and Vault still issues credentials. Controls: a login without a password is not let in (else `pg_hba.conf`
trusts this address), and the account exists, may log in and has not expired, as read with fresh credentials
(a probe, taken back at the end of the run).

Whether Vault or a hand changed the password cannot be read. `--probe reset` tells the two apart: it has Vault
log in anew (`POST MOUNT/reset/NAME`), which a changed password would refuse.";

/// The kind.
pub(super) struct RootRotation;

impl Kind for RootRotation {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "rotation"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        format!("root credential of {} is rotated", ticked(&last(&claim.subject.name)))
    }
    fn expected(&self, claim: &Claim) -> String {
        let user = claim.subject.param("user").map(Text::shown).unwrap_or_default();
        format!(
            "the old password of {} is refused, and Vault still issues credentials",
            ticked(&user)
        )
    }
    fn hint(&self, claim: &Claim) -> String {
        let path =
            format!("{}rotate-root/{}", first(&claim.subject.name), last(&claim.subject.name));
        format!("`vault write -force {path}` has Vault set a password that only it knows")
    }
    fn looks(&self, claim: &Claim) -> Looks {
        let user = ticked(&claim.subject.param("user").map(Text::shown).unwrap_or_default());
        let (mount, name) = (first(&claim.subject.name), last(&claim.subject.name));
        Looks {
            reads: vec![
                format!("GET {mount}config/{name}"),
                format!("login of {user} with the old password"),
            ],
            controls: vec![
                format!("a login of {user} without a password is not let in"),
                format!(
                    "the account {user} exists, may log in and has not expired, read with fresh credentials"
                ),
            ],
        }
    }
    fn also_reads(&self) -> &'static [&'static str] {
        &["postgres"]
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, lab))
    }
}

pub(crate) fn infer(call: &Call, story: &Story) -> Option<Claim> {
    let invocation = Invocation::of(call)?;
    let path = DatabasePath::of(invocation.path()?, story)?;
    if path.area != "rotate-root" || !invocation.is(&["write"]) || invocation.elsewhere() {
        return None;
    }
    let config = path.subject(database_config::ID);
    let configured = story.last(database_config::ID, |claim| {
        claim.subject == config && matches!(claim.expectation, Expectation::Present(_))
    });
    if configured.is_some_and(speaks_otherwise) {
        return None;
    }
    let role = story.last(database_role::ID, |claim| {
        field(claim, "db_name") == Some(&path.name) && claim.container == Some(path.container())
    });
    if lifetime::issues_nothing(&config, role.map(|role| &role.subject.name), story) {
        return None;
    }
    let mut subject = path.subject(ID);
    for (key, name) in [("user", "username"), ("password", "password"), ("url", "connection_url")] {
        if let Some(value) = configured.and_then(|claim| field(claim, name)) {
            subject = subject.with(key, value.clone());
        }
    }
    if let Some(role) = role {
        subject = subject.with("role", Text::from(last(&role.subject.name)));
    }
    let needs = std::iter::once(config).chain(role.map(|role| role.subject.clone()));
    let claim = Claim::new(subject, Expectation::Changed, Verb::Change);
    Some(claim.within(path.container()).needing(needs))
}

/// Whether the connection is one to something that logins of Postgres cannot reach.
fn speaks_otherwise(config: &Claim) -> bool {
    let plugin = field(config, "plugin_name").and_then(Text::value).unwrap_or_default();
    !plugin.is_empty() && !["postgres", "redshift"].iter().any(|name| plugin.contains(name))
}

async fn observe(subject: &Subject, lab: &Lab) -> Observation {
    let intent = lab.vault.intend();
    let unseen = |reason| Observation::unobservable(reason, "login with the old password");
    if lab.config.probes == Probes::None {
        return unseen(without_probes());
    }
    let place = match Place::of(&subject.name) {
        Ok(place) => place,
        Err(reason) => return unseen(reason),
    };
    let connection = match connection(&lab.vault, &place).await {
        Ok(connection) => connection,
        Err(observation) => return observation,
    };
    let old = match old(subject, lab, &place, &connection) {
        Ok(old) => old,
        Err(reason) => return unseen(reason),
    };
    let tried = old.attempt(lab).await;
    let read = old.read(&tried);
    drop(intent);
    match tried {
        Tried::Alive => {
            let reason = format!("the old password of {} still logs in", ticked(&old.shown_user));
            Observation::present(Facts::none().but(reason), read)
        }
        Tried::NothingIssued(why) => {
            let reason =
                format!("the old password is refused, but Vault issues no credentials: {why}");
            Observation::present(Facts::none().but(reason), read)
        }
        Tried::Unseen(reason) => Observation::unobservable(reason, read),
        Tried::Dead(control) if lab.config.probes == Probes::Reset => {
            after_reset(lab, &place, &old, control, read).await
        }
        Tried::Dead(control) => {
            let control = format!("{control}; Vault still issues credentials");
            let only =
                "only the old password's death was seen, not who changed it; `--probe reset` tells";
            Observation::refused(Control::new(control), read).near(Some(only.to_owned()))
        }
    }
}

fn old<'a>(
    subject: &'a Subject,
    lab: &Lab,
    place: &'a Place,
    connection: &super::connection::Connection,
) -> Result<Old<'a>, Unobservable> {
    let missing = |what: &str| {
        let reason = format!("the text does not give the {what} that was rotated");
        Unobservable::NotObserved(reason)
    };
    let user = subject.param("user").ok_or_else(|| missing("account"))?;
    let shown_user = user.shown();
    let user = known(user)?;
    let password = known(subject.param("password").ok_or_else(|| missing("password"))?)?;
    if connection.username.as_ref().is_some_and(|configured| *configured != user) {
        let reason = format!("Vault's connection does not log in as {}", ticked(&shown_user));
        return Err(Unobservable::Uncontrolled(reason));
    }
    let text = subject.param("url").and_then(Conninfo::parse).unwrap_or_default();
    let endpoint = Endpoint::choose(&text, Some(&connection.info), &lab.config.postgres.variables);
    let endpoint = endpoint.ok_or_else(|| {
        Unobservable::Unconfigured("neither the text nor Vault names a host of Postgres".to_owned())
    })?;
    let role = subject.param("role");
    Ok(Old { endpoint, user, shown_user, password: Secret::new(password), config: place, role })
}

/// Has Vault log in anew: a password that a hand has changed refuses it.
async fn after_reset(
    lab: &Lab,
    place: &Place,
    old: &Old<'_>,
    control: String,
    read: String,
) -> Observation {
    lab.vault.end_probes().await;
    let reset = format!("{}reset/{}", place.mount, place.name);
    let read = format!("{read}; POST {}reset/{}", place.shown_mount, place.shown_name);
    let unseen = |reason| Observation::unobservable(reason, read.clone());
    if let Err(reason) = post(&lab.vault, &reset).await {
        return unseen(reason);
    }
    let role = match role_of(&lab.vault, place, old.role).await {
        Ok(role) => role,
        Err(reason) => return unseen(reason),
    };
    match lab.vault.probe(&place.mount, &role, Round::AfterReset).await {
        Ok(_) => {
            let control =
                format!("{control}; after a reset Vault logs in anew and issues credentials");
            Observation::refused(Control::new(control), read)
        }
        // The account was seen to exist, to be allowed and not to have expired just before.
        Err(trouble) if *trouble == Trouble::OwnLogin => {
            let reason =
                "Postgres refuses Vault's own password: it was changed by hand, not rotated";
            Observation::present(Facts::none().but(reason), read)
        }
        Err(trouble) => unseen(crate::provider::postgres::refusal::unseen(&trouble, &old.endpoint)),
    }
}

async fn post(session: &Session, path: &str) -> Result<(), Unobservable> {
    let answer = session.wire.send_patiently(None, Method::POST, path, None).await?;
    match answer.status {
        403 => Err(Unobservable::Forbidden(format!("the token may not write {}", ticked(path)))),
        // Vault closes the connection first: where it cannot open it again, the next issue tells why.
        200 | 204 | 500 => Ok(()),
        status => Err(Unobservable::Unexpected(format!("Vault answered {status} to POST {path}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;

    #[test]
    fn a_rotation_takes_account_and_password_from_the_text() {
        let mut story = Story::default();
        for line in [
            "vault write database/config/pg username=postgres password=old connection_url=postgresql://h/ allowed_roles=api",
            "vault write database/roles/api db_name=pg",
        ] {
            let claims = super::super::Vault::claims(&call(line), &story);
            story.claims.extend(claims);
        }
        let claim = infer(&call("vault write -force database/rotate-root/pg"), &story).unwrap();
        let shown = |key: &str| claim.subject.param(key).map(Text::shown).unwrap_or_default();
        let all = (shown("user"), shown("password"), shown("role"));
        assert_eq!(all, ("postgres".into(), "old".into(), "api".into()));
        assert_eq!((claim.verb, claim.depends.len()), (Verb::Change, 2));
        assert_eq!(RootRotation.title(&claim), "root credential of `pg` is rotated");
        for text in [RootRotation.expected(&claim), RootRotation.hint(&claim)] {
            assert!(!text.contains("=old") && !text.contains("`old`"), "{text}");
        }
        assert_eq!(infer(&call("vault read database/rotate-root/pg"), &story), None);
    }

    #[test]
    fn only_logins_of_postgres_are_tried() {
        for (plugin, claimed) in [
            ("postgresql-database-plugin", true),
            ("redshift-database-plugin", true),
            ("mysql-legacy-database-plugin", false),
            ("mongodb-database-plugin", false),
        ] {
            let mut story = Story::default();
            let line = format!("vault write database/config/x plugin_name={plugin} username=u");
            story.claims.extend(super::super::Vault::claims(&call(&line), &story));
            let claim = infer(&call("vault write -force database/rotate-root/x"), &story);
            assert_eq!(claim.is_some(), claimed, "{plugin}");
        }
    }
}
