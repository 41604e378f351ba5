//! Proof that checks check: trials of a challenge in labs made for it.

mod deeds;
mod edit;
pub mod mutants;
pub mod proof;
pub mod report;
mod shell;
pub mod solutions;

/// What stops a proof before it has a result.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// A file or program of the laboratory's own.
    #[error("{0}")]
    Lab(String),
}

impl ProveError {
    fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Lab(format!("cannot use `{}`: {}", path.display(), error.kind()))
    }
}
