//! `helm-release`: a release is installed, changed and rolled back, and another one goes again. Helm itself is
//! not among the servers: `own/helm` stands in for it and keeps releases as helm does.

use std::path::Path;

use super::row::{Row, compare, row};
use super::{Walk, at_random, challenge, under_other_names};
use crate::check::Check;
use crate::fences::{Fence, fences};
use crate::lab::Lab;
use crate::wait::Done;
use crate::walk::{Input, Session};

pub(super) const SLUG: &str = "helm-release";

pub(super) const WALKS: &[(&str, Walk)] = &[
    ("done", |lab| at(lab, &DONE)),
    ("forgot_to_upgrade", |lab| at(lab, &FORGOT_TO_UPGRADE)),
    ("forgot_to_roll_back", |lab| at(lab, &FORGOT_TO_ROLL_BACK)),
    ("forgot_to_clean_up", |lab| at(lab, &FORGOT_TO_CLEAN_UP)),
    ("under_other_names", renamed),
];

/// Step 1 makes the namespace and installs the shop, 3 upgrades it with other values, 4 rolls it back; 2
/// installs the mailer and 6 takes it away; 5 and 7 look, and 7 confirms 6.
///
/// - Before 1 there is no namespace, and one that is not made yet has never held what 6 and 7 say is gone: unknown.
/// - The mailer's life ends as it began. While it is not there, nothing can be told of 2, 6 and 7; while it is
///   there, 2 passes and 6 fails. Gone again, 2 is overtaken as soon as a changing claim of a later step holds.
/// - 3 after 4: the release has the first version and values again, and 4 replaces all that 3 says: overtaken.
///   1 after 3 is a pass by its namespace, and after 4 by all that it says, for the shop is as it was.
const DONE: [Row; 8] = [
    row(0, "F.FF-??", 1),
    row(1, "P.FF-..", 3),
    row(2, "PPFF-FF", 3),
    row(3, "PPPF-FF", 4),
    row(4, "PPoP-FF", 6),
    row(5, "PPoP-FF", 6),
    row(6, "PooP-..", 0),
    row(7, "PooP-..", 0),
];

/// Without 3. A rollback to the only revision there is makes a second one, which shows 4, and 4 replaces 3.
const FORGOT_TO_UPGRADE: [Row; 4] =
    [row(1, "P.FF-..", 3), row(2, "PPFF-FF", 3), row(4, "PPoP-FF", 6), row(6, "PooP-..", 0)];

/// Without 4, which nothing replaces.
const FORGOT_TO_ROLL_BACK: [Row; 4] =
    [row(1, "P.FF-..", 3), row(2, "PPFF-FF", 3), row(3, "PPPF-FF", 4), row(6, "PoPF-..", 4)];

/// Without 6: looking (7) changes nothing.
const FORGOT_TO_CLEAN_UP: [Row; 5] = [
    row(1, "P.FF-..", 3),
    row(2, "PPFF-FF", 3),
    row(3, "PPPF-FF", 4),
    row(4, "PPoP-FF", 6),
    row(7, "PPoP-FF", 6),
];

fn at(lab: &mut Lab, rows: &[Row]) -> Done<()> {
    walk(lab, "trial", "hello", &challenge(SLUG), rows)
}

fn renamed(lab: &mut Lab) -> Done<()> {
    at_random(|prng| {
        let words: [String; 6] = std::array::from_fn(|_| prng.word());
        let [namespace, shop, mailer, repository, greeting, key] = &words;
        let (major, copies) = (prng.between(2, 9), prng.between(3, 9));
        let names = vec![
            ("install shop acme/shop", format!("install {shop} {repository}/{shop}")),
            ("upgrade shop acme/shop", format!("upgrade {shop} {repository}/{shop}")),
            ("rollback shop", format!("rollback {shop}")),
            ("history shop", format!("history {shop}")),
            ("--install mailer acme/mailer", format!("--install {mailer} {repository}/{key}")),
            ("uninstall mailer", format!("uninstall {mailer}")),
            ("--namespace trial", format!("--namespace {namespace}")),
            ("-n trial", format!("-n {namespace}")),
            ("1.4.0", format!("{major}.4.1")),
            ("1.5.0", format!("{major}.5.2")),
            ("replicas=1", "replicas=2".to_owned()),
            ("replicas=2", format!("replicas={copies}")),
            ("greeting=hello", format!("{key}.text={greeting}")),
        ];
        let path = under_other_names(lab, SLUG, names)?;
        walk(lab, namespace, greeting, &path, &DONE)
    })
}

/// The values are in the text, and in no report's word for what was seen.
fn walk(lab: &Lab, namespace: &str, value: &str, challenge: &Path, rows: &[Row]) -> Done<()> {
    let clear =
        || lab.kubernetes.kubectl(&["delete", "namespace", namespace, "--ignore-not-found"]);
    // A walk that failed may have left its own behind.
    clear()?;
    let text = std::fs::read_to_string(challenge).map_err(|error| error.to_string())?;
    let steps = fences(&text);
    let call = Check::new(lab, challenge);
    let mut session = Session::start(lab)?;
    with_helm(&mut session)?;
    for row in rows {
        if row.outcomes.len() != steps.len() {
            return Err(format!("row {} is not of {} steps", row.done, steps.len()));
        }
        if row.done > 0 {
            let ran = session.run(&steps[row.done - 1], &Input::default())?;
            if ran.code != 0 {
                return Err(format!("step {} of the walk: {ran:?}", row.done));
            }
        }
        // On the untouched lab 6 and 7 alone are unknown, which a row's ranges do not know.
        let ranges: Vec<usize> = (1..=steps.len())
            .filter(|step| if row.done == 0 { *step < 5 } else { *step == row.done })
            .collect();
        compare(&call, row, &ranges)?;
    }
    let report = call.json()?;
    let seen = report.json["assertions"].as_array().into_iter().flatten();
    if seen.clone().any(|one| one["actual"].as_str().is_some_and(|text| text.contains(value))) {
        return Err(format!("a report tells a value of the release\n{}", report.run));
    }
    Ok(clear().map(drop)?)
}

/// Puts what stands in for helm on the learner's path.
pub(crate) fn with_helm(session: &mut Session) -> Done<()> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/own");
    let text = format!("PATH='{}':$PATH\n", tools.display());
    let ran = session.run(&Fence { line: 0, last_line: 0, text }, &Input::default())?;
    if ran.code == 0 { Ok(()) } else { Err(format!("{ran:?}")) }
}
