//! All of it in another directory than the one that the terminal starts in.

use super::{Course, Rule, Solution};

pub(super) const RULE: Rule = Rule {
    name: "another-directory",
    doc: "all of it in another directory than the one that the terminal starts in",
    make,
};

fn make(course: &Course<'_>) -> Vec<Solution> {
    // A challenge whose files lie where it starts is only right there.
    if course.plan.files.iter().any(|file| !file.path.starts_with(['/', '~'])) {
        return Vec::new();
    }
    vec![Solution {
        rule: RULE.name,
        name: "in another directory".to_owned(),
        first: "mkdir -p \"$HOME/some where/else\" && cd \"$HOME/some where/else\"\n".to_owned(),
        steps: course.steps(),
        after: Vec::new(),
        needs: None,
    }]
}
