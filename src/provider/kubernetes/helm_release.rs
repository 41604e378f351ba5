//! The kind `kubernetes/helm-release`: a release that helm keeps in a namespace.

use futures_util::future::BoxFuture;

use super::helm_infer::understand;
use super::helm_observe::observe;
use crate::claim::{Claim, Expectation, Field, Meaning, Observation, Subject, Text, Verb};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::{one_line, ticked};

/// The id of the kind.
pub(super) const ID: &str = "kubernetes/helm-release";

/// The kind.
pub struct HelmRelease;

impl Kind for HelmRelease {
    fn id(&self) -> &'static str {
        ID
    }

    fn doc(&self) -> &'static str {
        "A release of a Helm chart in a namespace.\n\
         \n\
         Present: helm's own record, the Secret of the release's last revision, is there and can be read, and \
         the status, the chart, its version and the values that the text names are those in it. The values of \
         a release are compared and never shown.\n\
         \n\
         Absent: the Secrets of the namespace can be listed and none is helm's for this release, or its last \
         revision says that it is uninstalled; and the namespace can be read. Where the text names no \
         namespace, it must be in no other namespace either."
    }

    fn noun(&self) -> &'static str {
        "release"
    }

    fn params(&self) -> &'static [&'static str] {
        &["namespace", "context"]
    }

    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        understand(call, story).unwrap_or_default()
    }

    fn title(&self, claim: &Claim) -> String {
        let release = format!("release {}", ticked(&claim.subject.name.shown()));
        let fields = || claim.expectation.fields().iter();
        let rolled_back = fields()
            .find(|field| field.path == "rolled-back-to" && field.meaning != Meaning::Unset);
        let change = fields()
            .find(|field| field.path.starts_with("values."))
            .or_else(|| fields().find(|field| field.path == "version"));
        match (&claim.expectation, claim.verb, rolled_back, change) {
            (Expectation::Absent, ..) => format!("{release} is uninstalled"),
            (_, _, Some(to), _) => {
                format!("{release} is rolled back to revision {}", to.value.shown())
            }
            (_, Verb::Change | Verb::Replace, _, Some(change)) => {
                format!("{release} has {}", shown(change))
            }
            (_, Verb::Create | Verb::Make | Verb::Replace, ..) => {
                format!("{release} is installed")
            }
            _ => format!("{release} is there"),
        }
    }

    fn expected(&self, claim: &Claim) -> String {
        const SHOWN: usize = 4;
        let place = match claim.subject.param("namespace") {
            Some(namespace) => format!(" in namespace {}", ticked(&namespace.shown())),
            None => String::new(),
        };
        let place = match claim.subject.param("context") {
            Some(context) => format!("{place} in context {}", ticked(&context.shown())),
            None => place,
        };
        let fields = claim.expectation.fields();
        if claim.expectation == Expectation::Absent {
            return format!("no release of this name{place}");
        }
        if fields.is_empty() {
            return format!("a release of this name{place}");
        }
        let mut named: Vec<String> = fields.iter().take(SHOWN).map(shown).collect();
        if fields.len() > SHOWN {
            named.push(format!("{} more", fields.len() - SHOWN));
        }
        format!("a release{place} with {}", named.join(", "))
    }

    fn hint(&self, claim: &Claim) -> String {
        let name = claim.subject.name.shown();
        let namespace = claim.subject.param("namespace").map(Text::shown);
        let flag = namespace.map_or(String::new(), |namespace| format!(" -n {namespace}"));
        let context = claim.subject.param("context").map(Text::shown);
        let context = context.map_or(String::new(), |context| format!(" --kube-context {context}"));
        let flag = format!("{flag}{context}");
        let values =
            claim.expectation.fields().iter().any(|field| field.path.starts_with("values."));
        match claim.expectation {
            Expectation::Absent => format!("`helm uninstall {name}{flag}` takes it away"),
            _ if values => format!("`helm get values {name}{flag}` shows what it was given"),
            _ => format!("`helm status {name}{flag}` shows how it is"),
        }
    }

    fn looks(&self, claim: &Claim) -> Looks {
        let name = claim.subject.name.shown();
        let namespace = claim.subject.param("namespace").map(Text::shown);
        let home = namespace.clone().unwrap_or_else(|| "{current}".to_owned());
        let secrets = format!("/api/v1/namespaces/{home}/secrets");
        let mut controls = vec![format!("GET /api/v1/namespaces/{home} answers")];
        if namespace.is_none() {
            controls.push("GET /api/v1/secrets has it in no namespace".to_owned());
        }
        Looks {
            reads: vec![
                format!("GET {secrets}?labelSelector=owner=helm,name={name}"),
                format!("GET {secrets}/sh.helm.release.v1.{name}.v{{last}}"),
            ],
            controls,
        }
    }

    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, &lab.kubernetes))
    }
}

fn shown(field: &Field) -> String {
    const SHOWN: usize = 60;
    if field.meaning == Meaning::Unset {
        return format!("no {}", ticked(&field.path));
    }
    format!("{} {}", ticked(&field.path), ticked(&one_line(&field.value.shown(), SHOWN)))
}
