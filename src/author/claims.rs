//! Claims as the author writes them: which one is meant, what it is to be, and why one is waived.

use crate::diagnostic::Diagnostic;
use crate::provider;
use crate::source::Span;
use crate::text::{nearest, or_list, ticked};
use crate::yaml::{Fields, Node, Reader, Value};

use super::read::hints;
use super::value::{self, FieldValue};

pub(super) const ADDED: &[&str] =
    &["kind", "name", "in", "state", "fields", "title", "hint", "confirms"];
pub(super) const CHANGED: &[&str] = &["claim", "fields", "title", "hint"];
pub(super) const WAIVED: &[&str] = &["claim", "reason"];

/// A claim of the author's own.
#[derive(Clone, Debug)]
pub struct Added {
    /// Where it is said.
    pub at: Span,
    /// The id of its kind.
    pub kind: &'static str,
    /// The name, as [`crate::claim::Subject::name`].
    pub name: String,
    /// What else tells it from others, such as its namespace.
    pub params: Vec<(&'static str, String)>,
    /// What it must be.
    pub state: State,
    /// What it must have.
    pub fields: Vec<FieldValue>,
    /// The claim in half a sentence.
    pub title: Option<String>,
    /// What to do where it does not hold.
    pub hints: Vec<String>,
    /// Whether it was so before the step too.
    pub confirms: bool,
}

/// What a thing must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There.
    Present,
    /// Not there.
    Absent,
    /// Turned down.
    Refused,
}

/// Which of a step's claims are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Where it is said.
    pub at: Span,
    /// The id of their kind; all of them without it.
    pub kind: Option<&'static str>,
    /// The name of the one that is meant; all of the kind without it.
    pub name: Option<String>,
}

/// What is different about claims that are read from commands.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Which.
    pub named: Named,
    /// What is wanted of their fields instead, or besides.
    pub fields: Vec<FieldValue>,
    /// The claim in half a sentence.
    pub title: Option<String>,
    /// What to do where it does not hold.
    pub hints: Vec<String>,
}

/// Claims that are not checked.
#[derive(Clone, Debug)]
pub struct Waived {
    /// Which.
    pub named: Named,
    /// Why.
    pub reason: String,
}

/// An item of `add:`.
pub(super) fn added(reader: &mut Reader<'_>, node: Node) -> Option<Added> {
    let owner = "a claim";
    let mut fields = reader.fields(node, owner, ADDED);
    let at = fields.span;
    let kind = fields.need("kind", owner, reader).and_then(|entry| {
        let span = entry.node.span;
        let id = reader.text(entry.node, "`kind`")?;
        kind(reader, &id, span)
    });
    let name = fields.need("name", owner, reader);
    let name = name.and_then(|entry| reader.scalar(entry.node, "`name`"));
    let params = kind.map(|kind| params(reader, &mut fields, kind)).unwrap_or_default();
    let state = state(reader, &mut fields)?;
    for (key, at) in kind.map(|kind| missing(kind, &params, at)).into_iter().flatten() {
        let message = format!("a claim of this kind has no {} in `in`", ticked(key));
        reader.wrong(Diagnostic::error(at, message));
    }
    if state == State::Refused && kind.is_some_and(|kind| kind != "postgres/login") {
        let message = "only a login is refused";
        reader.wrong(Diagnostic::error(at, message).help("`absent` is for what is not there"));
    }
    let wanted = fields.take("fields").map(|entry| (entry.at, value::fields(reader, entry)));
    if let Some((at, _)) = wanted.as_ref().filter(|_| state != State::Present) {
        let message = "only what is present has fields";
        reader.wrong(Diagnostic::error(*at, message));
    }
    let title = title(reader, &mut fields);
    let hints = fields.take("hint").map(|entry| hints(reader, entry.node)).unwrap_or_default();
    let confirms = fields.take("confirms").and_then(|entry| match entry.node.value {
        Value::Bool(truth) => Some(truth),
        ref other => reader.kind(entry.node.span, "`confirms`", other, "`true` or `false`"),
    });
    let confirms = confirms.unwrap_or(false);
    let fields = wanted.map(|(_, fields)| fields).unwrap_or_default();
    Some(Added { at, kind: kind?, name: name?, params, state, fields, title, hints, confirms })
}

