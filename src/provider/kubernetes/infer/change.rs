//! The verbs that change single fields: `scale`, `label`, `annotate`, `edit`, `certificate`.

use super::super::cli::Line;
use super::super::create::exact;
use super::asked::Asked;
use super::{Understood, not_understood};
use crate::claim::{Field, Text};
use crate::provider::{Reading, Unseen};

/// `scale --replicas=N`
pub(super) fn scaled(asked: &Asked<'_>) -> Understood {
    let Some(replicas) = asked.line.flag("replicas") else {
        return not_understood("the number of replicas is not in the text");
    };
    let path = |word: &str| if word == "job" { "spec.parallelism" } else { "spec.replicas" };
    asked.change(0, |object| Ok(vec![exact(path(&object.word), replicas.clone())]))
}

/// A `KEY=VALUE` or a `KEY-` among the arguments.
pub(super) enum Pair {
    Set(String, Text),
    Unset(String),
}

/// Takes the `KEY=VALUE` and `KEY-` arguments off the names of objects, which stand before them.
pub(super) fn split_pairs(line: &Line) -> (Line, Vec<Pair>) {
    let mut rest = line.clone();
    let mut pairs = Vec::new();
    rest.arguments.retain(|argument| {
        if let Some((key, value)) = argument.split_once('=') {
            pairs.extend(key.literal().map(|key| Pair::Set(key, value)));
            return false;
        }
        match argument.literal().as_deref().and_then(|text| text.strip_suffix('-')) {
            Some(key) if !key.is_empty() => {
                pairs.push(Pair::Unset(key.to_owned()));
                false
            }
            _ => true,
        }
    });
    (rest, pairs)
}

/// `label` and `annotate`
pub(super) fn marked(asked: &Asked<'_>, path: &str) -> Understood {
    let (rest, pairs) = split_pairs(&asked.line);
    if pairs.is_empty() {
        return not_understood("the mark is not in the text");
    }
    let asked = Asked::new(rest, asked.call, asked.story);
    asked.change(0, |_| {
        let field = |pair: &Pair| match pair {
            Pair::Set(key, value) => exact(&format!("{path}.{key}"), value.clone()),
            Pair::Unset(key) => Field::unset(format!("{path}.{key}")),
        };
        Ok(pairs.iter().map(field).collect())
    })
}

/// `edit`: what is changed, only whoever edits knows.
pub(super) fn edited(asked: &Asked<'_>) -> Understood {
    match asked.chosen(0) {
        Ok(chosen) if !chosen.sure.is_empty() => asked.change(0, |_| Ok(Vec::new())),
        _ => Err(Reading::NotObservable(Unseen::NotInText)),
    }
}

/// `certificate approve` and `deny`
pub(super) fn certified(asked: &Asked<'_>) -> Understood {
    let condition = match asked.line.word(0).as_deref() {
        Some("approve") => "Approved",
        Some("deny") => "Denied",
        _ => return not_understood("what is done to the request is not known"),
    };
    let names = asked.line.arguments.iter().skip(1);
    let mut rest = asked.line.clone();
    rest.arguments = vec!["certificatesigningrequest".into()];
    rest.arguments.extend(names.map(|name| match name.split_once('/') {
        Some((_, name)) => name,
        None => name.clone(),
    }));
    let asked = Asked::new(rest, asked.call, asked.story);
    if asked.line.arguments.len() < 2 && !asked.line.has("filename") {
        return not_understood("which request is meant is not in the text");
    }
    let path = format!("status.conditions[{condition}]");
    asked.change(0, |_| Ok(vec![exact(&path, "True")]))
}
