//! Kubernetes: kubectl's commands, and the API server's objects.

mod answer;
mod cli;
mod client;
mod connect;
mod create;
mod discovery;
mod fields;
mod flags;
mod infer;
mod jsonpath;
mod lookup;
mod manifest;
mod object;
mod observe;
mod ready;
mod resources;
mod stated;

use futures_util::future::BoxFuture;

use super::{Call, Kind, Lab, Provider, Reading};
use crate::claim::{Text, Unobservable};

pub use client::Cluster;
pub use object::Object;

/// The provider.
pub struct Kubernetes;

/// Its kinds, in the order of their ids.
const KINDS: &[&dyn Kind] = &[&Object];

impl Provider for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn programs(&self) -> &'static [&'static str] {
        &["kubectl", "k"]
    }

    fn kinds(&self) -> &'static [&'static dyn Kind] {
        KINDS
    }

    fn reading(&self, call: &Call) -> Reading {
        infer::reading(call)
    }

    fn settings(&self, call: &Call) -> Vec<(&'static str, Text)> {
        infer::settings(call)
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
