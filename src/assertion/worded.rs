//! The author's word on the claims of a step: which are added, changed, waived, or called by other names.

use crate::author::{Added, Changed, FieldValue, Named, State, StepWord, Wanted};
use crate::challenge;
use crate::claim::{Claim, Expectation, Field, Hole, Meaning, Part, Subject, Text, Verb};
use crate::diagnostic::Diagnostic;
use crate::provider;
use crate::source::{Source, Span};
use crate::text::{nearest, or_list, ticked};

use super::scope::Scope;
use super::{Assertion, Plan};

/// Where the author's word does not fit the text.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// The file that says it.
    pub source: Source,
    /// What does not fit.
    pub diagnostic: Diagnostic,
}

/// What is claimed where a command is to be turned down: that a login is, and what was gone anyway. `None` where
/// nothing is: a command that is turned down changes nothing.
pub(super) fn refused(mut claim: Claim) -> Option<Claim> {
    if claim.verb != Verb::Confirm {
        return None;
    }
    match claim.expectation {
        Expectation::Absent | Expectation::Refused => Some(claim),
        Expectation::Present(_) if claim.subject.kind == "postgres/login" => {
            claim.expectation = Expectation::Refused;
            Some(claim)
        }
        Expectation::Present(_) | Expectation::Changed => None,
    }
}

/// What a text of the author's stands for: variables and substitutions as between a shell's double quotes. A text that
/// is none between them stands for itself.
pub(super) fn shell_text(scope: &mut Scope<'_>, text: &str) -> Text {
    if !text.contains('$') {
        return Text::from(text);
    }
    // Only its value counts.
    let quoted = format!("value=\"{}\"", with_escaped_quotes(text));
    let commands = challenge::script(&quoted, Span::default(), false);
    let assignment = commands.and_then(|commands| match commands.as_slice() {
        [one] if one.words.is_empty() => one.assignments.first().cloned(),
        _ => None,
    });
    match assignment {
        Some(assignment) => scope.assigned("…", &assignment.value),
        None => Text::from(Part::Hole(Hole::Unbound(text.to_owned()))),
    }
}

/// The text with its double quotes escaped, but for those inside `$(…)`, which begin anew.
fn with_escaped_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut depth, mut before) = (0_usize, ' ');
    for letter in text.chars() {
        match letter {
            '(' if before == '$' || depth > 0 => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '"' if depth == 0 && before != '\\' => out.push('\\'),
            _ => {}
        }
        out.push(letter);
        before = letter;
    }
    out
}

/// A claim of the author's own, and what is wrong with it. What holds it is what the text says of the same thing.
pub(super) fn added(
    added: &Added,
    scope: &mut Scope<'_>,
    plan: &Plan,
) -> (Claim, Option<Diagnostic>) {
    // Mounts are called with the slash that ends their path.
    let slash = added.kind.ends_with("mount") && !added.name.ends_with('/');
    let name = if slash { format!("{}/", added.name) } else { added.name.clone() };
    let mut subject = Subject::new(added.kind, shell_text(scope, &name));
    for (key, value) in &added.params {
        let value = shell_text(scope, value);
        let value = if *key == "password" { value.sealed() } else { value };
        subject = subject.with(key, value);
    }
    let (expectation, verb) = match added.state {
        State::Present => (Expectation::Present(Vec::new()), Verb::Make),
        State::Absent => (Expectation::Absent, Verb::Remove),
        State::Refused => (Expectation::Refused, Verb::Change),
    };
    let known = plan.assertions.iter().rev().find(|one| one.claim.subject == subject);
    let verb = match (verb, known) {
        _ if added.confirms => Verb::Confirm,
        (Verb::Make, Some(_)) => Verb::Change,
        (verb, _) => verb,
    };
    let mut claim = Claim::new(subject, expectation, verb);
    claim.container = known.and_then(|known| known.claim.container.clone());
    let wrong = set(&mut claim, &added.fields, scope);
    (claim, wrong.map(|written| unbound(added.at, &written)))
}

/// A value that stands for nothing would be taken for anything.
fn unbound(at: Span, written: &str) -> Diagnostic {
    let message = format!("nothing says what {} stands for", ticked(written));
    let help = "`vars`, the text or `--var` can; `\\$` is a `$` of its own";
    Diagnostic::error(at, message).help(help)
}

/// Does with the claims of a step what its author says of them.
pub(super) fn heed(
    said: &StepWord,
    assertions: &mut [Assertion],
    scope: &mut Scope<'_>,
    mistakes: &mut Vec<Mistake>,
) {
    for change in &said.change {
        for index in meant(&change.named, assertions, said, mistakes) {
            let wrong = apply(change, &mut assertions[index], scope);
            let wrong = wrong.map(|written| unbound(change.named.at, &written));
            mistakes.extend(wrong.map(|diagnostic| said.mistake(diagnostic)));
        }
    }
    for waiver in &said.waive {
        for index in meant(&waiver.named, assertions, said, mistakes) {
            assertions[index].said.waived = Some(waiver.reason.clone());
        }
    }
    for assertion in assertions {
        if said.unchecked {
            let reason = "its author has nothing of this step checked";
            assertion.said.waived.get_or_insert(reason.to_owned());
        }
        if assertion.said.hints.is_empty() {
            assertion.said.hints.clone_from(&said.hints);
        }
        assertion.said.wait = said.wait;
        assertion.describe();
    }
}

