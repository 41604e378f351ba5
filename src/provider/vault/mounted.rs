//! What secrets engines and auth methods have in common: something of a type, enabled at a path, with settings.

use serde_json::Value;

use super::answer::Answer;
use super::cli::Invocation;
use super::client::Session;
use super::place::{field, known, mount_path};
use crate::claim::{
    Claim, Control, Expectation, Facts, Field, Meaning, Observation, Subject, Text, Unobservable,
    Verb,
};
use crate::provider::masked::Masked;
use crate::provider::{Looks, Story};
use crate::text::{and_list, nearest, ticked};

/// One of the two.
pub(super) struct Family {
    /// The id of its kind.
    pub(super) id: &'static str,
    /// The word for one of it, with its article: `an engine`.
    pub(super) one: &'static str,
    /// The same without.
    pub(super) noun: &'static str,
    /// The CLI's word: `secrets`.
    pub(super) group: &'static str,
    /// What lists all of it: `sys/mounts`.
    pub(super) list: &'static str,
    /// What stands before its paths: nothing, or `auth/`.
    pub(super) before: &'static str,
    /// The types that Vault itself mounts.
    pub(super) built_in: &'static [&'static str],
}

/// Flags, what Vault calls them, and how they are compared.
const SETTINGS: &[(&str, &str, Meaning)] = &[
    ("description", "description", Meaning::Exact),
    ("default-lease-ttl", "default_lease_ttl", Meaning::Duration),
    ("max-lease-ttl", "max_lease_ttl", Meaning::Duration),
    ("listing-visibility", "listing_visibility", Meaning::Exact),
    ("token-type", "token_type", Meaning::Exact),
    ("plugin-version", "plugin_version", Meaning::Exact),
    ("audit-non-hmac-request-keys", "audit_non_hmac_request_keys", Meaning::Set),
    ("audit-non-hmac-response-keys", "audit_non_hmac_response_keys", Meaning::Set),
    ("passthrough-request-headers", "passthrough_request_headers", Meaning::Set),
    ("allowed-response-headers", "allowed_response_headers", Meaning::Set),
];

/// Something mounted, as Vault tells it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Engine {
    /// It is there: its entry of the list, and the read.
    There { data: Value, read: String },
    /// It is not, as `read` proves.
    Absent { read: String },
}

impl Family {
    /// The subject at a path of the CLI's, with exactly one slash at its end.
    pub(super) fn at(&self, path: &Text) -> Subject {
        let masked = Masked::new(path);
        let inner = masked.text.trim_matches('/');
        let inner = masked.unmask(inner.strip_prefix(self.before).unwrap_or(inner));
        Subject::new(self.id, mount_path(&inner).prefixed(self.before))
    }

    /// What `enable`, `disable`, `tune` and `move` claim.
    pub(super) fn infer(&self, invocation: &Invocation, story: &Story) -> Option<Vec<Claim>> {
        let (group, verb) = match invocation.verb.as_slice() {
            [group, verb] => (group.as_str(), verb.as_str()),
            _ => return None,
        };
        if group != self.group || invocation.elsewhere() {
            return None;
        }
        let argument = invocation.path()?;
        let gone = |subject| Claim::new(subject, Expectation::Absent, Verb::Remove);
        Some(match verb {
            "enable" => vec![self.enabled(invocation, argument)?],
            "disable" => vec![gone(self.at(argument))],
            "tune" => {
                let mut fields = settings(invocation);
                fields.extend(option_version(invocation).map(version));
                vec![Claim::new(self.at(argument), Expectation::Present(fields), Verb::Change)]
            }
            "move" => {
                let (from, to) = (self.at(argument), self.at(invocation.arguments.get(1)?));
                if from == to {
                    return None;
                }
                let known = Expectation::Present(known_of(&from, story));
                vec![gone(from), Claim::new(to, known, Verb::Create)]
            }
            _ => return None,
        })
    }

    fn enabled(&self, invocation: &Invocation, argument: &Text) -> Option<Claim> {
        let argument = match argument.literal().as_deref() {
            Some("plugin") => invocation.flag("plugin-name")?,
            _ => argument,
        };
        let path = invocation.flag("path").unwrap_or(argument);
        // `kv-v2` is an alias: Vault stores the type and an option.
        let (kind, alias) = match argument.literal().as_deref() {
            Some("kv-v2") => (Text::from("kv"), Some(Text::from("2"))),
            Some("kv-v1") => (Text::from("kv"), Some(Text::from("1"))),
            _ => (argument.clone(), None),
        };
        let mut fields = vec![Field::new("type", kind, Meaning::Exact)];
        fields.extend(alias.or_else(|| option_version(invocation)).map(version));
        fields.extend(settings(invocation));
        Some(Claim::new(self.at(path), Expectation::Present(fields), Verb::Create))
    }

