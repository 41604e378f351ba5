//! The kind `kubernetes/selection`: all objects of a kind that a label selector picks, taken away at once.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::answer::Answer;
use super::client::{Cluster, Form};
use super::discovery::resolve;
use super::infer::{emptied, filled};
use super::resources::{Resource, Scope, escaped, usual};
use crate::claim::{Claim, Control, Facts, Observation, Subject, Text, Unobservable};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::{and_list, ticked};

/// The id of the kind.
pub(super) const ID: &str = "kubernetes/selection";
/// The most names that are read.
const NAMES: usize = 250;

/// The kind.
pub struct Selection;

impl Kind for Selection {
    fn id(&self) -> &'static str {
        ID
    }

    fn doc(&self) -> &'static str {
        "All objects of one kind that a label selector picks, or all of a namespace, taken away together.\n\
         \n\
         Absent: the API server's list of them is empty, and their namespace can be read. Claimed only of \
         kinds that no controller makes again, and only where the text does not say which objects they are."
    }

    fn noun(&self) -> &'static str {
        "selection"
    }

    fn params(&self) -> &'static [&'static str] {
        &["selector", "namespace", "context"]
    }

    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        let mut claims = emptied(call, story);
        claims.extend(filled(call, story));
        claims
    }

    fn title(&self, claim: &Claim) -> String {
        format!("no {} is left", picked(&claim.subject))
    }

    fn expected(&self, claim: &Claim) -> String {
        let place = claim.subject.param("namespace").map_or(String::new(), |namespace| {
            format!(" in namespace {}", ticked(&namespace.shown()))
        });
        format!("no {}{place}", picked(&claim.subject))
    }

    fn hint(&self, claim: &Claim) -> String {
        let word = claim.subject.name.shown();
        let flag = |name: &str, flag: &str| {
            let value = claim.subject.param(name).map(Text::shown).filter(|text| !text.is_empty());
            value.map_or(String::new(), |value| format!(" {flag} {value}"))
        };
        let (selector, namespace) = (flag("selector", "-l"), flag("namespace", "-n"));
        format!("`kubectl get {word}{selector}{namespace}` shows what is left")
    }

    fn looks(&self, claim: &Claim) -> Looks {
        let word = claim.subject.name.shown();
        let namespace = claim.subject.param("namespace").map(Text::shown);
        let namespace = namespace.unwrap_or_else(|| "{current}".to_owned());
        let plural = usual(&word).map_or(word, |usual| usual.plural);
        let selector = claim.subject.param("selector").map(Text::shown).unwrap_or_default();
        Looks {
            reads: vec![format!(
                "GET the list of {plural} in {namespace} by {}",
                ticked(&selector)
            )],
            controls: vec![format!("GET /api/v1/namespaces/{namespace} answers")],
        }
    }

    fn needs(&self) -> &'static [&'static str] {
        &["selector"]
    }

    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, &lab.kubernetes))
    }
}

/// ``deployment with `app=web` ``
fn picked(subject: &Subject) -> String {
    let word = subject.name.shown();
    match subject.param("selector").map(Text::shown) {
        Some(selector) if !selector.is_empty() => format!("{word} with {}", ticked(&selector)),
        _ => word,
    }
}

async fn observe(subject: &Subject, cluster: &Cluster) -> Observation {
    let other = match cluster.other(subject) {
        Ok(other) => other,
        Err(reason) => return unobservable(subject, reason),
    };
    match look(subject, other.as_deref().unwrap_or(cluster)).await {
        Ok(observation) => observation,
        Err(reason) => unobservable(subject, reason),
    }
}

fn unobservable(subject: &Subject, reason: Unobservable) -> Observation {
    Observation::unobservable(reason, format!("GET {}", subject.name.shown()))
}

fn unknown(subject: &Subject) -> Unobservable {
    let texts = subject.params.iter().map(|(_, text)| text).chain([&subject.name]);
    let holes: Vec<&str> = texts.flat_map(Text::unbound).collect();
    Unobservable::unbound(&holes)
}

