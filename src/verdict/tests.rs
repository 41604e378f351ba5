//! The judge as a table: every expectation against everything that can be seen.

#![expect(clippy::default_trait_access, reason = "verdicts know no positions, so not their type")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::assertion::{Assertion, Origin, Plan};
use crate::claim::{
    Claim, Control, Expectation, Facts, Field, Meaning, Observation, Subject, Text, Unobservable,
    Verb,
};
use crate::secret::Secret;

fn assertion(step: usize, expectation: Expectation, verb: Verb) -> Assertion {
    Assertion {
        step,
        place: 0,
        span: Default::default(),
        claim: Claim::new(Subject::new("test/thing", "x"), expectation, verb),
        origin: Origin::Inferred,
        title: "x".into(),
        expected: "an x".into(),
        said: crate::assertion::Said::default(),
        hint: "make x".into(),
        noun: "thing",
    }
}

fn plan(assertions: Vec<Assertion>) -> Plan {
    Plan { assertions, ..Plan::default() }
}

fn judged(expectation: Expectation, verb: Verb, seen: Seen) -> Verdict {
    let plan = plan(vec![assertion(1, expectation, verb)]);
    let observation = Observation { seen, read: "GET x → 200".into(), near: None };
    let subject = plan.assertions[0].claim.subject.clone();
    let observations = BTreeMap::from([(subject, observation)]);
    judge_all(&plan, &observations, Selection::All).remove(0)
}

fn fields() -> Expectation {
    Expectation::Present(vec![Field::new("ttl", "30m", Meaning::Duration)])
}

/// The expectations with the verb that a command gives them.
fn expectations() -> [(Expectation, Verb); 5] {
    [
        (Expectation::Present(Vec::new()), Verb::Make),
        (fields(), Verb::Make),
        (Expectation::Absent, Verb::Remove),
        (Expectation::Refused, Verb::Confirm),
        (Expectation::Changed, Verb::Change),
    ]
}

fn unobservable() -> [Unobservable; 7] {
    let why = || "why".to_owned();
    [
        Unobservable::Unreachable(why()),
        Unobservable::Forbidden(why()),
        Unobservable::TimedOut(why()),
        Unobservable::Unexpected(why()),
        Unobservable::Unconfigured(why()),
        Unobservable::Uncontrolled(why()),
        Unobservable::NotObserved(why()),
    ]
}

#[test]
fn every_expectation_against_everything_that_can_be_seen() {
    use Outcome::{Fail, Pass};
    let ttl = |seconds: u64| Seen::Present(Facts::none().with("ttl", seconds));
    let absent = || Seen::Absent(Control::new("the mount is there"));
    let refused = || Seen::Refused(Control::new("the role exists"));
    // Rows as in `expectations`: present, present with fields, absent, refused, changed.
    let table = [
        (Seen::Present(Facts::none()), [Pass, Fail, Fail, Fail, Fail]),
        (ttl(1800), [Pass, Pass, Fail, Fail, Fail]),
        (ttl(60), [Pass, Fail, Fail, Fail, Fail]),
        (Seen::Present(Facts::none().but("terminating")), [Fail, Fail, Fail, Fail, Fail]),
        (absent(), [Fail, Fail, Pass, Fail, Fail]),
        (refused(), [Fail, Fail, Fail, Pass, Pass]),
    ];
    for (seen, outcomes) in table {
        for ((expectation, verb), outcome) in expectations().into_iter().zip(outcomes) {
            let verdict = judged(expectation.clone(), verb, seen.clone());
            assert_eq!(verdict.outcome, outcome, "{expectation:?} against {seen:?}");
            assert_eq!(verdict.hint.is_some(), outcome == Fail);
            assert!(verdict.actual.is_some());
        }
    }
}

#[test]
fn no_failed_read_ever_gives_a_pass_or_a_fail() {
    for reason in unobservable() {
        let expected = match reason {
            Unobservable::NotObserved(_) => Outcome::Skip,
            _ => Outcome::Unknown,
        };
        for (expectation, verb) in expectations() {
            let verdict = judged(expectation, verb, Seen::Unobservable(reason.clone()));
            assert_eq!(verdict.outcome, expected);
            assert_eq!(verdict.reason.as_deref(), Some("why"));
            assert_eq!((verdict.actual, verdict.hint), (None, None));
        }
    }
}

#[test]
fn a_subject_that_nobody_looked_at_is_unknown() {
    let plan = plan(vec![assertion(1, Expectation::Absent, Verb::Remove)]);
    let verdict = judge_all(&plan, &BTreeMap::new(), Selection::All).remove(0);
    assert_eq!(verdict.outcome, Outcome::Unknown);
}

#[test]
fn an_absence_that_comes_from_a_missing_container_proves_nothing_by_itself() {
    for (expectation, verb) in expectations() {
        let seen = Seen::Absent(Control::container_gone("no mount at `kv/`"));
        let verdict = judged(expectation, verb, seen);
        assert_eq!(verdict.outcome, Outcome::Unknown);
        assert_eq!(verdict.reason.as_deref(), Some("no mount at `kv/`"));
    }
}

