//! One binary of integration tests.

#![expect(clippy::unwrap_used, reason = "a test's helper fails like the test")]

mod corpus;
mod parse;
mod parse_properties;
mod render;
