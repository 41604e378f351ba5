//! What variables stand for: who wins, where a value holds, and what is never taken for one.

use std::collections::BTreeMap;

use labproof::assertion::{Bindings, Plan, State, Timeline, collect};
use labproof::challenge::parse;
use labproof::claim::Expectation;
use labproof::secret::Secret;
use labproof::source::Source;

use crate::story::challenge;

fn bindings(given: &[&str], environment: &[(&str, &str)]) -> Bindings {
    let mut bindings = Bindings::default();
    for text in given {
        bindings.give(text).unwrap();
    }
    bindings.environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Secret::new(*value)))
        .collect::<BTreeMap<_, _>>();
    bindings
}

/// The `db_name` of every role that the steps write: as it is shown, and what it stands for.
fn names(steps: &[&str], bindings: &Bindings) -> Vec<(String, Option<String>)> {
    let plan = collect(&challenge(steps), bindings);
    let fields = plan.assertions.iter().flat_map(|one| one.claim.expectation.fields());
    fields
        .filter(|field| field.path == "db_name")
        .map(|field| (field.value.shown(), field.value.value()))
        .collect()
}

fn planned(steps: &[&str]) -> Plan {
    collect(&challenge(steps), &Bindings::default())
}

const ROLE: &str = "vault write database/roles/r db_name=$NAME";

#[test]
fn who_wins() {
    let literal = ["NAME=text", ROLE];
    let open = [ROLE];
    let shown = |text: &str, value: Option<&str>| vec![(text.into(), value.map(str::to_owned))];
    for (steps, given, environment, expected) in [
        (&literal[..], vec![], vec![], shown("text", Some("text"))),
        // The environment never replaces a literal of the text.
        (&literal, vec![], vec![("NAME", "environment")], shown("text", Some("text"))),
        (
            &literal,
            vec!["NAME=given"],
            vec![("NAME", "environment")],
            shown("$NAME", Some("given")),
        ),
        (&open, vec![], vec![("NAME", "environment")], shown("$NAME", Some("environment"))),
        (&open, vec![], vec![("NAME", "")], shown("$NAME", None)),
        (&open, vec![], vec![], shown("$NAME", None)),
    ] {
        let bound = names(steps, &bindings(&given, &environment));
        assert_eq!(bound, expected, "{given:?} {environment:?}");
    }
}

#[test]
fn a_value_holds_from_its_place_on() {
    let steps = ["NAME=first", ROLE, "export NAME=second OTHER=$NAME", ROLE];
    let shown: Vec<String> =
        names(&steps, &Bindings::default()).into_iter().map(|(shown, _)| shown).collect();
    assert_eq!(shown, ["first", "second"]);
    // In front of a command a variable is the command's own, and its words do not see it.
    let steps = [format!("NAME=inline {ROLE}")];
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    assert_eq!(names(&steps, &Bindings::default()), [("$NAME".to_owned(), None)]);
}

