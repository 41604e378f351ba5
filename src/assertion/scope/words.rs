//! Words → the words that a shell makes of them: braces, `seq`, unquoted variables with blanks in them. And what
//! `echo`, `printf` and `cat` print.

use crate::challenge::{Piece, Word};
use crate::claim::{Part, Text};
use crate::provider::Call;

/// More words than this are not made of one.
pub(super) const MOST: usize = 64;

/// The words of `{a,b}` and `{1..3}`; one where there are none.
pub(super) fn braced(word: &Word) -> Vec<Word> {
    let mut words = vec![Word { pieces: Vec::new(), span: word.span }];
    for piece in &word.pieces {
        let choices = match piece {
            Piece::Opaque(written) => choices(written),
            _ => None,
        };
        let choices: Vec<Piece> = match choices {
            Some(texts) if texts.len() * words.len() <= MOST => {
                texts.into_iter().map(Piece::Literal).collect()
            }
            _ => vec![piece.clone()],
        };
        words = words
            .iter()
            .flat_map(|word| choices.iter().map(|choice| extended(word, choice)))
            .collect();
    }
    words
}

fn extended(word: &Word, piece: &Piece) -> Word {
    let mut longer = word.clone();
    match (longer.pieces.last_mut(), piece) {
        (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(text),
        _ => longer.pieces.push(piece.clone()),
    }
    longer
}

/// What stands between the braces, where it is plain.
fn choices(written: &str) -> Option<Vec<String>> {
    let inside = written.strip_prefix('{')?.strip_suffix('}')?;
    if inside.contains(['$', '`', '"', '\'', '\\', '{', '}', ' ']) {
        return None;
    }
    if inside.contains(',') {
        return Some(inside.split(',').map(str::to_owned).collect());
    }
    let mut ends = inside.split("..");
    let (first, last) = (ends.next()?, ends.next()?);
    let step: usize = ends.next().map_or(Some(1), |step| step.parse().ok())?;
    counted(first, last, step.max(1))
}

fn counted(first: &str, last: &str, step: usize) -> Option<Vec<String>> {
    if let (Ok(from), Ok(to)) = (first.parse::<i64>(), last.parse::<i64>()) {
        let padded = |text: &str| text.trim_start_matches('-').starts_with('0') && text.len() > 1;
        let width = if padded(first) || padded(last) { first.len().max(last.len()) } else { 0 };
        let length = usize::try_from(from.abs_diff(to)).ok()? / step + 1;
        let sign = if from <= to { 1 } else { -1 };
        let number = |index: usize| Some(from + sign * i64::try_from(index * step).ok()?);
        return (length <= MOST).then(|| {
            (0..length).map(|index| Some(format!("{:0width$}", number(index)?))).collect()
        })?;
    }
    let letter = |text: &str| match text.as_bytes() {
        [byte] if byte.is_ascii_alphabetic() => Some(*byte),
        _ => None,
    };
    let (from, to) = (letter(first)?, letter(last)?);
    let letters: Vec<String> = (from.min(to)..=from.max(to))
        .step_by(step)
        .map(|byte| char::from(byte).to_string())
        .collect();
    Some(if from <= to { letters } else { letters.into_iter().rev().collect() })
}

/// What `seq` prints, from its words.
pub(super) fn sequence(words: &[Text]) -> Option<Vec<Text>> {
    let numbers: Option<Vec<String>> = words[1..].iter().map(Text::literal).collect();
    let numbers = numbers?;
    let (first, step, last) = match numbers.as_slice() {
        [last] => ("1", 1, last.as_str()),
        [first, last] => (first.as_str(), 1, last.as_str()),
        [first, step, last] => (first.as_str(), step.parse().ok()?, last.as_str()),
        _ => return None,
    };
    let (from, to) = (first.parse::<i64>().ok()?, last.parse::<i64>().ok()?);
    if from > to {
        return Some(Vec::new());
    }
    let counted = counted(&from.to_string(), &to.to_string(), step)?;
    Some(counted.into_iter().map(Text::from).collect())
}

/// What a command prints, where the text says it: the text, with the line's end that closes it.
pub(super) fn printed(call: &Call) -> Option<Text> {
    let arguments = call.words.get(1..)?;
    match call.program()?.as_str() {
        "echo" => echoed(arguments),
        "printf" => formatted(arguments),
        "tee" => call.stdin.clone(),
        "cat" => {
            if arguments.is_empty() {
                return call.stdin.clone();
            }
            let mut text = Text::default();
            for name in arguments {
                let name = name.literal()?;
                let part = if name == "-" { call.stdin.as_ref() } else { call.file(&name) };
                text.extend(part?);
            }
            Some(text)
        }
        _ => None,
    }
}

/// Without the line's end that closes a text.
pub(super) fn without_end(text: &Text) -> Text {
    let mut whole = Text::default();
    for (index, part) in text.parts().iter().enumerate() {
        match part {
            Part::Literal(literal) if index + 1 == text.parts().len() => {
                let literal = literal.strip_suffix('\n').unwrap_or(literal);
                if !literal.is_empty() || index == 0 {
                    whole.push(Part::Literal(literal.to_owned()));
                }
            }
            part => whole.push(part.clone()),
        }
    }
    whole
}

fn echoed(arguments: &[Text]) -> Option<Text> {
    let is_option = |word: &&Text| {
        word.literal().is_some_and(|text| {
            text.len() > 1
                && text.starts_with('-')
                && text[1..].chars().all(|letter| "neE".contains(letter))
        })
    };
    let options: String =
        arguments.iter().take_while(is_option).filter_map(Text::literal).collect();
    let mut text = Text::default();
    for (index, word) in arguments.iter().skip_while(is_option).enumerate() {
        if index > 0 {
            text.push(Part::Literal(" ".to_owned()));
        }
        text.extend(word);
    }
    if options.contains('e') {
        text = unescaped(&text)?;
    }
    Some(if options.contains('n') { text } else { text.suffixed("\n") })
}

fn formatted(arguments: &[Text]) -> Option<Text> {
    let (format, values) = arguments.split_first()?;
    let known = format.literal();
    match (known.as_deref(), values) {
        (Some("%s"), _) => Some(joined(values, "")),
        (Some("%s\\n"), _) => Some(joined(values, "\n")),
        (known, []) if !known.is_some_and(|text| text.contains('%')) => unescaped(format),
        _ => None,
    }
}

fn joined(values: &[Text], end: &str) -> Text {
    let mut text = Text::default();
    for value in values {
        text.extend(&value.suffixed(end));
    }
    text
}

/// `\n`, `\t` and `\\` resolved; `None` for other escapes.
fn unescaped(text: &Text) -> Option<Text> {
    let rest = text.map(|part| part.replace("\\\\", "").replace("\\n", "").replace("\\t", ""));
    let odd = rest.parts().iter().any(|part| match part {
        Part::Literal(text) => text.contains('\\'),
        _ => false,
    });
    (!odd).then(|| {
        text.map(|part| {
            part.replace("\\\\", "\u{0}")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace('\u{0}', "\\")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn braces(pieces: &[Piece]) -> String {
        let word = Word { pieces: pieces.to_vec(), span: Span::default() };
        let words: Vec<String> =
            braced(&word).iter().map(|word| word.literal().unwrap_or("?".to_owned())).collect();
        words.join(" ")
    }

    #[test]
    fn braces_give_several_words() {
        let opaque = |text: &str| Piece::Opaque(text.to_owned());
        let literal = |text: &str| Piece::Literal(text.to_owned());
        for (pieces, words) in [
            (vec![opaque("{a,b}")], "a b"),
            (vec![literal("x-"), opaque("{1..3}"), literal(".c")], "x-1.c x-2.c x-3.c"),
            (vec![opaque("{08..10}")], "08 09 10"),
            (vec![opaque("{3..1}")], "3 2 1"),
            (vec![opaque("{1..9..4}")], "1 5 9"),
            (vec![opaque("{a..c}")], "a b c"),
            (vec![opaque("{c..a}")], "c b a"),
            (vec![opaque("{a,}"), opaque("{1,2}")], "a1 a2 1 2"),
            (vec![opaque("{a,$B}")], "?"),
            (vec![opaque("{1..1000}")], "?"),
            (vec![opaque("*")], "?"),
        ] {
            assert_eq!(braces(&pieces), words);
        }
    }

    fn call(words: &[&str], stdin: Option<&str>) -> Call {
        let words = words.iter().map(|word| Text::from(*word)).collect();
        Call { words, stdin: stdin.map(Text::from), ..Call::default() }
    }

    #[test]
    fn what_is_printed_is_known_where_the_text_says_it() {
        for (words, stdin, text) in [
            (&["echo", "a", "b"][..], None, Some("a b\n")),
            (&["echo", "-n", "a"], None, Some("a")),
            (&["echo", "-e", "a\\tb\\n"], None, Some("a\tb\n\n")),
            (&["echo", "a\\nb"], None, Some("a\\nb\n")),
            (&["echo", "-e", "\\033[1m"], None, None),
            (&["echo"], None, Some("\n")),
            (&["printf", "a\\n"], None, Some("a\n")),
            (&["printf", "%s\\n", "a", "b"], None, Some("a\nb\n")),
            (&["printf", "%d", "1"], None, None),
            (&["cat"], Some("x"), Some("x")),
            (&["cat", "-"], Some("x"), Some("x")),
            (&["cat", "f"], None, None),
            (&["tee", "f"], Some("x"), Some("x")),
            (&["date"], None, None),
        ] {
            let found = printed(&call(words, stdin)).map(|text| text.shown());
            assert_eq!(found.as_deref(), text, "{words:?}");
        }
        let mut cat = call(&["cat", "f", "./g"], None);
        cat.files = [("f", "1"), ("g", "2")]
            .into_iter()
            .map(|(name, text)| (name.to_owned(), Text::from(text)))
            .collect();
        assert_eq!(printed(&cat).map(|text| text.shown()).as_deref(), Some("12"));
    }

    #[test]
    fn a_sequence_counts() {
        let seq = |words: &[&str]| {
            let words: Vec<Text> = words.iter().map(|word| Text::from(*word)).collect();
            sequence(&words)
                .map(|found| found.iter().map(Text::shown).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(seq(&["seq", "3"]).as_deref(), Some("1 2 3"));
        assert_eq!(seq(&["seq", "2", "4"]).as_deref(), Some("2 3 4"));
        assert_eq!(seq(&["seq", "1", "2", "5"]).as_deref(), Some("1 3 5"));
        assert_eq!(seq(&["seq", "0"]).as_deref(), Some(""));
        assert_eq!(seq(&["seq", "1000"]), None);
        assert_eq!(seq(&["seq", "-w", "3"]), None);
    }
}
