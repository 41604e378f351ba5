//! Names that a cluster makes up itself: the pods of a Deployment, the nodes of a cloud. Another cluster has others, so
//! that nothing can be claimed of them, and their absence shows nothing.

use super::super::object::parts;
use super::super::resources::usual;
use super::Understood;
use super::hidden::is_ever_made;
use crate::claim::{Claim, Verb};
use crate::provider::{Reading, Story, Unseen};

/// The letters and digits that Kubernetes makes names of: none that spell a word.
const LETTERS: &str = "bcdfghjklmnpqrstvwxz2456789";
/// Words that can be spelt with them all the same.
const WORDS: [&str; 5] = ["httpd", "https", "tmpfs", "dhcpd", "grpcs"];
/// What authors write in the place of such a name's end.
const FILLED: [&str; 6] = ["abcde", "abc12", "abc123", "xyz12", "xyz123", "12abc"];
/// Kinds that controllers, servers and tools name, beside those that only some clusters serve.
const ENDED: [&str; 5] = ["pod", "replicaset", "job", "endpointslice", "certificatesigningrequest"];
/// How the nodes of a cloud begin.
const CLOUDS: [&str; 7] = ["gke-", "aks-", "eks-", "pool-", "k8s-pool-", "nodepool-", "i-0"];

/// The same claims, but for those on things of such names that the text has not made itself.
pub(super) fn left_out(claims: Vec<Claim>, story: &Story) -> Understood {
    let made = |claim: &Claim| matches!(claim.verb, Verb::Create | Verb::Make | Verb::Replace);
    let (dropped, kept): (Vec<Claim>, Vec<Claim>) = claims.into_iter().partition(|claim| {
        claim.verb.claims()
            && !made(claim)
            && claim.subject.name.literal().is_some()
            && is_made_up(&parts(&claim.subject.name).0, &parts(&claim.subject.name).1)
            && !is_ever_made(story, &claim.subject)
    });
    match dropped.iter().any(|claim| claim.verb.changes()) {
        _ if dropped.is_empty() || !kept.is_empty() => Ok(kept),
        true => Err(Reading::NotObservable(Unseen::AnotherName)),
        false => Err(Reading::Reads),
    }
}

/// Whether a name is one that only the cluster of whoever wrote the text has.
pub(super) fn is_made_up(word: &str, name: &str) -> bool {
    let ends: Vec<&str> = name.split('-').collect();
    let [start @ .., last] = ends.as_slice() else { return false };
    if start.is_empty() {
        return word == "node" && is_of_a_cloud(name);
    }
    let of_a_set = start.len() > 1 && start.last().is_some_and(|before| is_hash(before));
    match word {
        _ if has_uuid(&ends) => true,
        "node" => is_of_a_cloud(name) || is_random(last),
        "secret" => start.iter().any(|one| ["token", "dockercfg"].contains(one)) && is_random(last),
        "pod" if of_a_set && (3..=6).contains(&last.len()) => true,
        "replicaset" | "controllerrevision" if is_hash(last) => true,
        // Those of a CronJob are called after the minute.
        "job" if last.len() >= 8 && last.bytes().all(|byte| byte.is_ascii_digit()) => true,
        _ => (ENDED.contains(&word) || usual(word).is_none()) && is_random(last),
    }
}

fn is_random(end: &str) -> bool {
    let filled = end.len() > 2 && end.bytes().all(|byte| byte == b'x');
    let random = end.len() == 5 && end.chars().all(|c| LETTERS.contains(c));
    filled || FILLED.contains(&end) || random && !WORDS.contains(&end)
}

/// What a Deployment tells its ReplicaSets by.
fn is_hash(end: &str) -> bool {
    let digits = end.bytes().filter(u8::is_ascii_digit).count();
    let plain = end.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    let turns = end.as_bytes().windows(2).filter(|two| {
        let [one, other] = two else { return false };
        one.is_ascii_digit() != other.is_ascii_digit()
    });
    let filled = end.len() > 5 && end.bytes().all(|byte| byte == b'x');
    let mixed = digits > 0 && (turns.count() > 1 || end.chars().all(|c| LETTERS.contains(c)));
    filled || (6..=10).contains(&end.len()) && plain && (mixed || digits == end.len())
}

/// A node that is called after an address, a domain, a pool or a number of a cloud's.
fn is_of_a_cloud(name: &str) -> bool {
    let address = name.strip_prefix("ip-").is_some_and(|rest| rest.starts_with(char::is_numeric));
    let number = |one: &str| one.len() > 15 && one.bytes().any(|byte| byte.is_ascii_digit());
    let cloud = CLOUDS.iter().any(|start| name.starts_with(start));
    address || cloud || name.contains('.') || name.contains("vmss") || name.split('-').any(number)
}

fn has_uuid(ends: &[&str]) -> bool {
    let is_hex = |one: &str| one.bytes().all(|byte| byte.is_ascii_hexdigit());
    ends.windows(5).any(|five| {
        let lengths: Vec<usize> = five.iter().map(|one| one.len()).collect();
        lengths == [8, 4, 4, 4, 12] && five.iter().all(|one| is_hex(one))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_makes_names_up() {
        for (word, name) in [
            ("pod", "web-6d4b75cb6d-hx4zq"),
            ("pod", "web-bd5cc4c99-dbtjk"),
            ("pod", "web-1975012602-k8m5z"),
            ("pod", "web-7d9f8c6b54-abcde"),
            ("pod", "web-7d9f8c6b54-xyz"),
            ("pod", "web-xxxxxxxxxx-xxxxx"),
            ("pod", "agent-x7k2p"),
            ("pod", "app-1-z4lqd"),
            ("pod", "nightly-27946380-8kt2w"),
            ("replicaset", "web-6d4b75cb6d"),
            ("replicaset", "frontend-b2zdv"),
            ("job", "nightly-27946380"),
            ("secret", "default-token-x7k2p"),
            ("secret", "builder-dockercfg-4tq9m"),
            ("certificatesigningrequest", "csr-8b7xk"),
            ("taskrun.tekton.dev", "build-hx4zq"),
            ("persistentvolume", "pvc-0b1f2a3c-9d8e-4f7a-b6c5-1234567890ab"),
            ("node", "ip-10-0-1-2.ec2.internal"),
            ("node", "gke-lab-default-pool-0a1b2c3d-x7k2"),
            ("node", "aks-agentpool-12345678-vmss000000"),
            ("node", "worker1.example.com"),
            ("node", "cl1a2b3c4d5e6f7g8h9i-ixif"),
        ] {
            assert!(is_made_up(word, name), "{word}/{name}");
        }
    }

    #[test]
    fn whoever_names_a_thing_spells_words() {
        for (word, name) in [
            ("pod", "web"),
            ("pod", "web-0"),
            ("pod", "web-httpd"),
            ("pod", "multi-container-pod"),
            ("pod", "nginx-pod-2"),
            ("pod", "app-v2"),
            ("pod", "static-web-node01"),
            ("pod", "redis-cache-test1"),
            ("replicaset", "frontend"),
            ("replicaset", "new-replica-set"),
            ("job", "pi-2024"),
            ("secret", "db-creds"),
            ("secret", "my-token"),
            ("deployment", "web-x7k2p"),
            ("namespace", "team-b2c4d"),
            ("node", "node01"),
            ("node", "controlplane"),
            ("node", "kind-worker2"),
            ("node", "minikube-m02"),
            ("node", "k3d-lab-server-0"),
            ("node", "docker-desktop"),
            ("application.argoproj.io", "guestbook"),
        ] {
            assert!(!is_made_up(word, name), "{word}/{name}");
        }
    }
}
