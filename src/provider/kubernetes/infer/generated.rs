//! What a command prints for another to apply: `create … --dry-run=client -o yaml`.

use super::super::cli::Line;
use super::super::create;
use super::super::manifest::Named;
use super::super::oc_words;
use super::asked::{Asked, Object};
use super::run;
use crate::claim::Text;
use crate::provider::{Call, Reading, Story, Unseen};

/// The objects that a command prints as a manifest.
pub(super) fn objects(call: &Call, story: &Story) -> Result<Vec<Named>, Reading> {
    let nothing = || Err(Reading::NotObservable(Unseen::NotInText));
    let plain = match call.program().as_deref() {
        Some("oc") => oc_words::plain(call, &Story::default()),
        Some("kubectl" | "k") => call.clone(),
        _ => return nothing(),
    };
    let Ok(line) = Line::parse(&plain) else { return nothing() };
    // Another printout than a manifest would not be applied.
    let output = line.flag("output").and_then(Text::literal);
    if !line.is_dry() || !output.is_some_and(|form| matches!(form.as_str(), "yaml" | "json")) {
        return nothing();
    }
    let namespace = line.flag("namespace").cloned();
    let asked = Asked::new(line, &plain, story);
    let line = &asked.line;
    let made = match line.verb.as_str() {
        "create" if line.has("filename") || line.has("kustomize") => {
            let objects = asked.manifests()?.into_iter().map(|object| Named {
                namespace: namespace.clone().or(object.namespace),
                ..object
            });
            return Ok(objects.collect());
        }
        "create" => vec![create::created(line, &plain)?],
        "run" if run::formerly(line).is_none() => create::run(line)?,
        "expose" => vec![create::exposed(line, &single(&asked)?.name)],
        "autoscale" => vec![create::autoscaled(line, &single(&asked)?.name)],
        _ => return nothing(),
    };
    let named = made.into_iter().map(|made| Named {
        word: made.word.to_owned(),
        name: made.name,
        namespace: namespace.clone(),
        fields: made.fields,
    });
    Ok(named.collect())
}

/// The one object that a command is about.
fn single(asked: &Asked<'_>) -> Result<Object, Reading> {
    match asked.chosen(0)?.sure.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(Reading::NotObservable(Unseen::NotInText)),
    }
}
