//! The kind `kubernetes/object`: any object of any group and version.

use futures_util::future::BoxFuture;

use super::infer::{same_kind, understand};
use super::observe::observe;
use super::ready::READY;
use super::resources::{Resource, Scope, usual};
use crate::claim::{Claim, Expectation, Field, Meaning, Observation, Subject, Text, Verb};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::{one_line, ticked};

/// The id of the kind.
pub(super) const ID: &str = "kubernetes/object";

/// The kind.
pub struct Object;

impl Kind for Object {
    fn id(&self) -> &'static str {
        ID
    }

    fn doc(&self) -> &'static str {
        "An object of a Kubernetes cluster, of any group and version, such as a Deployment or a Secret.\n\
         \n\
         Present: the object is there, is not being deleted, and has the fields that the text names, \
         compared by their paths (`spec.replicas`, `spec.template.spec.containers[web].image`) and by \
         meaning (`1000m` is `1`); the values of secrets are compared and never shown. Where the text waits \
         for it, the object is ready, by what its kind means by that: all replicas of a Deployment are \
         available, a Job is complete, a Pod answers.\n\
         \n\
         Absent: the API server says NotFound and names the object, and its namespace can be read. Where \
         the text names no namespace, the object must be in no other namespace either."
    }

    fn noun(&self) -> &'static str {
        "object"
    }

    fn holds_secrets(&self, subject: &Subject, field: &str) -> bool {
        subject.name.shown().starts_with("secret") || field.contains(".env[")
    }

    fn params(&self) -> &'static [&'static str] {
        &["namespace", "context"]
    }

    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        understand(call, story).unwrap_or_default()
    }

    fn title(&self, claim: &Claim) -> String {
        let object = named(&claim.subject);
        match (&claim.expectation, claim.verb) {
            (Expectation::Absent, _) => format!("{object} is deleted"),
            (Expectation::Present(fields), Verb::Change | Verb::Confirm) => match fields.as_slice()
            {
                [] => format!("{object} exists"),
                [one] if one.path == READY => format!("{object} is ready"),
                [one] => format!("{object} has {}", field(one)),
                many => format!("{object} has {} and more", field(&many[0])),
            },
            _ => format!("{object} exists"),
        }
    }

    fn expected(&self, claim: &Claim) -> String {
        let (word, _) = parts(&claim.subject.name);
        let place = match claim.subject.param("namespace") {
            Some(namespace) => format!(" in namespace {}", ticked(&namespace.shown())),
            None => String::new(),
        };
        let place = match claim.subject.param("context") {
            Some(context) => format!("{place} in context {}", ticked(&context.shown())),
            None => place,
        };
        match claim.expectation.fields() {
            _ if claim.expectation == Expectation::Absent => {
                format!("no {word} of this name{place}")
            }
            [] => format!("{} {word} of this name{place}", article(&word)),
            fields => {
                const SHOWN: usize = 3;
                let mut named: Vec<String> = fields.iter().take(SHOWN).map(field).collect();
                if fields.len() > SHOWN {
                    named.push(format!("{} more", fields.len() - SHOWN));
                }
                format!("{} {word}{place} with {}", article(&word), named.join(", "))
            }
        }
    }

    fn hint(&self, claim: &Claim) -> String {
        let (word, name) = parts(&claim.subject.name);
        let namespace = claim.subject.param("namespace").map(Text::shown);
        let flag = namespace.map_or(String::new(), |namespace| format!(" -n {namespace}"));
        let context = claim.subject.param("context").map(Text::shown);
        let context = context.map_or(String::new(), |context| format!(" --context {context}"));
        let flag = format!("{flag}{context}");
        let object = format!("{word} {name}{flag}");
        match &claim.expectation {
            Expectation::Absent => format!("`kubectl delete {object}` takes it away"),
            Expectation::Present(fields) if fields.is_empty() => {
                format!("`kubectl get {object}` shows whether it is there")
            }
            _ => format!("`kubectl get {object} -o yaml` shows what it has"),
        }
    }

    fn looks(&self, claim: &Claim) -> Looks {
        let (word, name) = parts(&claim.subject.name);
        let Some(resource) = usual(&word) else {
            let read = format!("GET {word}/{name}, found by what the cluster serves");
            return Looks {
                reads: vec![read],
                controls: vec![format!("the list of {word} answers")],
            };
        };
        let named = claim.subject.param("namespace").map(Text::shown);
        Looks {
            reads: vec![format!("GET {}", shown_path(&resource, named.as_deref(), Some(&name)))],
            controls: match (resource.scope, named) {
                (Scope::Cluster, _) => {
                    vec![format!("GET {} answers", shown_path(&resource, None, None))]
                }
                (Scope::Namespaced, Some(namespace)) => {
                    vec![format!("GET /api/v1/namespaces/{namespace} answers")]
                }
                (Scope::Namespaced, None) => vec![
                    "GET /api/v1/namespaces/{current} answers".to_owned(),
                    format!("GET {} has it in no namespace", resource.path(None, None)),
                ],
            },
        }
    }

    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        if holder.kind != ID
            || thing.kind != ID
            || holder.param("context") != thing.param("context")
        {
            return false;
        }
        let ((holder, name), (word, _)) = (parts(&holder.name), parts(&thing.name));
        match holder.as_str() {
            "namespace" => thing.param("namespace").is_some_and(|text| text.shown() == name),
            // A definition is called after the plural and the group of its kind.
            "customresourcedefinition" => word.contains('.') && same_kind(&name, &word),
            _ => false,
        }
    }

    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, &lab.kubernetes))
    }
}

