//! The seed: where it is, how it is solved, and what holds after each of its steps.

use std::path::{Path, PathBuf};

use crate::fences::{Fence, fences};
use crate::lab::Lab;
use crate::table::After;
use crate::wait::Done;
use crate::walk::{Input, Ran, Session};
use crate::world::Names;

/// Written by hand from the text of the seed and the rules of the design, step by step:
///
/// - 2 only reads and 3 only binds variables: no claim, no outcome, and they change nothing.
/// - 7 (fresh credentials log in) holds as soon as the role works, which is after 5: the probe
///   takes credentials of its own. 6 (the learner has read some) does not: a probe of ours never
///   counts for it.
/// - 9 confirms 8: until 8 has rotated the password, the old one is accepted, and both fail.
/// - 12 confirms 11 in the same way.
/// - Before 8 the old password works; that is seen at Postgres, so 8 fails and is not unknown.
pub(crate) const TABLE: [After; 13] = [
    After { step: 0, outcomes: "F--FFFFFFFFF", here: Some(1) },
    After { step: 1, outcomes: "P--FFFFFFFFF", here: Some(4) },
    After { step: 2, outcomes: "P--FFFFFFFFF", here: Some(4) },
    After { step: 3, outcomes: "P--FFFFFFFFF", here: Some(4) },
    After { step: 4, outcomes: "P--PFFFFFFFF", here: Some(5) },
    After { step: 5, outcomes: "P--PPFPFFFFF", here: Some(6) },
    After { step: 6, outcomes: "P--PPPPFFFFF", here: Some(8) },
    After { step: 7, outcomes: "P--PPPPFFFFF", here: Some(8) },
    After { step: 8, outcomes: "P--PPPPPPFFF", here: Some(10) },
    After { step: 9, outcomes: "P--PPPPPPFFF", here: Some(10) },
    After { step: 10, outcomes: "P--PPPPPPPFF", here: Some(11) },
    After { step: 11, outcomes: "P--PPPPPPPPP", here: None },
    After { step: 12, outcomes: "P--PPPPPPPPP", here: None },
];

/// What each step does: FIELD.md, "The seed, read closely".
pub(crate) const ROLES: [&str; 12] = [
    "changes", "reads", "reads", "changes", "changes", "changes", "confirms", "changes",
    "confirms", "changes", "changes", "confirms",
];

/// Where `../shared` is.
pub(crate) fn shared() -> PathBuf {
    match std::env::var_os("LABPROOF_SHARED") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
    }
}

/// The seed's challenge file.
pub(crate) fn assignment() -> PathBuf {
    shared().join("seed/static-to-dynamic-database-secrets/assignment.md")
}

/// Runs all fences of the seed, so that the lab is solved.
pub(crate) fn solve(lab: &mut Lab) -> Done<()> {
    let steps = read(&assignment())?;
    let mut walk = SeedWalk::start(lab, steps)?;
    (1..=12).try_for_each(|step| walk.run(step))
}

/// Reads a challenge that has the seed's twelve steps.
pub(crate) fn read(path: &Path) -> Done<Vec<Fence>> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let steps = fences(&text);
    if steps.len() == 12 { Ok(steps) } else { Err(format!("{} fences, not 12", steps.len())) }
}

/// The walk through the seed's steps, with the learner's input where the text asks for some.
pub(crate) struct SeedWalk {
    session: Session,
    steps: Vec<Fence>,
    names: Names,
    generated: Option<(String, String)>,
}

impl SeedWalk {
    pub(crate) fn start(lab: &Lab, steps: Vec<Fence>) -> Done<SeedWalk> {
        let names = lab.world.names.clone();
        Ok(SeedWalk { session: Session::start(lab)?, steps, names, generated: None })
    }

    /// Does one step and sees that it worked, or was refused where it must be.
    pub(crate) fn run(&mut self, step: usize) -> Done<()> {
        let fence = &self.steps[step - 1];
        let ran = match (step, &self.generated) {
            (7, Some((user, password))) => {
                let placeholder = placeholder(&fence.text)?;
                let placeholders = [(placeholder, user.as_str())];
                let input = Input { placeholders: &placeholders, password: Some(password) };
                self.session.run(fence, &input)?
            }
            (9, _) => {
                let password = Some(self.names.password.as_str());
                self.session.run(fence, &Input { placeholders: &[], password })?
            }
            _ => self.session.run(fence, &Input::default())?,
        };
        let expected = if step == 9 {
            ran.code != 0 && ran.stderr.contains("password authentication failed")
        } else {
            ran.code == 0
        };
        if !expected {
            return Err(format!("step {step} of the walk: {ran:?}"));
        }
        if step == 6 {
            self.generated = Some(credentials(&ran)?);
        }
        Ok(())
    }
}

/// What stands in angle brackets: the seed and its retelling name the user in different words.
fn placeholder(text: &str) -> Done<&str> {
    let span = text.find('<').zip(text.find('>').map(|end| end + 1));
    span.map(|(start, end)| &text[start..end]).ok_or_else(|| format!("no placeholder in {text}"))
}

/// The generated user and password, as `vault read` prints them.
fn credentials(ran: &Ran) -> Done<(String, String)> {
    let value = |key: &str| {
        let row = ran.stdout.lines().find_map(|line| line.strip_prefix(key));
        row.map(|rest| rest.trim().to_owned()).ok_or_else(|| format!("no {key} in {}", ran.stdout))
    };
    Ok((value("username ")?, value("password ")?))
}
