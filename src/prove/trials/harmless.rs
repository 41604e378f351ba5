//! Checking twice leaves the lab as it was.

use std::time::{Duration, Instant};

use crate::config::Probes;
use crate::lab;
use crate::prove::ProveError;
use crate::prove::inventory::Inventory;
use crate::prove::proof::{Finding, Trial, Tried};
use crate::prove::stage::Stage;
use crate::text::one_line;

/// Vault takes leases back on its own time; longer than this nothing that a check has made may be there.
const LIMIT: Duration = Duration::from_secs(10);

/// Checks twice, on a lab on which all steps are done.
pub(in crate::prove) fn try_it(stage: &Stage<'_>) -> Result<Tried, ProveError> {
    // What the steps make may take its time.
    stage.look_behind(usize::MAX, Probes::Passing)?;
    leaves_as_it_was(stage, LIMIT, || stage.look(Probes::Passing).map(drop))
}

/// Does something twice and compares what the servers hold before it and after it, once that has come to rest or
/// `limit` is over.
pub(super) fn leaves_as_it_was(
    stage: &Stage<'_>,
    limit: Duration,
    mut check: impl FnMut() -> Result<(), ProveError>,
) -> Result<Tried, ProveError> {
    let since = Instant::now();
    let before = at_rest(stage)?;
    check()?;
    check()?;
    let looked = Instant::now();
    let finding = loop {
        let now = Inventory::of(&stage.servers, &stage.home)?;
        let changed = before.differences(&now);
        if changed.is_empty() {
            break Finding::Proven;
        }
        if looked.elapsed() > limit || lab::ending() {
            let names: Vec<String> =
                changed.iter().take(12).map(|name| one_line(name, 100)).collect();
            break Finding::Wrong(format!("another afterwards: {}", names.join(", ")));
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let name = "checked twice".to_owned();
    Ok(Tried {
        trial: Trial::Harmless,
        step: None,
        rule: None,
        name,
        finding,
        took: since.elapsed(),
    })
}

/// What the lab holds once two looks at it in a row find the same: controllers may still be at work on the last step.
fn at_rest(stage: &Stage<'_>) -> Result<Inventory, ProveError> {
    let since = Instant::now();
    let mut last = Inventory::of(&stage.servers, &stage.home)?;
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let now = Inventory::of(&stage.servers, &stage.home)?;
        if now == last || since.elapsed() > LIMIT || lab::ending() {
            return Ok(now);
        }
        last = now;
    }
}
