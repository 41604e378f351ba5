//! The files that the text has written by a place of it, and what a command does to them. What may be different
//! from what the text says is forgotten.

use crate::claim::Text;
use crate::provider::{Call, Write};

/// The files of one host, by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    known: Vec<(String, Text)>,
    /// What files held before something was done to them that the text does not say.
    stale: Vec<(String, Text)>,
    /// The commands that were given a file, each with its step, since it was last written.
    pub(super) used: Vec<Use>,
}

/// One use of a file.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// The command, as far as it tells one use from another.
    pub(super) command: String,
    /// The file.
    pub(super) path: String,
    /// The step that it stands in.
    pub(super) step: usize,
}

/// Programs that leave the files in their words as they are.
const READERS: &[&str] = &[
    "cat",
    "bat",
    "less",
    "more",
    "head",
    "tail",
    "ls",
    "ll",
    "stat",
    "file",
    "wc",
    "grep",
    "diff",
    "jq",
    "echo",
    "printf",
    "test",
    "[",
    "kubectl",
    "k",
    "oc",
    "helm",
    "vault",
    "psql",
    "chmod",
    "chown",
    "source",
    ".",
    "touch",
    "mkdir",
    "ln",
    "bash",
    "sh",
    "docker",
    "podman",
    "terraform",
    "consul",
    "nomad",
    "curl",
    "openssl",
    "git",
    "tree",
    "find",
    "md5sum",
    "sha256sum",
    "base64",
    "envsubst",
    "sort",
    "cut",
    "awk",
    "python",
    "python3",
    "export",
    "cd",
    "true",
    "istioctl",
    "tee",
    "ssh",
    "tar",
    "zip",
    "node",
    "go",
    "java",
    "ruby",
    "ansible",
    "ansible-playbook",
    "puppet",
    "docker-compose",
    "kustomize",
    "kind",
    "minikube",
    "aws",
    "gcloud",
    "az",
    "conjur",
    "chgrp",
    "readlink",
    "realpath",
    "basename",
    "dirname",
    "du",
    "nl",
    "cmp",
    "uniq",
    "xxd",
    "od",
    "hexdump",
    "sha1sum",
];

impl Files {
    pub(super) fn all(&self) -> Vec<(String, Text)> {
        self.known.clone()
    }

    /// A file that the text shows in full.
    pub(super) fn show(&mut self, path: String, text: Text) {
        self.forget(&path);
        self.stale.retain(|(known, _)| *known != path);
        self.used.retain(|one| one.path != path);
        self.known.push((path, text));
    }

    /// The files that are not what the text last wrote.
    pub(super) fn all_stale(&self) -> Vec<String> {
        self.stale.iter().map(|(path, _)| path.clone()).collect()
    }

    /// What a file held before it was changed in a way that the text does not say.
    pub(super) fn stale(&self, path: &str) -> Option<&Text> {
        self.stale.iter().find(|(known, _)| known == path).map(|(_, text)| text)
    }

    /// What a file holds.
    pub(super) fn get(&self, path: &str) -> Option<&Text> {
        self.known.iter().find(|(known, _)| known == path).map(|(_, text)| text)
    }

    pub(super) fn forget(&mut self, path: &str) {
        self.forget_where(|known| known == path);
    }

    fn forget_where(&mut self, is: impl Fn(&str) -> bool) {
        let (gone, known) = std::mem::take(&mut self.known).into_iter().partition(|(p, _)| is(p));
        self.known = known;
        let gone: Vec<(String, Text)> = gone;
        self.stale.retain(|(path, _)| gone.iter().all(|(other, _)| other != path));
        self.stale.extend(gone);
    }

    /// Forgets a directory with what is in it.
    fn forget_below(&mut self, path: &str) {
        let inside = format!("{path}/");
        self.forget_where(|known| known == path || known.starts_with(&inside));
    }

    fn write(&mut self, write: &Write) {
        let path = write.path.shown();
        let before = if write.append { self.get(&path).cloned() } else { Some(Text::default()) };
        let whole = before.zip(write.text.as_ref()).map(|(mut whole, text)| {
            whole.extend(text);
            whole
        });
        match whole {
            Some(whole) => self.show(path, whole),
            None => self.forget(&path),
        }
    }

    fn rename(&mut self, from: &str, to: &str) {
        let inside = format!("{from}/");
        for (known, _) in &mut self.known {
            if known == from {
                to.clone_into(known);
            } else if let Some(rest) = known.strip_prefix(&inside) {
                *known = format!("{to}/{rest}");
            }
        }
    }

    /// Takes in what a command does; one that may or may not run leaves nothing known of what it touches.
    pub(super) fn take_in(&mut self, call: &Call, perhaps: bool) {
        let operands = || call.words.iter().skip(1).filter(|word| !is_option(word));
        let paths = || operands().map(|word| call.path(word).shown());
        let program = call.program().unwrap_or_default();
        match program.as_str() {
            "mv" | "cp" if !perhaps => {
                let paths: Vec<String> = paths().collect();
                let options = call.words.iter().any(is_option);
                self.carry(&paths, program == "mv", options && program == "mv");
            }
            "rm" | "mv" | "rmdir" | "unlink" | "shred" => {
                paths().for_each(|path| self.forget_below(&path));
            }
            "install" => paths().next_back().iter().for_each(|path| self.forget_below(path)),
            _ if READERS.contains(&program.as_str()) => {}
            // What is not known to leave its files alone may well write them, an editor above all.
            _ => operands().for_each(|word| {
                let value = word.literal().and_then(|text| {
                    text.split_once('=').map(|(_, value)| call.path(&Text::from(value)).shown())
                });
                self.forget_below(&call.path(word).shown());
                if let Some(path) = value {
                    self.forget_below(&path);
                }
            }),
        }
        // `curl -o f`, `openssl -out f`: the word behind an option that names what is written.
        for pair in call.words.windows(2) {
            let option = pair[0].literal().unwrap_or_default();
            if matches!(option.as_str(), "-o" | "-O" | "-out" | "--output" | "-keyout") {
                self.forget(&call.path(&pair[1]).shown());
            }
        }
        for write in &call.writes {
            if perhaps {
                self.forget(&write.path.shown());
            } else {
                self.write(write);
            }
        }
    }

    /// `cp` and `mv`, with what they carry where it is known.
    fn carry(&mut self, paths: &[String], moves: bool, unsure: bool) {
        let Some((to, from)) = paths.split_last() else { return };
        let directory = from.len() > 1 || to == "." || to.ends_with(['~', '/']);
        for path in from {
            let name = path.rsplit('/').next().unwrap_or(path);
            let target = if directory { format!("{to}/{name}") } else { to.clone() };
            let target = target.trim_start_matches("./").to_owned();
            let text = self.get(path).cloned().filter(|_| !unsure);
            if moves && text.is_none() {
                self.rename(path, &target);
            }
            if moves {
                self.forget_below(path);
            }
            match text {
                Some(text) => self.show(target, text),
                None if !moves => self.forget_below(&target),
                None => {}
            }
        }
    }
}

fn is_option(word: &Text) -> bool {
    word.literal().is_some_and(|text| text.len() > 1 && text.starts_with('-'))
}