    /// The claim in half a sentence.
    pub(super) fn title(&self, claim: &Claim) -> String {
        let (path, noun) = (ticked(&claim.subject.name.shown()), self.noun);
        match (&claim.expectation, field(claim, "type")) {
            (Expectation::Present(_), Some(kind)) => {
                format!("{} {noun} is enabled at {path}", kind.shown())
            }
            (Expectation::Present(fields), None) if claim.verb == Verb::Change => {
                let names: Vec<&str> = fields.iter().map(|field| field.path.as_str()).collect();
                match names.as_slice() {
                    [] => format!("the {noun} at {path} is enabled"),
                    names => format!("the {noun} at {path} has its {}", and_list(names)),
                }
            }
            (Expectation::Present(_), None) => format!("{} is enabled at {path}", self.one),
            _ => format!("no {noun} is left at {path}"),
        }
    }

    /// What is expected, in a few words.
    pub(super) fn expected(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match (&claim.expectation, field(claim, "type")) {
            (Expectation::Present(_), Some(kind)) => {
                format!("{} of type {} at {path}", self.one, ticked(&kind.shown()))
            }
            (Expectation::Present(_), None) => format!("{} at {path}", self.one),
            _ => format!("no {} at {path}", self.noun),
        }
    }

    /// What to do where it does not hold.
    pub(super) fn hint(&self, claim: &Claim) -> String {
        let path = claim.subject.name.shown();
        let path = self.inner(&path).trim_end_matches('/');
        let group = self.group;
        match (&claim.expectation, field(claim, "type").map(Text::shown)) {
            (Expectation::Present(_), Some(kind)) if kind == path => format!(
                "`vault {group} enable {kind}` enables it; `vault {group} list` shows them all"
            ),
            (Expectation::Present(_), Some(kind)) => format!(
                "`vault {group} enable -path={path} {kind}` enables it; `vault {group} list` shows them all"
            ),
            (Expectation::Present(_), None) => format!(
                "`vault {group} tune … {path}` sets it; `vault {group} list -detailed` shows what is set"
            ),
            _ => format!("`vault {group} disable {path}` takes it away with all that it holds"),
        }
    }

    /// Where it is looked for.
    pub(super) fn looks(&self, claim: &Claim) -> Looks {
        Looks {
            reads: vec![self.asked()],
            controls: match claim.expectation {
                Expectation::Absent => vec![format!("the list of all {}s can be read", self.noun)],
                _ => Vec::new(),
            },
        }
    }

    fn asked(&self) -> String {
        format!("GET {}", self.list)
    }

    /// Looks.
    pub(super) async fn observe(&self, subject: &Subject, session: &Session) -> Observation {
        let path = match known(&subject.name) {
            Ok(path) => path,
            Err(reason) => return Observation::unobservable(reason, self.asked()),
        };
        match self.find(session, &path).await {
            Ok(Engine::There { data, read }) => Observation::present(facts(&data), read),
            Ok(Engine::Absent { read }) => {
                let all = session.get(self.list).await.ok();
                let near = all.and_then(|all| self.near(&path, &all));
                let shows = format!("Vault lists its {}s", self.noun);
                Observation::absent(Control::new(shows), read).near(near)
            }
            Err(reason) => Observation::unobservable(reason, self.asked()),
        }
    }

    /// What is at a path with its slash, and with what stands before it.
    pub(super) async fn find(&self, session: &Session, path: &str) -> Result<Engine, Unobservable> {
        let all = session.get(self.list).await?;
        if let Some(engine) = self.listed(&all, path) {
            return Ok(engine);
        }
        if !all.is_forbidden() {
            let reason = format!("Vault answered {} to {}", all.status, self.asked());
            return Err(Unobservable::Unexpected(reason));
        }
        let name = self.inner(path);
        let bare = path.trim_end_matches('/');
        let shown = format!("sys/internal/ui/mounts/{bare}");
        let own = format!("{}/{}", self.list, name.trim_end_matches('/'));
        let (shown_answer, own_answer) =
            futures_util::future::join(session.get(&shown), session.get(&own)).await;
        for (read, answer) in [(shown, shown_answer?), (own, own_answer?)] {
            let read = format!("GET {read} → {}", answer.status);
            if answer.is_there() && answer.data()["type"].is_string() {
                // The first serves any path: it may be a shorter mount's. A method is told without `auth/`.
                let found = answer.data()["path"].as_str();
                return Ok(if found.is_none_or(|found| self.inner(found) == name) {
                    Engine::There { data: answer.data().clone(), read }
                } else {
                    Engine::Absent { read }
                });
            }
            if answer.is_unrouted() {
                return Ok(Engine::Absent { read });
            }
        }
        let reason = format!("the token may not read {}", ticked(self.list));
        Err(Unobservable::Forbidden(reason))
    }

