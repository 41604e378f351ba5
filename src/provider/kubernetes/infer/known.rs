//! What the text has said so far: the objects as it has left them, and the kinds that it has made.

use std::borrow::Cow;

use super::super::object::{ID, parts};
use super::super::resources::{Scope, usual};
use crate::claim::{Expectation, Field, Meaning, Subject, Text, Verb};
use crate::provider::Story;

/// An object as the text has left it.
pub(super) struct Known<'a> {
    /// The object.
    pub(super) subject: &'a Subject,
    /// Its fields; the last saying of each counts.
    fields: Vec<&'a Field>,
    /// Whether the text has made it, so that nothing but these fields is set by hand.
    made: bool,
    /// Whether the text has taken it away since.
    pub(super) gone: bool,
}

impl<'a> Known<'a> {
    /// The word of its kind.
    pub(super) fn word(&self) -> String {
        parts(&self.subject.name).0
    }

    /// Its name.
    pub(super) fn name(&self) -> Text {
        match self.subject.name.split_once('/') {
            Some((_, name)) => name,
            None => self.subject.name.clone(),
        }
    }

    /// The paths of its fields, in the order in which they were first said.
    pub(super) fn paths(&self) -> impl Iterator<Item = &'a str> {
        self.fields.iter().map(|field| field.path.as_str())
    }

    /// What the text gives a field.
    pub(super) fn field(&self, path: &str) -> Option<&'a Text> {
        let field = self.fields.iter().find(|field| field.path == path)?;
        (field.meaning != Meaning::Unset).then_some(&field.value)
    }

    /// A label: one that the text names, or that a generator of kubectl gives.
    pub(super) fn label(&self, key: &str) -> Option<Cow<'a, Text>> {
        let path = format!("metadata.labels.{key}");
        if self.fields.iter().any(|field| field.path == path) {
            return self.field(&path).map(Cow::Borrowed);
        }
        (self.generated_label()? == key).then(|| Cow::Owned(self.name()))
    }

    /// `create deployment` gives the label `app`, `run` the label `run`, where nothing else is said.
    fn generated_label(&self) -> Option<&'static str> {
        let by_hand =
            |path: &str| path.starts_with("spec.selector") || path.starts_with("metadata.labels");
        if !self.made || self.paths().any(by_hand) {
            return None;
        }
        match self.word().as_str() {
            "deployment" => Some("app"),
            "pod" => Some("run"),
            _ => None,
        }
    }

    /// Whether what the text says is all that there is to say.
    pub(super) fn is_whole(&self) -> bool {
        self.made && !matches!(self.word().as_str(), "service")
    }
}

/// The objects of the text, in the order in which they were first named.
pub(super) fn objects(story: &Story) -> Vec<Known<'_>> {
    let mut objects: Vec<Known<'_>> = Vec::new();
    for claim in story.claims.iter().filter(|claim| claim.subject.kind == ID) {
        if claim.verb == Verb::Remove {
            let inside = |known: &Known<'_>| {
                let namespace = known.subject.param("namespace");
                let holder = parts(&claim.subject.name);
                holder.0 == "namespace" && namespace.is_some_and(|text| text.shown() == holder.1)
            };
            for known in &mut objects {
                known.gone |= inside(known);
            }
        }
        let place = objects.iter().position(|known| known.subject == &claim.subject);
        let place = place.unwrap_or_else(|| {
            let subject = &claim.subject;
            objects.push(Known { subject, fields: Vec::new(), made: false, gone: false });
            objects.len() - 1
        });
        let known = &mut objects[place];
        match (claim.verb, &claim.expectation) {
            (Verb::Confirm | Verb::Read, _) => {}
            (Verb::Disturb, _) => {
                known.fields.clear();
                known.made = false;
            }
            (_, Expectation::Present(fields)) => {
                let anew = matches!(claim.verb, Verb::Create | Verb::Replace);
                let first = known.fields.is_empty() && !known.made;
                if anew || known.gone {
                    known.fields.clear();
                }
                known.made |= anew || (claim.verb == Verb::Make && (first || known.gone));
                known.gone = false;
                for field in fields {
                    match known.fields.iter_mut().find(|known| known.path == field.path) {
                        Some(known) => *known = field,
                        None => known.fields.push(field),
                    }
                }
            }
            _ => {
                known.fields.clear();
                known.gone = true;
                known.made = false;
            }
        }
    }
    objects
}

/// A kind that the text has defined itself.
pub(super) struct Custom<'a> {
    /// The definition.
    pub(super) definition: &'a Subject,
    /// The word that its objects are named with: `widget.example.com`.
    pub(super) word: String,
    /// Where its objects live.
    pub(super) scope: Scope,
}

/// The kind that `word` stands for, where the text has defined it.
pub(super) fn custom<'a>(objects: &[Known<'a>], word: &str) -> Option<Custom<'a>> {
    let (base, rest) = word.split_once('.').unwrap_or((word, ""));
    objects.iter().find_map(|known| {
        if known.gone || known.word() != "customresourcedefinition" {
            return None;
        }
        let text = |path: &str| known.field(path).and_then(Text::literal);
        let (kind, group) = (text("spec.names.kind")?, text("spec.group")?);
        let names = known.paths().filter(|path| path.starts_with("spec.names.shortNames["));
        let names = names.chain(["spec.names.plural", "spec.names.singular", "spec.names.kind"]);
        let mut names = names.filter_map(&text);
        let in_group = rest.is_empty() || rest == group || rest.ends_with(&format!(".{group}"));
        if !in_group || !names.any(|name| name.eq_ignore_ascii_case(base)) {
            return None;
        }
        let namespaced = text("spec.scope").is_none_or(|scope| scope != "Cluster");
        Some(Custom {
            definition: known.subject,
            word: format!("{kind}.{group}").to_lowercase(),
            scope: if namespaced { Scope::Namespaced } else { Scope::Cluster },
        })
    })
}

/// The word that the text has used for a kind that is not a usual one.
pub(super) fn word_of(objects: &[Known<'_>], word: &str) -> String {
    if usual(word).is_some() {
        return word.to_owned();
    }
    if let Some(custom) = custom(objects, word) {
        return custom.word;
    }
    let mut words = objects.iter().map(Known::word);
    words.find(|known| same_kind(known, word)).unwrap_or_else(|| word.to_owned())
}

/// Whether two words for a kind that is not a usual one are the same: `widget.example.com`, `widgets`.
pub(in super::super) fn same_kind(one: &str, two: &str) -> bool {
    let split = |word: &str| {
        let (base, group) = word.split_once('.').unwrap_or((word, ""));
        let singular = match base.strip_suffix("ies") {
            Some(start) => format!("{start}y"),
            None => base.strip_suffix('s').unwrap_or(base).to_owned(),
        };
        (singular, group.to_owned())
    };
    let ((one, group), (two, other)) = (split(one), split(two));
    one == two && (group == other || group.is_empty() || other.is_empty())
}