#[test]
fn placeholders_are_unbound_until_someone_fills_them_in() {
    let steps = ["vault write database/roles/r db_name=<YOUR_NAME>"];
    assert_eq!(names(&steps, &Bindings::default()), [("<YOUR_NAME>".to_owned(), None)]);
    let given = bindings(&["YOUR_NAME=pg"], &[]);
    assert_eq!(names(&steps, &given), [("<YOUR_NAME>".to_owned(), Some("pg".to_owned()))]);
    let steps =
        [r#"vault write database/roles/r db_name=[[ Instruqt-Var key="name" hostname="h" ]]"#];
    assert_eq!(names(&steps, &Bindings::default())[0].1, None);
    // The environment is no learner: a placeholder of its name is still open.
    let environment = bindings(&[], &[("YOUR_NAME", "x")]);
    let steps = ["vault write database/roles/r db_name=<YOUR_NAME>"];
    assert_eq!(names(&steps, &environment)[0].1, None);
}

#[test]
fn only_substitutions_that_read_become_look_ups() {
    let looks = [
        "X=$(kubectl get svc -l app=db -o json | jq -r '.items[0].spec.clusterIP')",
        "X=$(kubectl get svc db -o jsonpath='{.spec.clusterIP}')",
        "X=$(vault read -field=db_name database/roles/r)",
    ];
    for step in looks {
        let plan = planned(&[step]);
        assert_eq!(plan.lookups.len(), 1, "{step}");
        assert_eq!(plan.lookups[0].written, "$X");
    }
    let others = [
        "X=$(date)",
        "X=$(kubectl delete deployment web)",
        "X=$(vault read -field=password database/creds/r)",
        "X=$(vault token create -field=token)",
        "X=$(kubectl get svc -o json | sh)",
        "X=$(kubectl get svc -o json && rm -rf /)",
        "X=$(kubectl get secret s -o json | jq -r .data.password)",
    ];
    for step in others {
        assert_eq!(planned(&[step]).lookups.len(), 0, "{step}");
    }
}

#[test]
fn what_a_pipe_writes_is_known_where_the_text_says_it() {
    let manifest = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop";
    for step in [
        format!("kubectl apply -f - <<EOF\n{manifest}\nEOF"),
        format!("cat <<EOF | kubectl apply -f -\n{manifest}\nEOF"),
        format!("echo '{manifest}' | kubectl create -f -"),
    ] {
        let plan = planned(&[&step]);
        let names: Vec<String> =
            plan.assertions.iter().map(|one| one.claim.subject.name.shown()).collect();
        assert_eq!(names, ["namespace/shop"], "{step}");
    }
}

#[test]
fn a_command_behind_or_claims_nothing() {
    let plan = planned(&["kubectl get ns a || kubectl create ns a"]);
    assert!(plan.assertions.is_empty());
    assert!(plan.steps[0].unclaimed[1].why.contains("||"), "{:?}", plan.steps[0].unclaimed);
}

/// What a text says of how its own commands end stands above what they mean.
#[test]
fn a_command_that_is_said_to_fail_or_to_be_optional_claims_nothing() {
    let text = |prose: &str| {
        let text = format!(
            "```sh\nkubectl create namespace shop\n```\n\n{prose}\n\n```sh\nkubectl delete namespace shop\n```\n"
        );
        let plan = collect(&parse(Source::new("a.md", text)), &Bindings::default());
        let claims: Vec<String> = plan.assertions.iter().map(|one| one.title.clone()).collect();
        let why = plan.steps[1].unclaimed.first().map(|one| one.why.clone()).unwrap_or_default();
        // The namespace may be there or not: neither is demanded.
        let parts = Timeline::new(&plan).parts(1, &plan.assertions[0].claim, usize::MAX);
        (claims.len(), parts[0].end.clone(), why)
    };
    assert_eq!(text("Then:"), (2, State::Absent, String::new()));
    let fails = (1, State::Open, "the text says that it fails".to_owned());
    assert_eq!(text("As a guest, try to delete it. This should fail:"), fails);
    let optional = (1, State::Open, "the text says that it need not be run".to_owned());
    assert_eq!(text("(Optional) Clean up:"), optional);
}

/// A look that must find nothing confirms, all the more where the text says so.
#[test]
fn a_look_that_is_said_to_fail_still_confirms_a_removal() {
    let text = "```sh\nkubectl delete namespace shop\n```\n\nThe following command fails:\n\n```sh\nkubectl get namespace shop\n```\n";
    let plan = collect(&parse(Source::new("a.md", text)), &Bindings::default());
    assert_eq!(plan.assertions.len(), 2);
    assert_eq!(plan.assertions[1].claim.expectation, Expectation::Absent);
}

#[test]
fn a_command_in_a_substitution_changes_the_lab_like_any_other() {
    let plan =
        planned(&["export OUT=$(kubectl create namespace shop)\nkubectl get namespace shop"]);
    assert_eq!(plan.assertions.len(), 1);
    assert_eq!(plan.assertions[0].title, "namespace `shop` exists");
}

/// Read again after the deletion, the same command gives another name.
#[test]
fn nothing_is_claimed_to_be_gone_by_a_name_that_is_read_from_the_lab() {
    for step in [
        "kubectl delete pod $(kubectl get pods -l app=a -o jsonpath='{.items[0].metadata.name}')",
        "POD=$(kubectl get pods -l app=a -o jsonpath='{.items[0].metadata.name}')\nkubectl delete pod $POD",
    ] {
        assert_eq!(planned(&[step]).assertions.len(), 0, "{step}");
    }
}

#[test]
fn a_lookup_looks_where_the_text_is_at_its_place() {
    let steps = [
        "A=$(kubectl get svc web -o name)",
        "kubectl config set-context --current --namespace=shop",
        "B=$(kubectl get svc web -o name)",
        "kubectl config use-context east",
        "oc project till",
        "C=$(oc get svc web -o name)",
        "D=$(kubectl get svc web -n other -o name)",
        "vault kv put secret/all a=$A b=$B c=$C d=$D",
    ];
    let plan = planned(&steps);
    let shown = |lookup: &labproof::assertion::Lookup| {
        let words = lookup.call.words.iter().map(labproof::claim::Text::shown);
        words.collect::<Vec<_>>().join(" ")
    };
    let looked: Vec<String> = plan.lookups.iter().map(shown).collect();
    assert_eq!(
        looked,
        [
            "kubectl get svc web -o name",
            "kubectl --namespace=shop get svc web -o name",
            "oc --context=east --namespace=till get svc web -o name",
            "kubectl --context=east get svc web -n other -o name",
        ]
    );
}
