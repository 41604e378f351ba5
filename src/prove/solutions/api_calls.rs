//! Calls of Vault's API instead of its CLI.

use std::ops::Range;

use super::super::edit::{Draft, Line};
use super::{Course, Rule, Solution, typed};

pub(super) const RULE: Rule =
    Rule { name: "api-calls", doc: "`curl` on Vault's API in place of `vault`", make };

/// Commands of commands.
const GROUPS: &[&str] = &["secrets", "auth", "policy", "audit", "lease", "token", "kv"];

fn make(course: &Course<'_>) -> Vec<Solution> {
    let steps = course.edited(|draft| {
        let edits = draft.commands.iter().filter_map(|line| called(draft, line)).flatten();
        Some(draft.with(edits.collect()))
    });
    let mut solutions = typed(RULE.name, "by calls of Vault's API", steps);
    for solution in &mut solutions {
        solution.needs = Some("curl");
    }
    solutions
}

/// The CLI itself says which call it would make.
fn called(draft: &Draft<'_>, line: &Line) -> Option<[(Range<usize>, String); 2]> {
    let arguments = line.arguments();
    let writes = match arguments.as_slice() {
        ["write" | "delete", ..] => 1,
        ["kv", "metadata", "put" | "delete", ..] => 3,
        ["kv", "put" | "delete" | "undelete" | "destroy", ..] => 2,
        [group, "enable" | "disable" | "tune" | "write" | "delete", ..]
            if GROUPS.contains(group) =>
        {
            2
        }
        _ => return None,
    };
    if line.program() != "vault" || !line.starts {
        return None;
    }
    let (first, last) = (line.words.first()?, line.words.last()?);
    // What it reads from a heredoc stands behind the line that it would be moved into.
    let rest = draft.text()[last.range.end..].lines().next().unwrap_or_default();
    if !rest.trim().is_empty() {
        return None;
    }
    let verb = line.words.get(writes)?;
    // Whatever a heredoc, a pipe or a file would bring in is as it was; only the program is another.
    let begin = draft.text()[first.range.start..verb.range.end].to_owned();
    Some([
        (first.range.start..verb.range.end, format!("eval \"$({begin} -output-curl-string")),
        (last.range.end..last.range.end, ")\"".to_owned()),
    ])
}
