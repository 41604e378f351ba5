//! A proof where something of the machine is missing: a disk that is full, a port that is taken, a program that is not
//! there or does not work. It says which and what to do, ends with 2, and leaves nothing.

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::{NOTES, challenge, left, prove};
use crate::run_labproof::Labproof;

/// A proof of a world of servers, which these scripts stand in for.
fn with_programs(world: &str, programs: &[(&str, &str)]) -> Labproof {
    let mut labproof = prove(&["--format", "json"], &challenge(&["touch ~/a"]), world);
    for (name, script) in programs {
        labproof = labproof.file(&format!("bin/{name}"), format!("#!/bin/sh\n{script}\n"));
        let path = labproof.path(&format!("bin/{name}"));
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let all = format!("{}:{}", labproof.path("bin").display(), std::env::var("PATH").unwrap());
    labproof.variable("PATH", &all)
}

fn told(labproof: &Labproof, mut command: Command, words: &[&str]) {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty() && said.starts_with("error: "), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not in: {said}");
    }
    left::nothing(labproof);
}

#[test]
fn a_port_that_is_taken_everywhere() {
    let everywhere = TcpListener::bind(("0.0.0.0", 0)).unwrap();
    let port = everywhere.local_addr().unwrap().port();
    let world = format!("postgres: {{ port: {port} }}\n");
    let labproof =
        with_programs(&world, &["initdb", "postgres", "psql"].map(|name| (name, "exit 1")));
    let said = format!("port {port} is taken on every loopback address");
    told(&labproof, labproof.command(), &[&said, "end what listens there", "the world's `port`"]);
}

/// Found on PATH, and of no use.
#[test]
fn a_server_that_does_not_start() {
    let broken = with_programs("vault: {}\n", &[("vault", "echo 'no such library' >&2; exit 127")]);
    told(&broken, broken.command(), &["vault ended", "no such library"]);
    let none = with_programs("vault: {}\n", &[]).variable("PATH", "/nowhere");
    told(&none, none.command(), &["`vault`", "neither on PATH nor in"]);
}

#[test]
fn a_server_whose_disk_is_full() {
    let full = "echo 'write: no space left on device' >&2; exit 1";
    let labproof = with_programs("vault: {}\n", &[("vault", full)]);
    told(&labproof, labproof.command(), &["the disk under", "is full", "make room there"]);
}

/// The report itself.
#[test]
fn an_output_that_takes_nothing_more() {
    for format in ["json", "junit", "human"] {
        let labproof = prove(&["--format", format, "--trials", "walk"], NOTES.0, NOTES.1);
        let mut command = labproof.command();
        let full = File::options().write(true).open("/dev/full").unwrap();
        command.stdout(full).stdin(Stdio::null());
        told(&labproof, command, &["cannot write to standard output", "no storage space"]);
    }
}

/// What a quota on files does: every write fails, whoever makes it.
#[test]
fn files_that_may_not_grow() {
    for (limit, world, words) in [
        (0, "files: {}\n".to_owned(), &["would be larger than a file may be", "`ulimit -f`"][..]),
        (
            8,
            format!("files: {{ mine/a: {} }}\n", "a".repeat(20_000)),
            &["it.world.yml:1:", "file too large"][..],
        ),
    ] {
        let labproof = prove(&["--format", "json"], &challenge(&["touch ~/a"]), &world);
        let own = labproof.command();
        let mut command = Command::new("bash");
        command.arg("-c").arg(format!("ulimit -f {limit}; exec \"$@\"")).arg("bash");
        command.arg(own.get_program()).args(own.get_args()).current_dir(labproof.path(""));
        command.env_clear().envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        told(&labproof, command, words);
    }
}
