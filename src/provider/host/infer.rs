//! What commands claim of files. Pure. Where it depends on what is there (`cp a b`, with `b` a directory or not),
//! only what holds either way is claimed.

use super::attributes::octal;
use super::file::ID;
use super::is_option;
use super::outputs;
use super::text::{nobodys, replacement, trimmed};
use crate::claim::{Claim, Expectation, Field, Meaning, Subject, Text, Verb};
use crate::provider::place;
use crate::provider::{Call, Story, Write};

/// The field of a file's contents; further texts that it must hold are `contents (2)` and so on.
pub(super) const CONTENTS: &str = "contents";
/// As many texts are asked of one file.
pub(super) const MOST_TEXTS: usize = 8;

/// The claims of one command.
pub(super) fn claims(call: &Call, story: &Story) -> Vec<Claim> {
    if call.inside {
        return Vec::new();
    }
    let scene = Scene::new(call, story);
    let mut claims: Vec<Claim> =
        call.writes.iter().flat_map(|write| scene.written(write)).collect();
    claims.extend(match call.program().unwrap_or_default().as_str() {
        "touch" => scene.touched(),
        "mkdir" => scene.made_directories(),
        "rm" | "rmdir" => scene.removed(),
        "cp" => scene.carried(false),
        "mv" => scene.carried(true),
        "sed" => scene.substituted(),
        "chmod" => scene.mode(),
        "ln" => scene.linked(),
        "install" => scene.installed(),
        "truncate" => scene.cut(),
        "vault" => scene.formatted(),
        _ => Vec::new(),
    });
    claims.extend(outputs::opened(call, story));
    claims
}

/// Whether `sed` changes its files: `-i`, `-i.bak`, `--in-place`, `-Ei`.
pub(super) fn in_place(call: &Call) -> bool {
    call.words.iter().skip(1).filter_map(Text::literal).any(|text| {
        text.starts_with("--in-place")
            || text.starts_with("-i")
            || text.len() == 3 && text.starts_with('-') && text.ends_with('i')
    })
}

pub(super) struct Scene<'a> {
    pub(super) call: &'a Call,
    story: &'a Story,
}

impl<'a> Scene<'a> {
    pub(super) fn new(call: &'a Call, story: &'a Story) -> Self {
        Self { call, story }
    }
}

