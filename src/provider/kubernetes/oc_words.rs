//! An `oc` command line as kubectl would be given it: oc's own flags spelled out, and the project that the
//! text has switched to named as the namespace.

use super::infer::Place;
use crate::claim::Text;
use crate::provider::{Call, Story};

/// Global flags whose value is the next word.
const GLOBAL: [&str; 18] = [
    "-n",
    "-s",
    "-v",
    "--as",
    "--as-group",
    "--as-uid",
    "--cache-dir",
    "--certificate-authority",
    "--client-certificate",
    "--client-key",
    "--cluster",
    "--context",
    "--kubeconfig",
    "--loglevel",
    "--namespace",
    "--request-timeout",
    "--server",
    "--token",
];

/// A verb of oc's with its own flags: short ones with their long names and whether they take a value, and the
/// long ones that take none.
struct Own(&'static [&'static str], &'static [(char, &'static str, bool)], &'static [&'static str]);

const OWN: &[Own] = &[
    Own(
        &["new-app", "new-build"],
        &[
            ('i', "image-stream", true),
            ('f', "file", true),
            ('p', "param", true),
            ('l', "labels", true),
            ('D', "dockerfile", true),
            ('L', "list", false),
            ('S', "search", false),
        ],
        &[
            "allow-missing-images",
            "allow-missing-imagestream-tags",
            "as-deployment-config",
            "as-test",
            "binary",
            "grant-install-rights",
            "ignore-unknown-parameters",
            "insecure-registry",
            "list",
            "no-install",
            "no-output",
            "search",
        ],
    ),
    Own(&["new-project"], &[], &["skip-config-write"]),
    Own(&["expose"], &[('l', "labels", true)], &[]),
    Own(
        &["start-build"],
        &[('w', "wait", false), ('F', "follow", false)],
        &["follow", "incremental", "no-cache", "wait"],
    ),
    Own(&["cancel-build"], &[], &["dump-logs", "restart"]),
    Own(&["import-image"], &[], &["all", "confirm", "insecure", "scheduled"]),
    Own(
        &["tag"],
        &[('d', "delete", false)],
        &["alias", "delete", "insecure", "reference", "scheduled"],
    ),
    Own(
        &["set"],
        &[('c', "containers", true), ('t', "type", true), ('m', "mount-path", true)],
        &[
            "add",
            "adjust",
            "auto",
            "confirm",
            "equal",
            "from-bitbucket",
            "from-config",
            "from-github",
            "from-gitlab",
            "from-webhook",
            "from-webhook-allow-env",
            "liveness",
            "manual",
            "mid",
            "post",
            "post-commit",
            "pre",
            "pull",
            "push",
            "read-only",
            "readiness",
            "remove",
            "remove-all",
            "source",
            "startup",
            "zero",
        ],
    ),
    Own(&["create"], &[], &["lookup-local", "reference"]),
    Own(
        &["adm", "policy"],
        &[('z', "serviceaccount", true)],
        &[
            "all-images",
            "allow-explicit-upgrade",
            "allow-upgrade-with-warnings",
            "clear",
            "confirm",
            "delete-emptydir-data",
            "delete-local-data",
            "disable-eviction",
            "force-upgrade",
            "ignore-daemonsets",
            "include-not-recommended",
            "orphans",
            "prune-registry",
            "schedulable",
            "to-latest",
            "unschedulable",
        ],
    ),
    Own(&["rollout"], &[], &["again"]),
];

/// The verb, and its place among the words; nothing where none is literal.
pub(super) fn verb(call: &Call) -> Option<(usize, String)> {
    let mut index = 1;
    loop {
        let word = call.words.get(index)?;
        match word.literal() {
            Some(flag) if GLOBAL.contains(&flag.as_str()) => index += 2,
            Some(flag) if flag.starts_with('-') => index += 1,
            Some(verb) => return Some((index, verb)),
            None if starts_with_dash(word) => index += 1,
            None => return None,
        }
    }
}

/// Whether the command names its namespace itself.
pub(super) fn names_namespace(call: &Call) -> bool {
    flags(call).any(|flag| {
        let name = flag.split('=').next().unwrap_or(&flag);
        name == "--namespace" || (flag.starts_with("-n") && !flag.starts_with("--"))
    })
}

/// The command as kubectl would be given it.
pub(super) fn plain(call: &Call, story: &Story) -> Call {
    let (_, verb) = verb(call).unwrap_or_default();
    let own = OWN.iter().find(|own| own.0.contains(&verb.as_str()));
    let mut words = vec![Text::from("kubectl")];
    let everywhere = flags(call).any(|flag| flag == "-A" || flag == "--all-namespaces");
    if let Some(namespace) = Place::set(&story.settings).namespace
        && !everywhere
        && !names_namespace(call)
    {
        words.push(namespace.prefixed("--namespace="));
    }
    let mut rest = call.words.iter().skip(1);
    while let Some(word) = rest.next() {
        match word.literal().as_deref() {
            Some("--") => {
                words.push(word.clone());
                words.extend(rest.by_ref().cloned());
            }
            // Another account of the same cluster.
            Some("--as" | "--as-group" | "--as-uid") => drop(rest.next()),
            Some(flag) if flag.starts_with("--as=") || flag.starts_with("--as-group=") => {}
            Some(flag) => words.push(Text::from(spelled_out(flag, own))),
            None => words.push(word.clone()),
        }
    }
    Call { words, ..call.clone() }
}

