//! A learner who goes on after finishing.

use super::super::deeds::Deed;
use super::{Course, Rule, Solution};
use crate::assertion::Role;

pub(super) const RULE: Rule = Rule {
    name: "goes-on",
    doc: "after the last step some are looked at again, and more is made than was asked for",
    make,
};

fn make(course: &Course<'_>) -> Vec<Solution> {
    let mut steps = course.steps();
    let looks = course.plan.steps.iter().filter(|step| step.role != Role::Changes);
    let again: Vec<(usize, String)> = looks
        .filter(|step| !(course.has_input)(step.number))
        .filter_map(|step| steps.iter().find(|(number, _)| *number == step.number).cloned())
        .collect();
    steps.extend(again);
    let uses = |system: &str| {
        course.plan.assertions.iter().any(|one| one.claim.subject.kind.starts_with(system))
    };
    let mut after = Vec::new();
    if uses("vault/") {
        after.push(Deed::Shell("vault secrets enable -path=labproof-more kv".to_owned()));
        after.push(Deed::Shell("vault kv put labproof-more/one two=three".to_owned()));
        after.push(Deed::Shell("vault policy write labproof-more - <<<'path \"a\" {}'".to_owned()));
    }
    if uses("kubernetes/") {
        after.push(Deed::Shell(
            "kubectl create configmap labproof-more --from-literal=one=two".to_owned(),
        ));
    }
    if uses("postgres/") {
        let text = "CREATE TABLE labproof_more (one integer)".to_owned();
        after.push(Deed::Sql { database: "postgres".to_owned(), text });
    }
    let name = "goes on after the last step".to_owned();
    vec![Solution { rule: RULE.name, name, first: String::new(), steps, after, needs: None }]
}
