//! The files that the text has written by a place of it, and what a command does to them. What may be different
//! from what the text says is forgotten.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::claim::Text;
use crate::provider::{self, Call, Write};

use super::Scope;
use crate::assertion::LocalFile;

/// The files of one host, by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    known: Vec<(String, Content)>,
    /// What the text has written, moved or done something unknown to, as often as it has.
    touched: Vec<String>,
    /// The texts of those that are known, once for all the commands that may read them.
    texts: OnceCell<Arc<Vec<(String, Text)>>>,
    /// What files held before something was done to them that the text does not say.
    stale: Vec<(String, Content)>,
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

/// What a file holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// This text.
    Text(Text),
    /// What a command has printed.
    Printed(Box<Call>),
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
    /// The texts that the files hold.
    pub(super) fn texts(&self) -> Arc<Vec<(String, Text)>> {
        let text = |(path, content): &(String, Content)| match content {
            Content::Text(text) => Some((path.clone(), text.clone())),
            Content::Printed(_) => None,
        };
        Arc::clone(
            self.texts.get_or_init(|| Arc::new(self.known.iter().filter_map(text).collect())),
        )
    }

    /// How often the text has touched a file by now. Only behind the last time is it what it is at the end.
    pub(super) fn touches(&self, path: &str) -> usize {
        let holds = |touched: &&String| {
            let inside = path.ends_with('/') && touched.starts_with(path);
            let rest = path.strip_prefix(touched.as_str());
            inside || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.touched.iter().filter(holds).count()
    }

    /// The commands whose output files hold that the text does not show.
    pub(super) fn printed(&self) -> Vec<(String, Call)> {
        let call = |content: &Content| match content {
            Content::Printed(call) => Some(call.as_ref().clone()),
            Content::Text(_) => None,
        };
        self.known.iter().filter_map(|(path, one)| Some((path.clone(), call(one)?))).collect()
    }

    /// A file that the text shows in full.
    pub(super) fn show(&mut self, path: String, text: Text) {
        self.put(path, Content::Text(text));
    }

    fn put(&mut self, path: String, content: Content) {
        self.forget(&path);
        self.stale.retain(|(known, _)| *known != path);
        self.used.retain(|one| one.path != path);
        self.change().push((path, content));
    }

    fn change(&mut self) -> &mut Vec<(String, Content)> {
        self.texts.take();
        &mut self.known
    }

    /// The files that are not what the text last wrote.
    pub(super) fn all_stale(&self) -> Vec<String> {
        self.stale.iter().map(|(path, _)| path.clone()).collect()
    }

    /// What a file held before it was changed in a way that the text does not say.
    pub(super) fn stale(&self, path: &str) -> Option<&Content> {
        self.stale.iter().find(|(known, _)| known == path).map(|(_, content)| content)
    }

    /// The files of which something is known.
    pub(super) fn paths(&self) -> Vec<String> {
        self.known.iter().map(|(path, _)| path.clone()).collect()
    }

    fn get(&self, path: &str) -> Option<&Content> {
        self.known.iter().find(|(known, _)| known == path).map(|(_, content)| content)
    }

    /// What a file holds, where the text says it.
    pub(super) fn text(&self, path: &str) -> Option<&Text> {
        match self.get(path)? {
            Content::Text(text) => Some(text),
            Content::Printed(_) => None,
        }
    }

    pub(super) fn forget(&mut self, path: &str) {
        self.touched.push(path.to_owned());
        self.forget_where(|known| known == path);
    }

    fn forget_where(&mut self, is: impl Fn(&str) -> bool) {
        let (gone, known): (Vec<_>, Vec<_>) =
            std::mem::take(self.change()).into_iter().partition(|(path, _)| is(path));
        self.known = known;
        for (path, content) in gone {
            self.stale.retain(|(other, _)| *other != path);
            self.stale.push((path, content));
        }
    }

    /// Forgets a directory with what is in it.
    fn forget_below(&mut self, path: &str) {
        self.touched.push(path.to_owned());
        let inside = format!("{path}/");
        self.forget_where(|known| known == path || known.starts_with(&inside));
    }

    fn write(&mut self, write: &Write, call: &Call) {
        let path = write.path.shown();
        let before = match self.get(&path) {
            _ if !write.append => Some(Text::default()),
            Some(Content::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let whole = before.zip(write.text.as_ref()).map(|(mut whole, text)| {
            whole.extend(text);
            whole
        });
        match (whole, printer(call).filter(|_| !write.append)) {
            (Some(whole), _) => self.show(path, whole),
            (None, Some(printer)) => self.put(path, Content::Printed(Box::new(printer))),
            (None, None) => self.forget(&path),
        }
    }

    fn rename(&mut self, from: &str, to: &str) {
        self.touched.push(to.to_owned());
        let inside = format!("{from}/");
        for (known, _) in self.change() {
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
                self.write(write, call);
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
            let content = self.get(path).cloned().filter(|_| !unsure);
            if moves && content.is_none() {
                self.rename(path, &target);
            }
            if moves {
                self.forget_below(path);
            }
            match content {
                Some(content) => self.put(target, content),
                None if !moves => self.forget_below(&target),
                None => {}
            }
        }
    }
}

impl Scope<'_> {
    /// A file of the host at hand, as the text has left it by now.
    pub(in crate::assertion) fn local_file(&self, path: String) -> LocalFile {
        let touches = self.files.get(&self.host).map_or(0, |files| files.touches(&path));
        LocalFile { host: self.host.clone(), path, touches }
    }

    /// How often the text has touched a file by now.
    pub(in crate::assertion) fn touches(&self, file: &LocalFile) -> usize {
        self.files.get(&file.host).map_or(0, |files| files.touches(&file.path))
    }

    /// The files that a command may read here.
    pub(super) fn readable(&self) -> provider::Files {
        let here = |file: &&LocalFile| file.host == self.host && self.touches(file) == file.touches;
        let local = self.bindings.files.iter().filter(|(file, _)| here(file));
        let local = local.map(|(file, text)| (file.path.clone(), Text::from(text.expose())));
        let written = self.files.get(&self.host).map(Files::texts).unwrap_or_default();
        provider::Files::new(written, Arc::new(local.collect()))
    }
}

/// The command whose output a command writes: its own, or the one before `tee`.
fn printer(call: &Call) -> Option<Call> {
    match call.program()?.as_str() {
        "kubectl" | "k" | "oc" => Some(Call { printed: Vec::new(), ..call.clone() }),
        "tee" => call.printed("-").cloned(),
        _ => None,
    }
}

fn is_option(word: &Text) -> bool {
    word.literal().is_some_and(|text| text.len() > 1 && text.starts_with('-'))
}
