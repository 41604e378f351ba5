//! Kubernetes: the commands of kubectl, oc and helm, and the API server's objects.

mod answer;
mod cli;
mod client;
mod command_line;
mod connect;
mod create;
mod discovery;
mod fields;
mod flags;
mod helm_cli;
mod helm_former;
mod helm_infer;
mod helm_observe;
mod helm_record;
mod helm_release;
mod helm_values;
mod infer;
mod jsonpath;
mod lookup;
mod manifest;
mod object;
mod observe;
mod oc;
mod oc_admin;
mod oc_app;
mod oc_set;
mod oc_words;
mod openshift;
mod ready;
mod resources;
mod selection;
mod stated;

use futures_util::future::BoxFuture;

use super::{Call, Kind, Lab, Provider, Reading, Story};
use crate::claim::{Text, Unobservable};

pub use client::Cluster;
pub use helm_release::HelmRelease;
pub use object::Object;
pub use selection::Selection;

/// The word of the usual kind that `word` stands for: `pods`, `svc`.
pub fn kind_word(word: &str) -> Option<String> {
    // The shortest are words of other languages.
    if word.len() < 3 { None } else { resources::usual(word).map(|usual| usual.word) }
}

/// The provider.
pub struct Kubernetes;

/// Its kinds, in the order of their ids.
const KINDS: &[&dyn Kind] = &[&HelmRelease, &Object, &Selection];

impl Provider for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn programs(&self) -> &'static [&'static str] {
        &["kubectl", "k", "oc", "helm", "kubens", "kubectx"]
    }

    fn knows(&self, call: &Call) -> bool {
        let program = call.program().unwrap_or_default();
        self.programs().contains(&program.as_str()) || infer::takes_a_cluster(call)
    }

    fn kinds(&self) -> &'static [&'static dyn Kind] {
        KINDS
    }

    fn reading(&self, call: &Call, story: &Story) -> Reading {
        match call.program().as_deref() {
            Some("helm") => helm_infer::reading(call, story),
            _ => infer::reading(call),
        }
    }

    fn settings(&self, call: &Call) -> Vec<(&'static str, Text)> {
        let mut settings = infer::settings(call);
        settings.extend(oc::settings(call));
        settings.extend(helm_former::settings(call));
        settings
    }

    fn placed(&self, call: &Call, settings: &[(&'static str, Text)]) -> Call {
        lookup::placed(call, settings)
    }

    fn is_lookup(&self, call: &Call) -> bool {
        lookup::is_lookup(call)
    }

    fn look_up<'a>(
        &'a self,
        call: &'a Call,
        lab: &'a Lab,
    ) -> BoxFuture<'a, Result<String, Unobservable>> {
        Box::pin(lookup::look_up(call, &lab.kubernetes))
    }
}
