//! The verbs that look: `get` and `describe`, `wait`, and what is run in a container only to look.

use super::super::cli::Line;
use super::super::resources::{Scope, usual};
use super::Understood;
use super::asked::{Asked, Object};
use super::known::word_of;
use crate::claim::{Claim, Expectation, Field, Meaning, Text, Verb};
use crate::provider::{Reading, Unseen};

/// `get` after a deletion confirms it; with a name it says that the object was there.
pub(super) fn looked(asked: &Asked<'_>) -> Understood {
    let line = &asked.line;
    if line.verb == "wait" {
        return waited(asked);
    }
    if line.has("filename") || line.has("kustomize") || line.has("raw") {
        return Err(Reading::Reads);
    }
    let mut claims = Vec::new();
    for target in line.targets(0).map_err(|_| Reading::Reads)? {
        let word = word_of(&asked.known, &target.word);
        match &target.name {
            Some(name) => {
                let object = asked.object(&word, name);
                let gone = removed(asked, &object).map(|gone| shown_again(line, gone));
                claims.push(gone.unwrap_or_else(|| {
                    asked.claim(&object, Expectation::Present(Vec::new()), Verb::Read)
                }));
            }
            // Some of all do not show that the others are gone.
            None if line.has("selector") || line.has("field-selector") => {}
            None => claims.extend(all_removed(asked, &word)),
        }
    }
    if claims.is_empty() { Err(Reading::Reads) } else { Ok(claims) }
}

/// Whoever looks for a field of a thing that was taken away takes it to be back.
fn shown_again(line: &Line, gone: Claim) -> Claim {
    const SHORT: [&str; 2] = ["wide", "name"];
    let Some(form) = line.flag("output").map(Text::shown) else { return gone };
    if SHORT.contains(&form.as_str()) {
        return gone;
    }
    Claim { verb: Verb::Disturb, ..gone }.leniently(true)
}

/// The deletion of an object, confirmed, where it is the text's last word on it.
fn removed(asked: &Asked<'_>, object: &Object) -> Option<Claim> {
    let subject = asked.subject(object);
    let changed = |claim: &&Claim| {
        claim.subject == subject && !matches!(claim.verb, Verb::Read | Verb::Confirm)
    };
    let last = asked.story.claims.iter().rev().find(changed)?;
    let confirmed =
        || Claim { verb: Verb::Confirm, expectation: Expectation::Absent, ..last.clone() };
    (last.verb == Verb::Remove).then(confirmed)
}

/// All objects of a kind that the text has taken away, where the command would show them.
fn all_removed(asked: &Asked<'_>, word: &str) -> Vec<Claim> {
    let everywhere = asked.line.has("all-namespaces");
    let gone = asked.known.iter().filter(|known| known.gone && known.word() == word);
    let here = gone.filter(|known| {
        let namespace = known.subject.param("namespace");
        let reached =
            everywhere || namespace.is_none() || namespace == asked.place.namespace.as_ref();
        // Where one names a namespace and the other does not, they may be two.
        let alike = everywhere || namespace.is_some() == asked.place.namespace.is_some();
        let beside = usual(word).is_some_and(|usual| usual.scope == Scope::Cluster);
        let context = known.subject.param("context") == asked.place.context.as_ref();
        context && (beside || reached && alike)
    });
    here.filter_map(|known| {
        let namespace = known.subject.param("namespace").cloned();
        removed(asked, &Object { word: word.to_owned(), name: known.name(), namespace })
    })
    .collect()
}

/// The same fields confirmed of all that is chosen; what is picked without the text's knowing only reads.
pub(super) fn confirmed(asked: &Asked<'_>, index: usize, fields: &[Field]) -> Understood {
    let chosen = asked.chosen(index).map_err(|_| Reading::Reads)?;
    let claims: Vec<Claim> = chosen
        .sure
        .iter()
        .map(|object| asked.claim(object, Expectation::Present(fields.to_vec()), Verb::Confirm))
        .collect();
    if claims.is_empty() { Err(Reading::Reads) } else { Ok(claims) }
}

