//! Where a command works: the context and the namespace that earlier commands of the text have set.

use super::super::cli::Line;
use super::settings::{CONTEXT, NAMED, NAMESPACE, NEW, OLD};
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
        let mut place = Self::set(&story.settings);
        if let Some(namespace) = line.flag("namespace") {
            place.namespace = Some(namespace.clone());
        }
        place
    }

    /// What the settings come to, in their order.
    pub(in super::super) fn set(settings: &[(&'static str, Text)]) -> Self {
        let mut place = Self::default();
        let (mut named, mut old): (Option<&Text>, Option<&Text>) = (None, None);
        let mut namespaces: Vec<(&Text, &Text)> = Vec::new();
        for (key, value) in settings {
            match *key {
                CONTEXT => {
                    let known = namespaces.iter().rev().find(|(context, _)| *context == value);
                    place.namespace = known.map(|(_, namespace)| (*namespace).clone());
                    place.context = Some(value.clone());
                }
                OLD => old = Some(value),
                NEW => {
                    if place.context.is_some() && place.context.as_ref() == old {
                        place.context = Some(value.clone());
                    }
                    let known = namespaces.iter_mut().filter(|(name, _)| Some(*name) == old);
                    known.for_each(|(name, _)| *name = value);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_what_was_set_last() {
        let shown = |settings: &[(&'static str, &str)]| {
            let settings: Vec<(&'static str, Text)> =
                settings.iter().map(|(key, value)| (*key, Text::from(*value))).collect();
            let place = Place::set(&settings);
            [place.context, place.namespace]
                .map(|text| text.map_or_else(|| "-".to_owned(), |text| text.shown()))
                .join(" ")
        };
        for (settings, expected) in [
            (&[][..], "- -"),
            (&[(NAMESPACE, "shop")], "- shop"),
            (&[(NAMESPACE, "shop"), (CONTEXT, "east")], "east -"),
            (&[(NAMED, "east"), (NAMESPACE, "shop"), (CONTEXT, "east")], "east shop"),
            (&[(NAMED, "west"), (NAMESPACE, "shop"), (CONTEXT, "east")], "east -"),
            (&[(CONTEXT, "east"), (OLD, "east"), (NEW, "e")], "e -"),
            (&[(CONTEXT, "east"), (OLD, "west"), (NEW, "w")], "east -"),
            (
                &[(NAMED, "east"), (NAMESPACE, "shop"), (OLD, "east"), (NEW, "e"), (CONTEXT, "e")],
                "e shop",
            ),
        ] {
            assert_eq!(shown(settings), expected, "{settings:?}");
        }
    }
}
