//! `labproof check` of several challenges: each has its own report, and the first that does not stand decides.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::run_labproof::{Labproof, Ran};

const GOOD: &str =
    "---\nslug: a\ntype: challenge\ntitle: A\n---\n\n```bash\nvault secrets enable database\n```\n";
const PROSE: &str = "---\nslug: prose\ntype: challenge\ntitle: Prose\n---\nOnly prose.\n";

/// A run in a place with a challenge that claims something, one that does not, and one that is meant so.
fn check(arguments: &[&str]) -> Labproof {
    Labproof::new(&[&["check"], arguments].concat())
        .file("a.md", GOOD)
        .file("prose.md", PROSE)
        .file("quiz/assignment.md", PROSE)
        .file("quiz.labproof.yml", "checks: none\n")
}

fn document(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr))
}

#[test]
fn json_has_the_documents_of_all() {
    let ran = check(&["prose.md", "a.md", "--format", "json"]).run();
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let all = document(&ran);
    let keys: Vec<&String> = all.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schema", "outcome", "exit_code", "counts", "here", "challenges"]);
    assert_eq!((&all["schema"], &all["exit_code"]), (&json!(1), &json!(3)));
    assert_eq!(all["outcome"], "unknown");
    assert_eq!(all["counts"], json!({ "pass": 0, "fail": 0, "unknown": 1, "skip": 0 }));
    assert_eq!(all["here"], json!({ "challenge": "a", "step": 1 }));
    assert_eq!(all["challenges"][0]["outcome"], "nothing");
    // Alone, each is the same document.
    let mut alone = document(&check(&["a.md", "--format", "json"]).run());
    alone["duration_ms"] = all["challenges"][1]["duration_ms"].clone();
    assert_eq!(alone, all["challenges"][1]);
}

#[test]
fn a_challenge_of_which_nothing_is_checked_is_no_success() {
    for (paths, code) in [
        (&["prose.md", "prose.md"][..], 4),
        (&["quiz", "prose.md"], 4),
        (&["quiz", "quiz"], 0),
        (&["prose.md", "quiz", "a.md"], 3),
    ] {
        let ran = check(paths).run();
        assert_eq!(ran.code, Some(code), "{paths:?}: {}{}", ran.stdout, ran.stderr);
    }
    let all = document(&check(&["quiz", "prose.md", "--format", "json"]).run());
    assert_eq!((&all["outcome"], &all["here"]), (&json!("nothing"), &Value::Null));
    let ran = check(&["quiz", "--format", "tap"]).run();
    assert_eq!(
        (ran.code, ran.stdout.lines().nth(1).unwrap()),
        (Some(0), "1..0 # SKIP no checks are asked for")
    );
}

/// Programs get a report of one that claims nothing too, and standard error says why.
#[test]
fn one_that_claims_nothing_is_reported_to_programs() {
    for (format, words) in [
        ("github", "::error file=prose.md,title=nothing checked::"),
        ("json", "\"outcome\": \"nothing\""),
        ("junit", "<error message=\"no claim could be checked\" type=\"nothing\"/>"),
        ("sarif", "\"exitCode\": 4"),
        ("tap", "not ok 1 - a claim is checked"),
    ] {
        let ran = check(&["prose.md", "--format", format]).run();
        assert_eq!(ran.code, Some(4), "{format}");
        assert!(ran.stdout.contains(words), "{format}: {}", ran.stdout);
        assert!(ran.stderr.contains("no fence with commands"), "{format}: {}", ran.stderr);
    }
    let ran = check(&["prose.md"]).run();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(4), ""));
}

#[test]
fn a_person_reads_each_and_one_line_more() {
    let ran = check(&["quiz", "a.md", "prose.md"]).run();
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[..3], ["Prose", "", "done: no checks are asked for"]);
    let last = "cannot tell of all: 1 of 3 challenges done, A could not be seen";
    assert_eq!(lines.last(), Some(&last), "{}", ran.stdout);
}

#[test]
fn the_instruqt_line_is_of_the_one_that_decides() {
    let ran = check(&["prose.md", "a.md", "--instruqt"]).run();
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(3), 1), "{}", ran.stdout);
    assert!(ran.stdout.contains("step 1"), "{}", ran.stdout);
}

/// All challenges are read before anything is looked at.
#[test]
fn one_that_cannot_be_read_stops_the_run() {
    let ran = check(&["a.md", "missing.md", "--format", "json"]).run();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("`missing.md`"), "{}", ran.stderr);
}

/// The deadline bounds the whole run: a server that accepts and says nothing holds it up once.
#[test]
fn all_share_one_deadline() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let started = Instant::now();
    let ran = check(&["a.md", "a.md", "a.md", "a.md", "--deadline", "1", "--format", "json"])
        .variable("VAULT_ADDR", &address)
        .variable("VAULT_TOKEN", "none")
        .run();
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert_eq!(document(&ran)["counts"]["unknown"], 4);
}
