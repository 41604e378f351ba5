//! The vocabulary, form by form: what each way of writing a command claims, written by hand.
//!
//! The forms stand in `tests/forms/*.txt`, in blocks that are separated by blank lines:
//!
//! ```text
//! # a comment
//! $ vault secrets enable -path=db database
//! create vault/mount db/ type=database
//! ```
//!
//! Lines with `$ ` are one fence (`> ` goes on with the line before it, as a heredoc does); the lines below say
//! what it gives, in order: `VERB KIND NAME` with the parameters in brackets and the fields behind it, or why a
//! command claims nothing.

use std::fmt::Write as _;
use std::path::PathBuf;

use labproof::assertion::{Bindings, Plan, collect};
use labproof::claim::{Claim, Expectation, Meaning, Verb};

use crate::story::challenge;

struct Form {
    file: String,
    line: usize,
    fence: String,
    expected: Vec<String>,
}

#[test]
fn every_form_claims_what_stands_below_it() {
    let forms = forms();
    let mut wrong = String::new();
    for form in &forms {
        let found = said(&form.fence);
        if found != form.expected {
            let _ = writeln!(wrong, "{}:{}: {}", form.file, form.line, form.fence);
            for line in &form.expected {
                let _ = writeln!(wrong, "  expected {line}");
            }
            for line in &found {
                let _ = writeln!(wrong, "  found    {line}");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn no_form_is_written_twice() {
    let mut fences: Vec<String> = forms().into_iter().map(|form| form.fence).collect();
    fences.sort();
    let twice: Vec<&String> =
        fences.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

fn forms() -> Vec<Form> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/forms"));
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().flat_map(|path| in_file(path)).collect()
}

fn in_file(path: &std::path::Path) -> Vec<Form> {
    let file = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).unwrap();
    let mut forms: Vec<Form> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            open &= !line.is_empty();
        } else if let Some(command) = line.strip_prefix("$ ") {
            let new = !open || forms.last().is_none_or(|form| !form.expected.is_empty());
            if new {
                let (file, fence) = (file.clone(), String::new());
                forms.push(Form { file, line: index + 1, fence, expected: Vec::new() });
            }
            let form = forms.last_mut().unwrap();
            if !new {
                form.fence.push('\n');
            }
            form.fence.push_str(command);
            open = true;
        } else if let Some(rest) = line.strip_prefix("> ").or((line == ">").then_some("")) {
            let form = forms.last_mut().unwrap();
            form.fence.push('\n');
            form.fence.push_str(rest);
        } else {
            assert!(open, "{file}:{}: no command above `{line}`", index + 1);
            forms.last_mut().unwrap().expected.push(line.to_owned());
        }
    }
    let empty = forms.iter().find(|form| form.expected.is_empty());
    assert!(empty.is_none(), "{file}:{}: says nothing", empty.map_or(0, |form| form.line));
    forms
}

/// What a fence gives, one line for each claim and for each command that claims nothing.
fn said(fence: &str) -> Vec<String> {
    let plan: Plan = collect(&challenge(&[fence]), &Bindings::default());
    let claims = plan.assertions.iter().map(|one| (one.span.start, spelled(&one.claim)));
    let asides = plan
        .asides
        .iter()
        .filter(|aside| aside.claim.verb != Verb::Read)
        .map(|one| (one.span.start, spelled(&one.claim)));
    let unclaimed = plan.steps.iter().flat_map(|step| &step.unclaimed);
    let unclaimed = unclaimed.map(|one| (one.span.start, one.why.clone()));
    let mut lines: Vec<(usize, String)> = claims.chain(asides).chain(unclaimed).collect();
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

fn spelled(claim: &Claim) -> String {
    let verb = match (claim.verb, &claim.expectation) {
        (Verb::Create, _) => "create",
        (Verb::Make, _) => "make",
        (Verb::Replace, _) => "replace",
        (Verb::Change, Expectation::Changed) => "changed",
        (Verb::Change, _) => "change",
        (Verb::Remove, _) => "remove",
        (Verb::Confirm, Expectation::Present(_)) => "confirm",
        (Verb::Confirm, Expectation::Absent) => "confirm-absent",
        (Verb::Confirm, _) => "confirm-refused",
        (Verb::Disturb, Expectation::Present(_)) => "disturb-fields",
        (Verb::Disturb, _) => "disturb",
        (Verb::Read, _) => "read",
    };
    let lenient = if claim.lenient { "leniently " } else { "" };
    let mut line = format!("{lenient}{verb} {} {}", claim.subject.kind, claim.subject.name.shown());
    if !claim.subject.params.is_empty() {
        let params = claim.subject.params.iter();
        let params: Vec<String> =
            params.map(|(key, value)| format!("{key}={}", value.shown())).collect();
        let _ = write!(line, " [{}]", params.join(" "));
    }
    for field in claim.expectation.fields() {
        let value = match field.meaning {
            Meaning::Unset => "(unset)".to_owned(),
            Meaning::NotReturned => "(not returned)".to_owned(),
            _ => field.value.value().unwrap_or_else(|| field.value.shown()),
        };
        let _ = write!(line, " {}={}", field.path, value.replace('\n', "\\n"));
    }
    line
}
