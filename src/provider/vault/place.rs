//! Where things are under a mount: paths of commands, names of subjects. Pure.

use crate::claim::{Claim, Expectation, Subject, Text, Unobservable};
use crate::provider::Story;
use crate::provider::masked::Masked;

/// A path of the database engine, such as `database/roles/products-api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DatabasePath {
    /// With its slash: `database/`.
    pub(super) mount: Text,
    /// `config`, `roles`, `creds`, `rotate-root`, …
    pub(super) area: String,
    /// What stands behind it.
    pub(super) name: Text,
}

/// What the engine's paths are made of.
const AREAS: &[&str] = &[
    "config",
    "roles",
    "creds",
    "rotate-root",
    "reset",
    "static-roles",
    "static-creds",
    "rotate-role",
];

impl DatabasePath {
    /// The path, where its mount is of type `database` by the story, or is called so.
    pub(super) fn of(path: &Text, story: &Story) -> Option<Self> {
        let masked = Masked::new(path);
        let (before, name) = masked.text.trim_matches('/').rsplit_once('/')?;
        let (mount, area) = before.rsplit_once('/')?;
        if name.is_empty() || !AREAS.contains(&area) {
            return None;
        }
        let mount = masked.unmask(mount).suffixed("/");
        let known = mount_type(&mount, story);
        let is = known.map_or(mount == Text::from("database/"), |kind| kind == "database");
        is.then(|| Self { mount, area: area.to_owned(), name: masked.unmask(name) })
    }

    /// The subject of `kind` that the path is about: `database/products-api`.
    pub(super) fn subject(&self, kind: &'static str) -> Subject {
        Subject::new(kind, under(&self.mount, &self.name))
    }

    /// The mount that holds it.
    pub(super) fn container(&self) -> Subject {
        Subject::new(super::mount::ID, self.mount.clone())
    }
}

/// `name` under `mount`.
pub(super) fn under(mount: &Text, name: &Text) -> Text {
    let mut text = mount.clone();
    text.extend(name);
    text
}

/// A mount's path with exactly one slash, at its end.
pub(super) fn mount_path(path: &Text) -> Text {
    let masked = Masked::new(path);
    masked.unmask(masked.text.trim_matches('/')).suffixed("/")
}

/// The type that the story gave a mount. What only tunes it says nothing of its type.
pub(super) fn mount_type(mount: &Text, story: &Story) -> Option<String> {
    story
        .last(super::mount::ID, |claim| {
            let gives = field(claim, "type").is_some() || claim.expectation == Expectation::Absent;
            claim.subject.name == *mount && gives
        })
        .and_then(|claim| field(claim, "type")?.literal())
}

/// The story's mount that a path is under: its subject and type.
pub(super) fn mount_of(path: &Text, story: &Story) -> Option<(Subject, Option<String>)> {
    let path = Masked::new(path).text;
    let claim = story.last(super::mount::ID, |claim| {
        let mount = Masked::new(&claim.subject.name).text;
        path.starts_with(&mount)
    })?;
    let subject = claim.subject.clone();
    let kind = mount_type(&subject.name, story);
    Some((subject, kind))
}

/// A field of a claim by its name.
pub(super) fn field<'a>(claim: &'a Claim, path: &str) -> Option<&'a Text> {
    claim.expectation.fields().iter().find(|field| field.path == path).map(|field| &field.value)
}

/// A subject's name taken apart for looking: values to ask with, words to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// With its slash.
    pub(crate) mount: String,
    pub(crate) name: String,
    /// As a person may read it.
    pub(crate) shown_mount: String,
    pub(crate) shown_name: String,
}

impl Place {
    /// The place behind a name such as `database/products-api`.
    pub(crate) fn of(name: &Text) -> Result<Self, Unobservable> {
        let value = known(name)?;
        let split = |path: &str| match path.trim_end_matches('/').rsplit_once('/') {
            Some((mount, name)) => (format!("{mount}/"), name.to_owned()),
            None => (String::new(), path.to_owned()),
        };
        let (mount, last) = split(&value);
        let (shown_mount, shown_name) = split(&name.shown());
        Ok(Self { mount, name: last, shown_mount, shown_name })
    }
}

/// A text's value, or that the text does not give it.
pub(crate) fn known(text: &Text) -> Result<String, Unobservable> {
    text.value().ok_or_else(|| Unobservable::unbound(&text.unbound()))
}

/// The last piece of a name, as a person may read it: `products-api` of `database/products-api`.
pub(crate) fn last(name: &Text) -> String {
    let shown = name.shown();
    shown.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

/// All but the last piece, with its slash.
pub(crate) fn first(name: &Text) -> String {
    let shown = name.shown();
    let shown = shown.trim_end_matches('/');
    shown.rsplit_once('/').map_or_else(String::new, |(mount, _)| format!("{mount}/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Field, Meaning, Verb};

    fn story(mount: &str, kind: &str) -> Story {
        let field = Field::new("type", kind, Meaning::Exact);
        let subject = Subject::new(crate::provider::vault::mount::ID, mount);
        let claim = Claim::new(subject, Expectation::Present(vec![field]), Verb::Make);
        Story { claims: vec![claim], ..Story::default() }
    }

    #[test]
    fn a_database_path_is_known_by_its_mount() {
        let is = |path: &str, story: &Story| DatabasePath::of(&Text::from(path), story).is_some();
        let none = Story::default();
        assert!(is("database/config/x", &none) && is("/database/roles/x/", &none));
        assert!(!is("db/config/x", &none) && is("db/config/x", &story("db/", "database")));
        assert!(is("team/db/creds/x", &story("team/db/", "database")));
        assert!(!is("database/config/x", &story("database/", "kv")));
        let mut tuned = story("db/", "database");
        let subject = tuned.claims[0].subject.clone();
        let fields = Expectation::Present(Vec::new());
        tuned.claims.push(Claim::new(subject.clone(), fields, Verb::Change));
        assert!(is("db/config/x", &tuned));
        tuned.claims.push(Claim::new(subject, Expectation::Absent, Verb::Remove));
        assert!(!is("db/config/x", &tuned));
        assert!(!is("database/other/x", &none) && !is("database/config", &none));
    }

    #[test]
    fn a_name_is_taken_apart_at_its_last_slash() {
        let place = Place::of(&Text::from("team/db/role")).unwrap();
        assert_eq!((place.mount.as_str(), place.name.as_str()), ("team/db/", "role"));
        assert_eq!(
            (first(&Text::from("a/b/c")), last(&Text::from("a/b/c"))),
            ("a/b/".into(), "c".into())
        );
    }
}
