//! What one command says: its claims, or why it has none. Asks the kinds; knows no place in the text.

use crate::claim::{Claim, Expectation, Hole, Part, Text, Verb};
use crate::provider::{self, Call, Reading, Story, Unseen};
use crate::text::ticked;

use super::Made;
use super::planned::{self, Doubt, Read};
use super::told::Told;

pub(super) const CHANGES_UNSEEN: &str = "changes something that cannot be seen afterwards: ";

/// All kinds are asked: a command of one system may change things of another (a rotation ends logins).
pub(super) fn claims(call: &Call, story: &Story) -> Vec<Claim> {
    provider::kinds().flat_map(|kind| kind.infer(call, story)).collect()
}

fn not_read(call: &Call) -> Read {
    let program = call.words.first().map(Text::shown).unwrap_or_default();
    match program.as_str() {
        "alias" if call.words.len() > 1 => return Read::nothing("sets an alias".to_owned()),
        "unalias" => return Read::nothing("takes an alias away".to_owned()),
        _ => {}
    }
    Read::nothing(format!("{} is not a command that labproof reads", ticked(&program)))
}

/// What a command of no system leaves open: a file that it makes, a server that it starts anew.
fn opened(call: &Call, story: &Story) -> Vec<Claim> {
    let claims = claims(call, story).into_iter();
    claims.filter(|claim| claim.verb == Verb::Disturb).collect()
}

pub(super) fn read(call: &Call, story: &Story) -> Read {
    let provider = provider::provider_of(call);
    if provider.is_none() && call.writes.is_empty() {
        return Read { claims: opened(call, story), ..not_read(call) };
    }
    let (gone, claims): (Vec<Claim>, Vec<Claim>) =
        claims(call, story).into_iter().partition(planned::is_gone_by_another_name);
    let claimed = claims.iter().any(|claim| claim.verb.claims());
    let Some(provider) = provider else {
        return if claimed {
            Read { claims, why: None, ..Read::nothing(String::new()) }
        } else {
            not_read(call)
        };
    };
    if claims.is_empty() && !gone.is_empty() {
        let reading = Reading::NotObservable(Unseen::Nameless);
        let (made, why) = (Made::Read(reading.clone()), words(&reading));
        return Read { made, reading: Some(reading), ..Read::nothing(why) };
    }
    let made = Made::of(&claims, call, story, provider);
    let reading = if claimed {
        None
    } else if claims.iter().any(|claim| claim.verb == Verb::Read) {
        Some(Reading::Reads)
    } else {
        Some(provider.reading(call, story))
    };
    let why = reading.as_ref().map(words);
    let settings = provider.settings(call);
    Read { claims, made, why, reading, settings, ..Read::nothing(String::new()) }
}

/// What may not be done, or fails: whatever it would claim is left open.
pub(super) fn doubtful_read(call: &Call, story: &Story, doubt: Doubt) -> Read {
    doubted(read(call, story), doubt)
}

/// What is left of what a command says where it may not be done, or fails.
pub(super) fn doubted(sure: Read, doubt: Doubt) -> Read {
    let makes = |claim: &&Claim| matches!(claim.verb, Verb::Make | Verb::Create | Verb::Replace);
    let mut optional = Vec::new();
    if doubt == Doubt::Told(Told::Optional) {
        optional.extend(sure.claims.iter().filter(makes).map(|claim| claim.subject.clone()));
    }
    let weaker = sure.claims.into_iter().filter_map(|claim| {
        if doubt.keeps(&claim) { Some(claim) } else { claim.verb.changes().then(|| open(claim)) }
    });
    let claims: Vec<Claim> = weaker.collect();
    let claimed = claims.iter().any(|claim| claim.verb.claims());
    let why = (!claimed).then(|| doubt.why().to_owned());
    let made = sure.made.doubted(doubt);
    let program = sure.program;
    Read { program, claims, made, why, doubted: true, optional, ..Read::nothing(String::new()) }
}

/// What may run not at all or many times: it claims nothing, and from here on nothing is said of what it touches.
pub(super) fn perhaps_read(call: &Call, story: &Story) -> Read {
    let provider = provider::provider_of(call);
    if provider.is_none() && call.writes.is_empty() {
        return Read { claims: opened(call, story), ..not_read(call) };
    }
    let touched: Vec<Claim> =
        claims(call, story).into_iter().filter(|claim| claim.verb.changes()).map(open).collect();
    let Some(provider) = provider else {
        return Read { claims: touched, ..not_read(call) };
    };
    let settings: Vec<(&'static str, Text)> = provider
        .settings(call)
        .into_iter()
        .map(|(name, _)| (name, Text::from(Part::Hole(Hole::Unbound("…".to_owned())))))
        .collect();
    let reading = if touched.is_empty() {
        provider.reading(call, story)
    } else {
        Reading::NotObservable(Unseen::ControlFlow)
    };
    let (made, why) = (Made::Read(reading.clone()), words(&reading));
    Read { claims: touched, made, reading: Some(reading), settings, ..Read::nothing(why) }
}

/// Whatever is claimed of a thing, left open: it may be there or not, and with any fields.
fn open(claim: Claim) -> Claim {
    let mut open = Claim::new(claim.subject, Expectation::Absent, Verb::Disturb);
    open.container = claim.container;
    open.leniently(true)
}

fn words(reading: &Reading) -> String {
    match reading {
        Reading::Reads => "only reads".to_owned(),
        Reading::NotObservable(why) => format!("{CHANGES_UNSEEN}{}", why.words()),
        Reading::NotUnderstood(what) => format!("not understood: {what}"),
    }
}
