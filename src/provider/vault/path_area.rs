//! The grammar of the table of Vault's paths: what a write to a path keeps, where it is read back, and how its
//! fields compare. Data and pure functions; knows no server.

use std::fmt::Write as _;

use super::policy_text;
use crate::claim::{Field, Meaning, Text, Verb};
use crate::provider::Unseen;
use crate::provider::masked::Masked;

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

/// A field as it is written, and how it comes back.
pub(super) struct Written {
    key: &'static str,
    path: &'static str,
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    Exact,
    /// Vault keeps it in lower case.
    Lower,
    Set,
    /// A set of policies: Vault keeps their names in lower case.
    Policies,
    Time,
    Switch,
    /// `key=value`, given back as an object.
    Pairs,
    /// HCL: white space and comments do not count.
    Hcl,
}

/// The same text.
pub(super) const fn exact(key: &'static str) -> Written {
    Written { key, path: key, how: How::Exact }
}

/// The same text in lower case.
pub(super) const fn lower(key: &'static str) -> Written {
    Written { key, path: key, how: How::Lower }
}

/// A list whose order does not count.
pub(super) const fn set(key: &'static str) -> Written {
    Written { key, path: key, how: How::Set }
}

/// Names of policies.
pub(super) const fn policies(key: &'static str) -> Written {
    Written { key, path: key, how: How::Policies }
}

/// A time span.
pub(super) const fn time(key: &'static str) -> Written {
    Written { key, path: key, how: How::Time }
}

/// True or false.
pub(super) const fn switch(key: &'static str) -> Written {
    Written { key, path: key, how: How::Switch }
}

/// An object of texts.
pub(super) const fn pairs(key: &'static str) -> Written {
    Written { key, path: key, how: How::Pairs }
}

/// A policy of passwords.
pub(super) const fn hcl(key: &'static str) -> Written {
    Written { key, path: key, how: How::Hcl }
}

impl Written {
    /// The same, given back under another name.
    pub(super) const fn back_as(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }
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

impl Kept {
    /// What the text gives its fields, as they come back.
    pub(super) fn given(&self, data: &[(String, Text)]) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for (index, (key, value)) in data.iter().enumerate() {
            let known = self.fields.iter().copied().flatten().find(|field| field.key == key);
            let again = data.iter().filter(|(other, _)| other == key).count() > 1;
            let Some(known) = known else {
                fields.push(Field::new(key, value.clone(), Meaning::NotReturned));
                continue;
            };
            match known.how {
                How::Pairs => fields.push(pair(known.path, value)),
                // Said more than once, it is a list.
                How::Set | How::Policies if again => {
                    if data.iter().position(|(other, _)| other == key) == Some(index) {
                        fields.push(known.field(&joined(key, data)));
                    }
                }
                _ if again => fields.push(Field::new(key, value.clone(), Meaning::NotReturned)),
                _ => fields.push(known.field(value)),
            }
        }
        let mut seen: Vec<String> = Vec::new();
        fields.retain(|field| {
            let first = !seen.contains(&field.path);
            seen.push(field.path.clone());
            first
        });
        fields
    }
}

impl Written {
    fn field(&self, value: &Text) -> Field {
        let unsure = |value: &Text| Field::new(self.path, value.clone(), Meaning::NotReturned);
        match self.how {
            How::Exact => Field::new(self.path, value.clone(), Meaning::Exact),
            How::Lower => Field::new(self.path, value.map(str::to_lowercase), Meaning::Exact),
            How::Set => Field::new(self.path, value.clone(), Meaning::Set),
            How::Policies => Field::new(self.path, value.map(str::to_lowercase), Meaning::Set),
            How::Time => match value.literal() {
                Some(literal) if !is_time(&literal) => unsure(value),
                _ => Field::new(self.path, value.clone(), Meaning::Duration),
            },
            How::Switch => match value.literal().as_deref() {
                Some("true" | "True" | "TRUE" | "t" | "T" | "1") => {
                    Field::new(self.path, "true", Meaning::Exact)
                }
                Some("false" | "False" | "FALSE" | "f" | "F" | "0") => {
                    Field::new(self.path, "false", Meaning::Exact)
                }
                Some(_) => unsure(value),
                None => Field::new(self.path, value.clone(), Meaning::Exact),
            },
            How::Hcl => Field::new(self.path, policy_text::folded(value), Meaning::Exact),
            How::Pairs => pair(self.path, value),
        }
    }
}

