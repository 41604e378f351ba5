//! The history of every subject and field through the text: what it was before a step, and what a later
//! step makes of it. Compares texts only; what the lab says comes in at judging.

use crate::claim::{Claim, Expectation, Meaning, Subject, Text, Verb};
use crate::provider;

use super::Plan;

/// What a subject or one of its fields is, at some place of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The subject is there; for something that must change: as it was at first.
    Present,
    /// The subject is not there; for a field: the subject may be, without the field.
    Absent,
    /// For a field: the subject is not there, and so neither is the field.
    Gone,
    /// It is turned down.
    Refused,
    /// It is no longer what it was at first.
    Changed,
    /// The field has this value.
    Value(Text, Meaning),
    /// The text does not say.
    Open,
}

/// One part of a claim, and its place in the history.
#[derive(Clone, Debug)]
pub struct Part {
    /// The field; `None` for the subject itself.
    pub field: Option<String>,
    /// What the claim says.
    pub state: State,
    /// What it was before step 1.
    pub start: State,
    /// What it was before the claim's step.
    pub before: State,
    /// What later steps make of it, where that is something else: step and state.
    pub later: Vec<(usize, State)>,
    /// The later steps that replace the whole subject, and with it all that the claim says.
    pub replaced: Vec<usize>,
    /// What it is after the last step.
    pub end: State,
    /// What it is after the last step that is asked for.
    pub asked: State,
    /// Whether any step changes the subject: what the text only looks at has no history.
    pub changing: bool,
    /// Whether the claim's step does not make it so, but finds it so: by the text, it was so before.
    pub given: bool,
}

impl Part {
    /// Whether the text's own starting state is what the claim says.
    pub fn is_start(&self) -> bool {
        self.changing && self.starts_as(&self.state)
    }

    /// Whether the text started so. Without its subject a field was not there either.
    pub fn starts_as(&self, state: &State) -> bool {
        *state == self.start || (self.start == State::Gone && *state == State::Absent)
    }

    /// Whether its state shows that the claim's step was done: it was another before, by the text.
    pub fn is_told(&self) -> bool {
        let open = self.field.is_none() && self.start == State::Open;
        !self.is_start() && !self.given && !open
    }

    /// Whether the text ends where it started, so that nothing can be told afterwards.
    pub fn comes_round(&self) -> bool {
        self.changing && (self.starts_as(&self.end) || self.starts_as(&self.asked))
    }
}

/// One thing that happens to one subject.
#[derive(Clone, Debug)]
struct Event<'a> {
    /// The place in the text; all claims of one command share it.
    place: usize,
    step: usize,
    verb: Verb,
    expectation: &'a Expectation,
    lenient: bool,
}

/// The histories of a plan.
pub struct Timeline<'a> {
    histories: Vec<(&'a Subject, Vec<Event<'a>>)>,
}