/// The kind's word and the name of `deployment/web`, as a person reads them.
pub(super) fn parts(name: &Text) -> (String, String) {
    match name.split_once('/') {
        Some((word, name)) => (word.shown(), name.shown()),
        None => (String::new(), name.shown()),
    }
}

fn named(subject: &Subject) -> String {
    let (word, name) = parts(&subject.name);
    format!("{word} {}", ticked(&name))
}

fn field(field: &Field) -> String {
    const SHOWN: usize = 60;
    match field.meaning {
        Meaning::Unset => return format!("no {}", ticked(&field.path)),
        Meaning::AnyValue => return ticked(&field.path),
        _ => {}
    }
    format!("{} {}", ticked(&field.path), ticked(&one_line(&field.value.shown(), SHOWN)))
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// A path for a person: holes as the text writes them.
fn shown_path(resource: &Resource, namespace: Option<&str>, name: Option<&str>) -> String {
    let all = resource.path(None, None);
    let collection = match (resource.scope, namespace) {
        (Scope::Cluster, _) => all,
        (Scope::Namespaced, namespace) => {
            let namespace = namespace.unwrap_or("{current}");
            let root = all.trim_end_matches(resource.plural.as_str());
            format!("{root}namespaces/{namespace}/{}", resource.plural)
        }
    };
    name.map_or(collection.clone(), |name| format!("{collection}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;

    fn only(words: &str) -> Claim {
        Object.infer(&call(words), &Story::default()).remove(0)
    }

    #[test]
    fn a_claim_is_told_in_the_words_of_its_command() {
        for (words, title, expected, hint) in [
            (
                "kubectl delete deployment web",
                "deployment `web` is deleted",
                "no deployment of this name",
                "`kubectl delete deployment web` takes it away",
            ),
            (
                "kubectl create ns shop",
                "namespace `shop` exists",
                "a namespace of this name",
                "`kubectl get namespace shop` shows whether it is there",
            ),
            (
                "kubectl scale deploy/web --replicas=5 -n shop",
                "deployment `web` has `spec.replicas` `5`",
                "a deployment in namespace `shop` with `spec.replicas` `5`",
                "`kubectl get deployment web -n shop -o yaml` shows what it has",
            ),
        ] {
            let claim = only(words);
            assert_eq!(Object.title(&claim), title);
            assert_eq!(Object.expected(&claim), expected);
            assert_eq!(Object.hint(&claim), hint);
        }
    }

    #[test]
    fn looks_name_the_reads_and_their_controls() {
        let looks = Object.looks(&only("kubectl delete deployment web"));
        assert_eq!(looks.reads, ["GET /apis/apps/v1/namespaces/{current}/deployments/web"]);
        assert_eq!(
            looks.controls,
            [
                "GET /api/v1/namespaces/{current} answers",
                "GET /apis/apps/v1/deployments has it in no namespace"
            ]
        );
        let looks = Object.looks(&only("kubectl delete ns shop"));
        assert_eq!(looks.reads, ["GET /api/v1/namespaces/shop"]);
        assert_eq!(looks.controls, ["GET /api/v1/namespaces answers"]);
    }
}
