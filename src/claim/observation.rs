//! What one look at the lab proved.

use std::borrow::Cow;

use jsonpath_rust::JsonPath as _;
use serde_json::Value;

use crate::secret::Secret;

/// What was seen of one subject, and by which read.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What was seen.
    pub seen: Seen,
    /// The read that shows it, with its answer: `GET database/roles/x → 404`.
    pub read: String,
    /// Where it is not there: what is near it (`` `database/` has `product-api` ``).
    pub near: Option<String>,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// It is there.
    Present(Facts),
    /// It is not there, and the control shows that the instrument works.
    Absent(Control),
    /// It was turned down, and the control shows that it was for the reason that counts.
    Refused(Control),
    /// It could not be seen, or what was seen proves nothing.
    Unobservable(Unobservable),
}

/// The read that proves that an absence or a refusal is one. Nothing else makes [`Seen::Absent`] and
/// [`Seen::Refused`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// What proves it: `the namespace answers; the role exists`.
    pub shows: String,
    /// Where it is absent only because what holds it is.
    pub container_gone: bool,
}

impl Control {
    /// A control that `shows` that the instrument works.
    pub fn new(shows: impl Into<String>) -> Self {
        Self { shows: shows.into(), container_gone: false }
    }

    /// Absent because the container is, which `shows` proves.
    pub fn container_gone(shows: impl Into<String>) -> Self {
        Self { shows: shows.into(), container_gone: true }
    }
}

/// The fields of a present thing that can be compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    fields: Vec<(String, Fact)>,
    /// The whole of it, for what an author asks of it by a path; `None` where the fields are all.
    whole: Option<Fact>,
    /// Why a thing that is there is not what was asked for all the same: `still terminating`, `it is in
    /// namespace `default``. Present and absent both fail on it.
    pub but: Option<String>,
    /// What is true of it and worth saying (`version 3 is soft-deleted`).
    pub note: Option<String>,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// May be shown.
    Plain(Value),
    /// Compared, never shown.
    Sealed(Secret),
}

impl Facts {
    /// No fields: it is there.
    pub fn none() -> Self {
        Self::default()
    }

    /// The same with a field that may be shown.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.push((path.into(), Fact::Plain(value.into())));
        self
    }

    /// The same with a field that is compared and never shown.
    #[must_use]
    pub fn sealed(mut self, path: impl Into<String>, value: Secret) -> Self {
        self.fields.push((path.into(), Fact::Sealed(value)));
        self
    }

    /// The same with a reason why it is not what was asked for.
    #[must_use]
    pub fn but(mut self, reason: impl Into<String>) -> Self {
        self.but = Some(reason.into());
        self
    }

    /// The same with all that was read of it. What is secret in a part of it is secret in all.
    #[must_use]
    pub fn whole(mut self, value: &Value) -> Self {
        self.whole = Some(self.sealed_if_secret(value.clone()));
        self
    }

    /// A field by its path.
    pub fn get(&self, path: &str) -> Option<&Fact> {
        self.fields.iter().find(|(name, _)| name == path).map(|(_, fact)| fact)
    }

    /// All that is found at a path: entries of a list may share a name. With `$` in front, what a JSONPath picks of
    /// the whole: one value, or a list.
    pub fn at(&self, path: &str) -> Vec<Cow<'_, Fact>> {
        if path.starts_with('$') {
            return self.picked(path).map(Cow::Owned).into_iter().collect();
        }
        let found = self.fields.iter().filter(|(name, _)| name == path);
        found.map(|(_, fact)| Cow::Borrowed(fact)).collect()
    }

    /// What a JSONPath picks of the whole; a `null` is nothing. Of a whole with a secret in it everything is secret.
    fn picked(&self, path: &str) -> Option<Fact> {
        let whole = match &self.whole {
            Some(whole) => whole.clone(),
            None => self.fields_as_whole(),
        };
        let (whole, secret) = match whole {
            Fact::Plain(whole) => (whole, false),
            Fact::Sealed(text) => (serde_json::from_str(text.expose()).ok()?, true),
        };
        let found = whole.query(path).ok()?.into_iter().filter(|value| !value.is_null());
        let mut found: Vec<Value> = found.cloned().collect();
        let picked = match found.len() {
            0 => return None,
            1 => found.remove(0),
            _ => Value::Array(found),
        };
        Some(if secret { Fact::Sealed(Secret::new(text_of(&picked))) } else { Fact::Plain(picked) })
    }

    /// Where nothing but the fields was read, they are the whole.
    fn fields_as_whole(&self) -> Fact {
        let value = |fact: &Fact| match fact {
            Fact::Plain(value) => value.clone(),
            Fact::Sealed(secret) => Value::from(secret.expose()),
        };
        let fields = self.fields.iter().map(|(path, fact)| (path.clone(), value(fact)));
        self.sealed_if_secret(Value::Object(fields.collect()))
    }

    fn sealed_if_secret(&self, whole: Value) -> Fact {
        let secret = self.fields.iter().any(|(_, fact)| matches!(fact, Fact::Sealed(_)));
        if secret { Fact::Sealed(Secret::new(whole.to_string())) } else { Fact::Plain(whole) }
    }

    /// All fields, in the order in which they were put in.
    pub fn fields(&self) -> &[(String, Fact)] {
        &self.fields
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Why something could not be seen. Each has its own words; none of them is ever a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unobservable {
    /// Nothing answered: `no Postgres answered at 10.43.0.7:5432`.
    Unreachable(String),
    /// The server turned the read down: `the token may not read database/roles`.
    Forbidden(String),
    /// No answer in time.
    TimedOut(String),
    /// It answered what such a server does not answer.
    Unexpected(String),
    /// There is no address, token or kubeconfig to look with.
    Unconfigured(String),
    /// It was seen, and the control that would give it meaning failed.
    Uncontrolled(String),
    /// By its nature, or by the caller's wish, it is not looked at: a skip, not an unknown.
    NotObserved(String),
}

impl Unobservable {
    /// The text does not say what these variables and placeholders stand for.
    pub fn unbound(written: &[&str]) -> Self {
        let written = written.join(", ");
        Self::NotObserved(format!("the text does not say what {written} stands for; `--var` can"))
    }

    /// The reason in words.
    pub fn reason(&self) -> &str {
        match self {
            Self::Unreachable(reason)
            | Self::Forbidden(reason)
            | Self::TimedOut(reason)
            | Self::Unexpected(reason)
            | Self::Unconfigured(reason)
            | Self::Uncontrolled(reason)
            | Self::NotObserved(reason) => reason,
        }
    }
}

impl Observation {
    /// It is there.
    pub fn present(facts: Facts, read: impl Into<String>) -> Self {
        Self { seen: Seen::Present(facts), read: read.into(), near: None }
    }

    /// It is not there, as `control` proves.
    pub fn absent(control: Control, read: impl Into<String>) -> Self {
        Self { seen: Seen::Absent(control), read: read.into(), near: None }
    }

    /// It was turned down, as `control` proves.
    pub fn refused(control: Control, read: impl Into<String>) -> Self {
        Self { seen: Seen::Refused(control), read: read.into(), near: None }
    }

    /// It could not be seen.
    pub fn unobservable(reason: Unobservable, read: impl Into<String>) -> Self {
        Self { seen: Seen::Unobservable(reason), read: read.into(), near: None }
    }

    /// The same with what is near it.
    #[must_use]
    pub fn near(mut self, near: Option<String>) -> Self {
        self.near = near;
        self
    }
}
