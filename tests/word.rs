//! The author's word on the checks, in comments and beside the text, as the program takes it. Files of this machine
//! are the lab here.

use std::time::{Duration, Instant};

use crate::run_labproof::{Labproof, Ran};

/// A challenge of fences, each with what stands behind it.
fn challenge(fences: &[(&str, &str)]) -> String {
    let head = "---\nslug: a\ntype: challenge\ntitle: A\n---\n".to_owned();
    fences.iter().fold(head, |text, (fence, behind)| {
        format!("{text}\nDo this.\n\n```bash\n{fence}\n```\n{behind}\n")
    })
}

/// A check of the files below the home, of which these are there.
fn check(text: &str, files: &[(&str, &str)], more: &[&str]) -> Ran {
    let arguments: Vec<&str> =
        ["check", "a.md", "--only", "host"].iter().chain(more).copied().collect();
    let labproof = Labproof::new(&arguments).file("a.md", text);
    files.iter().fold(labproof, |labproof, (name, text)| labproof.file(name, text)).run()
}

fn both(one: &Ran) -> String {
    format!("{}{}", one.stdout, one.stderr)
}

const EVERY_FORM: &str = "\
<!-- labproof:
name: the role of the application
wait: 20s
hint:
  - what must a service ask for before it can log in?
  - `vault list database/roles` shows the roles
  - vault write database/roles/NAME db_name=… default_ttl=…
change:
  - claim: vault/database-role database/app
    fields: { default_ttl: any, max_ttl: { matches: '^(1|2)h' }, db_name: { compared: false } }
add:
  - kind: vault/policy
    name: $TEAM-readers
    title: the team's policy is there
  - { kind: kubernetes/object, name: deployment/web, in: { namespace: shop }, fields: { $.spec.replicas: 2, spec.paused: } }
  - { kind: postgres/login, name: app, in: { host: db, password: $OLD }, state: refused }