impl<'a> Timeline<'a> {
    /// Lays the claims of a plan out by subject.
    pub fn new(plan: &'a Plan) -> Self {
        let made = plan.assertions.iter().map(|one| (one.place, one.step, &one.claim));
        let aside = plan.asides.iter().map(|one| (one.place, one.step, &one.claim));
        let mut in_order: Vec<(usize, usize, &'a Claim)> = made.chain(aside).collect();
        in_order.sort_by_key(|(at, step, _)| (*step, *at));
        let claims: Vec<(usize, &'a Claim)> =
            in_order.into_iter().map(|(_, step, claim)| (step, claim)).collect();
        let mut timeline = Self { histories: Vec::new() };
        for (place, (step, claim)) in claims.iter().enumerate() {
            let (verb, expectation) = (claim.verb, &claim.expectation);
            let event = Event { place, step: *step, verb, expectation, lenient: claim.lenient };
            timeline.history_mut(&claim.subject).push(event);
        }
        timeline.open_what_may_be_meant(&claims);
        timeline.empty_removed_containers(&claims);
        timeline
    }

    /// What may or may not be done to a thing whose name is not known in full leaves all things open that it
    /// may be.
    fn open_what_may_be_meant(&mut self, claims: &[(usize, &'a Claim)]) {
        for (place, (step, claim)) in claims.iter().enumerate() {
            if !perhaps(claim) || claim.subject.name.value().is_some() {
                continue;
            }
            for (subject, history) in &mut self.histories {
                if may_be(&claim.subject, subject) && **subject != claim.subject {
                    let (verb, expectation) = (Verb::Disturb, &Expectation::Absent);
                    let event = Event { place, step: *step, verb, expectation, lenient: true };
                    let at = history.partition_point(|earlier| earlier.place <= place);
                    history.insert(at, event);
                }
            }
        }
    }

    /// Making a container absent makes absent what it holds.
    fn empty_removed_containers(&mut self, claims: &[(usize, &'a Claim)]) {
        for (place, (step, removal)) in claims.iter().enumerate() {
            let verb = if perhaps(removal) { Verb::Disturb } else { removal.verb };
            if verb != Verb::Remove && !perhaps(removal) {
                continue;
            }
            let mut gone = vec![&removal.subject];
            if perhaps(removal) && removal.subject.name.value().is_none() {
                let earlier = claims[..place].iter().map(|(_, claim)| &claim.subject);
                gone.extend(earlier.filter(|subject| may_be(&removal.subject, subject)));
            }
            let mut next = 0;
            while next < gone.len() {
                for (_, claim) in &claims[..place] {
                    let inside = claim.container.as_ref() == Some(gone[next])
                        || provider::holds(gone[next], &claim.subject);
                    if inside && !gone.contains(&&claim.subject) {
                        gone.push(&claim.subject);
                    }
                }
                next += 1;
            }
            for subject in &gone[1..] {
                let expectation = &Expectation::Absent;
                let lenient = removal.lenient;
                let event = Event { place, step: *step, verb, expectation, lenient };
                let history = self.history_mut(subject);
                let at = history.partition_point(|earlier| earlier.place <= place);
                history.insert(at, event);
            }
        }
    }

    fn history_mut(&mut self, subject: &'a Subject) -> &mut Vec<Event<'a>> {
        let found = self.histories.iter().position(|(known, _)| *known == subject);
        let index = found.unwrap_or_else(|| {
            self.histories.push((subject, Vec::new()));
            self.histories.len() - 1
        });
        &mut self.histories[index].1
    }

    fn history(&self, subject: &Subject) -> &[Event<'a>] {
        self.histories
            .iter()
            .find(|(known, _)| *known == subject)
            .map_or(&[], |(_, events)| events.as_slice())
    }

    /// Whether the text itself makes or takes away this subject.
    pub fn touches(&self, subject: &Subject) -> bool {
        self.history(subject).iter().any(Event::changes)
    }

    /// Whether the text itself takes away this subject.
    pub fn removes(&self, subject: &Subject) -> bool {
        let gone = |event: &Event<'_>| *event.expectation == Expectation::Absent;
        self.history(subject).iter().any(|event| event.changes() && gone(event))
    }

    /// The parts of a claim: the subject itself, then each field that the server gives back. `asked` is
    /// the last step of the range that is asked for.
    pub fn parts(&self, step: usize, claim: &Claim, asked: usize) -> Vec<Part> {
        let history = self.history(&claim.subject);
        let at = history
            .iter()
            .position(|event| {
                event.step == step && std::ptr::eq(event.expectation, &raw const claim.expectation)
            })
            .unwrap_or(history.len());
        let mut fields: Vec<Option<&str>> = vec![None];
        for field in claim.expectation.fields() {
            if field.meaning != Meaning::NotReturned {
                fields.push(Some(&field.path));
            }
        }
        let part = |field| part(history, at, field, &claim.expectation, asked);
        fields.into_iter().map(part).collect()
    }
}

/// Whether it is something that may or may not be done: the thing may be there behind it or not.
fn perhaps(claim: &Claim) -> bool {
    claim.verb == Verb::Disturb && claim.lenient && claim.expectation == Expectation::Absent
}

/// Whether a thing whose name has holes may be this one.
fn may_be(unknown: &Subject, thing: &Subject) -> bool {
    let same = |one: &Text, other: &Text| other.value().is_none_or(|value| one.matches(&value));
    let params = unknown
        .params
        .iter()
        .all(|(key, value)| thing.param(key).is_none_or(|other| same(value, other)));
    unknown.kind == thing.kind && same(&unknown.name, &thing.name) && params
}

impl Event<'_> {
    fn changes(&self) -> bool {
        self.verb.changes()
    }

    /// What the event makes of a field, or of the subject itself, which was `before`; `None` where it leaves it
    /// alone.
    fn makes(&self, field: Option<&str>, before: &State) -> Option<State> {
        if !self.changes() {
            return None;
        }
        if self.verb == Verb::Disturb {
            let stays = field.is_none() && matches!(self.expectation, Expectation::Present(_));
            return (!stays).then_some(State::Open);
        }
        let Some(path) = field else { return Some(existence(self.expectation)) };
        match self.expectation {
            Expectation::Present(_) => stated(self.expectation, path).or_else(|| {
                let anew = self.verb == Verb::Replace || *before == State::Gone;
                anew.then_some(State::Absent)
            }),
            Expectation::Absent => Some(State::Gone),
            Expectation::Refused | Expectation::Changed => None,
        }
    }
}

fn existence(expectation: &Expectation) -> State {
    match expectation {
        Expectation::Present(_) => State::Present,
        Expectation::Absent => State::Absent,
        Expectation::Refused => State::Refused,
        Expectation::Changed => State::Changed,
    }
}

fn stated(expectation: &Expectation, path: &str) -> Option<State> {
    let field = expectation.fields().iter().find(|field| field.path == path)?;
    Some(match field.meaning {
        Meaning::Unset => State::Absent,
        meaning => State::Value(field.value.clone(), meaning),
    })
}

/// What a thing first made by the text was, and what one first read, changed or taken away was.
fn start(history: &[Event<'_>], field: Option<&str>) -> State {
    let Some(first) = history.first() else { return State::Open };
    let acted = history.iter().find(|event| event.changes()).unwrap_or(first);
    let made = acted.verb == Verb::Create || matches!(first.verb, Verb::Make | Verb::Replace);
    match (made, field) {
        // A command that may fail says nothing of what it met, unless an earlier one read it.
        _ if acted.lenient && (first.verb != Verb::Read || field.is_some()) => State::Open,
        (true, None) => State::Absent,
        (true, Some(_)) => State::Gone,
        (false, None) => State::Present,
        (false, Some(_)) => State::Open,
    }
}

fn part(
    history: &[Event<'_>],
    at: usize,
    field: Option<&str>,
    expectation: &Expectation,
    last_asked: usize,
) -> Part {
    let start = start(history, field);
    let state = match field {
        None => existence(expectation),
        Some(path) => stated(expectation, path).unwrap_or(State::Open),
    };
    let (mut before, mut end, mut asked) = (start.clone(), start.clone(), start.clone());
    let mut later: Vec<(usize, State)> = Vec::new();
    // What a thing comes to by itself may be another as soon as anything of it is changed.
    let outcome = matches!(state, State::Value(_, Meaning::Outcome));
    for (index, event) in history.iter().enumerate() {
        let changed = || (outcome && event.changes()).then_some(State::Changed);
        let Some(made) = event.makes(field, &end).or_else(changed) else { continue };
        if index < at {
            before = made.clone();
        }
        if index > at && made != state {
            later.push((event.step, made.clone()));
        }
        if event.step <= last_asked {
            asked = made.clone();
        }
        end = made;
    }
    let replaced = history
        .iter()
        .skip(at + 1)
        .filter(|event| event.verb == Verb::Replace)
        .map(|event| event.step)
        .collect();
    let changing = history.iter().any(Event::changes);
    // What confirms fields is about them, not about the thing that was there before.
    let about_fields =
        |event: &Event<'_>| field.is_none() && !event.expectation.fields().is_empty();
    let given = state == before
        && history.get(at).is_some_and(|event| event.changes() || about_fields(event));
    Part {
        field: field.map(str::to_owned),
        state,
        start,
        before,
        later,
        replaced,
        end,
        asked,
        changing,
        given,
    }
}
