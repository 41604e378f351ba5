//! Every challenge of the corpus and the seed is read. Keeps counts and a digest, and nothing of the
//! texts, which are other people's.
//!
//! The folder is not part of the repository: `LABPROOF_SHARED` or `../shared`. Without it the test says
//! so, and fails where `CI` is `true`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use labproof::challenge::{Challenge, parse};
use labproof::diagnostic::Severity;
use labproof::source::Source;

use crate::render;

/// The folder with the corpus; said loudly where it is missing.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("LABPROOF_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    if folder.join("corpus").is_dir() && folder.join("seed").is_dir() {
        return Some(folder);
    }
    // Past libtest, which keeps what a passing test prints to itself.
    let mut out = std::io::stderr();
    writeln!(out, "LEFT OUT: no corpus at {}; set LABPROOF_SHARED", folder.display()).unwrap();
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the corpus must be there in CI");
    None
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

fn read(path: &Path) -> Challenge {
    parse(Source::new(path, std::fs::read_to_string(path).unwrap()))
}

/// FNV-1a: stable over versions and machines.
fn digest(hash: u64, text: &str) -> u64 {
    text.bytes().fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn every_challenge_of_the_corpus_is_read() {
    let Some(shared) = shared() else { return };
    let mut paths = Vec::new();
    files(&shared.join("corpus"), &mut paths);
    let (mut steps, mut commands, mut hash) = (0, 0, 0xcbf2_9ce4_8422_2325);
    let mut severities = [0; 3];
    for path in &paths {
        let challenge = read(path);
        steps += challenge.steps.len();
        commands += challenge.steps.iter().map(|step| step.commands.len()).sum::<usize>();
        for diagnostic in &challenge.diagnostics {
            severities[match diagnostic.severity {
                Severity::Note => 0,
                Severity::Warning => 1,
                Severity::Error => 2,
            }] += 1;
        }
        hash = digest(hash, &render::challenge(&challenge));
    }
    let [notes, warnings, errors] = severities;
    let mut counts = String::new();
    writeln!(counts, "{} files, {steps} steps, {commands} commands", paths.len()).unwrap();
    writeln!(counts, "{notes} notes, {warnings} warnings, {errors} errors").unwrap();
    writeln!(counts, "digest {hash:016x}").unwrap();
    insta::assert_snapshot!(counts, @r"
    292 files, 980 steps, 1498 commands
    316 notes, 47 warnings, 0 errors
    digest 894b5e205ebe1bbf
    ");
}

#[test]
fn the_seed_has_twelve_steps() {
    let Some(shared) = shared() else { return };
    let mut paths = Vec::new();
    files(&shared.join("seed"), &mut paths);
    let challenge = read(&paths[0]);
    assert_eq!(challenge.steps.len(), 12);
    assert_eq!(challenge.diagnostics, []);
}
