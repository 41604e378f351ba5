//! `labproof prove` as a program, on challenges that need no server: what it finds, says, and leaves.

mod ended;
mod left;
mod trouble;
mod walker;

use serde_json::Value;

use crate::run_labproof::{Labproof, Ran};

/// The shipped challenge of files only.
const NOTES: (&str, &str) = (
    include_str!("../challenges/notes-on-a-host/assignment.md"),
    include_str!("../challenges/notes-on-a-host.world.yml"),
);

/// A run of `prove` with these words on a challenge `it`; its labs are in a directory of its own.
fn prove(arguments: &[&str], challenge: &str, world: &str) -> Labproof {
    let labproof = Labproof::new(&[&["prove", "it"], arguments].concat());
    let place = labproof.path("tmp").display().to_string();
    let programs = std::env::var("PATH").unwrap();
    labproof
        .variable("TMPDIR", &place)
        .variable("LABPROOF_CACHE", &place)
        .variable("PATH", &programs)
        .file("it/assignment.md", challenge)
        .file("it.world.yml", world)
}

/// A challenge of these fences.
fn challenge(fences: &[&str]) -> String {
    let fences = fences.iter().map(|fence| format!("```bash\n{fence}\n```\n\n"));
    format!("---\nslug: it\ntype: challenge\n---\n\n{}", fences.collect::<String>())
}

/// The only proof of a document.
fn only(ran: &Ran) -> Value {
    let document: Value = serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", ran.stdout, ran.stderr));
    assert_eq!(document["schema"], 1);
    let proofs = document["proofs"].as_array().unwrap();
    assert_eq!(proofs.len(), 1, "{document:#}");
    proofs[0].clone()
}

/// The findings of this word: family, step, name and message.
fn findings(proof: &Value, finding: &str) -> Vec<String> {
    let trials = proof["trials"].as_array().unwrap().iter();
    let found = trials.filter(|trial| trial["finding"] == finding).map(|trial| {
        let word = |key: &str| trial[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}: {}", word("trial"), trial["step"], word("name"), word("message"))
    });
    found.collect()
}

#[test]
fn a_shipped_challenge_is_proven_and_nothing_is_left() {
    let labproof = prove(&["--format", "json"], NOTES.0, NOTES.1);
    let ran = labproof.run();
    let proof = only(&ran);
    assert_eq!((ran.code, &proof["outcome"]), (Some(0), &Value::from("proven")), "{proof:#}");
    let (caught, counted) = (proof["caught"].as_u64().unwrap(), proof["counted"].as_u64().unwrap());
    assert!(caught == counted && counted >= 20, "{caught} of {counted}");
    for family in ["before", "walk", "mutants", "solutions", "harmless"] {
        let trials = proof["trials"].as_array().unwrap();
        assert!(trials.iter().any(|trial| trial["trial"] == family), "{family}: {proof:#}");
    }
    left::nothing(&labproof);
}

#[test]
fn only_the_families_that_are_asked_for_are_tried() {
    let labproof = prove(&["--format", "json", "--trials", "before,walk"], NOTES.0, NOTES.1);
    let ran = labproof.run();
    let proof = only(&ran);
    assert_eq!(ran.code, Some(0));
    let trials = proof["trials"].as_array().unwrap();
    assert!(trials.iter().all(|trial| trial["trial"] == "before" || trial["trial"] == "walk"));
    assert_eq!(trials.iter().filter(|trial| trial["trial"] == "walk").count(), 6);
    assert_eq!(proof["counted"], 0);
}

/// What the world has already is no work of the learner's.
#[test]
fn a_claim_that_holds_before_its_step_is_told() {
    let text = challenge(&["mkdir -p ~/notes", "echo plan > ~/notes/plan"]);
    let labproof = prove(&["--format", "json"], &text, "files: { notes/plan: \"plan\\n\" }\n");
    let ran = labproof.run();
    let proof = only(&ran);
    assert_eq!((ran.code, &proof["outcome"]), (Some(1), &Value::from("disproven")), "{proof:#}");
    let wrong = findings(&proof, "wrong");
    let told = |wanted: &str| wrong.iter().any(|it| it.starts_with(wanted));
    assert!(told("before 1 directory `~/notes` exists: it holds before its step"), "{wrong:#?}");
    assert!(told("before 2 `~/notes/plan` holds"), "{wrong:#?}");
    left::nothing(&labproof);
}

/// A text whose own fence does not do what it says.
#[test]
fn a_fence_that_does_not_do_what_it_says_is_told() {
    // The directory is never made, so that nothing can be written into it.
    let text = challenge(&["echo a > ~/there/a", "mkdir ~/here"]);
    let labproof = prove(&["--format", "json"], &text, "files: {}\n");
    let ran = labproof.run();
    let proof = only(&ran);
    assert_eq!((ran.code, &proof["outcome"]), (Some(1), &Value::from("disproven")), "{proof:#}");
    let wrong = findings(&proof, "wrong");
    let walk = wrong.iter().find(|it| it.starts_with("walk 1 after step 1: step 1: "));
    let walk = walk.unwrap_or_else(|| panic!("{wrong:#?}"));
    assert!(walk.ends_with("ended with 1: line 1: ~/there/a: No such file or directory"), "{walk}");
    let said = prove(&[], &text, "files: {}\n").run();
    assert!(said.code == Some(1) && said.stdout.contains("after step 1"), "{}", said.stdout);
    left::nothing(&labproof);
}

