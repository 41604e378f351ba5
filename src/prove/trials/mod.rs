//! The trials: one file a family. Each takes a stage and gives findings.

pub(super) mod faults;
pub(super) mod harmless;
pub(super) mod mutant;
pub(super) mod scripted;
pub(super) mod solution;
pub(super) mod walk;
