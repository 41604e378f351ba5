//! Where a command works: the context and the namespace that earlier commands of the text have set.

use super::super::cli::Line;
use super::settings::{CONTEXT, NAMED, NAMESPACE};
use crate::claim::Text;
use crate::provider::Story;

/// A context and a namespace; what the text does not name is the kubeconfig's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Place {
    /// The context that the text has gone to.
    pub(in super::super) context: Option<Text>,
    /// The namespace.
    pub(in super::super) namespace: Option<Text>,
}

impl Place {
    /// Where a command works, by its flags and by what was set before.
    pub(super) fn of(line: &Line, story: &Story) -> Self {
        let mut place = Self::set(story);
        if let Some(namespace) = line.flag("namespace") {
            place.namespace = Some(namespace.clone());
        }
        place
    }

    /// What the settings come to, in their order.
    pub(in super::super) fn set(story: &Story) -> Self {
        let mut place = Self::default();
        let mut named: Option<&Text> = None;
        let mut namespaces: Vec<(&Text, &Text)> = Vec::new();
        for (key, value) in &story.settings {
            match *key {
                CONTEXT => {
                    let known = namespaces.iter().rev().find(|(context, _)| *context == value);
                    place.namespace = known.map(|(_, namespace)| (*namespace).clone());
                    place.context = Some(value.clone());
                }
                NAMED => named = Some(value),
                NAMESPACE => match named.take() {
                    Some(context) if place.context.as_ref() != Some(context) => {
                        namespaces.push((context, value));
                    }
                    _ => place.namespace = Some(value.clone()),
                },
                _ => {}
            }
        }
        place
    }
}
