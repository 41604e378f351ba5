//! What a user meets at the command line: bad input, exit codes, streams.

use std::fmt::Write as _;
use std::io::Read;

use crate::run_labproof::Labproof;

const GOOD: &str = "---\nslug: a\ntype: challenge\ntitle: A\n---\nDo:\n\n```bash\nvault secrets enable database\n```\n";

/// Input that cannot be read: exit 2 (4 where there is nothing to be checked), a message with its place, and
/// nothing on standard output but, when asked for, one `FAIL: ` line.
#[test]
fn bad_input_has_a_clear_message_and_the_right_exit_code() {
    let bomb = {
        let mut text = String::from("---\nslug: a\na0: &a0 [x]\n");
        for level in 1..40 {
            let before = level - 1;
            let _ = writeln!(text, "a{level}: &a{level} [*a{before}, *a{before}, *a{before}]");
        }
        text + "---\n\n```bash\nvault status\n```\n"
    };
    let broken =
        "---\nslug: a\ntitle: [never closed\n---\n\n```bash\nvault secrets enable kv\n```\n";
    let unending = "---\nslug: a\ntype: challenge\n\n```bash\nvault secrets enable kv\n```\n";
    let prose = "---\nslug: a\ntype: challenge\ntitle: A\n---\nOnly prose.\n";
    let looks = "---\nslug: a\ntype: challenge\ntitle: A\n---\n\n```bash\nvault status\n```\n";
    let cases: &[(&str, &[u8], i32, &str)] = &[
        ("binary", b"---\nslug: a\0b\n", 2, "a.md:2: a NUL byte"),
        ("latin-1", b"caf\xe9\n", 2, "a.md:1: bytes that are not UTF-8"),
        ("yaml", broken.as_bytes(), 2, "a.md:"),
        ("bomb", bomb.as_bytes(), 2, "a.md:"),
        ("unending", unending.as_bytes(), 2, "a.md:1:"),
        ("no fence", prose.as_bytes(), 4, "no fence with commands"),
        ("no claim", looks.as_bytes(), 4, "no claim"),
        ("empty", b"", 4, "no fence with commands"),
    ];
    for (name, bytes, code, message) in cases {
        let ran = Labproof::new(&["check", "a.md"]).file("a.md", bytes).run();
        assert_eq!(ran.code, Some(*code), "{name}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{name}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{name}");
        let ran = Labproof::new(&["check", "a.md", "--instruqt"]).file("a.md", bytes).run();
        assert_eq!(ran.code, Some(*code), "{name}");
        assert!(ran.stdout.starts_with("FAIL: "), "{name}: {}", ran.stdout);
        assert_eq!(ran.stdout.lines().count(), 1, "{name}");
        assert!(ran.stdout.trim_end().chars().count() <= 200, "{name}");
    }
}

#[test]
fn paths_that_are_no_challenge_are_said() {
    let ran = Labproof::new(&["check"]).run();
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("cannot read `assignment.md`: no such file"), "{}", ran.stderr);
    let ran = Labproof::new(&["check", "."]).run();
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("`.` has no assignment.md"), "{}", ran.stderr);
}

#[test]
fn a_huge_file_is_refused_without_reading_it() {
    let labproof = Labproof::new(&["check", "a.md"]);
    let file = std::fs::File::create(labproof.path("a.md")).unwrap();
    file.set_len(100 * 1024 * 1024).unwrap();
    let ran = labproof.run();
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("`a.md` is larger than 4 MiB"), "{}", ran.stderr);
}

#[test]
fn usage_errors_are_2_and_reach_the_learner_under_instruqt() {
    for arguments in [
        &["check", "a.md", "--deadline", "0"][..],
        &["check", "a.md", "--until", "1", "--step", "1"],
        &["check", "a.md", "--until", "0"],
        &["check", "a.md", "--step", "2"],
        &["check", "a.md", "--var", "nothing"],
        &["check", "a.md", "--var-file", "missing"],
        &["check", "a.md", "--fromat", "json"],
        &["check", "a.md", "--format", "xml"],
        &["check", "a.md", "a.md", "--until", "1"],
        &["check", "a.md", "a.md", "--step", "1"],
        &["check", "a.md", "missing"],
    ] {
        let ran = Labproof::new(arguments).file("a.md", GOOD).run();
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stderr.is_empty() && ran.stdout.is_empty(), "{arguments:?}");
        let mut instruqt = arguments.to_vec();
        instruqt.push("--instruqt");
        let ran = Labproof::new(&instruqt).file("a.md", GOOD).run();
        assert_eq!(ran.code, Some(2), "{arguments:?}");
        assert!(ran.stdout.starts_with("FAIL: "), "{arguments:?}: {}", ran.stdout);
    }
}

