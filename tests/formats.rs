//! The formats for programs, each read back by a parser that is not its writer.

mod readers;

use labproof::assertion::{Selection, SetAside};
use labproof::claim::{Control, Facts, Observation};
use labproof::provider;
use labproof::report::Report;
use labproof::secret::Secret;
use labproof::text::one_line;
use labproof::verdict::Outcome;
use proptest::prelude::*;
use serde_json::Value;

use crate::story::{World, broken, check, mount, sealed, spelled, there};
use readers::{Told, github, junit, sarif, tap};

const STEPS: [&str; 4] = [
    "vault secrets enable database",
    "vault write database/roles/api db_name=pg default_ttl=30m",
    "vault kv put kv/app key=hunter2",
    "kubectl delete deployment old",
];

/// One claim of each outcome: a pass, a fail, an unknown, and a skip.
fn mixed() -> Report {
    let facts = Facts::none().with("db_name", "pg").with("default_ttl", 3600);
    let world: World<'_> = &[
        ("vault/mount", "database/", mount()),
        ("vault/database-role", "database/api", Observation::present(facts, "GET it → 200")),
        ("vault/kv-secret", "kv/app", sealed()),
        ("kubernetes/object", "deployment/old", there()),
    ];
    let mut report = check(&STEPS, world, Selection::All);
    report.assertions[3].verdict.outcome = Outcome::Skip;
    report.assertions[3].verdict.reason = Some("its author waives it".to_owned());
    (report.counts.fail, report.counts.skip) = (1, 1);
    report.set_aside = vec![SetAside { step: 4, why: "nobody said which host this is".to_owned() }];
    report
}

/// Nothing but a skip, so that nothing was checked.
fn nothing() -> Report {
    let gone = Observation::absent(Control::new("the engine answers"), "GET it → 404");
    let steps = ["vault secrets enable kv", "vault secrets disable kv"];
    check(&steps, &[("vault/mount", "kv/", gone)], Selection::All)
}

fn outcomes(told: &[Told]) -> Vec<&str> {
    told.iter().map(|one| one.outcome.as_str()).collect()
}

#[test]
fn as_people_see_them() {
    for name in ["github", "junit", "tap"] {
        insta::assert_snapshot!(format!("mixed_{name}"), spelled(name, &[mixed()]));
    }
    let mut log: Value = serde_json::from_str(&spelled("sarif", &[mixed()])).unwrap();
    let driver = &mut log["runs"][0]["tool"]["driver"];
    assert_eq!(driver["version"], env!("CARGO_PKG_VERSION"));
    driver["version"] = "VERSION".into();
    for rule in driver["rules"].as_array_mut().unwrap() {
        let kind = provider::kind(rule["id"].as_str().unwrap()).unwrap();
        let help = rule["help"]["markdown"].as_str().unwrap();
        assert_eq!(help.replace("{{", "{").replace("}}", "}"), kind.doc());
        rule["help"] = "HELP".into();
    }
    insta::assert_snapshot!("mixed_sarif", serde_json::to_string_pretty(&log).unwrap());
}

#[test]
fn each_outcome_has_its_word() {
    let report = mixed();
    let reports = std::slice::from_ref(&report);
    let told = junit(&spelled("junit", reports));
    assert_eq!(outcomes(&told), ["pass", "failure", "error", "skipped"]);
    let told = tap(&spelled("tap", reports));
    assert_eq!(outcomes(&told), ["ok", "not ok fail", "not ok unknown", "skip"]);
    let (told, log) = github(&spelled("github", reports));
    assert_eq!(outcomes(&told), ["error", "warning", "notice"]);
    assert_eq!(log, ["labproof check: fail (1 pass, 1 fail, 1 unknown, 1 skip)"]);
    let (told, log) = sarif(&spelled("sarif", reports));
    assert_eq!(outcomes(&told), ["fail error", "open none"]);
    let invocations = log.runs[0].invocations.as_ref().unwrap();
    assert_eq!((invocations[0].exit_code, invocations[0].execution_successful), (Some(1), true));
}

#[test]
fn each_claim_has_its_place_and_its_words() {
    let report = mixed();
    let reports = std::slice::from_ref(&report);
    let failed = &report.assertions[1];
    let place = Some(("story.md".to_owned(), failed.line));
    assert_eq!(failed.line, 16);
    let title = format!("step 2: {}", failed.assertion.title);
    let words = "`default_ttl` is `1h`, expected `default_ttl` `30m`";
    for told in [junit(&spelled("junit", reports)), tap(&spelled("tap", reports))] {
        assert_eq!((&told[1].name, told[1].message.as_str()), (&title, words));
        assert_eq!(told[1].place, place);
    }
    let (told, _) = github(&spelled("github", reports));
    assert_eq!((&told[0].name, &told[0].place), (&title, &place));
    assert!(told[0].message.starts_with(words) && told[0].message.contains("\nhint: "));
    let (told, _) = sarif(&spelled("sarif", reports));
    assert_eq!((told[0].name.as_str(), &told[0].place), ("vault/database-role", &place));
    assert_eq!(told[0].message, format!("{title}: {words}"));
}

#[test]
fn a_run_that_checked_nothing_is_no_success() {
    let report = nothing();
    assert_eq!(report.outcome.exit_code(), 4);
    let reports = std::slice::from_ref(&report);
    let told = junit(&spelled("junit", reports));
    assert!(told.iter().any(|one| one.outcome == "error"), "{told:?}");
    let told = tap(&spelled("tap", reports));
    assert!(told.iter().any(|one| one.outcome == "not ok nothing"), "{told:?}");
    let (told, _) = github(&spelled("github", reports));
    assert_eq!(outcomes(&told), ["error"]);
    let (told, log) = sarif(&spelled("sarif", reports));
    assert_eq!(told, []);
    let invocations = log.runs[0].invocations.as_ref().unwrap();
    assert_eq!((invocations[0].exit_code, invocations[0].execution_successful), (Some(4), false));
    assert_eq!(invocations[0].tool_execution_notifications.as_ref().unwrap().len(), 1);
}

