//! The grammar that kubectl's and helm's command lines share: flags anywhere, in every spelling.

use crate::claim::{Part, Text};
use crate::provider::Call;

/// Which flags take a value; the first argument may decide it.
pub(super) struct Grammar {
    /// The long name of a short flag, and whether it takes a value.
    pub(super) short: fn(&str, char) -> Option<(&'static str, bool)>,
    /// Whether a long flag takes no value unless it hangs on it with `=`.
    pub(super) is_truth: fn(&str, &str) -> bool,
}

/// Flags by their long names without dashes, in order; truth values have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags(Vec<(String, Option<Text>)>);

/// A command line taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// What is no flag.
    pub(super) arguments: Vec<Text>,
    pub(super) flags: Flags,
    /// What follows `--`.
    pub(super) command: Option<Vec<Text>>,
}

impl Flags {
    /// A flag's value; the last one counts.
    pub(super) fn value(&self, name: &str) -> Option<&Text> {
        self.0.iter().rev().find(|(flag, _)| flag == name).and_then(|(_, value)| value.as_ref())
    }

    /// The flags that have values, in order.
    pub(super) fn values(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.0.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_ref()?)))
    }

    /// Whether a flag is there, and not `=false`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().rev().find(|(flag, _)| flag == name).is_some_and(|(_, value)| {
            value.as_ref().and_then(Text::literal).is_none_or(|value| value != "false")
        })
    }

    /// Whether `--dry-run` is there, and not `none`.
    pub(super) fn is_dry(&self) -> bool {
        let value = self.value("dry-run").and_then(Text::literal);
        self.has("dry-run") && value.as_deref() != Some("none")
    }
}

impl Parts {
    /// Takes a command line apart; what cannot be is the reason why.
    pub(super) fn of(call: &Call, grammar: &Grammar) -> Result<Self, String> {
        let mut parts = Self::default();
        let mut words = call.words.iter().skip(1);
        while let Some(word) = words.next() {
            let start = literal_start(word).unwrap_or_default();
            if start == "--" && word.literal().is_some() {
                parts.command = Some(words.by_ref().cloned().collect());
            } else if let Some(long) = start.strip_prefix("--") {
                parts.long_flag(word, long, &mut words, grammar)?;
            } else if start.len() > 1 && start.starts_with('-') {
                parts.short_flags(word, start, &mut words, grammar)?;
            } else {
                parts.arguments.push(word.clone());
            }
        }
        Ok(parts)
    }

    fn verb(&self) -> String {
        self.arguments.first().and_then(Text::literal).unwrap_or_default()
    }

    fn long_flag<'a>(
        &mut self,
        word: &Text,
        long: &str,
        words: &mut impl Iterator<Item = &'a Text>,
        grammar: &Grammar,
    ) -> Result<(), String> {
        let value = if let Some((name, _)) = long.split_once('=') {
            let value = after(word, "--".len() + name.len() + "=".len());
            self.flags.0.push((name.to_owned(), Some(value)));
            return Ok(());
        } else if word.literal().is_none() {
            return Err(format!("the flag `{}` is not known", word.shown()));
        } else if (grammar.is_truth)(&self.verb(), long) {
            None
        } else {
            Some(words.next().ok_or_else(|| format!("`--{long}` has no value"))?.clone())
        };
        self.flags.0.push((long.to_owned(), value));
        Ok(())
    }

    fn short_flags<'a>(
        &mut self,
        word: &Text,
        start: &str,
        words: &mut impl Iterator<Item = &'a Text>,
        grammar: &Grammar,
    ) -> Result<(), String> {
        for (at, letter) in start.char_indices().skip(1) {
            let Some((name, takes_value)) = (grammar.short)(&self.verb(), letter) else {
                return Err(format!("the flag `-{letter}` is not known"));
            };
            if !takes_value {
                self.flags.0.push((name.to_owned(), None));
                continue;
            }
            let mut rest = after(word, at + letter.len_utf8());
            if literal_start(&rest).is_some_and(|rest| rest.starts_with('=')) {
                rest = after(&rest, 1);
            }
            if rest == Text::default() {
                let value = words.next().ok_or_else(|| format!("`-{letter}` has no value"))?;
                rest = value.clone();
            }
            self.flags.0.push((name.to_owned(), Some(rest)));
            return Ok(());
        }
        Ok(())
    }
}

/// The literal that a word starts with.
fn literal_start(text: &Text) -> Option<&str> {
    match text.parts().first()? {
        Part::Literal(start) => Some(start),
        _ => None,
    }
}

/// A word without the first `bytes` of its literal start.
fn after(text: &Text, bytes: usize) -> Text {
    let mut rest = Text::default();
    for (index, part) in text.parts().iter().enumerate() {
        match part {
            Part::Literal(start) if index == 0 => {
                if let Some(end) = start.get(bytes..).filter(|end| !end.is_empty()) {
                    rest.push(Part::Literal(end.to_owned()));
                }
            }
            part => rest.push(part.clone()),
        }
    }
    rest
}
