//! Words that the kinds of the catalog share.

use super::catalog::{Reader, Rows, first_column};
use crate::claim::{Claim, Expectation, Observation, Subject, Text, Unobservable};
use crate::provider::Looks;
use crate::text::{nearest, ticked};

/// A subject's name in backticks.
pub(super) fn name(subject: &Subject) -> String {
    ticked(&subject.name.shown())
}

/// ` in `shop``, where the text names a database.
pub(super) fn in_database(subject: &Subject) -> String {
    subject
        .param("database")
        .map(|database| format!(" in database {}", ticked(&database.shown())))
        .unwrap_or_default()
}

/// ``table `orders` exists``, or is gone.
pub(super) fn title(noun: &str, claim: &Claim) -> String {
    let name = name(&claim.subject);
    match &claim.expectation {
        Expectation::Absent => format!("{noun} {name} is gone"),
        Expectation::Present(fields)
            if claim.verb == crate::claim::Verb::Change && !fields.is_empty() =>
        {
            format!("{noun} {name} has {}", fields_in_words(claim))
        }
        _ => format!("{noun} {name} exists"),
    }
}

/// ``a table `orders` in `shop` with …``
pub(super) fn expected(noun: &str, claim: &Claim) -> String {
    let (name, place) = (name(&claim.subject), in_database(&claim.subject));
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    match &claim.expectation {
        Expectation::Absent => format!("no {noun} {name}{place}"),
        Expectation::Present(fields) if fields.is_empty() => {
            format!("{article} {noun} {name}{place}")
        }
        _ => format!("{article} {noun} {name}{place} with {}", fields_in_words(claim)),
    }
}

/// At most four fields, in the words of their names.
fn fields_in_words(claim: &Claim) -> String {
    let said: Vec<String> = claim
        .expectation
        .fields()
        .iter()
        .map(|field| match field.meaning {
            crate::claim::Meaning::Unset => format!("no {}", field.path),
            crate::claim::Meaning::NotReturned | crate::claim::Meaning::Sql => field.path.clone(),
            _ if field.value.value().is_none() => field.path.clone(),
            _ => format!("{} {}", field.path, ticked(&field.value.shown())),
        })
        .collect();
    match said.as_slice() {
        [first @ .., _, _, _] if said.len() > 4 => {
            format!("{}, and {} more", first.join(", "), said.len() - first.len())
        }
        _ => said.join(", "),
    }
}

/// What is read, and for an absence the control.
pub(super) fn looks(claim: &Claim, read: impl Into<String>, control: &str) -> Looks {
    Looks {
        reads: vec![read.into()],
        controls: match claim.expectation {
            Expectation::Absent => vec![control.to_owned()],
            _ => Vec::new(),
        },
    }
}

/// A name's schema, where it has one, and what is left.
pub(super) fn split(name: &str) -> (Option<&str>, &str) {
    match name.split_once('.') {
        Some((schema, last)) => (Some(schema), last),
        None => (None, name),
    }
}

/// The value of a subject's parameter.
pub(super) fn param(subject: &Subject, key: &str) -> Result<String, Unobservable> {
    let empty = Text::default();
    crate::provider::vault::place::known(subject.param(key).unwrap_or(&empty))
}

/// An absence with what is near it: `names` lists what there is of the kind, by a query without parameters.
pub(super) async fn absent(
    reader: &Reader<'_>,
    read: &str,
    (noun, name): (&str, &str),
    names: &str,
) -> Observation {
    let rows = match reader.rows(names, &[]).await {
        Ok(rows) => rows,
        Err(reason) => return Observation::unobservable(reason, read),
    };
    Observation::absent(reader.control(), format!("{read} → no row")).near(near(noun, name, &rows))
}

/// The same name in another schema, or a slip of the name.
fn near(noun: &str, name: &str, rows: &Rows) -> Option<String> {
    let names = first_column(rows);
    let last = split(name).1;
    let elsewhere = names.iter().find(|other| **other != name && split(other).1 == last);
    if let Some(other) = elsewhere {
        return Some(format!("there is {noun} {}", ticked(other)));
    }
    nearest(name, &names).map(|other| format!("there is {noun} {}", ticked(other)))
}
