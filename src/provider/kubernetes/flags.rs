//! Which of kubectl's flags take a value, by its own help: all verbs together, and where they differ.

/// Short flags with the long names, and whether they take a value.
const SHORT: &[(char, &str, bool)] = &[
    ('n', "namespace", true),
    ('o', "output", true),
    ('l', "selector", true),
    ('f', "filename", true),
    ('k', "kustomize", true),
    ('c', "container", true),
    ('p', "patch", true),
    ('s', "server", true),
    ('v', "v", true),
    ('L', "label-columns", true),
    ('e', "env", true),
    ('r', "replicas", true),
    ('u', "unix-socket", true),
    ('P', "www-prefix", true),
    ('A', "all-namespaces", false),
    ('w', "watch", false),
    ('i', "stdin", false),
    ('t', "tty", false),
    ('q', "quiet", false),
    ('R', "recursive", false),
    ('h', "help", false),
];

/// Short flags that mean something else behind one verb.
const BEHIND: &[(&str, char, &str, bool)] = &[
    ("logs", 'f', "follow", false),
    ("logs", 'p', "previous", false),
    ("run", 'l', "labels", true),
    ("expose", 'l', "labels", true),
    ("set", 'c', "containers", true),
    ("auth", 'q', "quiet", false),
    ("proxy", 'p', "port", true),
    ("proxy", 'w', "www", true),
];

/// Long flags that take no value unless it hangs on them with `=`.
const TRUTHS: &[&str] = &[
    "all",
    "all-containers",
    "all-namespaces",
    "all-pods",
    "allow-missing-template-keys",
    "append-hash",
    "append-server-path",
    "arguments-only",
    "as-current-user",
    "attach",
    "cached",
    "cascade",
    "client",
    "command",
    "containers-only",
    "current",
    "delete-emptydir-data",
    "delete-local-data",
    "disable-eviction",
    "disable-filter",
    "dry-run",
    "edit",
    "embed-certs",
    "enable-helm",
    "expose",
    "flatten",
    "follow",
    "force",
    "force-conflicts",
    "global-default",
    "help",
    "ignore-daemonsets",
    "ignore-errors",
    "ignore-not-found",
    "insecure-skip-tls-verify",
    "insecure-skip-tls-verify-backend",
    "interactive",
    "keep-annotations",
    "keep-init-containers",
    "keep-labels",
    "keep-liveness",
    "keep-readiness",
    "keep-startup",
    "leave-stdin-open",
    "list",
    "local",
    "minify",
    "namespaced",
    "no-headers",
    "no-preserve",
    "now",
    "openapi-patch",
    "output-patch",
    "output-watch-events",
    "overwrite",
    "prefix-lines",
    "previous",
    "privileged",
    "prune",
    "quiet",
    "record",
    "recursive",
    "remove-extra-permissions",
    "remove-extra-subjects",
    "replace",
    "resolve",
    "rm",
    "same-node",
    "save-config",
    "server-print",
    "server-side",
    "set-raw-bytes",
    "share-processes",
    "show-capacity",
    "show-events",
    "show-kind",
    "show-labels",
    "show-managed-fields",
    "stdin",
    "sum",
    "timestamps",
    "tty",
    "use-protocol-buffers",
    "validate",
    "wait",
    "warnings-as-errors",
    "watch",
    "watch-only",
    "windows-line-endings",
];

/// Long flags that are truth values behind one verb and take a value behind others.
const TRUTHS_BEHIND: &[(&str, &str)] =
    &[("logs", "prefix"), ("top", "containers"), ("config", "raw"), ("config", "tls")];

/// The long name of a short flag, and whether it takes a value.
pub(super) fn short(verb: &str, letter: char) -> Option<(&'static str, bool)> {
    let behind = BEHIND.iter().find(|(known, short, ..)| *known == verb && *short == letter);
    if let Some((_, _, name, takes_value)) = behind {
        return Some((name, *takes_value));
    }
    let (_, name, takes_value) = SHORT.iter().find(|(short, ..)| *short == letter)?;
    Some((name, *takes_value))
}

/// Whether a long flag takes no value.
pub(super) fn is_truth(verb: &str, long: &str) -> bool {
    TRUTHS.contains(&long) || TRUTHS_BEHIND.contains(&(verb, long))
}
