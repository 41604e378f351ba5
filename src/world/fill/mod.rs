//! A world → the state of a lab: all systems at the same time, and no wait without an end.

mod kubernetes;
mod postgres;
mod process;
mod vault;

use std::borrow::Cow;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value as Json;
use tokio::sync::oneshot;

use crate::lab::Access;
use crate::source::Span;
use crate::text::one_line;

use super::{System, Values, World, WorldError};

/// What all systems are filled with.
struct Filling<'a> {
    world: &'a World,
    access: &'a Access,
    values: Values<'a>,
    client: &'a Client<'a>,
}

/// Makes the command that calls a client.
type Client<'a> = dyn Fn(&str) -> std::process::Command + Sync + 'a;

/// Fills all of it, on a thread of its own: the caller may be in a runtime.
pub(super) fn fill(
    world: &World,
    access: &Access,
    client: &Client<'_>,
    home: &Path,
) -> Result<(), WorldError> {
    let filling = Filling { world, access, values: Values::of(access), client };
    filling.files(home)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| filling.error(Span::default(), error.kind()))?;
    std::thread::scope(|scope| {
        let all = || runtime.block_on(filling.systems());
        scope.spawn(all).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

impl Filling<'_> {
    /// All systems. Vault's own requests may need what PostgreSQL is filled with, and wait for it.
    async fn systems(&self) -> Result<(), WorldError> {
        let (filled, is_filled) = oneshot::channel();
        let postgres = async {
            self.postgres().await?;
            // Vault does not wait where it has failed or was left out.
            let _ = filled.send(());
            Ok(())
        };
        tokio::try_join!(self.vault(is_filled), postgres, self.kubernetes()).map(|_| ())
    }

    fn files(&self, home: &Path) -> Result<(), WorldError> {
        for file in &self.world.files {
            let at = file.text.span;
            let text = file.text.resolve(&self.values).map_err(|error| self.error(at, error))?;
            let path = home.join(&file.path);
            let folder = path.parent().unwrap_or(home);
            std::fs::create_dir_all(folder)
                .and_then(|()| std::fs::write(&path, text.expose()))
                .and_then(|()| {
                    let mode = std::fs::Permissions::from_mode(file.mode);
                    std::fs::set_permissions(&path, mode)
                })
                .map_err(|error| {
                    let kind = error.kind();
                    self.error(at, format!("`{}` cannot be written: {kind}", path.display()))
                })?;
        }
        Ok(())
    }

    /// A server that the world fills and the lab does not have.
    fn missing(&self, system: System) -> WorldError {
        self.error(Span::default(), format!("this lab has no `{}`", system.name()))
    }

    fn error(&self, at: Span, why: impl std::fmt::Display) -> WorldError {
        self.world.error(at, why)
    }
}

impl World {
    pub(super) fn error(&self, at: Span, why: impl std::fmt::Display) -> WorldError {
        let place = self.source.place(at);
        WorldError { place, message: why.to_string() }
    }
}

/// What a server said, or that it cannot be shown because it repeats a value of what was sent.
fn said<'a>(text: &'a str, sent: &[&Json]) -> Cow<'a, str> {
    if sent.iter().any(|json| repeats(text, json)) {
        return "its words repeat a value of the entry, and are not shown".into();
    }
    one_line(text, 400).into()
}

/// Whether a value of what was sent is in the text. What only names a thing of the server's own is no secret.
fn repeats(text: &str, json: &Json) -> bool {
    match json {
        Json::String(value) => is_in(text, value),
        Json::Number(value) => is_in(text, &value.to_string()),
        Json::Array(items) => items.iter().any(|item| repeats(text, item)),
        Json::Object(map) => {
            let names = |key: &str| key == "type" || key.ends_with("_name");
            map.iter().any(|(key, item)| !names(key) && repeats(text, item))
        }
        Json::Null | Json::Bool(_) => false,
    }
}

/// Whether it stands there; a short one only as a word, for letters are in every text.
fn is_in(text: &str, value: &str) -> bool {
    if value.chars().count() > 3 {
        return text.contains(value);
    }
    let around = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
    !value.is_empty()
        && text.match_indices(value).any(|(at, _)| {
            around(text[..at].chars().next_back())
                && around(text[at + value.len()..].chars().next())
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::said;

    #[test]
    fn what_a_server_says_is_told_unless_it_repeats_a_value() {
        let hidden = "its words repeat a value of the entry, and are not shown";
        for (words, sent, told) in [
            ("no plugin\nnamed kvv", json!({ "type": "kvv" }), "no plugin named kvv"),
            ("no connection shop", json!({ "db_name": "shop", "ttl": 1 }), "no connection shop"),
            ("not a number: 'hunter2'", json!({ "ttl": "hunter2" }), hidden),
            ("bad: x-hunter2-y", json!([{ "a": ["hunter2"] }]), hidden),
            ("bad: 4711", json!({ "pin": 4711 }), hidden),
            ("bad pin", json!({ "a": "i", "b": "" }), "bad pin"),
            ("bad 'i'", json!({ "a": "i" }), hidden),
            ("bad key", json!({ "key": true, "other": null }), "bad key"),
        ] {
            assert_eq!(said(words, &[&sent]), told, "{words}");
        }
    }
}