/// Gives the value that stands for nothing, if there is one.
fn apply(change: &Changed, assertion: &mut Assertion, scope: &mut Scope<'_>) -> Option<String> {
    let wrong = set(&mut assertion.claim, &change.fields, scope);
    if change.title.is_some() {
        assertion.said.title.clone_from(&change.title);
    }
    if !change.hints.is_empty() {
        assertion.said.hints.clone_from(&change.hints);
    }
    wrong
}

/// Which claims are meant; none is a mistake.
fn meant(
    named: &Named,
    assertions: &[Assertion],
    said: &StepWord,
    mistakes: &mut Vec<Mistake>,
) -> Vec<usize> {
    let is = |assertion: &Assertion| {
        let subject = &assertion.claim.subject;
        named.kind.is_none_or(|kind| subject.kind == kind)
            && named.name.as_ref().is_none_or(|name| subject.name.shown() == *name)
    };
    let found: Vec<usize> = (0..assertions.len()).filter(|index| is(&assertions[*index])).collect();
    if found.is_empty() {
        let wanted = match (named.kind, &named.name) {
            (Some(kind), Some(name)) => format!("{kind} {name}"),
            (Some(kind), None) => kind.to_owned(),
            (None, _) => String::new(),
        };
        let message = match wanted.as_str() {
            "" => "the step claims nothing".to_owned(),
            wanted => format!("the step has no claim {}", ticked(wanted)),
        };
        let mut there: Vec<String> = assertions
            .iter()
            .map(|one| format!("{} {}", one.claim.subject.kind, one.claim.subject.name.shown()))
            .collect();
        there.dedup();
        let diagnostic = Diagnostic::error(named.at, message);
        let diagnostic = match nearest(&wanted, &there) {
            Some(near) => diagnostic.help(format!("did you mean {}?", ticked(near))),
            None if there.is_empty() => diagnostic.help("`add:` adds one"),
            None => diagnostic.help(format!("it has {}", or_list(&there))),
        };
        mistakes.push(said.mistake(diagnostic));
    }
    found
}

impl StepWord {
    /// Something of it that does not fit.
    pub(super) fn mistake(&self, diagnostic: Diagnostic) -> Mistake {
        Mistake { source: self.source.clone(), diagnostic }
    }
}

/// Sets what is wanted of the fields of a claim that something is present; gives the value that stands for nothing.
fn set(claim: &mut Claim, wanted: &[FieldValue], scope: &mut Scope<'_>) -> Option<String> {
    let Expectation::Present(fields) = &mut claim.expectation else { return None };
    let subject = &claim.subject;
    let kind = provider::kind(subject.kind);
    let mut wrong = None;
    for FieldValue { path, wanted } in wanted {
        let known = fields.iter().position(|field| field.path == *path);
        let sealed = kind.is_some_and(|kind| kind.holds_secrets(subject, path))
            || known.is_some_and(|index| is_sealed(&fields[index].value));
        let mut value = |text: &str| {
            let value = shell_text(scope, text);
            let open = value.parts().iter().find_map(|part| match part {
                Part::Hole(Hole::Unbound(written)) => Some(written.clone()),
                _ => None,
            });
            wrong = wrong.take().or(open);
            value
        };
        let mut field = match wanted {
            Wanted::NotCompared => {
                fields.retain(|field| field.path != *path);
                continue;
            }
            Wanted::Unset => Field::unset(path),
            Wanted::Any => Field::new(path, "any", Meaning::AnyValue),
            Wanted::Matches(pattern) => Field::new(path, pattern.as_str(), Meaning::Pattern),
            Wanted::List(items) => Field::new(path, value(&items.join(",")), Meaning::WrittenList),
            Wanted::Value(text) => {
                let meaning = known.map(|index| fields[index].meaning);
                let by_value = |meaning: &Meaning| {
                    !matches!(meaning, Meaning::AnyValue | Meaning::Unset | Meaning::NotReturned)
                };
                let meaning = meaning.filter(by_value).unwrap_or(Meaning::Written);
                Field::new(path, value(text), meaning)
            }
        };
        if sealed && !matches!(wanted, Wanted::Any | Wanted::Unset) {
            field.value = field.value.sealed_as("the author's value");
        }
        match known {
            Some(index) => fields[index] = field,
            None => fields.push(field),
        }
    }
    wrong
}

fn is_sealed(value: &Text) -> bool {
    value.parts().iter().any(|part| matches!(part, Part::Supplied { .. }))
}
