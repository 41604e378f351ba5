//! One part of a claim (the subject itself, or one field) against what was seen. The rules of the timeline.

use crate::assertion::{Part, State};
use crate::claim::{Meaning, Seen};

/// What is found of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// It holds.
    Holds,
    /// It does not, and nothing later excuses it.
    Fails,
    /// It was not seen.
    Unseen,
    /// A later step replaces it, and the learner has come that far: the step.
    Overtaken(usize),
    /// A later step does something to it that is not read, so that nothing can be told: the step.
    Disturbed(usize),
    /// What is seen is what the text started from: nothing can be told.
    Untold,
    /// It holds, and by the text it did so before the step: nothing is shown by it.
    Given,
}

/// Whether what was seen is `state`; `None` is never returned for what was really seen.
pub(super) fn proven(state: &State, field: Option<&str>, seen: &Seen) -> Option<bool> {
    Some(match (seen, field) {
        (Seen::Unobservable(_), _) => return None,
        (Seen::Present(facts), None) => *state == State::Present && facts.but.is_none(),
        (Seen::Present(facts), Some(path)) => match state {
            State::Value(text, meaning) => match facts.at(path).as_slice() {
                [] => *meaning == Meaning::Zero,
                found => found.iter().any(|fact| meaning.same(text, fact)),
            },
            State::Absent => facts.at(path).is_empty(),
            State::Open => true,
            State::Gone | State::Present | State::Refused | State::Changed => false,
        },
        (Seen::Absent(_), _) => matches!(state, State::Absent | State::Gone),
        (Seen::Refused(_), _) => matches!(state, State::Refused | State::Changed),
    })
}

/// The rules, in the order in which they apply:
///
/// | seen                                              | replaced later | finding   |
/// |---------------------------------------------------|----------------|-----------|
/// | as claimed, and the text did not start so         | -              | holds     |
/// | as claimed, but the text started so               | -              | untold    |
/// | as claimed, but an earlier step made it so        | -              | given     |
/// | a later state, unlike the one before the claim    | yes            | overtaken |
/// | … but the text started so, and comes round to it  | yes            | untold    |
/// | anything, and a later changing claim holds        | yes            | overtaken |
/// | anything, and a later step disturbs it            | yes            | disturbed |
/// | nothing, and a later changing claim holds         | disturbed      | disturbed |
/// | the starting state, to which the text comes round | -              | untold    |
/// | anything else                                     | -              | fails     |
/// | nothing                                           | -              | unseen    |
pub(super) fn judge_part(part: &Part, seen: Option<&Seen>, later_holds: bool) -> Finding {
    let is = |state: &State| seen.and_then(|seen| proven(state, part.field.as_deref(), seen));
    if is(&part.state) == Some(true) {
        return match (part.is_start(), part.given) {
            (true, _) => Finding::Untold,
            (false, true) => Finding::Given,
            (false, false) => Finding::Holds,
        };
    }
    // What the text itself started from shows no step: a thing that was made and deleted again looks like one
    // that was never made.
    let starts = |state: &State| part.comes_round() && part.starts_as(state);
    let reached = |(_, state): &&(usize, State)| {
        *state != State::Open && *state != part.before && !starts(state) && is(state) == Some(true)
    };
    if let Some((step, _)) = part.later.iter().rfind(reached) {
        return Finding::Overtaken(*step);
    }
    let mut replacing = part.later.iter().filter(|(_, state)| *state != State::Open);
    if let Some((step, _)) = replacing.next()
        && later_holds
    {
        return Finding::Overtaken(*step);
    }
    if let Some((step, _)) = part.later.iter().rfind(|(_, state)| *state == State::Open)
        && (seen.is_some() || later_holds)
    {
        return Finding::Disturbed(*step);
    }
    let back = [&part.start, &part.end, &part.asked].into_iter().filter(|state| starts(state));
    if back.into_iter().any(|state| is(state) == Some(true)) {
        return Finding::Untold;
    }
    if seen.is_none() { Finding::Unseen } else { Finding::Fails }
}

/// A later step that replaces the whole thing leaves nothing of the claim: where one part shows that step, what
/// still holds holds by it.
pub(super) fn replaced_whole(parts: &[Part], findings: &mut [Finding]) {
    let step = parts.iter().zip(&*findings).find_map(|(part, finding)| match finding {
        Finding::Overtaken(step) if part.replaced.contains(step) => Some(*step),
        _ => None,
    });
    let Some(step) = step else { return };
    for finding in findings.iter_mut().filter(|finding| **finding == Finding::Holds) {
        *finding = Finding::Overtaken(step);
    }
}
