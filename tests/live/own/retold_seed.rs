//! `static-to-dynamic-database-secrets`: the seed's subject in our own words. Its steps have the
//! effects of the seed's, one for one, so that the seed's table is its table.

use super::{Walk, challenge};
use crate::seed_walk;
use crate::world::Names;

pub(super) const SLUG: &str = "static-to-dynamic-database-secrets";

pub(super) const WALKS: &[(&str, Walk)] = &[("done", |lab| {
    lab.renew(Names::of_the_seed())?;
    seed_walk::walk(lab, &challenge(SLUG))
})];