#[test]
fn a_secret_field_is_named_and_neither_value_is_shown() {
    let field = Field::new("key", Text::from("hunter2").sealed(), Meaning::Exact);
    let facts = Facts::none().sealed("key", Secret::new("hunter3"));
    let expectation = Expectation::Present(vec![field]);
    let verdict = judged(expectation, Verb::Make, Seen::Present(facts));
    assert_eq!(verdict.outcome, Outcome::Fail);
    let said = format!("{verdict:?}");
    assert!(said.contains("`key` has another value"), "{said}");
    assert!(!said.contains("hunter"), "{said}");
}

#[test]
fn a_claim_that_an_earlier_step_has_met_already_shows_nothing() {
    let make = || assertion(1, fields(), Verb::Make);
    let plan = plan(vec![make(), Assertion { step: 2, ..make() }]);
    let subject = plan.assertions[0].claim.subject.clone();
    let seen = Observation::present(Facts::none().with("ttl", 1800), "GET x → 200");
    let verdicts = judge_all(&plan, &BTreeMap::from([(subject, seen)]), Selection::All);
    let outcomes: Vec<Outcome> = verdicts.iter().map(|verdict| verdict.outcome).collect();
    assert_eq!(outcomes, [Outcome::Pass, Outcome::Skip]);
}

fn any_seen() -> impl Strategy<Value = Seen> {
    let reasons = prop::sample::select(unobservable().to_vec());
    prop_oneof![
        Just(Seen::Present(Facts::none())),
        (0_u64..3).prop_map(|n| Seen::Present(Facts::none().with("ttl", n * 900))),
        Just(Seen::Absent(Control::new("the mount is there"))),
        Just(Seen::Absent(Control::container_gone("no mount"))),
        Just(Seen::Refused(Control::new("the role exists"))),
        reasons.prop_map(Seen::Unobservable),
    ]
}

proptest! {
    /// Whatever the text does to a thing over its steps: what was not seen never passes and never fails,
    /// and every verdict says what it rests on.
    #[test]
    fn no_failed_read_ever_passes(
        events in prop::collection::vec(0_usize..5, 1..6),
        seen in any_seen(),
    ) {
        let assertions = events
            .iter()
            .enumerate()
            .map(|(index, event)| {
                let (expectation, verb) = expectations()[*event].clone();
                assertion(index + 1, expectation, verb)
            })
            .collect();
        let plan = plan(assertions);
        let subject = plan.assertions[0].claim.subject.clone();
        let observation = Observation { seen: seen.clone(), read: "GET x".into(), near: None };
        let observations = BTreeMap::from([(subject, observation)]);
        for verdict in judge_all(&plan, &observations, Selection::All) {
            if matches!(seen, Seen::Unobservable(_)) {
                prop_assert!(matches!(verdict.outcome, Outcome::Unknown | Outcome::Skip));
            }
            match verdict.outcome {
                Outcome::Pass | Outcome::Fail => prop_assert!(verdict.actual.is_some()),
                Outcome::Unknown | Outcome::Skip => prop_assert!(verdict.reason.is_some()),
            }
        }
    }
}

#[test]
fn long_values_are_shown_from_where_they_differ() {
    let same =
        "CREATE ROLE x WITH LOGIN PASSWORD 'y' VALID UNTIL 'z' NOINHERIT NOCREATEROLE NOCREATEDB; ";
    let sql = |end: &str| format!("{same}GRANT {end} ON ALL TABLES IN SCHEMA public TO x;");
    let field = Field::new("sql", sql("SELECT"), Meaning::Sql);
    let facts = Facts::none().with("sql", sql("INSERT"));
    let verdict = judged(Expectation::Present(vec![field]), Verb::Make, Seen::Present(facts));
    let grant =
        |word| format!("`…TEROLE NOCREATEDB;GRANT {word} ON ALL TABLES IN SCHEMA public TO x`");
    assert_eq!(verdict.expected, format!("`sql` {}", grant("SELECT")));
    assert_eq!(verdict.actual, Some(format!("`sql` is {}", grant("INSERT"))));
}

#[test]
fn a_zero_that_a_server_leaves_out_is_still_a_zero() {
    let weight = |meaning, facts| {
        let field = Field::new("weight", "0", meaning);
        judged(Expectation::Present(vec![field]), Verb::Make, Seen::Present(facts)).outcome
    };
    for (meaning, facts, outcome) in [
        (Meaning::Zero, Facts::none(), Outcome::Pass),
        (Meaning::Zero, Facts::none().with("weight", 0), Outcome::Pass),
        (Meaning::Zero, Facts::none().with("weight", 1), Outcome::Fail),
        (Meaning::Exact, Facts::none(), Outcome::Fail),
    ] {
        assert_eq!(weight(meaning, facts.clone()), outcome, "{meaning:?} {facts:?}");
    }
}
