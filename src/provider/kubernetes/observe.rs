//! Looks at one object. An absence is one only with the server's own word for it and a control.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::answer::Answer;
use super::client::{Cluster, Form};
use super::discovery::served;
use super::fields::facts;
use super::resources::{Resource, Scope, escaped, usual};
use crate::claim::{Control, Facts, Observation, Subject, Unobservable};
use crate::text::{and_list, nearest, ticked};

/// How long an object that is being deleted is waited for.
const CONVERGES: Duration = Duration::from_secs(3);
/// How long between two looks at it.
const PAUSE: Duration = Duration::from_millis(200);
/// The most names that are read to find one that is near.
const NAMES: usize = 250;

/// An object and where it is looked for.
struct Place<'a> {
    cluster: &'a Cluster,
    resource: Resource,
    name: String,
    /// Of the object; empty beside the namespaces.
    namespace: String,
    /// Whether the text names the namespace, or the current context.
    by: By,
    path: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Text,
    Context,
}

/// Looks at a subject.
pub(super) async fn observe(subject: &Subject, cluster: &Cluster) -> Observation {
    let unseen =
        |reason| Observation::unobservable(reason, format!("GET {}", subject.name.shown()));
    let other = match cluster.other(subject) {
        Ok(other) => other,
        Err(reason) => return unseen(reason),
    };
    let place = match locate(subject, other.as_deref().unwrap_or(cluster)).await {
        Ok(Some(place)) => place,
        Ok(None) => return not_served(subject),
        Err(reason) => return unseen(reason),
    };
    match look(&place).await {
        Ok(observation) => observation,
        Err(reason) => Observation::unobservable(reason, format!("GET {}", place.path)),
    }
}

/// A kind that is not served has no objects; where the text itself defines it, that counts.
fn not_served(subject: &Subject) -> Observation {
    let shown = subject.name.shown();
    let word = shown.split('/').next().unwrap_or_default();
    let control = Control::container_gone(format!("the cluster serves no {}", ticked(word)));
    Observation::absent(control, format!("GET /apis → 200 without {word}"))
}

async fn locate<'a>(
    subject: &Subject,
    cluster: &'a Cluster,
) -> Result<Option<Place<'a>>, Unobservable> {
    let unbound = || {
        let shown = subject.name.shown();
        Unobservable::NotObserved(format!("what {} stands for is not known", ticked(&shown)))
    };
    let name = subject.name.value().ok_or_else(unbound)?;
    let (word, name) = name.split_once('/').ok_or_else(unbound)?;
    let Some(resource) = served(cluster, word).await? else { return Ok(None) };
    let (namespace, by) = match (resource.scope, subject.param("namespace")) {
        (Scope::Cluster, _) => (String::new(), By::Text),
        (Scope::Namespaced, Some(text)) => {
            let namespace = text.value().ok_or_else(|| {
                let shown = ticked(&text.shown());
                Unobservable::NotObserved(format!("what namespace {shown} is, is not known"))
            })?;
            (namespace, By::Text)
        }
        (Scope::Namespaced, None) => (cluster.namespace().await?.to_owned(), By::Context),
    };
    let path = resource.path(Some(&namespace), Some(name));
    Ok(Some(Place { cluster, resource, name: name.to_owned(), namespace, by, path }))
}

async fn look(place: &Place<'_>) -> Result<Observation, Unobservable> {
    let mut answer = place.cluster.read(&place.path, Form::Whole).await?;
    let until = Instant::now() + CONVERGES;
    while let Answer::Object(object) = &*answer
        && is_terminating(object)
        && Instant::now() < until
    {
        sleep(PAUSE).await;
        answer = place.cluster.read_again(&place.path, Form::Whole).await?;
    }
    match &*answer {
        Answer::Object(object) => {
            let read = format!("GET {} → 200", place.path);
            Ok(Observation::present(seen(object), read))
        }
        Answer::NotFound(missing) if missing.is(&place.resource, &place.name) => {
            match place.resource.scope {
                Scope::Namespaced => absent(place).await,
                Scope::Cluster => absent_beside_namespaces(place).await,
            }
        }
        other => Err(place.not_told(other)),
    }
}

