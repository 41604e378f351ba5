//! What the two roles of the database engine have in common: an object of an area, on a connection.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::cli::Invocation;
use super::client::Session;
use super::object;
use super::place::{DatabasePath, field, first, last, under};
use crate::claim::{Claim, Expectation, Facts, Field, Meaning, Observation, Subject, Verb};
use crate::provider::{Call, Looks, Story};
use crate::text::ticked;

/// One of the two.
pub(super) struct Roles {
    /// The id of its kind.
    pub(super) id: &'static str,
    /// The word for one of it.
    pub(super) noun: &'static str,
    /// Where it is below its mount.
    pub(super) area: &'static str,
    /// The field that tells one from another, and how a sentence goes on with it.
    pub(super) told_by: (&'static str, &'static str),
    /// How a field is compared.
    pub(super) meaning: fn(&str) -> Meaning,
}

impl Roles {
    /// What a write or a deletion claims.
    pub(super) fn infer(&self, call: &Call, story: &Story) -> Option<Claim> {
        let invocation = Invocation::of(call)?;
        let path = DatabasePath::of(invocation.path()?, story)?;
        if path.area != self.area || invocation.elsewhere() {
            return None;
        }
        let claim = match invocation.verb.first()?.as_str() {
            "write" => {
                let data = invocation.data();
                let config = data.iter().find(|(key, _)| key == "db_name").map(|(_, name)| {
                    Subject::new(super::database_config::ID, under(&path.mount, name))
                });
                let fields = data.into_iter().map(|(key, value)| {
                    let meaning = (self.meaning)(&key);
                    Field::new(key, value, meaning)
                });
                let expectation = Expectation::Present(fields.collect());
                Claim::new(path.subject(self.id), expectation, Verb::Make).needing(config)
            }
            "delete" => Claim::new(path.subject(self.id), Expectation::Absent, Verb::Remove),
            _ => return None,
        };
        Some(claim.within(path.container()))
    }

    /// The claim in half a sentence.
    pub(super) fn title(&self, claim: &Claim) -> String {
        let (noun, name) = (self.noun, ticked(&last(&claim.subject.name)));
        match claim.expectation {
            Expectation::Absent => format!("{noun} {name} is gone"),
            _ => format!("{noun} {name} exists"),
        }
    }

    /// What is expected, in a few words.
    pub(super) fn expected(&self, claim: &Claim) -> String {
        let (noun, mount) = (self.noun, ticked(&first(&claim.subject.name)));
        let (key, word) = self.told_by;
        match (&claim.expectation, field(claim, key)) {
            (Expectation::Absent, _) => {
                format!("no {noun} {} of {mount}", ticked(&last(&claim.subject.name)))
            }
            (_, Some(value)) => format!("a {noun} of {mount} {word} {}", ticked(&value.shown())),
            (_, None) => format!("a {noun} of {mount}"),
        }
    }

    /// What to do where it does not hold.
    pub(super) fn hint(&self, claim: &Claim) -> String {
        let area = self.area;
        let path = format!("{}{area}/{}", first(&claim.subject.name), last(&claim.subject.name));
        match (&claim.expectation, field(claim, "db_name")) {
            (Expectation::Absent, _) => format!("`vault delete {path}` takes it away"),
            (_, Some(config)) => format!(
                "`vault write {path} db_name={} …` sets it; the name follows `{area}/`",
                config.shown()
            ),
            (_, None) => format!("`vault write {path} …` sets it; the name follows `{area}/`"),
        }
    }

    /// Where it is looked for.
    pub(super) fn looks(&self, claim: &Claim) -> Looks {
        object::looks(claim, self.area)
    }

    /// Looks.
    pub(super) fn observe<'a>(
        &'a self,
        subject: &'a Subject,
        session: &'a Session,
    ) -> BoxFuture<'a, Observation> {
        Box::pin(object::observe(subject, session, self.area, |data| self.facts(data)))
    }

    /// What can be compared of it.
    pub(super) fn facts(&self, data: &Value) -> Facts {
        let fields = data.as_object().into_iter().flatten();
        let known = fields.filter(|(key, _)| (self.meaning)(key) != Meaning::NotReturned);
        known.fold(Facts::none(), |facts, (key, value)| facts.with(key, value.clone()))
    }
}
