//! Proofs as JUnit XML: a suite for each challenge, a case for each trial.

use std::io;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::prove::proof::{Finding, Proof, Tried};
use crate::text::one_line;

/// Writes the document.
pub(super) fn render(proofs: &[Proof], out: &mut dyn io::Write) -> io::Result<()> {
    let mut document = Report::new("labproof prove");
    document.add_test_suites(proofs.iter().map(suite));
    document.serialize(out).map_err(io::Error::other)
}

fn suite(proof: &Proof) -> TestSuite {
    let mut suite = TestSuite::new(&proof.path);
    suite.set_time(proof.duration);
    suite.add_test_cases(proof.tried.iter().map(|one| case(proof, one)));
    suite
}

fn case(proof: &Proof, one: &Tried) -> TestCase {
    let place = one.step.map(|step| format!("step {step}: ")).unwrap_or_default();
    let rule = one.rule.map(|rule| format!("{rule}: ")).unwrap_or_default();
    let mut case = TestCase::new(format!("{place}{rule}{}", one.name), status(&one.finding));
    case.set_classname(format!("{}.{}", proof.check, one.trial.name()));
    case.set_time(one.took);
    case
}

fn status(finding: &Finding) -> TestCaseStatus {
    let (mut status, message) = match finding {
        Finding::Proven => return TestCaseStatus::success(),
        Finding::Wrong(what) => (TestCaseStatus::non_success(NonSuccessKind::Failure), &**what),
        Finding::Untried(why) => (TestCaseStatus::non_success(NonSuccessKind::Error), &**why),
        Finding::Equivalent => {
            (TestCaseStatus::skipped(), "leaves all that is claimed as the solution does")
        }
        Finding::Nothing(why) => (TestCaseStatus::skipped(), &**why),
    };
    // An attribute is one line to whoever reads it.
    status.set_message(one_line(message, usize::MAX));
    if message.contains('\n') {
        // The library leaves a tab out, and what it stands between would run together.
        status.set_description(message.replace('\t', " "));
    }
    status
}
