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

use super::{Call, Kind, Lab, Provider, Reading, Story, Unseen};
use crate::claim::{Text, Unobservable, Verb};

pub use client::Cluster;
pub use helm_release::HelmRelease;
pub use object::Object;
pub use selection::Selection;

/// The provider.
pub struct Kubernetes;

/// Its kinds, in the order of their ids.
const KINDS: &[&dyn Kind] = &[&HelmRelease, &Object, &Selection];

impl Provider for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn programs(&self) -> &'static [&'static str] {
        &["kubectl", "k", "oc", "helm"]
    }

    fn kinds(&self) -> &'static [&'static dyn Kind] {
        KINDS
    }

    fn reading(&self, call: &Call) -> Reading {
        if call.program().as_deref() != Some("helm") {
            return infer::reading(call);
        }
        match helm_infer::understand(call, &Story::default()) {
            Err(reading) => reading,
            Ok(claims) if claims.iter().any(|claim| claim.verb == Verb::Disturb) => {
                Reading::NotObservable(Unseen::NoMark)
            }
            // Without the text before it, a look is only a look.
            Ok(_) => Reading::Reads,
        }
    }

    fn settings(&self, call: &Call) -> Vec<(&'static str, Text)> {
        let mut settings = infer::settings(call);
        settings.extend(oc::settings(call));
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