/// `wait --for=…`
fn waited(asked: &Asked<'_>) -> Understood {
    let Some(wanted) = asked.line.flag("for").and_then(Text::literal) else {
        return Err(Reading::Reads);
    };
    match wanted.split_once('=').unwrap_or((&wanted, "")) {
        ("delete", _) => {
            let targets = asked.chosen(0).map_err(|_| Reading::Reads)?.sure;
            let gone: Vec<Claim> =
                targets.iter().filter_map(|object| removed(asked, object)).collect();
            if gone.is_empty() { Err(Reading::Reads) } else { Ok(gone) }
        }
        ("create", _) => confirmed(asked, 0, &[]),
        ("condition", condition) => {
            let (name, value) = condition.split_once('=').unwrap_or((condition, "true"));
            let path = format!("status.conditions[{}]", spelled(name));
            confirmed(asked, 0, &[Field::new(path, spelled(value), Meaning::Outcome)])
        }
        ("jsonpath", rest) => {
            let (path, value) = rest.rsplit_once('=').unwrap_or((rest, ""));
            match plain_path(path) {
                Some(path) if !value.is_empty() => {
                    confirmed(asked, 0, &[Field::new(path, value, Meaning::Outcome)])
                }
                _ => Err(Reading::Reads),
            }
        }
        _ => Err(Reading::Reads),
    }
}

/// A condition or its value as servers spell it: the first letter large. kubectl takes any spelling.
fn spelled(word: &str) -> String {
    const INNER: [&str; 5] = [
        "ContainersReady",
        "PodScheduled",
        "PodReadyToStartContainers",
        "NamesAccepted",
        "DisruptionTarget",
    ];
    if let Some(known) = INNER.iter().find(|known| known.eq_ignore_ascii_case(word)) {
        return (*known).to_owned();
    }
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The path of `{.status.phase}`; nothing that picks or loops.
fn plain_path(path: &str) -> Option<String> {
    let path = path.trim_matches(['\'', '"', '{', '}']).trim_start_matches('.');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (!path.is_empty() && path.chars().all(plain)).then(|| path.to_owned())
}

/// `exec`: programs that only look, as against all others.
pub(super) fn executed(line: &Line) -> Reading {
    let inside = Reading::NotObservable(Unseen::InsideContainer);
    let words: Vec<String> = match &line.command {
        Some(command) => command.iter().map(Text::shown).collect(),
        None => line.arguments.iter().skip(1).map(Text::shown).collect(),
    };
    let is_variable = |word: &&String| word.as_str() == "env" || word.contains('=');
    let words: Vec<&str> = words.iter().skip_while(is_variable).map(String::as_str).collect();
    match words.split_first() {
        Some((program, rest)) if only_looks(program, rest) => Reading::Reads,
        _ => inside,
    }
}

fn only_looks(program: &str, arguments: &[&str]) -> bool {
    const LOOKING: [&str; 25] = [
        "ls", "cat", "head", "tail", "grep", "printenv", "id", "whoami", "hostname", "date", "ps",
        "df", "du", "mount", "pwd", "stat", "find", "nslookup", "dig", "getent", "ping", "uname",
        "which", "netstat", "echo",
    ];
    let program = program.rsplit('/').next().unwrap_or(program);
    let has = |start: &str| arguments.iter().any(|argument| argument.starts_with(start));
    match program {
        "curl" => {
            let sends =
                ["-X", "--request", "-d", "--data", "-F", "--form", "-T", "--upload", "-o", "-O"];
            let get = has("-XGET");
            get || !sends.iter().any(|flag| has(flag))
        }
        "wget" => {
            // `-O` with a blank before its dash.
            let prints = has("-qO-")
                || has("-O-")
                || arguments.windows(2).any(|pair| pair == ["-O", "-"])
                || has("--spider")
                || arguments.contains(&"-qO");
            prints && !has("--post")
        }
        "redis-cli" => arguments.iter().any(|word| {
            matches!(
                word.to_uppercase().as_str(),
                "KEYS"
                    | "GET"
                    | "HGET"
                    | "HGETALL"
                    | "INFO"
                    | "PING"
                    | "LRANGE"
                    | "LLEN"
                    | "SCAN"
                    | "TTL"
            )
        }),
        "find" => !has("-delete") && !has("-exec"),
        program => LOOKING.contains(&program),
    }
}
