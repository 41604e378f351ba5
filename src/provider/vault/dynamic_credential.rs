//! `vault/dynamic-credential`: credentials of a role were read, and their lease lives.

use futures_util::future::BoxFuture;

use super::cli::Invocation;
use super::lease::learners;
use super::lifetime;
use super::mount;
use super::mounted::Engine;
use super::place::{DatabasePath, Place, field, first, last, under};
use super::probe;
use super::served::Served;
use super::{database_config, database_role, path};
use crate::claim::{
    Claim, Control, Expectation, Facts, Observation, Subject, Text, Unobservable, Verb,
};
use crate::provider::masked::Masked;
use crate::provider::{Call, Kind, Lab, Looks, Reading, Story, Unseen};
use crate::text::{count, ticked};

pub(crate) const ID: &str = "vault/dynamic-credential";

const DOC: &str = "\
Credentials of a role of an engine that leases them were read, and their lease still lives.

Claimed by `vault read MOUNT/creds/ROLE` of the engines database, consul, nomad, rabbitmq, ldap, aws, azure and
alicloud, and none is left after `vault lease revoke -prefix MOUNT/creds/ROLE`. Nothing is claimed of credentials that the text lets live for less than
ten minutes, which are gone when somebody looks, and of those that the text's own connection does not allow.

Read by `LIST sys/leases/lookup/MOUNT/creds/ROLE`, before any probe of the run adds to it. A token that may
not list leases leaves the claim open: it is a skip. Control of an absence: the list can be read.

A probe of labproof, which is of a role of the database engine, never counts. A lease that is older than a probe's token can live was the learner's; so is
a younger one while no token of a probe lives, or, where the token may not list tokens, one whose Postgres role
is not named like a probe's. Whose hands read the credentials is not known.";

/// The kind.
pub(super) struct DynamicCredential;

/// The other engines whose `creds/ROLE` give a lease with what they issue, and where each keeps its roles.
const LEASING: &[(&str, &str)] = &[
    ("consul", "roles"),
    ("nomad", "role"),
    ("rabbitmq", "roles"),
    ("ldap", "role"),
    ("aws", "roles"),
    ("azure", "roles"),
    ("alicloud", "role"),
];

/// The parameter that says which of them it is.
const ENGINE: &str = "engine";

/// Whether a claim is about credentials for a database.
pub(crate) fn is_of_a_database(claim: &Claim) -> bool {
    claim.subject.param(ENGINE).is_none()
}

/// Where credentials of a role are issued.
struct Issuer {
    subject: Subject,
    container: Subject,
    /// What must be there before it can.
    needs: Vec<Subject>,
}

impl Issuer {
    /// What issues by this path, by the story or by its name.
    fn of(path: &Text, story: &Story) -> Option<Self> {
        match DatabasePath::of(path, story) {
            Some(path) if path.area == "creds" => Some(Self::database(&path, story)),
            Some(_) => None,
            None => Self::other(path, story),
        }
    }

    fn database(path: &DatabasePath, story: &Story) -> Self {
        let role = path.subject(database_role::ID);
        let config = story
            .last(database_role::ID, |claim| claim.subject == role)
            .and_then(|claim| field(claim, "db_name"))
            .map(|config| Subject::new(database_config::ID, under(&path.mount, config)));
        let needs = std::iter::once(role).chain(config).collect();
        Self { subject: path.subject(ID), container: path.container(), needs }
    }

    /// Whether they are gone soon, by the settings of what issues them.
    fn is_short_lived(&self, story: &Story) -> bool {
        lifetime::is_short(self.needs.iter().chain([&self.container]), story)
    }

    /// Whether the text's own connection does not allow the role.
    fn is_turned_down(&self, story: &Story) -> bool {
        let of = |kind: &str| self.needs.iter().find(|need| need.kind == kind);
        let role = of(database_role::ID).map(|role| &role.name);
        of(database_config::ID).is_some_and(|one| lifetime::issues_nothing(one, role, story))
    }

