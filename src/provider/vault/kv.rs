//! What commands do to paths of the KV engine, in the CLI's own forms and in the API's. Pure.

use super::cli::Invocation;
use super::place::{DatabasePath, field, mount_of, mount_path, under};
use super::{kv_metadata, kv_secret, kv_version};
use crate::claim::{Claim, Expectation, Subject, Text, Verb};
use crate::provider::masked::Masked;
use crate::provider::{Call, Story};

/// What is done to a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// A look, at one version or at the newest.
    Get(Option<Text>),
    /// Written anew, with these values.
    Put(Vec<(String, Text)>),
    /// Some values changed, and some taken away.
    Patch(Vec<(String, Text)>, Vec<Text>),
    /// The secret of version 1, or the newest version of version 2.
    Delete,
    /// Versions, so that they can come back.
    DeleteVersions(Vec<Text>),
    /// Versions brought back.
    Undelete(Vec<Text>),
    /// Versions for good.
    Destroy(Vec<Text>),
    /// What is kept of a version, written as a new one.
    Rollback,
    /// A look at what is kept beside the versions.
    MetadataGet,
    /// Settings of the secret, in the API's words.
    MetadataPut(Vec<(String, Text)>),
    /// Some of the settings, and those to be taken away.
    MetadataPatch(Vec<(String, Text)>, Vec<Text>),
    /// All versions and all settings.
    MetadataDelete,
}

/// A command of the KV engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KvCommand {
    /// `secret/a`, without what the API puts between the mount and the name.
    pub(super) path: Text,
    pub(super) act: Act,
    /// Whether it is the KV engine's for sure: a `vault read` may be another's.
    pub(super) sure: bool,
    cas: Option<Text>,
}

impl KvCommand {
    /// The command, where it is about a path of the KV engine.
    pub(super) fn of(call: &Call, story: &Story) -> Option<Self> {
        let invocation = Invocation::of(call)?;
        if invocation.elsewhere() {
            return None;
        }
        let command = match invocation.verb.split_first()? {
            (group, rest) if group == "kv" => own(&invocation, rest)?,
            (verb, []) => by_path(&invocation, verb, story)?,
            _ => return None,
        };
        Some(command)
    }

    /// The claim on the thing of `kind` that the command is about, in the mount that the story knows.
    pub(super) fn claim(
        &self,
        kind: &'static str,
        expectation: Expectation,
        verb: Verb,
        story: &Story,
    ) -> Claim {
        claim(Subject::new(kind, self.path.clone()), expectation, verb, story)
    }

    /// Whether the text has the command fail: its `-cas` is not the version that the text has come to.
    pub(super) fn must_fail(&self, story: &Story) -> bool {
        if !matches!(self.act, Act::Put(_) | Act::Patch(..)) {
            return false;
        }
        let written = versions_written(&self.path, story);
        let patch = matches!(self.act, Act::Patch(..));
        match &self.cas {
            // To a patch, 0 is any version.
            Some(cas) if patch && cas.literal().as_deref() == Some("0") => false,
            Some(cas) => {
                cas.literal().and_then(|cas| cas.parse::<usize>().ok()).is_some_and(|n| n < written)
            }
            None => requires_cas(&self.path, story),
        }
    }
}

/// A claim in the mount that holds its subject, where the story knows one.
pub(super) fn claim(
    subject: Subject,
    expectation: Expectation,
    verb: Verb,
    story: &Story,
) -> Claim {
    let container = mount_of(&subject.name, story).map(|(mount, _)| mount);
    let claim = Claim::new(subject, expectation, verb);
    match container {
        Some(container) => claim.within(container),
        None => claim,
    }
}

/// `vault kv …`.
fn own(invocation: &Invocation, rest: &[String]) -> Option<KvCommand> {
    let argument = trimmed(invocation.path()?);
    let path = match invocation.flag("mount") {
        Some(mount) => under(&mount_path(mount), &argument),
        None => argument,
    };
    let versions = || invocation.flags_of("versions").flat_map(list).collect::<Vec<Text>>();
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let act = match rest.as_slice() {
        ["get"] => Act::Get(version(invocation)),
        ["put"] if invocation.has_sound_data() => Act::Put(invocation.data()),
        ["patch"] if invocation.has_sound_data() || invocation.has("remove-data") => {
            Act::Patch(invocation.data(), invocation.flags_of("remove-data").cloned().collect())
        }
        ["delete"] if invocation.has("versions") => Act::DeleteVersions(versions()),
        ["delete"] => Act::Delete,
        ["undelete"] => Act::Undelete(versions()),
        ["destroy"] => Act::Destroy(versions()),
        ["rollback"] => Act::Rollback,
        ["metadata", "get"] => Act::MetadataGet,
        ["metadata", "put"] => Act::MetadataPut(settings(invocation)),
        ["metadata", "patch"] => Act::MetadataPatch(
            settings(invocation),
            invocation.flags_of("remove-custom-metadata").cloned().collect(),
        ),
        ["metadata", "delete"] => Act::MetadataDelete,
        _ => return None,
    };
    Some(KvCommand { path, act, sure: true, cas: invocation.flag("cas").cloned() })
}

