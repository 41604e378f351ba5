//! A path under a mount that the text does not enable and whose name tells no type: what all engines that have
//! such a path keep there, to be held against the engine that the lab has.

use super::client::Session;
use super::kv::is_called_kv;
use super::path::{ID, area, rows};
use super::path_area::{Area, Does, Kept};
use super::path_field;
use super::served::{is_under, known_as};
use super::{auth_mount, mount};
use crate::claim::{Field, Meaning, Subject, Text, Unobservable, Verb};
use crate::provider::masked::Masked;
use crate::text::ticked;

/// The parameter of a subject whose engine the lab tells: its mount.
const MOUNT: &str = "mount";

/// What is known of such a path.
pub(super) struct Guess {
    pub(super) subject: Subject,
    pub(super) container: Subject,
    rows: Vec<&'static Kept>,
}

/// The shortest mount under which some engine keeps something at the path itself.
pub(super) fn guess(path: &Masked) -> Option<Guess> {
    let text = path.text.trim_matches('/');
    if is_called_kv(text) {
        return None;
    }
    let (at, found) = below(text)?;
    let rows: Vec<&Kept> = found.into_iter().filter_map(kept).collect();
    let mount = path.unmask(&text[..at]);
    let kind = if text.starts_with("auth/") { auth_mount::ID } else { mount::ID };
    let subject = Subject::new(ID, path.unmask(text)).with(MOUNT, mount.clone());
    (!rows.is_empty()).then(|| Guess { subject, container: Subject::new(kind, mount), rows })
}

/// Where the shortest mount ends under which some engine has the path, and the rows of all that do.
pub(super) fn below(path: &str) -> Option<(usize, Vec<&'static Area>)> {
    let ends = path.match_indices('/').map(|(at, _)| at + 1);
    ends.map(|at| (at, matching(&path[..at], &path[at..]))).find(|(_, found)| !found.is_empty())
}

fn matching(mount: &str, rest: &str) -> Vec<&'static Area> {
    let fits = |area: &&Area| {
        is_under(area.engine, mount) && area.pattern != "**" && area.names(rest).is_some()
    };
    rows().filter(fits).collect()
}

/// What is kept where it is written.
fn kept(area: &'static Area) -> Option<&'static Kept> {
    match &area.does {
        Does::Keeps(kept) if kept.read.is_none() && kept.verb != Verb::Remove => Some(kept),
        _ => None,
    }
}

impl Guess {
    /// What a write does to it, where all engines agree: a setting that is always there shows nothing by being
    /// there.
    pub(super) fn verb(&self) -> Option<Verb> {
        let all = |verbs: &[Verb]| self.rows.iter().all(|row| verbs.contains(&row.verb));
        if all(&[Verb::Change]) {
            return Some(Verb::Change);
        }
        all(&[Verb::Make, Verb::Replace]).then_some(Verb::Make)
    }

    pub(super) fn is_removable(&self) -> bool {
        self.rows.iter().all(|row| row.removable)
    }

    /// The fields that are written. One that some engine gives back in another form is not compared.
    pub(super) fn fields(&self, data: &[(String, Text)]) -> Vec<Field> {
        let mut by_row = self.rows.iter().map(|row| path_field::given(row.fields, data));
        let first = by_row.next().unwrap_or_default();
        let others: Vec<Vec<Field>> = by_row.collect();
        let agreed = |field: Field| {
            if others.iter().all(|fields| fields.contains(&field)) {
                field
            } else {
                Field { meaning: Meaning::NotReturned, ..field }
            }
        };
        first.into_iter().map(agreed).collect()
    }
}

/// Whether the engine that the lab has there keeps what is written to the path; nothing is known of it otherwise.
pub(super) async fn fits(subject: &Subject, session: &Session) -> Result<(), Unobservable> {
    let Some(mount) = subject.param(MOUNT).and_then(Text::value) else { return Ok(()) };
    let path = subject.name.value().unwrap_or_default();
    let Some(engine) = engine(&mount, session).await? else { return Ok(()) };
    let known = area(&engine, path.strip_prefix(&mount).unwrap_or_default());
    match known.and_then(|(area, _)| kept(area)) {
        Some(_) => Ok(()),
        None => Err(Unobservable::NotObserved(format!(
            "{} is of type {}, and what that keeps of such a write is not known",
            ticked(&mount),
            ticked(engine.trim_start_matches("auth/")),
        ))),
    }
}

/// The engine of a mount as the table calls it; `None` where there is none, or nobody tells.
async fn engine(mount: &str, session: &Session) -> Result<Option<String>, Unobservable> {
    let inner = mount.strip_prefix("auth/");
    let list = if inner.is_some() { "sys/auth" } else { "sys/mounts" };
    let all = session.get(list).await?;
    let one = if all.is_forbidden() {
        session.get(&format!("sys/internal/ui/mounts/{}", mount.trim_end_matches('/'))).await?
    } else {
        all
    };
    let data = one.data();
    let told = data.get(inner.unwrap_or(mount)).unwrap_or(data)["type"].as_str();
    let engine = told.map(|kind| match inner {
        Some(_) => format!("auth/{}", known_as(kind)),
        None => known_as(kind).to_owned(),
    });
    Ok(engine.filter(|_| one.is_there()))
}
