//! The other one of steps of which one is enough.

use super::{Course, Rule, Solution, typed};
use crate::author::FenceMark;

pub(super) const RULE: Rule = Rule {
    name: "alternative",
    doc: "the other one of steps of which one is enough, by their author's word",
    make,
};

fn make(course: &Course<'_>) -> Vec<Solution> {
    let mut solutions = Vec::new();
    let mut first = 0;
    for (step, planned) in course.challenge.steps.iter().zip(&course.plan.steps) {
        if planned.fence != FenceMark::Alternative {
            first = step.number;
            continue;
        }
        let mut steps = course.steps();
        for (number, script) in &mut steps {
            if *number == first {
                script.clear();
            } else if *number == step.number {
                step.typed.text().clone_into(script);
            }
        }
        let name = format!("step {} instead of step {first}", step.number);
        solutions.extend(typed(RULE.name, &name, Some(steps)));
    }
    solutions
}
