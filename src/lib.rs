//! labproof: reads lab challenges and checks the live systems for what must be true after each step.

pub mod challenge;
pub mod diagnostic;
pub mod secret;
pub mod source;
pub mod text;
