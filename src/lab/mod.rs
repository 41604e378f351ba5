//! Servers of one's own for a challenge: started from their binaries on free loopback ports, made anew in
//! fractions of a second, and gone with whoever started them.
//!
//! Knows nothing of challenges; what a lab starts from is filled in by `world`.

mod access;

pub use access::{Access, KubernetesAccess, PostgresAccess, VaultAccess};
