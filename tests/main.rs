//! The integration tests, in one binary.
#![expect(clippy::unwrap_used, reason = "a test's helper fails like the test")]

mod architecture;
mod bindings;
mod cli;
mod corpus;
mod coverage;
mod formats;
mod forms;
mod helm_story;
mod host;
mod lab;
mod local_files;
mod parse;
mod parse_properties;
mod perhaps;
mod prove;
mod readme;
mod registry;
mod render;
mod report;
mod run_labproof;
mod several;
mod story;
mod timeline;
mod waiting;
mod word;
mod worlds;
