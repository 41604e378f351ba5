//! What a kubectl command claims, or why it claims nothing.

use super::cli::{Line, Target};
use super::create::{Made, autoscaled, created, exact, exposed, run};
use super::manifest::{self, Named};
use super::object::{ID, parts};
use super::resources::{Scope, usual};
use super::{helm_infer, oc, openshift};
use crate::claim::{Claim, Expectation, Field, Part, Subject, Text, Verb};
use crate::provider::{Call, Reading, Story, Unseen};

/// What a command is.
pub(super) type Understood = Result<Vec<Claim>, Reading>;

/// Flags that may name another cluster or another account than the current context's.
const ELSEWHERE: [&str; 8] =
    ["context", "cluster", "kubeconfig", "server", "user", "token", "as", "as-group"];

/// Verbs that only look; none at all is a help page.
const READING: [&str; 17] = [
    "",
    "get",
    "describe",
    "wait",
    "logs",
    "top",
    "explain",
    "events",
    "api-resources",
    "api-versions",
    "version",
    "cluster-info",
    "auth",
    "diff",
    "port-forward",
    "proxy",
    "help",
];

/// Reads a command.
pub(super) fn understand(call: &Call, story: &Story) -> Understood {
    // Every kind is asked about every command.
    match call.program().as_deref() {
        Some("kubectl" | "k") => {}
        Some("oc") => return oc::understand(call, story),
        Some("helm") => return helm_infer::namespaces(call, story),
        _ => return Err(Reading::Reads),
    }
    let line = Line::parse(call).map_err(Reading::NotUnderstood)?;
    if line.is_dry() || line.has("help") {
        return Err(Reading::Reads);
    }
    let elsewhere = ELSEWHERE.iter().find(|flag| {
        // `create rolebinding --user` says who is bound.
        line.flag(flag).is_some() && !(line.verb == "create" && **flag == "user")
    });
    match (line.verb.as_str(), elsewhere) {
        ("get" | "describe" | "wait", None) => looked(&line, story),
        (verb, _) if READING.contains(&verb) => Err(Reading::Reads),
        ("rollout", _) if matches!(line.word(0).as_deref(), Some("status" | "history")) => {
            Err(Reading::Reads)
        }
        ("config", _) => Err(configured(&line)),
        ("exec" | "cp" | "attach" | "debug", _) => {
            Err(Reading::NotObservable(Unseen::InsideContainer))
        }
        ("edit", _) => Err(Reading::NotObservable(Unseen::NotInText)),
        (_, Some(flag)) => Err(Reading::NotUnderstood(format!(
            "`--{flag}` may name another cluster than the current context"
        ))),
        _ => changed(&line, call, story),
    }
}

/// The subject of an object.
pub(super) fn subject(word: &str, name: &Text, namespace: Option<&Text>) -> Subject {
    let subject = Subject::new(ID, name.prefixed(&format!("{word}/")));
    match namespace.filter(|_| lives_in_namespaces(word)) {
        Some(namespace) => subject.with("namespace", namespace.clone()),
        None => subject,
    }
}

/// A claim on an object, inside its namespace where the text names one.
fn claim(
    (word, name): (&str, &Text),
    namespace: Option<&Text>,
    expectation: Expectation,
    verb: Verb,
) -> Claim {
    let claim = Claim::new(subject(word, name, namespace), expectation, verb);
    match namespace.filter(|_| lives_in_namespaces(word)) {
        Some(namespace) => claim.within(subject("namespace", namespace, None)),
        None => claim,
    }
}

fn lives_in_namespaces(word: &str) -> bool {
    let known = usual(word).or_else(|| openshift::known(word));
    known.is_none_or(|resource| resource.scope == Scope::Namespaced)
}

/// The objects that the arguments name, by the words that the text has named their kinds with before.
fn targets(line: &Line, index: usize, story: &Story) -> Result<Vec<Target>, Reading> {
    let mut targets = line.targets(index).map_err(Reading::NotUnderstood)?;
    for target in targets.iter_mut().filter(|target| usual(&target.word).is_none()) {
        let known = story.claims.iter().filter(|claim| claim.subject.kind == ID);
        let mut words = known.map(|claim| parts(&claim.subject.name).0);
        if let Some(word) = words.find(|word| same_kind(word, &target.word)) {
            target.word = word;
        }
    }
    Ok(targets)
}

