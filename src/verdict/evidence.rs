//! The words of a verdict: expected, actual, read, control and reason, from what was found.

use std::fmt::Write as _;

use crate::assertion::{Assertion, Part, State};
use crate::claim::{Expectation, Fact, Meaning, Observation, Seen, Text, Unobservable};
use crate::text::{and_list, one_line, ticked};

use super::part::Finding;
use super::{Outcome, Verdict};

/// A field's value is cut here: a statement of SQL can be long, and the place to look is the command.
const VALUE_WIDTH: usize = 120;

/// The verdict of a claim whose subject nobody looked at.
pub(super) fn not_looked_at(assertion: &Assertion) -> Verdict {
    let reason = "it was not looked at".to_owned();
    Verdict { reason: Some(reason), ..bare(assertion, Outcome::Unknown) }
}

/// The verdict of a claim that its author has not checked.
pub(super) fn waived(assertion: &Assertion, reason: &str) -> Verdict {
    let reason = format!("waived: {reason}");
    Verdict { reason: Some(reason), ..bare(assertion, Outcome::Skip) }
}

/// The verdict of a claim from what was found of its parts. `parts` and `findings` are of one length, and
/// the first is the subject itself.
pub(super) fn verdict(
    assertion: &Assertion,
    observation: &Observation,
    parts: &[Part],
    findings: &[Finding],
) -> Verdict {
    let (outcome, overtaken_by) = outcome(observation, findings);
    let mut verdict = bare(assertion, outcome);
    verdict.overtaken_by = overtaken_by;
    verdict.read = Some(observation.read.clone()).filter(|read| !read.is_empty());
    verdict.control = match &observation.seen {
        Seen::Absent(control) | Seen::Refused(control) => Some(control.shows.clone()),
        _ => None,
    };
    match outcome {
        Outcome::Pass => verdict.actual = Some(as_expected(assertion, observation)),
        Outcome::Fail => {
            let failed: Vec<&Part> = parts
                .iter()
                .zip(findings)
                .filter(|(_, finding)| **finding == Finding::Fails)
                .map(|(part, _)| part)
                .collect();
            if failed.iter().all(|part| part.field.is_some()) {
                verdict.expected = wanted_fields(&failed, observation);
            }
            verdict.actual = Some(actual(assertion, observation, &failed));
            verdict.hint = Some(assertion.hint.clone()).filter(|hint| !hint.is_empty());
        }
        Outcome::Unknown => verdict.reason = Some(unseen(observation)),
        Outcome::Skip => verdict.reason = Some(skipped(observation, findings, overtaken_by)),
    }
    verdict
}

fn bare(assertion: &Assertion, outcome: Outcome) -> Verdict {
    Verdict {
        outcome,
        expected: assertion.expected.clone(),
        actual: None,
        read: None,
        control: None,
        hint: None,
        reason: None,
        overtaken_by: None,
        blocked_by: None,
    }
}

/// A claim fails if one part does, is unknown if one part is, passes if one part does, else is a skip.
fn outcome(observation: &Observation, findings: &[Finding]) -> (Outcome, Option<usize>) {
    let any = |finding| findings.contains(&finding);
    let overtaken = findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::Overtaken(step) => Some(*step),
            _ => None,
        })
        .max();
    let by_nature = matches!(observation.seen, Seen::Unobservable(Unobservable::NotObserved(_)));
    if any(Finding::Fails) {
        (Outcome::Fail, None)
    } else if any(Finding::Unseen) {
        (if by_nature { Outcome::Skip } else { Outcome::Unknown }, None)
    } else if any(Finding::Holds) {
        (Outcome::Pass, None)
    } else {
        (Outcome::Skip, overtaken)
    }
}

fn as_expected(assertion: &Assertion, observation: &Observation) -> String {
    let mut text = match &observation.seen {
        Seen::Present(facts) => facts.note.clone(),
        _ => observation.near.clone(),
    }
    .unwrap_or_else(|| "as expected".to_owned());
    let fields = assertion.claim.expectation.fields();
    let silent: Vec<&str> = fields
        .iter()
        .filter(|field| field.meaning == Meaning::NotReturned)
        .map(|field| field.path.as_str())
        .collect();
    if !silent.is_empty() {
        let _ = write!(text, "; {} not given back, so not compared", and_list(&silent));
    }
    let mut open: Vec<&str> = fields.iter().flat_map(|field| field.value.unbound()).collect();
    open.dedup();
    if !open.is_empty() {
        let _ = write!(text, "; {} not bound, so taken for anything", and_list(&open));
    }
    text
}

fn wanted_fields(failed: &[&Part], observation: &Observation) -> String {
    let fields: Vec<String> = failed
        .iter()
        .filter_map(|part| {
            let path = part.field.as_deref()?;
            let State::Value(text, meaning) = &part.state else {
                return Some(format!("{} not set", ticked(path)));
            };
            match meaning {
                Meaning::Pattern => {
                    return Some(format!("{} matching {}", ticked(path), ticked(&text.shown())));
                }
                Meaning::AnyValue => return Some(format!("{} set", ticked(path))),
                _ => {}
            }
            let wanted = wanted(text, *meaning);
            let wanted = match shown_fact(path, *meaning, observation) {
                Some(found) => excerpts(&wanted, &found).0,
                None => wanted,
            };
            Some(format!("{} {}", ticked(path), ticked(&wanted)))
        })
        .collect();
    fields.join(", ")
}

