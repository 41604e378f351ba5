//! Plan → observations: looks at every subject once, all at the same time, within the deadline. The only
//! arrow of the line that waits for anything; judges nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, Shared, join};
use futures_util::stream::{self, StreamExt};
use tokio::time::{Instant, timeout_at};

use crate::assertion::{Assertion, Lookup, Plan, Selection, Timeline};
use crate::claim::{Observation, Subject, Text, Unobservable};
use crate::config::Probes;
use crate::provider::{self, Lab, jq};

/// Subjects that are looked at together; each makes a few requests over shared connections.
const AT_ONCE: usize = 32;

/// What came of a run's looking.
pub struct Observed {
    /// The plan with its look-ups filled in.
    pub plan: Plan,
    /// What was seen, by subject.
    pub observations: BTreeMap<Subject, Observation>,
    /// What the look-ups gave, in the plan's order: a value, nothing, or why it could not be read.
    pub lookups: Vec<Found>,
}

/// What a look-up gave; `null` and empty are nothing.
pub type Found = Result<Option<String>, Unobservable>;

type Pending<'a> = Shared<BoxFuture<'a, Found>>;

/// Looks at the subjects of the assertions that are `wanted`.
pub async fn observe(plan: &Plan, lab: &Lab, wanted: &dyn Fn(&Assertion) -> bool) -> Observed {
    let deadline = Deadline::after(lab.config.limits.deadline);
    let pending: Vec<Pending<'_>> = plan
        .lookups
        .iter()
        .map(|lookup| deadline.bound_lookup(look_up(lookup, lab)).boxed().shared())
        .collect();
    let mut subjects: Vec<&Subject> = Vec::new();
    for assertion in plan.assertions.iter().filter(|assertion| wanted(assertion)) {
        if !subjects.contains(&&assertion.claim.subject) {
            subjects.push(&assertion.claim.subject);
        }
    }
    // What later steps claim rests on what the earlier made and takes the longest chains of reads: they go first.
    let looks =
        subjects.into_iter().rev().map(|subject| observe_one(subject, lab, &pending, deadline));
    // A reset waits until nobody else will need the lab as it was, so all must have begun.
    let at_once = match lab.config.probes {
        Probes::Reset => looks.len().max(1),
        Probes::None | Probes::Passing => AT_ONCE,
    };
    let observations: BTreeMap<Subject, Observation> =
        stream::iter(looks).buffer_unordered(at_once).collect().await;
    // Fields may hold look-ups that no subject waited for. Those of claims that nobody wants are not waited for.
    let needed: BTreeSet<usize> = plan
        .assertions
        .iter()
        .filter(|assertion| wanted(assertion))
        .flat_map(|assertion| assertion.claim.lookups())
        .collect();
    let needed = &needed;
    let lookups = pending.into_iter().enumerate().map(|(id, lookup)| async move {
        if needed.contains(&id) { lookup.await } else { Ok(None) }
    });
    let lookups = futures_util::future::join_all(lookups).await;
    let plan = plan.resolved(&|id| lookups.get(id).and_then(|found| found.clone().ok().flatten()));
    Observed { plan, observations, lookups }
}

/// The claims that were asked for, and the later ones by which an early one may be overtaken.
pub fn wanted(plan: &Plan, selection: Selection) -> impl Fn(&Assertion) -> bool {
    let timeline = Timeline::new(plan);
    let replaced = plan
        .assertions
        .iter()
        .filter(|assertion| selection.contains(assertion.step))
        .filter(|assertion| {
            let parts = timeline.parts(assertion.step, &assertion.claim, selection.last());
            parts.iter().any(|part| !part.later.is_empty())
        })
        .map(|assertion| assertion.step)
        .min();
    // One of several steps is enough, whichever of them is asked for.
    let groups = plan.alternatives().into_iter();
    let groups = groups.filter(|group| group.iter().any(|step| selection.contains(*step)));
    let beside: Vec<usize> = groups.flatten().collect();
    move |assertion| {
        let later = replaced.is_some_and(|step| assertion.changes() && assertion.step > step);
        selection.contains(assertion.step) || later || beside.contains(&assertion.step)
    }
}

async fn observe_one(
    subject: &Subject,
    lab: &Lab,
    pending: &[Pending<'_>],
    deadline: Deadline,
) -> (Subject, Observation) {
    let mut values: BTreeMap<usize, Option<String>> = BTreeMap::new();
    let mut failed = None;
    // Until its own look begins: a reset must wait for whoever still needs a probe.
    let intent = lab.vault.intend();
    let lookups = async {
        for id in subject.lookups() {
            let Some(lookup) = pending.get(id) else { continue };
            match lookup.clone().await {
                Ok(value) => drop(values.insert(id, value)),
                Err(reason) => failed = Some(reason),
            }
        }
    };
    join(lookups, prepare(subject, lab, deadline)).await;
    drop(intent);
    let resolved = subject.resolved(&|id| values.get(&id).cloned().flatten());
    if let Some(reason) = unnamed(&resolved, failed) {
        return (resolved, Observation::unobservable(reason, ""));
    }
    let Some(kind) = provider::kind(resolved.kind) else {
        let reason = Unobservable::NotObserved(format!("no provider knows `{}`", resolved.kind));
        return (resolved, Observation::unobservable(reason, ""));
    };
    let seen = timeout_at(deadline.at, kind.observe(&resolved, lab)).await;
    let observation = seen.unwrap_or_else(|_| Observation::unobservable(deadline.reached(), ""));
    (resolved, observation)
}

/// Nothing is lost where the time is up: the look itself says so.
async fn prepare(subject: &Subject, lab: &Lab, deadline: Deadline) {
    if subject.lookups().is_empty() {
        return;
    }
    if let Some(kind) = provider::kind(subject.kind) {
        let _ = timeout_at(deadline.at, kind.prepare(subject, lab)).await;
    }
}

/// Why a subject cannot be looked at for want of a name.
fn unnamed(subject: &Subject, failed: Option<Unobservable>) -> Option<Unobservable> {
    let needed = provider::kind(subject.kind).map_or(&[][..], |kind| kind.needs());
    let needed = needed.iter().filter_map(|key| subject.param(key));
    let unbound: Vec<&str> =
        std::iter::once(&subject.name).chain(needed).flat_map(Text::unbound).collect();
    if unbound.is_empty() {
        return None;
    }
    // A read that failed is the lab's trouble, a variable that nobody binds is not.
    Some(failed.unwrap_or_else(|| Unobservable::unbound(&unbound)))
}

async fn look_up(lookup: &Lookup, lab: &Lab) -> Found {
    let Some(provider) = provider::provider_of(&lookup.call) else { return Ok(None) };
    let mut text = provider.look_up(&lookup.call, lab).await?;
    for filter in &lookup.filters {
        match jq::run_within(filter.clone(), text, lab.config.limits.read).await {
            Ok(output) => text = output,
            // A filter that fails on this input prints nothing, as it would in a shell.
            Err(_) => return Ok(None),
        }
    }
    let value = text.trim_end_matches('\n');
    Ok(Some(value.to_owned()).filter(|value| !value.is_empty() && value != "null"))
}

#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    length: Duration,
}

impl Deadline {
    fn after(length: Duration) -> Self {
        Self { at: Instant::now() + length, length }
    }

    fn reached(self) -> Unobservable {
        let seconds = self.length.as_secs();
        Unobservable::TimedOut(format!("the deadline of {seconds} s was reached first"))
    }

    async fn bound_lookup(self, found: impl Future<Output = Found>) -> Found {
        timeout_at(self.at, found).await.unwrap_or_else(|_| Err(self.reached()))
    }
}
