//! `vault/kv-metadata`: what the KV engine's version 2 keeps beside the versions of a secret.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::client::Session;
use super::kv::{Act, CUSTOM, KvCommand, is_removed, versions_written};
use super::kv_secret::{self, Engine, Version};
use super::place::known;
use crate::claim::{
    Claim, Control, Expectation, Facts, Field, Meaning, Observation, Subject, Text, Unobservable,
    Verb,
};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::{and_list, ticked};

pub(super) const ID: &str = "vault/kv-metadata";

const DOC: &str = "\
The metadata of a secret in the KV engine's version 2: its settings, and that it is known at all.

Claimed by `vault kv metadata put` and `patch` (`max_versions`, `delete_version_after`, `cas_required` and
custom metadata, key by key) and `vault kv metadata delete` (gone, with all versions), and by `vault write`,
`patch` and `delete` of `MOUNT/metadata/PATH`.

Read by `GET MOUNT/metadata/PATH`. A secret whose versions are all deleted or destroyed still has metadata.
Control of an absence: the engine answers, with Vault's 404 of nothing, and is of version 2.";

/// The kind.
pub(super) struct KvMetadata;

impl Kind for KvMetadata {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "metadata"
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer(call, story).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match &claim.expectation {
            Expectation::Absent => format!("{path} is gone with all its versions"),
            Expectation::Present(fields) if fields.is_empty() => format!("{path} has metadata"),
            Expectation::Present(fields) => {
                let names: Vec<&str> = fields.iter().map(|field| field.path.as_str()).collect();
                format!("metadata of {path} has {}", and_list(&names))
            }
            _ => format!("metadata of {path}"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match &claim.expectation {
            Expectation::Absent => format!("no metadata and no version of {path}"),
            _ => format!("metadata of {path}"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = claim.subject.name.shown();
        match &claim.expectation {
            Expectation::Absent => {
                format!("`vault kv metadata delete {path}` takes it away with all its versions")
            }
            _ => format!(
                "`vault kv metadata put … {path}` sets it; `vault kv metadata get {path}` shows it"
            ),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        let path = claim.subject.name.shown();
        Looks {
            reads: vec![format!("GET {path} below `metadata/` of its engine")],
            controls: match claim.expectation {
                Expectation::Absent => vec!["the engine answers and is of version 2".to_owned()],
                _ => Vec::new(),
            },
        }
    }
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        matches!(thing.kind, kv_secret::ID | super::kv_version::ID) && thing.name == holder.name
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, &lab.vault))
    }
}

fn infer(call: &Call, story: &Story) -> Option<Claim> {
    let command = KvCommand::of(call, story)?;
    let (expectation, verb) = match &command.act {
        Act::MetadataPut(data) => {
            let mut fields = fields(data);
            if data.iter().any(|(key, _)| key.starts_with(CUSTOM)) {
                fields.extend(replaced(&command.path, &fields, story));
            }
            (Expectation::Present(fields), Verb::Make)
        }
        Act::MetadataPatch(data, removed) => {
            let mut fields = fields(data);
            fields
                .extend(removed.iter().map(|key| Field::unset(format!("{CUSTOM}{}", key.shown()))));
            (Expectation::Present(fields), Verb::Change)
        }
        // Of what the text itself wrote, the secret's own history says that it was not there at first.
        Act::MetadataDelete if written_only(&command.path, story) => {
            (Expectation::Absent, Verb::Disturb)
        }
        Act::MetadataDelete => (Expectation::Absent, Verb::Remove),
        Act::MetadataGet if gone(&command.path, story) => (Expectation::Absent, Verb::Confirm),
        Act::MetadataGet => (Expectation::Present(Vec::new()), Verb::Read),
        _ => return None,
    };
    Some(command.claim(ID, expectation, verb, story))
}

/// Whether the text wrote the secret without ever setting its metadata.
pub(super) fn written_only(path: &Text, story: &Story) -> bool {
    let set = story.last(ID, |claim| claim.subject.name == *path && claim.verb == Verb::Make);
    set.is_none() && versions_written(path, story) > 0
}

fn gone(path: &Text, story: &Story) -> bool {
    let last = story.last(ID, |claim| claim.subject.name == *path && claim.verb != Verb::Read);
    is_removed(path, story) && last.is_some_and(|claim| claim.expectation == Expectation::Absent)
}

fn fields(data: &[(String, Text)]) -> Vec<Field> {
    let fields = data.iter().map(|(key, value)| {
        let meaning = match key.as_str() {
            "delete_version_after" => Meaning::Duration,
            _ => Meaning::Exact,
        };
        Field::new(key, value.clone(), meaning)
    });
    fields.collect()
}

/// Custom metadata are set as a whole: what the text set before and does not name again is gone.
fn replaced(path: &Text, now: &[Field], story: &Story) -> Vec<Field> {
    let earlier = story.claims.iter().filter(|claim| {
        claim.subject.kind == ID && claim.subject.name == *path && claim.verb.claims()
    });
    let mut gone: Vec<Field> = Vec::new();
    for field in earlier.flat_map(|claim| claim.expectation.fields()) {
        let known = now.iter().chain(&gone).any(|other| other.path == field.path);
        if field.path.starts_with(CUSTOM) && field.meaning != Meaning::Unset && !known {
            gone.push(Field::unset(&field.path));
        }
    }
    gone
}

async fn observe(subject: &Subject, session: &Session) -> Observation {
    match read(&subject.name, session).await {
        Ok(Metadata { read, data, .. }) => match data {
            Some(data) => Observation::present(facts(&data), read),
            None => {
                Observation::absent(Control::new("the engine answers and is of version 2"), read)
            }
        },
        Err(observation) => observation,
    }
}

/// The metadata of a secret, as Vault tells them.
pub(super) struct Metadata {
    /// The read, with its answer.
    pub(super) read: String,
    /// What it gave; `None` where the engine knows no such secret.
    pub(super) data: Option<Value>,
}

/// Reads the metadata of a secret; anything but an answer of version 2 is an observation already.
pub(super) async fn read(name: &Text, session: &Session) -> Result<Metadata, Observation> {
    let shown = name.shown();
    let unseen = |reason: Unobservable, read: String| Observation::unobservable(reason, read);
    let path = known(name).map_err(|reason| unseen(reason, format!("GET metadata of {shown}")))?;
    let engine = kv_secret::engine(session, &path).await;
    let Engine { path: mount, version } = match engine {
        Ok(Some(engine)) => engine,
        Ok(None) => {
            let holder = ticked(&format!("{}/", shown.split('/').next().unwrap_or_default()));
            let proof = format!("no engine is mounted at {holder}");
            return Err(Observation::absent(
                Control::container_gone(proof),
                "GET sys/mounts → 200",
            ));
        }
        // The form of the path is all there is to tell the engine by.
        Err(Unobservable::Forbidden(_)) => {
            let holder = path.split('/').next().unwrap_or_default();
            Engine { path: format!("{holder}/"), version: Version::Two }
        }
        Err(reason) => return Err(unseen(reason, format!("GET metadata of {shown}"))),
    };
    if version == Version::One {
        let reason =
            format!("the engine at {} is of version 1 and keeps no versions", ticked(&mount));
        return Err(unseen(Unobservable::Uncontrolled(reason), "GET sys/mounts → 200".to_owned()));
    }
    let inner = path.strip_prefix(&mount).unwrap_or_default();
    let asked = format!("{mount}metadata/{inner}");
    let shown = if path == shown { asked.clone() } else { format!("metadata of {shown}") };
    let answer =
        session.get(&asked).await.map_err(|reason| unseen(reason, format!("GET {shown}")))?;
    let read = format!("GET {shown} → {}", answer.status);
    if answer.is_there() && answer.data()["versions"].is_object() {
        return Ok(Metadata { read, data: Some(answer.data().clone()) });
    }
    if answer.is_nothing() {
        return Ok(Metadata { read, data: None });
    }
    let reason = if answer.is_forbidden() {
        Unobservable::Forbidden(format!("the token may not read {}", ticked(&shown)))
    } else {
        Unobservable::Unexpected(format!("Vault answered {} to GET {shown}", answer.status))
    };
    Err(unseen(reason, read))
}

fn facts(data: &Value) -> Facts {
    let own = ["max_versions", "cas_required", "delete_version_after"];
    let facts = own.iter().fold(Facts::none(), |facts, key| facts.with(*key, data[*key].clone()));
    let custom = data["custom_metadata"].as_object().into_iter().flatten();
    custom.fold(facts, |facts, (key, value)| facts.with(format!("{CUSTOM}{key}"), value.clone()))
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_are_compared_and_custom_metadata_by_key() {
        let line = "vault kv metadata put -max-versions=3 -delete-version-after=2h \
                    -custom-metadata=team=shop secret/a";
        let claim = infer(&call(line), &Story::default()).unwrap();
        let data = json!({"max_versions": 3, "delete_version_after": "2h0m0s", "cas_required": false,
            "custom_metadata": {"team": "shop"}, "versions": {}});
        let facts = facts(&data);
        for field in claim.expectation.fields() {
            let fact = facts.get(&field.path).unwrap();
            assert!(field.meaning.same(&field.value, fact), "{}", field.path);
        }
        assert_eq!(claim.expectation.fields().len(), 3);
    }

    #[test]
    fn what_is_set_anew_takes_the_place_of_all_custom_metadata() {
        let first = infer(
            &call("vault kv metadata put -custom-metadata=a=1 -custom-metadata=b=2 kv/x"),
            &Story::default(),
        );
        let story = Story { claims: first.into_iter().collect(), ..Story::default() };
        let second = call("vault kv metadata put -custom-metadata=a=3 kv/x");
        let second = infer(&second, &story).unwrap();
        let fields: Vec<(&str, Meaning)> = second
            .expectation
            .fields()
            .iter()
            .map(|field| (field.path.as_str(), field.meaning))
            .collect();
        let expected =
            [("custom_metadata.a", Meaning::Exact), ("custom_metadata.b", Meaning::Unset)];
        assert_eq!(fields, expected);
    }
}
