//! What an `oc` command claims, or why it claims nothing: what kubectl does with the same words, and oc's own
//! verbs.

use super::cli::Line;
use super::infer::{self, NAMESPACE, Understood};
use super::object::ID;
use super::oc_words;
use super::resources::{Scope, canonical, usual};
use super::{oc_admin, oc_app, oc_set, openshift};
use crate::claim::{Claim, Expectation, Field, Meaning, Subject, Text, Verb};
use crate::provider::{Call, Reading, Story, Unseen};

/// Verbs of oc's own that only look, or only print.
const READING: [&str; 13] = [
    "completion",
    "extract",
    "get-token",
    "kustomize",
    "options",
    "plugin",
    "process",
    "projects",
    "sa",
    "serviceaccounts",
    "status",
    "types",
    "whoami",
];

/// Verbs that work inside a container.
const INSIDE: [&str; 5] = ["attach", "cp", "debug", "exec", "rsync"];

/// Flags that may name another cluster than the current context's.
const ELSEWHERE: [&str; 6] = ["context", "cluster", "kubeconfig", "server", "user", "token"];

/// Reads a command of oc's.
pub(super) fn understand(call: &Call, story: &Story) -> Understood {
    let Some((place, verb)) = oc_words::verb(call) else { return Err(Reading::Reads) };
    match verb.as_str() {
        verb if READING.contains(&verb) => return Err(Reading::Reads),
        // What they are given behind the name of a pod are another program's flags.
        "rsh" => return infer::understand(&oc_words::rsh_as_exec(call, place), story),
        verb if INSIDE.contains(&verb) && !(verb == "exec" && has_dashes(call)) => {
            return not_observable(Unseen::InsideContainer);
        }
        "adm" if oc_admin::only_looks(call.words.get(place + 1)) => return Err(Reading::Reads),
        "login" | "logout" => return not_observable(Unseen::OwnSettings),
        "observe" => return not_observable(Unseen::ControlFlow),
        _ => {}
    }
    let plain = oc_words::plain(call, story);
    let line = Line::parse(&plain).map_err(Reading::NotUnderstood)?;
    if line.is_dry() || line.has("help") {
        return Err(Reading::Reads);
    }
    let elsewhere = is_elsewhere(&line, call);
    match own(&line, call) {
        Some(understood) if line.verb == "new-app" && !elsewhere => {
            oc_app::with_made_again(&line, understood, story)
        }
        Some(Ok(_)) if elsewhere => not_observable(Unseen::Elsewhere),
        Some(understood) => understood,
        None => infer::understand(&plain, story).map(with_namespaces),
    }
}

/// What a command sets for those behind it: the project that they work in.
pub(super) fn settings(call: &Call) -> Vec<(&'static str, Text)> {
    if call.program().as_deref() != Some("oc") {
        return Vec::new();
    }
    let plain = oc_words::plain(call, &Story::default());
    let Ok(line) = Line::parse(&plain) else { return Vec::new() };
    if line.verb == "config" {
        return infer::settings(&plain);
    }
    let switches = match line.verb.as_str() {
        "new-project" => !line.has("skip-config-write"),
        "project" => true,
        _ => false,
    };
    let project = line.arguments.first().filter(|_| switches && !line.has("help"));
    project.map(|project| (NAMESPACE, project.clone())).into_iter().collect()
}

/// A claim on an object, inside its namespace where there is one.
pub(super) fn claim(
    (word, name): (&str, &Text),
    namespace: Option<&Text>,
    expectation: Expectation,
    verb: Verb,
) -> Claim {
    let named = |word: &str, name: &Text| Subject::new(ID, name.prefixed(&format!("{word}/")));
    let known = usual(word).or_else(|| openshift::known(word));
    let beside = known.is_some_and(|resource| resource.scope == Scope::Cluster);
    let subject = named(word, name);
    match namespace.filter(|_| !beside) {
        Some(namespace) => {
            Claim::new(subject.with("namespace", namespace.clone()), expectation, verb)
                .within(named("namespace", namespace))
        }
        None => Claim::new(subject, expectation, verb),
    }
}

/// Something is done to an object that the text does not say.
pub(super) fn disturbed(object: (&str, &Text), namespace: Option<&Text>) -> Claim {
    claim(object, namespace, Expectation::Present(Vec::new()), Verb::Disturb)
}

/// A field as the command spells it.
pub(super) fn exact(path: &str, value: Text) -> Field {
    Field::new(path, value, Meaning::Exact)
}

pub(super) fn not_observable(why: Unseen) -> Understood {
    Err(Reading::NotObservable(why))
}

pub(super) fn not_understood(reason: &str) -> Understood {
    Err(Reading::NotUnderstood(reason.to_owned()))
}

/// What oc does itself; nothing where it does as kubectl.
fn own(line: &Line, call: &Call) -> Option<Understood> {
    let first = line.word(0);
    Some(match line.verb.as_str() {
        "project" if line.arguments.is_empty() => Err(Reading::Reads),
        "project" => not_observable(Unseen::OwnSettings),
        "new-project" => oc_app::project(line, 0),
        "new-app" => oc_app::app(line),
        "new-build" => oc_app::build(line),
        "expose" => return oc_app::exposed(line),
        "create" => return oc_app::created(line),
        "start-build" if line.has("list-webhooks") => Err(Reading::Reads),
        "start-build" => not_observable(Unseen::Nameless),
        "import-image" => oc_app::imported(line),
        "tag" => oc_app::tagged(line),
        "secrets" | "secret" => return oc_app::linked(line),
        "set" => return oc_set::set(line),
        "adm" => return oc_admin::administered(line, call),
        "policy" => oc_admin::policy(line, 0, oc_words::names_namespace(call)),
        "rollout" if matches!(first.as_deref(), Some("latest" | "cancel" | "retry")) => {
            not_observable(Unseen::NoMark)
        }
        "cancel-build" | "cluster" | "deploy" | "idle" | "rollback" => {
            not_observable(Unseen::NoMark)
        }
        "image" if matches!(first.as_deref(), Some("mirror" | "append")) => {
            not_observable(Unseen::Elsewhere)
        }
        "registry" if first.as_deref() == Some("login") => not_observable(Unseen::OwnSettings),
        "image" | "registry" => Err(Reading::Reads),
        _ => return None,
    })
}

fn is_elsewhere(line: &Line, call: &Call) -> bool {
    let own = call.own.iter().any(|(name, _)| name == "KUBECONFIG");
    own || ELSEWHERE.iter().any(|flag| line.flag(flag).is_some())
}

fn has_dashes(call: &Call) -> bool {
    call.words.iter().any(|word| word.literal().as_deref() == Some("--"))
}

/// A project that is taken away is a namespace that is.
fn with_namespaces(claims: Vec<Claim>) -> Vec<Claim> {
    let mut all = Vec::with_capacity(claims.len());
    for claim in claims {
        let project =
            claim.subject.name.split_once('/').filter(|(word, _)| {
                word.literal().is_some_and(|word| canonical(&word) == "project")
            });
        let namespace = project.filter(|_| claim.expectation == Expectation::Absent);
        let namespace = namespace.map(|(_, name)| Claim {
            subject: Subject::new(ID, name.prefixed("namespace/")),
            ..claim.clone()
        });
        all.push(claim);
        all.extend(namespace);
    }
    all
}