#[test]
fn a_variable_file_names_the_line_and_never_the_value() {
    let ran = Labproof::new(&["check", "a.md", "--var-file", "vars"])
        .file("a.md", GOOD)
        .file("vars", "A=1\nhunter2\n")
        .run();
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("vars:2: "), "{}", ran.stderr);
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}

#[test]
fn a_missing_address_is_unknown_and_not_a_usage_error() {
    let ran = Labproof::new(&["check", "a.md"]).file("a.md", GOOD).run();
    assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("VAULT_ADDR"), "{}", ran.stdout);
    let ran = Labproof::new(&["check", "a.md", "--instruqt"]).file("a.md", GOOD).run();
    assert_eq!(ran.code, Some(3));
    assert!(ran.stdout.contains("this is not about your work"), "{}", ran.stdout);
}

#[test]
fn a_body_without_frontmatter_is_checked_as_usual() {
    let body = "Do:\n\n```bash\nvault secrets enable database\n```\n";
    let ran = Labproof::new(&["check", "-"]).stdin(body).run();
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
}

#[test]
fn pipes_are_plain_and_a_closed_one_is_no_panic() {
    let ran = Labproof::new(&["explain", "a.md"]).file("a.md", GOOD).run();
    assert!(!ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
    let labproof = Labproof::new(&["explain", "a.md"]).file("a.md", GOOD);
    let mut child = labproof.command().spawn().unwrap();
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_value_from_outside_is_compared_and_never_shown() {
    let text = "```bash\nvault write database/config/c username=$WHO password=$PASS\n```\n";
    for format in ["human", "json"] {
        let ran = Labproof::new(&["explain", "-", "--format", format, "--var", "PASS=hunter2"])
            .variable("WHO", "s3cret-user")
            .stdin(text)
            .run();
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("$WHO"), "{}", ran.stdout);
        assert!(!ran.stdout.contains("hunter2") && !ran.stdout.contains("s3cret-user"));
    }
}

#[test]
fn json_is_one_document_of_the_documented_shape() {
    let ran = Labproof::new(&["check", "a.md", "--format", "json"]).file("a.md", GOOD).run();
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(
        keys(&document),
        [
            "schema",
            "challenge",
            "outcome",
            "exit_code",
            "counts",
            "here",
            "steps",
            "assertions",
            "duration_ms"
        ]
    );
    assert_eq!(keys(&document["steps"][0]), ["step", "line", "role", "title", "outcome"]);
    assert_eq!(
        keys(&document["assertions"][0]),
        [
            "step",
            "line",
            "kind",
            "name",
            "expect",
            "origin",
            "outcome",
            "expected",
            "actual",
            "read",
            "control",
            "hint",
            "reason",
            "overtaken_by",
            "blocked_by"
        ]
    );
    assert_eq!(document["exit_code"], 3);
}

#[test]
fn explain_has_the_formats_of_an_explanation() {
    let ran = Labproof::new(&["explain", "a.md", "--format", "tap"]).file("a.md", GOOD).run();
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("[possible values: human, json]"), "{}", ran.stderr);
}

/// What a text writes into variables and logins may be a secret: no title, field or note repeats it.
#[test]
fn secrets_of_the_text_are_not_repeated() {
    let text = "```bash\nexport TOKEN=hunter2\n```\n\n```bash\nvault login hunter2\n```\n\n```bash\nvault write \
                database/config/c username=u connection_url=\"postgresql://u:hunter2@$H/\" password=hunter2\n```\n\n\
                ```bash\nvault kv put kv/a key=hunter2 other=$(vault kv get -field=x kv/b)hunter2\n```\n";
    for arguments in [
        &["explain", "-"][..],
        &["explain", "-", "--format", "json"],
        &["check", "-", "--all", "--timings"],
        &["check", "-", "--format", "json"],
        &["check", "-", "--format", "github"],
        &["check", "-", "--format", "junit"],
        &["check", "-", "--format", "sarif"],
        &["check", "-", "--format", "tap"],
        &["check", "-", "--instruqt"],
    ] {
        let ran = Labproof::new(arguments).stdin(text).run();
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.is_empty() && !said.contains("hunter2"), "{arguments:?}: {said}");
    }
}
