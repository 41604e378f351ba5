//! A command with all that it takes to say what it is about: its line, its place, and the text before it.

use super::super::cli::Line;
use super::super::manifest::{self, Named};
use super::super::object::ID;
use super::super::openshift;
use super::super::resources::{Scope, usual};
use super::Understood;
use super::generated;
use super::known::{Known, custom, objects, word_of};
use super::place::Place;
use super::selector::{Fit, fit};
use crate::claim::{Claim, Expectation, Field, Hole, Part, Subject, Text, Verb};
use crate::provider::{Call, Reading, Story, Unseen};

/// A command and what stands before it.
pub(super) struct Asked<'a> {
    pub(super) line: Line,
    pub(super) call: &'a Call,
    pub(super) story: &'a Story,
    /// The objects of the text before it.
    pub(super) known: Vec<Known<'a>>,
    pub(super) place: Place,
}

/// An object that a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    /// The canonical word of its kind.
    pub(super) word: String,
    /// Its name.
    pub(super) name: Text,
    /// Its namespace, where the text names one.
    pub(super) namespace: Option<Text>,
}

/// The objects that a command is about.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// Named, or surely picked.
    pub(super) sure: Vec<Object>,
    /// Perhaps picked: the text does not say enough.
    pub(super) open: Vec<Object>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(line: Line, call: &'a Call, story: &'a Story) -> Self {
        let place = Place::of(&line, story);
        Self { line, call, story, known: objects(story), place }
    }

    /// An object in the command's own namespace.
    pub(super) fn object(&self, word: &str, name: &Text) -> Object {
        let name = if stands_for_a_name(word, name) {
            Text::from(Part::Hole(Hole::Unbound(format!("<{}>", name.shown()))))
        } else {
            name.clone()
        };
        Object { word: word.to_owned(), name, namespace: self.place.namespace.clone() }
    }

    /// The subject of an object.
    pub(super) fn subject(&self, object: &Object) -> Subject {
        let subject = Subject::new(ID, object.name.prefixed(&format!("{}/", object.word)));
        let namespace = object.namespace.as_ref().filter(|_| self.is_namespaced(&object.word));
        let subject = match namespace {
            Some(namespace) => subject.with("namespace", namespace.clone()),
            None => subject,
        };
        match &self.place.context {
            Some(context) => subject.with("context", context.clone()),
            None => subject,
        }
    }

    /// A claim on an object, inside what holds it where the text names that.
    pub(super) fn claim(&self, object: &Object, expectation: Expectation, verb: Verb) -> Claim {
        let claim = Claim::new(self.subject(object), expectation, verb);
        if let Some(custom) = custom(&self.known, &object.word) {
            return claim.within(custom.definition.clone());
        }
        match object.namespace.as_ref().filter(|_| self.is_namespaced(&object.word)) {
            Some(namespace) => {
                let holder = self.object("namespace", namespace);
                claim.within(self.subject(&holder))
            }
            None => claim,
        }
    }

    fn is_namespaced(&self, word: &str) -> bool {
        let scope = usual(word).or_else(|| openshift::known(word)).map(|resource| resource.scope);
        let scope = scope.or_else(|| custom(&self.known, word).map(|custom| custom.scope));
        scope.is_none_or(|scope| scope == Scope::Namespaced)
    }

    /// What the text has said of an object.
    pub(super) fn of(&self, object: &Object) -> Option<&Known<'a>> {
        let subject = self.subject(object);
        self.known.iter().find(|known| *known.subject == subject)
    }

    /// The objects that the arguments from `index` on name or pick.
    pub(super) fn chosen(&self, index: usize) -> Result<Chosen, Reading> {
        if self.line.has("filename") || self.line.has("kustomize") {
            let sure = self.manifests()?.into_iter().map(|named| self.placed(&named)).collect();
            return Ok(Chosen { sure, open: Vec::new() });
        }
        let mut chosen = Chosen::default();
        let targets = self.line.targets(index).map_err(Reading::NotUnderstood)?;
        for target in targets {
            let word = word_of(&self.known, &target.word);
            match target.name {
                Some(name) => chosen.sure.push(self.object(&word, &name)),
                None => self.pick(&word, &mut chosen),
            }
        }
        Ok(chosen)
    }

    /// Adds the objects of a kind that the command's selector picks; all of them without one.
    fn pick(&self, word: &str, chosen: &mut Chosen) {
        let selector = self.line.flag("selector");
        let field_selector = self.line.has("field-selector");
        for known in &self.known {
            let here = self.line.has("all-namespaces")
                || known.subject.param("namespace") == self.place.namespace.as_ref()
                || !self.is_namespaced(word);
            let there = known.subject.param("context") == self.place.context.as_ref();
            if known.gone || !here || !there || !is_of(&known.word(), word) {
                continue;
            }
            let object = Object {
                word: known.word(),
                name: known.name(),
                namespace: known.subject.param("namespace").cloned(),
            };
            let picked = match selector.map(Text::literal) {
                _ if field_selector => Fit::Open,
                None => Fit::Yes,
                Some(Some(selector)) => fit(&selector, known),
                Some(None) => Fit::Open,
            };
            match picked {
                Fit::Yes => chosen.sure.push(object),
                Fit::Open => chosen.open.push(object),
                Fit::No => {}
            }
        }
    }

    /// Whether the command picks its objects instead of naming them.
    pub(super) fn picks(&self) -> bool {
        ["all", "selector", "field-selector"].iter().any(|flag| self.line.has(flag))
    }

    /// An object of a manifest, in its namespace.
    pub(super) fn placed(&self, named: &Named) -> Object {
        let namespace = named.namespace.clone().or_else(|| self.place.namespace.clone());
        let word = word_of(&self.known, &named.word);
        Object { word, name: named.name.clone(), namespace }
    }

    /// What is right in a directory that `-f` names.
    fn directory(&self, name: &str) -> Option<&Text> {
        let path = self.call.path(&Text::from(name));
        let right_in_it = !self.line.has("recursive") && self.call.printed(name).is_none();
        right_in_it.then(|| self.call.files.manifests(&path)).flatten()
    }

    /// The objects of the manifests that `-f` names, as far as they are in the text.
    pub(super) fn manifests(&self) -> Result<Vec<Named>, Reading> {
        let mut objects = Vec::new();
        let mut known = false;
        for name in self.line.all("filename").flat_map(super::super::create::commas) {
            let Some(name) = name.literal() else { continue };
            let text = match name.as_str() {
                "-" | "/dev/stdin" => self.call.stdin.as_ref(),
                name => self.call.file(name).or_else(|| self.directory(name)),
            };
            let made = match text {
                Some(text) => manifest::objects(text).map_err(Reading::NotUnderstood)?,
                None => match self.call.printed(&name) {
                    Some(call) => generated::objects(call, self.story)?,
                    None => continue,
                },
            };
            known = true;
            objects.extend(made);
        }
        match (known, objects.is_empty()) {
            (false, _) => Err(Reading::NotObservable(Unseen::NotInText)),
            (true, true) => Err(Reading::NotObservable(Unseen::Nameless)),
            _ => Ok(objects),
        }
    }

    /// Whether what `-f` or `-k` names is not all in the text.
    pub(super) fn hides_a_manifest(&self) -> bool {
        let mut names = self.line.all("filename").flat_map(super::super::create::commas);
        let is_shown = |name: Text| {
            let Some(name) = name.literal() else { return false };
            let text = match name.as_str() {
                "-" | "/dev/stdin" => self.call.stdin.as_ref(),
                name => self.call.file(name).or_else(|| self.directory(name)),
            };
            match (text, self.call.printed(&name)) {
                (Some(text), _) => manifest::objects(text).is_ok(),
                (None, Some(call)) => generated::objects(call, self.story).is_ok(),
                (None, None) => false,
            }
        };
        self.line.has("kustomize") || !names.all(is_shown)
    }

    /// The same verb on all that is chosen; what is only perhaps chosen is open from here on.
    pub(super) fn change(
        &self,
        index: usize,
        fields: impl Fn(&Object) -> Result<Vec<Field>, Reading>,
    ) -> Understood {
        let chosen = self.chosen(index)?;
        let mut claims = Vec::new();
        for object in &chosen.sure {
            let fields = fields(object)?;
            let (verb, fields) = match fields.as_slice() {
                // Nothing of what is done can be named.
                [] => (Verb::Disturb, Vec::new()),
                _ => (Verb::Change, fields),
            };
            claims.push(self.claim(object, Expectation::Present(fields), verb));
        }
        let open = chosen.open.iter();
        claims.extend(
            open.map(|object| self.claim(object, Expectation::Present(Vec::new()), Verb::Disturb)),
        );
        if claims.is_empty() { Err(self.unnamed("changes")) } else { Ok(claims) }
    }

    /// The same claims, and before them: what they may do to things that the text has named before it went to
    /// a context. The one that it started in may be the same.
    pub(super) fn with_first_context(&self, claims: Vec<Claim>) -> Vec<Claim> {
        let mut all = Vec::new();
        for claim in &claims {
            let doubles = self.known.iter().filter(|known| {
                let (one, other) = (known.subject, &claim.subject);
                let alike = one.name == other.name
                    && one.param("namespace") == other.param("namespace")
                    && one.param("context").is_none()
                    && other.param("context").is_some();
                alike && matches!(claim.verb, Verb::Change | Verb::Remove | Verb::Replace)
            });
            all.extend(doubles.map(|known| {
                Claim::new(known.subject.clone(), claim.expectation.clone(), Verb::Disturb)
            }));
        }
        all.extend(claims);
        all
    }

    /// Why nothing can be said where no object is named.
    pub(super) fn unnamed(&self, does: &str) -> Reading {
        if self.picks() || !self.line.arguments.is_empty() {
            return Reading::NotObservable(Unseen::NotInText);
        }
        Reading::NotUnderstood(format!("which objects it {does} is not in the text"))
    }
}

/// Whether the text only shows where a name is to stand: `pod NAME`, `pod pod-name`.
fn stands_for_a_name(word: &str, name: &Text) -> bool {
    let Some(name) = name.literal() else { return false };
    let roles = word.contains("role");
    let impossible = name.chars().any(|c| c.is_ascii_uppercase() || c == '_');
    let spoken = name == "name" || name == format!("{word}-name") || name == format!("{word}name");
    (impossible && !roles) || spoken
}

/// Whether a kind is meant by the word of a command; `all` means the usual ones that run something.
fn is_of(word: &str, asked: &str) -> bool {
    const ALL: [&str; 9] = [
        "pod",
        "replicationcontroller",
        "service",
        "daemonset",
        "deployment",
        "replicaset",
        "statefulset",
        "horizontalpodautoscaler",
        "job",
    ];
    word == asked || asked == "all" && (ALL.contains(&word) || word == "cronjob")
}
