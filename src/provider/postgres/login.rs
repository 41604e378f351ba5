//! `postgres/login`: a login that must be accepted, or must be refused because the text changed its password.

use futures_util::future::BoxFuture;

use super::attempt::{fresh, issue, known_account};
use super::cli::Psql;
use super::conninfo::Conninfo;
use super::{effects, place, role};
use crate::claim::{Claim, Expectation, Observation, Subject, Text, Verb};
use crate::provider::masked::Masked;
use crate::provider::vault::place::last;
use crate::provider::vault::{database_role, dynamic_credential, root_rotation};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::ticked;

pub(super) const ID: &str = "postgres/login";

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
also that the account exists, may log in and has not expired, as read with fresh credentials or as `PGUSER` with
`PGPASSWORD`. Only SQLSTATE 28P01 is a refusal of the password.

What a session may then do is not looked at. Where the text gives the role another password, or takes it away, its
earlier logins are left open.";

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

    fn holds_secrets(&self, _subject: &Subject, _field: &str) -> bool {
        true
    }

    fn params(&self) -> &'static [&'static str] {
        &["database", "host", "port", "password", "sslmode"]
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        let ended = rotated(call, story).into_iter().chain(ended(call, story));
        infer(call, story).into_iter().chain(ended).collect()
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
    fn prepare<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Some(role) = fresh_role(subject) {
                issue(role, lab).await;
            }
        })
    }
    fn also_reads(&self) -> &'static [&'static str] {
        &["vault"]
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(async move {
            match fresh_role(subject) {
                Some(role) => fresh(subject, role, lab).await,
                None => Box::pin(known_account(subject, lab)).await,
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
    if !effects::only_looks(call) {
        return None;
    }
    // A container may let in whom the server lets in from nowhere else, and asks nobody for a password.
    if call.inside && !psql.to.host.as_ref().is_some_and(place::reaches_everywhere) {
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
    let credential = story.last(dynamic_credential::ID, dynamic_credential::is_of_a_database)?;
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
        .map(|subject| Claim::new(subject, Expectation::Refused, Verb::Disturb))
        .collect()
}

/// The logins of the text that may not work any more: their role has another password, may not log in, or is gone.
fn ended(call: &Call, story: &Story) -> Vec<Claim> {
    let ends = |claim: &Claim| {
        let fields = claim.expectation.fields();
        claim.verb == Verb::Remove
            || claim.verb == Verb::Change && fields.iter().any(|field| field.path == "password")
            || fields.iter().any(|field| {
                field.path == "login" && field.value.literal().as_deref() == Some("false")
            })
    };
    let mut subjects: Vec<&Subject> = Vec::new();
    for role in effects::claims(call, story, role::ID).iter().filter(|claim| ends(claim)) {
        for claim in &story.claims {
            let login = claim.subject.kind == ID
                && claim.verb == Verb::Confirm
                && fresh_role(&claim.subject).is_none()
                && same(&claim.subject.name, &role.subject.name);
            if login && !subjects.contains(&&claim.subject) {
                subjects.push(&claim.subject);
            }
        }
    }
    let disturbed =
        |subject: &Subject| Claim::new(subject.clone(), Expectation::Refused, Verb::Disturb);
    subjects.into_iter().map(disturbed).collect()
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

#[cfg(test)]
#[path = "login_tests.rs"]
mod tests;