#[test]
fn a_broken_lab_is_one_warning_for_each_cause() {
    let report = check(&STEPS, &broken(), Selection::All);
    let (told, _) = github(&spelled("github", std::slice::from_ref(&report)));
    assert_eq!(outcomes(&told), ["error", "warning"]);
    assert!(told[1].message.contains("not about the learner's work"), "{told:?}");
    assert!(told[1].message.ends_with("the same of 2 more claims"), "{told:?}");
    let told = junit(&spelled("junit", &[report]));
    assert_eq!(outcomes(&told), ["error", "error", "error", "failure"]);
}

#[test]
fn several_challenges_are_one_document() {
    let reports = [nothing(), mixed()];
    let told = junit(&spelled("junit", &reports));
    assert_eq!(told.len(), 2 + 1 + 4);
    let told = tap(&spelled("tap", &reports));
    assert_eq!(told.len(), 2 + 1 + 4);
    let (told, log) = github(&spelled("github", &reports));
    assert_eq!(outcomes(&told), ["error", "error", "warning", "notice"]);
    assert_eq!(log.len(), 1);
    let (told, log) = sarif(&spelled("sarif", &reports));
    assert_eq!(told.len(), 2);
    assert_eq!(log.runs[0].invocations.as_ref().unwrap()[0].exit_code, Some(1));
    let text = anstream::adapter::strip_str(&spelled("human", &reports)).to_string();
    insta::assert_snapshot!("several_human", text);
}

#[test]
fn a_secret_of_the_text_is_in_none_of_them() {
    let kv = Facts::none().sealed("key", Secret::new("hunter3"));
    let world: World<'_> = &[
        ("vault/mount", "database/", mount()),
        ("vault/kv-secret", "kv/app", Observation::present(kv, "GET it → 200")),
    ];
    let report = check(&STEPS, world, Selection::All);
    assert_eq!(report.assertions[2].verdict.outcome, Outcome::Fail);
    for name in ["github", "junit", "sarif", "tap"] {
        let text = spelled(name, std::slice::from_ref(&report));
        assert!(text.contains("kv/app") && !text.contains("hunter"), "{name}: {text}");
    }
}

#[test]
fn the_types_of_sarif_turn_down_what_the_standard_does_not_know() {
    let text = spelled("sarif", &[mixed()]);
    for (good, bad) in [
        ("\"ruleIndex\"", "\"ruleNumber\""),
        ("\"startLine\": 16", "\"startLine\": \"16\""),
        ("\"open\"", "\"perhaps\""),
    ] {
        let bad = text.replace(good, bad);
        assert_ne!(bad, text);
        let read = serde_json::from_str::<serde_sarif::sarif::Sarif>(&bad);
        let lost = read.is_ok_and(|log| {
            let bad: Value = serde_json::from_str(&bad).unwrap();
            serde_json::to_value(log).unwrap() == bad
        });
        assert!(!lost, "{good}");
    }
}

/// Characters that mean something in one of the formats, and some that are no line of text.
const ODD: &str = "[a-z<>&\"'#%:,=\\\\{}\\[\\]()`~ é😀\u{85}\u{2028}\n\r\t\u{1b}\u{7}]{0,24}";

proptest! {
    /// Whatever a challenge's text holds, a reader finds the same claims, and no more of them.
    #[test]
    fn odd_text_breaks_no_format(title in ODD, actual in ODD, reason in ODD, path in "[a-z%:,# ]{1,9}") {
        let mut report = mixed();
        for claim in &mut report.assertions {
            claim.assertion.title.clone_from(&title);
            claim.verdict.actual = Some(actual.clone());
            claim.verdict.expected.clone_from(&claim.assertion.expected);
            if claim.verdict.reason.is_some() {
                claim.verdict.reason = Some(reason.clone());
            }
        }
        report.path.clone_from(&path);
        let reports = std::slice::from_ref(&report);
        let line = report.assertions[1].line;
        let told = junit(&spelled("junit", reports));
        prop_assert_eq!(outcomes(&told), ["pass", "failure", "error", "skipped"]);
        let line_of = |text: &str| one_line(text, usize::MAX);
        prop_assert_eq!(&told[1].name, &line_of(&format!("step 2: {title}")));
        prop_assert_eq!(&told[1].message, &line_of(&actual));
        prop_assert_eq!(&told[1].place, &Some((path.clone(), line)));
        let told = tap(&spelled("tap", reports));
        prop_assert_eq!(outcomes(&told), ["ok", "not ok fail", "not ok unknown", "skip"]);
        prop_assert_eq!(&told[1].name, &line_of(&format!("step 2: {title}")));
        prop_assert_eq!(&told[1].message, &actual);
        prop_assert_eq!(&told[1].place, &Some((path.clone(), line)));
        let (told, _) = github(&spelled("github", reports));
        prop_assert_eq!(outcomes(&told), ["error", "warning", "notice"]);
        prop_assert_eq!(&told[0].name, &format!("step 2: {title}"));
        prop_assert!(told[0].message.starts_with(&actual));
        prop_assert_eq!(&told[0].place, &Some((path.clone(), line)));
        let (told, _) = sarif(&spelled("sarif", reports));
        prop_assert_eq!(outcomes(&told), ["fail error", "open none"]);
        prop_assert_eq!(&told[0].message, &format!("step 2: {title}: {actual}"));
    }
}
