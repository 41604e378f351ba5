//! Servers of one's own for a challenge: started from their binaries on free loopback ports, made anew in
//! fractions of a second, and gone with whoever started them.
//!
//! Knows nothing of challenges; what a lab starts from is filled in by `world`.
//!
//! Nothing is left, however it ends: every process of a lab carries its directory in [`VARIABLE`], its owner holds a
//! lock in that directory, and the next [`Place::claim`] ends what it finds there without an owner.

mod access;
mod clean;
mod error;
mod etcd;
pub mod http;
mod kept;
mod kubeconfig;
mod kubernetes;
mod place;
mod postgres;
pub mod process;
mod programs;
mod random;
mod servers;
mod trace;
mod vault;
mod wait;

pub use access::{Access, KubernetesAccess, PostgresAccess, VaultAccess};
pub use clean::clean;
pub use error::LabError;
pub use kept::{Kept, Listening};
pub use kubeconfig::Context;
pub use kubernetes::Kubernetes;
pub use place::{Place, end_all, ending, free_port};
pub use postgres::{KEEPER, Login, Postgres};
pub use programs::{Programs, System};
pub use random::word as random_word;
pub use servers::{Options, POSTGRES_PORT, Servers};
pub use trace::{VARIABLE, adopt_orphans};
pub use vault::{Vault, VaultOptions};
pub use wait::until;
