//! The integration tests, in one binary.

mod architecture;
mod cli;
mod run_labproof;
mod story;
mod timeline;
