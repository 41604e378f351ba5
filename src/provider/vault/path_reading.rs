//! What a command is whose path claims nothing: it leaves nothing to read, or only looks. Pure.

use super::cli::Invocation;
use super::kv::is_called_kv;
use super::path::area;
use super::path_area::{Area, Does, Kept};
use super::path_field;
use super::path_guess::below;
use super::served::Served;
use crate::claim::{Field, Meaning, Text, Verb};
use crate::provider::masked::Masked;
use crate::provider::{Reading, Story, Unseen};

/// What a command is from which no kind claims anything, where its path tells: it leaves nothing to read, or
/// only looks.
pub(super) fn reading(invocation: &Invocation) -> Option<Reading> {
    let [verb] = invocation.verb.as_slice() else { return None };
    if !matches!(verb.as_str(), "write" | "delete") {
        return None;
    }
    let masked = Masked::new(invocation.path()?);
    let path = masked.text.trim_matches('/');
    // By the text alone it is not known here what is behind a mount: its name says it, or the path itself.
    let served = Served::of(&masked, &Story::default());
    let named =
        served.as_ref().and_then(|served| area(&served.engine, &served.rest).map(|(area, _)| area));
    let tail = || below(path).and_then(|(_, rows)| rows.first().copied());
    if let Some(area) = named
        && let Does::Keeps(kept) = &area.does
        && verb == "write"
    {
        let data = invocation.data();
        if leaves_no_mark(area, kept, &path_field::given(kept.fields, &data), &data) {
            return Some(Reading::NotObservable(Unseen::NoMark));
        }
    }
    // The text does not tell what is mounted there, and engines differ in it.
    let untold = || {
        let unknown = served.is_none() && !is_called_kv(path);
        unknown.then_some(Reading::NotObservable(Unseen::NotInText))
    };
    let Some(known) = named.or_else(tail) else { return untold() };
    match (&known.does, verb.as_str()) {
        (Does::Leaves(why), _) => Some(Reading::NotObservable(*why)),
        (Does::Looks, "write") => Some(Reading::Reads),
        // Written without the name that it would be read by.
        (Does::Keeps(Kept { read: Some(read), .. }), "write") if read.contains('{') => {
            Some(Reading::NotObservable(Unseen::Nameless))
        }
        _ => untold(),
    }
}

/// Whether a write to what keeps something could not be told from none: of a setting that is there from the start,
/// nothing is compared; a plugin of a version is not among those without one.
pub(super) fn leaves_no_mark(
    area: &Area,
    kept: &Kept,
    fields: &[Field],
    data: &[(String, Text)],
) -> bool {
    let from_the_start = kept.verb == Verb::Change && !kept.removable;
    let compared = fields.iter().any(|field| field.meaning != Meaning::NotReturned);
    let versioned =
        area.pattern == "plugins/catalog/*/*" && data.iter().any(|(key, _)| key == "version");
    (from_the_start && !compared) || versioned
}
