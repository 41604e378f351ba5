//! Every kind of a provider on a real server, kind by kind: not there, there, another, gone, and not to be seen,
//! each with the control that the report shows. A kind without a row is a failure.

mod kubernetes;
mod objects;
mod paths;
mod postgres;
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
type Table = fn() -> Vec<Row>;

/// The trials of this folder.
pub(crate) fn trials() -> Vec<Trial> {
    let proofs: [(&str, Prove); 7] = [
        ("kubernetes", kubernetes::prove),
        ("kubernetes_releases", kubernetes::prove_releases),
        ("postgres", postgres::prove),
        ("postgres_logins", postgres::prove_logins),
        ("vault", vault::prove),
        ("vault_paths", paths::prove),
        ("vault_seal", seal::prove),
    ];
    let tables: [(&str, Table); 3] = [
        ("kubernetes", || [objects::rows(), objects::releases()].concat()),
        ("postgres", || [postgres::rows(), postgres::logins()].concat()),
        ("vault", || [vault::rows(), seal::rows()].concat()),
    ];
    let complete = |(provider, rows): (&'static str, Table)| {
        Trial::test(format!("kinds::{provider}::every_kind_has_a_row"), move || {
            Ok(every_kind_has_a_row(provider, &rows())?)
        })
    };
    let mut trials: Vec<Trial> = tables.into_iter().map(complete).collect();
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