/// The version of `kv get -version=`; 0 is the newest.
fn version(invocation: &Invocation) -> Option<Text> {
    invocation.flag("version").filter(|n| n.literal().as_deref() != Some("0")).cloned()
}

/// The flags of `kv metadata put`, in the API's words.
fn settings(invocation: &Invocation) -> Vec<(String, Text)> {
    let mut settings = Vec::new();
    for (flag, name) in
        [("max-versions", "max_versions"), ("delete-version-after", "delete_version_after")]
    {
        // A negative value is the flag's own default, and is not sent.
        let value = invocation.flag(flag).filter(|text| !text.shown().starts_with('-'));
        settings.extend(value.map(|value| (name.to_owned(), value.clone())));
    }
    if invocation.flags.iter().any(|(flag, _)| flag == "cas-required") {
        let on = if invocation.has("cas-required") { "true" } else { "false" };
        settings.push(("cas_required".to_owned(), Text::from(on)));
    }
    for pair in invocation.flags_of("custom-metadata") {
        let masked = Masked::new(pair);
        let Some((key, value)) = masked.text.split_once('=') else { continue };
        settings.push((format!("{CUSTOM}{key}"), masked.unmask(value)));
    }
    settings
}

/// What the fields of custom metadata begin with.
pub(super) const CUSTOM: &str = "custom_metadata.";

/// `vault read`, `write`, `patch` and `delete` of a path.
fn by_path(invocation: &Invocation, verb: &str, story: &Story) -> Option<KvCommand> {
    let path = trimmed(invocation.path()?);
    if DatabasePath::of(&path, story).is_some() || !may_be_kv(&path, story) {
        return None;
    }
    let cas = invocation
        .nested("options")
        .and_then(|options| options.into_iter().find(|(key, _)| key == "cas"))
        .map(|(_, cas)| cas);
    if let Some((path, area)) = versioned(&path, story) {
        let data = || invocation.nested("data").unwrap_or_default();
        let versions = || {
            let given = invocation.data().into_iter().filter(|(key, _)| key == "versions");
            given.flat_map(|(_, value)| list(&value)).collect::<Vec<Text>>()
        };
        let metadata = || {
            let own = invocation.data().into_iter();
            let custom = invocation.nested("custom_metadata").unwrap_or_default().into_iter();
            own.chain(custom.map(|(key, value)| (format!("{CUSTOM}{key}"), value))).collect()
        };
        let act = match (verb, area) {
            ("read", "data") => Act::Get(version(invocation)),
            ("read", "metadata") => Act::MetadataGet,
            // Pairs alone are no data to version 2.
            ("write" | "patch", "data")
                if invocation.nested("data").is_none() && !invocation.data().is_empty() =>
            {
                return None;
            }
            ("write", "data") => Act::Put(data()),
            ("patch", "data") => Act::Patch(data(), Vec::new()),
            ("delete", "data") => Act::Delete,
            ("write", "delete") => Act::DeleteVersions(versions()),
            ("write", "undelete") => Act::Undelete(versions()),
            ("write", "destroy") => Act::Destroy(versions()),
            ("write", "metadata") => Act::MetadataPut(metadata()),
            ("patch", "metadata") => Act::MetadataPatch(metadata(), Vec::new()),
            ("delete", "metadata") => Act::MetadataDelete,
            _ => return None,
        };
        return Some(KvCommand { path, act, sure: true, cas });
    }
    let sure = is_kv(&path, story);
    // Such a read makes something, in whatever engine it is.
    let makes = |piece: &str| matches!(piece, "creds" | "sts" | "issue");
    if !sure && Masked::new(&path).text.split('/').any(makes) {
        return None;
    }
    // The settings of an engine of version 2, unless the text says that it is of version 1.
    let last =
        Masked::new(&path).text.matches('/').count() == 1 && path.shown().ends_with("/config");
    if last && version_of(&path, story) != Some(1) {
        return None;
    }
    let act = match verb {
        "read" => Act::Get(None),
        "write" if sure => Act::Put(invocation.data()),
        "delete" if sure => Act::Delete,
        _ => return None,
    };
    // The plain form is version 1's: version 2 turns it down.
    if verb != "read" && version_of(&path, story) == Some(2) {
        return None;
    }
    Some(KvCommand { path, act, sure, cas: None })
}

