//! labproof: reads lab challenges and checks the live systems for what must be true after each step.

pub mod challenge;
pub mod claim;
pub mod config;
pub mod diagnostic;
pub mod provider;
pub mod secret;
pub mod source;
pub mod text;
