//! Nodes → a world: its sections, and what concerns no server.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::text::{nearest, or_list, ticked};
use crate::yaml::{Entry, Fields, Node, Reader, Value};

use super::{File, Known, System, Template, World, kubernetes, postgres, vault};

/// The keys of a world file.
pub(super) const KEYS: &[&str] =
    &["vault", "postgres", "kubernetes", "files", "environment", "systems"];
/// The keys of a file that is more than its text.
pub(super) const FILE: &[&str] = &["text", "mode"];

/// Reads all sections.
pub(super) fn world(reader: &mut Reader<'_>, node: Node, source: Source) -> World {
    let mut fields = reader.fields(node, "a world", KEYS);
    let mut world = World::empty(source);
    world.systems = systems(reader, &mut fields);
    let known = world.known();
    if let Some(entry) = fields.take("vault") {
        world.vault = vault::read(reader, entry, &known);
    }
    if let Some(entry) = fields.take("postgres") {
        world.postgres = postgres::read(reader, entry.node, &known);
    }
    if let Some(entry) = fields.take("kubernetes") {
        world.kubernetes = kubernetes::read(reader, entry.node, &known);
    }
    if let Some(entry) = fields.take("files") {
        let entries = reader.entries(entry.node, "`files`");
        world.files = entries.into_iter().filter_map(|entry| file(reader, entry, &known)).collect();
    }
    if let Some(entry) = fields.take("environment") {
        let entries = reader.entries(entry.node, "`environment`");
        world.environment =
            entries.into_iter().filter_map(|entry| variable(reader, entry, &known)).collect();
    }
    world
}

/// Those that are named, and those that have a section where none is named.
fn systems(reader: &mut Reader<'_>, fields: &mut Fields) -> BTreeSet<System> {
    let named = fields.take("systems");
    let sections: BTreeSet<System> = System::ALL
        .into_iter()
        .filter(|system| fields.keys().any(|key| key == system.name()))
        .collect();
    let Some(named) = named else { return sections };
    let mut systems = BTreeSet::new();
    for item in reader.list(named.node, "`systems`") {
        let span = item.span;
        let Some(name) = reader.text(item, "a system") else { continue };
        let known = System::ALL.map(System::name);
        if let Some(system) = System::ALL.into_iter().find(|system| system.name() == name) {
            systems.insert(system);
            continue;
        }
        let help = match nearest(&name, &known) {
            Some(near) => format!("did you mean {}?", ticked(near)),
            None => format!("there is {}", or_list(&known)),
        };
        let message = format!("there is no system {}", ticked(&name));
        reader.wrong(Diagnostic::error(span, message).help(help));
    }
    for left_out in sections.difference(&systems) {
        let message =
            format!("`systems` leaves out {}, which has a section", ticked(left_out.name()));
        reader.wrong(Diagnostic::error(named.at, message));
    }
    systems.extend(sections);
    systems
}

fn file(reader: &mut Reader<'_>, entry: Entry, known: &Known) -> Option<File> {
    let path = below_home(reader, &entry)?;
    let owner = format!("the file {}", ticked(&entry.key));
    if !matches!(entry.node.value, Value::Map(_)) {
        let text = Template::read(reader, entry.node, &owner, known)?;
        return Some(File { path, text, mode: 0o644 });
    }
    let mut fields = reader.fields(entry.node, &owner, FILE);
    let text = fields.need("text", &owner, reader);
    let text = text.and_then(|text| Template::read(reader, text.node, &owner, known));
    let mode = fields.take("mode").map_or(Some(0o644), |entry| mode(reader, entry.node));
    Some(File { path, text: text?, mode: mode? })
}

fn mode(reader: &mut Reader<'_>, node: Node) -> Option<u32> {
    let span = node.span;
    let written = reader.scalar(node, "`mode`")?;
    let mode = u32::from_str_radix(&written, 8).ok().filter(|mode| *mode <= 0o777);
    if mode.is_none() {
        let message =
            format!("`mode` is {}, expected an octal number up to 0777", ticked(&written));
        reader.wrong(Diagnostic::error(span, message));
    }
    mode
}

fn below_home(reader: &mut Reader<'_>, entry: &Entry) -> Option<PathBuf> {
    let path = Path::new(&entry.key);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    if plain && !entry.key.is_empty() && !entry.key.starts_with('~') && !entry.key.ends_with('/') {
        return Some(path.to_owned());
    }
    let message = format!("{} is no path of a file below the learner's home", ticked(&entry.key));
    let help = "a path such as `notes/plan.md`, without `/` or `~` before it and without `..`";
    reader.wrong(Diagnostic::error(entry.at, message).help(help));
    None
}

fn variable(reader: &mut Reader<'_>, entry: Entry, known: &Known) -> Option<(String, Template)> {
    let name = entry.key;
    let mut letters = name.chars();
    let starts = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let wrong = if !starts || !letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Some(format!("{} is no name of a variable", ticked(&name)))
    } else if ["HOME", "PATH"].contains(&name.as_str()) {
        Some(format!("{} is the lab's own", ticked(&name)))
    } else {
        None
    };
    if let Some(message) = wrong {
        reader.wrong(Diagnostic::error(entry.at, message));
        return None;
    }
    let owner = format!("the variable {}", ticked(&name));
    Template::read(reader, entry.node, &owner, known).map(|text| (name, text))
}