/// `metadata` `team=red` as the field `metadata.team`.
fn pair(path: &str, value: &Text) -> Field {
    let masked = Masked::new(value);
    let parts = masked.text.split_once('=').filter(|(key, _)| !key.starts_with('{'));
    let key = parts.and_then(|(key, _)| masked.unmask(key).literal());
    match (key, parts) {
        (Some(key), Some((_, text))) => {
            let mut full = path.to_owned();
            let _ = write!(full, ".{key}");
            Field::new(full, masked.unmask(text), Meaning::Exact)
        }
        _ => Field::new(path, value.clone(), Meaning::NotReturned),
    }
}

/// All values of a key, as one list.
fn joined(key: &str, data: &[(String, Text)]) -> Text {
    let mut all = Text::default();
    for (index, (_, value)) in data.iter().filter(|(other, _)| other == key).enumerate() {
        if index > 0 {
            all.extend(&Text::from(","));
        }
        all.extend(value);
    }
    all
}

/// Whether a text is a time span that is understood here: digits, or digits with a unit, repeated.
fn is_time(text: &str) -> bool {
    let text = text.trim();
    let units = text.split(|c: char| c.is_ascii_digit()).filter(|unit| !unit.is_empty());
    let starts = text.starts_with(|c: char| c.is_ascii_digit());
    let bare = text.chars().all(|c| c.is_ascii_digit());
    let ends = text.ends_with(|c: char| c.is_ascii_alphabetic());
    starts && (bare || ends) && units.into_iter().all(|unit| matches!(unit, "s" | "m" | "h" | "d"))
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

    const FIELDS: &[Written] = &[
        exact("name"),
        policies("policies").back_as("token_policies"),
        time("ttl"),
        switch("on"),
        pairs("metadata"),
        set("list"),
        lower("url"),
    ];

    fn given(data: &[(&str, &str)]) -> Vec<String> {
        let Does::Keeps(kept) = keeps("x", "y", &[FIELDS]).does else { return Vec::new() };
        let data: Vec<(String, Text)> =
            data.iter().map(|(key, value)| ((*key).to_owned(), Text::from(*value))).collect();
        let fields = kept.given(&data);
        fields.iter().map(|f| format!("{} {} {:?}", f.path, f.value.shown(), f.meaning)).collect()
    }

    #[test]
    fn fields_are_given_back_in_the_servers_form() {
        let one = |key, value| given(&[(key, value)]).concat();
        assert_eq!(one("name", "A"), "name A Exact");
        assert_eq!(one("policies", "Dev,Ops"), "token_policies dev,ops Set");
        assert_eq!(one("ttl", "1h30m"), "ttl 1h30m Duration");
        assert_eq!(one("ttl", "1.5h"), "ttl 1.5h NotReturned");
        assert_eq!(one("on", "1"), "on true Exact");
        assert_eq!(one("on", "yes"), "on yes NotReturned");
        assert_eq!(one("url", "LDAP://H"), "url ldap://h Exact");
        assert_eq!(one("metadata", "team=a=b"), "metadata.team a=b Exact");
        assert_eq!(one("metadata", "{\"team\":\"a\"}"), "metadata {\"team\":\"a\"} NotReturned");
        assert_eq!(one("password", "x"), "password x NotReturned");
    }

    #[test]
    fn what_is_said_twice_is_a_list_or_several_pairs() {
        assert_eq!(
            given(&[("metadata", "a=1"), ("metadata", "b=2")]),
            ["metadata.a 1 Exact", "metadata.b 2 Exact"]
        );
        assert_eq!(given(&[("list", "a"), ("list", "b")]), ["list a,b Set"]);
        assert_eq!(given(&[("name", "a"), ("name", "b")]), ["name a NotReturned"]);
    }

    #[test]
    fn times_are_known_by_their_units() {
        for (text, is) in [
            ("30m", true),
            ("3600", true),
            ("1h30m", true),
            ("7d", true),
            ("1w", false),
            ("", false),
            ("soon", false),
            ("1.5h", false),
            ("-1", false),
        ] {
            assert_eq!(is_time(text), is, "{text}");
        }
    }
}
