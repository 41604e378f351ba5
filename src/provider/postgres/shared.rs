//! Looking at what all databases of a server share: one row of a catalog, and what hangs on it by name.

use super::{lookup, words};
use crate::claim::{Facts, Observation, Subject};
use crate::provider::Lab;

/// How a thing of one kind is read. The queries take its name.
pub(super) struct Shared {
    pub(super) noun: &'static str,
    /// The read in words.
    pub(super) read: &'static str,
    /// Its row, and the fields that the columns are; a column without a value is none.
    pub(super) row: &'static str,
    pub(super) fields: &'static [&'static str],
    /// More fields, as names and values.
    pub(super) more: &'static str,
    /// The names of all of its kind.
    pub(super) names: &'static str,
}

/// Looks at it.
pub(super) async fn observe(subject: &Subject, lab: &Lab, shared: &Shared) -> Observation {
    let (name, reader) = match lookup::reach(subject, lab, shared.read).await {
        Ok(reached) => reached,
        Err(observation) => return observation,
    };
    let read = format!("{} at {}", shared.read, reader.server);
    let asked = [Some(name.as_str())];
    let (found, more) = futures_util::future::join(
        reader.rows(shared.row, &asked),
        reader.rows(shared.more, &asked),
    )
    .await;
    let (found, more) = match (found, more) {
        (Ok(found), Ok(more)) => (found, more),
        (Err(reason), _) | (_, Err(reason)) => return Observation::unobservable(reason, read),
    };
    let Some(row) = found.first() else {
        return words::absent(&reader, &read, (shared.noun, &name), shared.names).await;
    };
    let fields = shared.fields.iter().map(|field| Some((*field).to_owned())).zip(row.clone());
    let more = more.into_iter().filter_map(|row| <[Option<String>; 2]>::try_from(row).ok());
    let more = more.map(|[field, value]| (field, value));
    let mut facts = Facts::none();
    for (field, value) in fields.chain(more) {
        if let (Some(field), Some(value)) = (field, value) {
            facts = facts.with(field, value);
        }
    }
    Observation::present(facts, format!("{read} → 1 row"))
}
