//! What a shell itself carries from command to command: the directory, aliases, and the shells inside it that
//! are typed into until `exit`.

use std::collections::BTreeMap;

use crate::claim::{Hole, Part, Text};
use crate::provider::{self, Call};

/// One terminal's shell.
#[derive(Clone, Debug, Default)]
pub(super) struct Shell {
    directory: Option<Text>,
    before: Option<Text>,
    pushed: Vec<Option<Text>>,
    aliases: BTreeMap<String, Option<Vec<String>>>,
    /// The shells that it was typed into from: whether this one is inside something else, and the directory there.
    outer: Vec<(bool, Option<Text>)>,
}

impl Shell {
    pub(super) fn starting_in(directory: Option<Text>) -> Self {
        Self { directory, ..Self::default() }
    }

    pub(super) fn directory(&self) -> Option<&Text> {
        self.directory.as_ref()
    }

    /// Whether what is typed runs in a container, a pod or on another machine.
    pub(super) fn is_inside(&self) -> bool {
        self.outer.iter().any(|(elsewhere, _)| *elsewhere)
    }

    /// Replaces an alias by what it stands for.
    pub(super) fn rename(&self, words: &mut Vec<Text>) {
        let Some(name) = words.first().and_then(Text::literal) else { return };
        match self.aliases.get(&name) {
            Some(Some(known)) => {
                let known = known.iter().map(|word| Text::from(word.as_str()));
                words.splice(0..1, known);
            }
            Some(None) => words[0] = Text::from(Part::Hole(Hole::Unbound(name))),
            None => {}
        }
    }

    /// Takes in what a command does to the shell.
    pub(super) fn take_in(&mut self, call: &Call, perhaps: bool) {
        let Some(program) = call.program() else { return };
        match program.as_str() {
            "cd" | "pushd" | "popd" => self.change(call, &program, perhaps),
            "alias" | "unalias" => self.alias(&call.words[1..], program == "alias" && !perhaps),
            "exit" | "logout" if !perhaps => {
                if let Some((_, directory)) = self.outer.pop() {
                    self.directory = directory;
                }
            }
            _ => {
                if let Some(elsewhere) = opens(call, &program).filter(|_| !perhaps) {
                    let directory = self.directory.take();
                    self.directory =
                        (!elsewhere && program == "bash").then(|| directory.clone()).flatten();
                    self.outer.push((elsewhere, directory));
                }
            }
        }
    }

    fn change(&mut self, call: &Call, program: &str, perhaps: bool) {
        let operands: Vec<&Text> = call.words[1..]
            .iter()
            .filter(|word| !matches!(word.literal().as_deref(), Some("-P" | "-L" | "--")))
            .collect();
        let unknown = || Some(Text::from(Part::Hole(Hole::Unbound("$PWD".to_owned()))));
        let to = match (program, operands.as_slice()) {
            _ if perhaps => unknown(),
            ("popd", []) => self.pushed.pop().unwrap_or_else(unknown),
            ("cd", []) => Some(Text::from("~")),
            ("cd", [to]) if to.literal().as_deref() == Some("-") => {
                self.before.clone().or_else(unknown)
            }
            ("cd" | "pushd", [to]) => Some(provider::place::resolved(self.directory.as_ref(), to)),
            _ => unknown(),
        };
        if program == "pushd" {
            self.pushed.push(self.directory.clone());
        }
        self.before = std::mem::replace(&mut self.directory, to);
    }

    fn alias(&mut self, words: &[Text], sets: bool) {
        for word in words {
            let Some(text) = word.literal() else { continue };
            let (name, value) = text.split_once('=').unwrap_or((&text, ""));
            if !sets {
                self.aliases.remove(name);
            } else if !value.is_empty() {
                let plain = !value.contains(['$', '`', '"', '\'', '|', ';', '&', '<', '>', '(']);
                let words = value.split_whitespace().map(str::to_owned).collect();
                self.aliases.insert(name.to_owned(), plain.then_some(words));
            }
        }
    }
}

const SHELLS: &[&str] =
    &["bash", "sh", "zsh", "ash", "/bin/bash", "/bin/sh", "/bin/ash", "/bin/zsh"];

/// Whether a command opens a shell that is typed into, and whether that one is inside something else.
fn opens(call: &Call, program: &str) -> Option<bool> {
    let words: Vec<String> = call.words.iter().map(Text::shown).collect();
    let operands = words[1..].iter().filter(|word| !word.starts_with('-'));
    let shell_last =
        words.len() > 1 && words.last().is_some_and(|last| SHELLS.contains(&last.as_str()));
    let has = |word: &str| words.iter().any(|one| one == word);
    match program {
        "bash" | "sh" | "zsh" if words.len() == 1 && call.stdin.is_none() => Some(false),
        "su" | "newgrp" if !has("-c") => Some(false),
        "sudo" if has("-i") || has("-s") => Some(false),
        "ssh" if call.stdin.is_none() => ssh_shell(&words).then_some(true),
        "docker" | "podman" | "nerdctl" | "crictl" | "kubectl" | "k" | "oc" | "lxc"
        | "docker-compose" => {
            let typed = has("exec") || has("run") || has("debug") || has("attach");
            let rsh = has("rsh") && operands.count() <= 2;
            (typed && shell_last || rsh || has("attach")).then_some(true)
        }
        "vagrant" | "multipass" => (has("ssh") || has("shell")).then_some(true),
        "toolbox" | "distrobox" => has("enter").then_some(true),
        "chroot" | "nsenter" | "unshare" => Some(true),
        "virtctl" => has("console").then_some(true),
        _ => None,
    }
}

/// `ssh HOST` without a command behind it.
fn ssh_shell(words: &[String]) -> bool {
    const WITH_VALUE: &str = "bcDEeFIiJLlmOopQRSWw";
    let mut operands = 0;
    let mut rest = words[1..].iter();
    while let Some(word) = rest.next() {
        match word.strip_prefix('-') {
            Some(option) => {
                if option.find(|letter| WITH_VALUE.contains(letter)) == Some(option.len() - 1) {
                    rest.next();
                }
            }
            None => operands += 1,
        }
    }
    operands == 1
}
