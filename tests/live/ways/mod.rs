//! The ways of connecting: each row reaches the solved lab in another way that a user may have, and
//! sees all of it; or misses what the way asks for, and says so without blaming the work.

mod kubernetes;
pub(crate) mod pod;
mod postgres;
mod vault;

use libtest_mimic::Trial;

use crate::check::Check;
use crate::faults::{Expected, SOLVED_LAB, SOON, compare, says};
use crate::lab::Lab;
use crate::labs::SOLVED;
use crate::traces::Traces;
use crate::wait::Done;

/// One way to a lab that is solved.
struct Way {
    name: &'static str,
    expected: Expected,
    /// What the report has to say at *here*: one of these.
    says: &'static [&'static str],
    call: fn(&Lab) -> Done<Check>,
}

/// A way that leads there.
fn leads(name: &'static str, call: fn(&Lab) -> Done<Check>) -> Way {
    Way { name, expected: SOLVED_LAB, says: &[""], call }
}

/// All trials of this folder.
pub(crate) fn trials() -> Vec<Trial> {
    let ways = [vault::ways(), kubernetes::ways()].into_iter().flatten();
    let mut trials: Vec<Trial> = ways
        .map(|way| {
            Trial::test(format!("way::{}", way.name), move || Ok(SOLVED.with(|lab| go(lab, &way))?))
        })
        .collect();
    trials.extend(pod::trials());
    trials.extend(postgres::trials());
    trials
}

fn go(lab: &Lab, way: &Way) -> Done<()> {
    let call = (way.call)(lab)?;
    let before = Traces::of(lab)?;
    let report = call.json()?;
    compare(&report, &way.expected)?;
    for step in way.expected.here {
        let found = way.says.iter().map(|words| says(&report, *step, words));
        found.reduce(Result::or).unwrap_or(Ok(()))?;
    }
    before.nothing_new(lab, SOON)
}