/// What the server gave for a field, where it may be shown.
fn shown_fact(path: &str, meaning: Meaning, observation: &Observation) -> Option<String> {
    let Seen::Present(facts) = &observation.seen else { return None };
    let fact = facts.at(path).into_iter().next()?;
    let plain = matches!(*fact, Fact::Plain(_));
    plain.then(|| one_line(&meaning.shown(&fact), usize::MAX))
}

/// Two long values from shortly before the place where they begin to differ; short ones as they are.
fn excerpts(one: &str, other: &str) -> (String, String) {
    const BEFORE: usize = 24;
    const LONG: usize = 80;
    if one.chars().count().max(other.chars().count()) <= VALUE_WIDTH {
        return (one.to_owned(), other.to_owned());
    }
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(BEFORE);
    let excerpt = |text: &str| {
        let rest: String = text.chars().skip(from).collect();
        let mark = if from > 0 { "…" } else { "" };
        format!("{mark}{}", one_line(&rest, LONG))
    };
    (excerpt(one), excerpt(other))
}

fn wanted(text: &Text, meaning: Meaning) -> String {
    let shown = match (meaning, text.literal()) {
        // As it will be shown of the server, so that the two can be laid side by side.
        (Meaning::Duration | Meaning::Sql | Meaning::ConnectionUrl, Some(literal)) => {
            meaning.shown(&Fact::Plain(literal.into()))
        }
        // A password in it is hidden, whatever else of it is open.
        (Meaning::ConnectionUrl, None) => meaning.shown(&Fact::Plain(text.shown().into())),
        _ => text.shown(),
    };
    one_line(&shown, usize::MAX)
}

fn actual(assertion: &Assertion, observation: &Observation, failed: &[&Part]) -> String {
    match &observation.seen {
        Seen::Present(facts) => {
            if let Some(but) = &facts.but {
                return but.clone();
            }
            match assertion.claim.expectation {
                Expectation::Absent => "it is still there".to_owned(),
                Expectation::Refused => "it is still accepted".to_owned(),
                Expectation::Changed => "it is as it was".to_owned(),
                Expectation::Present(_) => {
                    let fields = failed.iter().filter_map(|part| {
                        let path = part.field.as_deref()?;
                        Some(found_field(path, &part.state, observation))
                    });
                    fields.collect::<Vec<_>>().join(", ")
                }
            }
        }
        Seen::Absent(control) if control.container_gone => control.shows.clone(),
        Seen::Absent(_) => with_near(format!("no such {}", assertion.noun), observation),
        Seen::Refused(_) => with_near("it is refused".to_owned(), observation),
        Seen::Unobservable(reason) => reason.reason().to_owned(),
    }
}

fn with_near(text: String, observation: &Observation) -> String {
    match &observation.near {
        Some(near) => format!("{text}; {near}"),
        None => text,
    }
}

fn found_field(name: &str, state: &State, observation: &Observation) -> String {
    let path = ticked(name);
    if *state == State::Absent {
        return format!("{path} is still set");
    }
    let (Seen::Present(facts), State::Value(text, meaning)) = (&observation.seen, state) else {
        return format!("{path} differs");
    };
    if facts.at(name).is_empty() {
        return format!("{path} is not set");
    }
    let Some(found) = shown_fact(name, *meaning, observation) else {
        return format!("{path} has another value");
    };
    if found.is_empty() {
        return format!("{path} is empty");
    }
    let (_, found) = excerpts(&wanted(text, *meaning), &found);
    format!("{path} is {}", ticked(&found))
}

fn unseen(observation: &Observation) -> String {
    match &observation.seen {
        Seen::Unobservable(reason) => reason.reason().to_owned(),
        // Absent because of a container that the text takes for granted.
        Seen::Absent(control) => control.shows.clone(),
        Seen::Present(_) | Seen::Refused(_) => "it could not be told".to_owned(),
    }
}

fn skipped(observation: &Observation, findings: &[Finding], overtaken_by: Option<usize>) -> String {
    let disturbed = findings.iter().find_map(|finding| match finding {
        Finding::Disturbed(step) => Some(*step),
        _ => None,
    });
    match (&observation.seen, overtaken_by.or(disturbed)) {
        (_, Some(step)) if overtaken_by.is_some() => format!("step {step} replaces it"),
        (_, Some(step)) => {
            format!("cannot be told afterwards: step {step} changes it in a way that is not read")
        }
        (Seen::Unobservable(Unobservable::NotObserved(reason)), None) => reason.clone(),
        _ if findings.contains(&Finding::Given) => {
            "cannot be told afterwards: an earlier step makes the same state".to_owned()
        }
        _ => "cannot be told afterwards: the text starts from the same state".to_owned(),
    }
}
