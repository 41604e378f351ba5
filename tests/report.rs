//! What people read, as snapshots: the report in each format, and the explanation of each challenge.

use std::fs;
use std::path::Path;

use labproof::assertion::{Bindings, Selection, collect};
use labproof::challenge;
use labproof::claim::{Control, Facts, Observation, Unobservable};
use labproof::report::Report;
use labproof::report::explanation::Explanation;
use labproof::source::Source;

use crate::story::{self, World, broken, check, human, mount, there, with};

const STEPS: [&str; 5] = [
    "vault secrets enable database",
    "vault list database/roles",
    "vault write database/roles/api db_name=pg default_ttl=30m max_ttl=1h",
    "vault kv put kv/app key=hunter2",
    "kubectl delete deployment old",
];

fn spelled(name: &str, report: &Report) -> String {
    story::spelled(name, std::slice::from_ref(report))
}

fn role(ttl: u64) -> Observation {
    let facts = Facts::none().with("db_name", "pg").with("default_ttl", ttl).with("max_ttl", 3600);
    Observation::present(facts, "GET database/roles/api → 200")
}

#[test]
fn a_learner_in_the_middle() {
    let world: World<'_> = &[
        ("vault/mount", "database/", mount()),
        ("vault/database-role", "database/api", role(3600)),
        ("kubernetes/object", "deployment/old", there()),
    ];
    let report = check(&STEPS, world, Selection::All);
    insta::assert_snapshot!("middle_human", human(&report));
    insta::assert_snapshot!("middle_instruqt", spelled("instruqt", &report));
    let mut all = report.clone();
    all.all = true;
    insta::assert_snapshot!("middle_human_all", human(&all));
}

#[test]
fn a_name_that_is_nearly_right() {
    let absent = Observation::absent(
        Control::new("the engine `database/` answers"),
        "GET database/roles/api → 404",
    );
    let near = absent.near(Some("`database/` has `apis`".to_owned()));
    let world: World<'_> =
        &[("vault/mount", "database/", mount()), ("vault/database-role", "database/api", near)];
    let report = check(&STEPS, world, Selection::All);
    insta::assert_snapshot!("near_human", human(&report));
    insta::assert_snapshot!("near_instruqt", spelled("instruqt", &report));
}

#[test]
fn a_lab_that_is_broken() {
    let report = check(&STEPS, &broken(), Selection::All);
    insta::assert_snapshot!("broken_human", human(&report));
    insta::assert_snapshot!("broken_instruqt", spelled("instruqt", &report));
}

#[test]
fn all_done() {
    let gone = Observation::absent(
        Control::new("the namespace answers"),
        "GET /apis/apps/v1/namespaces/default/deployments/old → 404",
    );
    let secret = labproof::secret::Secret::new("hunter2");
    let kv = Observation::present(Facts::none().sealed("key", secret), "GET kv/app → 200");
    let world: World<'_> = &[
        ("vault/mount", "database/", mount()),
        ("vault/database-role", "database/api", role(1800)),
        ("vault/kv-secret", "kv/app", kv),
        ("kubernetes/object", "deployment/old", gone),
    ];
    let report = check(&STEPS, world, Selection::All);
    insta::assert_snapshot!("done_human", human(&report));
    assert_eq!(spelled("instruqt", &report), "", "a pass says nothing");
    insta::assert_snapshot!("done_json", spelled("json", &report));
    insta::assert_snapshot!("until_human", human(&check(&STEPS, world, Selection::Until(3))));
}

#[test]
fn a_secret_of_the_text_is_in_no_format() {
    let other = labproof::secret::Secret::new("hunter3");
    let kv = Observation::present(Facts::none().sealed("key", other), "GET kv/app → 200");
    let world: World<'_> = &[
        ("vault/mount", "database/", mount()),
        ("vault/database-role", "database/api", role(1800)),
        ("vault/kv-secret", "kv/app", kv),
    ];
    let report = check(&STEPS, world, Selection::All);
    assert_eq!(report.here, Some(4));
    for name in ["human", "instruqt", "json"] {
        let text = spelled(name, &report);
        assert!(!text.contains("hunter"), "{name}: {text}");
    }
}

#[test]
fn the_instruqt_line_is_one_of_at_most_200_characters() {
    let reason = Unobservable::Unexpected("very long words ".repeat(40));
    let long = Observation::unobservable(reason, "");
    let world: World<'_> = &[("vault/mount", "database/", long)];
    for (world, words) in [(world, "not about your work"), (&[][..], "step 1")] {
        let line = spelled("instruqt", &check(&STEPS, world, Selection::All));
        assert!(line.starts_with("FAIL: ") && line.contains(words), "{line}");
        assert!(line.ends_with('\n') && line.lines().count() == 1, "{line}");
        assert!(line.trim_end().chars().count() <= 200, "{line}");
    }
}

#[test]
fn a_field_that_is_not_bound_is_said() {
    let steps = ["vault write database/roles/api db_name=$NAME default_ttl=30m"];
    let world: World<'_> = &[(
        "vault/database-role",
        "database/api",
        Observation::present(
            Facts::none().with("db_name", "x").with("default_ttl", 1800),
            "GET database/roles/api → 200",
        ),
    )];
    let mut report = check(&steps, world, Selection::All);
    report.all = true;
    insta::assert_snapshot!("unbound_human", human(&report));
    let unnamed = ["kubectl delete deployment $NAME", "kubectl create ns a"];
    let world: World<'_> = &[("kubernetes/object", "namespace/a", with("x", 1))];
    assert_eq!(check(&unnamed, world, Selection::All).steps.len(), 2);
}

#[test]
fn each_challenge_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("challenges");
    for entry in fs::read_dir(folder).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        let path = folder.join("assignment.md");
        let name = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let source = Source::new("assignment.md", fs::read_to_string(&path).unwrap());
        let challenge = challenge::parse(source);
        let plan = collect(&challenge, &Bindings::default());
        let mut bytes = Vec::new();
        Explanation::new(&challenge, &plan).human(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let unstyled = anstream::adapter::strip_str(&text).to_string();
        insta::assert_snapshot!(format!("explain_{name}"), unstyled);
    }
}
