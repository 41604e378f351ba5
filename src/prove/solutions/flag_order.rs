//! Options and values in another order.

use std::ops::Range;

use super::super::edit::{Draft, Line, Word};
use super::{Course, Rule, Solution, typed};

pub(super) const RULE: Rule =
    Rule { name: "flag-order", doc: "options and `key=value` arguments in another order", make };

fn make(course: &Course<'_>) -> Vec<Solution> {
    let steps = course.edited(|draft| {
        let lines = draft.commands.iter().filter(|line| !line.arguments().contains(&"--"));
        let edits = lines.flat_map(|line| match line.program() {
            "vault" => {
                reversed(draft, line, |word| is_value(draft, word) || is_joined(draft, word))
            }
            "kubectl" | "oc" => {
                let mut edits = reversed(draft, line, |word| is_joined(draft, word));
                edits.extend(namespace_first(draft, line));
                edits
            }
            _ => Vec::new(),
        });
        Some(draft.with(edits.collect()))
    });
    typed(RULE.name, "with options in another order", steps)
}

/// `--key=value` or `-key=value`, which needs no neighbour.
fn is_joined(draft: &Draft<'_>, word: &Word) -> bool {
    let typed = draft.slice(&word.range);
    typed.starts_with('-') && typed.contains('=')
}

/// `key=value`.
fn is_value(draft: &Draft<'_>, word: &Word) -> bool {
    let typed = draft.slice(&word.range);
    typed.split_once('=').is_some_and(|(key, _)| {
        !key.is_empty()
            && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
            && !key.starts_with('-')
    })
}

/// Turns each run of such words around.
fn reversed(
    draft: &Draft<'_>,
    line: &Line,
    of: impl Fn(&Word) -> bool,
) -> Vec<(Range<usize>, String)> {
    let mut edits = Vec::new();
    let mut run: Vec<&Word> = Vec::new();
    for word in line.words.iter().map(Some).chain([None]) {
        match word {
            // Options stand before arguments: one run has only one of them.
            Some(word)
                if of(word)
                    && run
                        .last()
                        .is_none_or(|last| is_joined(draft, last) == is_joined(draft, word)) =>
            {
                run.push(word);
            }
            other => {
                for (place, word) in run.iter().zip(run.iter().rev()) {
                    edits.push((place.range.clone(), draft.slice(&word.range).to_owned()));
                }
                run.clear();
                run.extend(other.filter(|word| of(word)));
            }
        }
    }
    edits
}

/// `-n NAME` from the end to the program.
fn namespace_first(draft: &Draft<'_>, line: &Line) -> Vec<(Range<usize>, String)> {
    let (Some(program), [.., flag, name]) = (line.words.first(), line.words.as_slice()) else {
        return Vec::new();
    };
    if !matches!(flag.literal.as_deref(), Some("-n" | "--namespace")) {
        return Vec::new();
    }
    let blank = draft.text()[..flag.range.start].trim_end_matches(' ').len();
    let moved = format!("{} -n {}", draft.slice(&program.range), draft.slice(&name.range));
    vec![(program.range.clone(), moved), (blank..name.range.end, String::new())]
}
