//! The JSON contract: what every document has to keep, whatever it reports; and the short form in
//! which the tables of this suite are written.

use serde_json::Value;

use crate::check::Report;
use crate::wait::Done;

const STEP_KEYS: [&str; 5] = ["step", "line", "role", "title", "outcome"];
const ASSERTION_KEYS: [&str; 15] = [
    "step",
    "line",
    "kind",
    "name",
    "expect",
    "origin",
    "outcome",
    "expected",
    "actual",
    "read",
    "control",
    "hint",
    "reason",
    "overtaken_by",
    "blocked_by",
];

/// Says what in a report contradicts the contract or itself.
pub(crate) fn hold(report: &Report) -> Done<()> {
    let json = &report.json;
    let wrong = |what: &str| Err(format!("{what}\n{}", report.run));
    if json["schema"] != 1 {
        return wrong("`schema` is not 1");
    }
    if json["exit_code"].as_i64() != report.run.code.map(i64::from) {
        return wrong("`exit_code` is not the exit code");
    }
    let named = match report.run.code {
        Some(0) => "pass",
        Some(1) => "fail",
        Some(3) => "unknown",
        Some(4) => "nothing",
        _ => return wrong("an exit code that goes with no report"),
    };
    if json["outcome"] != named {
        return wrong("`outcome` is not that of the exit code");
    }
    for (list, keys) in [("steps", &STEP_KEYS[..]), ("assertions", &ASSERTION_KEYS[..])] {
        let Some(items) = json[list].as_array() else { return wrong("a list is missing") };
        for item in items {
            if let Some(key) = keys.iter().find(|key| item.get(**key).is_none()) {
                return wrong(&format!("`{list}` has an item without `{key}`: {item}"));
            }
        }
    }
    counts_agree(report)?;
    steps_agree(report)?;
    here_agrees(report)
}

/// The outcomes of the steps, a letter each: P pass, F fail, ? unknown, . skip, - no claim.
pub(crate) fn letters(json: &Value) -> String {
    let steps = json["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    steps.iter().map(|step| letter(&step["outcome"])).collect()
}

/// Whether letters are as a pattern allows. Beside the letters, where the design leaves room, and
/// with the reason beside the row: `x` anything but a pass, for a claim that does not hold; `~` pass
/// or unknown, and `o` pass or skip, for one that does; `n` anything but a fail; `*` anything.
pub(crate) fn matches(letters: &str, pattern: &str) -> bool {
    letters.chars().count() == pattern.chars().count()
        && letters.chars().zip(pattern.chars()).all(|(letter, wanted)| match wanted {
            'x' => matches!(letter, 'F' | '?' | '.'),
            '~' => matches!(letter, 'P' | '?'),
            'o' => matches!(letter, 'P' | '.'),
            'n' => letter != 'F',
            '*' => letter != '-',
            other => letter == other,
        })
}

/// The assertions of a step.
pub(crate) fn assertions(json: &Value, step: u64) -> Vec<&Value> {
    let all = json["assertions"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter(|assertion| assertion["step"] == step).collect()
}

fn letter(outcome: &Value) -> char {
    match outcome.as_str() {
        Some("pass") => 'P',
        Some("fail") => 'F',
        Some("unknown") => '?',
        Some("skip") => '.',
        Some(_) => '!',
        None => '-',
    }
}

fn counts_agree(report: &Report) -> Done<()> {
    let json = &report.json;
    let all = json["assertions"].as_array().map(Vec::as_slice).unwrap_or_default();
    for outcome in ["pass", "fail", "unknown", "skip"] {
        let counted = all.iter().filter(|assertion| assertion["outcome"] == outcome).count();
        if json["counts"][outcome].as_u64() != u64::try_from(counted).ok() {
            return Err(format!("`counts.{outcome}` is not {counted}\n{}", report.run));
        }
    }
    Ok(())
}

/// A step is what its assertions are: a fail beats an unknown, an unknown beats a pass.
fn steps_agree(report: &Report) -> Done<()> {
    let json = &report.json;
    let steps = json["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    for step in steps {
        let number = step["step"].as_u64().unwrap_or(0);
        let own: Vec<char> =
            assertions(json, number).iter().map(|own| letter(&own["outcome"])).collect();
        let worst = "F?P.".chars().find(|letter| own.contains(letter)).unwrap_or('-');
        if letter(&step["outcome"]) != worst {
            return Err(format!("step {number} is not what its assertions are\n{}", report.run));
        }
    }
    Ok(())
}

/// *Here* is a step that fails or is unknown, and the run's outcome is that step's.
fn here_agrees(report: &Report) -> Done<()> {
    let json = &report.json;
    let Some(here) = json["here"].as_u64() else {
        return match report.run.code {
            Some(0 | 4) => Ok(()),
            _ => Err(format!("no `here` although not all is well\n{}", report.run)),
        };
    };
    let steps = json["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let step = steps.iter().find(|step| step["step"] == here);
    if step.is_some_and(|step| step["outcome"] == json["outcome"]) {
        return Ok(());
    }
    Err(format!("`here` is {here}, whose outcome is not the run's\n{}", report.run))
}
