//! What the prose asks the reader to do and no fence does: "delete the pod that you have made". Only opens what it may
//! touch: nothing is claimed because of it.

use crate::challenge::{Challenge, Step, Word};
use crate::claim::{Claim, Expectation, Subject, Text, Verb};
use crate::provider::kubernetes::kind_word;
use crate::source::Span;

use super::asked_things::{ALL, JOINTS, KINDS, LEADS, MARKS, RUNS, SUMMARIES};
use super::asked_words::{CHANGES, MAKES, TAKES, WITHOUT_BLANKS};
use super::between::Between;

/// What a sentence asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Takes,
    Makes,
    Changes,
}

/// A sentence that asks for something.
#[derive(Clone, Debug)]
pub(in super::super) struct Exercise {
    deed: Deed,
    /// All its words.
    words: Vec<String>,
    /// Where it stands.
    pub(in super::super) span: Span,
}

/// What is asked for before each step, and behind the last.
pub(in super::super) fn exercises(challenge: &Challenge) -> Vec<Vec<Exercise>> {
    let source = &challenge.seen;
    let steps = &challenge.steps;
    let gaps = super::gaps(challenge).into_iter();
    let parts: Vec<Vec<Span>> = gaps.map(|gap| sections(source.slice(gap), gap)).collect();
    let mut all = Vec::new();
    for (index, gap) in parts.iter().enumerate() {
        // The fences up to the next heading do what is asked for just before them.
        let beside = parts.iter().skip(index + 1).take_while(|gap| gap.len() == 1).count();
        let behind = steps.get(index..).unwrap_or_default();
        let beside = &behind[..behind.len().min(beside + 1)];
        let found = gap.iter().enumerate().flat_map(|(at, part)| {
            let fences = if at + 1 == gap.len() { beside } else { &[] };
            let mut found = asked(source.slice(*part), *part);
            found.retain(|one| !fences.iter().any(|step| does(step, one.deed)));
            found
        });
        all.push(found.collect());
    }
    all
}

