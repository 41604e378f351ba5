//! The life of a release through a text: what a later helm command takes back of what an earlier one said.

use labproof::assertion::Selection;
use labproof::claim::{Facts, Observation};
use labproof::secret::Secret;

use crate::story::{check, human};

/// A release as helm's record says it, with one value.
fn release(version: &str, value: &str, rolled_back_to: Option<u64>) -> Observation {
    let facts = Facts::none().with("status", "deployed").with("chart", "nginx");
    let facts = facts.with("version", version).sealed("values.a", Secret::new(value));
    let facts = match rolled_back_to {
        Some(revision) => facts.with("rolled-back-to", revision),
        None => facts,
    };
    Observation::present(facts, "GET it → 200")
}

/// The first sign of each step's line: ✓ ✗ ·
fn signs(steps: &[&str], seen: Observation) -> String {
    let report = check(steps, &[("kubernetes/helm-release", "web", seen)], Selection::All);
    let mut report = report.clone();
    report.all = true;
    let text = human(&report);
    let lines = text.lines().filter(|line| line.contains(" step ") && !line.starts_with(' '));
    lines.filter_map(|line| line.chars().next()).filter(|sign| !sign.is_alphabetic()).collect()
}

const INSTALL: &str = "helm install web acme/nginx --version 1.0.0 --set a=1";

#[test]
fn an_upgrade_without_a_version_takes_the_version_back() {
    let steps = [INSTALL, "helm upgrade web acme/nginx"];
    // It leaves no mark by itself, so that it is nobody's fault that the version is another one: the release
    // is there all the same, with what else the first step says.
    for version in ["1.0.0", "2.0.0"] {
        assert_eq!(signs(&steps, release(version, "1", None)), "✓·", "{version}");
    }
}

#[test]
fn an_upgrade_with_values_takes_the_place_of_all_earlier_ones() {
    let steps = [INSTALL, "helm upgrade web acme/nginx --set a=2"];
    for (version, value, expected) in
        [("1.0.0", "1", "✓✗"), ("2.0.0", "2", "·✓"), ("1.0.0", "2", "·✓"), ("1.0.0", "3", "✗✗")]
    {
        assert_eq!(signs(&steps, release(version, value, None)), expected, "{version} {value}");
    }
}

#[test]
fn a_rollback_takes_back_what_an_upgrade_said() {
    let steps =
        [INSTALL, "helm upgrade web acme/nginx --version 2.0.0 --set a=2", "helm rollback web 1"];
    for (seen, expected) in [
        (release("1.0.0", "1", None), "✓✗✗"),
        (release("2.0.0", "2", None), "·✓✗"),
        (release("1.0.0", "1", Some(1)), "✓·✓"),
    ] {
        assert_eq!(signs(&steps, seen), expected);
    }
    // Without a revision, nothing tells it from what was before.
    let steps = [steps[0], steps[1], "helm rollback web"];
    assert_eq!(signs(&steps, release("1.0.0", "1", Some(1))), "✓··");
}
