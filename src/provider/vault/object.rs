//! Reading one thing under a mount: there, absent as its engine says, gone with its mount, or not seen.

use std::sync::Arc;

use serde_json::Value;

use super::answer::Answer;
use super::client::{Reply, Session};
use super::mount;
use super::mounted::Engine;
use super::place::{Place, first, last};
use crate::claim::{Claim, Control, Expectation, Facts, Observation, Subject, Unobservable};
use crate::provider::Looks;
use crate::text::{and_list, nearest, ticked};

/// What a read of one thing proved.
pub(super) enum Thing {
    /// It is there: the answer, and the read in words.
    There(Arc<Answer>, String),
    /// Anything else is an observation already.
    Not(Observation),
}

/// What serves a thing: a secrets engine or an auth method, as far as it could be seen.
pub(super) struct Holder {
    /// Whether it is there.
    pub(super) engine: Result<Engine, Unobservable>,
    /// With its slash, as a person may read it.
    pub(super) shown: String,
}

impl Holder {
    /// That it is not there, in words.
    fn gone(&self) -> String {
        let what = if self.is_method() { "auth method is enabled" } else { "engine is mounted" };
        format!("no {what} at {}", ticked(&self.shown))
    }

    /// That it answers, in words.
    pub(super) fn answers(&self) -> String {
        let what = if self.is_method() { "auth method" } else { "engine" };
        format!("the {what} at {} answers", ticked(&self.shown))
    }

    fn is_method(&self) -> bool {
        self.shown.starts_with("auth/")
    }
}

/// Reads `mount/area/name`, with its mount as the control.
pub(super) async fn read(session: &Session, place: &Place, area: &str) -> Thing {
    let path = format!("{}{area}/{}", place.mount, place.name);
    let shown = format!("{}{area}/{}", place.shown_mount, place.shown_name);
    let (reply, engine) =
        futures_util::future::join(session.get(&path), mount::engine(session, &place.mount)).await;
    let holder = Holder { engine, shown: place.shown_mount.clone() };
    match judge(&reply, &holder, &shown) {
        Thing::Not(observation) if matches!(&reply, Ok(answer) if answer.is_nothing()) => {
            Thing::Not(observation.near(near(session, place, area).await))
        }
        thing => thing,
    }
}

/// What an answer means. Pure.
pub(super) fn judge(reply: &Reply, holder: &Holder, shown: &str) -> Thing {
    let answer = match reply {
        Ok(answer) => answer,
        Err(reason) => {
            return Thing::Not(Observation::unobservable(reason.clone(), format!("GET {shown}")));
        }
    };
    let read = format!("GET {shown} → {}", answer.status);
    let gone = |read: String| {
        Thing::Not(Observation::absent(Control::container_gone(holder.gone()), read))
    };
    if let Ok(Engine::Absent { read }) = &holder.engine {
        return gone(read.clone());
    }
    if answer.is_unrouted() {
        return gone(read);
    }
    if answer.is_there() {
        return Thing::There(Arc::clone(answer), read);
    }
    let unseen = |reason| Thing::Not(Observation::unobservable(reason, read.clone()));
    if answer.is_forbidden() {
        return unseen(Unobservable::Forbidden(format!(
            "the token may not read {}",
            ticked(shown)
        )));
    }
    if answer.is_nothing() {
        return match &holder.engine {
            // A token that may read the thing need not see the mounts; the engine's own answer stands.
            Ok(_) | Err(Unobservable::Forbidden(_)) => {
                Thing::Not(Observation::absent(Control::new(holder.answers()), read))
            }
            Err(reason) => unseen(reason.clone()),
        };
    }
    unseen(Unobservable::Unexpected(format!("Vault answered {} to GET {shown}", answer.status)))
}

/// What the engine has instead.
async fn near(session: &Session, place: &Place, area: &str) -> Option<String> {
    let names = session.list(&format!("{}{area}", place.mount)).await.ok()?.keys();
    has(&place.shown_mount, &place.name, &names)
}

/// `` `database/` has `product-api` ``: the nearest name, else the first few.
pub(super) fn has(holder: &str, wanted: &str, names: &[String]) -> Option<String> {
    let holder = ticked(holder);
    match nearest(wanted, names) {
        Some(name) => Some(format!("{holder} has {}", ticked(name))),
        None if names.is_empty() => None,
        None => Some(format!("{holder} has {}", and_list(names))),
    }
}

