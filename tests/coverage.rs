//! `labproof explain --coverage`: exact numbers, counted by hand from fixtures of our own.

use serde_json::{Value, json};

use crate::run_labproof::{Labproof, Ran};

const FIRST: &str = "---\nslug: first\ntype: challenge\ntitle: First\n---
Make things:

```bash
export VAULT_ADDR=http://127.0.0.1:8200
vault secrets enable database
vault status
vault kv put kv/app key=hunter2
```

Not a shell's:

```yaml
kubectl: delete everything
```

```json
{\"command\": \"vault kv delete kv/app\"}
```

Then:

```bash
kubectl create namespace shop && k scale deployment api --replicas=3 -n shop
kubectl get pods | grep api
kubectl exec deploy/api -- rm /tmp/x
kubectl edit deployment api
ls -l
```
";

const SECOND: &str = "A page without frontmatter.

```
$ vault token create
Key    Value
token  hvs.x
$ vault operator frobnicate -token hunter2 password=hunter2
```
";

fn counted(files: &[(&str, &[u8])], arguments: &[&str]) -> Ran {
    let mut all = vec!["explain", "--coverage"];
    all.extend(arguments);
    let mut labproof = Labproof::new(&all);
    for (name, bytes) in files {
        labproof = labproof.file(name, bytes);
    }
    labproof.run()
}