/// What is there, and why it does not count if it is about to go.
fn seen(object: &Value) -> Facts {
    let facts = facts(object);
    if !is_terminating(object) {
        return facts;
    }
    let held = object["metadata"]["finalizers"].as_array().into_iter().flatten();
    let held: Vec<&str> = held.filter_map(Value::as_str).collect();
    facts.but(match held.as_slice() {
        [] => "it is still terminating".to_owned(),
        [_] => format!("it is still terminating: held by finalizer {}", and_list(&held)),
        _ => format!("it is still terminating: held by finalizers {}", and_list(&held)),
    })
}

/// The namespaces and names of a list's entries.
fn entries(list: &Value) -> impl Iterator<Item = (&str, &str)> {
    list["items"].as_array().into_iter().flatten().filter_map(|item| {
        let metadata = &item["metadata"];
        Some((metadata["namespace"].as_str().unwrap_or_default(), metadata["name"].as_str()?))
    })
}

fn is_terminating(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_string()
}

/// NotFound in a namespace: the same Status comes where the namespace itself is missing.
async fn absent(place: &Place<'_>) -> Result<Observation, Unobservable> {
    let namespaces = usual("namespace").ok_or_else(|| place.internal())?;
    let namespace = ticked(&place.namespace);
    let read = format!("GET {} → 404", place.path);
    // One after the other, on the connection that is open: a second one takes longer than a read.
    let home = namespaces.path(None, Some(&place.namespace));
    match &*place.cluster.read(&home, Form::Whole).await? {
        Answer::Object(_) => {}
        Answer::NotFound(missing) if missing.is(&namespaces, &place.namespace) => {
            return match place.by {
                By::Text => {
                    let control = format!("the API answers that there is no namespace {namespace}");
                    Ok(Observation::absent(Control::container_gone(control), read))
                }
                By::Context => Err(Unobservable::Uncontrolled(format!(
                    "the current context is in namespace {namespace}, which does not exist"
                ))),
            };
        }
        Answer::Forbidden => {
            return Err(Unobservable::Forbidden(format!(
                "the account may not read namespace {namespace}, so a missing namespace cannot be \
                 ruled out"
            )));
        }
        other => return Err(place.not_told(other)),
    }
    let mut control = format!("namespace {namespace} answers");
    let names = match place.by {
        // Only what is near comes of it: without it, the absence is proved all the same.
        By::Text => {
            let names = place.names().await.unwrap_or_default();
            if nearest(&place.name, &names).is_none()
                && let Some(elsewhere) = place.elsewhere().await
            {
                return Ok(Observation::absent(Control::new(control), read).near(Some(elsewhere)));
            }
            names
        }
        By::Context => {
            let (names, elsewhere) = place.names_everywhere().await?;
            if !elsewhere.is_empty() {
                return Ok(place.found_elsewhere(&elsewhere));
            }
            control.push_str("; no other namespace has it");
            names
        }
    };
    let near = nearest(&place.name, &names).map(|near| format!("{namespace} has {}", ticked(near)));
    Ok(Observation::absent(Control::new(control), read).near(near))
}

/// NotFound beside the namespaces: the list of the kind shows that the instrument works.
async fn absent_beside_namespaces(place: &Place<'_>) -> Result<Observation, Unobservable> {
    let names = place.names().await?;
    let read = format!("GET {} → 404", place.path);
    let control = Control::new(format!("the list of {} answers", place.resource.plural));
    if place.resource.word == "node" {
        // Whoever made the cluster has named its nodes, and never a learner.
        let names: Vec<String> = names.iter().map(|name| ticked(name)).collect();
        let reason = format!("the nodes of this cluster are {}", and_list(&names));
        return Err(Unobservable::NotObserved(reason));
    }
    let near = nearest(&place.name, &names).map(|near| format!("there is {}", ticked(near)));
    Ok(Observation::absent(control, read).near(near))
}

