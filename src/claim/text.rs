//! Text with holes: what a word of a challenge stands for, as far as it is known.

use crate::secret::Secret;

/// What a word stands for: literals, values that the caller supplied, and holes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    /// In order; neighbouring literals are joined.
    parts: Vec<Part>,
}

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Stands in the challenge itself.
    Literal(String),
    /// Came from outside the challenge (`--var`, a file, the environment): compared, never shown.
    Supplied {
        /// How the text writes it, such as `$PG_PASS`.
        written: String,
        /// What it stands for.
        value: Secret,
    },
    /// Not known: matches anything.
    Hole(Hole),
}

/// Something that has no value yet, or none at all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hole {
    /// Nothing binds it. How the text writes it, such as `$X` or `<X>`.
    Unbound(String),
    /// A read of the lab gives it.
    Lookup {
        /// Its place in the list of look-ups.
        id: usize,
        /// How the text writes it.
        written: String,
        /// Whether what it gives is compared and never shown.
        sealed: bool,
    },
    /// A read of the lab gave it: a value that may be shown.
    Found {
        /// How the text writes it.
        written: String,
        /// What the lab gave.
        value: String,
    },
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { parts: vec![Part::Literal(text.to_owned())] }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { parts: vec![Part::Literal(text)] }
    }
}

impl From<Part> for Text {
    fn from(part: Part) -> Self {
        Self { parts: vec![part] }
    }
}

impl Text {
    /// The parts, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Appends a part.
    pub fn push(&mut self, part: Part) {
        match (self.parts.last_mut(), part) {
            (Some(Part::Literal(last)), Part::Literal(next)) => last.push_str(&next),
            // An empty literal is a text only where it is all of it.
            (Some(last), part) if *last == Part::Literal(String::new()) => *last = part,
            (Some(_), Part::Literal(next)) if next.is_empty() => {}
            (_, part) => self.parts.push(part),
        }
    }

    /// Appends all of another text.
    pub fn extend(&mut self, other: &Self) {
        for part in &other.parts {
            self.push(part.clone());
        }
    }

    /// The text before it, in front of it.
    #[must_use]
    pub fn prefixed(&self, prefix: &str) -> Self {
        let mut text = Self::from(prefix);
        text.extend(self);
        text
    }

    /// The text after it, behind it.
    #[must_use]
    pub fn suffixed(&self, suffix: &str) -> Self {
        let mut text = self.clone();
        text.push(Part::Literal(suffix.to_owned()));
        text
    }

    /// The same as something stored in secret: compared and never shown, though the challenge shows it.
    #[must_use]
    pub fn sealed(self) -> Self {
        self.sealed_as("the text's value")
    }

    /// The same under another name.
    #[must_use]
    pub fn sealed_as(self, written: &str) -> Self {
        match self.value() {
            Some(value) => Self::from(Part::Supplied {
                written: written.to_owned(),
                value: Secret::new(value),
            }),
            // What is still to be looked up is sealed when it is found.
            None => Self {
                parts: self
                    .parts
                    .into_iter()
                    .map(|part| match part {
                        Part::Hole(Hole::Lookup { id, written, .. }) => {
                            Part::Hole(Hole::Lookup { id, written, sealed: true })
                        }
                        Part::Literal(text) if !text.is_empty() => {
                            Part::Supplied { written: written.to_owned(), value: Secret::new(text) }
                        }
                        other => other,
                    })
                    .collect(),
            },
        }
    }

    /// The text, where it stands in the challenge in full.
    pub fn literal(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The whole value, where nothing of it is unknown. May hold what must not be shown.
    pub fn value(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => Some(text.as_str()),
                Part::Supplied { value, .. } => Some(value.expose()),
                Part::Hole(Hole::Found { value, .. }) => Some(value.as_str()),
                Part::Hole(_) => None,
            })
            .collect()
    }

    /// As a person may read it: supplied values and unknown ones as the text writes them.
    pub fn shown(&self) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.as_str(),
                Part::Supplied { written, .. }
                | Part::Hole(Hole::Unbound(written) | Hole::Lookup { written, .. }) => written,
                Part::Hole(Hole::Found { value, .. }) => value,
            })
            .collect()
    }

    /// The holes that nothing fills, as the text writes them.
    pub fn unbound(&self) -> Vec<&str> {
        self.parts
            .iter()
            .filter_map(|part| match part {
                Part::Hole(Hole::Unbound(written) | Hole::Lookup { written, .. }) => {
                    Some(written.as_str())
                }
                _ => None,
            })
            .collect()
    }

    /// The look-ups in it.
    pub fn lookups(&self) -> impl Iterator<Item = usize> + '_ {
        self.parts.iter().filter_map(|part| match part {
            Part::Hole(Hole::Lookup { id, .. }) => Some(*id),
            _ => None,
        })
    }

    /// The same with every look-up found or, where `resolve` gives nothing for it, unbound.
    #[must_use]
    pub fn resolved(&self, resolve: &dyn Fn(usize) -> Option<String>) -> Self {
        let mut text = Self::default();
        for part in &self.parts {
            text.push(match part {
                Part::Hole(Hole::Lookup { id, written, sealed }) => {
                    let written = written.clone();
                    match resolve(*id) {
                        Some(value) if *sealed => {
                            Part::Supplied { written, value: Secret::new(value) }
                        }
                        Some(value) => Part::Hole(Hole::Found { written, value }),
                        None => Part::Hole(Hole::Unbound(written)),
                    }
                }
                other => other.clone(),
            });
        }
        text
    }

    /// Whether `actual` could be this text: holes match anything.
    pub fn matches(&self, actual: &str) -> bool {
        let mut pieces: Vec<Option<&str>> = Vec::new();
        for part in &self.parts {
            pieces.push(match part {
                Part::Literal(text) => Some(text.as_str()),
                Part::Supplied { value, .. } => Some(value.expose()),
                Part::Hole(Hole::Found { value, .. }) => Some(value.as_str()),
                Part::Hole(_) => None,
            });
        }
        matches_pieces(&pieces, actual)
    }

    /// The same text with `change` applied to every known part.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        let parts = self
            .parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => Part::Literal(change(text)),
                Part::Supplied { written, value } => Part::Supplied {
                    written: written.clone(),
                    value: Secret::new(change(value.expose())),
                },
                Part::Hole(Hole::Found { written, value }) => {
                    Part::Hole(Hole::Found { written: written.clone(), value: change(value) })
                }
                hole @ Part::Hole(_) => hole.clone(),
            })
            .collect();
        Self { parts }
    }

    /// Splits at the first `separator` that stands in a literal.
    pub fn split_once(&self, separator: char) -> Option<(Self, Self)> {
        for (index, part) in self.parts.iter().enumerate() {
            let Part::Literal(text) = part else { continue };
            let Some((before, after)) = text.split_once(separator) else { continue };
            let mut left = Self { parts: self.parts[..index].to_vec() };
            left.push(Part::Literal(before.to_owned()));
            let mut right = Self::from(after);
            right.extend(&Self { parts: self.parts[index + 1..].to_vec() });
            return Some((left, right));
        }
        None
    }
}

