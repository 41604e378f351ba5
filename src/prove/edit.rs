//! The text of a step as something that can be changed: by words of its commands, and by names wherever they stand.

use std::ops::Range;

use crate::challenge::{Command, Step};
use crate::source::Span;

/// What is typed in a step, with the places of its commands and their words.
pub(super) struct Draft<'a> {
    text: &'a str,
    /// Its commands, in the order of the text; those inside substitutions are not among them.
    pub(super) commands: Vec<Line>,
}

/// One command of a [`Draft`].
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Where it stands in the text.
    pub(super) range: Range<usize>,
    /// Its words; the program is the first.
    pub(super) words: Vec<Word>,
    /// Where it stands in the file.
    pub(super) span: Span,
    /// Whether it begins a line of its own: it hangs on none before it.
    pub(super) starts: bool,
}

/// One word of a [`Line`].
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Where it stands in the text, quotes included.
    pub(super) range: Range<usize>,
    /// What it stands for, where that is in the text.
    pub(super) literal: Option<String>,
}

impl Line {
    /// The program's name, where it is literal.
    pub(super) fn program(&self) -> &str {
        self.words.first().and_then(|word| word.literal.as_deref()).unwrap_or_default()
    }

    /// The literal words behind the program; what is not literal is empty.
    pub(super) fn arguments(&self) -> Vec<&str> {
        self.words.iter().skip(1).map(|word| word.literal.as_deref().unwrap_or_default()).collect()
    }
}

impl<'a> Draft<'a> {
    /// The draft of a step; commands that do not stand in its text as they are have no place in it.
    pub(super) fn of(step: &'a Step) -> Self {
        let line = |command: &Command| {
            let words = command.words.iter().map(|word| {
                let range = step.typed.range(word.span)?;
                Some(Word { range, literal: word.literal() })
            });
            Some(Line {
                range: step.typed.range(command.span)?,
                words: words.collect::<Option<Vec<Word>>>()?,
                span: command.span,
                starts: command.link == crate::challenge::Link::Then && command.is_plain(),
            })
        };
        let commands = step.commands.iter().filter_map(line).collect();
        Self { text: step.typed.text(), commands }
    }

    /// The whole text.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// A part of the text.
    pub(super) fn slice(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The text with parts of it replaced; parts that overlap an earlier one are left as they are.
    pub(super) fn with(&self, mut edits: Vec<(Range<usize>, String)>) -> String {
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = String::new();
        let mut at = 0;
        for (range, new) in edits {
            if range.start >= at {
                text.push_str(&self.text[at..range.start]);
                text.push_str(&new);
                at = range.end;
            }
        }
        text.push_str(&self.text[at..]);
        text
    }

    /// The text with a name replaced wherever it stands as a whole; `None` where it does not.
    pub(super) fn renamed(&self, old: &str, new: &str) -> Option<String> {
        renamed(self.text, old, new)
    }
}

/// A text with a name replaced wherever it stands as a whole; `None` where it does not.
pub(super) fn renamed(text: &str, old: &str, new: &str) -> Option<String> {
    let mut changed = String::new();
    let mut at = 0;
    for (start, _) in text.match_indices(old).filter(|(start, _)| stands_alone(text, *start, old)) {
        if start >= at {
            changed.push_str(&text[at..start]);
            changed.push_str(new);
            at = start + old.len();
        }
    }
    changed.push_str(&text[at..]);
    (at > 0 && !old.is_empty()).then_some(changed)
}

/// Whether what stands at `start` is not a part of a longer name.
fn stands_alone(text: &str, start: usize, name: &str) -> bool {
    let inside = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_');
    let before = text[..start].chars().next_back();
    let after = text[start + name.len()..].chars().next();
    !before.is_some_and(inside) && !after.is_some_and(inside)
}

/// Another value of the same shape: numbers grow, truth is turned around, names change by one letter.
pub(super) fn another(value: &str) -> Option<String> {
    match value {
        "true" => return Some("false".to_owned()),
        "false" => return Some("true".to_owned()),
        _ => {}
    }
    let last_digit = value.rfind(|character: char| character.is_ascii_digit());
    // `30m`, `1.28`, `500m`: the number, not the unit. A name with a digit in it is a name.
    let numeric = value.starts_with(|character: char| character.is_ascii_digit())
        || value.contains(':') && last_digit == Some(value.len().wrapping_sub(1));
    if let (Some(end), true) = (last_digit, numeric) {
        let start = value[..end].rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
        let number: u64 = value[start..=end].parse().ok()?;
        return Some(format!("{}{}{}", &value[..start], number + 1, &value[end + 1..]));
    }
    by_one_letter(value)
}

/// The same name with its last letter changed.
pub(super) fn by_one_letter(name: &str) -> Option<String> {
    let at = name.rfind(|character: char| character.is_ascii_alphabetic())?;
    let next = match name.as_bytes()[at] {
        b'z' => 'a',
        b'Z' => 'A',
        letter => char::from(letter + 1),
    };
    Some(format!("{}{next}{}", &name[..at], &name[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::challenge;
    use crate::source::Source;

    #[test]
    fn values_change_in_their_own_shape() {
        for (value, other) in [
            ("30m", "31m"),
            ("nginx:1.28", "nginx:1.29"),
            ("1", "2"),
            ("true", "false"),
            ("products-api", "products-apj"),
            ("web2", "wec2"),
            ("jazz", "jaza"),
        ] {
            assert_eq!(another(value).as_deref(), Some(other), "{value}");
        }
        assert_eq!(another("--"), None);
    }

    #[test]
    fn a_name_is_replaced_only_where_it_stands_as_a_whole() {
        let text = "kubectl scale deployment/web -n web-shop --name=web";
        let changed = "kubectl scale deployment/wec -n web-shop --name=wec";
        assert_eq!(renamed(text, "web", "wec").as_deref(), Some(changed));
        assert_eq!(renamed(text, "shop", "shoq"), None);
    }

    #[test]
    fn words_are_found_at_their_places_whatever_they_stand_in() {
        let text = "# T\n\n> ```\n> $ vault write a/b \\\n>     c=\"d e\" | cat\n> ```\n";
        let challenge = challenge::parse(Source::new("t.md", text));
        let draft = Draft::of(&challenge.steps[0]);
        let words: Vec<&str> =
            draft.commands[0].words.iter().map(|w| draft.slice(&w.range)).collect();
        assert_eq!(words, ["vault", "write", "a/b", "c=\"d e\""]);
        assert_eq!(draft.commands[0].arguments(), ["write", "a/b", "c=d e"]);
        let edited = draft.with(vec![(draft.commands[0].words[2].range.clone(), "x".to_owned())]);
        assert!(edited.contains("vault write x "), "{edited}");
    }
}
