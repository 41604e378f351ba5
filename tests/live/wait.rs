//! What a step of the harness gives back, and waiting for a state.

pub(crate) use labproof::lab::until;

/// A value, or one sentence that says what went wrong.
pub(crate) type Done<T> = Result<T, String>;
