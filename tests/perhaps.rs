//! What may or may not run never makes a claim wrong: whatever it did, nobody is told that a step is not done, and
//! nothing that was not claimed passes.

use labproof::assertion::Selection;
use labproof::report::RunOutcome;

use crate::story::{World, check, outcomes, there, with};

const MOUNT: &str = "vault/mount";
const OBJECT: &str = "kubernetes/object";

fn told(steps: &[&str], world: World<'_>) -> String {
    outcomes(&check(steps, world, Selection::All))
}

fn kv() -> labproof::claim::Observation {
    with("type", "kv")
}

/// Ways to write that something is perhaps taken away.
const PERHAPS: [&str; 10] = [
    "if [ -n \"$X\" ]; then vault secrets disable kv; fi",
    "while read x; do vault secrets disable kv; done",
    "case $X in a) vault secrets disable kv;; esac",
    "[[ -n $X ]] && vault secrets disable kv",
    "for x in $UNKNOWN; do vault secrets disable kv; done",
    "for x in $UNKNOWN; do vault secrets disable $x; done",
    "vault secrets list | xargs -n 1 vault secrets disable",
    "bash -c \"vault secrets disable $X\"",
    "clean() { vault secrets disable kv; }\nclean",
    "#!/bin/bash\nvault secrets disable kv",
];

#[test]
fn what_was_perhaps_taken_away_is_asked_of_nobody() {
    for perhaps in PERHAPS {
        let steps = ["vault secrets enable kv", perhaps];
        assert_eq!(told(&steps, &[]), "1 skip", "{perhaps}");
        let world: World<'_> = &[(MOUNT, "kv/", kv())];
        assert_eq!(told(&steps, world), "1 pass", "{perhaps}");
        // Another one was not touched, where the name is known.
        if !perhaps.contains("$x") && !perhaps.contains("$X;") && !perhaps.contains("xargs") {
            let steps = ["vault secrets enable -path=other kv", perhaps];
            let expected = if perhaps.contains("disable $X") { "1 skip" } else { "1 fail" };
            assert_eq!(told(&steps, &[]), expected, "{perhaps}");
        }
    }
}

#[test]
fn what_a_container_held_is_gone_with_it_perhaps() {
    for perhaps in PERHAPS {
        let steps = ["vault secrets enable kv", "vault kv put kv/a b=1", perhaps];
        assert_eq!(told(&steps, &[]), "1 skip, 2 skip", "{perhaps}");
    }
}

#[test]
fn what_was_perhaps_made_is_not_there_before() {
    let steps = ["if true; then vault secrets enable kv; fi", "vault secrets disable kv"];
    assert_eq!(told(&steps, &[]), "2 pass");
    assert_eq!(told(&steps, &[(MOUNT, "kv/", kv())]), "2 fail");
    let steps = ["if true; then kubectl create ns a; fi", "kubectl create ns a"];
    assert_eq!(told(&steps, &[(OBJECT, "namespace/a", there())]), "2 pass");
    assert_eq!(told(&steps, &[]), "2 fail");
}

/// A function does what it does where it is called, and not only where it stands.
#[test]
fn a_function_is_followed_to_where_it_is_called() {
    let steps = ["clean() { vault secrets disable kv; }", "vault secrets enable kv", "clean"];
    assert_eq!(told(&steps[..2], &[]), "2 fail");
    let together = ["clean() { vault secrets disable kv; }\nvault secrets enable kv\nclean"];
    assert_eq!(told(&together, &[]), "1 skip");
}

#[test]
fn nothing_passes_by_what_perhaps_ran() {
    for perhaps in PERHAPS {
        let report = check(&[perhaps], &[(MOUNT, "kv/", kv())], Selection::All);
        assert_eq!(report.assertions.len(), 0, "{perhaps}");
        assert_eq!(report.outcome, RunOutcome::Nothing, "{perhaps}");
    }
}

/// A loop that is gone through keeps its order: each name is made and taken away in turn.
#[test]
fn a_loop_goes_through_its_commands_in_turn() {
    let steps =
        ["for x in a b; do vault secrets enable -path=$x kv; vault secrets disable $x; done"];
    assert_eq!(told(&steps, &[]), "1 skip");
    assert_eq!(told(&steps, &[(MOUNT, "b/", kv())]), "1 fail");
    let steps =
        ["for x in a b; do vault secrets enable -path=$x kv; done", "vault secrets disable a"];
    // That `a` is gone is how the text started.
    assert_eq!(told(&steps, &[(MOUNT, "b/", kv())]), "1 pass, 2 skip");
    assert_eq!(told(&steps, &[]), "1 fail, 2 skip");
}

/// A value that the prose leaves to the learner may be any; all others are asked for.
#[test]
fn a_value_of_the_learners_own_is_any() {
    let text = "```bash\nvault kv put kv/a pin=1234 color=red\n```\n\nFeel free to use your own number instead of \
                `1234`.\n\n```bash\nvault kv put kv/b pin=1234\n```\n";
    let challenge = labproof::challenge::parse(labproof::source::Source::new("a.md", text));
    let plan = labproof::assertion::collect(&challenge, &labproof::assertion::Bindings::default());
    let asked: Vec<String> = plan
        .assertions
        .iter()
        .flat_map(|assertion| assertion.claim.expectation.fields())
        .map(|field| format!("{}={}", field.path, field.value.value().is_some()))
        .collect();
    assert_eq!(asked, ["pin=false", "color=true", "pin=false"]);
    // What the prose only compares with is no choice.
    let text = text.replace("Feel free to use your own number", "This makes 5678");
    let challenge = labproof::challenge::parse(labproof::source::Source::new("a.md", text));
    let plan = labproof::assertion::collect(&challenge, &labproof::assertion::Bindings::default());
    let mut fields = plan.assertions.iter().flat_map(|one| one.claim.expectation.fields());
    assert!(fields.all(|field| field.value.value().is_some()));
}

const MANIFEST: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: shop\ndata:\n  a: one";

/// A text that has a file applied again has had it changed in between, wherever that was.
#[test]
fn a_file_that_is_applied_again_was_changed() {
    let makes = format!("cat > web.yaml <<EOF\n{MANIFEST}\nEOF\nkubectl apply -f web.yaml");
    let world = |contents: &str, value: &str| {
        let file = ("host/file", "web.yaml", with("contents", contents));
        [file, (OBJECT, "configmap/web", with("data.a", value))]
    };
    let (same, changed) = (world(MANIFEST, "one"), world("another", "two"));
    for again in ["kubectl apply -f web.yaml", "vi web.yaml\nkubectl replace -f web.yaml"] {
        // They are there, and what they hold is asked of nobody.
        assert_eq!(told(&[&makes, again], &same), "1 pass", "{again}");
        assert_eq!(told(&[&makes, again], &changed), "1 pass", "{again}");
    }
    assert_eq!(told(&[&makes, "ls"], &changed), "1 fail");
    // What was taken away is made again as it was.
    let steps = [makes.as_str(), "kubectl delete -f web.yaml", "kubectl apply -f web.yaml"];
    assert!(told(&steps, &world(MANIFEST, "two")).ends_with("3 fail"));
    assert!(told(&steps, &same).ends_with("3 pass"));
}
