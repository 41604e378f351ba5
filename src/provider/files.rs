//! The files that a command may read: those that the text has written by then, and those of this machine that
//! it leaves as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::claim::Text;

/// The files as they are at a command's place, by the path that [`super::Call::path`] gives them.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// What the text has written; the last writing of a path counts. Shared, since every command has them.
    pub written: Arc<Vec<(String, Text)>>,
    /// What stands in files of this machine.
    pub local: Arc<BTreeMap<String, Text>>,
    /// What was asked for and is not written by the text.
    asked: Arc<Mutex<BTreeSet<String>>>,
}

impl Files {
    /// The files of a text, and those of this machine.
    pub fn new(written: Arc<Vec<(String, Text)>>, local: Arc<BTreeMap<String, Text>>) -> Self {
        Self { written, local, asked: Arc::default() }
    }

    /// What the text has written into a file.
    pub fn written(&self, path: &str) -> Option<&Text> {
        self.written.iter().rev().find(|(known, _)| known == path).map(|(_, text)| text)
    }

    /// What is in a file. One that the text has not written is kept in mind as asked for.
    pub fn get(&self, path: &Text) -> Option<&Text> {
        if let Some(text) = self.written(&path.shown()) {
            return Some(text);
        }
        self.ask(path.value()?)
    }

    /// The manifests right in a directory of this machine, as one text of many documents.
    pub fn manifests(&self, directory: &Text) -> Option<&Text> {
        self.ask(format!("{}/", directory.value()?))
    }

    fn ask(&self, path: String) -> Option<&Text> {
        let found = self.local.get(&path);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(path);
        found
    }

    /// The paths that were asked for and that the text has not written; a directory's ends with a slash.
    pub fn asked(&self) -> BTreeSet<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// By what they hold: what was asked of them is not part of it.
impl PartialEq for Files {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written && self.local == other.local
    }
}

impl Eq for Files {}

impl FromIterator<(String, Text)> for Files {
    fn from_iter<T: IntoIterator<Item = (String, Text)>>(written: T) -> Self {
        Self::new(Arc::new(written.into_iter().collect()), Arc::default())
    }
}
