//! The record of a lab that stays: what its later commands have to know.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::LabError;
use super::process::write_private;

/// The file of the record. It holds the lab's secrets, and only this account may read it.
const RECORD: &str = "kept.json";

/// A lab that stays until it is ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    /// Whether it has servers of its own, and not only the addresses of running ones.
    pub own_servers: bool,
    /// The variables that lead to the servers.
    pub variables: BTreeMap<String, String>,
    /// The folders of the clients.
    pub search_path: String,
    /// Each server's name and where it listens.
    pub servers: BTreeMap<String, String>,
    /// Its directory.
    #[serde(skip)]
    pub directory: PathBuf,
}

/// The record in a lab's directory.
pub(super) fn read(directory: &Path) -> Option<Kept> {
    let text = std::fs::read_to_string(directory.join(RECORD)).ok()?;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    Some(Kept { directory: directory.to_owned(), ..kept })
}

/// Writes the record, whole or not at all.
pub(super) fn write(kept: &Kept) -> Result<(), LabError> {
    let (half, whole) = (kept.directory.join("kept.half"), kept.directory.join(RECORD));
    let text = serde_json::to_string(kept).map_err(|error| LabError::refused(error.to_string()))?;
    write_private(&half, &text)?;
    std::fs::rename(&half, &whole).map_err(LabError::file(&whole))
}