waive:
  - { claim: vault/policy, reason: the lab's token may not read policies }
-->";

#[test]
fn every_form_is_taken_in_a_comment_and_beside_the_text() {
    let fence =
        "export TEAM=blue\nvault write database/roles/app db_name=pg default_ttl=30m max_ttl=1h";
    // A backquote cannot begin a plain YAML text.
    let form = EVERY_FORM.replace("- `vault list", "- try `vault list");
    let inner = form.trim_start_matches("<!-- labproof:").trim_end_matches("-->");
    let indented = inner.replace('\n', "\n    ");
    let inside = Labproof::new(&["explain", "a.md"]).file("a.md", challenge(&[(fence, &form)]));
    let beside = Labproof::new(&["explain", "a.md"])
        .file("a.md", challenge(&[(fence, "")]))
        .file("a.labproof.yml", format!("checks:\n  1:\n{indented}"));
    let of_track = Labproof::new(&["explain", "a.md"])
        .file("a.md", challenge(&[(fence, "")]))
        .file("labproof.yml", format!("challenges:\n a:\n  checks:\n   1:\n{indented}"));
    let ran = inside.run();
    insta::assert_snapshot!(both(&ran));
    assert_eq!(both(&ran), both(&beside.run()));
    assert_eq!(both(&ran), both(&of_track.run()));
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    let mut told = String::new();
    for behind in [
        "<!-- labproof: {exept: refused, hints: a, fence: optinal} -->",
        "<!-- labproof: {add: [{kind: vault/polcy, name: a}, {kind: vault/policy}]} -->",
        "<!-- labproof: {add: [{kind: kubernetes/object, name: pod/a, in: {namspace: b}, state: gone}]} -->",
        "<!-- labproof: {change: [{claim: vault/mount databse/, fields: {type: any}}]} -->",
        "<!-- labproof: {change: [{claim: vault/policy, title: a}], waive: [{claim: vault/mount}]} -->",
        "<!-- labproof: {add: [{kind: vault/kv-version, name: kv/a}, {kind: vault/policy, name: a, state: refused}]} -->",
        "<!-- labproof: {fence: alternative} -->",
        "<!-- labproof: {change: [{fields: {'$.a[': 1, a: {matches: '('}, b: {}}}]} -->",
        "<!-- labproof: {wait: 2m, vars: {1a: b}, checks: some, expect: accepted} -->",
        "<!-- labproof: [a] -->",
        "<!-- labproof: {name: a} -->\n<!-- labproof: {name: b} -->",
        "words\n\n<!-- labproof: {name: a} -->",
        "<!-- labproof: name: a: b -->",
    ] {
        let text = challenge(&[("vault secrets enable database", behind)]);
        let ran = Labproof::new(&["explain", "a.md"]).file("a.md", text).run();
        assert_eq!(ran.code, Some(2), "{behind}: {}", both(&ran));
        told.extend([behind, "\n", &ran.stderr, "\n"]);
    }
    let beside = Labproof::new(&["explain", "a.md"])
        .file("a.md", challenge(&[("ls", "<!-- labproof: {name: a} -->")]));
    for word in [
        "checks: {01: {}}",
        "checks: {1: {name: b}}",
        "checks: {2: {name: b}}",
        "checks: {one: {}}",
        "checks: all",
    ] {
        let ran = beside_with(&beside, word);
        told.extend([word, "\n", &ran.stderr, "\n"]);
    }
    insta::assert_snapshot!(told);
}

fn beside_with(labproof: &Labproof, word: &str) -> Ran {
    std::fs::write(labproof.path("a.labproof.yml"), word).unwrap();
    labproof.run()
}

#[test]
fn a_step_is_called_as_its_author_calls_it() {
    let text = challenge(&[("touch ~/one ~/two", "<!-- labproof: {name: both files} -->")]);
    for (files, mark) in
        [(&[("one", ""), ("two", "")][..], "✓ step 1  both files"), (&[], "✗ step 1  both files")]
    {
        let ran = check(&text, files, &[]);
        assert!(ran.stdout.contains(mark), "{}", ran.stdout);
    }
}

#[test]
fn hints_are_a_ladder() {
    let word = "<!-- labproof: {hint: [what is missing?, look into your home, 'touch ~/one']} -->";
    let text = challenge(&[("touch ~/one", word)]);
    for (rung, hint) in
        [("1", "what is missing?"), ("2", "look into your home"), ("9", "touch ~/one")]
    {
        let ran = check(&text, &[], &["--hint", rung]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stdout.contains(&format!("hint      {hint}\n")), "{rung}: {}", ran.stdout);
    }
}

#[test]
fn one_of_the_alternatives_is_enough() {
    let text = challenge(&[
        ("touch ~/one", ""),
        ("touch ~/two", "<!-- labproof: {fence: alternative} -->"),
        ("touch ~/three", ""),
    ]);
    for (files, code, here) in [
        (&["one", "three"][..], 0, None),
        (&["two", "three"], 0, None),
        (&["one", "two", "three"], 0, None),
        (&["three"], 1, Some("step 1")),
        (&["two"], 1, Some("step 3")),
        (&[], 1, Some("step 1")),
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|name| (*name, "")).collect();
        let ran = check(&text, &files, &[]);
        assert_eq!(ran.code, Some(code), "{files:?}: {}", both(&ran));
        let line = ran.stdout.lines().find(|line| line.contains("you are here"));
        assert_eq!(line.is_some(), here.is_some(), "{}", ran.stdout);
        assert!(here.is_none_or(|here| line.unwrap().contains(here)), "{}", ran.stdout);
    }
}

#[test]
fn an_alternative_excuses_only_what_was_done_instead() {
    // A step of which nothing is judged is no reason to let another be.
    for first in ["ls", "./script.sh"] {
        let text = challenge(&[
            ("touch ~/zero", ""),
            (first, ""),
            ("touch ~/two", "<!-- labproof: {fence: alternative} -->"),
        ]);
        let ran = check(&text, &[("zero", "")], &[]);
        assert_eq!(ran.code, Some(1), "{first}: {}", both(&ran));
    }
    // Whichever of them is asked for, the other is looked at.
    let text = challenge(&[
        ("touch ~/one", ""),
        ("touch ~/two", "<!-- labproof: {fence: alternative} -->"),
    ]);
    for (file, range) in [("two", "--until"), ("two", "--step"), ("one", "--step")] {
        let step = if file == "one" { "2" } else { "1" };
        let ran = check(&text, &[(file, "")], &[range, step]);
        assert_eq!(ran.code, Some(0), "{file} {range} {step}: {}", both(&ran));
    }
    // One that could not be seen may be done.
    let text = challenge(&[
        ("vault secrets enable -path=notes kv", ""),
        ("touch ~/two", "<!-- labproof: {fence: alternative} -->"),
    ]);
    let ran = Labproof::new(&["check", "a.md", "--only", "host,vault"]).file("a.md", text).run();
    assert_eq!(ran.code, Some(3), "{}", both(&ran));
}