/// The parameters without which a thing of a kind cannot be found.
fn missing(
    kind: &'static str,
    given: &[(&'static str, String)],
    at: Span,
) -> Vec<(&'static str, Span)> {
    let needs = provider::kind(kind).map(provider::Kind::needs).unwrap_or_default();
    let lacks = |key: &&&str| given.iter().all(|(known, _)| known != *key);
    needs.iter().filter(lacks).map(|key| (*key, at)).collect()
}

fn params(
    reader: &mut Reader<'_>,
    fields: &mut Fields,
    id: &'static str,
) -> Vec<(&'static str, String)> {
    let Some(entry) = fields.take("in") else { return Vec::new() };
    let known = provider::kind(id).map(provider::Kind::params).unwrap_or_default();
    let owner = format!("`in` of {}", ticked(id));
    let mut given = reader.fields(entry.node, &owner, known);
    let taken = known.iter().filter_map(|key| {
        let entry = given.take(key)?;
        Some((*key, reader.scalar(entry.node, &ticked(key))?))
    });
    taken.collect()
}

fn state(reader: &mut Reader<'_>, fields: &mut Fields) -> Option<State> {
    let Some(entry) = fields.take("state") else { return Some(State::Present) };
    let span = entry.node.span;
    match reader.text(entry.node, "`state`")?.as_str() {
        "present" => Some(State::Present),
        "absent" => Some(State::Absent),
        "refused" => Some(State::Refused),
        other => {
            let message = format!("there is no state {}", ticked(other));
            let help = "`present`, `absent` or `refused`";
            reader.wrong(Diagnostic::error(span, message).help(help));
            None
        }
    }
}

fn title(reader: &mut Reader<'_>, fields: &mut Fields) -> Option<String> {
    fields.take("title").and_then(|entry| reader.text(entry.node, "`title`"))
}

/// An item of `change:`.
pub(super) fn changed(reader: &mut Reader<'_>, node: Node) -> Option<Changed> {
    let mut fields = reader.fields(node, "a change", CHANGED);
    let named = named(reader, &mut fields)?;
    let wanted = fields.take("fields").map(|entry| value::fields(reader, entry));
    let title = title(reader, &mut fields);
    let hints = fields.take("hint").map(|entry| hints(reader, entry.node)).unwrap_or_default();
    Some(Changed { named, fields: wanted.unwrap_or_default(), title, hints })
}

/// An item of `waive:`.
pub(super) fn waived(reader: &mut Reader<'_>, node: Node) -> Option<Waived> {
    let mut fields = reader.fields(node, "a waiver", WAIVED);
    let named = named(reader, &mut fields);
    let reason = fields.need("reason", "a waiver", reader);
    let reason = reason.and_then(|entry| reader.text(entry.node, "`reason`"));
    Some(Waived { named: named?, reason: reason? })
}

/// `claim: KIND` or `claim: KIND NAME`; without it, all of the step's.
fn named(reader: &mut Reader<'_>, fields: &mut Fields) -> Option<Named> {
    let Some(entry) = fields.take("claim") else {
        return Some(Named { at: fields.span, kind: None, name: None });
    };
    let at = entry.node.span;
    let written = reader.text(entry.node, "`claim`")?;
    let (id, name) = match written.trim().split_once(char::is_whitespace) {
        Some((id, name)) => (id, Some(name.trim().to_owned())),
        None => (written.trim(), None),
    };
    Some(Named { at, kind: Some(kind(reader, id, at)?), name })
}

/// A kind by its id, or an error with the nearest.
fn kind(reader: &mut Reader<'_>, id: &str, at: Span) -> Option<&'static str> {
    if let Some(kind) = provider::kind(id) {
        return Some(kind.id());
    }
    let known: Vec<&str> = provider::kinds().map(provider::Kind::id).collect();
    let diagnostic = Diagnostic::error(at, format!("there is no kind {}", ticked(id)));
    reader.wrong(match nearest(id, &known) {
        Some(near) => diagnostic.help(format!("did you mean {}?", ticked(near))),
        None => diagnostic.help(format!("one of {}", or_list(&known))),
    });
    None
}
