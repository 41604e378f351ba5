//! A text and a world without servers: steps as commands, things as facts, and what the judge makes of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use labproof::assertion::{Bindings, Plan, Selection, collect};
use labproof::challenge;
use labproof::claim::{Control, Facts, Observation, Subject, Unobservable};
use labproof::report::{Report, format};
use labproof::source::Source;
use labproof::verdict::judge_all;

/// A challenge with one fence for each text.
pub(crate) fn challenge(steps: &[&str]) -> challenge::Challenge {
    let mut text = String::from("---\nslug: story\ntype: challenge\ntitle: A story\n---\n");
    for step in steps {
        let _ = write!(text, "\nNext:\n\n```bash\n{step}\n```\n");
    }
    challenge::parse(Source::new("story.md", text))
}

/// What is in the world: a kind, a name and what is seen of it. What is not listed is absent.
pub(crate) type World<'a> = &'a [(&'static str, &'a str, Observation)];

/// Present, with nothing to compare.
pub(crate) fn there() -> Observation {
    Observation::present(Facts::none(), "GET it → 200")
}

/// Present, with one field.
pub(crate) fn with(path: &str, value: impl Into<serde_json::Value>) -> Observation {
    Observation::present(Facts::none().with(path, value), "GET it → 200")
}

/// Turned down, for the reason that counts.
pub(crate) fn refused() -> Observation {
    Observation::refused(Control::new("the role exists"), "login → 28P01")
}

/// Absent because what holds it is.
pub(crate) fn container_gone() -> Observation {
    Observation::absent(Control::container_gone("no namespace"), "GET it → 404")
}

/// Not to be seen.
pub(crate) fn sealed() -> Observation {
    Observation::unobservable(Unobservable::Unreachable("Vault is sealed".into()), "")
}

/// The engine that a challenge enables.
pub(crate) fn mount() -> Observation {
    Observation::present(Facts::none().with("type", "database"), "GET sys/mounts → 200")
}

/// A Vault that is sealed, and a Kubernetes that answers.
pub(crate) fn broken() -> [(&'static str, &'static str, Observation); 4] {
    [
        ("vault/mount", "database/", sealed()),
        ("vault/database-role", "database/api", sealed()),
        ("vault/kv-secret", "kv/app", sealed()),
        ("kubernetes/object", "deployment/old", there()),
    ]
}

/// Reports in a format.
pub(crate) fn spelled(name: &str, reports: &[Report]) -> String {
    let mut bytes = Vec::new();
    (format(name).unwrap().render)(reports, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// What a check of the steps says in this world.
pub(crate) fn check(steps: &[&str], world: World<'_>, selection: Selection) -> Report {
    let challenge = challenge(steps);
    let plan = collect(&challenge, &Bindings::default());
    let observations = observations(&plan, &|subject| {
        let name = subject.name.shown();
        let found = world.iter().find(|(kind, known, _)| *kind == subject.kind && *known == name);
        found.map_or_else(
            || Observation::absent(Control::new("the namespace answers"), "GET it → 404"),
            |(_, _, observation)| observation.clone(),
        )
    });
    Report::new(&challenge, &plan, judge_all(&plan, &observations, selection), selection)
}

/// One observation for each subject of the plan.
pub(crate) fn observations(
    plan: &Plan,
    see: &dyn Fn(&Subject) -> Observation,
) -> BTreeMap<Subject, Observation> {
    plan.subjects().into_iter().map(|subject| (subject.clone(), see(subject))).collect()
}

/// `1 pass, 3 skip, …`: the outcome of every step that has one.
pub(crate) fn outcomes(report: &Report) -> String {
    let steps = report.steps.iter().filter_map(|step| {
        let outcome = step.outcome?;
        Some(format!("{} {}", step.number, outcome.word()))
    });
    steps.collect::<Vec<_>>().join(", ")
}

/// The report as a person reads it, without styles.
pub(crate) fn human(report: &Report) -> String {
    let mut bytes = Vec::new();
    let format = labproof::report::format("human").expect("registered");
    (format.render)(std::slice::from_ref(report), &mut bytes).expect("writing to memory");
    anstream::adapter::strip_str(&String::from_utf8(bytes).expect("UTF-8")).to_string()
}
