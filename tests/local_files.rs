//! Files that a challenge's commands read and its text does not show: read where this machine has them, compared,
//! and never shown.

use crate::run_labproof::Labproof;

const MANIFEST: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mode: hunter2}\n";

/// What `explain` says of one fence, without indentation.
fn explained(run: &Labproof) -> Vec<String> {
    let ran = run.run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stdout.contains("hunter2"), "{}", ran.stdout);
    ran.stdout.lines().map(|line| line.trim().to_owned()).collect()
}

fn fence(commands: &str) -> String {
    format!("```bash\n{commands}\n```\n")
}

fn is_claimed(lines: &[String]) -> bool {
    let claimed = lines.iter().any(|line| line.contains("configmap `settings` exists"));
    assert_eq!(claimed, lines.iter().any(|line| line.contains("data.mode: the value in `")));
    claimed
}

#[test]
fn a_manifest_is_read_where_the_text_leaves_it_as_it_is() {
    for (commands, claimed) in [
        ("kubectl apply -f m.yaml", true),
        ("kubectl apply -f ./m.yaml", true),
        ("kubectl create -f ~/m.yaml", true),
        ("kubectl apply -f other.yaml", false),
        // What the learner made of it by then is what stands in it now.
        ("vim m.yaml\nkubectl apply -f m.yaml", true),
        ("sed -i s/a/b/ m.yaml\nkubectl apply -f m.yaml", true),
        // What is done to it later is not what was applied.
        ("kubectl apply -f m.yaml\nvim m.yaml", false),
        ("kubectl apply -f m.yaml\nrm m.yaml", false),
        ("kubectl apply -f d/m.yaml\nrm -rf d", false),
        ("cd $SOMEWHERE\nkubectl apply -f m.yaml", false),
    ] {
        let run = Labproof::new(&["explain", "-"]).stdin(&fence(commands));
        let run = run.file("m.yaml", MANIFEST).file("d/m.yaml", MANIFEST);
        assert_eq!(is_claimed(&explained(&run)), claimed, "{commands}");
    }
}

#[test]
fn the_manifests_of_a_directory_are_one_text() {
    for (command, claimed) in [
        ("kubectl apply -f d", true),
        ("kubectl apply -f d/", true),
        ("kubectl apply -R -f d", false),
        ("kubectl apply -f d\ntouch d/c.yaml\nrm d/b.yml", false),
        // What a directory holds is no value.
        ("kubectl create configmap settings --from-file=d", false),
    ] {
        let run = Labproof::new(&["explain", "-"]).stdin(&fence(command));
        let second = MANIFEST.replace("settings", "second");
        let run = run.file("d/a.yaml", MANIFEST).file("d/b.yml", second).file("d/x.txt", "kind: [");
        let lines = explained(&run);
        let both = ["settings", "second"].map(|name| {
            lines.iter().any(|line| line.contains(&format!("configmap `{name}` exists")))
        });
        assert_eq!(both[1], claimed, "{command}: {lines:#?}");
        assert!(both[0] || !claimed, "{command}");
        assert_eq!(claimed, lines.iter().any(|line| line.contains("the value in `d/`")));
    }
}

#[test]
fn what_is_no_small_file_of_text_is_not_read() {
    let text = fence("kubectl apply -f m.yaml");
    let with = |bytes: Vec<u8>| Labproof::new(&["explain", "-"]).stdin(&text).file("m.yaml", bytes);
    let mut binary = MANIFEST.as_bytes().to_vec();
    binary.push(0);
    let mut large = MANIFEST.as_bytes().to_vec();
    large.resize(2 << 20, b'\n');
    for bytes in [binary, large, b"\xff\xfe".to_vec(), b"kind: [".to_vec()] {
        assert!(!is_claimed(&explained(&with(bytes))));
    }
    let directory = Labproof::new(&["explain", "-"]).stdin(&text).file("m.yaml/x", "");
    assert!(!is_claimed(&explained(&directory)));
}

#[test]
fn the_files_of_another_host_are_not_here() {
    let tabs = "---\nslug: s\ntype: challenge\ntabs:\n- title: A\n  type: terminal\n  hostname: one\n\
                - title: B\n  type: terminal\n  hostname: two\n---\n";
    let text = format!(
        "{tabs}In [A](tab-0):\n\n{}\nIn [B](tab-1):\n\n{}",
        fence("kubectl apply -f m.yaml"),
        fence("kubectl apply -f m.yaml")
    );
    let lines = |more: &[&str]| {
        let arguments = [&["check", "-", "--format", "json"], more].concat();
        let run = Labproof::new(&arguments).stdin(&text).file("m.yaml", MANIFEST).run();
        assert!(!run.stdout.contains("hunter2"), "{}", run.stdout);
        run.stdout.matches("\"configmap/settings\"").count()
    };
    assert_eq!(lines(&[]), 0);
    assert_eq!(lines(&["--host", "two"]), 1);
}

#[test]
fn rules_payloads_and_scripts_are_files_too() {
    let text = fence(
        "vault policy write ops ops.hcl\nvault write auth/approle/role/r @role.json\n\
         psql -h db -U postgres -d postgres -f init.sql\nkubectl create configmap c --from-file=ops.hcl",
    );
    let run = Labproof::new(&["explain", "-"])
        .stdin(&text)
        .file("ops.hcl", "path \"hunter2/*\" {\n  capabilities = [\"read\"]\n}\n")
        .file("role.json", r#"{"token_ttl":"1h","token_policies":"hunter2"}"#)
        .file("init.sql", "CREATE DATABASE shop;\n");
    let lines = explained(&run);
    for expected in [
        "field    policy: the value in `ops.hcl`",
        "field    token_policies: the value in `role.json`",
        "▸ database `shop` exists  postgres/database, line 4",
        "field    data.ops.hcl: the value in `ops.hcl`",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected}: {lines:#?}");
    }
}