/// `secret/data/a` as `secret/a` and `data`, where the mount may be of version 2.
fn versioned(path: &Text, story: &Story) -> Option<(Text, &'static str)> {
    const AREAS: [&str; 5] = ["data", "metadata", "delete", "undelete", "destroy"];
    let masked = Masked::new(path);
    let known = mount_of(path, story).map(|(mount, _)| Masked::new(&mount.name).text);
    let mount = match &known {
        Some(mount) => mount.as_str(),
        None => &masked.text[..=masked.text.find('/')?],
    };
    let (area, name) = masked.text.strip_prefix(mount)?.split_once('/')?;
    let area = AREAS.into_iter().find(|known| *known == area)?;
    let may = match version_of(path, story) {
        Some(version) => version == 2,
        // Without a word of the text, the form itself says it.
        None => is_kv(path, story),
    };
    let name = format!("{mount}{name}");
    may.then(|| (masked.unmask(&name), area))
}

/// The version of the KV engine at the mount of a path, as the text says it.
fn version_of(path: &Text, story: &Story) -> Option<u8> {
    let (mount, kind) = mount_of(path, story)?;
    let on = |claim: &Claim| claim.subject == mount && !claim.expectation.fields().is_empty();
    let versions = story.claims.iter().rev().filter(|claim| on(claim));
    let version = versions.clone().find_map(|claim| field(claim, "version"));
    match version {
        Some(text) => text.literal()?.parse().ok(),
        None if kind.as_deref() == Some("kv") => Some(1),
        None => None,
    }
}

/// How many versions of a secret the text has written, at the least.
pub(super) fn versions_written(path: &Text, story: &Story) -> usize {
    let of = |claim: &&Claim| {
        claim.subject.name == *path
            && (claim.subject.kind == kv_secret::ID || claim.subject.kind == kv_metadata::ID)
    };
    let own: Vec<&Claim> = story.claims.iter().filter(of).collect();
    let forgotten = own.iter().rposition(|claim| {
        claim.subject.kind == kv_metadata::ID && claim.expectation == Expectation::Absent
    });
    let writes = own.iter().skip(forgotten.map_or(0, |at| at + 1)).filter(|claim| {
        claim.subject.kind == kv_secret::ID
            && matches!(claim.verb, Verb::Replace | Verb::Change | Verb::Create)
    });
    writes.count()
}

fn requires_cas(path: &Text, story: &Story) -> bool {
    let set = story.last(kv_metadata::ID, |claim| {
        claim.subject.name == *path && field(claim, "cas_required").is_some()
    });
    set.and_then(|claim| field(claim, "cas_required")?.literal()).as_deref() == Some("true")
}

/// What the text has last made of a secret: whether it is gone.
pub(super) fn is_removed(path: &Text, story: &Story) -> bool {
    let mut claims = story.claims.iter().rev();
    let last = claims.find(|claim| {
        claim.subject.name == *path
            && claim.verb != Verb::Read
            && (claim.subject.kind == kv_secret::ID
                || claim.subject.kind == kv_metadata::ID && claim.verb == Verb::Remove)
    });
    last.is_some_and(|claim| {
        claim.expectation == Expectation::Absent && claim.verb != Verb::Disturb
    })
}

/// `1,2` as two.
fn list(text: &Text) -> Vec<Text> {
    let masked = Masked::new(text);
    let pieces = masked.text.split(',').map(str::trim).filter(|piece| !piece.is_empty());
    pieces.map(|piece| masked.unmask(piece)).collect()
}

pub(super) fn trimmed(path: &Text) -> Text {
    let masked = Masked::new(path);
    masked.unmask(masked.text.trim_matches('/'))
}

/// Whether a path may be read as a secret: it is not one of Vault's own, nor of another engine by the text.
fn may_be_kv(path: &Text, story: &Story) -> bool {
    let masked = Masked::new(path).text;
    let Some((first, _)) = masked.split_once('/') else { return false };
    if matches!(first, "sys" | "auth" | "identity" | "cubbyhole" | "database" | "pki" | "transit") {
        return false;
    }
    mount_of(path, story).and_then(|(_, kind)| kind).is_none_or(|kind| kind == "kv")
}

/// Whether the first piece of a path is what the KV engine is called.
pub(super) fn is_called_kv(path: &str) -> bool {
    matches!(path.split('/').next(), Some("kv" | "kv-v2" | "kv-v1" | "secret"))
}

/// Whether the text or the form shows that a path is the KV engine's.
fn is_kv(path: &Text, story: &Story) -> bool {
    let called_so = is_called_kv(&Masked::new(path).text);
    let mounted = mount_of(path, story).is_some_and(|(_, kind)| kind.as_deref() == Some("kv"));
    let named = story.claims.iter().any(|claim| {
        claim.verb != Verb::Read
            && claim.subject.name == *path
            && [kv_secret::ID, kv_metadata::ID, kv_version::ID].contains(&claim.subject.kind)
    });
    called_so || mounted || named
}
