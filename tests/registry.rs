//! The registries are complete: what lies in a folder is registered, documented, and used by a challenge.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::ValueEnum;
use labproof::assertion::{Bindings, collect};
use labproof::challenge;
use labproof::cli::CheckFormat;
use labproof::provider;
use labproof::report::FORMATS;
use labproof::source::Source;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The kinds that the code of a folder declares, by the ids in its files.
fn declared(folder: &Path) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            ids.extend(declared(&path));
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        if !text.contains("impl Kind for") {
            continue;
        }
        let id = text.split("const ID: &str = \"").nth(1).and_then(|rest| rest.split('"').next());
        ids.insert(id.expect("a kind's file has its id as `const ID`").to_owned());
    }
    ids
}

#[test]
fn every_kind_is_registered_and_in_order() {
    for provider in provider::PROVIDERS {
        let registered: Vec<&str> = provider.kinds().iter().map(|kind| kind.id()).collect();
        assert!(registered.is_sorted(), "{registered:?}");
        let folder = root().join("src/provider").join(provider.name());
        let known: BTreeSet<String> = registered.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(declared(&folder), known, "{}", provider.name());
        for id in registered {
            assert!(id.starts_with(&format!("{}/", provider.name())), "{id}");
        }
    }
}

#[test]
fn every_kind_is_documented() {
    for kind in provider::kinds() {
        let doc = kind.doc();
        assert!(doc.len() > 80, "{}: {doc}", kind.id());
        let first = doc.lines().next().unwrap();
        assert!(first.ends_with('.') || doc.contains(".\n"), "{}: {first}", kind.id());
    }
}

/// Every kind has a fixture for: a shipped challenge that claims it, and words for it.
#[test]
fn every_kind_is_claimed_by_a_challenge_and_has_words() {
    let mut claimed = BTreeSet::new();
    for entry in fs::read_dir(root().join("challenges")).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        let path = folder.join("assignment.md");
        let challenge = challenge::parse(Source::new(&path, fs::read_to_string(&path).unwrap()));
        let plan = collect(&challenge, &Bindings::default());
        for assertion in &plan.assertions {
            let id = assertion.claim.subject.kind;
            claimed.insert(id);
            assert!(!assertion.title.is_empty() && !assertion.expected.is_empty(), "{id}");
            assert!(!assertion.hint.is_empty(), "{id} has no hint");
            let looks = provider::kind(id).unwrap().looks(&assertion.claim);
            assert!(!looks.reads.is_empty(), "{id}");
            // An absence or a refusal without a control is none.
            let present = assertion.claim.expectation.word() == "present";
            assert!(present || !looks.controls.is_empty(), "{id}");
        }
    }
    let known: BTreeSet<&str> = provider::kinds().map(provider::Kind::id).collect();
    assert_eq!(claimed, known);
}

/// And one against: a command that looks alike and claims nothing.
#[test]
fn commands_that_only_look_claim_nothing() {
    for command in [
        "vault secrets list",
        "vault read database/config/c",
        "vault list database/roles",
        "vault kv get kv/a",
        "vault status",
        "kubectl get deployment",
        "kubectl describe deployment web",
        "kubectl create deployment web --image=nginx --dry-run=client -o yaml",
        "oc get route",
        "oc set volume deployment/web",
        "oc process -f template.yml",
        "helm list",
        "helm status web",
        "helm install web acme/nginx --dry-run",
        "psql --version",
    ] {
        let text = format!("```bash\n{command}\n```\n");
        let challenge = challenge::parse(Source::new("a.md", text));
        let plan = collect(&challenge, &Bindings::default());
        assert!(plan.assertions.is_empty(), "{command}: {:?}", plan.assertions[0].title);
        assert_eq!(plan.steps.len(), 1, "{command} is a step all the same");
        assert_eq!(plan.steps[0].unclaimed.len(), 1, "{command} is said to claim nothing");
    }
}

#[test]
fn formats_are_in_order_and_documented() {
    assert!(FORMATS.iter().map(|format| format.name).is_sorted());
    assert!(FORMATS.iter().all(|format| !format.doc.is_empty()));
}

/// Every format can be asked for: `instruqt` by a flag of its own.
#[test]
fn the_command_line_has_every_format() {
    let known = CheckFormat::value_variants().iter().map(|format| format.name());
    let registered = FORMATS.iter().map(|format| format.name).filter(|name| *name != "instruqt");
    assert_eq!(known.collect::<Vec<_>>(), registered.collect::<Vec<_>>());
}
