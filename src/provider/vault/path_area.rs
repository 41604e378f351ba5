//! The grammar of the table of Vault's paths: what a write to a path keeps, and where it is read back. Data and
//! pure functions; knows no server.

use super::path_field::Written;
use crate::claim::Verb;
use crate::provider::Unseen;

/// The paths of one engine that are of one pattern, and what a write there does.
pub(super) struct Area {
    /// The type of its mount: `pki`, `auth/approle`, or `sys` and `identity`.
    pub(super) engine: &'static str,
    /// What follows the mount: `roles/*`. `*` stands for one piece, `**` for all the rest.
    pub(super) pattern: &'static str,
    /// What a write to it does.
    pub(super) does: Does,
}

/// What a write to a path does.
pub(super) enum Does {
    /// It keeps something that a read gives back.
    Keeps(Kept),
    /// It changes something that no read shows.
    Leaves(Unseen),
    /// It changes nothing, though it is written.
    Looks,
}

/// Something that is kept, and read back.
pub(super) struct Kept {
    /// Where it is read, by a pattern as above; `{key}` stands for what is written under the key. `None`: at the
    /// path itself.
    pub(super) read: Option<&'static str>,
    /// What is known of its fields; all others are not compared.
    pub(super) fields: &'static [&'static [Written]],
    /// What a write does to it.
    pub(super) verb: Verb,
    /// Whether a delete takes it away.
    pub(super) removable: bool,
}

/// Paths whose writes are kept and read back at the path itself; the fields that are named are changed.
pub(super) const fn keeps(
    engine: &'static str,
    pattern: &'static str,
    fields: &'static [&'static [Written]],
) -> Area {
    let kept = Kept { read: None, fields, verb: Verb::Make, removable: true };
    Area { engine, pattern, does: Does::Keeps(kept) }
}

/// The same where a write replaces all fields.
pub(super) const fn replaces(
    engine: &'static str,
    pattern: &'static str,
    fields: &'static [&'static [Written]],
) -> Area {
    let kept = Kept { read: None, fields, verb: Verb::Replace, removable: true };
    Area { engine, pattern, does: Does::Keeps(kept) }
}

/// A setting that is always there, or cannot be deleted.
pub(super) const fn sets(
    engine: &'static str,
    pattern: &'static str,
    fields: &'static [&'static [Written]],
) -> Area {
    let kept = Kept { read: None, fields, verb: Verb::Change, removable: false };
    Area { engine, pattern, does: Does::Keeps(kept) }
}

/// A setting that is not there at first, and stays once it is.
pub(super) const fn configures(
    engine: &'static str,
    pattern: &'static str,
    fields: &'static [&'static [Written]],
) -> Area {
    let kept = Kept { read: None, fields, verb: Verb::Make, removable: false };
    Area { engine, pattern, does: Does::Keeps(kept) }
}

/// A setting whose write replaces all fields, and which stays.
pub(super) const fn resets(
    engine: &'static str,
    pattern: &'static str,
    fields: &'static [&'static [Written]],
) -> Area {
    let kept = Kept { read: None, fields, verb: Verb::Replace, removable: false };
    Area { engine, pattern, does: Does::Keeps(kept) }
}

/// Paths whose writes make something that is read elsewhere.
pub(super) const fn makes(
    engine: &'static str,
    pattern: &'static str,
    read: &'static str,
    fields: &'static [&'static [Written]],
) -> Area {
    let kept = Kept { read: Some(read), fields, verb: Verb::Make, removable: false };
    Area { engine, pattern, does: Does::Keeps(kept) }
}

/// Paths whose writes change fields of something that is read elsewhere.
pub(super) const fn changes(
    engine: &'static str,
    pattern: &'static str,
    read: &'static str,
    fields: &'static [&'static [Written]],
) -> Area {
    let kept = Kept { read: Some(read), fields, verb: Verb::Change, removable: false };
    Area { engine, pattern, does: Does::Keeps(kept) }
}

/// Paths whose deletion takes away something that is read elsewhere.
pub(super) const fn removes(
    engine: &'static str,
    pattern: &'static str,
    read: &'static str,
) -> Area {
    let kept = Kept { read: Some(read), fields: &[], verb: Verb::Remove, removable: true };
    Area { engine, pattern, does: Does::Keeps(kept) }
}

/// Paths whose writes leave nothing that can be read.
pub(super) const fn leaves(engine: &'static str, pattern: &'static str, why: Unseen) -> Area {
    Area { engine, pattern, does: Does::Leaves(why) }
}

/// Paths whose writes change nothing.
pub(super) const fn looks(engine: &'static str, pattern: &'static str) -> Area {
    Area { engine, pattern, does: Does::Looks }
}

impl Area {
    /// The pieces of `rest` that the pattern leaves open; `None` where it is of another pattern.
    pub(super) fn names<'a>(&self, rest: &'a str) -> Option<Vec<&'a str>> {
        let mut names = Vec::new();
        let mut left = Some(rest.trim_matches('/'));
        for wanted in self.pattern.split('/') {
            let all = left?;
            if wanted == "**" {
                names.push(all);
                return Some(names);
            }
            let (piece, behind) = match all.split_once('/') {
                Some((piece, behind)) => (piece, Some(behind)),
                None => (all, None),
            };
            match wanted {
                "*" if !piece.is_empty() => names.push(piece),
                literal if literal == piece => {}
                _ => return None,
            }
            left = behind;
        }
        left.is_none().then_some(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_leaves_pieces_open() {
        let of = |pattern: &'static str, rest: &str| {
            let names = looks("x", pattern).names(rest)?.join(" ");
            Some(names)
        };
        assert_eq!(of("roles/*", "roles/web"), Some("web".into()));
        assert_eq!(of("roles/*", "roles/web/"), Some("web".into()));
        assert_eq!(of("roles/*", "roles"), None);
        assert_eq!(of("roles/*", "roles/web/more"), None);
        assert_eq!(of("role/*/role-id", "role/web/role-id"), Some("web".into()));
        assert_eq!(of("config", "config"), Some(String::new()));
        assert_eq!(of("data/**", "data/a/b"), Some("a/b".into()));
        assert_eq!(of("config", "roles"), None);
    }
}
