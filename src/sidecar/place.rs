//! Which files belong to a challenge.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::source::Source;

use super::SidecarError;

/// The largest file that is read.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Where a challenge is, as far as files beside it are concerned.
#[derive(Debug)]
pub(super) struct Place {
    /// The directory in which its files lie.
    pub(super) folder: PathBuf,
    /// Its name there.
    pub(super) name: String,
}

impl Place {
    /// The place of the challenge that is this file or directory.
    pub(super) fn of(challenge: &Path) -> Self {
        let file = challenge.file_name().is_some_and(|name| name == "assignment.md");
        let own = if file {
            match challenge.parent() {
                Some(directory) if !directory.as_os_str().is_empty() => directory.to_path_buf(),
                _ => PathBuf::from("."),
            }
        } else {
            challenge.to_path_buf()
        };
        // `.` and `..` have a name only by where they are.
        let own = if own.file_name().is_some() && !own.ends_with("..") {
            own
        } else {
            std::fs::canonicalize(&own).unwrap_or(own)
        };
        let directory = file || own.is_dir();
        let name = if directory { own.file_name() } else { own.file_stem() };
        let name = name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self { folder: own.parent().map(Path::to_path_buf).unwrap_or_default(), name }
    }

    /// The names that an entry, or a world file, may have: the challenge's, and that without its number.
    pub(super) fn names(&self) -> Vec<&str> {
        let bare = self.name.trim_start_matches(|letter: char| letter.is_ascii_digit());
        match bare.strip_prefix('-') {
            Some(slug) if bare.len() < self.name.len() && !slug.is_empty() => {
                vec![&self.name, slug]
            }
            _ => vec![&self.name],
        }
    }

    /// The author's file of this challenge alone.
    pub(super) fn own(&self) -> PathBuf {
        self.folder.join(format!("{}.labproof.yml", self.name))
    }

    /// The author's file of the whole track.
    pub(super) fn track(&self) -> PathBuf {
        self.folder.join("labproof.yml")
    }

    /// The world file under the challenge's name, where there is one.
    pub(super) fn world(&self) -> Result<Option<Source>, SidecarError> {
        let mut found: Option<Source> = None;
        for name in self.names() {
            let Some(source) = read(&self.folder.join(format!("{name}.world.yml")))? else {
                continue;
            };
            if let Some(first) = &found {
                let (first, second) = (first.path.clone(), source.path);
                return Err(SidecarError::Twice { name: self.name.clone(), first, second });
            }
            found = Some(source);
        }
        Ok(found)
    }

    /// The names of all challenges of the same folder, with and without their numbers.
    pub(super) fn siblings(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let places = entries.map(|entry| entry.path()).filter_map(|path| {
            let challenge = path.join("assignment.md").is_file()
                || path.extension().is_some_and(|extension| extension == "md");
            challenge.then(|| Self::of(&path))
        });
        places
            .flat_map(|place| place.names().into_iter().map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }
}

/// A file, or `None` where there is none. A file that could not be read is an error.
pub(super) fn read(path: &Path) -> Result<Option<Source>, SidecarError> {
    let error = |why: String| SidecarError::Unreadable { path: path.to_owned(), why };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(failed) if failed.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(failed) => return Err(error(failed.kind().to_string())),
    };
    let mut bytes = Vec::new();
    let done = file.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    done.map_err(|failed| error(failed.kind().to_string()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(error(format!("larger than {} MiB, the most that is read", MOST_BYTES >> 20)));
    }
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| error("bytes that are not UTF-8".to_owned()))?;
    Ok(Some(Source::new(path, text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_named_by_its_directory_or_its_file() {
        for (path, folder, names) in [
            ("track/02-first-steps/assignment.md", "track", vec!["02-first-steps", "first-steps"]),
            ("challenges/a/assignment.md", "challenges", vec!["a"]),
            ("challenges/a.md", "challenges", vec!["a"]),
            ("a.md", "", vec!["a"]),
            ("3/assignment.md", "", vec!["3"]),
            ("3-/assignment.md", "", vec!["3-"]),
        ] {
            let place = Place::of(Path::new(path));
            assert_eq!(
                (place.folder.as_path(), place.names()),
                (Path::new(folder), names),
                "{path}"
            );
        }
    }

    #[test]
    fn a_directory_is_named_by_where_it_is() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("track/02-first/more");
        std::fs::create_dir_all(&inner).unwrap();
        for path in [root.path().join("track/02-first"), inner.join("..")] {
            assert_eq!(Place::of(&path).names(), ["02-first", "first"], "{}", path.display());
        }
    }
}
