#![doc = include_str!("ARCHITECTURE.md")]

pub mod assertion;
pub mod challenge;
pub mod claim;
pub mod cli;
pub mod command;
pub mod config;
pub mod diagnostic;
pub mod observe;
pub mod provider;
pub mod report;
pub mod secret;
pub mod source;
pub mod text;
pub mod verdict;