fn document(ran: &Ran) -> Value {
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The document of one fence.
fn of(fence: &str) -> Value {
    let text = format!("```bash\n{fence}\n```\n");
    document(&counted(&[("a.md", text.as_bytes())], &["a.md", "--format", "json"]))
}

fn known(document: &Value) -> [u64; 6] {
    let counts = &document["totals"]["known_tool"];
    ["commands", "changes", "claimed", "reads", "not_observable", "not_understood"]
        .map(|key| counts[key].as_u64().unwrap())
}

/// Each command is one of four, and all are all.
fn adds_up(counts: &Value) {
    let number = |key: &str| counts[key].as_u64().unwrap();
    assert_eq!(number("commands"), number("changes") + number("reads"), "{counts}");
    let changes = number("claimed") + number("not_observable") + number("not_understood");
    assert_eq!(number("changes"), changes, "{counts}");
}

#[test]
fn two_files_are_counted_exactly() {
    let files: &[(&str, &[u8])] =
        &[("t/01-a/assignment.md", FIRST.as_bytes()), ("t/b.md", SECOND.as_bytes())];
    let found = document(&counted(files, &["t", "--format", "json"]));
    assert_eq!(
        found["totals"],
        json!({
            "files": 2, "fences": 3, "commands": 13,
            "known_tool": {
                "commands": 10, "changes": 8, "claimed": 4, "reads": 2,
                "not_observable": 3, "not_understood": 1,
            },
        })
    );
    assert_eq!(
        found["by_tool"]["vault"],
        json!({
            "commands": 5, "changes": 4, "claimed": 2, "reads": 1,
            "not_observable": 1, "not_understood": 1,
        })
    );
    assert_eq!(
        found["by_tool"]["kubectl"],
        json!({
            "commands": 5, "changes": 4, "claimed": 2, "reads": 1,
            "not_observable": 2, "not_understood": 0,
        })
    );
    assert_eq!(
        found["not_understood"],
        json!([{
            "path": "t/b.md", "line": 7,
            "command": "vault operator frobnicate -token … password=…",
        }])
    );
    assert_eq!(
        found["not_observable"],
        json!({
            "nothing tells what it makes from others of its kind": 1,
            "what happens inside a container cannot be seen from outside": 1,
            "what it does is not in the text": 1,
        })
    );
    assert_eq!(found["unreadable"], json!([]));
}

#[test]
fn the_shape_of_the_document_is_stable() {
    let found = of("vault status");
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(
        keys(&found),
        ["schema", "totals", "by_tool", "not_understood", "not_observable", "unreadable"]
    );
    assert_eq!(found["schema"], 1);
    assert_eq!(keys(&found["totals"]), ["files", "fences", "commands", "known_tool"]);
    assert_eq!(keys(&found["by_tool"]), ["helm", "kubectl", "oc", "psql", "vault"]);
    let counts = ["commands", "changes", "claimed", "reads", "not_observable", "not_understood"];
    assert_eq!(keys(&found["totals"]["known_tool"]), counts);
    for tool in found["by_tool"].as_object().unwrap().values() {
        assert_eq!(keys(tool), counts);
    }
}

#[test]
fn a_person_reads_a_table() {
    let files: &[(&str, &[u8])] = &[
        ("t/01-a/assignment.md", FIRST.as_bytes()),
        ("t/b.md", SECOND.as_bytes()),
        ("t/c.md", b"\0"),
    ];
    let ran = counted(files, &["t"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
    assert_eq!(
        ran.stderr,
        "warning: t/c.md:1: a NUL byte, so this is binary data; a challenge is UTF-8 text\n"
    );
}

#[test]
fn numbers_add_up_for_every_tool() {
    for (fence, expected) in [
        ("vault status", [1, 0, 0, 1, 0, 0]),
        ("helm frobnicate", [1, 1, 0, 0, 0, 1]),
        ("k create namespace a; kubectl create namespace b", [2, 2, 2, 0, 0, 0]),
        ("/usr/bin/vault secrets enable kv", [1, 1, 1, 0, 0, 0]),
        ("curl -s http://x | jq .", [0, 0, 0, 0, 0, 0]),
        // What concerns nobody but the one who runs it leaves the lab as it is.
        ("vault login root; kubectl config use-context a", [2, 0, 0, 2, 0, 0]),
        ("helm repo add a https://charts.lab; oc login -u a", [2, 0, 0, 2, 0, 0]),
        // Both of a pipe, and what stands in a substitution.
        ("kubectl get pods | kubectl delete pod a", [2, 1, 1, 1, 0, 0]),
        ("export TOKEN=$(vault token create -field=token)", [1, 1, 0, 0, 1, 0]),
        // Which one is gone cannot be told afterwards.
        ("kubectl delete pod $(kubectl get pods -o name)", [2, 1, 0, 1, 1, 0]),
        ("P=$(kubectl get pod -l a=b -o name)\nkubectl delete pod $P", [2, 1, 0, 1, 1, 0]),
        ("echo $(vault secrets enable kv)", [1, 1, 1, 0, 0, 0]),
        // A confirmation looks, whatever else it is worth.
        ("kubectl delete pod a\nkubectl get pod a", [2, 1, 1, 1, 0, 0]),
        // What may or may not be run.
        ("vault status || vault secrets enable kv", [2, 1, 0, 1, 1, 0]),
        ("test -f x && vault secrets enable kv", [1, 1, 0, 0, 1, 0]),
        ("kubectl get ns a || echo a | kubectl create ns a", [2, 1, 0, 1, 1, 0]),
        ("kubectl create ns a && vault secrets enable kv", [2, 2, 2, 0, 0, 0]),
        ("ls || { kubectl create ns a; kubectl create ns b; }", [2, 2, 0, 0, 2, 0]),
        ("ls || ( kubectl create ns a; kubectl create ns b )", [2, 2, 0, 0, 2, 0]),
        // Once each, however often they run.
        ("for n in a b c; do kubectl create ns $n; kubectl get ns; done", [2, 1, 1, 1, 0, 0]),
        ("for n in $(ls); do kubectl create ns $n; done", [1, 1, 0, 0, 1, 0]),
        ("if true; then kubectl create ns a; else vault status; fi", [2, 1, 0, 1, 1, 0]),
        ("f() { kubectl create ns a; }\nf\nf", [1, 1, 0, 0, 1, 0]),
        ("bash -c 'kubectl create ns a; vault secrets enable kv'", [2, 2, 2, 0, 0, 0]),
        ("sudo -E kubectl create ns a\nalias c=kubectl\nc create ns b", [2, 2, 2, 0, 0, 0]),
        // What is no shell ends no counting; what cannot be read counts as not understood.
        ("vault read a\npath \"x\" {\n  a = [\"b\"]\n}\nvault kv put kv/a b=c", [2, 1, 1, 1, 0, 0]),
        ("vault secrets enable kv (x)\nvault status", [2, 1, 0, 1, 0, 1]),
        ("vault status\nvault kv put kv/a b='c\nvault status\nkubectl get x", [4, 3, 0, 1, 0, 3]),
        ("vault status\nKey (x)\nvault status $(vault token create)", [3, 1, 0, 2, 1, 0]),
        // Where a shell writes what a tool prints is not what the tool changes.
        ("kubectl get pods > pods.txt", [1, 0, 0, 1, 0, 0]),
    ] {
        let found = of(fence);
        assert_eq!(known(&found), expected, "{fence}: {found:#}");
        adds_up(&found["totals"]["known_tool"]);
        found["by_tool"].as_object().unwrap().values().for_each(adds_up);
    }
}

/// Whether a form is understood changes what a command counts as, and never how many there are.
#[test]
fn the_number_of_commands_does_not_depend_on_claims() {
    let understood = of("vault secrets enable kv\nkubectl create namespace a");
    let not = of("vault secrets frobnicate kv\nkubectl frobnicate namespace a");
    assert_eq!(known(&understood)[0], 2);
    assert_eq!(known(&not)[0], 2);
    assert_eq!(known(&not)[5], 2);
}

#[test]
fn secrets_do_not_stand_in_the_list() {
    for fence in [
        "vault frobnicate password=hunter2",
        "vault frobnicate -password hunter2 x",
        "vault frobnicate -token=hunter2",
        "vault frobnicate \"password=hunter2\"",
        "vault frobnicate key='hunter2'",
        "vault frobnicate x - <<EOF\nhunter2\nEOF",
        "vault frobnicate x <<< hunter2",
        "vault frobnicate password='hunter2",
        "vault frobnicate -token hunter2 (x)",
        "vault frobnicate '{\"password\": \"hunter2\"}'",
        "VAULT_TOKEN=hunter2 vault frobnicate",
        "kubectl frobnicate --from-literal=key=hunter2",
        "kubectl frobnicate --from-literal key=hunter2",
        "helm frobnicate --set auth.password=hunter2",
        "helm frobnicate --set-string=auth.x=hunter2",
        "helm frobnicate --password hunter2",
        "helm frobnicate https://u:hunter2@charts.example.com/x",
        "psql \"postgresql://u:hunter2@h/d\" -c \"FROBNICATE u\"",
        "psql -h h -c \"FROBNICATE ROLE u PASSWORD 'hunter2'\"",
        "bash -c 'vault frobnicate password=hunter2 -token hunter2'",
    ] {
        let text = format!("```bash\n{fence}\n```\n");
        for format in ["human", "json"] {
            let ran = counted(&[("a.md", text.as_bytes())], &["a.md", "--format", format]);
            assert!(!ran.stdout.contains("hunter2"), "{fence}: {}", ran.stdout);
            if format == "json" {
                assert_eq!(
                    document(&ran)["not_understood"].as_array().unwrap().len(),
                    1,
                    "{fence}"
                );
            }
        }
    }
}

#[test]
fn what_cannot_be_read_is_said_and_is_2_only_alone() {
    let binary: &[u8] = b"\0";
    let broken: &[u8] = b"---\nslug: a\ntitle: [never closed\n---\n\n```bash\nvault status\n```\n";
    let files: &[(&str, &[u8])] =
        &[("good.md", SECOND.as_bytes()), ("binary.md", binary), ("broken.md", broken)];
    let paths = ["good.md", "binary.md", "broken.md", "missing.md", "--format", "json"];
    let ran = counted(files, &paths);
    let found = document(&ran);
    assert_eq!(found["totals"]["files"], 1);
    let unreadable = found["unreadable"].as_array().unwrap();
    let of = |key: &str| -> Vec<&str> {
        unreadable.iter().map(|one| one[key].as_str().unwrap()).collect()
    };
    assert_eq!(of("path"), ["binary.md", "broken.md", "missing.md"]);
    assert!(of("reason")[0].starts_with("binary.md:1: a NUL byte"), "{unreadable:?}");
    assert!(of("reason")[1].starts_with("broken.md:"), "{unreadable:?}");
    assert!(of("reason")[2].contains("no such file"), "{unreadable:?}");
    assert_eq!(ran.stderr.lines().count(), 3, "{}", ran.stderr);
    for arguments in [&["binary.md", "missing.md"][..], &["empty"]] {
        let ran = counted(&[("binary.md", binary), ("empty/x.txt", b"")], arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
        assert!(ran.stderr.contains("nothing was counted"), "{}", ran.stderr);
    }
}

#[test]
fn a_huge_file_is_refused_without_reading_it() {
    let labproof =
        Labproof::new(&["explain", "--coverage", "t", "--format", "json"]).file("t/a.md", SECOND);
    let file = std::fs::File::create(labproof.path("t/huge.md")).unwrap();
    file.set_len(100 * 1024 * 1024).unwrap();
    let found = document(&labproof.run());
    assert_eq!(found["totals"]["files"], 1);
    let reason = found["unreadable"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("larger than 4 MiB"), "{reason}");
}

#[test]
fn directories_are_searched_for_challenges_and_nothing_counts_twice() {
    let files: &[(&str, &[u8])] = &[
        ("t/02/assignment.md", SECOND.as_bytes()),
        ("t/01/deep/other.md", SECOND.as_bytes()),
        ("t/notes.md", b"Only prose, and nothing at the top.\n"),
        ("t/.hidden/assignment.md", SECOND.as_bytes()),
        ("t/script.sh", b"vault status\n"),
    ];
    let found = document(&counted(files, &["t", "t/02", "t/02/assignment.md", "--format", "json"]));
    assert_eq!(found["totals"]["files"], 2);
    let paths: Vec<&str> = found["not_understood"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["t/01/deep/other.md", "t/02/assignment.md"]);
    // A file that is named counts whatever stands in it.
    let found = document(&counted(files, &["t/notes.md", "--format", "json"]));
    assert_eq!(found["totals"]["files"], 1);
}

#[test]
fn the_callers_environment_changes_no_number() {
    let fence = "```bash\nkubectl create namespace $NAME\nvault kv put $MOUNT/x a=b\n```\n";
    let run = |variables: &[(&str, &str)]| {
        let mut labproof = Labproof::new(&["explain", "--coverage", "a.md", "--format", "json"])
            .file("a.md", fence);
        for (name, value) in variables {
            labproof = labproof.variable(name, value);
        }
        labproof.run().stdout
    };
    assert_eq!(run(&[]), run(&[("NAME", "a"), ("MOUNT", "kv")]));
}

#[test]
fn usage_is_clear() {
    for arguments in [
        &["explain", "a.md", "b.md"][..],
        &["explain", "--coverage", "a.md", "--var", "A=b"],
        &["explain", "--coverage", "a.md", "--format", "xml"],
    ] {
        let ran = Labproof::new(arguments).run();
        assert_eq!(ran.code, Some(2), "{arguments:?}");
    }
}
