//! Looks at one release: the Secrets in which helm keeps its revisions.

use serde_json::Value;

use super::answer::Answer;
use super::client::{Cluster, Form};
use super::helm_record::Record;
use super::resources::{Resource, escaped, usual};
use crate::claim::{Control, Facts, Observation, Subject, Unobservable};
use crate::text::{and_list, nearest, ticked};

/// The most Secrets that one list is read for.
const LIMIT: usize = 250;

/// A release and where it is looked for.
struct Place<'a> {
    cluster: &'a Cluster,
    secrets: Resource,
    name: String,
    namespace: String,
    /// Whether the text names the namespace, as against the current context.
    named: bool,
    /// The list of its revisions.
    path: String,
}

/// A revision, by the labels of its Secret.
struct Revision {
    number: u64,
    status: String,
    release: String,
    namespace: String,
    secret: String,
}

/// Looks at a subject.
pub(super) async fn observe(subject: &Subject, cluster: &Cluster) -> Observation {
    let unseen = |reason| {
        let read = format!("GET secrets of release {}", subject.name.shown());
        Observation::unobservable(reason, read)
    };
    let other = match cluster.other(subject) {
        Ok(other) => other,
        Err(reason) => return unseen(reason),
    };
    let place = match locate(subject, other.as_deref().unwrap_or(cluster)).await {
        Ok(place) => place,
        Err(reason) => return unseen(reason),
    };
    match look(&place).await {
        Ok(observation) => observation,
        Err(reason) => Observation::unobservable(reason, format!("GET {}", place.path)),
    }
}

async fn locate<'a>(subject: &Subject, cluster: &'a Cluster) -> Result<Place<'a>, Unobservable> {
    let name = subject.name.value();
    let name = name.ok_or_else(|| Unobservable::unbound(&subject.name.unbound()))?;
    let (namespace, named) = match subject.param("namespace") {
        Some(text) => (text.value().ok_or_else(|| Unobservable::unbound(&text.unbound()))?, true),
        None => (cluster.namespace().await?.to_owned(), false),
    };
    let secrets = usual("secret").ok_or_else(|| unexpected("there is no kind of secrets"))?;
    let list = secrets.path(Some(&namespace), None);
    let path = format!("{list}?labelSelector={}&limit={LIMIT}", selector(&name));
    Ok(Place { cluster, secrets, name, namespace, named, path })
}

fn selector(name: &str) -> String {
    escaped(&format!("owner=helm,name={name}"))
}

fn unexpected(reason: &str) -> Unobservable {
    Unobservable::Unexpected(reason.to_owned())
}

async fn look(place: &Place<'_>) -> Result<Observation, Unobservable> {
    let mut revisions = place.revisions(&place.path).await?;
    revisions.sort_by_key(|revision| revision.number);
    let Some(last) = revisions.pop() else { return absent(place).await };
    if last.status == "uninstalled" {
        let shows = format!("the last revision, {}, says that it is uninstalled", last.number);
        return Ok(Observation::absent(Control::new(shows), format!("GET {} → 200", place.path)));
    }
    let path = place.secrets.path(Some(&place.namespace), Some(&last.secret));
    let read = format!("GET {path} → 200");
    let facts = match &*place.cluster.read(&path, Form::Whole).await? {
        Answer::Object(secret) => Record::of(secret)
            .ok_or_else(|| {
                let secret = ticked(&last.secret);
                Unobservable::Unexpected(format!("{secret} is not a record that helm writes"))
            })?
            .facts(),
        other => return Err(place.not_told(other)),
    };
    let facts = match last.status.as_str() {
        "uninstalling" => facts.but("it is still being uninstalled"),
        _ => facts,
    };
    Ok(Observation::present(facts, read))
}

/// No Secret of the release: the same empty list comes where the namespace is missing.
async fn absent(place: &Place<'_>) -> Result<Observation, Unobservable> {
    let namespaces = usual("namespace").ok_or_else(|| unexpected("there is no control"))?;
    let namespace = ticked(&place.namespace);
    let read = format!("GET {} → 200, none", place.path);
    let home = namespaces.path(None, Some(&place.namespace));
    match &*place.cluster.read(&home, Form::Whole).await? {
        Answer::Object(_) => {}
        Answer::NotFound(missing) if missing.is(&namespaces, &place.namespace) => {
            if !place.named {
                return Err(Unobservable::Uncontrolled(format!(
                    "the current context is in namespace {namespace}, which does not exist"
                )));
            }
            let shows = format!("the API answers that there is no namespace {namespace}");
            return Ok(Observation::absent(Control::container_gone(shows), read));
        }
        Answer::Forbidden => {
            return Err(Unobservable::Forbidden(format!(
                "the account may not read namespace {namespace}, so a missing namespace cannot be \
                 ruled out"
            )));
        }
        other => return Err(place.not_told(other)),
    }
    let mut shows = format!("the secrets of namespace {namespace} can be listed");
    let elsewhere = place.elsewhere().await;
    if !place.named {
        let elsewhere = elsewhere.as_ref().map_err(Clone::clone)?;
        if !elsewhere.is_empty() {
            let facts = Facts::none().but(format!(
                "it is in {} {}, and the current context is in {namespace}",
                if elsewhere.len() == 1 { "namespace" } else { "namespaces" },
                and_list(elsewhere)
            ));
            let all = place.secrets.path(None, None);
            return Ok(Observation::present(facts, format!("{read}; GET {all} → 200")));
        }
        shows.push_str("; no other namespace has it");
    }
    let near = near(place, elsewhere.unwrap_or_default()).await;
    Ok(Observation::absent(Control::new(shows), read).near(near))
}