#[test]
fn what_an_author_writes_of_a_secret_is_not_shown() {
    let word = "<!-- labproof: {change: [{claim: vault/kv-secret, fields: {password: hunter2}}], \
                add: [{kind: vault/kv-secret, name: kv/b, fields: {a: hunter2, '$.b': {matches: hunter2}}}, \
                {kind: kubernetes/object, name: secret/a, fields: {data.a: hunter2}}, \
                {kind: host/file, name: ~/a, fields: {contents: [hunter2]}}, \
                {kind: postgres/login, name: a, in: {password: hunter2}, state: refused}]} -->";
    let text = challenge(&[("vault kv put kv/a password=first", word)]);
    for arguments in [
        &["explain", "a.md"][..],
        &["explain", "a.md", "--format", "json"],
        &["check", "a.md", "--all", "--only", "host,vault,kubernetes,postgres"],
        &["check", "a.md", "--format", "json", "--only", "host,vault,kubernetes,postgres"],
        &["check", "a.md", "--only", "host"],
        &["check", "a.md", "--only", "host", "--instruqt"],
    ] {
        let ran = Labproof::new(arguments).file("a.md", &text).file("a", "other").run();
        assert!(ran.code != Some(2) && !both(&ran).contains("hunter2"), "{}", both(&ran));
    }
}

#[test]
fn a_value_that_stands_for_nothing_is_told() {
    for (fields, told) in [
        ("{contents: $TEMA}", true),
        ("{contents: 'costs $5'}", true),
        ("{contents: '$(date)'}", true),
        ("{contents: 'costs \\$5'}", false),
        ("{contents: '{\"team\":\"$TEAM\"}'}", false),
    ] {
        let word = format!("<!-- labproof: {{change: [{{fields: {fields}}}]}} -->");
        let text = challenge(&[("export TEAM=blue\necho a > ~/a", &word)]);
        for (found, code) in [("costs $5", 0), ("{\"team\":\"blue\"}", 0), ("{team:blue}", 1)] {
            let ran = check(&text, &[("a", found)], &[]);
            if told {
                assert_eq!(ran.code, Some(2), "{fields}: {}", both(&ran));
                assert!(ran.stderr.contains("nothing says what"), "{}", ran.stderr);
            } else if fields.contains("team") == found.contains("team") {
                assert_eq!(ran.code, Some(code), "{fields} {found}: {}", both(&ran));
            }
        }
    }
}

#[test]
fn what_need_not_be_done_is_not_asked_for() {
    for (word, code) in [
        ("", 1),
        ("<!-- labproof: {fence: optional} -->", 0),
        ("<!-- labproof: {fence: not-for-the-learner} -->", 0),
        ("<!-- labproof: {checks: none} -->", 0),
        ("<!-- labproof: {waive: [{reason: the host is another}]} -->", 0),
        ("<!-- labproof: {expect: refused} -->", 0),
    ] {
        let text = challenge(&[("touch ~/one", ""), ("touch ~/two", word)]);
        let ran = check(&text, &[("one", "")], &[]);
        assert_eq!(ran.code, Some(code), "{word}: {}", both(&ran));
    }
    let waived = challenge(&[("touch ~/one", "<!-- labproof: {checks: none} -->")]);
    assert_eq!(check(&waived, &[("one", "")], &[]).code, Some(4), "nothing was checked");
    let none = challenge(&[("touch ~/one", "")]);
    let ran = check(&none, &[("a.labproof.yml", "checks: none\n")], &[]);
    assert_eq!(ran.code, Some(1), "what is claimed is checked: {}", both(&ran));
    let nothing = challenge(&[("ls", "")]);
    let ran = check(&nothing, &[("a.labproof.yml", "checks: none\n")], &[]);
    assert_eq!(ran.code, Some(0), "its author means it: {}", both(&ran));
}