/// The parts of a text: each begins with a heading, but for the first.
fn sections(text: &str, span: Span) -> Vec<Span> {
    let (mut starts, mut at, mut fence) = (vec![0], 0, false);
    for line in text.split_inclusive('\n') {
        let plain = line.trim_start();
        fence ^= plain.starts_with("```") || plain.starts_with("~~~");
        if !fence && plain.starts_with('#') && at > 0 {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let part = |(start, end)| Span::new(span.start + start, span.start + end);
    starts.iter().copied().zip(ends).map(part).collect()
}

fn asked(text: &str, span: Span) -> Vec<Exercise> {
    let between = Between::read(text);
    let sums_up = |words: &str| SUMMARIES.iter().any(|one| words.contains(one));
    let headings: Vec<Vec<String>> =
        between.headings.iter().map(|(_, words)| vec![words.clone()]).collect();
    if headings.iter().flatten().any(|words| sums_up(words)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut told = false;
    for paragraph in headings.iter().chain(&between.paragraphs) {
        let item = paragraph.first().is_some_and(|first| super::is_item(first.trim()));
        // What a list tells, its lead-in says.
        told = (told && item) || paragraph.iter().any(|one| sums_up(one));
        if told {
            continue;
        }
        for sentence in paragraph {
            let deeds = deeds(sentence).into_iter();
            let words: Vec<String> = sentence.split_whitespace().map(bare).collect();
            found.extend(deeds.map(|deed| Exercise { deed, words: words.clone(), span }));
        }
    }
    found
}

/// What the clauses of a sentence ask for.
fn deeds(sentence: &str) -> Vec<Deed> {
    let mut deeds: Vec<Deed> = Vec::new();
    let mut clause: Vec<String> = Vec::new();
    let mut close = |clause: &mut Vec<String>| {
        let first = clause.iter().find(|word| !LEADS.contains(&word.as_str()) && is_word(word));
        // Some languages have the verb at the end.
        let verbs = [first, clause.last().filter(|_| clause.len() > 1)];
        for deed in verbs.into_iter().flatten().filter_map(|word| deed(word)) {
            if !deeds.contains(&deed) {
                deeds.push(deed);
            }
        }
        clause.clear();
    };
    for word in sentence.split_whitespace() {
        let plain = bare(word);
        if JOINTS.contains(&plain.as_str()) {
            close(&mut clause);
            continue;
        }
        clause.push(plain);
        if word.ends_with([',', ';', ':', ')', '.', '!', '?']) {
            close(&mut clause);
        }
    }
    close(&mut clause);
    let [takes, changes] = WITHOUT_BLANKS;
    for (words, deed) in [(takes, Deed::Takes), (changes, Deed::Changes)] {
        if words.iter().any(|word| sentence.contains(word)) && !deeds.contains(&deed) {
            deeds.push(deed);
        }
    }
    deeds
}

fn deed(word: &str) -> Option<Deed> {
    let tables = [(TAKES, Deed::Takes), (CHANGES, Deed::Changes), (MAKES, Deed::Makes)];
    tables.into_iter().find(|(words, _)| words.contains(&word)).map(|(_, deed)| deed)
}

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Whether it is more than a mark or a number.
fn is_word(word: &str) -> bool {
    word.chars().any(char::is_alphabetic) && word != "x"
}

/// Whether a fence does such a thing.
fn does(step: &Step, deed: Deed) -> bool {
    const TAKING: [&str; 9] =
        ["delete", "uninstall", "del", "remove", "rm", "drop", "purge", "down", "destroy"];
    const CHANGING: [&str; 22] = [
        "set",
        "scale",
        "label",
        "annotate",
        "patch",
        "edit",
        "apply",
        "replace",
        "taint",
        "rollout",
        "autoscale",
        "cordon",
        "uncordon",
        "drain",
        "upgrade",
        "rollback",
        "create",
        "run",
        "expose",
        "adm",
        "policy",
        "install",
    ];
    step.commands.iter().any(|command| {
        let words: Vec<String> = command.words.iter().filter_map(Word::literal).collect();
        let any = |verbs: &[&str]| words.iter().any(|word| verbs.contains(&word.as_str()));
        match deed {
            Deed::Takes => any(&TAKING) || words.iter().any(|word| word.ends_with('-')),
            Deed::Makes | Deed::Changes => any(&CHANGING),
        }
    })
}

impl Exercise {
    /// What it leaves open of what the text has said so far.
    pub(in super::super) fn opened(&self, claims: &[Claim]) -> Vec<Claim> {
        let mut subjects: Vec<&Subject> = Vec::new();
        for claim in claims.iter().filter(|claim| claim.subject.kind.starts_with("kubernetes/")) {
            if !subjects.contains(&&claim.subject) {
                subjects.push(&claim.subject);
            }
        }
        let named: Vec<&Subject> = subjects.iter().copied().filter(|one| self.names(one)).collect();
        let kinds: Vec<String> = self.words.iter().filter_map(|word| kind(word)).collect();
        let touched: Vec<&Subject> = match (named.is_empty(), kinds.is_empty()) {
            (false, _) => named,
            (true, _) if self.deed == Deed::Makes => Vec::new(),
            (true, false) => {
                subjects.into_iter().filter(|one| kinds.contains(&parts(one).0)).collect()
            }
            (true, true) => subjects.into_iter().filter(|one| self.may_mean(one)).collect(),
        };
        let expectation = match self.deed {
            Deed::Changes => Expectation::Present(Vec::new()),
            Deed::Takes if self.any(MARKS) => Expectation::Present(Vec::new()),
            Deed::Takes | Deed::Makes => Expectation::Absent,
        };
        let open = |subject: &Subject| {
            Claim::new(subject.clone(), expectation.clone(), Verb::Disturb).leniently(true)
        };
        touched.into_iter().map(open).collect()
    }

    fn names(&self, subject: &Subject) -> bool {
        let (_, name) = parts(subject);
        let called = |word: &String| *word == name || word.ends_with(&format!("/{name}"));
        !name.is_empty() && kind(&name).is_none() && self.words.iter().any(called)
    }

    fn any(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.as_str()))
    }

    /// Whether a thing may be meant by a sentence that names neither it nor any kind.
    fn may_mean(&self, subject: &Subject) -> bool {
        const WORKLOADS: [&str; 8] = [
            "deployment",
            "statefulset",
            "daemonset",
            "replicaset",
            "replicationcontroller",
            "pod",
            "job",
            "cronjob",
        ];
        let runs = || WORKLOADS.contains(&parts(subject).0.as_str());
        match self.deed {
            Deed::Takes => self.any(ALL) || self.any(MARKS),
            Deed::Changes => self.any(MARKS) || self.any(RUNS) && runs(),
            Deed::Makes => false,
        }
    }
}

/// The word of a thing's kind, and its name.
fn parts(subject: &Subject) -> (String, String) {
    let name = subject.name.value().unwrap_or_else(|| Text::shown(&subject.name));
    match name.split_once('/') {
        Some((word, name)) => (word.to_owned(), name.to_lowercase()),
        None => ("release".to_owned(), name.to_lowercase()),
    }
}

/// The kind that a word of the prose is for.
fn kind(word: &str) -> Option<String> {
    if matches!(word, "release" | "releases" | "chart" | "charts") {
        return Some("release".to_owned());
    }
    let foreign = KINDS.iter().find(|(start, _)| word.starts_with(start));
    foreign.map(|(_, kind)| (*kind).to_owned()).or_else(|| kind_word(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::challenge::parse;
    use crate::source::Source;

    /// What is left open behind a fence that makes a Deployment, a pod and a Service, by `prose`.
    fn opened(prose: &str) -> Vec<String> {
        let text = format!("# Lab\n\nMake it:\n\n```sh\nkubectl version\n```\n\n{prose}\n");
        let claims: Vec<Claim> = ["deployment/web", "pod/tester", "service/web-svc"]
            .map(|name| Subject::new("kubernetes/object", name))
            .map(|subject| Claim::new(subject, Expectation::Present(Vec::new()), Verb::Create))
            .into();
        let exercises = exercises(&parse(Source::new("a.md", text)));
        let opened = exercises.iter().flatten().flat_map(|one| one.opened(&claims));
        let spelled = opened.map(|claim| {
            let gone = claim.expectation == Expectation::Absent;
            format!("{}{}", if gone { "?" } else { "~" }, claim.subject.name.shown())
        });
        spelled.collect()
    }

    #[test]
    fn what_is_asked_for_without_a_fence_opens_what_it_names() {
        for (prose, expected) in [
            ("Now delete the pod you made.", vec!["?pod/tester"]),
            ("## Your turn\n\n1. Scale `web` back to 1.\n2. Look at it.", vec!["~deployment/web"]),
            ("Task: change the image to `nginx:1.28`.", vec!["~deployment/web", "~pod/tester"]),
            ("- [ ] Before you go on, remove the service.", vec!["?service/web-svc"]),
            ("> [!TIP]\n> Avant la suite, supprimer tous les pods.", vec!["?pod/tester"]),
            ("Supprimez le label `app` du pod `tester`.", vec!["~pod/tester"]),
            ("Lösche das Deployment `web` wieder.", vec!["?deployment/web"]),
            ("Den Pod löschen.", vec!["?pod/tester"]),
            ("Ahora elimina el servicio.", vec!["?service/web-svc"]),
            ("Теперь удалите под.", vec!["?pod/tester"]),
            ("最后，删除刚才的 Pod 。", vec!["?pod/tester"]),
            (
                "## Cleanup\n\nClean up what you created.",
                vec![
                    "?deployment/web",
                    "?pod/tester",
                    "?service/web-svc",
                    "?deployment/web",
                    "?pod/tester",
                    "?service/web-svc",
                ],
            ),
            ("Recreate `tester` with another image.", vec!["?pod/tester"]),
            // What tells only.
            ("The controller deletes the pod.", vec![]),
            ("Look at the pod, which runs.", vec![]),
            ("## Summary\n\n- Delete a pod\n- Scale a deployment", vec![]),
            ("You learned to:\n\n- Delete a pod", vec![]),
            // What a fence does.
            ("Now delete the pod:\n\n```sh\nkubectl delete pod tester\n```", vec![]),
            ("Scale it.\n\n```sh\nls\n```\n\nSo:\n\n```sh\nkubectl scale deploy web\n```", vec![]),
            (
                "Delete the pod.\n\n## Next\n\n```sh\nkubectl delete pod other\n```",
                vec!["?pod/tester"],
            ),
        ] {
            assert_eq!(opened(prose), expected, "{prose}");
        }
    }
}
