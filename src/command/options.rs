//! What a lab is started with, for a challenge's world, and what is said where it does not start.

use crate::config;
use crate::lab::{Access, LabError, Options, POSTGRES_PORT, System, VaultOptions, random_word};
use crate::secret::Secret;
use crate::world::{VaultState, World};

use super::Stop;

/// What the caller decides about a lab; the rest is the world's.
pub(super) struct Wish {
    /// The servers that it has.
    pub(super) systems: Vec<System>,
    /// PostgreSQL's port, above what the world says.
    pub(super) postgres_port: Option<u16>,
    /// Whether the servers outlive this process.
    pub(super) stays: bool,
    /// Servers that run already.
    pub(super) running: Access,
}

/// The options of a lab for a challenge's world, or for none.
pub(super) fn of(world: Option<&World>, wish: Wish) -> Result<Options, Stop> {
    let port = wish.postgres_port.or(world.and_then(World::postgres_port));
    Ok(Options {
        systems: wish.systems,
        vault: VaultOptions {
            new: world.is_some_and(|world| world.vault_state() == VaultState::New),
            ..VaultOptions::default()
        },
        superuser: superuser(world)?,
        postgres_port: port.unwrap_or(POSTGRES_PORT),
        parent: config::labs(),
        stays: wish.stays,
        running: wish.running,
    })
}

/// PostgreSQL's superuser, with a password that nobody knows where the challenge names none.
fn superuser(world: Option<&World>) -> Result<(String, Secret), Stop> {
    let named = world.map(World::superuser);
    let name = named.map_or("postgres", |superuser| superuser.name.as_str());
    let password = match named.and_then(|superuser| superuser.password.clone()) {
        Some(password) => password,
        None => Secret::new(random_word(12)?),
    };
    Ok((name.to_owned(), password))
}

impl From<LabError> for Stop {
    fn from(error: LabError) -> Self {
        if matches!(error, LabError::Interrupted) {
            return Self::Interrupted;
        }
        let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        Self::Unreadable(format!("{error}{hint}"))
    }
}
