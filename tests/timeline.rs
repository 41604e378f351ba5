//! The timeline, as a learner meets it: what is overtaken, what cannot be told, and where they are.

use labproof::assertion::Selection;
use labproof::claim::{Control, Facts, Observation, Unobservable};
use labproof::report::RunOutcome;

use crate::story::{World, check, container_gone, human, outcomes, refused, sealed, there, with};

const OBJECT: &str = "kubernetes/object";

const FORGETFUL: [&str; 7] = [
    "kubectl create configmap one --from-literal=a=1",
    "kubectl create configmap two --from-literal=a=1",
    "kubectl create deployment x --image=nginx:1",
    "kubectl create configmap four --from-literal=a=1",
    "kubectl create configmap five --from-literal=a=1",
    "kubectl create configmap six --from-literal=a=1",
    "kubectl delete deployment x",
];

fn settings() -> labproof::claim::Observation {
    with("data.a", "1")
}

#[test]
fn step_3_makes_x_step_7_deletes_it_and_the_learner_forgot_step_5() {
    let done = ["one", "two", "four", "six"];
    let names: Vec<String> = done.iter().map(|name| format!("configmap/{name}")).collect();
    let world: Vec<_> = names.iter().map(|name| (OBJECT, name.as_str(), settings())).collect();
    let report = check(&FORGETFUL, &world, Selection::All);
    assert_eq!(outcomes(&report), "1 pass, 2 pass, 3 skip, 4 pass, 5 fail, 6 pass, 7 skip");
    assert_eq!((report.here, report.outcome.exit_code()), (Some(5), 1));
    let told = human(&report);
    let advice: Vec<&str> = told.lines().filter(|line| line.contains("hint")).collect();
    assert_eq!(advice.len(), 1, "{told}");
    assert!(!advice[0].contains("deployment"), "nobody is told to make x again: {told}");
}

#[test]
fn vault_sealed_on_an_untouched_lab() {
    let steps = [
        "vault secrets enable database",
        "vault write database/roles/r db_name=c default_ttl=1h",
        "kubectl delete deployment old",
    ];
    let world: World<'_> = &[
        ("vault/mount", "database/", sealed()),
        ("vault/database-role", "database/r", sealed()),
        (OBJECT, "deployment/old", there()),
    ];
    let report = check(&steps, world, Selection::All);
    assert_eq!(outcomes(&report), "1 unknown, 2 unknown, 3 fail");
    assert_eq!((report.here, report.outcome), (Some(1), RunOutcome::Unknown));
    assert_eq!(report.outcome.exit_code(), 3);
    let told = human(&report);
    assert!(!told.contains("kubectl delete"), "nobody is told to delete the deployment: {told}");
}

#[test]
fn make_then_delete_on_an_untouched_lab() {
    let steps = ["kubectl create deployment x --image=nginx:1", "kubectl delete deployment x"];
    let report = check(&steps, &[], Selection::All);
    assert_eq!(outcomes(&report), "1 skip, 2 skip");
    assert_eq!((report.here, report.outcome.exit_code()), (None, 4));
    // Half done, it can be told: what is there was made, and is still to be deleted.
    let image = "spec.template.spec.containers[nginx].image";
    let made: World<'_> = &[(OBJECT, "deployment/x", with(image, "nginx:1"))];
    let report = check(&steps, made, Selection::All);
    assert_eq!((outcomes(&report).as_str(), report.here), ("1 pass, 2 fail", Some(2)));
}

#[test]
fn make_change_and_delete_on_an_untouched_lab() {
    let steps = [
        "kubectl create deployment x --image=nginx:1",
        "kubectl scale deployment x --replicas=3",
        "kubectl delete deployment x",
    ];
    for selection in [Selection::All, Selection::Until(2), Selection::Step(2), Selection::Step(3)] {
        let report = check(&steps, &[], selection);
        let outcome = (report.here, report.outcome.exit_code());
        assert_eq!(outcome, (None, 4), "{selection:?}: {}", outcomes(&report));
    }
    // The starting state overtakes nothing: whoever deleted has not therefore changed.
    let report = check(&steps, &[], Selection::All);
    assert_eq!(report.assertions[1].verdict.overtaken_by, None);
}