/// Whether two words for a kind that is not a usual one are the same: `widget.example.com`, `widgets`.
fn same_kind(one: &str, two: &str) -> bool {
    let split = |word: &str| {
        let (base, group) = word.split_once('.').unwrap_or((word, ""));
        let singular = match base.strip_suffix("ies") {
            Some(start) => format!("{start}y"),
            None => base.strip_suffix('s').unwrap_or(base).to_owned(),
        };
        (singular, group.to_owned())
    };
    let ((one, group), (two, other)) = (split(one), split(two));
    one == two && (group == other || group.is_empty() || other.is_empty())
}

fn configured(line: &Line) -> Reading {
    match line.word(0).as_deref() {
        Some("view" | "current-context") => Reading::Reads,
        Some(verb) if verb.starts_with("get-") => Reading::Reads,
        _ => Reading::NotObservable(Unseen::OwnSettings),
    }
}

/// `get` after a deletion confirms it; with a name it says that the object was there.
fn looked(line: &Line, story: &Story) -> Understood {
    let namespace = line.flag("namespace");
    let mut claims = Vec::new();
    for target in targets(line, 0, story).map_err(|_| Reading::Reads)? {
        let removed = removed(story, &target, namespace, line.has("all-namespaces"));
        match &target.name {
            Some(name) if removed.is_empty() && line.verb != "wait" => {
                let there = Expectation::Present(Vec::new());
                claims.push(claim((&target.word, name), namespace, there, Verb::Read));
            }
            _ => claims.extend(removed),
        }
    }
    if claims.is_empty() { Err(Reading::Reads) } else { Ok(claims) }
}

/// The objects that a look confirms to be gone: those that the text's last word on is a deletion.
fn removed(
    story: &Story,
    target: &Target,
    namespace: Option<&Text>,
    everywhere: bool,
) -> Vec<Claim> {
    let start = format!("{}/", target.word);
    let mut seen: Vec<&Subject> = Vec::new();
    let mut claims = Vec::new();
    for claim in story.claims.iter().rev() {
        let subject = &claim.subject;
        let only_looks = matches!(claim.verb, Verb::Read | Verb::Confirm);
        if subject.kind != ID || only_looks || seen.contains(&subject) {
            continue;
        }
        seen.push(subject);
        let of_kind = matches!(subject.name.parts().first(), Some(Part::Literal(name)) if name.starts_with(&start));
        let named = target.name.as_ref().is_none_or(|name| subject.name == name.prefixed(&start));
        let there = everywhere
            || subject.param("namespace") == namespace
            || !lives_in_namespaces(&target.word);
        if of_kind && named && there && claim.verb == Verb::Remove {
            let verb = Verb::Confirm;
            claims.push(Claim { verb, expectation: Expectation::Absent, ..claim.clone() });
        }
    }
    claims.reverse();
    claims
}

fn changed(line: &Line, call: &Call, story: &Story) -> Understood {
    let from_file = line.has("filename") || line.has("kustomize");
    match line.verb.as_str() {
        "create" | "apply" | "replace" | "delete" if from_file => manifested(line, call),
        "create" => made(line, created(line)),
        "run" if line.has("rm") => Err(Reading::NotObservable(Unseen::ShortLived)),
        "run" => made(line, run(line)),
        "expose" if !from_file => made(line, exposed(line)),
        "autoscale" if !from_file => made(line, autoscaled(line)),
        "delete" => deleted(line, story),
        "scale" => match line.flag("replicas") {
            Some(replicas) => {
                let field = exact("spec.replicas", replicas.clone());
                set_on((line, 0), story, |_| Ok(vec![field.clone()]))
            }
            None => not_understood("the number of replicas is not in the text"),
        },
        "set" if line.word(0).as_deref() == Some("image") => set_image(line, story),
        "label" => marked(line, "metadata.labels", story),
        "annotate" => marked(line, "metadata.annotations", story),
        "apply" => not_understood("the manifest is not in the text"),
        "rollout" => Err(Reading::NotObservable(Unseen::NoMark)),
        verb => not_understood(&format!("`kubectl {verb}` is not known")),
    }
}

fn not_understood(reason: &str) -> Understood {
    Err(Reading::NotUnderstood(reason.to_owned()))
}

fn made(line: &Line, made: Result<Made, String>) -> Understood {
    let Made { word, name, fields } = made.map_err(Reading::NotUnderstood)?;
    let there = Expectation::Present(fields);
    Ok(vec![claim((word, &name), line.flag("namespace"), there, Verb::Make)])
}

