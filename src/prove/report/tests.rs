//! What is said of a proof, by snapshots.

use std::time::Duration;

use super::*;
use crate::assertion::Role;
use crate::prove::proof::{Finding, ProofStep, Trial, Tried};

fn tried(trial: Trial, step: usize, rule: &'static str, name: &str, finding: Finding) -> Tried {
    Tried {
        trial,
        step: (step > 0).then_some(step),
        rule: (!rule.is_empty()).then_some(rule),
        name: name.to_owned(),
        finding,
        took: Duration::from_millis(1250),
    }
}

fn proof(wrong: bool) -> Proof {
    let step = |number, title: &str, role| ProofStep {
        number,
        line: 10 * number,
        title: title.to_owned(),
        role,
    };
    let mut all = vec![
        tried(Trial::Before, 1, "", "kv engine is enabled at `shop/`", Finding::Proven),
        tried(
            Trial::Before,
            3,
            "",
            "`shop/a` is gone",
            Finding::Nothing("cannot be told afterwards".to_owned()),
        ),
        tried(Trial::Walk, 1, "", "after step 1", Finding::Proven),
        tried(Trial::Walk, 2, "", "after step 2", Finding::Proven),
        tried(Trial::Mutants, 1, "left-out", "the step is left out", Finding::Proven),
        tried(Trial::Mutants, 1, "renamed", "`shoq` instead of `shop`", Finding::Proven),
        tried(Trial::Mutants, 3, "elsewhere", "at another mount than `shop`", Finding::Equivalent),
        tried(Trial::Solutions, 0, "white-space", "with more blanks", Finding::Proven),
        tried(Trial::Faults, 0, "", "Vault is down", Finding::Proven),
        tried(Trial::Harmless, 0, "", "checked twice", Finding::Proven),
    ];
    if wrong {
        let what = "check passes\nshop/a: <not> \"seen\" & told".to_owned();
        all.push(tried(Trial::Mutants, 3, "undone", "`a` is brought back", Finding::Wrong(what)));
        all.push(tried(
            Trial::Faults,
            0,
            "",
            "Vault is sealed",
            Finding::Untried("it was not unsealed".to_owned()),
        ));
    }
    Proof {
        path: "challenges/kv".to_owned(),
        title: Some("A secret".to_owned()),
        check: "labproof check".to_owned(),
        steps: vec![
            step(1, "kv engine is enabled at `shop/`", Role::Changes),
            step(2, "`vault kv get shop/a`", Role::Reads),
            step(3, "`shop/a` is gone", Role::Changes),
        ],
        tried: all,
        duration: Duration::from_millis(61_250),
    }
}

fn said(name: &str, proofs: &[Proof]) -> String {
    let mut bytes = Vec::new();
    (format(name).unwrap().render)(proofs, &mut bytes).unwrap();
    anstream::adapter::strip_str(&String::from_utf8(bytes).unwrap()).to_string()
}

#[test]
fn what_a_person_reads() {
    insta::assert_snapshot!("human", said("human", &[proof(false), proof(true)]));
}

#[test]
fn what_programs_read() {
    insta::assert_snapshot!("json", said("json", &[proof(true)]));
    insta::assert_snapshot!("junit", said("junit", &[proof(true)]));
}

#[test]
fn junit_is_read_back_by_another_parser() {
    let text = said("junit", &[proof(true), proof(false)]);
    let document = roxmltree::Document::parse(&text).unwrap();
    let all = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
    assert_eq!((all("testsuite"), all("testcase"), all("skipped")), (2, 22, 4));
    assert_eq!((all("failure"), all("error")), (1, 1));
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    let told = "check passes\nshop/a: <not> \"seen\" & told";
    assert_eq!(failure.text(), Some(told));
    assert_eq!(failure.attribute("message"), Some(told.replace('\n', " ").as_str()));
}

#[test]
fn the_outcome_is_the_worst_that_was_found() {
    assert_eq!(proof(false).outcome().exit_code(), 0);
    assert_eq!(proof(true).outcome().exit_code(), 1);
    let mut nothing = proof(false);
    nothing.tried.retain(|one| one.finding != Finding::Proven);
    assert_eq!(nothing.outcome().exit_code(), 4);
    nothing.tried.push(tried(Trial::Walk, 1, "", "after step 1", Finding::Untried(String::new())));
    assert_eq!(nothing.outcome().exit_code(), 3);
}
