//! What `labproof lab` says where it cannot do what it is asked for: one clear message, exit 2, nothing left.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use crate::run_labproof::{Labproof, Ran};

/// A run that finds no lab but its own, and no program but those in `bin`.
fn lab(arguments: &[&str]) -> Labproof {
    let labproof = Labproof::new(&[&["lab"], arguments].concat());
    let place = labproof.path("").display().to_string();
    let bin = labproof.path("bin").display().to_string();
    labproof
        .variable("TMPDIR", &place)
        .variable("LABPROOF_CACHE", &place)
        .variable("PATH", &bin)
        // The directory belongs to the test's account, however a temporary one is made.
        .file("bin/none", "")
}

/// A program that does what this script says.
fn program(labproof: Labproof, name: &str, script: &str) -> Labproof {
    let path = format!("bin/{name}");
    let labproof = labproof.file(&path, format!("#!/bin/sh\n{script}\n"));
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(labproof.path(&path), mode).unwrap();
    labproof
}

/// The programs of a PostgreSQL, with an `initdb` that does what this script says.
fn with_postgres(arguments: &[&str], initdb: &str) -> Labproof {
    let mut labproof = lab(arguments);
    for name in ["bash", "jq", "setsid", "postgres", "psql"] {
        labproof = program(labproof, name, "exit 1");
    }
    // What stands behind its own options is run.
    let setpriv = "while :; do case $1 in --init-groups) shift;; --*) shift 2;; *) break;; esac; done\nexec \"$@\"";
    program(program(labproof, "setpriv", setpriv), "initdb", initdb)
}

/// Exit 2, one line of these words, nothing on standard output, and no directory of a lab left.
fn refused(labproof: &Labproof, words: &[&str]) {
    let Ran { code, stdout, stderr } = labproof.run();
    assert_eq!(code, Some(2), "{stderr}");
    assert_eq!(stdout, "");
    for word in words {
        assert!(stderr.contains(word), "`{word}` is not in: {stderr}");
    }
    let places = std::fs::read_dir(labproof.path("")).unwrap().flatten();
    for place in places.filter(|place| place.file_name().to_string_lossy().contains("labproof-")) {
        let inside = std::fs::read_dir(place.path()).unwrap().flatten();
        let names: Vec<_> = inside.map(|entry| entry.file_name()).collect();
        assert!(names.iter().all(|name| name == "lock" || name == "keeping"), "{names:?}");
    }
}

#[test]
fn no_lab_is_up() {
    refused(&lab(&["status"]), &["no lab is up; `labproof lab up` starts one"]);
    refused(&lab(&["down"]), &["no lab is up"]);
}

#[test]
fn every_missing_program_is_named() {
    let words = ["`setpriv`", "`vault`", "`etcd`", "`kwok`", "`kubectl`", "neither on PATH nor in"];
    refused(&lab(&["up", "--only", "vault,kubernetes"]), &words);
    refused(&lab(&["shell", "--only", "vault"]), &["`vault`"]);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let everywhere = TcpListener::bind(("0.0.0.0", 0)).unwrap();
    let port = everywhere.local_addr().unwrap().port().to_string();
    let arguments = ["up", "--only", "postgres", "--postgres-port", &port];
    let said = format!("port {port} is taken on every loopback address");
    refused(&with_postgres(&arguments, "exit 1"), &[&said, "--postgres-port"]);
}

#[test]
fn a_full_disk_is_said_and_nothing_is_left() {
    let full = "echo 'initdb: error: could not write: No space left on device' >&2; exit 1";
    let words = ["the disk under", "is full", "make room there"];
    refused(&with_postgres(&["up", "--only", "postgres"], full), &words);
}

#[test]
fn a_server_that_cannot_start_says_why_and_nothing_is_left() {
    let broken = "echo 'initdb: error: no such locale' >&2; exit 1";
    refused(&with_postgres(&["up", "--only", "postgres"], broken), &["no such locale"]);
}

#[test]
fn a_place_that_others_may_change_is_not_taken() {
    let labproof = with_postgres(&["up", "--only", "postgres"], "exit 1");
    let account = rustix::process::geteuid().as_raw();
    let place = labproof.path(&format!("labproof-{account}"));
    std::fs::create_dir(&place).unwrap();
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o777)).unwrap();
    refused(&labproof, &["is not a directory of this account alone"]);
    let labproof = with_postgres(&["up", "--only", "postgres"], "exit 1");
    let place = labproof.path(&format!("labproof-{account}"));
    std::os::unix::fs::symlink(labproof.path("bin"), place).unwrap();
    let ran = labproof.run();
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("is not a directory of this account alone"), "{}", ran.stderr);
}

#[test]
fn running_servers_need_a_whole_way_in() {
    refused(&lab(&["up", "--vault-addr", "http://127.0.0.1:1"]), &["no token", "VAULT_TOKEN"]);
    refused(&lab(&["up", "--vault-addr", "127.0.0.1:1"]), &["--vault-addr"]);
    refused(&lab(&["up", "--kubeconfig", "missing"]), &["--kubeconfig `missing`: no such file"]);
    let ran = lab(&["up", "--postgres", "postgresql://u:hunter2@/x"]).run();
    assert_eq!(ran.code, Some(2));
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}
