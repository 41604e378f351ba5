//! Servers that come and go in a text: containers and processes of a system, by the commands that start and end them.
//! Pure.

use super::Call;
use crate::claim::Text;

/// Programs that run containers.
const CONTAINERS: [&str; 5] = ["docker", "podman", "nerdctl", "docker-compose", "podman-compose"];
/// Options of `run` that are switches, of those that stand alone as words.
const SWITCHES: [&str; 10] =
    ["-d", "-i", "-t", "-it", "-ti", "-dit", "--rm", "--detach", "--tty", "--interactive"];

/// Whether a command starts a server of a system in a container, or ends one: `image` is what its images are called,
/// and its containers after it. A container that only runs a client is none.
pub(super) fn in_container(call: &Call, image: &str) -> bool {
    if !call.program().is_some_and(|program| CONTAINERS.contains(&program.as_str())) {
        return false;
    }
    let words: Vec<String> = call.words[1..].iter().map(Text::shown).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let verb = words.iter().position(|word| {
        matches!(*word, "run" | "create" | "rm" | "kill" | "down" | "exec" | "start" | "stop")
    });
    let Some(at) = verb else { return false };
    match words[at] {
        "down" => true,
        "rm" | "kill" => words[at + 1..].iter().any(|word| word.contains(image)),
        "run" | "create" => runs_server(&words[at + 1..], image),
        _ => false,
    }
}

/// Whether a command ends a server of a system or starts it anew, wherever it runs: its container, its unit, its pods.
pub(super) fn restarts(call: &Call, name: &str) -> bool {
    let program = call.program().unwrap_or_default();
    let words: Vec<String> =
        call.words.iter().skip(1).map(|word| word.shown().to_lowercase()).collect();
    let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
    let names = words.iter().any(|word| word.contains(name));
    match program.as_str() {
        "reboot" | "shutdown" => true,
        "kill" | "pkill" | "killall" => names,
        "systemctl" | "service" | "rc-service" | "supervisorctl" => {
            names && has(&["stop", "restart", "start", "kill"])
        }
        "minikube" | "vagrant" => has(&["stop", "halt", "start", "up", "reload", "delete"]),
        "kubectl" | "k" | "oc" => {
            let pods = ["pod", "po", "statefulset", "sts", "deploy"];
            let of_pods = words
                .iter()
                .any(|word| pods.iter().any(|kind| word.trim_end_matches('s').starts_with(kind)));
            names && of_pods && has(&["delete", "restart", "scale"])
        }
        _ if CONTAINERS.contains(&program.as_str()) => {
            let all = program.ends_with("-compose") || has(&["compose"]);
            let verbs: &[&str] = &["up", "down", "stop", "start", "restart", "kill", "rm"];
            // Not what is run inside one.
            has(verbs) && !has(&["exec", "run"]) && (all || names)
        }
        _ => false,
    }
}

/// Whether what follows `run` runs an image with what it runs by itself, or with `server`.
fn runs_server(words: &[&str], image: &str) -> bool {
    let mut rest = words.iter();
    let mut found = false;
    for word in rest.by_ref() {
        if !word.starts_with('-') && is_image(word, image) {
            found = true;
            break;
        }
    }
    // The value of an option before it (`--name vault`) is no image.
    let behind: Vec<&str> = rest.copied().collect();
    let again = behind.iter().position(|word| is_image(word, image));
    let behind = again.map_or(behind.as_slice(), |at| &behind[at + 1..]);
    let first = behind.iter().find(|word| !SWITCHES.contains(word));
    let by_itself = first.is_none_or(|word| *word == "server" || word.starts_with('-'));
    found && (by_itself || behind.windows(2).any(|pair| pair[1] == "server"))
}

/// `vault`, `hashicorp/vault:1.15`, `bitnami/postgresql`, `postgres:16-alpine`.
fn is_image(word: &str, image: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or_default();
    let name = name.split([':', '@']).next().unwrap_or_default();
    name == image
        || name.strip_prefix(image).is_some_and(|rest| matches!(rest, "ql" | "-enterprise"))
}