#[test]
fn what_replaces_the_whole_thing_leaves_nothing_of_an_earlier_claim() {
    let steps = ["vault kv put kv/x key=one other=two", "vault kv put kv/x key=three other=two"];
    for (key, expected, overtaken_by) in
        [("one", "1 pass, 2 fail", None), ("three", "1 skip, 2 pass", Some(2))]
    {
        let facts = labproof::claim::Facts::none().with("key", key).with("other", "two");
        let seen = labproof::claim::Observation::present(facts, "GET it → 200");
        let report = check(&steps, &[("vault/kv-secret", "kv/x", seen)], Selection::All);
        assert_eq!(outcomes(&report), expected);
        assert_eq!(report.assertions[0].verdict.overtaken_by, overtaken_by);
    }
}

#[test]
fn a_namespace_deleted_with_what_it_holds() {
    let steps = [
        "kubectl scale deployment web --replicas=0 -n old",
        "kubectl create configmap keep --from-literal=a=1",
        "kubectl delete namespace old",
    ];
    let web = "deployment/web";
    let untouched: World<'_> =
        &[(OBJECT, "namespace/old", there()), (OBJECT, web, with("spec.replicas", 2))];
    let report = check(&steps, untouched, Selection::All);
    assert_eq!(outcomes(&report), "1 fail, 2 fail, 3 fail");
    // The text takes the namespace away, so what it held is gone on purpose.
    let solved: World<'_> =
        &[(OBJECT, "configmap/keep", settings()), (OBJECT, web, container_gone())];
    let report = check(&steps, solved, Selection::All);
    assert_eq!(outcomes(&report), "1 skip, 2 pass, 3 pass");
    assert_eq!(report.assertions[0].verdict.overtaken_by, Some(3));
    assert_eq!((report.here, report.outcome.exit_code()), (None, 0));
}

#[test]
fn a_namespace_that_the_text_takes_for_granted_is_not_the_learners() {
    let steps = ["kubectl create deployment web --image=nginx:1 -n shop"];
    let world: World<'_> = &[(OBJECT, "deployment/web", container_gone())];
    let report = check(&steps, world, Selection::All);
    assert_eq!((outcomes(&report).as_str(), report.outcome.exit_code()), ("1 unknown", 3));
}

#[test]
fn a_field_changed_twice() {
    let steps = [
        "kubectl create deployment web --image=nginx:1 --replicas=2",
        "kubectl scale deployment web --replicas=3",
        "kubectl scale deployment web --replicas=5",
    ];
    let cases = [
        (2, "1 pass, 2 fail, 3 fail", Some(2)),
        (3, "1 pass, 2 pass, 3 fail", Some(3)),
        (5, "1 pass, 2 skip, 3 pass", None),
        (4, "1 fail, 2 fail, 3 fail", Some(1)),
    ];
    for (replicas, expected, here) in cases {
        let facts = labproof::claim::Facts::none()
            .with("spec.replicas", replicas)
            .with("spec.template.spec.containers[nginx].image", "nginx:1");
        let seen = labproof::claim::Observation::present(facts, "GET it → 200");
        let report = check(&steps, &[(OBJECT, "deployment/web", seen)], Selection::All);
        assert_eq!((outcomes(&report).as_str(), report.here), (expected, here), "{replicas}");
    }
    let report = check(&steps, &[], Selection::All);
    assert_eq!((outcomes(&report).as_str(), report.here), ("1 fail, 2 fail, 3 fail", Some(1)));
}

