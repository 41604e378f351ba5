//! The files of this machine that a challenge's commands read, such as the manifest of `kubectl apply -f FILE`.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::assertion::{self, Bindings, LocalFile, Plan};
use crate::author::Word;
use crate::challenge::Challenge;
use crate::secret::Secret;

/// The largest file that is read; a manifest has a few kilobytes.
const MOST_BYTES: u64 = 1024 * 1024;

/// Where files may be.
#[derive(Clone, Copy, Debug)]
pub struct Whereabouts<'a> {
    /// The host that this machine is, where the challenge has several.
    pub host: Option<&'a str>,
    /// The home of whoever does the challenge.
    pub home: Option<&'a Path>,
    /// The directory in which it may have been started, beside the home.
    pub directory: &'a Path,
}

/// What the text claims, with the files that it names and does not show, where this machine has them. Those of
/// another host are not here.
pub fn plan(
    challenge: &Challenge,
    word: &Word,
    mut bindings: Bindings,
    at: Whereabouts<'_>,
) -> Plan {
    let collect = |bindings: &Bindings| assertion::collect_with(challenge, word, bindings);
    let plan = collect(&bindings);
    for file in &plan.files {
        let here = file.host.is_none() || file.host.as_deref() == at.host;
        if let Some(text) = found(file, at).filter(|_| here) {
            bindings.files.insert(file.clone(), Secret::new(text));
        }
    }
    if bindings.files.is_empty() { plan } else { collect(&bindings) }
}

/// What is in the file. The text does not say in which directory it starts: this one or the home, unless each has
/// another file of the name.
fn found(file: &LocalFile, at: Whereabouts<'_>) -> Option<String> {
    if let Some(below) = file.path.strip_prefix("~/") {
        return text(&at.home?.join(below));
    }
    let path = Path::new(&file.path);
    if path.is_absolute() {
        return text(path);
    }
    let at_home = at.home.and_then(|home| text(&home.join(path)));
    match (text(&at.directory.join(path)), at_home) {
        (Some(one), Some(other)) if one != other => None,
        (one, other) => one.or(other),
    }
}

/// A small regular file of text, or such manifests of a directory; a device or a pipe is never opened.
fn text(path: &Path) -> Option<String> {
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        return manifests(path);
    }
    if !std::fs::metadata(path).is_ok_and(|found| found.is_file()) {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MOST_BYTES + 1).read_to_end(&mut bytes).ok()?;
    let small = bytes.len() as u64 <= MOST_BYTES;
    String::from_utf8(bytes).ok().filter(|text| small && !text.contains('\0'))
}

/// The manifests that kubectl takes from a directory, in the order of their names.
fn manifests(directory: &Path) -> Option<String> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(directory).ok()? {
        files.push(entry.ok()?.path());
    }
    files.retain(|file| {
        let extension = file.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| matches!(extension, "yaml" | "yml" | "json"))
    });
    files.sort();
    let texts: Option<Vec<String>> = files.iter().map(|file| text(file)).collect();
    let whole = texts.filter(|texts| !texts.is_empty())?.join("\n---\n");
    (whole.len() as u64 <= MOST_BYTES).then_some(whole)
}