async fn look(subject: &Subject, cluster: &Cluster) -> Result<Observation, Unobservable> {
    let known = |text: &Text| text.value().ok_or_else(|| unknown(subject));
    let resource = resolve(cluster, &known(&subject.name)?).await?;
    let selector = subject.param("selector").map(known).transpose()?.unwrap_or_default();
    let namespace = match subject.param("namespace") {
        Some(text) => known(text)?,
        None => cluster.namespace().await?.to_owned(),
    };
    let list = resource.path(Some(&namespace), None);
    let path = format!("{list}?labelSelector={}&limit={NAMES}", escaped(&selector));
    // What is still going away is given a moment, as a single object is.
    let names = match &*cluster.read(&path, Form::Names).await? {
        Answer::Object(list) => names(list),
        Answer::Forbidden => {
            let reason = format!("the account may not list {}", resource.qualified());
            return Err(Unobservable::Forbidden(reason));
        }
        _ => return Err(not_told(&resource)),
    };
    let read = format!("GET {path} → 200");
    if !names.is_empty() {
        let verb = if names.len() == 1 { "is" } else { "are" };
        let facts = Facts::none().but(format!("{} {verb} still there", and_list(&names)));
        return Ok(Observation::present(facts, read));
    }
    if resource.scope == Scope::Cluster {
        let control = Control::new(format!("the list of {} answers", resource.plural));
        return Ok(Observation::absent(control, read));
    }
    // A list in a namespace that is not there is empty too.
    let home = usual("namespace").ok_or_else(|| not_told(&resource))?;
    match &*cluster.read(&home.path(None, Some(&namespace)), Form::Whole).await? {
        Answer::Object(_) => {
            let control = Control::new(format!("namespace {} answers", ticked(&namespace)));
            Ok(Observation::absent(control, read))
        }
        Answer::NotFound(missing) if missing.is(&home, &namespace) => {
            let shows =
                format!("the API answers that there is no namespace {}", ticked(&namespace));
            Ok(Observation::absent(Control::container_gone(shows), read))
        }
        Answer::Forbidden => Err(Unobservable::Forbidden(format!(
            "the account may not read namespace {}, so a missing namespace cannot be ruled out",
            ticked(&namespace)
        ))),
        _ => Err(not_told(&home)),
    }
}

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["metadata"]["name"].as_str().map(str::to_owned)).collect()
}

fn not_told(resource: &Resource) -> Unobservable {
    Unobservable::Unexpected(format!("the cluster gave no list of {}", resource.qualified()))
}

#[cfg(test)]
mod tests {
    use super::super::observe::tests::{Page, cluster, fake, forbidden, list, not_found};
    use super::*;
    use crate::claim::Seen;

    async fn seen(listed: fn() -> Page, home: fn() -> Page) -> Seen {
        let address = fake(move |path| {
            Some(if path.starts_with("/api/v1/namespaces/shop/services") {
                listed()
            } else {
                home()
            })
        });
        let (cluster, _folder) = cluster(&address);
        let subject = Subject::new(ID, "service").with("selector", "a=b");
        observe(&subject, &cluster).await.seen
    }

    fn shop() -> Page {
        (200, r#"{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"shop"}}"#.to_owned())
    }

    #[tokio::test]
    async fn an_empty_list_is_an_absence_only_in_a_namespace_that_is_there() {
        let one = || list(r#"{"metadata":{"name":"web","namespace":"shop"}}"#);
        let none = || list("");
        let Seen::Present(facts) = seen(one, shop).await else { panic!("not there") };
        assert_eq!(facts.but.as_deref(), Some("`web` is still there"));
        let there = Seen::Absent(Control::new("namespace `shop` answers"));
        assert_eq!(seen(none, shop).await, there);
        let gone = Control::container_gone("the API answers that there is no namespace `shop`");
        let missing = || not_found("namespaces", "", "shop");
        assert_eq!(seen(none, missing).await, Seen::Absent(gone));
        assert!(matches!(
            seen(none, forbidden).await,
            Seen::Unobservable(Unobservable::Forbidden(_))
        ));
        assert!(matches!(
            seen(forbidden, shop).await,
            Seen::Unobservable(Unobservable::Forbidden(_))
        ));
    }
}
