//! The record of a lab that stays: what its later commands have to know.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place::{LOCK, PREFIX, locked_parent, make_parent};
use super::process::write_private;
use super::{LabError, clean};

/// The file of the record. It holds the lab's secrets, and only this account may read it.
const RECORD: &str = "kept.json";

/// The file whose lock is held by who is just about to keep a lab.
const KEEPING: &str = "keeping";

/// A lab that stays until it is ended.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    /// Whether it has servers of its own, and not only the addresses of running ones.
    pub own_servers: bool,
    /// The variables that lead to the servers.
    pub variables: BTreeMap<String, String>,
    /// The folders of the clients.
    pub search_path: String,
    /// Its servers.
    pub servers: Vec<Listening>,
    /// Its directory.
    #[serde(skip)]
    pub directory: PathBuf,
}

/// A server of a lab that stays.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listening {
    /// Its name.
    pub name: String,
    /// Where it is, for a person.
    pub shown: String,
    /// `HOST:PORT`, where it is known.
    pub address: Option<String>,
}

impl Kept {
    /// The lab that stays below `parent`, if one is up.
    pub fn find(parent: &Path) -> Result<Option<Self>, LabError> {
        if !parent.is_dir() {
            return Ok(None);
        }
        // One whose servers are all gone is none any more.
        clean::clean(parent)?;
        for entry in std::fs::read_dir(parent).map_err(LabError::file(parent))? {
            let entry = entry.map_err(LabError::file(parent))?;
            let named = entry.file_name().to_string_lossy().starts_with(PREFIX);
            if let Some(kept) = read(&entry.path()).filter(|_| named) {
                return Ok(Some(kept));
            }
        }
        Ok(None)
    }

    /// The right to keep a lab below `parent`, which one at a time has, and nobody where one is up.
    pub fn may_begin(parent: &Path) -> Result<File, LabError> {
        make_parent(parent)?;
        let path = parent.join(KEEPING);
        let mut options = File::options();
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.create(true).append(true).open(&path).map_err(LabError::file(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LabError::refused("another `labproof lab up` is just starting a lab"));
            }
            Err(TryLockError::Error(error)) => return Err(LabError::file(&path)(error)),
        }
        match Self::find(parent)? {
            Some(kept) => Err(LabError::Up(kept.directory)),
            None => Ok(file),
        }
    }

    /// Ends its servers and whatever runs in it, and removes its files.
    pub fn end(self) -> Result<(), LabError> {
        let parent = self.directory.parent().unwrap_or(Path::new("/"));
        let guard = locked_parent(parent)?;
        // Without its record it is one that its owner has left, whoever comes in between.
        let record = self.directory.join(RECORD);
        std::fs::remove_file(&record).map_err(LabError::file(&record))?;
        drop(guard);
        // Whoever has just kept it may not have let go of it yet; whoever cleans it now leaves nothing to do.
        let path = self.directory.join(LOCK);
        match File::open(&path).and_then(|lock| lock.lock().map(|()| lock)) {
            Ok(_lock) => clean::remove(&self.directory),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(LabError::file(&path)(error)),
        }
    }
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
