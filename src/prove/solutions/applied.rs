//! `kubectl apply` instead of `kubectl create`.

use std::ops::Range;

use super::super::edit::{Draft, Line};
use super::{Course, Rule, Solution, typed};

pub(super) const RULE: Rule =
    Rule { name: "applied", doc: "`kubectl apply` in place of `kubectl create`", make };

fn make(course: &Course<'_>) -> Vec<Solution> {
    let steps = course.edited(|draft| {
        let edits = draft.commands.iter().flat_map(|line| applied(draft, line));
        Some(draft.with(edits.collect()))
    });
    typed(RULE.name, "applied instead of created", steps)
}

fn applied(draft: &Draft<'_>, line: &Line) -> Vec<(Range<usize>, String)> {
    let arguments = line.arguments();
    let creates = line.program() == "kubectl" && arguments.first() == Some(&"create");
    if !creates || !line.starts || arguments.iter().any(|word| word.starts_with("--dry-run")) {
        return Vec::new();
    }
    if arguments
        .iter()
        .any(|word| *word == "-f" || word.starts_with("--filename") || word.starts_with("-f="))
    {
        return vec![(line.words[1].range.clone(), "apply".to_owned())];
    }
    // Tokens have no manifest, and what goes on behind the words is not ours to pipe.
    let end = line.words.last().map_or(line.range.end, |word| word.range.end);
    let rest = draft.text()[end..].lines().next().unwrap_or_default();
    if arguments.get(1) == Some(&"token") || !rest.trim().is_empty() {
        return Vec::new();
    }
    let namespace = arguments.windows(2).find(|pair| matches!(pair[0], "-n" | "--namespace"));
    let joined = arguments.iter().find_map(|word| word.strip_prefix("--namespace="));
    let namespace = namespace.map(|pair| pair[1]).or(joined);
    let place = namespace.map(|name| format!(" -n {name}")).unwrap_or_default();
    vec![(end..end, format!(" --dry-run=client -o yaml | kubectl{place} apply -f -"))]
}