impl Scene<'_> {
    fn subject(&self, path: Text) -> Subject {
        let subject = Subject::new(ID, path);
        match &self.call.host {
            Some(host) => subject.with("host", host.as_str()),
            None => subject,
        }
    }

    pub(super) fn named(&self, word: &Text) -> Subject {
        self.subject(self.call.path(word))
    }

    fn options(&self) -> String {
        let options = self.call.words.iter().skip(1).filter(|word| is_option(word));
        options.filter_map(Text::literal).filter(|text| !text.starts_with("--")).collect()
    }

    pub(super) fn has(&self, short: char, long: &str) -> bool {
        let long_given = self.call.words.iter().any(|word| word.literal().as_deref() == Some(long));
        long_given || self.options().contains(short)
    }

    /// The words that are no options; `with_value` are the short ones that take the next word.
    pub(super) fn operands(&self, with_value: &str) -> Vec<&Text> {
        let mut operands = Vec::new();
        let mut words = self.call.words.iter().skip(1);
        let mut only_operands = false;
        while let Some(word) = words.next() {
            let text = word.literal().unwrap_or_default();
            if only_operands || !is_option(word) {
                operands.push(word);
            } else if text == "--" {
                only_operands = true;
            } else if !text.starts_with("--") && text.ends_with(|c| with_value.contains(c)) {
                words.next();
            }
        }
        operands
    }

    /// Every field that the text has claimed of a file so far.
    pub(super) fn fields(&self, subject: &Subject) -> Vec<&Field> {
        let claims = self.story.claims.iter().filter(|claim| claim.subject == *subject);
        claims.flat_map(|claim| claim.expectation.fields()).collect()
    }

    /// A text that a file must hold, under a name that no earlier one has.
    fn text(&self, subject: &Subject, text: &Text, first: bool) -> Option<Field> {
        let text = nobodys(&trimmed(text));
        if text.value().is_some_and(|value| value.trim().is_empty()) {
            return None;
        }
        let fields = self.fields(subject);
        let known = fields.iter().filter(|field| field.path.starts_with(CONTENTS)).count();
        let path = match if first { 0 } else { known } {
            0 => CONTENTS.to_owned(),
            more if more < MOST_TEXTS => format!("{CONTENTS} ({})", more + 1),
            _ => return None,
        };
        Some(Field::new(path, text.sealed(), Meaning::Contains))
    }

    /// Leaves the fields open that a command changes in a way which is not claimed, where there are any.
    pub(super) fn loosened(&self, subject: &Subject, is: impl Fn(&str) -> bool) -> Option<Claim> {
        let any = self.fields(subject).iter().any(|field| is(&field.path));
        any.then(|| Claim::new(subject.clone(), present(Vec::new()), Verb::Disturb))
    }

    fn written(&self, write: &Write) -> Vec<Claim> {
        let subject = self.subject(write.path.clone());
        let mut claims = Vec::new();
        let before = self.call.files.written(&write.path.shown());
        let field = match (&write.text, write.append, before) {
            (Some(text), true, Some(before)) => {
                let mut whole = before.clone();
                whole.extend(text);
                self.text(&subject, &whole, true)
            }
            (Some(text), append, _) => self.text(&subject, text, !append),
            (None, ..) => None,
        };
        if !write.append {
            let first = field.is_some();
            claims.extend(self.loosened(&subject, |path| {
                path.starts_with(CONTENTS) && !(first && path == CONTENTS)
            }));
        }
        let fields = field.into_iter().collect();
        claims.push(
            self.within(Claim::new(subject, present(fields), Verb::Make)).leniently(write.append),
        );
        claims
    }

    /// The claim with the directory that holds the thing.
    pub(super) fn within(&self, claim: Claim) -> Claim {
        match place::split(&claim.subject.name) {
            Some((parent, _)) if parent.shown() != "/" && parent.shown() != "~" => {
                let container = self.subject(parent);
                claim.within(container)
            }
            _ => claim,
        }
    }

    fn touched(&self) -> Vec<Claim> {
        if self.has('c', "--no-create") {
            return Vec::new();
        }
        let made = |word: &&Text| {
            self.within(Claim::new(self.named(word), present(Vec::new()), Verb::Make))
        };
        self.operands("dtr").iter().map(made).collect()
    }

    fn made_directories(&self) -> Vec<Claim> {
        let parents = self.has('p', "--parents");
        let mut claims = Vec::new();
        for word in self.operands("m") {
            let subject = self.named(word);
            if parents {
                // They are made on the way, and nobody asks for them.
                let mut path = subject.name.clone();
                while let Some((parent, _)) = place::split(&path) {
                    if matches!(parent.shown().as_str(), "/" | "~") || claims.len() > MOST_TEXTS {
                        break;
                    }
                    let subject = self.subject(parent.clone());
                    claims.push(Claim::new(subject, present(Vec::new()), Verb::Disturb));
                    path = parent;
                }
            }
            let mut fields = vec![Field::new("type", "directory", Meaning::Exact)];
            // One that is there already keeps its mode.
            let mode = self.option("m", "mode").filter(|_| !parents);
            fields.extend(mode.and_then(|mode| octal(&mode.literal()?)));
            let verb = if parents { Verb::Make } else { Verb::Create };
            claims.push(self.within(Claim::new(subject, present(fields), verb)));
        }
        claims
    }

    fn removed(&self) -> Vec<Claim> {
        let lenient = self.has('f', "--force");
        let removed = |word: &&Text| {
            let subject = self.named(word);
            // A name that a pattern gives may be any, and none of them is claimed.
            if subject.name.value().is_none() {
                return Claim::new(subject, Expectation::Absent, Verb::Disturb).leniently(true);
            }
            self.within(Claim::new(subject, Expectation::Absent, Verb::Remove)).leniently(lenient)
        };
        self.operands("").iter().map(removed).collect()
    }

    /// `cp` and `mv`. Where the last word may be a directory or a file, it is there either way.
    fn carried(&self, moves: bool) -> Vec<Claim> {
        let operands = self.operands("tS");
        let Some((to, from)) = operands.split_last() else { return Vec::new() };
        if self.has('t', "--target-directory") || self.has('n', "--no-clobber") || from.is_empty() {
            return Vec::new();
        }
        let mut claims = Vec::new();
        for word in from {
            let source = self.named(word);
            if moves {
                let verb = if source.name.value().is_none() { Verb::Disturb } else { Verb::Remove };
                let gone = Claim::new(source.clone(), Expectation::Absent, verb);
                let gone =
                    if verb == Verb::Disturb { gone.leniently(true) } else { self.within(gone) };
                claims.push(gone);
            }
            if let Some((subject, certain)) = self.target(to, word, from.len() > 1) {
                claims.extend(self.loosened(&subject, |_| true));
                let made = Claim::new(subject, present(Vec::new()), Verb::Make);
                claims.push(self.within(made).leniently(!certain));
            }
        }
        claims
    }

    /// Where something named `from` comes to lie, and whether that is certain.
    pub(super) fn target(&self, to: &Text, from: &Text, several: bool) -> Option<(Subject, bool)> {
        let target = self.named(to);
        let written = to.literal().unwrap_or_default();
        let known = self.fields(&target).iter().any(|field| field.path == "type");
        let directory = several
            || known
            || written.ends_with('/')
            || matches!(written.as_str(), "." | ".." | "~")
            || matches!(
                target.name.shown().as_str(),
                "/tmp" | "/etc" | "/usr/local/bin" | "/usr/bin"
            );
        if !directory {
            let name =
                place::split(&target.name).map_or(target.name.shown(), |(_, name)| name.shown());
            return Some((target, name.contains('.')));
        }
        let path = self.call.path(from);
        let name = place::split(&path).map_or(path, |(_, name)| name);
        name.value()?;
        let mut inside = target.name.suffixed("/");
        inside.extend(&name);
        Some((self.named(&inside), true))
    }

    /// `sed -i s/a/b/ FILE`: the file holds `b`, where both are plain.
    fn substituted(&self) -> Vec<Claim> {
        if !in_place(self.call) {
            return Vec::new();
        }
        let operands = self.operands("ef");
        let scripts: Vec<&Text> = self.expressions();
        let files =
            if scripts.is_empty() { operands.get(1..).unwrap_or_default() } else { &operands[..] };
        let script = scripts.first().copied().or_else(|| operands.first().copied());
        let added =
            script.filter(|_| scripts.len() < 2).and_then(|script| replacement(&script.literal()?));
        let mut claims = Vec::new();
        for word in files {
            let subject = self.named(word);
            if subject.name.value().is_none() {
                continue;
            }
            claims.extend(self.loosened(&subject, |path| path.starts_with(CONTENTS)));
            let text = added.as_ref().map(|added| Text::from(added.as_str()));
            if let Some(field) = text.and_then(|text| self.text(&subject, &text, false)) {
                claims.push(self.within(Claim::new(subject, present(vec![field]), Verb::Change)));
            }
        }
        claims
    }

    fn expressions(&self) -> Vec<&Text> {
        let pairs = self.call.words.windows(2);
        pairs
            .filter(|pair| {
                matches!(pair[0].literal().as_deref(), Some("-e" | "--expression" | "-ie"))
            })
            .map(|pair| &pair[1])
            .collect()
    }
}

pub(super) fn present(fields: Vec<Field>) -> Expectation {
    Expectation::Present(fields)
}