/// `oc rsh POD COMMAND` as `kubectl exec POD -- COMMAND`; without a command, a shell.
pub(super) fn rsh_as_exec(call: &Call, verb: usize) -> Call {
    const VALUES: [&str; 6] = ["-c", "-f", "-n", "--container", "--namespace", "--shell"];
    let mut words = vec![Text::from("kubectl"), Text::from("exec")];
    let mut rest = call.words.iter().skip(verb + 1);
    while let Some(word) = rest.next() {
        match word.literal() {
            Some(flag) if VALUES.contains(&flag.as_str()) => drop(rest.next()),
            _ if starts_with_dash(word) => {}
            _ => {
                words.extend([word.clone(), Text::from("--")]);
                words.extend(rest.by_ref().cloned());
            }
        }
    }
    Call { words, ..call.clone() }
}

/// The words that begin with a dash, before a `--`.
fn flags(call: &Call) -> impl Iterator<Item = String> + '_ {
    let words = call.words.iter().skip(1);
    let words = words.take_while(|word| word.literal().as_deref() != Some("--"));
    words.filter(|word| starts_with_dash(word)).map(Text::shown)
}

fn starts_with_dash(word: &Text) -> bool {
    word.shown().starts_with('-')
}

fn spelled_out(flag: &str, own: Option<&Own>) -> String {
    let Some(Own(_, short, truths)) = own else { return flag.to_owned() };
    if let Some(long) = flag.strip_prefix("--") {
        return if truths.contains(&long) { format!("{flag}=true") } else { flag.to_owned() };
    }
    let mut letters = flag.chars().skip(1);
    let (true, Some(letter)) = (flag.starts_with('-'), letters.next()) else {
        return flag.to_owned();
    };
    let rest: String = letters.collect();
    match short.iter().find(|(known, ..)| *known == letter) {
        Some((_, long, true)) if rest.is_empty() => format!("--{long}"),
        Some((_, long, true)) => format!("--{long}={}", rest.trim_start_matches('=')),
        Some((_, long, false)) if rest.is_empty() => format!("--{long}=true"),
        _ => flag.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;

    fn spelled(words: &str, namespace: Option<&str>) -> String {
        let settings = namespace.map(|name| ("kubernetes/namespace", Text::from(name)));
        let story = Story { settings: settings.into_iter().collect(), ..Story::default() };
        let call = plain(&call(words), &story);
        call.words.iter().map(Text::shown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn own_flags_are_spelled_out_and_the_project_is_named() {
        for (words, project, expected) in [
            ("oc get pods", None, "kubectl get pods"),
            ("oc get pods", Some("shop"), "kubectl --namespace=shop get pods"),
            ("oc get pods -n x", Some("shop"), "kubectl get pods -n x"),
            ("oc get pods -nx", Some("shop"), "kubectl get pods -nx"),
            ("oc get pods -A", Some("shop"), "kubectl get pods -A"),
            ("oc get pods --namespace=$N", Some("shop"), "kubectl get pods --namespace=$N"),
            (
                "oc -v 6 new-app -i php --binary",
                None,
                "kubectl -v 6 new-app --image-stream php --binary=true",
            ),
            ("oc adm policy x -z default", None, "kubectl adm policy x --serviceaccount default"),
            ("oc adm policy x -zdefault", None, "kubectl adm policy x --serviceaccount=default"),
            ("oc delete pod x --as system:admin", None, "kubectl delete pod x"),
            ("oc exec x -- ls -n y", Some("shop"), "kubectl --namespace=shop exec x -- ls -n y"),
        ] {
            assert_eq!(spelled(words, project), expected, "{words}");
        }
    }

    #[test]
    fn a_remote_shell_with_a_command_runs_it() {
        for (words, expected) in [
            ("oc rsh web-1", "kubectl exec web-1 --"),
            (
                "oc rsh -n shop -T deploy/web psql -U u -c x",
                "kubectl exec deploy/web -- psql -U u -c x",
            ),
            ("oc rsh", "kubectl exec"),
        ] {
            let call = rsh_as_exec(&call(words), 1);
            let found: Vec<String> = call.words.iter().map(Text::shown).collect();
            assert_eq!(found.join(" "), expected);
        }
    }

    #[test]
    fn the_verb_stands_behind_global_flags() {
        for (words, expected) in [
            ("oc get pods", Some("get")),
            ("oc -n shop get pods", Some("get")),
            ("oc --server=$S --token x new-project y", Some("new-project")),
            ("oc $VERB x", None),
            ("oc", None),
        ] {
            let found = verb(&call(words)).map(|(_, verb)| verb);
            assert_eq!(found.as_deref(), expected, "{words}");
        }
    }
}