/// Greedy matching of literal pieces with anything between them, as in a glob.
fn matches_pieces(pieces: &[Option<&str>], actual: &str) -> bool {
    let Some(first_hole) = pieces.iter().position(Option::is_none) else {
        return actual == pieces.iter().flatten().copied().collect::<String>();
    };
    let prefix: String = pieces[..first_hole].iter().flatten().copied().collect();
    let last_hole = pieces.iter().rposition(Option::is_none).unwrap_or(first_hole);
    let suffix: String = pieces[last_hole + 1..].iter().flatten().copied().collect();
    let Some(rest) = actual.strip_prefix(prefix.as_str()) else { return false };
    let Some(mut rest) = rest.strip_suffix(suffix.as_str()) else { return false };
    for run in pieces[first_hole..=last_hole].split(Option::is_none) {
        let run: String = run.iter().flatten().copied().collect();
        match rest.find(&run) {
            Some(at) => rest = &rest[at + run.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(written: &str) -> Part {
        Part::Hole(Hole::Unbound(written.to_owned()))
    }

    fn text(parts: &[Part]) -> Text {
        let mut text = Text::default();
        for part in parts {
            text.push(part.clone());
        }
        text
    }

    #[test]
    fn a_hole_matches_anything_and_literals_must_stand() {
        let url = text(&["a@".into_part(), hole("$H"), ":5432/".into_part()]);
        for (actual, matches) in
            [("a@h:5432/", true), ("a@:5432/", true), ("b@h:5432/", false), ("a@h:5433/", false)]
        {
            assert_eq!(url.matches(actual), matches, "{actual}");
        }
        let two = text(&[hole("$A"), "-x-".into_part(), hole("$B")]);
        assert!(two.matches("1-x-2") && !two.matches("1-y-2"));
        assert!(Text::from("a").matches("a") && !Text::from("a").matches("ab"));
    }

    #[test]
    fn overlapping_ends_do_not_match_twice() {
        let shared = text(&["ab".into_part(), hole("$X"), "ba".into_part()]);
        assert!(!shared.matches("aba"));
        assert!(shared.matches("abba"));
    }

    #[test]
    fn a_supplied_value_is_compared_and_not_shown() {
        let supplied =
            Text::from(Part::Supplied { written: "$P".to_owned(), value: Secret::new("hunter2") });
        assert!(supplied.matches("hunter2") && !supplied.matches("other"));
        assert_eq!(supplied.shown(), "$P");
        assert_eq!(supplied.literal(), None);
    }

    #[test]
    fn an_empty_literal_is_no_part_of_a_longer_text() {
        let (key, value) = text(&["key=".into_part(), hole("$A")]).split_once('=').unwrap();
        assert_eq!((key, value.sealed().shown().as_str()), (Text::from("key"), "$A"));
        let (_, value) = Text::from("key=").split_once('=').unwrap();
        assert_eq!(value, Text::from(""));
    }

    #[test]
    fn a_lookup_is_found_or_unbound() {
        let lookup =
            Text::from(Part::Hole(Hole::Lookup { id: 0, written: "$H".to_owned(), sealed: false }));
        let found = lookup.resolved(&|_| Some("10.0.0.1".to_owned()));
        assert_eq!((found.shown(), found.value()), ("10.0.0.1".into(), Some("10.0.0.1".into())));
        let sealed = lookup.clone().sealed().resolved(&|_| Some("hunter2".to_owned()));
        assert_eq!(sealed.shown(), "$H", "what is stored in secret stays so when it is found");
        assert!(sealed.matches("hunter2"));
        let unbound = lookup.resolved(&|_| None);
        assert_eq!((unbound.shown(), unbound.unbound()), ("$H".into(), vec!["$H"]));
    }

    trait IntoPart {
        fn into_part(self) -> Part;
    }

    impl IntoPart for &str {
        fn into_part(self) -> Part {
            Part::Literal(self.to_owned())
        }
    }
}
