//! What a command is from which no kind claims anything: only looks, changes what cannot be seen, or unknown.

use super::cli::Invocation;
use super::words::GROUPS;
use crate::provider::masked::Masked;
use crate::provider::{Call, Reading, Unseen};
use crate::text::ticked;

/// What a command is from which no kind claims anything.
pub(super) fn reading(call: &Call) -> Reading {
    let Some(written) = Invocation::as_written(call) else { return without_a_verb(call) };
    if let Some(flag) = &written.misplaced {
        let flag = ticked(flag);
        return Reading::NotUnderstood(format!("{flag} stands where the CLI takes no flag"));
    }
    if written.lacks_data {
        let what = "`vault write` has neither data nor `-force`, and is refused";
        return Reading::NotUnderstood(what.to_owned());
    }
    let invocation = super::system::named(written);
    let verb: Vec<&str> = invocation.verb.iter().map(String::as_str).collect();
    if looks(&verb) {
        return Reading::Reads;
    }
    if let Some(reason) = invocation.elsewhere {
        return Reading::NotObservable(reason);
    }
    if let Some(reading) = super::path_reading::reading(&invocation) {
        return reading;
    }
    of_verb(&verb, &invocation).unwrap_or_else(|| {
        let path = invocation.path().map(|path| format!(" {}", path.shown())).unwrap_or_default();
        Reading::NotUnderstood(format!("`vault {}{path}`", verb.join(" ")))
    })
}

fn without_a_verb(call: &Call) -> Reading {
    let words: Option<Vec<String>> =
        call.words.iter().skip(1).map(crate::claim::Text::literal).collect();
    match words {
        None => Reading::NotUnderstood("which command it is stands in a variable".to_owned()),
        Some(words) if words.iter().any(|word| word.contains("autocomplete-")) => {
            Reading::NotObservable(Unseen::OwnSettings)
        }
        Some(words) if call.program().as_deref() == Some("curl") => {
            Reading::NotUnderstood(format!("`curl` with {} words", words.len()))
        }
        Some(_) => Reading::Reads,
    }
}

fn looks(verb: &[&str]) -> bool {
    let (Some(first), Some(last)) = (verb.first(), verb.last()) else { return true };
    // A group alone prints its help.
    let alone = verb.len() == 1 && GROUPS.contains(first) && *first != "agent";
    let by_its_end = ["list", "get", "lookup", "capabilities", "help", "status"].contains(last);
    alone || by_its_end || LOOKING.contains(first) || LOOKING.contains(&verb.join(" ").as_str())
}

/// Verbs that only look, alone or with all that may stand behind them.
const LOOKING: &[&str] = &[
    "agent generate-config",
    "debug",
    "events",
    "help",
    "kv metadata",
    "audit-list",
    "key-status",
    "list",
    "monitor",
    "mounts",
    "operator diagnose",
    "operator key-status",
    "operator members",
    "operator raft",
    "operator raft autopilot get-config",
    "operator raft autopilot state",
    "operator raft list-peers",
    "operator raft snapshot inspect",
    "operator raft snapshot save",
    "operator usage",
    "operator utilization",
    "path-help",
    "pki health-check",
    "pki list-intermediates",
    "pki verify-sign",
    "plugin info",
    "plugin reload-status",
    "plugin runtime info",
    "policies",
    "policy fmt",
    "policy read",
    "print",
    "status",
    "token-lookup",
    "version",
    "version-history",
];

/// Verbs that change what cannot be seen afterwards, with all that may stand behind them.
const UNSEEN: &[(&str, Unseen)] = &[
    ("agent", Unseen::NoMark),
    ("hcp", Unseen::OwnSettings),
    ("kv rollback", Unseen::NoMark),
    ("lease renew", Unseen::NoMark),
    ("lease revoke", Unseen::Nameless),
    ("login", Unseen::OwnSettings),
    ("namespace", Unseen::OtherEdition),
    ("operator generate-root", Unseen::Nameless),
    ("operator migrate", Unseen::NotInText),
    ("operator raft autopilot", Unseen::NoMark),
    // Which server joins or leaves is not the one that answers.
    ("operator raft join", Unseen::Elsewhere),
    ("operator raft remove-peer", Unseen::Elsewhere),
    ("operator raft snapshot", Unseen::NotInText),
    ("operator rekey", Unseen::NoMark),
    ("operator rotate", Unseen::NoMark),
    ("operator step-down", Unseen::NoMark),
    ("operator unseal", Unseen::NoMark),
    ("pki", Unseen::Nameless),
    // The program of a plugin is a file on the server.
    ("plugin deregister", Unseen::NotInText),
    ("plugin register", Unseen::NotInText),
    ("plugin reload", Unseen::NoMark),
    ("plugin runtime", Unseen::NoMark),
    ("proxy", Unseen::NoMark),
    ("server", Unseen::NoMark),
    ("ssh", Unseen::Elsewhere),
    ("token create", Unseen::Nameless),
    ("token renew", Unseen::NoMark),
    ("token revoke", Unseen::Nameless),
    ("transform", Unseen::OtherEdition),
    ("transit import", Unseen::NotInText),
    ("transit import-version", Unseen::NotInText),
    // What is wrapped can be unwrapped once.
    ("unwrap", Unseen::ShortLived),
];

