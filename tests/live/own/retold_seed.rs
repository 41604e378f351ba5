//! `static-to-dynamic-database-secrets`: the seed's subject in our own words. Its steps have the
//! effects of the seed's, one for one, so that the seed's table is its table.

use super::challenge;
use crate::lab::Lab;
use crate::seed_walk;
use crate::wait::Done;

pub(super) fn walk(lab: &mut Lab) -> Done<()> {
    seed_walk::walk(lab, &challenge("static-to-dynamic-database-secrets"))
}
