//! What stands below `sys/`, as the CLI's own command for it: `write sys/mounts/kv type=kv` is `secrets enable`.

use super::cli::Invocation;
use crate::claim::Text;
use crate::provider::masked::Masked;

/// The settings of a mount, as the API calls them and as the CLI's flags do.
const SETTINGS: &[(&str, &str)] = &[
    ("description", "description"),
    ("default_lease_ttl", "default-lease-ttl"),
    ("max_lease_ttl", "max-lease-ttl"),
    ("listing_visibility", "listing-visibility"),
    ("audit_non_hmac_request_keys", "audit-non-hmac-request-keys"),
    ("audit_non_hmac_response_keys", "audit-non-hmac-response-keys"),
    ("passthrough_request_headers", "passthrough-request-headers"),
    ("allowed_response_headers", "allowed-response-headers"),
    ("token_type", "token-type"),
    ("plugin_version", "plugin-version"),
    ("local", "local"),
    ("seal_wrap", "seal-wrap"),
];

/// The same invocation, or the CLI's command that does what it does.
pub(super) fn named(invocation: Invocation) -> Invocation {
    let verb = match invocation.verb.as_slice() {
        [verb] => verb.as_str(),
        _ => return invocation,
    };
    let Some(path) = invocation.path() else { return invocation };
    let masked = Masked::new(path);
    let pieces: Vec<&str> = masked.text.trim_matches('/').split('/').collect();
    let Some((area, rest)) = area(&pieces) else { return invocation };
    let name = masked.unmask(&rest.join("/"));
    let last = rest.last().copied();
    let above = masked.unmask(&rest[..rest.len().saturating_sub(1)].join("/"));
    let named = !rest.is_empty();
    let verb = (verb, area);
    let found = match verb {
        ("write", "mounts") if last == Some("tune") => Some(tuned(&invocation, "secrets", above)),
        ("write", "auth") if last == Some("tune") => Some(tuned(&invocation, "auth", above)),
        ("write", "mounts") if named => enabled(&invocation, "secrets", name),
        ("write", "auth") if named => enabled(&invocation, "auth", name),
        ("write", "audit") if named => enabled(&invocation, "audit", name),
        ("delete", "mounts") if named => Some(plain(&["secrets", "disable"], vec![name])),
        ("delete", "auth") if named => Some(plain(&["auth", "disable"], vec![name])),
        ("delete", "audit") if named => Some(plain(&["audit", "disable"], vec![name])),
        ("write", "remount") => moved(&invocation),
        ("write", "policies/acl" | "policy") if named => policy(&invocation, name),
        ("delete", "policies/acl" | "policy") if named => {
            Some(plain(&["policy", "delete"], vec![name]))
        }
        ("write", "namespaces") if named => Some(plain(&["namespace", "create"], vec![name])),
        ("delete", "namespaces") if named => Some(plain(&["namespace", "delete"], vec![name])),
        ("write", "leases" | "revoke" | "renew" | "revoke-prefix" | "revoke-force") => {
            lease(&invocation, area, &rest, &masked)
        }
        ("write", "init") => Some(initialised(&invocation)),
        ("write", "unseal") => Some(unsealed(&invocation)),
        ("write", "seal") => Some(plain(&["operator", "seal"], Vec::new())),
        ("write", "step-down") => Some(plain(&["operator", "step-down"], Vec::new())),
        _ => None,
    };
    match found {
        Some(found) => Invocation {
            verb: found.verb,
            flags: found.flags.into_iter().chain(invocation.flags.clone()).collect(),
            arguments: found.arguments,
            stdin: found.stdin.or_else(|| invocation.stdin.clone()),
            ..invocation
        },
        None => invocation,
    }
}

/// What the path is about, and what stands behind that.
fn area<'a>(pieces: &[&'a str]) -> Option<(&'a str, Vec<&'a str>)> {
    match pieces {
        ["sys", "policies", "acl", rest @ ..] => Some(("policies/acl", rest.to_vec())),
        ["sys", area, rest @ ..] => Some((area, rest.to_vec())),
        _ => None,
    }
}

fn plain(verb: &[&str], arguments: Vec<Text>) -> Invocation {
    let verb = verb.iter().map(|word| (*word).to_owned()).collect();
    Invocation { verb, arguments, ..Invocation::default() }
}

/// A value from the data, or from an object within it.
fn value(invocation: &Invocation, within: Option<&str>, key: &str) -> Option<Text> {
    let pick = |data: Vec<(String, Text)>| {
        data.into_iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    };
    within
        .and_then(|within| invocation.nested(within))
        .and_then(pick)
        .or_else(|| pick(invocation.data()))
}

fn settings(invocation: &Invocation) -> Vec<(String, Option<Text>)> {
    let found = SETTINGS.iter().filter_map(|(name, flag)| {
        Some(((*flag).to_owned(), Some(value(invocation, Some("config"), name)?)))
    });
    let version = invocation
        .nested("options")
        .and_then(|options| options.into_iter().find(|(key, _)| key == "version"))
        .map(|(_, version)| ("version".to_owned(), Some(version)));
    found.chain(version).collect()
}

