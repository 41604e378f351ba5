//! What is shown of a command's output: a thing that it lists is there, whatever the text has done before.

use crate::challenge::Challenge;
use crate::source::Span;

use super::is_error;

/// Whether the output shown with a command lists a thing of this name.
pub(in super::super) fn lists(
    challenge: &Challenge,
    step: usize,
    command: usize,
    name: &str,
) -> bool {
    let source = &challenge.seen;
    let Some(this) = challenge.steps.get(step) else { return false };
    let Some(start) = this.commands.get(command).map(|one| one.span.end) else { return false };
    let next = this.commands.get(command + 1).map(|one| one.span.start);
    let within = source.slice(Span::new(start, next.unwrap_or(this.span.end)));
    let next_step = challenge.steps.get(step + 1).map(|one| one.span.start);
    let behind = match next {
        Some(_) => "",
        None => source.slice(Span::new(this.span.end, next_step.unwrap_or(source.text.len()))),
    };
    within.lines().any(|line| is_row(line, name)) || fenced(behind).any(|line| is_row(line, name))
}

/// The lines of the first fence, where no heading stands before it.
fn fenced(text: &str) -> impl Iterator<Item = &str> {
    let is_mark = |line: &&str| line.trim_start().starts_with("```");
    let lines = text.lines().take_while(|line| !line.starts_with('#'));
    lines.skip_while(move |line| !is_mark(line)).skip(1).take_while(move |line| !is_mark(line))
}

/// Whether a line of a table is about a thing: `web 1/1 Running`, `pod/web 1/1 Running`, with a mark of a comment or not.
fn is_row(line: &str, name: &str) -> bool {
    let line = line.trim().trim_start_matches(['#', '>', '$', ' ']);
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or_default();
    let named = first.split_once('/').map_or(first, |(_, name)| name) == name;
    let gone = ["deleted", "not found", "NotFound", "Terminating"];
    named && words.next().is_some() && !is_error(line) && !gone.iter().any(|one| line.contains(one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::challenge::parse;
    use crate::source::Source;

    #[test]
    fn a_table_lists_what_is_there() {
        for (text, expected) in [
            ("```console\n$ kubectl get pods\nNAME READY\nweb  1/1\n```", true),
            ("```console\n$ kubectl get pods\nNAME READY\nweb-2  1/1\n```", false),
            ("```console\n$ kubectl get pod web\nError from server: web not found\n```", false),
            ("```sh\nkubectl get pods\n# web  1/1  Running\n```", true),
            ("```sh\nkubectl get pods\n```\n\nOutput:\n\n```\nNAME READY\npod/web  1/1\n```", true),
            ("```sh\nkubectl get pods\n```\n\n# Next\n\n```\nNAME READY\nweb  1/1\n```", false),
            ("```console\n$ kubectl get pods\nNAME READY\nweb  0/1 Terminating\n```", false),
        ] {
            let challenge = parse(Source::new("a.md", format!("{text}\n")));
            assert_eq!(lists(&challenge, 0, 0, "web"), expected, "{text}");
        }
    }
}