#[test]
fn a_learner_who_is_further_on_passes_an_earlier_range() {
    let steps = [
        "kubectl scale deployment web --replicas=0",
        "kubectl create configmap one --from-literal=a=1",
        "kubectl delete deployment web",
    ];
    let done: World<'_> = &[(OBJECT, "configmap/one", settings())];
    for until in 1..=3 {
        let report = check(&steps, done, Selection::Until(until));
        assert_eq!(report.outcome.exit_code(), 0, "until {until}: {}", outcomes(&report));
    }
    let report = check(&steps, done, Selection::Step(1));
    assert_eq!(report.outcome.exit_code(), 0, "all claims of the step are overtaken");
}

#[test]
fn a_step_without_a_claim_is_never_a_success() {
    let steps = ["kubectl get nodes", "kubectl create configmap one --from-literal=a=1"];
    let report = check(&steps, &[], Selection::Step(1));
    assert_eq!((report.here, report.outcome.exit_code()), (None, 4));
}

#[test]
fn a_rotation_is_blocked_by_a_config_with_another_user() {
    let steps = [
        "vault secrets enable database",
        "vault write database/config/c username=postgres password=old allowed_roles=r",
        "vault write -force database/rotate-root/c",
    ];
    let world: World<'_> = &[
        ("vault/mount", "database/", with("type", "database")),
        ("vault/database-config", "database/c", with("username", "someone")),
        ("vault/root-rotation", "database/c", sealed()),
    ];
    let report = check(&steps, world, Selection::All);
    assert_eq!(outcomes(&report), "1 pass, 2 fail, 3 unknown");
    assert_eq!(report.assertions[2].verdict.blocked_by, Some(2));
}

#[test]
fn a_refused_login_shows_a_rotation() {
    let steps = [
        "vault write database/config/c username=postgres password=old",
        "vault write -force database/rotate-root/c",
    ];
    let config = with("username", "postgres");
    let world: World<'_> = &[
        ("vault/database-config", "database/c", config),
        ("vault/root-rotation", "database/c", refused()),
    ];
    let report = check(&steps, world, Selection::All);
    assert_eq!(outcomes(&report), "1 pass, 2 pass");
}

#[test]
fn what_fails_where_the_thing_is_shows_that_it_was_not() {
    let image = "spec.template.spec.containers[nginx].image";
    for steps in [
        "kubectl get deployment web\nkubectl create deployment web --image=nginx:1",
        "kubectl get deployment web || true\nkubectl create deployment web --image=nginx:1",
    ] {
        let world: World<'_> = &[(OBJECT, "deployment/web", with(image, "nginx:1"))];
        let report = check(&[steps], world, Selection::All);
        assert_eq!((outcomes(&report).as_str(), report.outcome.exit_code()), ("1 pass", 0));
    }
    // What is put may have been there: the text read it.
    let steps = ["vault kv get kv/x\nvault kv put kv/x a=1"];
    let world: World<'_> = &[("vault/kv-secret", "kv/x", with("a", "1"))];
    let report = check(&steps, world, Selection::All);
    assert_eq!(outcomes(&report), "1 pass", "the value is new, the secret is not");
}

#[test]
fn a_login_before_its_password_is_rotated_is_overtaken() {
    let steps = [
        "PGPASSWORD=old psql -h db -U postgres -d products -c 'SELECT 1'",
        "vault write database/config/c username=postgres password=old",
        "vault write -force database/rotate-root/c",
    ];
    let login = "postgres/login";
    let uncontrolled = || {
        let reason = Unobservable::Uncontrolled("the account could not be read".into());
        Observation::unobservable(reason, "login → 28P01")
    };
    let config = || with("username", "postgres");
    let solved: World<'_> = &[
        (login, "postgres", uncontrolled()),
        ("vault/database-config", "database/c", config()),
        ("vault/root-rotation", "database/c", refused()),
    ];
    let report = check(&steps, solved, Selection::All);
    assert_eq!(
        (outcomes(&report).as_str(), report.outcome.exit_code()),
        ("1 skip, 2 pass, 3 pass", 0)
    );
    let untouched: World<'_> =
        &[(login, "postgres", there()), ("vault/root-rotation", "database/c", there())];
    let report = check(&steps, untouched, Selection::All);
    assert_eq!(outcomes(&report), "1 skip, 2 fail, 3 fail");
}

