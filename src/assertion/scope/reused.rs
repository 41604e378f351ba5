//! Files that a command is given and that are not what the text last wrote: an editor was opened on them, or the text
//! has them applied once more, which it would not ask for had the learner not changed them.

use super::Scope;
use super::files::{Content, Use};
use crate::claim::Text;
use crate::provider::Call;

/// Words of commands that make what they are given.
const MAKES: &[&str] = &["apply", "create", "replace", "write", "put", "install", "upgrade"];
/// Words of commands after which the same is done again with the same file, or elsewhere.
const STARTS_ANEW: &[&str] = &[
    "delete",
    "uninstall",
    "disable",
    "destroy",
    "rollback",
    "undo",
    "use-context",
    "set-context",
    "project",
    "new-project",
    "login",
];

impl Scope<'_> {
    /// The same command with what its files held before, where that is not what they hold now; the command itself
    /// sees no more of them then.
    pub(super) fn with_former_files(&mut self, call: &mut Call) -> Option<Call> {
        let program = call.program()?;
        if !matches!(program.as_str(), "kubectl" | "k" | "oc" | "vault" | "helm") {
            return None;
        }
        let words: Vec<String> = call.words.iter().map(Text::shown).collect();
        let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        let step = self.step;
        let files = self.files.entry(self.host.clone()).or_default();
        // What takes away what a file held takes away what it held before it was changed.
        let deletes = has(&["delete"]);
        if has(STARTS_ANEW) {
            files.used.clear();
        }
        if !deletes && (has(STARTS_ANEW) || !has(MAKES)) {
            return None;
        }
        let plain = |word: &String| match word.as_str() {
            "create" | "replace" => "apply".to_owned(),
            _ => word.clone(),
        };
        let command = words.iter().map(plain).collect::<Vec<_>>().join(" ");
        let mut former = Vec::new();
        for path in words.iter().flat_map(|word| named(word)).map(|name| call.path(&name).shown()) {
            let again = |one: &Use| one.path == path && one.command == command && one.step < step;
            if files.used.iter().any(again) {
                files.forget(&path);
            }
            match files.stale(&path) {
                Some(content) => former.push((path, content.clone())),
                None if files.text(&path).is_some() && !deletes => {
                    files.used.push(Use { command: command.clone(), path, step });
                }
                None => {}
            }
        }
        if former.is_empty() {
            return None;
        }
        let known = files.texts();
        let (mut held, mut printed) = (known.to_vec(), files.printed());
        for (path, content) in former {
            match content {
                Content::Text(text) => held.push((path, text)),
                Content::Printed(call) => printed.push((path, *call)),
            }
        }
        call.files = self.readable();
        Some(Call { files: held.into_iter().collect(), printed, ..call.clone() })
    }
}

/// The file names that a word may hold: `web.yaml`, `--filename=web.yaml`, `-fweb.yaml`, `key=@web.yaml`, `@web.json`.
fn named(word: &str) -> Vec<Text> {
    let value = word.split_once('=').map_or(word, |(_, value)| value);
    let value = value.strip_prefix("-f").filter(|rest| !rest.is_empty()).unwrap_or(value);
    value.split(',').map(|name| Text::from(name.trim_start_matches('@'))).collect()
}