/// Verbs of the CLI before version 0.9.2, which no server that is looked at here still knows.
const OLDER: [&str; 20] = [
    "audit-disable",
    "audit-enable",
    "auth-disable",
    "auth-enable",
    "generate-root",
    "init",
    "mount",
    "mount-tune",
    "policy-delete",
    "policy-write",
    "rekey",
    "remount",
    "rotate",
    "seal",
    "step-down",
    "token-create",
    "token-renew",
    "token-revoke",
    "unmount",
    "unseal",
];

/// Verb by verb, as the CLI has them.
fn of_verb(verb: &[&str], invocation: &Invocation) -> Option<Reading> {
    let unseen = |reason| Some(Reading::NotObservable(reason));
    match verb {
        ["read"] => return Some(path(invocation).map_or(Reading::Reads, |path| read(&path))),
        ["write" | "patch"] => return written(&path(invocation)?),
        ["login"] if invocation.has("no-store") || invocation.has("token-only") => {
            return unseen(Unseen::Nameless);
        }
        ["kv", "put" | "patch"] if invocation.has_sound_data() => {
            return unseen(Unseen::ControlFlow);
        }
        [older] if OLDER.contains(older) => return unseen(Unseen::OtherEdition),
        ["operator", "init" | "rekey" | "generate-root"] if invocation.has("status") => {
            return Some(Reading::Reads);
        }
        _ => {}
    }
    let words = verb.join(" ");
    let is = |known: &str| {
        words.strip_prefix(known).is_some_and(|rest| rest.trim_start() != rest || rest.is_empty())
    };
    UNSEEN.iter().find(|(known, _)| is(known)).and_then(|(_, reason)| unseen(*reason))
}

fn path(invocation: &Invocation) -> Option<String> {
    let path = Masked::new(invocation.path()?).text;
    Some(path.trim_matches('/').to_owned())
}

/// Reads that make something.
fn read(path: &str) -> Reading {
    let pieces: Vec<&str> = path.split('/').collect();
    match pieces.as_slice() {
        ["sys" | "auth" | "identity", ..] => Reading::Reads,
        // Credentials of a role: whoever reads them again gets others.
        [.., "creds" | "sts", _] => Reading::NotObservable(Unseen::Nameless),
        _ => Reading::Reads,
    }
}

/// Writes that keep nothing under a name.
fn written(path: &str) -> Option<Reading> {
    let pieces: Vec<&str> = path.split('/').collect();
    let pieces = pieces.as_slice();
    if only_works_out(pieces) {
        return Some(Reading::Reads);
    }
    let reason = match pieces {
        ["sys", "wrapping", ..] => Unseen::ShortLived,
        ["auth", "token", "renew" | "renew-self" | "renew-accessor"]
        | ["sys", "rotate" | "rekey" | "step-down", ..]
        | ["sys", "plugins", "reload", ..] => Unseen::NoMark,
        _ if nameless(pieces) => Unseen::Nameless,
        _ => return None,
    };
    Some(Reading::NotObservable(reason))
}

/// Writes that only answer.
fn only_works_out(pieces: &[&str]) -> bool {
    matches!(
        pieces,
        ["sys", "tools" | "capabilities" | "capabilities-self" | "capabilities-accessor", ..]
            | ["sys", "leases", "lookup"]
            | ["auth", "token", "lookup" | "lookup-self" | "lookup-accessor"]
            | ["transit" | "ssh", .., "sign", _]
            | [_, .., "encrypt" | "decrypt" | "rewrap" | "hmac" | "verify" | "random" | "hash", _]
            | [_, .., "datakey", _, _]
    )
}

/// Writes whose tokens, secret ids and certificates are made under no name that the text gives.
fn nameless(pieces: &[&str]) -> bool {
    matches!(
        pieces,
        ["auth", "token", "create" | "create-orphan", ..]
            | ["auth", "token", "revoke" | "revoke-self" | "revoke-accessor" | "revoke-orphan"]
            | ["auth", .., "login" | "secret-id"]
            | ["auth", .., "login", _]
            | ["sys", "generate-root", ..]
            | [_, .., "issue" | "creds" | "sts" | "sign" | "sign-verbatim", _]
    )
}
