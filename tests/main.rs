//! The integration tests, in one binary.
#![expect(clippy::unwrap_used, reason = "a test's helper fails like the test")]

mod architecture;
mod cli;
mod corpus;
mod parse;
mod parse_properties;
mod readme;
mod registry;
mod report;
mod render;
mod run_labproof;
mod story;
mod timeline;
