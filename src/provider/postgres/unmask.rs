//! Claims on masked texts, with the text's own parts put back.

use crate::claim::{Claim, Expectation, Field, Part, Subject, Text};
use crate::provider::masked::Masked;

/// The claim with the text's own parts for what was masked.
pub(super) fn unmasked(claim: Claim, masked: &Masked) -> Claim {
    let text = |text: &Text| match text.literal() {
        Some(literal) => masked.unmask(&literal),
        None => unmasked_parts(text, masked),
    };
    let subject = Subject {
        name: text(&claim.subject.name),
        params: claim.subject.params.iter().map(|(key, value)| (*key, text(value))).collect(),
        ..claim.subject
    };
    let expectation = match claim.expectation {
        Expectation::Present(fields) => {
            // A field whose name the text leaves open cannot be looked for.
            let named = |field: Field| {
                let path = masked.unmask(&field.path).literal()?;
                Some(Field { value: text(&field.value), path, ..field })
            };
            Expectation::Present(fields.into_iter().filter_map(named).collect())
        }
        other => other,
    };
    Claim { subject, expectation, ..claim }
}

fn unmasked_parts(text: &Text, masked: &Masked) -> Text {
    let mut whole = Text::default();
    for part in text.parts() {
        match part {
            Part::Literal(literal) => whole.extend(&masked.unmask(literal)),
            Part::Supplied { value, .. } => {
                whole.extend(&masked.unmask(value.expose()).sealed());
            }
            hole @ Part::Hole(_) => whole.push(hole.clone()),
        }
    }
    whole
}
