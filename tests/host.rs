//! Files, as the program looks at them: the shipped challenge, walked with its own commands in a home of its own.

use std::path::Path;
use std::process::Command;

use crate::run_labproof::{Labproof, Ran};

const CHALLENGE: &str = "challenges/notes-on-a-host/assignment.md";

/// The names that the challenge uses, and others in their place.
const RENAMED: &[(&str, &str)] = &[
    ("notes", "q7"),
    ("drafts", "zk-tmp"),
    ("plan.md", "x_91.txt"),
    ("latest.md", "now.lnk"),
    ("when.sh", "go.run"),
];

/// The commands of each step.
fn steps(text: &str) -> Vec<String> {
    text.split("```bash\n")
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap().to_owned())
        .collect()
}

fn text(renamed: bool) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(CHALLENGE);
    let mut text = std::fs::read_to_string(path).unwrap();
    if renamed {
        for (from, to) in RENAMED {
            text = text.replace(&format!("{from}\n"), &format!("{to}\n"));
            text = text.replace(&format!("/{from}"), &format!("/{to}"));
            text = text.replace(&format!(" {from} "), &format!(" {to} "));
            text = text.replace(&format!(" {from}/"), &format!(" {to}/"));
        }
    }
    text
}

/// A home in which the commands of some steps were run.
struct Learner {
    labproof: Labproof,
}

impl Learner {
    fn new(text: &str, arguments: &[&str], commands: &[&str]) -> Self {
        let mut all = vec!["check", "a.md"];
        all.extend(arguments);
        let labproof = Labproof::new(&all).file("a.md", text);
        let home = labproof.path("");
        let script = format!("set -e\n{}", commands.join("\n"));
        let status = Command::new("bash")
            .args(["-c", &script])
            .env_clear()
            .env("HOME", &home)
            .env("PATH", std::env::var_os("PATH").unwrap())
            .current_dir(&home)
            .status()
            .unwrap();
        assert!(status.success(), "{script}");
        Self { labproof }
    }

    fn check(&self) -> Ran {
        self.labproof.run()
    }
}

/// The step that a report says the learner is at.
fn here(ran: &Ran) -> Option<String> {
    let line = ran.stdout.lines().find(|line| line.contains("you are here"))?;
    line.split_whitespace().nth(2).map(str::to_owned)
}

#[test]
fn the_challenge_is_walked() {
    for renamed in [false, true] {
        let text = text(renamed);
        let steps = steps(&text);
        assert_eq!(steps.len(), 6);
        // After as many steps: where the learner is.
        let expected = [
            // The first step makes what the fifth takes away, so that nothing can be told of it.
            (0, Some("2"), 1),
            (1, Some("2"), 1),
            (2, Some("3"), 1),
            (3, Some("4"), 1),
            (4, Some("5"), 1),
            (5, None, 0),
        ];
        for (done, at, code) in expected {
            let commands: Vec<&str> = steps[..done].iter().map(String::as_str).collect();
            let ran = Learner::new(&text, &["--only", "host"], &commands).check();
            assert_eq!(here(&ran).as_deref(), at, "after step {done}: {}", ran.stdout);
            assert_eq!(ran.code, Some(code), "after step {done}: {}", ran.stdout);
            let until = done.to_string();
            if done > 0 {
                let arguments = ["--only", "host", "--until", &until];
                let ran = Learner::new(&text, &arguments, &commands).check();
                assert_eq!(ran.code, Some(0), "up to step {done}: {}", ran.stdout);
            }
        }
    }
}

#[test]
fn what_is_wrong_is_said_and_what_files_hold_is_not() {
    let text = text(false);
    let mut commands = steps(&text);
    commands.truncate(5);
    for (wrong, step, says) in [
        ("echo '- try it out' > plan.md", "3", "`contents` has another value"),
        ("chmod 644 plan.md", "2", "`mode` is `644`"),
        ("sed -i '$d' plan.md", "3", "`contents` has another value"),
        ("rm plan.md; touch plan.text", "2", "no such file"),
        ("chmod -x when.sh", "4", "`executable` is `false`"),
        ("rm latest.md; ln -s when.sh latest.md", "5", "`link` is `when.sh`"),
        ("rm latest.md; cp plan.md latest.md", "5", "`link` is not set"),
        ("mkdir drafts", "5", "it is still there"),
    ] {
        let mut all: Vec<&str> = commands.iter().map(String::as_str).collect();
        all.push(wrong);
        let ran = Learner::new(&text, &["--only", "host"], &all).check();
        assert_eq!(here(&ran).as_deref(), Some(step), "{wrong}: {}", ran.stdout);
        assert!(ran.stdout.contains(says), "{wrong}: {}", ran.stdout);
        assert!(!ran.stdout.contains("try it"), "{wrong}: {}", ran.stdout);
        assert!(!ran.stdout.contains("read the manual"), "{wrong}: {}", ran.stdout);
    }
}