impl Place<'_> {
    /// The names of the objects of this kind beside it.
    async fn names(&self) -> Result<Vec<String>, Unobservable> {
        let path = format!("{}?limit={NAMES}", self.resource.path(Some(&self.namespace), None));
        match &*self.cluster.read(&path, Form::Names).await? {
            Answer::Object(list) => Ok(entries(list).map(|(_, name)| name.to_owned()).collect()),
            Answer::Forbidden => Err(Unobservable::Forbidden(format!(
                "the account may not list {}, so nothing shows that its answer counts",
                self.resource.qualified()
            ))),
            other => Err(self.not_told(other)),
        }
    }

    /// The names beside it, and the other namespaces that have one of its name.
    async fn names_everywhere(&self) -> Result<(Vec<String>, Vec<String>), Unobservable> {
        let all = self.resource.path(None, None);
        let some = self.list(&format!("{all}?limit={NAMES}")).await?;
        let names = entries(&some).filter(|(namespace, _)| *namespace == self.namespace);
        let names = names.map(|(_, name)| name.to_owned()).collect();
        let cut = some["metadata"]["continue"].as_str().is_some_and(|token| !token.is_empty());
        let of_name = if cut {
            let name = escaped(&self.name);
            self.list(&format!("{all}?fieldSelector=metadata.name%3D{name}&limit={NAMES}")).await?
        } else {
            some
        };
        let elsewhere = entries(&of_name)
            .filter(|(namespace, name)| *name == self.name && *namespace != self.namespace);
        Ok((names, elsewhere.map(|(namespace, _)| namespace.to_owned()).collect()))
    }

    /// Which other namespaces have one of its name, where that can be read.
    async fn elsewhere(&self) -> Option<String> {
        let (all, name) = (self.resource.path(None, None), escaped(&self.name));
        let path = format!("{all}?fieldSelector=metadata.name%3D{name}&limit={NAMES}");
        let list = self.list(&path).await.ok()?;
        let found: Vec<&str> = entries(&list)
            .filter(|(namespace, name)| *name == self.name && *namespace != self.namespace)
            .map(|(namespace, _)| namespace)
            .collect();
        let word = if found.len() == 1 { "namespace" } else { "namespaces" };
        (!found.is_empty()).then(|| format!("one is in {word} {}", and_list(&found)))
    }

    async fn list(&self, path: &str) -> Result<Value, Unobservable> {
        match &*self.cluster.read(path, Form::Names).await? {
            Answer::Object(list) => Ok(list.clone()),
            Answer::Forbidden => Err(Unobservable::Forbidden(format!(
                "the account may not list {} in all namespaces, so it may be in another one than {}",
                self.resource.qualified(),
                ticked(&self.namespace)
            ))),
            other => Err(self.not_told(other)),
        }
    }

    fn found_elsewhere(&self, namespaces: &[String]) -> Observation {
        let word = if namespaces.len() == 1 { "namespace" } else { "namespaces" };
        let facts = Facts::none().but(format!(
            "it is in {word} {}, and the current context is in {}",
            and_list(namespaces),
            ticked(&self.namespace)
        ));
        let all = self.resource.path(None, None);
        Observation::present(facts, format!("GET {} → 404, GET {all} → 200", self.path))
    }

    /// Why an answer tells nothing of the object.
    fn not_told(&self, answer: &Answer) -> Unobservable {
        let resource = self.resource.qualified();
        match answer {
            Answer::Forbidden if self.namespace.is_empty() => {
                Unobservable::Forbidden(format!("the account may not get {resource}"))
            }
            Answer::Forbidden => Unobservable::Forbidden(format!(
                "the account may not get {resource} in namespace {}",
                ticked(&self.namespace)
            )),
            Answer::NotServed => {
                Unobservable::Unexpected(format!("the cluster does not serve {resource}"))
            }
            Answer::Status(code, reason) if reason.is_empty() => {
                Unobservable::Unexpected(format!("the cluster answered {code}"))
            }
            Answer::Status(code, reason) => {
                Unobservable::Unexpected(format!("the cluster answered {code} {}", ticked(reason)))
            }
            Answer::Object(_) | Answer::NotFound(_) => {
                Unobservable::Unexpected("the cluster answered about something else".to_owned())
            }
        }
    }

    fn internal(&self) -> Unobservable {
        Unobservable::Unexpected(format!("there is no control for {}", self.resource.plural))
    }
}

#[cfg(test)]
#[path = "observe_tests.rs"]
pub(super) mod tests;