    /// What the list of all says of one; `None` where it is no list.
    fn listed(&self, all: &Answer, path: &str) -> Option<Engine> {
        let engines = all.data().as_object().filter(|_| all.is_there())?;
        let read = format!("{} → 200", self.asked());
        Some(match engines.get(self.inner(path)) {
            Some(data) => Engine::There { data: data.clone(), read },
            None => Engine::Absent { read },
        })
    }

    /// A path as the list has it.
    fn inner<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(self.before).unwrap_or(path)
    }

    /// One of the type that the path is named after, a slip of the path, or what there is.
    fn near(&self, path: &str, all: &Answer) -> Option<String> {
        let wanted = self.inner(path).trim_end_matches('/');
        let engines: Vec<(String, &str)> = all
            .data()
            .as_object()?
            .iter()
            .filter_map(|(path, data)| {
                Some((format!("{}{path}", self.before), data["type"].as_str()?))
            })
            .filter(|(_, kind)| !self.built_in.contains(kind))
            .collect();
        let of_type =
            |(path, kind): &(String, &str)| format!("{} is of type {}", ticked(path), ticked(kind));
        if let Some(engine) = engines.iter().find(|(_, kind)| *kind == wanted) {
            return Some(of_type(engine));
        }
        let paths: Vec<&str> = engines.iter().map(|(path, _)| path.as_str()).collect();
        if let Some(near) = nearest(path, &paths) {
            return engines.iter().find(|(path, _)| path == near).map(of_type);
        }
        (!paths.is_empty()).then(|| format!("{}s are at {}", self.noun, and_list(&paths)))
    }
}

/// The KV engine's version, as a field.
pub(super) fn version(version: Text) -> Field {
    Field::new("version", version, Meaning::Exact)
}

/// `-version=2` or `-options=version=2`.
fn option_version(invocation: &Invocation) -> Option<Text> {
    let options = invocation.flags_of("options").filter_map(|pair| pair.split_once('='));
    let named = options.filter(|(key, _)| key.literal().as_deref() == Some("version"));
    invocation.flag("version").cloned().or_else(|| named.map(|(_, value)| value).last())
}

/// The settings that `enable` and `tune` share.
fn settings(invocation: &Invocation) -> Vec<Field> {
    let mut fields = Vec::new();
    for (flag, name, meaning) in SETTINGS {
        let mut values = invocation.flags_of(flag).cloned();
        let Some(first) = values.next() else { continue };
        // A list is given as one flag for each item.
        let value = values.fold(first, |all, value| {
            let mut all = all.suffixed(",");
            all.extend(&value);
            all
        });
        // The CLI takes a comma for a part of the item.
        let exact = *meaning == Meaning::Set
            && invocation.flags_of(flag).any(|item| item.shown().contains(','));
        fields.push(Field::new(*name, value, if exact { Meaning::Exact } else { *meaning }));
    }
    for (flag, name) in [("local", "local"), ("seal-wrap", "seal_wrap")] {
        if invocation.has(flag) {
            fields.push(Field::new(name, "true", Meaning::Exact));
        }
    }
    fields
}

/// What the text says of one that is moved: its type and version.
fn known_of(subject: &Subject, story: &Story) -> Vec<Field> {
    let claims = story.claims.iter().rev().filter(|claim| claim.subject == *subject);
    let fields = claims.flat_map(|claim| claim.expectation.fields());
    let mut known: Vec<Field> = Vec::new();
    for field in fields.filter(|field| matches!(field.path.as_str(), "type" | "version")) {
        if known.iter().all(|other| other.path != field.path) {
            known.push(field.clone());
        }
    }
    known.sort_by(|one, other| one.path.cmp(&other.path));
    known
}

fn facts(data: &Value) -> Facts {
    let config = &data["config"];
    let mut facts = Facts::none().with("type", data["type"].clone());
    if let Some(version) = data["options"]["version"].as_str() {
        facts = facts.with("version", version);
    } else if data["type"] == "kv" {
        facts = facts.with("version", "1");
    }
    for own in ["description", "local", "seal_wrap", "plugin_version"] {
        facts = facts.with(own, data[own].clone());
    }
    // What is not set is not in the list.
    let set = SETTINGS.iter().map(|(_, name, _)| *name).filter(|name| !config[*name].is_null());
    set.fold(facts, |facts, name| facts.with(name, config[name].clone()))
}

#[cfg(test)]
#[path = "mounted_tests.rs"]
mod tests;
