//! One look of the check at the lab, as whoever does the challenge would call it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::assertion::{Bindings, Chosen, Plan, Selection};
use crate::author::Word;
use crate::challenge::Challenge;
use crate::claim::{Observation, Subject};
use crate::config::{Config, Probes};
use crate::local::{self, Whereabouts};
use crate::observe::{self, Observed};
use crate::provider::{Lab, PROVIDERS};
use crate::report::{Report, ReportAssertion};
use crate::secret::Secret;
use crate::verdict;

use super::ProveError;

/// What a look gave.
pub(super) struct Sight {
    /// As `labproof check` would report it.
    pub(super) report: Report,
    /// What was seen, by subject.
    pub(super) observations: BTreeMap<Subject, Observation>,
    /// What was looked for.
    pub(super) plan: Plan,
}

/// From where a look is taken.
#[derive(Clone, Copy)]
pub(super) struct From<'a> {
    /// The environment of whoever does the challenge.
    pub(super) environment: &'a BTreeMap<String, String>,
    /// Their home, where the challenge's terminal starts.
    pub(super) home: &'a Path,
    /// Which probes may write.
    pub(super) probes: Probes,
}

/// Looks at the lab, for all claims of the challenge.
pub(super) fn look(
    challenge: &Challenge,
    word: &Word,
    from: From<'_>,
) -> Result<Sight, ProveError> {
    let mut plan = plan(challenge, word, from);
    let systems = PROVIDERS.iter().map(|provider| provider.name().to_owned()).collect();
    Chosen { only: Some(systems), host: None }.choose(&mut plan);
    let mut config = Config::from_variables(&|name| from.environment.get(name).cloned());
    config.probes = from.probes;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| ProveError::Lab(format!("cannot start: {}", error.kind())))?;
    let Observed { plan, observations, .. } = runtime.block_on(async {
        let lab = Lab::new(config);
        let wanted = observe::wanted(&plan, Selection::All);
        let observed = observe::observe(&plan, &lab, &wanted).await;
        lab.close().await;
        observed
    });
    runtime.shutdown_background();
    let verdicts = verdict::judge_all(&plan, &observations, Selection::All);
    let report = Report::new(challenge, &plan, verdicts, Selection::All);
    Ok(Sight { report, observations, plan })
}

/// What the challenge claims where it is looked at from here.
pub(super) fn plan(challenge: &Challenge, word: &Word, from: From<'_>) -> Plan {
    let mut bindings = Bindings::default();
    let variables = from.environment.iter();
    bindings.environment =
        variables.map(|(name, value)| (name.clone(), Secret::new(value.clone()))).collect();
    let home = from.home.display().to_string();
    bindings.environment.insert("PWD".to_owned(), Secret::new(home));
    let at = Whereabouts { host: None, home: Some(from.home), directory: from.home };
    local::plan(challenge, word, bindings, at)
}

impl Sight {
    /// What *here* says, for a person.
    pub(super) fn here(&self) -> String {
        match self.report.blocking() {
            Some(claim) => format!("check says: step {}, {}", claim.assertion.step, said(claim)),
            None => format!("check says: {}", self.report.outcome.word()),
        }
    }
}

/// A claim and what became of it, in one line.
pub(super) fn said(claim: &ReportAssertion) -> String {
    let verdict = &claim.verdict;
    let seen = verdict.actual.as_deref().or(verdict.reason.as_deref()).unwrap_or_default();
    let read = verdict.read.as_deref().map(|read| format!("; {read}")).unwrap_or_default();
    format!("{}: {} ({seen}{read})", claim.assertion.title, verdict.outcome.word())
}
