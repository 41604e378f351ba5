//! Texts with holes, taken apart as plain strings: every part that is not literal is one private character.

use crate::claim::{Part, Text};

/// The first character that stands for a part. Unicode gives this range no meaning.
const FIRST: u32 = 0xE000;

/// A text whose unknown and supplied parts are single characters, so that it can be split and searched.
#[derive(Clone, Debug, Default)]
pub(super) struct Masked {
    /// The text with its masks.
    pub(super) text: String,
    parts: Vec<Part>,
}

impl Masked {
    /// Masks what is not literal.
    pub(super) fn new(text: &Text) -> Self {
        let mut masked = Self::default();
        for part in text.parts() {
            if let Part::Literal(literal) = part {
                masked.text.push_str(literal);
            } else {
                let index = u32::try_from(masked.parts.len()).unwrap_or(u32::MAX);
                masked
                    .text
                    .push(char::from_u32(FIRST + index).unwrap_or(char::REPLACEMENT_CHARACTER));
                masked.parts.push(part.clone());
            }
        }
        masked
    }

    /// Whether a piece of the masked text holds a part that is not literal.
    pub(super) fn holds(&self, piece: &str) -> bool {
        let known = |c: char| (c as u32).checked_sub(FIRST).map(|index| index as usize);
        piece.chars().any(|c| known(c).is_some_and(|index| index < self.parts.len()))
    }

    /// A piece of the masked text as a text again.
    pub(super) fn unmask(&self, piece: &str) -> Text {
        let mut text = Text::default();
        let mut literal = String::new();
        for c in piece.chars() {
            let part =
                (c as u32).checked_sub(FIRST).and_then(|index| self.parts.get(index as usize));
            if let Some(part) = part {
                if !literal.is_empty() {
                    text.push(Part::Literal(std::mem::take(&mut literal)));
                }
                text.push(part.clone());
            } else {
                literal.push(c);
            }
        }
        if !literal.is_empty() || text.parts().is_empty() {
            text.push(Part::Literal(literal));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Hole;

    #[test]
    fn a_text_is_split_around_its_holes() {
        let mut text = Text::from("database/roles/");
        text.push(Part::Hole(Hole::Unbound("$ROLE".to_owned())));
        let masked = Masked::new(&text);
        let pieces: Vec<String> =
            masked.text.split('/').map(|piece| masked.unmask(piece).shown()).collect();
        assert_eq!(pieces, ["database", "roles", "$ROLE"]);
        assert_eq!(masked.unmask(&masked.text), text);
        assert_eq!(Masked::new(&Text::from("a")).unmask(""), Text::from(""));
    }
}