#[test]
fn a_field_is_what_the_author_wants() {
    let fence = "echo level=3 > ~/conf";
    for (fields, found, code) in [
        ("", "level=3\n", 0),
        ("", "level=4\n", 1),
        ("{ contents: any }", "level=4\n", 0),
        ("{ contents: { matches: '^level=[0-9]$' } }", "level=4\n", 0),
        ("{ contents: { matches: '^level=[0-9]$' } }", "level=x\n", 1),
        ("{ contents: { compared: false } }", "", 0),
        ("{ contents: level=5 }", "level=5\n", 0),
        ("{ contents: level=5 }", "level=3\n", 1),
        ("{ $.type: file }", "level=3\n", 0),
        ("{ $.type: directory }", "level=3\n", 1),
        ("{ $.nothing: }", "level=3\n", 0),
    ] {
        let word =
            format!("<!-- labproof: {{change: [{{claim: host/file, fields: {fields}}}]}} -->");
        let ran = check(&challenge(&[(fence, &word)]), &[("conf", found)], &[]);
        assert_eq!(ran.code, Some(code), "{fields} {found:?}: {}", both(&ran));
    }
}

#[test]
fn a_variable_is_what_the_author_says() {
    let word = "<!-- labproof: {vars: {WHERE: $HOME/made}} -->";
    // From the step on that says it, and not in what comes before.
    let text = challenge(&[("touch ~/one", word), ("touch $WHERE", "")]);
    for (files, code) in [(&[("one", ""), ("made", "")][..], 0), (&[("one", "")], 1)] {
        let ran = check(&text, files, &["--host", "here"]);
        assert_eq!(ran.code, Some(code), "{files:?}: {}", both(&ran));
    }
}

#[test]
fn a_claim_of_the_authors_own_is_checked_like_all_others() {
    let add = "<!-- labproof: {add: [{kind: host/file, name: ~/made, fields: {contents: a}, title: the script has run, hint: run it}]} -->";
    let text = challenge(&[("./script.sh", add)]);
    for (files, code) in [(&[][..], 1), (&[("made", "b")], 1), (&[("made", "a")], 0)] {
        let ran = check(&text, files, &[]);
        assert_eq!(ran.code, Some(code), "{files:?}: {}", both(&ran));
        assert!(ran.stdout.contains("the script has run"), "{}", ran.stdout);
    }
}

#[test]
fn what_takes_a_while_is_waited_for() {
    let text = challenge(&[("touch ~/one", "<!-- labproof: {wait: 20s} -->")]);
    let labproof = Labproof::new(&["check", "a.md", "--only", "host"]).file("a.md", &text);
    let made = labproof.path("one");
    let started = Instant::now();
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            // It is there only after the first look.
            std::thread::sleep(Duration::from_millis(1500));
            std::fs::write(made, "").unwrap();
        });
        labproof.run()
    });
    assert_eq!(ran.code, Some(0), "{}", both(&ran));
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    let text = text.replace("20s", "2s");
    let started = Instant::now();
    assert_eq!(check(&text, &[], &[]).code, Some(1));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn the_readme_shows_what_is_taken() {
    let readme = include_str!("../README.md");
    let (_, example) = readme.split_once("```markdown\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    assert!(example.starts_with("<!-- labproof:"), "{example}");
    let fence = "vault write database/roles/app db_name=pg default_ttl=30m max_ttl=1h";
    let ran = Labproof::new(&["explain", "a.md", "--format", "json"])
        .file("a.md", challenge(&[(fence, example)]))
        .run();
    assert_eq!(ran.code, Some(0), "{}", both(&ran));
    let explained: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let step = &explained["steps"][0];
    assert_eq!(step["title"], "the role of the application");
    let claims: Vec<&str> = step["claims"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|claim| claim["name"].as_str())
        .collect();
    assert_eq!(claims, ["database/app", "blue-readers", "deployment/web", "app"], "{explained:#}");
    // Every key of its table is one that is read.
    let (_, table) = readme.split_once("| key | says |\n|---|---|\n").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let mut told: Vec<&str> =
        table.lines().filter_map(|line| line.split('`').nth(1)?.split(':').next()).collect();
    let mut known = labproof::author::STEP.to_vec();
    told.sort_unstable();
    known.sort_unstable();
    assert_eq!(told, known);
}
