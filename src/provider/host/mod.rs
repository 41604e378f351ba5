//! The host: files and directories of the machine that the commands are typed into, as `rm`, `mkdir`, `tee` and
//! redirections leave them.

mod attributes;
mod file;
mod infer;
mod observe;
mod outputs;
mod text;

use futures_util::future::BoxFuture;

use super::{Call, Kind, Lab, Provider, Reading, Story, Unseen};
use crate::claim::{Text, Unobservable};

/// The provider.
pub struct Host;

/// The kinds, in the order of their ids.
const KINDS: &[&dyn Kind] = &[&file::HostFile];

impl Provider for Host {
    fn name(&self) -> &'static str {
        "host"
    }
    fn programs(&self) -> &'static [&'static str] {
        &[
            "cat", "chmod", "cp", "echo", "install", "ln", "mkdir", "mv", "printf", "rm", "rmdir",
            "sed", "tee", "touch", "truncate",
        ]
    }
    fn kinds(&self) -> &'static [&'static dyn Kind] {
        KINDS
    }
    fn reading(&self, call: &Call, _story: &Story) -> Reading {
        let program = call.program().unwrap_or_default();
        let option =
            |name: &str| call.words.iter().any(|word| word.literal().as_deref() == Some(name));
        let looks = match program.as_str() {
            "cat" | "echo" | "printf" | "tee" => call.writes.is_empty(),
            "sed" => !infer::in_place(call),
            _ => option("--help") || option("--version"),
        };
        if looks {
            Reading::Reads
        } else if call.inside {
            Reading::NotObservable(Unseen::InsideContainer)
        } else if call.words.iter().any(|word| word.value().is_none()) {
            Reading::NotObservable(Unseen::NotInText)
        } else {
            Reading::NotObservable(Unseen::NoMark)
        }
    }
    fn is_lookup(&self, _call: &Call) -> bool {
        false
    }
    fn look_up<'a>(
        &'a self,
        _call: &'a Call,
        _lab: &'a Lab,
    ) -> BoxFuture<'a, Result<String, Unobservable>> {
        let reason = "what files hold is not looked up".to_owned();
        Box::pin(std::future::ready(Err(Unobservable::NotObserved(reason))))
    }
}

/// Whether a word is an option, and not `-` alone.
fn is_option(word: &Text) -> bool {
    word.literal().is_some_and(|text| text.len() > 1 && text.starts_with('-'))
}
