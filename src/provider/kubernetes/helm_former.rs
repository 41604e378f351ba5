//! Helm 2: what shows that a text is written for it. It keeps its releases in ConfigMaps of a server of its own,
//! where nothing here looks, so that nothing is claimed of any release of such a text.

use super::helm_cli::Line;
use super::helm_release::ID;
use crate::claim::{Claim, Expectation, Subject, Text, Verb};
use crate::provider::{Call, Story};

/// What is set for the commands behind one of Helm 2's.
const FORMER: &str = "kubernetes/helm-2";

/// Verbs that only Helm 2 has.
const VERBS: [&str; 4] = ["init", "reset", "home", "serve"];
/// Flags that only Helm 2 has, whatever the verb.
const FLAGS: [&str; 5] =
    ["purge", "tiller-namespace", "tiller-connection-timeout", "tls", "tls-verify"];
/// Variables that only Helm 2 knows.
const VARIABLES: [&str; 3] = ["HELM_HOST", "HELM_HOME", "TILLER_NAMESPACE"];

/// Whether a command is one that only Helm 2 takes.
pub(super) fn is_former(line: &Line, call: &Call) -> bool {
    let verb = line.word(0);
    let installs = verb == "install" && (line.flag("name").is_some() || is_alone(line));
    VERBS.contains(&verb.as_str())
        || installs
        || FLAGS.iter().any(|flag| line.has(flag))
        || VARIABLES.iter().any(|name| call.variable(name).is_some())
}

/// Whether nothing but a chart is named: Helm 2 then thinks a name up, or takes it from `-n`.
fn is_alone(line: &Line) -> bool {
    let named = line.has("generate-name") || line.flag("name-template").is_some();
    let chart = line.word(1);
    !named && line.arguments.len() == 2 && (chart == "." || chart.contains('/'))
}

/// What such a command sets for those behind it.
pub(super) fn settings(call: &Call) -> Vec<(&'static str, Text)> {
    if call.program().as_deref() != Some("helm") {
        return Vec::new();
    }
    let former = Line::parse(call).is_ok_and(|line| is_former(&line, call));
    former.then(|| (FORMER, Text::from("2"))).into_iter().collect()
}

/// Whether the text has used Helm 2 before.
pub(super) fn is_spoken(story: &Story) -> bool {
    story.settings.iter().any(|(key, _)| *key == FORMER)
}

/// All releases of the text before, left open: they are not where they were looked for.
pub(super) fn kept_elsewhere(story: &Story) -> Vec<Claim> {
    let mut releases: Vec<&Subject> = Vec::new();
    for claim in story.claims.iter().filter(|claim| claim.subject.kind == ID) {
        if !releases.contains(&&claim.subject) {
            releases.push(&claim.subject);
        }
    }
    let open = |subject: &Subject| {
        Claim::new(subject.clone(), Expectation::Absent, Verb::Disturb).leniently(true)
    };
    releases.into_iter().map(open).collect()
}