/// The container in which a command is run, by the name that the text gives it.
pub(super) fn container(outer: &Call) -> Option<Text> {
    const WITH_VALUE: [&str; 8] =
        ["-e", "--env", "-u", "--user", "-w", "--workdir", "--index", "--env-file"];
    outer.program().filter(|program| CONTAINERS.contains(&program.as_str()))?;
    let at = outer.words.iter().position(|word| word.literal().as_deref() == Some("exec"))?;
    let mut rest = outer.words[at + 1..].iter();
    while let Some(word) = rest.next() {
        let shown = word.shown();
        if WITH_VALUE.contains(&shown.as_str()) {
            rest.next();
        } else if !shown.starts_with('-') {
            return Some(word.clone());
        }
    }
    None
}

/// An address as it tells one server from another: without its scheme, in small letters, this machine by one name.
pub(super) fn address(written: &Text) -> Text {
    let Some(literal) = written.literal() else { return written.clone() };
    let lower = literal.trim().trim_end_matches('/').to_lowercase();
    let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    Text::from(bare.replace("localhost", "127.0.0.1").replace("0.0.0.0", "127.0.0.1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(line: &str) -> Call {
        Call { words: line.split_whitespace().map(Text::from).collect(), ..Call::default() }
    }

    #[test]
    fn a_server_in_a_container_is_told_from_a_client() {
        for (line, is) in [
            ("docker run -d --name vault -p 8200:8200 hashicorp/vault", true),
            ("docker run -d hashicorp/vault:1.15 server -dev", true),
            ("docker run --rm -it hashicorp/vault vault status", false),
            ("docker run --name vault -d hashicorp/vault vault server -dev", true),
            ("docker run --rm -d nginx", false),
            ("docker rm -f vault", true),
            ("docker stop web", false),
            ("docker compose down", true),
            ("docker exec vault vault status", false),
            ("podman run -d vault-enterprise", true),
        ] {
            assert_eq!(in_container(&call(line), "vault"), is, "{line}");
        }
        assert!(in_container(&call("docker run -d --name db bitnami/postgresql:16"), "postgres"));
        assert!(!in_container(&call("docker run --rm postgres psql -h db"), "postgres"));
    }

    #[test]
    fn a_server_that_is_started_anew_is_told_from_one_that_stays() {
        for (line, is) in [
            ("docker stop vault-dev", true),
            ("docker restart vault", true),
            ("docker stop web", false),
            ("docker compose up -d", true),
            ("docker-compose restart", true),
            ("docker compose exec vault vault status", false),
            ("docker compose ps", false),
            ("systemctl restart vault", true),
            ("systemctl status vault", false),
            ("service vault stop", true),
            ("kubectl delete pod vault-0", true),
            ("kubectl rollout restart statefulset/vault", true),
            ("kubectl delete secret vault-token", false),
            ("kubectl get pods vault-0", false),
            ("pkill vault", true),
        ] {
            assert_eq!(restarts(&call(line), "vault"), is, "{line}");
        }
    }

    #[test]
    fn an_address_tells_one_server_from_another() {
        let same = |one: &str, other: &str| address(&one.into()) == address(&other.into());
        assert!(same("http://127.0.0.1:8200", "https://localhost:8200/"));
        assert!(!same("http://127.0.0.1:8200", "http://127.0.0.1:8300"));
        assert!(!same("http://127.0.0.1:8200", "..."));
    }

    #[test]
    fn the_container_of_a_command_is_named() {
        let of = |line: &str| container(&call(line)).map(|name| name.shown());
        assert_eq!(of("docker exec -it -u postgres db1 psql").as_deref(), Some("db1"));
        assert_eq!(of("docker compose exec db psql").as_deref(), Some("db"));
        assert_eq!(of("kubectl exec db -- psql"), None);
    }
}
