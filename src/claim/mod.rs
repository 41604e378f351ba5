//! The vocabulary that the text's side and the world's side share: what is claimed, and what was seen.
//!
//! Data only: nothing here reads a challenge, a server or the environment.

mod duration;
mod meaning;
mod observation;
mod quantity;
mod text;

pub use meaning::Meaning;
pub use observation::{Control, Fact, Facts, Observation, Seen, Unobservable};
pub use text::{Hole, Part, Text};

/// Whether a text is a time span that [`Meaning::Duration`] compares by its seconds.
pub fn is_duration(text: &str) -> bool {
    duration::seconds(text).is_some()
}

/// The seconds of a time span.
pub fn seconds(text: &str) -> Option<u64> {
    duration::seconds(text)
}

/// A thing in the lab: a kind and a name, with what else it takes to find it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The id of its kind, such as `vault/database-role`.
    pub kind: &'static str,
    /// Its name, such as `database/products-api`.
    pub name: Text,
    /// What else tells it from others, such as the namespace or the host; by key, each key once.
    pub params: Vec<(&'static str, Text)>,
}

impl Subject {
    /// A thing with nothing but a name.
    pub fn new(kind: &'static str, name: impl Into<Text>) -> Self {
        Self { kind, name: name.into(), params: Vec::new() }
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<Text>) -> Self {
        self.params.push((key, value.into()));
        self
    }

    /// A parameter by its key.
    pub fn param(&self, key: &str) -> Option<&Text> {
        self.params.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The same with every look-up replaced by what `resolve` gives for it.
    #[must_use]
    pub fn resolved(&self, resolve: &dyn Fn(usize) -> Option<String>) -> Self {
        Self {
            kind: self.kind,
            name: self.name.resolved(resolve),
            params: self.params.iter().map(|(k, v)| (*k, v.resolved(resolve))).collect(),
        }
    }

    /// The look-ups that must be worked out before the thing can be found.
    pub fn lookups(&self) -> Vec<usize> {
        let params = self.params.iter().flat_map(|(_, value)| value.lookups());
        self.name.lookups().chain(params).collect()
    }
}

/// What must be the case with a [`Subject`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It is there, with these fields.
    Present(Vec<Field>),
    /// It is not there.
    Absent,
    /// It turns down what it once accepted.
    Refused,
    /// It is no longer what the text started from.
    Changed,
}

impl Expectation {
    /// The word for it in reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Present(_) => "present",
            Self::Absent => "absent",
            Self::Refused => "refused",
            Self::Changed => "changed",
        }
    }

    /// The fields; none unless present.
    pub fn fields(&self) -> &[Field] {
        match self {
            Self::Present(fields) => fields,
            _ => &[],
        }
    }
}

/// One field of a present thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, as the server calls it.
    pub path: String,
    /// What the text gives it.
    pub value: Text,
    /// How the two are compared.
    pub meaning: Meaning,
}

impl Field {
    /// A field that is compared by `meaning`.
    pub fn new(path: impl Into<String>, value: impl Into<Text>, meaning: Meaning) -> Self {
        Self { path: path.into(), value: value.into(), meaning }
    }

    /// A field that is not set.
    pub fn unset(path: impl Into<String>) -> Self {
        Self::new(path, Text::default(), Meaning::Unset)
    }
}

/// What a command does to a [`Subject`]; the timeline is made of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Makes it, and fails where it is there: it was absent, whatever the text read before.
    Create,
    /// Makes it, or changes the named fields of what is there. Made first: it was absent.
    Make,
    /// Makes it anew: fields that are not named are gone. Made first: it was absent.
    Replace,
    /// Changes the named fields of what must be there.
    Change,
    /// Takes it away. Taken away first: it was present.
    Remove,
    /// Looks again at what an earlier step did, or tries what must work or be refused.
    Confirm,
    /// Does something to it that is not claimed: from here on its fields are open, and where the
    /// expectation is not that it is present, so is the thing itself. Claims nothing.
    Disturb,
    /// Only looks: claims nothing, and says that the thing was there.
    Read,
}

impl Verb {
    /// Whether something is claimed by it, as against only said of the thing's history.
    pub fn claims(self) -> bool {
        !matches!(self, Self::Disturb | Self::Read)
    }

    /// Whether the thing is another afterwards.
    pub fn changes(self) -> bool {
        !matches!(self, Self::Confirm | Self::Read)
    }
}

/// What the text says of one thing at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Of what.
    pub subject: Subject,
    /// What must be the case.
    pub expectation: Expectation,
    /// What the command does to it.
    pub verb: Verb,
    /// What holds it (its mount, its namespace): gone with it, and not there before it.
    pub container: Option<Subject>,
    /// What it cannot be told without: if one of these fails in an earlier step, that is the cause.
    pub depends: Vec<Subject>,
    /// Whether its command may fail without harm (`--ignore-not-found`, `|| true`), so that it says nothing
    /// of what was before.
    pub lenient: bool,
}

impl Claim {
    /// A claim without a container.
    pub fn new(subject: Subject, expectation: Expectation, verb: Verb) -> Self {
        let depends = Vec::new();
        Self { subject, expectation, verb, container: None, depends, lenient: false }
    }

    /// The same inside `container`.
    #[must_use]
    pub fn within(mut self, container: Subject) -> Self {
        self.container = Some(container);
        self
    }

    /// The same, depending on `subjects`.
    #[must_use]
    pub fn needing(mut self, subjects: impl IntoIterator<Item = Subject>) -> Self {
        self.depends.extend(subjects);
        self
    }

    /// The same of a command that may fail without harm, if it is one.
    #[must_use]
    pub fn leniently(mut self, lenient: bool) -> Self {
        self.lenient |= lenient;
        self
    }

    /// The look-ups that must be worked out before the claim can be judged.
    pub fn lookups(&self) -> Vec<usize> {
        let fields = self.expectation.fields().iter().flat_map(|field| field.value.lookups());
        self.subject.lookups().into_iter().chain(fields).collect()
    }

    /// The same with every look-up replaced by what `resolve` gives for it.
    #[must_use]
    pub fn resolved(&self, resolve: &dyn Fn(usize) -> Option<String>) -> Self {
        let expectation = match &self.expectation {
            Expectation::Present(fields) => Expectation::Present(
                fields
                    .iter()
                    .map(|field| Field { value: field.value.resolved(resolve), ..field.clone() })
                    .collect(),
            ),
            other => other.clone(),
        };
        Self {
            subject: self.subject.resolved(resolve),
            expectation,
            verb: self.verb,
            container: self.container.as_ref().map(|subject| subject.resolved(resolve)),
            depends: self.depends.iter().map(|subject| subject.resolved(resolve)).collect(),
            lenient: self.lenient,
        }
    }
}
