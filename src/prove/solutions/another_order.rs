//! Steps that do not need each other in another order.

use super::{Course, Rule, Solution};
use crate::challenge::Step;
use crate::claim::{Claim, Subject};
use crate::provider::holds;

pub(super) const RULE: Rule = Rule {
    name: "another-order",
    doc: "neighbouring steps that do not need each other change places",
    make,
};

/// More than these are of the same sort.
const MOST: usize = 3;

/// Programs that leave nothing behind in the shell that runs them.
const PROGRAMS: &[&str] =
    &["vault", "kubectl", "oc", "psql", "helm", "createdb", "createuser", "dropdb", "dropuser"];

fn make(course: &Course<'_>) -> Vec<Solution> {
    let pairs = course.challenge.steps.windows(2);
    let free = pairs.filter(|pair| is_free(course, &pair[0], &pair[1]));
    let solutions = free.map(|pair| {
        let mut steps = course.steps();
        steps.swap(pair[0].number - 1, pair[1].number - 1);
        Solution {
            rule: RULE.name,
            name: format!("step {} before step {}", pair[1].number, pair[0].number),
            first: String::new(),
            steps,
            after: Vec::new(),
            needs: None,
        }
    });
    solutions.take(MOST).collect()
}

fn is_free(course: &Course<'_>, one: &Step, other: &Step) -> bool {
    [one, other].iter().all(|step| stands_alone(step) && !(course.has_input)(step.number)) && {
        let (first, second) = (claims(course, one.number), claims(course, other.number));
        let apart = |a: &Claim| second.iter().all(|b| !touch(a, b));
        first.iter().all(|a| apart(a)) && !first.is_empty() && !second.is_empty()
    }
}

/// Whether what it does is all in the servers: no variable, file or directory is carried on from it or to it.
fn stands_alone(step: &Step) -> bool {
    step.commands.iter().all(|command| {
        let program = command.words.first().and_then(crate::challenge::Word::literal);
        program.is_some_and(|program| PROGRAMS.contains(&program.as_str()))
            && command.assignments.is_empty()
            && command.words.iter().all(|word| word.literal().is_some())
            && command.is_plain()
    }) && !step.typed.text().contains(['@', '>', '$'])
}

fn claims<'a>(course: &Course<'a>, step: usize) -> Vec<&'a Claim> {
    let assertions =
        course.plan.assertions.iter().filter(|one| one.step == step).map(|one| &one.claim);
    let asides = course.plan.asides.iter().filter(|one| one.step == step).map(|one| &one.claim);
    assertions.chain(asides).collect()
}

/// Whether one of two claims is about what the other is about, what holds it, or what it needs.
fn touch(one: &Claim, other: &Claim) -> bool {
    let about = |claim: &Claim| -> Vec<Subject> {
        let around = claim.container.iter().chain(&claim.depends).cloned();
        std::iter::once(claim.subject.clone()).chain(around).collect()
    };
    let same = |a: &Subject, b: &Subject| a == b || holds(a, b) || holds(b, a);
    about(one).iter().any(|a| same(a, &other.subject))
        || about(other).iter().any(|b| same(b, &one.subject))
}
