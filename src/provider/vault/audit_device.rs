//! `vault/audit-device`: where Vault writes what is asked of it.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::cli::Invocation;
use super::client::Session;
use super::place::{field, known, mount_path};
use crate::claim::{
    Claim, Control, Expectation, Facts, Field, Meaning, Observation, Subject, Text, Unobservable,
    Verb,
};
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::{and_list, ticked};

pub(super) const ID: &str = "vault/audit-device";

const DOC: &str = "\
An audit device: where Vault writes what is asked of it.

Claimed by `vault audit enable [-path=PATH] TYPE key=value …` (enabled, with its type, description and
options), `vault audit disable PATH` (gone), and by writes to `sys/audit/PATH`.

Read by `GET sys/audit`, which lists all devices. Control of an absence: the list itself. What stands in the
log is not looked at.";

/// The kind.
pub(super) struct AuditDevice;

impl Kind for AuditDevice {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        DOC
    }
    fn noun(&self) -> &'static str {
        "audit device"
    }
    fn infer(&self, call: &Call, _story: &Story) -> Vec<Claim> {
        infer(call).into_iter().collect()
    }
    fn title(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match (&claim.expectation, field(claim, "type")) {
            (Expectation::Present(_), Some(kind)) => {
                format!("{} audit device is enabled at {path}", kind.shown())
            }
            (Expectation::Present(_), None) => format!("an audit device is enabled at {path}"),
            _ => format!("no audit device is left at {path}"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        let path = ticked(&claim.subject.name.shown());
        match (&claim.expectation, field(claim, "type")) {
            (Expectation::Present(_), Some(kind)) => {
                format!("an audit device of type {} at {path}", ticked(&kind.shown()))
            }
            (Expectation::Present(_), None) => format!("an audit device at {path}"),
            _ => format!("no audit device at {path}"),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let path = claim.subject.name.shown();
        let path = path.trim_end_matches('/');
        match (&claim.expectation, field(claim, "type").map(Text::shown)) {
            (Expectation::Present(_), Some(kind)) if kind == path => format!(
                "`vault audit enable {kind} …` enables it; `vault audit list -detailed` shows them all"
            ),
            (Expectation::Present(_), Some(kind)) => format!(
                "`vault audit enable -path={path} {kind} …` enables it; `vault audit list -detailed` shows \
                 them all"
            ),
            (Expectation::Present(_), None) => {
                "`vault audit list -detailed` shows all audit devices".to_owned()
            }
            _ => format!("`vault audit disable {path}` takes it away"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        Looks {
            reads: vec![READ.to_owned()],
            controls: match claim.expectation {
                Expectation::Absent => vec!["the list of all audit devices can be read".to_owned()],
                _ => Vec::new(),
            },
        }
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe(subject, &lab.vault))
    }
}

const READ: &str = "GET sys/audit";

fn infer(call: &Call) -> Option<Claim> {
    let invocation = Invocation::of(call)?;
    if invocation.elsewhere() {
        return None;
    }
    let argument = invocation.path()?;
    let verb: Vec<&str> = invocation.verb.iter().map(String::as_str).collect();
    match verb.as_slice() {
        ["audit", "enable"] => {
            let path = invocation.flag("path").unwrap_or(argument);
            let description = invocation.flag("description").cloned();
            let mut fields = vec![Field::new("type", argument.clone(), Meaning::Exact)];
            fields.extend(description.map(|text| Field::new("description", text, Meaning::Exact)));
            let options = invocation.data().into_iter();
            fields.extend(
                options.map(|(key, value)| {
                    Field::new(format!("options.{key}"), value, Meaning::Exact)
                }),
            );
            Some(enabled(path, fields))
        }
        ["audit", "disable"] => Some(disabled(argument)),
        _ => None,
    }
}

fn enabled(path: &Text, fields: Vec<Field>) -> Claim {
    let subject = Subject::new(ID, mount_path(path));
    Claim::new(subject, Expectation::Present(fields), Verb::Create)
}

fn disabled(path: &Text) -> Claim {
    Claim::new(Subject::new(ID, mount_path(path)), Expectation::Absent, Verb::Remove)
}

async fn observe(subject: &Subject, session: &Session) -> Observation {
    let path = match known(&subject.name) {
        Ok(path) => path,
        Err(reason) => return Observation::unobservable(reason, READ),
    };
    let all = match session.get("sys/audit").await {
        Ok(all) => all,
        Err(reason) => return Observation::unobservable(reason, READ),
    };
    let read = format!("{READ} → {}", all.status);
    if all.is_forbidden() {
        let reason = Unobservable::Forbidden("the token may not read `sys/audit`".to_owned());
        return Observation::unobservable(reason, read);
    }
    let Some(devices) = all.data().as_object().filter(|_| all.is_there()) else {
        let reason = format!("Vault answered {} to {READ}", all.status);
        return Observation::unobservable(Unobservable::Unexpected(reason), read);
    };
    if let Some(data) = devices.get(&path) {
        return Observation::present(facts(data), read);
    }
    let paths: Vec<&str> = devices.keys().map(String::as_str).collect();
    let near = (!paths.is_empty()).then(|| format!("audit devices are at {}", and_list(&paths)));
    Observation::absent(Control::new("Vault lists its audit devices"), read).near(near)
}

fn facts(data: &Value) -> Facts {
    let facts = Facts::none()
        .with("type", data["type"].clone())
        .with("description", data["description"].clone());
    let options = data["options"].as_object().into_iter().flatten();
    options.fold(facts, |facts, (key, value)| facts.with(format!("options.{key}"), value.clone()))
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;
    use serde_json::json;

    fn shown(line: &str) -> Option<String> {
        let claim = infer(&call(line))?;
        let fields = claim.expectation.fields().iter();
        let fields: Vec<String> =
            fields.map(|field| format!(" {}={}", field.path, field.value.shown())).collect();
        let (word, name) = (claim.expectation.word(), claim.subject.name.shown());
        Some(format!("{word} {name}{}", fields.concat()))
    }

    #[test]
    fn enable_and_disable_claim_a_device() {
        for (line, expected) in [
            (
                "vault audit enable file file_path=/var/log/vault.log",
                Some("present file/ type=file options.file_path=/var/log/vault.log"),
            ),
            (
                "vault audit enable -path=raw -description=d file file_path=stdout log_raw=true",
                Some(
                    "present raw/ type=file description=d options.file_path=stdout \
                     options.log_raw=true",
                ),
            ),
            ("vault audit disable file/", Some("absent file/")),
            ("vault write sys/audit/x type=file options={}", Some("present x/ type=file")),
            ("vault delete sys/audit/x", Some("absent x/")),
            ("vault audit list", None),
            ("vault audit enable -namespace=a file", None),
        ] {
            assert_eq!(shown(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn facts_hold_the_options() {
        let data = json!({"type": "file", "options": {"file_path": "/a"}, "description": ""});
        let facts = facts(&data);
        let path = facts.get("options.file_path").unwrap();
        assert!(Meaning::Exact.same(&Text::from("/a"), path));
    }
}
