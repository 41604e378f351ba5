//! The walk through the seed, and through the seed under other names.

use std::path::Path;

use libtest_mimic::Trial;

use crate::check::Check;
use crate::fences::Fence;
use crate::lab::Lab;
use crate::labs::WALKS;
use crate::prng::{Prng, fresh_seed};
use crate::renamed::rename;
use crate::seed::{self, ROLES, SeedWalk, TABLE, assignment};
use crate::table::{compare, ranges};
use crate::wait::Done;
use crate::world::Names;

/// The trials of this file.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("harness::seed_is_solved_by_its_own_fences", || Ok(solved_by_its_fences()?)),
        Trial::test("walk::seed", || Ok(walk_seed()?)),
        Trial::test("walk::seed_under_other_names", || Ok(walk_renamed()?)),
    ]
}

/// The harness itself, without labproof: the seed's commands work on these servers.
fn solved_by_its_fences() -> Done<()> {
    WALKS.with(|lab| {
        lab.renew(Names::of_the_seed())?;
        seed::solve(lab)
    })
}

fn walk_seed() -> Done<()> {
    WALKS.with(|lab| {
        lab.renew(Names::of_the_seed())?;
        walk(lab, &assignment())
    })
}

/// The same table under names that no program can know. LABPROOF_LIVE_SEED walks one again.
fn walk_renamed() -> Done<()> {
    let given = std::env::var("LABPROOF_LIVE_SEED").ok().and_then(|text| text.parse().ok());
    let number = given.unwrap_or_else(fresh_seed);
    let walked = WALKS.with(|lab| {
        let names = Names::at_random(&mut Prng::new(number));
        let seed = std::fs::read_to_string(assignment()).map_err(|error| error.to_string())?;
        let text = rename(&seed, &names)?;
        let path = lab.directory.join("renamed.md");
        std::fs::write(&path, text).map_err(|error| error.to_string())?;
        lab.renew(names)?;
        walk(lab, &path)
    });
    walked.map_err(|reason| format!("walk again with LABPROOF_LIVE_SEED={number}\n{reason}"))
}

/// Before step 1 and after each step, exactly the expected claims hold.
pub(crate) fn walk(lab: &mut Lab, challenge: &Path) -> Done<()> {
    let steps = seed::read(challenge)?;
    let call = Check::new(lab, challenge);
    roles_and_lines(&call, &steps)?;
    let mut walk = SeedWalk::start(lab, steps)?;
    for row in &TABLE {
        if row.step > 0 {
            walk.run(row.step)?;
        }
        compare(&call, row)?;
        // Each step alone and all up to it: around the state just reached, and everywhere at the
        // two ends and in the middle.
        let all = [0, 6, 12].contains(&row.step);
        for step in (1..=12).filter(|step| all || [row.step, row.step + 1].contains(step)) {
            ranges(&call, row, step)?;
        }
    }
    Ok(())
}

/// Each fence is one step, at its own place, doing what it does.
fn roles_and_lines(call: &Check, steps: &[Fence]) -> Done<()> {
    let report = call.json()?;
    let found = report.json["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    if found.len() != steps.len() {
        return Err(format!("{} steps, expected {}\n{}", found.len(), steps.len(), report.run));
    }
    for (index, (step, fence)) in found.iter().zip(steps).enumerate() {
        let line = step["line"].as_u64().and_then(|line| usize::try_from(line).ok());
        let inside = line.is_some_and(|line| (fence.line..=fence.last_line).contains(&line));
        let numbered = step["step"].as_u64() == u64::try_from(index + 1).ok();
        if !inside || !numbered || step["role"] != ROLES[index] {
            return Err(format!("step {}: {step}, fence at {}", index + 1, fence.line));
        }
    }
    Ok(())
}
