//! What the solution leaves after each of its steps, walked through once for a lab and then remembered.

use crate::claim::{Fact, Seen};
use crate::config::Probes;

use super::ProveError;
use super::look::Sight;
use super::stage::Stage;

/// What is laid beside each other was read with the same probes; these tell the most apart.
pub(super) const PROBES: Probes = Probes::Reset;

/// The memory of one lab: addresses differ from lab to lab, and the text with them.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// What was seen after each step, from the first; nothing until somebody asks.
    after: Vec<Vec<Facet>>,
}

/// Where on its way the solution is as what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// After the same step.
    Now,
    /// Each thing that differs then is the same after some step up to this one.
    Later(usize),
    /// Something of it stays another.
    Never,
}

impl Record {
    /// What the solution leaves at its end.
    pub(super) fn at_the_end(&mut self, stage: &mut Stage<'_>) -> Result<&[Facet], ProveError> {
        self.walk(stage)?;
        Ok(self.after.last().map_or(&[], Vec::as_slice))
    }

    /// Where the solution is as what was seen in place of this step.
    pub(super) fn compare(
        &mut self,
        stage: &mut Stage<'_>,
        step: usize,
        seen: &[Facet],
    ) -> Result<Likeness, ProveError> {
        self.walk(stage)?;
        Ok(likeness(&self.after, step, seen))
    }

    /// Forgets all of it: it is walked through again where it is asked for.
    pub(super) fn forget(&mut self) {
        self.after.clear();
    }

    fn walk(&mut self, stage: &mut Stage<'_>) -> Result<(), ProveError> {
        if !self.after.is_empty() {
            return Ok(());
        }
        stage.renew()?;
        let mut after = Vec::new();
        for number in 1..=stage.challenge.steps.len() {
            stage.done(number)?;
            after.push(facets(&stage.look_behind(number, PROBES)?));
        }
        self.after = after;
        Ok(())
    }
}

fn likeness(after: &[Vec<Facet>], step: usize, seen: &[Facet]) -> Likeness {
    let mut differing: Vec<usize> = (0..seen.len()).collect();
    for (later, then) in (step..).zip(after.iter().skip(step - 1)) {
        differing.retain(|index| seen.get(*index) != then.get(*index));
        if differing.is_empty() {
            return if later == step { Likeness::Now } else { Likeness::Later(later) };
        }
    }
    Likeness::Never
}

/// What the claims of a text are about, each as it was seen: a thing, and each of the fields that are claimed of it.
pub(super) fn facets(sight: &Sight) -> Vec<Facet> {
    let mut facets = Vec::new();
    for assertion in &sight.plan.assertions {
        let claim = &assertion.claim;
        let Some(observation) = sight.observations.get(&claim.subject) else {
            let all = 1 + claim.expectation.fields().len();
            facets.extend(std::iter::repeat_n(Facet::Unseen, all));
            continue;
        };
        match &observation.seen {
            Seen::Present(known) => {
                facets.push(Facet::Present(known.but.clone()));
                let fields = claim.expectation.fields().iter();
                facets.extend(fields.map(|field| Facet::Field(known.get(&field.path).cloned())));
            }
            other => {
                let facet = match other {
                    Seen::Absent(_) => Facet::Absent,
                    Seen::Refused(_) => Facet::Refused,
                    _ => Facet::Unseen,
                };
                let all = 1 + claim.expectation.fields().len();
                facets.extend(std::iter::repeat_n(facet, all));
            }
        }
    }
    facets
}

/// One thing or field, as it was seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Facet {
    Present(Option<String>),
    Field(Option<Fact>),
    Absent,
    Refused,
    Unseen,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_turn_is_like_the_solution_now_later_or_never() {
        let (here, gone, other) = (Facet::Present(None), Facet::Absent, Facet::Refused);
        let after = [
            vec![here.clone(), gone.clone()],
            vec![gone.clone(), gone.clone()],
            vec![gone.clone(), here.clone()],
        ];
        for (step, seen, expected) in [
            (1, [here.clone(), gone.clone()], Likeness::Now),
            (2, [here.clone(), gone.clone()], Likeness::Never),
            (1, [gone.clone(), gone.clone()], Likeness::Later(2)),
            // Each of both is reached, though never at the same time.
            (1, [here.clone(), here.clone()], Likeness::Later(3)),
            (3, [gone.clone(), here.clone()], Likeness::Now),
            (1, [other, gone], Likeness::Never),
        ] {
            assert_eq!(likeness(&after, step, &seen), expected, "{step} {seen:?}");
        }
    }
}
