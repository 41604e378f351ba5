//! Which systems' claims are looked at: all but those on files, unless the caller says otherwise. A file belongs to
//! the host that it is on, and only the caller knows whether that is this machine.

use crate::claim::Claim;
use crate::text::ticked;

use super::Plan;

/// What the caller chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// `--only`: the names of the systems.
    pub only: Option<Vec<String>>,
    /// `--host`: the host that this machine is.
    pub host: Option<String>,
}

/// A claim that is not looked at by the caller's choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The step, from 1.
    pub step: usize,
    /// Why, in words.
    pub why: String,
}

impl Chosen {
    /// Takes the claims that are not chosen out of a plan, as if the text did not make them.
    pub fn choose(&self, plan: &mut Plan) -> Vec<SetAside> {
        let mut aside = Vec::new();
        plan.assertions.retain(|assertion| match self.against(&assertion.claim) {
            Some(why) => {
                aside.push(SetAside { step: assertion.step, why });
                false
            }
            None => true,
        });
        aside
    }

    /// Why a claim is not looked at.
    fn against(&self, claim: &Claim) -> Option<String> {
        let system = claim.subject.kind.split('/').next().unwrap_or_default();
        let named = self.only.as_ref().map(|only| only.iter().any(|name| name == system));
        if system != "host" {
            return (named == Some(false))
                .then(|| format!("`--only` leaves out {}", ticked(system)));
        }
        if named == Some(false) {
            return Some("`--only` leaves out files".to_owned());
        }
        let on = claim.subject.param("host").and_then(crate::claim::Text::literal);
        match (on.as_deref(), self.host.as_deref()) {
            (None, None) if named.is_none() => Some(
                "files belong to the host they are on; `--host NAME` or `--only host` looks at them on this machine"
                    .to_owned(),
            ),
            (None, _) => None,
            (Some("?"), _) => {
                Some("the text does not say on which of its hosts these files are".to_owned())
            }
            (Some(on), Some(host)) if on == host => None,
            (Some(on), _) => Some(format!(
                "these files are on the host {}; `--host {on}` looks at them on this machine",
                ticked(on)
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Expectation, Subject, Verb};

    fn looked_at(kind: &'static str, on: Option<&str>, only: &[&str], host: Option<&str>) -> bool {
        let mut subject = Subject::new(kind, "x");
        if let Some(on) = on {
            subject = subject.with("host", on);
        }
        let claim = Claim::new(subject, Expectation::Absent, Verb::Remove);
        let only = (!only.is_empty()).then(|| only.iter().map(|name| (*name).to_owned()).collect());
        let chosen = Chosen { only, host: host.map(str::to_owned) };
        chosen.against(&claim).is_none()
    }

    #[test]
    fn files_are_looked_at_where_the_caller_says_that_they_are_here() {
        for (kind, on, only, host, looked) in [
            ("vault/mount", None, &[][..], None, true),
            ("vault/mount", None, &["vault"], None, true),
            ("vault/mount", None, &["host"], None, false),
            ("vault/mount", None, &[], Some("a"), true),
            ("host/file", None, &[], None, false),
            ("host/file", None, &["host"], None, true),
            ("host/file", None, &["vault"], Some("a"), false),
            ("host/file", None, &[], Some("a"), true),
            ("host/file", Some("a"), &[], Some("a"), true),
            ("host/file", Some("a"), &[], Some("b"), false),
            ("host/file", Some("a"), &["host"], None, false),
            ("host/file", Some("?"), &["host"], Some("a"), false),
        ] {
            assert_eq!(looked_at(kind, on, only, host), looked, "{kind} {on:?} {only:?} {host:?}");
        }
    }
}
