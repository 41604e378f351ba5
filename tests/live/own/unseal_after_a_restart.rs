//! `unseal-after-a-restart`: a sealed Vault shows that it is, and nothing else.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::{Walk, at_random, challenge, under_other_names};
use crate::check::Check;
use crate::contract::letters;
use crate::fences::fences;
use crate::lab::Lab;
use crate::wait::{Done, until};
use crate::walk::{Input, Session};

pub(super) const SLUG: &str = "unseal-after-a-restart";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done", |lab| unsealed_again(lab, "notes", &challenge(SLUG))),
    ("under_other_names", |lab| {
        at_random(|prng| {
            let engine = prng.word();
            let names = vec![("-path=notes", format!("-path={engine}"))];
            let path = under_other_names(lab, SLUG, names)?;
            unsealed_again(lab, &engine, &path)
        })
    }),
];

/// What is expected after so many steps: exit code, *here*, and a letter for each step.
const ROWS: [(usize, i32, Option<u64>, &str); 3] =
    [(0, 1, Some(2), "-F?"), (2, 1, Some(3), "-PF"), (3, 0, None, "-PP")];

/// Whatever comes of the walk, Vault is unsealed behind it: other trials need it.
fn unsealed_again(lab: &Lab, engine: &str, challenge: &Path) -> Done<()> {
    let vault = &lab.world.vault;
    let mount = format!("sys/mounts/{engine}");
    vault.request("DELETE", &mount, &Value::Null)?;
    vault.seal()?;
    let walked = walk(lab, challenge);
    vault.unseal()?;
    vault.request("DELETE", &mount, &Value::Null)?;
    walked
}

fn walk(lab: &Lab, challenge: &Path) -> Done<()> {
    let text = std::fs::read_to_string(challenge).map_err(|error| error.to_string())?;
    let (steps, key) = (fences(&text), lab.world.vault.unseal_key.as_str());
    let check = Check::new(lab, challenge).secret(key);
    let mut session = Session::start(lab)?;
    for (done, code, here, expected) in ROWS {
        if done > 0 {
            let placeholders: &[(&str, &str)] =
                if done == 2 { &[("<UNSEAL_KEY>", key)] } else { &[] };
            let input = Input { placeholders, ..Input::default() };
            let ran = session.run(&steps[done - 1], &input)?;
            if ran.code != 0 {
                return Err(format!("step {done} of the walk: {ran:?}"));
            }
            // Unsealed is not yet serving.
            until("Vault serves", Duration::from_secs(30), || {
                lab.world.vault.read("sys/mounts").map(drop)
            })?;
        }
        let report = check.json()?;
        let found = (report.run.code, report.json["here"].as_u64(), letters(&report.json));
        if found != (Some(code), here, expected.to_owned()) {
            return Err(format!("after step {done}: found {found:?}\n{}", report.run));
        }
    }
    Ok(())
}