/// Another release of nearly this name, or one of this name in another namespace.
async fn near(place: &Place<'_>, elsewhere: Vec<String>) -> Option<String> {
    let list = place.secrets.path(Some(&place.namespace), None);
    let all = format!("{list}?labelSelector={}&limit={LIMIT}", escaped("owner=helm"));
    let others = place.revisions(&all).await.unwrap_or_default();
    let names: Vec<String> = others.into_iter().map(|revision| revision.release).collect();
    let namespace = ticked(&place.namespace);
    let nearest = nearest(&place.name, &names);
    nearest.map(|near| format!("{namespace} has release {}", ticked(near))).or_else(|| {
        let word = if elsewhere.len() == 1 { "namespace" } else { "namespaces" };
        (!elsewhere.is_empty()).then(|| format!("it is in {word} {}", and_list(&elsewhere)))
    })
}

impl Place<'_> {
    /// The revisions that a list of Secrets shows.
    async fn revisions(&self, path: &str) -> Result<Vec<Revision>, Unobservable> {
        match &*self.cluster.read(path, Form::Names).await? {
            // An empty list of names has `null` for its entries.
            Answer::Object(list)
                if list["kind"].as_str().is_some_and(|kind| kind.ends_with("List")) =>
            {
                let items = list["items"].as_array().into_iter().flatten();
                Ok(items.filter_map(revision).collect())
            }
            other => Err(self.not_told(other)),
        }
    }

    /// The other namespaces in which there is a release of this name.
    async fn elsewhere(&self) -> Result<Vec<String>, Unobservable> {
        let all = self.secrets.path(None, None);
        let path = format!("{all}?labelSelector={}&limit={LIMIT}", selector(&self.name));
        let mut revisions = match &*self.cluster.read(&path, Form::Names).await? {
            Answer::Forbidden => {
                return Err(Unobservable::Forbidden(format!(
                    "the account may not list secrets in all namespaces, so it may be in another one \
                     than {}",
                    ticked(&self.namespace)
                )));
            }
            _ => self.revisions(&path).await?,
        };
        // What is uninstalled and kept in helm's history is nowhere.
        revisions.sort_by_key(|revision| revision.number);
        let mut last: Vec<(String, bool)> = Vec::new();
        for revision in revisions.into_iter().filter(|one| one.namespace != self.namespace) {
            let there = revision.status != "uninstalled";
            last.retain(|(namespace, _)| *namespace != revision.namespace);
            last.push((revision.namespace, there));
        }
        Ok(last.into_iter().filter(|(_, there)| *there).map(|(namespace, _)| namespace).collect())
    }

    /// Why an answer tells nothing of the release.
    fn not_told(&self, answer: &Answer) -> Unobservable {
        match answer {
            Answer::Forbidden => Unobservable::Forbidden(format!(
                "the account may not read the secrets of namespace {}, where helm keeps its releases",
                ticked(&self.namespace)
            )),
            Answer::Status(code, reason) if !reason.is_empty() => {
                Unobservable::Unexpected(format!("the cluster answered {code} {}", ticked(reason)))
            }
            Answer::Status(code, _) => unexpected(&format!("the cluster answered {code}")),
            Answer::NotServed => unexpected("the cluster does not serve secrets"),
            Answer::NotFound(_) => unexpected("the release's record went away while it was read"),
            Answer::Object(_) => unexpected("the cluster answered about something else"),
        }
    }
}

fn revision(secret: &Value) -> Option<Revision> {
    let metadata = &secret["metadata"];
    let label = |key: &str| metadata["labels"][key].as_str().map(str::to_owned);
    Some(Revision {
        number: label("version")?.parse().ok()?,
        status: label("status").unwrap_or_default(),
        release: label("name")?,
        namespace: metadata["namespace"].as_str().unwrap_or_default().to_owned(),
        secret: metadata["name"].as_str()?.to_owned(),
    })
}

#[cfg(test)]
#[path = "helm_observe_tests.rs"]
mod tests;