#[test]
fn what_holds_paths_takes_them_along() {
    // The text never made the engine, yet its paths are beneath it.
    let steps = ["vault kv put kv/team/x a=1", "vault secrets disable kv"];
    let gone = Observation::absent(Control::container_gone("no engine is mounted"), "GET it → 404");
    let report = check(&steps, &[("vault/kv-secret", "kv/team/x", gone)], Selection::All);
    assert_eq!(outcomes(&report), "1 skip, 2 pass");
    let standing: World<'_> =
        &[("vault/kv-secret", "kv/team/x", with("a", "1")), ("vault/mount", "kv/", there())];
    let report = check(&steps, standing, Selection::All);
    assert_eq!(outcomes(&report), "1 pass, 2 fail");
}

#[test]
fn what_is_not_made_yet_has_not_lost_what_it_never_held() {
    let steps = ["vault secrets enable -path=zz kv", "vault kv delete zz/old"];
    let gone = || labproof::claim::Control::container_gone("no engine is mounted at `zz/`");
    let world: World<'_> = &[(
        "vault/kv-secret",
        "zz/old",
        labproof::claim::Observation::absent(gone(), "GET sys/mounts → 200"),
    )];
    let report = check(&steps, world, Selection::All);
    assert_eq!((outcomes(&report).as_str(), report.here), ("1 fail, 2 unknown", Some(1)));
}

#[test]
fn a_thing_made_without_its_field_is_not_excused_by_the_thing_being_deleted_later() {
    let made = ["vault kv put kv/x a=1", "vault kv delete kv/x"];
    let changed = ["vault kv patch kv/x a=1", "vault kv delete kv/x"];
    for steps in [made, changed] {
        for (key, value, expected) in [
            ("a", "1", "1 pass, 2 fail"),
            ("a", "2", "1 fail, 2 fail"),
            ("b", "1", "1 fail, 2 fail"),
        ] {
            let world: World<'_> = &[("vault/kv-secret", "kv/x", with(key, value))];
            let report = check(&steps, world, Selection::All);
            assert_eq!(outcomes(&report), expected, "{steps:?} {key}={value}");
        }
    }
    // A field that is set and taken away again comes round, where the thing stays.
    let steps = [
        "kubectl create deployment x --image=x:1",
        "kubectl label deployment x tier=web",
        "kubectl label deployment x tier-",
    ];
    let path = "spec.template.spec.containers[x].image";
    let world: World<'_> = &[(OBJECT, "deployment/x", with(path, "x:1"))];
    assert_eq!(outcomes(&check(&steps, world, Selection::All)), "1 pass, 2 skip, 3 skip");
}

/// A step that waits until a thing is ready says nothing of what later steps make of it.
#[test]
fn ready_counts_until_the_thing_is_changed_again() {
    let steps = [
        "kubectl create deployment x --image=x:1",
        "kubectl rollout status deployment/x",
        "kubectl set image deployment/x x=x:broken",
    ];
    let seen = |image: &str, ready: &str| {
        let path = "spec.template.spec.containers[x].image";
        Observation::present(Facts::none().with(path, image).with("ready", ready), "GET it → 200")
    };
    for (image, ready, expected) in [
        ("x:1", "true", "1 pass, 2 pass, 3 fail"),
        ("x:1", "0 of 1 replicas are available", "1 pass, 2 fail, 3 fail"),
        ("x:broken", "0 of 1 replicas are available", "1 pass, 2 skip, 3 pass"),
        ("x:broken", "true", "1 pass, 2 pass, 3 pass"),
    ] {
        let world: World<'_> = &[(OBJECT, "deployment/x", seen(image, ready))];
        assert_eq!(outcomes(&check(&steps, world, Selection::All)), expected, "{image} {ready}");
    }
}
