//! The texts that files are asked for: what of a command's words a file must hold.

use crate::claim::{Hole, Part, Text};

/// Without what the checker's environment says of the checker: `$USER` is the learner's there.
pub(super) fn nobodys(text: &Text) -> Text {
    const PERSONAL: &[&str] =
        &["$HOME", "$HOSTNAME", "$LOGNAME", "$PATH", "$PWD", "$SHELL", "$USER"];
    let mut whole = Text::default();
    for part in text.parts() {
        whole.push(match part {
            Part::Supplied { written, .. } if PERSONAL.contains(&written.as_str()) => {
                Part::Hole(Hole::Unbound(written.clone()))
            }
            part => part.clone(),
        });
    }
    whole
}

/// Without the line ends that close it.
pub(super) fn trimmed(text: &Text) -> Text {
    let mut whole = Text::default();
    let last = text.parts().len().saturating_sub(1);
    for (index, part) in text.parts().iter().enumerate() {
        match part {
            Part::Literal(literal) if index == last => {
                let literal = literal.trim_end();
                if !literal.is_empty() || last == 0 {
                    whole.push(Part::Literal(literal.to_owned()));
                }
            }
            part => whole.push(part.clone()),
        }
    }
    whole
}

/// What `s/a/b/` puts in, where neither side is a pattern.
pub(super) fn replacement(script: &str) -> Option<String> {
    let rest = script.strip_prefix('s')?;
    let mark = rest.chars().next().filter(|c| !c.is_alphanumeric() && *c != '\\')?;
    let mut parts = rest[mark.len_utf8()..].split(mark);
    let (from, to, flags) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |text: &str, odd: &str| !text.is_empty() && !text.contains(|c| odd.contains(c));
    let single = parts.next().is_none() && flags.bytes().all(|byte| byte == b'g' || byte == b'I');
    let good = single && plain(from, "\\*+?[]()^$|{}\n") && plain(to, "\\&\n");
    (good && !script.contains(['\n', ';'])).then(|| to.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_substitution_is_told_from_a_pattern() {
        for (script, text) in [
            ("s/a/b/", Some("b")),
            ("s/a/b/g", Some("b")),
            ("s|/x/a|/y|", Some("/y")),
            ("s/a.b/c/", Some("c")),
            ("s/a*/b/", None),
            ("s/^a/b/", None),
            ("s/a/&b/", None),
            ("s/a//", None),
            ("s/a/b", None),
            ("s/a/b/;s/b/c/", None),
            ("/x/d", None),
        ] {
            assert_eq!(replacement(script).as_deref(), text, "{script}");
        }
    }
}
