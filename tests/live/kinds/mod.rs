//! Every kind of a provider on a real server, kind by kind: not there, there, another, gone, and not to be seen,
//! each with the control that the report shows. A kind without a row is a failure.

mod paths;
mod proof;
mod row;
mod seal;
mod vault;

use libtest_mimic::Trial;

use crate::lab::Lab;
use crate::labs::WALKS;
use crate::wait::Done;
use row::Row;

type Prove = fn(&mut Lab) -> Done<()>;

/// The trials of this folder.
pub(crate) fn trials() -> Vec<Trial> {
    let proofs: [(&str, Prove); 3] =
        [("vault", vault::prove), ("vault_paths", paths::prove), ("vault_seal", seal::prove)];
    let mut trials = vec![Trial::test("kinds::vault::every_kind_has_a_row", || {
        Ok(every_kind_has_a_row("vault", &[vault::rows(), seal::rows()].concat())?)
    })];
    trials.push(Trial::test("kinds::vault_paths::every_row_is_tried", || {
        Ok(paths::every_row_is_tried()?)
    }));
    trials.extend(proofs.map(|(name, prove)| {
        Trial::test(format!("kinds::{name}"), move || Ok(WALKS.with(prove)?))
    }));
    trials
}

/// Whoever adds a kind to a provider proves it here.
fn every_kind_has_a_row(provider: &str, rows: &[Row]) -> Done<()> {
    let all = labproof::provider::PROVIDERS.iter().find(|known| known.name() == provider);
    let kinds = all.ok_or_else(|| format!("no provider `{provider}`"))?.kinds();
    let bare = kinds.iter().find(|kind| rows.iter().all(|row| row.kind != kind.id()));
    match bare {
        Some(kind) => Err(format!("{} has no row", kind.id())),
        None => Ok(()),
    }
}
