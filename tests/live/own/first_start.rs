//! `first-start`: a new Vault makes its keys, and three of five open it.

use std::path::Path;
use std::time::Duration;

use super::{Walk, at_random, challenge, under_other_names};
use crate::check::Check;
use crate::contract::letters;
use crate::fences::{Fence, fences};
use crate::lab::Lab;
use crate::vault::NewVault;
use crate::wait::{Done, until};
use crate::walk::{Input, Session};

pub(super) const SLUG: &str = "first-start";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done", |lab| opened(lab, &challenge(SLUG))),
    ("under_other_names", |lab| {
        at_random(|prng| {
            let (threshold, shares) = (3, prng.between(4, 9));
            let names = vec![
                ("key-shares=5", format!("key-shares={shares}")),
                ("key-threshold=3", format!("key-threshold={threshold}")),
                ("-path=notes", format!("-path={}", prng.word())),
            ];
            let path = under_other_names(lab, SLUG, names)?;
            opened(lab, &path)
        })
    }),
];

/// What is expected after so many steps: exit code, *here*, and a letter for each step. A Vault that is sealed
/// shows none of its engines. 5 only sets a variable.
const ROWS: [(usize, i32, Option<u64>, &str); 7] = [
    (0, 1, Some(1), "FFFF-?"),
    (1, 1, Some(2), "PFFF-?"),
    (2, 1, Some(3), "PPFF-?"),
    (3, 1, Some(4), "PPPF-?"),
    (4, 1, Some(6), "PPPP-F"),
    (5, 1, Some(6), "PPPP-F"),
    (6, 0, None, "PPPP-P"),
];

fn opened(lab: &Lab, challenge: &Path) -> Done<()> {
    let vault = NewVault::start(lab)?;
    let text = std::fs::read_to_string(challenge).map_err(|error| error.to_string())?;
    let steps = fences(&text);
    let mut session = Session::start(lab)?;
    let elsewhere = format!("export VAULT_ADDR={}; unset VAULT_TOKEN\n", vault.address());
    let elsewhere = Fence { line: 0, last_line: 0, text: elsewhere };
    session.run(&elsewhere, &Input::default())?;
    let mut check =
        Check::new(lab, challenge).set("VAULT_ADDR", vault.address()).unset("VAULT_TOKEN");
    // What `operator init` says once: its keys, and a token behind them.
    let mut told: Vec<String> = Vec::new();
    for (done, code, here, expected) in ROWS {
        let own = told.last().filter(|_| done >= 4).cloned().unwrap_or_default();
        if done > 0 {
            let placeholders = placeholders(done, &told);
            let input = Input { placeholders: &placeholders, ..Input::default() };
            let ran = session.run(&steps[done - 1], &input)?;
            if ran.code != 0 {
                return Err(format!("step {done} of the walk: {ran:?}"));
            }
            if done == 1 {
                let told_by =
                    |line: &str| line.split_once(": ").map(|(_, it)| it.trim().to_owned());
                let secrets = ran.stdout.lines().filter(|line| {
                    line.starts_with("Unseal Key ") || line.starts_with("Initial Root Token")
                });
                told = secrets.filter_map(told_by).collect();
                check = told.iter().fold(check, |check, secret| check.secret(secret));
            }
        }
        if done == 4 {
            // Unsealed is not yet serving.
            check = check.set("VAULT_TOKEN", own.clone());
            until("the new Vault serves", Duration::from_secs(30), || vault.serves(&own))?;
        }
        let report = check.json()?;
        let found = (report.run.code, report.json["here"].as_u64(), letters(&report.json));
        if found != (Some(code), here, expected.to_owned()) {
            return Err(format!("after step {done}: found {found:?}\n{}", report.run));
        }
    }
    Ok(())
}

/// What the learner fills into a step. The keys are not given in the order in which they were told.
fn placeholders(step: usize, told: &[String]) -> Vec<(&'static str, &str)> {
    let secret = |index: usize| told.get(index).map(String::as_str).unwrap_or_default();
    match step {
        2 => vec![("<FIRST_KEY>", secret(2))],
        3 => vec![("<SECOND_KEY>", secret(0))],
        4 => vec![("<THIRD_KEY>", secret(3))],
        5 => vec![("<ROOT_TOKEN>", secret(told.len() - 1))],
        _ => Vec::new(),
    }
}
