//! A proof that is ended in the middle: nothing is left of it, at once or after the next one.

use std::process::Child;
use std::time::Duration;

use labproof::lab::process::{signal, wait_within};
use rustix::process::Signal;

use super::{NOTES, left, only, prove};

/// Starts it, and gives it this long.
fn begun(labproof: &crate::run_labproof::Labproof, moment: u64) -> Child {
    let child = labproof.command().spawn().unwrap();
    std::thread::sleep(Duration::from_millis(moment));
    child
}

const MOMENTS: [u64; 6] = [0, 30, 90, 200, 350, 600];

#[test]
fn interrupted_it_leaves_nothing() {
    for (moment, by) in MOMENTS.into_iter().zip([Signal::INT, Signal::TERM, Signal::HUP].repeat(2))
    {
        let labproof = prove(&["--format", "json"], NOTES.0, NOTES.1);
        let mut child = begun(&labproof, moment);
        let since = std::time::Instant::now();
        signal(by, child.id()).unwrap();
        let status = wait_within(&mut child, Duration::from_secs(20)).unwrap();
        let took = since.elapsed();
        assert!(took < Duration::from_secs(8), "{by:?} after {moment} ms: {took:?}, {status}");
        // Before it listens a signal ends it as any program, and it has nothing yet.
        assert!(
            matches!(status.code(), Some(130 | 0) | None),
            "{by:?} after {moment} ms: {status}"
        );
        left::nothing(&labproof);
    }
}

#[test]
fn killed_it_leaves_nothing_after_the_next() {
    let labproof = prove(&["--format", "json"], NOTES.0, NOTES.1);
    for moment in MOMENTS {
        let mut child = begun(&labproof, moment);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let ran = labproof.run();
    assert_eq!((ran.code, &only(&ran)["outcome"]), (Some(0), &"proven".into()), "{}", ran.stderr);
    left::nothing(&labproof);
}
