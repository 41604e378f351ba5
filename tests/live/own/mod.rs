//! Walks through our own challenges in `challenges/`: one file each, with its table.

mod make_change_delete;
mod move_to_a_new_namespace;
mod retold_seed;

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;

use crate::check::Check;
use crate::fences::fences;
use crate::lab::Lab;
use crate::labs::WALKS;
use crate::table::{After, compare, passes_up_to};
use crate::wait::Done;
use crate::walk::{Input, Session};
use crate::world::Names;

type Walk = fn(&mut Lab) -> Done<()>;

/// The trials of this folder. A challenge without a walk is a failure too.
pub(crate) fn trials() -> Vec<Trial> {
    let walks: [(&str, Walk); 3] = [
        ("make-change-delete", make_change_delete::walk),
        ("move-to-a-new-namespace", move_to_a_new_namespace::walk),
        ("static-to-dynamic-database-secrets", retold_seed::walk),
    ];
    let mut trials = vec![Trial::test("walk::every_challenge_has_a_walk", move || {
        Ok(every_challenge_has_a_walk(&walks.map(|(slug, _)| slug))?)
    })];
    for (slug, walk) in walks {
        let name = format!("walk::{}", slug.replace('-', "_"));
        trials.push(Trial::test(name, move || {
            Ok(WALKS.with(|lab| {
                lab.renew(Names::of_the_seed())?;
                walk(lab)
            })?)
        }));
    }
    trials
}

fn every_challenge_has_a_walk(walked: &[&str]) -> Done<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("challenges");
    let entries = std::fs::read_dir(&folder).map_err(|error| error.to_string())?;
    for entry in entries {
        let name = entry.map_err(|error| error.to_string())?.file_name();
        if !walked.iter().any(|slug| name == *slug) {
            return Err(format!("challenges/{} has no walk", name.display()));
        }
    }
    Ok(())
}

fn challenge(slug: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("challenges").join(slug).join("assignment.md")
}

/// Runs the fences one by one and holds each state against its row. `refused` is the step whose
/// last command says that something is not there any more.
fn by_the_table(lab: &Lab, slug: &str, table: &[After], refused: Option<usize>) -> Done<()> {
    let path = challenge(slug);
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let steps = fences(&text);
    if steps.len() + 1 != table.len() {
        return Err(format!("{} steps, but {} rows", steps.len(), table.len()));
    }
    let call = Check::new(lab, &path);
    let mut session = Session::start(lab)?;
    for row in table {
        if row.step > 0 {
            let ran = session.run(&steps[row.step - 1], &Input::default())?;
            if (ran.code != 0) != (refused == Some(row.step)) {
                return Err(format!("step {} of the walk: {ran:?}", row.step));
            }
        }
        compare(&call, row)?;
        if row.step > 0 {
            passes_up_to(&call, row.step)?;
        }
    }
    Ok(())
}