#[test]
fn files_are_looked_at_only_where_the_caller_says_so() {
    let text = text(false);
    let ran = Learner::new(&text, &[], &[]).check();
    assert_eq!(ran.code, Some(4), "{}", ran.stdout);
    assert!(ran.stderr.contains("files belong to the host"), "{}", ran.stderr);
    let ran = Learner::new(&text, &["--only", "vault,kubernetes"], &[]).check();
    assert_eq!(ran.code, Some(4));
    assert!(ran.stderr.contains("`--only` leaves out files"), "{}", ran.stderr);
    for arguments in [&["--host", "anything"][..], &["--only", "host"]] {
        assert_eq!(Learner::new(&text, arguments, &[]).check().code, Some(1));
    }
}

/// A file that is not looked at changes nothing of how a run ends.
#[test]
fn claims_that_are_set_aside_count_for_nothing() {
    let fence = |command: &str| format!("\n```bash\n{command}\n```\n");
    let head = "---\nslug: a\ntype: challenge\ntitle: A\n---\n";
    let both = format!("{head}{}{}", fence("touch ~/f"), fence("vault secrets enable kv"));
    let ran = Labproof::new(&["check", "a.md", "--format", "json"]).file("a.md", &both).run();
    assert_eq!(ran.code, Some(3), "without an address: {}", ran.stdout);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["assertions"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["not_looked_at"][0]["claims"], 1);
    assert_eq!(document["steps"][0]["outcome"], serde_json::Value::Null);
    let ran = Labproof::new(&["check", "a.md"]).file("a.md", &both).run();
    assert!(ran.stdout.contains("file `~/f` exists (not looked at)"), "{}", ran.stdout);
    let ran = Labproof::new(&["check", "a.md", "--step", "1"]).file("a.md", &both).run();
    assert_eq!(ran.code, Some(4), "{}", ran.stdout);
}

#[test]
fn each_host_has_its_own_files() {
    let tabs = "tabs:\n- title: A\n  type: terminal\n  hostname: a\n- title: B\n  type: terminal\n  \
                hostname: b\n  workdir: /nowhere\n";
    let text = format!(
        "---\nslug: a\ntype: challenge\ntitle: A\n{tabs}---\n[button label=\"A\"](tab-0)\n\n```bash\ntouch ~/f\n```\n\n\
         [button label=\"B\"](tab-1)\n\n```bash\ntouch ~/g\ntouch h\n```\n"
    );
    let run = |host: &str| {
        let ran = Labproof::new(&["check", "a.md", "--host", host])
            .file("a.md", &text)
            .file("f", "")
            .run();
        (ran.code, ran.stdout)
    };
    let (code, said) = run("a");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2 claims not looked at: these files are on the host `b`"), "{said}");
    let (code, said) = run("b");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("`~/g`") && !said.contains("✗ step 1"), "{said}");
    let ran = Labproof::new(&["check", "a.md", "--only", "host"]).file("a.md", &text).run();
    assert_eq!(ran.code, Some(4), "which host is this: {}", ran.stdout);
}

#[test]
fn a_relative_name_needs_a_directory() {
    let text = "---\nslug: a\ntype: challenge\ntitle: A\n---\n\n```bash\ntouch f\n```\n";
    let ran =
        Labproof::new(&["check", "a.md", "--only", "host"]).file("a.md", text).file("f", "").run();
    assert_eq!(ran.code, Some(4), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("in which directory `f` is; `--var PWD=DIR` can"),
        "{}",
        ran.stdout
    );
    let labproof = Labproof::new(&[]).file("a.md", text).file("f", "");
    let here = format!("PWD={}", labproof.path("").display());
    let ran = Labproof::new(&["check", "a.md", "--only", "host", "--var", &here])
        .file("a.md", text)
        .run();
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
}
