//! The escapes of `$'…'`. Knows no other quotes.

/// The text of `$'…'` after its opening quote, and how many bytes it takes with the closing one.
pub(super) fn ansi_c(text: &str) -> (String, usize) {
    let mut cooked = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        rest = &rest[next.len_utf8()..];
        match next {
            '\'' => break,
            '\\' => rest = escaped(rest, &mut cooked),
            _ => cooked.push(next),
        }
    }
    (cooked, text.len() - rest.len())
}

fn escaped<'a>(rest: &'a str, cooked: &mut String) -> &'a str {
    let Some(next) = rest.chars().next() else {
        cooked.push('\\');
        return rest;
    };
    let after = &rest[next.len_utf8()..];
    let simple = match next {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'e' | 'E' => '\u{1b}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '\\' | '\'' | '"' | '?' => next,
        'x' => return number(after, 16, 2, cooked, "\\x"),
        'u' => return number(after, 16, 4, cooked, "\\u"),
        'U' => return number(after, 16, 8, cooked, "\\U"),
        '0'..='7' => return number(rest, 8, 3, cooked, "\\"),
        _ => {
            cooked.push('\\');
            next
        }
    };
    cooked.push(simple);
    after
}

/// At most `most` digits of `radix` as one character; the escape as written where that is none.
fn number<'a>(
    rest: &'a str,
    radix: u32,
    most: usize,
    cooked: &mut String,
    escape: &str,
) -> &'a str {
    let length = rest.chars().take(most).take_while(|c| c.is_digit(radix)).count();
    let digits = &rest[..length];
    if let Some(character) = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32) {
        cooked.push(character);
    } else {
        cooked.push_str(escape);
        cooked.push_str(digits);
    }
    &rest[length..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_those_of_bash() {
        for (text, cooked, length) in [
            ("a\\n\\tb' c", "a\n\tb", 7),
            ("it\\'s'", "it's", 6),
            ("\\x41\\101\\u00e9\\q'", "AAé\\q", 17),
            ("\\xzz", "\\xzz", 4),
            ("open\\", "open\\", 5),
        ] {
            assert_eq!(ansi_c(text), (cooked.to_owned(), length), "{text}");
        }
    }
}