    fn other(path: &Text, story: &Story) -> Option<Self> {
        let masked = Masked::new(path);
        let served = Served::of(&masked, story)?;
        let (engine, roles) = LEASING.iter().find(|(engine, _)| *engine == served.engine)?;
        let role = served.rest.trim_end_matches('/').strip_prefix("creds/")?;
        if role.is_empty() || role.contains('/') {
            return None;
        }
        let below = |rest: &str| masked.unmask(&format!("{}{rest}", served.mount));
        Some(Self {
            subject: Subject::new(ID, below(role)).with(ENGINE, *engine),
            container: served.container.clone()?,
            needs: vec![Subject::new(path::ID, below(&format!("{roles}/{role}")))],
        })
    }
}

/// What a command is that reads credentials which are not claimed.
pub(super) fn reading(call: &Call, story: &Story) -> Option<Reading> {
    let invocation = Invocation::of(call)?;
    let reads = invocation.is(&["read"]) && !invocation.elsewhere();
    let issuer = Issuer::of(invocation.path().filter(|_| reads)?, story)?;
    issuer.is_short_lived(story).then_some(Reading::NotObservable(Unseen::ShortLived))
}

impl Kind for DynamicCredential {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "live lease"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        match issued(call, story) {
            Some(claim) => vec![claim],
            None => revoked(call, story),
        }
    }
    fn title(&self, claim: &Claim) -> String {
        let role = ticked(&last(&claim.subject.name));
        match claim.expectation {
            Expectation::Absent => format!("the leases of {role} are revoked"),
            _ => format!("credentials of {role} were read"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let path = format!("{}creds/{}", first(&claim.subject.name), last(&claim.subject.name));
        match claim.expectation {
            Expectation::Absent => format!("no live lease of {}", ticked(&path)),
            _ => format!("a live lease of {}", ticked(&path)),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = format!("{}creds/{}", first(&claim.subject.name), last(&claim.subject.name));
        if claim.expectation == Expectation::Absent {
            return format!("`vault lease revoke -prefix {path}` takes them all back");
        }
        format!(
            "`vault read {path}` issues credentials; their lease may have run out: read it again"
        )
    }
    fn looks(&self, claim: &Claim) -> Looks {
        let path = probe::leases(&first(&claim.subject.name), &last(&claim.subject.name));
        Looks {
            reads: vec![format!("LIST {path}")],
            controls: vec![
                "leases of probes are told apart by age, by their tokens, or by their Postgres roles"
                    .to_owned(),
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

fn issued(call: &Call, story: &Story) -> Option<Claim> {
    let invocation = Invocation::of(call)?;
    if !invocation.is(&["read"]) || invocation.elsewhere() {
        return None;
    }
    let issuer = Issuer::of(invocation.path()?, story)?;
    if issuer.is_short_lived(story) || issuer.is_turned_down(story) {
        // There may be one or none when somebody looks.
        let open = Claim::new(issuer.subject, Expectation::Absent, Verb::Disturb);
        return Some(open.within(issuer.container).leniently(true));
    }
    let claim = Claim::new(issuer.subject, Expectation::Present(Vec::new()), Verb::Make);
    Some(claim.within(issuer.container).needing(issuer.needs))
}

/// Leases taken back: those of a role by their prefix; of one lease or one token, which of them is not told.
fn revoked(call: &Call, story: &Story) -> Vec<Claim> {
    let Some(invocation) = Invocation::of(call).filter(|invocation| !invocation.elsewhere()) else {
        return Vec::new();
    };
    let of_lease = invocation.is(&["lease", "revoke"]);
    if !of_lease && !invocation.is(&["token", "revoke"]) {
        return Vec::new();
    }
    let prefix = invocation.path().filter(|_| of_lease && invocation.has("prefix"));
    if let Some(issuer) = prefix.and_then(|prefix| Issuer::of(prefix, story)) {
        let claim = Claim::new(issuer.subject, Expectation::Absent, Verb::Remove);
        return vec![claim.within(issuer.container)];
    }
    // A lease's own name begins with the path that made it; what is in a variable may be any.
    let written = invocation.path().filter(|_| of_lease).and_then(Text::literal);
    let mut touched: Vec<&Subject> = Vec::new();
    for claim in story.claims.iter().filter(|claim| claim.subject.kind == ID) {
        let name = &claim.subject.name;
        let path = format!("{}creds/{}", first(name), last(name));
        let may = written.as_ref().is_none_or(|id| id.starts_with(&path) || path.starts_with(id));
        if may && !touched.contains(&&claim.subject) {
            touched.push(&claim.subject);
        }
    }
    let open = |subject: &Subject| Claim::new(subject.clone(), Expectation::Absent, Verb::Disturb);
    touched.into_iter().map(open).collect()
}

async fn observe(subject: &Subject, lab: &Lab) -> Observation {
    let _intent = lab.vault.intend();
    let place = match Place::of(&subject.name) {
        Ok(place) => place,
        Err(reason) => return Observation::unobservable(reason, "LIST sys/leases/lookup/…"),
    };
    let path = probe::leases(&place.mount, &place.name);
    let shown = format!("LIST {}", probe::leases(&place.shown_mount, &place.shown_name));
    let (list, engine) =
        futures_util::future::join(lab.vault.list(&path), mount::engine(&lab.vault, &place.mount))
            .await;
    let answer = match list {
        Ok(answer) => answer,
        Err(reason) => return Observation::unobservable(reason, shown),
    };
    let read = format!("{shown} → {}", answer.status);
    if let Ok(Engine::Absent { read }) = engine {
        let proof = format!("no engine is mounted at {}", ticked(&place.shown_mount));
        return Observation::absent(Control::container_gone(proof), read);
    }
    if answer.is_forbidden() {
        let reason = "the token may not list leases, so whether credentials were read is not seen";
        return Observation::unobservable(Unobservable::NotObserved(reason.to_owned()), read);
    }
    let none = |read| Observation::absent(Control::new("the token may list leases"), read);
    if answer.is_nothing() {
        return none(read);
    }
    let leases = answer.keys();
    if !answer.is_there() || leases.is_empty() {
        let reason = format!("Vault answered {} to {shown}", answer.status);
        return Observation::unobservable(Unobservable::Unexpected(reason), read);
    }
    let read = format!("{read}, {}", count(leases.len(), "lease"));
    if subject.param(ENGINE).is_some() {
        return Observation::present(Facts::none(), read);
    }
    match learners(lab, &place, &path, &leases).await {
        Ok(true) => Observation::present(Facts::none(), read),
        Ok(false) => none(read).near(Some("only a probe's credentials live, or lived".to_owned())),
        Err(reason) => Observation::unobservable(reason, read),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;

    #[test]
    fn a_read_of_creds_claims_a_lease() {
        let claim = issued(&call("vault read database/creds/api"), &Story::default()).unwrap();
        assert_eq!(claim.subject, Subject::new(ID, "database/api"));
        assert_eq!(claim.depends, [Subject::new(database_role::ID, "database/api")]);
        assert_eq!(DynamicCredential.title(&claim), "credentials of `api` were read");
        assert_eq!(DynamicCredential.expected(&claim), "a live lease of `database/creds/api`");
        assert_eq!(issued(&call("vault read database/roles/api"), &Story::default()), None);
    }

    #[test]
    fn other_engines_lease_what_they_issue_too() {
        let of = |line: &str| issued(&call(line), &Story::default());
        let claim = of("vault read -field=token consul/creds/operator").unwrap();
        assert_eq!(claim.subject, Subject::new(ID, "consul/operator").with(ENGINE, "consul"));
        assert_eq!(claim.depends, [Subject::new(path::ID, "consul/roles/operator")]);
        assert_eq!(DynamicCredential.expected(&claim), "a live lease of `consul/creds/operator`");
        // What has no lease, or is no role's.
        for line in [
            "vault read kubernetes/creds/web",
            "vault read consul/creds",
            "vault read consul/creds/a/b",
            "vault read consul/roles/a",
            "vault read terraform/creds/a",
            "vault read kv/creds/a",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
