//! What a run waits for, against a server that accepts and never answers.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::run_labproof::Labproof;

const LATER_LOOKUP: &str = "---\nslug: a\ntype: challenge\ntitle: A\n---\n\n```bash\nvault secrets enable database\n```\n\nThen:\n\n```bash\nexport NAME=$(kubectl get svc db -o json | jq -r .metadata.name)\nkubectl create namespace $NAME\n```\n";

/// A kubeconfig for a server that never answers.
fn silent(listener: &TcpListener) -> String {
    let server = format!("http://{}", listener.local_addr().unwrap());
    serde_json::json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "a",
        "clusters": [{ "name": "a", "cluster": { "server": server } }],
        "users": [{ "name": "a", "user": { "token": "t" } }],
        "contexts": [{ "name": "a", "context": { "cluster": "a", "user": "a" } }],
    })
    .to_string()
}

#[test]
fn a_look_up_that_no_claim_asked_for_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let run = |arguments: &[&str]| {
        let labproof = Labproof::new(arguments)
            .file("a.md", LATER_LOOKUP)
            .file("config", silent(&listener))
            .variable("KUBECONFIG", "config");
        let started = Instant::now();
        let ran = labproof.run();
        assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
        started.elapsed()
    };
    let all = run(&["check", "a.md", "--deadline", "3"]);
    assert!(all >= Duration::from_secs(2), "the look-up is never answered: {all:?}");
    let one = run(&["check", "a.md", "--deadline", "30", "--step", "1"]);
    assert!(one < Duration::from_secs(4), "step 1 needs no look-up: {one:?}");
}