/// Survivors by their names, and not only their number.
#[test]
fn a_script_that_lets_everything_through_has_its_survivors_named() {
    let arguments =
        ["--check-script", "check", "--format", "json", "--trials", "mutants,walk,before"];
    let labproof = prove(&arguments, NOTES.0, NOTES.1)
        .file("check", "test -e ~/notes/plan.md || fail-message 'no plan'\n");
    let ran = labproof.run();
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let proofs = document["proofs"].as_array().unwrap();
    // Where `fail-message` returns, the script always passes.
    let caught: Vec<u64> = proofs.iter().map(|it| it["caught"].as_u64().unwrap()).collect();
    assert!(caught.len() == 2 && caught[0] > 0 && caught[1] == 0, "{caught:?}");
    for proof in proofs {
        assert!(proof["counted"].as_u64().unwrap() >= 20, "{proof:#}");
        let wrong = findings(proof, "wrong");
        let survivor = |it: &&String| it.starts_with("mutants 5 ") && it.ends_with(": it passes");
        assert!(wrong.iter().any(|it| survivor(&it)), "{wrong:#?}");
    }
    left::nothing(&labproof);
}

/// Exit 2, these words, nothing on standard output, and no lab was made.
fn refused(labproof: &Labproof, words: &[&str]) {
    let Ran { code, stdout, stderr } = labproof.run();
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "`{word}` is not in: {stderr}");
    }
    assert!(!labproof.path("tmp").exists(), "a lab was made");
}

#[test]
fn what_cannot_be_read_is_told_before_anything_starts() {
    let text = challenge(&["touch ~/a"]);
    let missing = Labproof::new(&["prove", "missing"]).variable("TMPDIR", "tmp");
    refused(&missing, &["missing"]);
    refused(&prove(&[], &text, "files: { /a: b, /a: c }\n"), &["it.world.yml:1:"]);
    refused(&prove(&[], &text, "valut: {}\n"), &["it.world.yml:1:1", "`valut`"]);
    let inputs = "inputs: { steps: { 7: { type: [a] } } }\n";
    refused(
        &prove(&[], &text, "files: {}\n").file("it.labproof.yml", inputs),
        &["it.labproof.yml:1:"],
    );
    refused(&prove(&["--check-script", "none"], &text, ""), &["`none`", "no such file"]);
    refused(&prove(&["--trials", "luck"], &text, ""), &["luck"]);
    // The second of two: the first is not begun.
    let two = prove(&["missing"], &text, "files: {}\n");
    refused(&two, &["missing"]);
}

#[test]
fn a_text_without_commands_is_nothing_to_prove() {
    let ran = prove(&[], "---\nslug: it\n---\n\nRead this.\n", "").run();
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert!(ran.stderr.contains("no fence with commands"), "{}", ran.stderr);
}

#[test]
fn every_missing_program_is_named() {
    let text = challenge(&["touch ~/a"]);
    let none = prove(&[], &text, "systems: [vault]\n").variable("PATH", "/nowhere");
    refused(&none, &["`bash`", "`jq`", "`setpriv`", "`setsid`", "`vault`"]);
}

#[test]
fn a_proof_does_what_the_author_says() {
    let text = [
        ("mkdir ~/work", ""),
        ("echo one > ~/work/a", "<!-- labproof: {hint: [which file?, 'echo one > ~/work/a']} -->"),
        ("echo two > ~/work/b", "<!-- labproof: {fence: alternative} -->"),
        ("touch ~/work/more", "<!-- labproof: {fence: optional} -->"),
        ("rm -r ~/work", "<!-- labproof: {fence: not-for-the-learner} -->"),
        (
            "bash -c \"$(echo dG91Y2ggfi93b3JrL21hZGU= | base64 -d)\"",
            "<!-- labproof: {add: [{kind: host/file, name: ~/work/made, title: the script has run}]} -->",
        ),
    ]
    .map(|(fence, behind)| format!("```bash\n{fence}\n```\n{behind}\n\n"))
    .concat();
    let text = format!("---\nslug: it\ntype: challenge\n---\n\n{text}");
    let ran = prove(&["--format", "json"], &text, NOTES.1).run();
    let proof = only(&ran);
    assert_eq!(findings(&proof, "wrong"), [""; 0], "{proof:#}");
    assert_eq!(findings(&proof, "survivor"), [""; 0], "{proof:#}");
    let proven = findings(&proof, "proven");
    let caught: Vec<&String> = proven.iter().filter(|one| one.starts_with("mutants")).collect();
    let of = |step: usize| {
        caught.iter().filter(|one| one.starts_with(&format!("mutants {step} "))).count()
    };
    assert!(of(1) > 0 && of(2) > 0 && of(6) > 0, "{caught:#?}");
    assert_eq!((of(3), of(4), of(5)), (0, 0, 0), "nobody has to do these: {caught:#?}");
    assert!(
        proven
            .iter()
            .any(|one| one.starts_with("solutions") && one.contains("step 3 instead of step 2")),
        "{proven:#?}"
    );
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    // A wrong word is told before anything is started.
    let wrong = text.replace("fence: optional", "fence: optinal");
    let ran = prove(&[], &wrong, NOTES.1).run();
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
}