/// `-f -` with the manifest in the text.
fn manifested(line: &Line, call: &Call) -> Understood {
    let files: Vec<&Text> = line.all("filename").collect();
    let (Some(manifest), [only]) = (&call.stdin, files.as_slice()) else {
        return not_understood("the manifest is not in the text");
    };
    if only.literal().as_deref() != Some("-") || line.has("kustomize") {
        return not_understood(&format!("the manifest `{}` is not in the text", only.shown()));
    }
    let objects = manifest::objects(manifest).map_err(Reading::NotUnderstood)?;
    let verb = match line.verb.as_str() {
        "delete" => Verb::Remove,
        "replace" => Verb::Replace,
        _ => Verb::Make,
    };
    let claims = objects.into_iter().map(|Named { word, name, namespace, fields }| {
        let namespace = namespace.as_ref().or_else(|| line.flag("namespace"));
        let expectation = match verb {
            Verb::Remove => Expectation::Absent,
            _ => Expectation::Present(fields),
        };
        claim((&word, &name), namespace, expectation, verb)
    });
    Ok(claims.collect())
}

fn deleted(line: &Line, story: &Story) -> Understood {
    for flag in ["all", "selector", "field-selector"] {
        if line.has(flag) {
            return not_understood(&format!(
                "which objects `--{flag}` takes away is not in the text"
            ));
        }
    }
    let mut claims = Vec::new();
    for target in &targets(line, 0, story)? {
        let Some(name) = &target.name else {
            return not_understood("which objects it takes away is not in the text");
        };
        let object = (target.word.as_str(), name);
        claims.push(claim(object, line.flag("namespace"), Expectation::Absent, Verb::Remove));
    }
    if claims.is_empty() {
        return not_understood("which objects it takes away is not in the text");
    }
    Ok(claims)
}

/// The same fields on each object that the arguments from `index` on name.
fn set_on(
    (line, index): (&Line, usize),
    story: &Story,
    fields: impl Fn(&Target) -> Result<Vec<Field>, String>,
) -> Understood {
    let mut claims = Vec::new();
    for target in targets(line, index, story)? {
        let Some(name) = &target.name else { break };
        let fields = fields(&target).map_err(Reading::NotUnderstood)?;
        let expectation = Expectation::Present(fields);
        let object = (target.word.as_str(), name);
        claims.push(claim(object, line.flag("namespace"), expectation, Verb::Change));
    }
    if claims.is_empty() {
        return not_understood("which objects it changes is not in the text");
    }
    Ok(claims)
}

/// Takes the `KEY=VALUE` arguments, and those that `also` picks, off the names of objects.
fn split_pairs(line: &Line, also: impl Fn(&str) -> bool) -> (Line, Vec<(String, Text)>, usize) {
    let mut rest = line.clone();
    let mut pairs = Vec::new();
    let mut others = 0;
    rest.arguments.retain(|argument| match argument.split_once('=') {
        Some((key, value)) => {
            pairs.extend(key.literal().map(|key| (key, value)));
            false
        }
        None if argument.literal().is_some_and(|text| also(&text)) => {
            others += 1;
            false
        }
        None => true,
    });
    (rest, pairs, others)
}

fn set_image(line: &Line, story: &Story) -> Understood {
    let (rest, pairs, _) = split_pairs(line, |_| false);
    if pairs.is_empty() || pairs.iter().any(|(name, _)| name == "*") {
        return not_understood("which containers it changes is not in the text");
    }
    set_on((&rest, 1), story, |target| {
        let containers = match target.word.as_str() {
            "pod" => "spec.containers",
            "cronjob" => "spec.jobTemplate.spec.template.spec.containers",
            _ => "spec.template.spec.containers",
        };
        Ok(pairs
            .iter()
            .map(|(name, image)| exact(&format!("{containers}[{name}].image"), image.clone()))
            .collect())
    })
}

/// `label` and `annotate`. `KEY-` takes one away, which is not claimed.
fn marked(line: &Line, path: &str, story: &Story) -> Understood {
    let (rest, pairs, _) = split_pairs(line, |text| text.ends_with('-'));
    if pairs.is_empty() {
        return not_understood("only the taking away of a mark is named");
    }
    set_on((&rest, 0), story, |_| {
        let field = |(key, value): &(String, Text)| exact(&format!("{path}.{key}"), value.clone());
        Ok(pairs.iter().map(field).collect())
    })
}

#[cfg(test)]
#[path = "infer_tests.rs"]
mod tests;
