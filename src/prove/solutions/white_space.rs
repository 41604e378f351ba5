//! More blanks between the words of commands.

use super::{Course, Rule, Solution, typed};

pub(super) const RULE: Rule =
    Rule { name: "white-space", doc: "more blanks between the words of every command", make };

fn make(course: &Course<'_>) -> Vec<Solution> {
    let steps = course.edited(|draft| {
        let words = draft.commands.iter().flat_map(|line| line.words.iter().skip(1));
        let after_blank = words.filter(|word| draft.text()[..word.range.start].ends_with(' '));
        let edits = after_blank.map(|word| (word.range.start..word.range.start, " ".to_owned()));
        Some(draft.with(edits.collect()))
    });
    typed(RULE.name, "with more blanks", steps)
}
