//! The kind `host/file`: its words. What commands claim of files is in `infer`, how they are looked at in `observe`.

use futures_util::future::BoxFuture;

use super::{infer, observe};
use crate::claim::{Claim, Expectation, Meaning, Observation, Subject};
use crate::provider::masked::Masked;
use crate::provider::{Call, Kind, Lab, Looks, Story};
use crate::text::ticked;

/// The id.
pub(super) const ID: &str = "host/file";

/// A file or a directory.
pub(super) struct HostFile;

impl Kind for HostFile {
    fn id(&self) -> &'static str {
        ID
    }
    fn doc(&self) -> &'static str {
        "A file or a directory of the host.\n\n\
         What `rm`, `touch`, `mkdir`, `cp`, `mv`, `tee`, `cat > FILE <<EOF`, `echo … >> FILE`, `sed -i`, `chmod`, \
         `ln`, `install` and `truncate` leave: there or not, what the text wrote into it, its mode, where a link leads. What files \
         hold is never shown. Looked at only on this machine, and only where `--host` or `--only` says that it is \
         the one.\n\n\
         Control of an absence: the directory that would hold it can be read."
    }
    fn noun(&self) -> &'static str {
        "file"
    }

    fn holds_secrets(&self, _subject: &Subject, field: &str) -> bool {
        !matches!(field, "type" | "mode")
    }

    fn params(&self) -> &'static [&'static str] {
        &["host"]
    }
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim> {
        infer::claims(call, story)
    }
    fn title(&self, claim: &Claim) -> String {
        let name = ticked(&claim.subject.name.shown());
        let field = claim.expectation.fields().first();
        match (&claim.expectation, field.map(|field| (field.path.as_str(), field))) {
            (Expectation::Present(_), Some(("type", _))) => format!("directory {name} exists"),
            (Expectation::Present(_), Some(("mode", field))) => {
                format!("{name} has the mode {}", field.value.shown())
            }
            (Expectation::Present(_), Some(("executable", _))) => {
                format!("{name} can be executed")
            }
            (Expectation::Present(_), Some(("link", field))) => {
                format!("{name} is a link to {}", ticked(&field.value.shown()))
            }
            (Expectation::Present(_), Some(_)) => format!("{name} holds what is written into it"),
            (Expectation::Present(_), None) => format!("file {name} exists"),
            _ => format!("{name} is gone"),
        }
    }
    fn expected(&self, claim: &Claim) -> String {
        match &claim.expectation {
            Expectation::Present(fields) => match fields.first().map(|field| field.path.as_str()) {
                Some("type") => "a directory".to_owned(),
                Some("link") => "a link".to_owned(),
                Some(path) if path.starts_with(infer::CONTENTS) => {
                    "a file with the text's contents".to_owned()
                }
                _ => "a file".to_owned(),
            },
            _ => "no such file".to_owned(),
        }
    }
    fn hint(&self, claim: &Claim) -> String {
        let name = ticked(&claim.subject.name.shown());
        match &claim.expectation {
            Expectation::Present(fields) if fields.is_empty() => {
                format!("the step's command makes {name}; see in which directory it was run")
            }
            Expectation::Present(_) => {
                format!(
                    "run the step's command for {name} again, and see in which directory it is run"
                )
            }
            _ => format!("the step's command takes {name} away; see in which directory it was run"),
        }
    }
    fn looks(&self, claim: &Claim) -> Looks {
        let name = claim.subject.name.shown();
        let mut reads = vec![format!("stat {name}")];
        let fields = claim.expectation.fields();
        if fields.iter().any(|field| field.meaning == Meaning::Contains) {
            reads.push(format!("read {name}"));
        }
        Looks { reads, controls: vec!["the directory that would hold it can be read".to_owned()] }
    }
    /// A directory holds what its path begins.
    fn holds(&self, holder: &Subject, thing: &Subject) -> bool {
        let (outer, inner) = (Masked::new(&holder.name).text, Masked::new(&thing.name).text);
        holder.kind == ID
            && thing.kind == ID
            && holder.param("host") == thing.param("host")
            && holder.name.value().is_some()
            && inner.strip_prefix(&outer).is_some_and(|rest| rest.starts_with('/'))
    }
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation> {
        Box::pin(observe::observe(subject, &lab.config))
    }
}
