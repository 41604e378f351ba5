//! Where a file's name leads: against the directory that the text has changed to, with `~` for the home of
//! whoever runs the command. Pure; asks no file system.

use super::masked::Masked;
use crate::claim::{Hole, Part, Text};

/// A name as it stands in a command → the path that it means. Relative to an unknown directory it stays
/// relative.
pub(crate) fn resolved(directory: Option<&Text>, name: &Text) -> Text {
    let name = at_home(name);
    let own = Masked::new(&name);
    let rooted = own.text.starts_with(['/', '~', '$']) || starts_unknown(&name);
    let whole = match directory {
        Some(directory) if !rooted => {
            let mut whole = at_home(directory).suffixed("/");
            whole.extend(&name);
            whole
        }
        _ => name,
    };
    let masked = Masked::new(&whole);
    masked.unmask(&normal(&masked.text))
}

/// `$HOME` at the start as `~`: both are known only where the command runs.
fn at_home(name: &Text) -> Text {
    let home = match name.parts().first() {
        Some(Part::Supplied { written, .. } | Part::Hole(Hole::Unbound(written))) => {
            written == "$HOME"
        }
        _ => false,
    };
    if !home {
        return name.clone();
    }
    let mut text = Text::from("~");
    name.parts()[1..].iter().for_each(|part| text.push(part.clone()));
    text
}

/// Whether the name begins with what is not known, and so may be a whole path.
fn starts_unknown(name: &Text) -> bool {
    matches!(name.parts().first(), Some(Part::Supplied { .. } | Part::Hole(_)))
}

/// Without `.`, doubled and closing slashes; `..` taken back where it can be.
fn normal(path: &str) -> String {
    let root = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match kept.last() {
                Some(&last) if last != ".." && last != "~" && !is_unknown(last) => {
                    kept.pop();
                }
                None if root => {}
                _ => kept.push(".."),
            },
            part => kept.push(part),
        }
    }
    let joined = kept.join("/");
    match (root, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

fn is_unknown(part: &str) -> bool {
    part.starts_with('$') || part.chars().any(|c| ('\u{e000}'..='\u{f8ff}').contains(&c))
}

/// The part behind the last slash, and what stands before it.
pub(crate) fn split(path: &Text) -> Option<(Text, Text)> {
    let masked = Masked::new(path);
    let (parent, name) = masked.text.rsplit_once('/')?;
    if name.is_empty() {
        return None;
    }
    let parent = if parent.is_empty() { "/" } else { parent };
    Some((masked.unmask(parent), masked.unmask(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_against_the_directory() {
        let hole = |written: &str| Text::from(Part::Hole(Hole::Unbound(written.to_owned())));
        for (directory, name, path) in [
            (None, Text::from("a.yaml"), "a.yaml"),
            (None, Text::from("./a//b/"), "a/b"),
            (Some("/root"), Text::from("a"), "/root/a"),
            (Some("/root/x"), Text::from("../a"), "/root/a"),
            (Some("/"), Text::from("../a"), "/a"),
            (Some("x"), Text::from("../../a"), "../a"),
            (Some("~"), Text::from("../a"), "~/../a"),
            (Some("~/x"), Text::from(".."), "~"),
            (Some("/root"), Text::from("/etc/a"), "/etc/a"),
            (Some("/root"), Text::from("~/a"), "~/a"),
            (Some("/root"), hole("$HOME").suffixed("/a"), "~/a"),
            (Some("/root"), hole("$F"), "$F"),
            (Some("/root"), hole("$F").prefixed("x-"), "/root/x-$F"),
            (Some("/root"), Text::from("."), "/root"),
            (None, Text::from("."), "."),
        ] {
            let directory = directory.map(Text::from);
            assert_eq!(resolved(directory.as_ref(), &name).shown(), path, "{}", name.shown());
        }
        let unknown = hole("$D");
        assert_eq!(resolved(Some(&unknown), &Text::from("../a")).shown(), "$D/../a");
    }
}