fn enabled(invocation: &Invocation, group: &str, path: Text) -> Option<Invocation> {
    let kind = value(invocation, None, "type").or_else(|| invocation.unread())?;
    let mut found = plain(&[group, "enable"], vec![kind]);
    found.flags = settings(invocation);
    found.flags.push(("path".to_owned(), Some(path)));
    if group == "audit" {
        let options = invocation.nested("options").unwrap_or_default();
        for (key, value) in options {
            found.arguments.push(value.prefixed(&format!("{key}=")));
        }
    }
    Some(found)
}

fn tuned(invocation: &Invocation, group: &str, path: Text) -> Invocation {
    let mut found = plain(&[group, "tune"], vec![path]);
    found.flags = settings(invocation);
    found
}

fn moved(invocation: &Invocation) -> Option<Invocation> {
    let (from, to) = (value(invocation, None, "from")?, value(invocation, None, "to")?);
    let auth = |path: &Text| {
        let masked = Masked::new(path);
        let path = masked.text.trim_start_matches('/').to_owned();
        path.strip_prefix("auth/").map(|rest| masked.unmask(rest))
    };
    Some(match (auth(&from), auth(&to)) {
        (Some(from), Some(to)) => plain(&["auth", "move"], vec![from, to]),
        _ => plain(&["secrets", "move"], vec![from, to]),
    })
}

/// `rules` is the older word for `policy`; with `@FILE` it is the CLI's own form with a file.
fn policy(invocation: &Invocation, name: Text) -> Option<Invocation> {
    let rules = plain(&["policy", "write"], vec![name.clone(), Text::from("-")]);
    let key = ["policy", "rules"].into_iter().find(|key| value(invocation, None, key).is_some());
    let Some(key) = key else { return invocation.unread().map(|_| rules) };
    let file = invocation.arguments.iter().skip(1).find_map(|argument| {
        let masked = Masked::new(argument);
        let file = masked.text.strip_prefix(key)?.strip_prefix("=@")?;
        Some(masked.unmask(file))
    });
    if let Some(file) = file {
        return Some(plain(&["policy", "write"], vec![name, file]));
    }
    Some(Invocation { stdin: value(invocation, None, key), ..rules })
}

/// `sys/leases/revoke-prefix/PREFIX`, `sys/leases/revoke` with `lease_id`, and the older forms.
fn lease(
    invocation: &Invocation,
    area: &str,
    rest: &[&str],
    masked: &Masked,
) -> Option<Invocation> {
    let (area, rest) = match (area, rest) {
        ("leases", [area, rest @ ..]) => (*area, rest),
        ("leases", []) => return None,
        (area, rest) => (area, rest),
    };
    let id = match rest {
        [] => value(invocation, None, "lease_id")?,
        rest => masked.unmask(&rest.join("/")),
    };
    let verb = match area {
        "renew" => "renew",
        "revoke" | "revoke-prefix" | "revoke-force" => "revoke",
        "lookup" => "lookup",
        _ => return None,
    };
    let mut found = plain(&["lease", verb], vec![id]);
    if area != verb {
        found.flags.push(("prefix".to_owned(), None));
    }
    Some(found)
}

fn initialised(invocation: &Invocation) -> Invocation {
    let mut found = plain(&["operator", "init"], Vec::new());
    for (name, flag) in [("secret_shares", "key-shares"), ("secret_threshold", "key-threshold")] {
        let value = value(invocation, None, name);
        found.flags.extend(value.map(|value| (flag.to_owned(), Some(value))));
    }
    found
}

fn unsealed(invocation: &Invocation) -> Invocation {
    let mut found = plain(&["operator", "unseal"], Vec::new());
    if value(invocation, None, "reset").and_then(|text| text.literal()).as_deref() == Some("true") {
        found.flags.push(("reset".to_owned(), None));
    }
    found.arguments.extend(value(invocation, None, "key"));
    found
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;

    fn shown(line: &str) -> String {
        let invocation = Invocation::of(&call(line)).unwrap();
        let mut flags: Vec<String> = invocation
            .flags
            .iter()
            .map(|(name, value)| match value {
                Some(value) => format!("-{name}={}", value.shown()),
                None => format!("-{name}"),
            })
            .collect();
        flags.sort();
        let words = invocation.arguments.iter().map(Text::shown);
        invocation.verb.iter().cloned().chain(flags).chain(words).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_path_below_sys_is_the_clis_own_command() {
        for (line, expected) in [
            ("vault write sys/mounts/team/kv type=kv", "secrets enable -path=team/kv kv"),
            ("vault delete sys/mounts/kv", "secrets disable kv"),
            (
                "vault write sys/mounts/kv/tune default_lease_ttl=1h",
                "secrets tune -default-lease-ttl=1h kv",
            ),
            ("vault write sys/auth/up type=userpass", "auth enable -path=up userpass"),
            ("vault write sys/remount from=a to=b", "secrets move a b"),
            ("vault write sys/remount from=auth/a to=auth/b", "auth move a b"),
            ("vault write sys/policies/acl/app policy=x", "policy write app -"),
            ("vault delete sys/policy/app", "policy delete app"),
            (
                "vault write -f sys/leases/revoke-prefix/db/creds",
                "lease revoke -f -prefix db/creds",
            ),
            ("vault write sys/leases/revoke lease_id=a/b", "lease revoke a/b"),
            ("vault write -f sys/seal", "operator seal -f"),
            ("vault read sys/mounts", "read sys/mounts"),
            ("vault write kv/sys/mounts a=b", "write kv/sys/mounts a=b"),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
    }
}