/// Where an object of the database engine is looked for: in its `area`, `config` or `roles`.
pub(super) fn looks(claim: &Claim, area: &str) -> Looks {
    let (mount, name) = (first(&claim.subject.name), last(&claim.subject.name));
    Looks {
        reads: vec![format!("GET {mount}{area}/{name}")],
        controls: match claim.expectation {
            Expectation::Absent => vec![format!("the engine at {} answers", ticked(&mount))],
            _ => Vec::new(),
        },
    }
}

/// Looks at an object of the database engine; `facts` are what can be compared of it.
pub(super) async fn observe(
    subject: &Subject,
    session: &Session,
    area: &str,
    facts: impl Fn(&Value) -> Facts,
) -> Observation {
    let place = match Place::of(&subject.name) {
        Ok(place) => place,
        Err(reason) => {
            return Observation::unobservable(reason, format!("GET database/{area}/…"));
        }
    };
    match read(session, &place, area).await {
        Thing::There(answer, read) => Observation::present(facts(answer.data()), read),
        Thing::Not(observation) => observation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Seen;
    use serde_json::{Value, json};

    fn outcome(status: u16, body: Value, engine: &Result<Engine, Unobservable>) -> String {
        let reply: Reply = Ok(Arc::new(Answer { status, body }));
        let holder = Holder { engine: engine.clone(), shown: "database/".to_owned() };
        match judge(&reply, &holder, "database/roles/x") {
            Thing::There(_, read) => format!("there: {read}"),
            Thing::Not(observation) => match observation.seen {
                Seen::Absent(control) if control.container_gone => {
                    format!("gone: {}", control.shows)
                }
                Seen::Absent(control) => format!("absent: {}", control.shows),
                Seen::Unobservable(reason) => format!("unseen: {}", reason.reason()),
                other => format!("{other:?}"),
            },
        }
    }

    #[test]
    fn each_answer_means_one_thing() {
        let there: Result<Engine, Unobservable> =
            Ok(Engine::There { data: json!({"type": "database"}), read: String::new() });
        let hidden = Err(Unobservable::Forbidden("the token may not read `sys/mounts`".into()));
        let broken = Err(Unobservable::Unexpected("no".into()));
        let absent = Ok(Engine::Absent { read: "GET sys/mounts → 200".into() });
        let nothing = json!({"errors": []});
        let unrouted = json!({"errors": ["no handler for route \"x\". route entry not found."]});
        let denied = json!({"errors": ["1 error occurred:\n\t* permission denied\n\n"]});
        let versioned = json!({"data": null, "warnings": ["Invalid path for a versioned K/V"]});
        let is_absent = "absent: the engine at `database/` answers";
        let is_gone = "gone: no engine is mounted at `database/`";
        for (status, body, engine, expected) in [
            (200, json!({"data": {}}), &there, "there: GET database/roles/x → 200"),
            (404, nothing.clone(), &there, is_absent),
            (404, nothing.clone(), &hidden, is_absent),
            (404, nothing.clone(), &broken, "unseen: no"),
            (404, nothing, &absent, is_gone),
            (404, unrouted.clone(), &hidden, is_gone),
            (404, unrouted, &there, is_gone),
            (403, denied.clone(), &absent, is_gone),
            (403, denied, &there, "unseen: the token may not read `database/roles/x`"),
            (404, versioned, &there, "unseen: Vault answered 404 to GET database/roles/x"),
            (
                500,
                json!({"errors": ["x"]}),
                &there,
                "unseen: Vault answered 500 to GET database/roles/x",
            ),
        ] {
            assert_eq!(outcome(status, body.clone(), engine), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_near_miss_is_a_slip_or_the_first_few() {
        let names = ["product-api".to_owned(), "other".to_owned()];
        assert_eq!(has("d/", "products-api", &names).unwrap(), "`d/` has `product-api`");
        assert_eq!(has("d/", "zzz", &names).unwrap(), "`d/` has `product-api` and `other`");
        assert_eq!(has("d/", "zzz", &[]), None);
    }
}
