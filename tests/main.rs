//! The integration tests, in one binary.

mod architecture;
mod cli;
mod parse;
mod readme;
mod registry;
mod render;
mod run_labproof;
mod story;
mod timeline;
