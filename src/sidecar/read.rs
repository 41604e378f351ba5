//! The author's file → a sidecar.

use crate::author::{self, Word};
use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::text::{nearest, or_list, ticked};
use crate::world::World;
use crate::yaml::{Entry, Fields, Reader, Value};

use super::inputs::{self, Inputs};
use super::place::{Place, read};
use super::{Sidecar, SidecarError};

/// The keys of what the author says about one challenge.
pub(super) const KEYS: &[&str] = &["world", "inputs", "checks"];
/// The keys of a track's file.
pub(super) const TRACK: &[&str] = &["challenges"];

/// What lies beside a challenge.
pub(super) fn sidecar(place: &Place) -> Result<Sidecar, SidecarError> {
    if let Some((source, fields)) = file(place)? {
        return said(place, &source, fields);
    }
    Ok(Sidecar { world: beside(place)?, inputs: Inputs::default(), word: Word::default() })
}

/// What is said about the checks of a challenge.
pub(super) fn word(place: &Place) -> Result<Word, SidecarError> {
    let Some((source, mut fields)) = file(place)? else { return Ok(Word::default()) };
    let mut reader = Reader::new(&source);
    let word = checks(&mut reader, &mut fields, &source);
    reader.finish()?;
    Ok(word)
}

fn checks(reader: &mut Reader<'_>, fields: &mut Fields, source: &Source) -> Word {
    let entry = fields.take("checks");
    entry.map(|entry| author::under_checks(reader, entry, source)).unwrap_or_default()
}

/// The file that speaks of a challenge, and what it says.
fn file(place: &Place) -> Result<Option<(Source, Fields)>, SidecarError> {
    let own = read(&place.own())?;
    let track = read(&place.track())?;
    let mut found: Option<(Source, Fields)> = None;
    if let Some(source) = own {
        let mut reader = Reader::new(&source);
        let node = reader.parse("the author's file");
        let fields = node.map(|node| reader.fields(node, "an author's file", KEYS));
        reader.finish()?;
        found = fields.map(|fields| (source, fields));
    }
    if let Some(source) = track {
        let mut reader = Reader::new(&source);
        let entry = entry(&mut reader, place);
        reader.finish()?;
        if let Some(fields) = entry {
            if let Some((own, _)) = &found {
                let (first, second) = (own.path.clone(), source.path);
                return Err(SidecarError::Twice { name: place.name.clone(), first, second });
            }
            found = Some((source, fields));
        }
    }
    Ok(found)
}

/// The entry of this challenge in a track's file. An entry of no challenge is an error: it would never be read.
fn entry(reader: &mut Reader<'_>, place: &Place) -> Option<Fields> {
    let node = reader.parse("the author's file")?;
    let mut fields = reader.fields(node, "a track's file", TRACK);
    let challenges = fields.take("challenges")?;
    let (names, siblings) = (place.names(), place.siblings());
    let mut found: Option<Fields> = None;
    for Entry { key, at, node } in reader.entries(challenges.node, "`challenges`") {
        if !names.contains(&key.as_str()) {
            if !siblings.contains(&key) {
                let diagnostic =
                    Diagnostic::error(at, format!("there is no challenge {} here", ticked(&key)));
                reader.wrong(match nearest(&key, &siblings) {
                    Some(near) => diagnostic.help(format!("did you mean {}?", ticked(near))),
                    None => {
                        diagnostic.help("the name of its directory, with or without its number")
                    }
                });
            }
            continue;
        }
        if found.is_some() {
            let message = format!("{} is the same challenge as {}", ticked(&key), or_list(&names));
            reader.wrong(Diagnostic::error(at, message));
        }
        found = Some(reader.fields(node, &ticked(&key), KEYS));
    }
    found
}

fn said(place: &Place, source: &Source, mut fields: Fields) -> Result<Sidecar, SidecarError> {
    let mut reader = Reader::new(source);
    let world = match fields.take("world") {
        None => beside(place)?,
        Some(entry) => named(&mut reader, entry, place, source)?,
    };
    let inputs = fields.take("inputs");
    let known = world.known();
    let inputs = inputs.map(|entry| inputs::read(&mut reader, entry.node, source, &known));
    let checks = checks(&mut reader, &mut fields, source);
    reader.finish()?;
    Ok(Sidecar { world, inputs: inputs.unwrap_or_default(), word: checks })
}

/// The world that `world:` names, or that stands there itself.
fn named(
    reader: &mut Reader<'_>,
    entry: Entry,
    place: &Place,
    source: &Source,
) -> Result<World, SidecarError> {
    let span = entry.node.span;
    match entry.node.value {
        Value::Map(_) => Ok(World::read_inline(reader, entry.node, source)),
        Value::Text(path) => {
            let file = read(&place.folder.join(&path))?;
            if let Some(file) = file {
                return Ok(World::read(file)?);
            }
            let message = format!("there is no file {}", ticked(&path));
            let help = "a path is taken from where this file lies";
            reader.wrong(Diagnostic::error(span, message).help(help));
            Ok(World::empty(source.clone()))
        }
        other => {
            reader.kind::<()>(span, "`world`", &other, "the path of a world file, or a world");
            Ok(World::empty(source.clone()))
        }
    }
}

fn beside(place: &Place) -> Result<World, SidecarError> {
    if let Some(source) = place.world()? {
        return Ok(World::read(source)?);
    }
    let path = place.folder.join(format!("{}.world.yml", place.name));
    Ok(World::empty(Source::new(path, "")))
}
