//! Whether what parses as a command is one: authors put values, user names and output into fences that
//! say `bash` or say nothing, and almost any text parses as shell.
//!
//! | first word | with arguments | alone |
//! |---|---|---|
//! | a known program (`vault`, `kubectl`, …)                  | yes | if it does something alone (`ls`, `pwd`) |
//! | a path to run: `./x`, `~/x`, `x.sh`                      | yes | yes |
//! | another path: `/ui/`                                     | yes, unnamed fences too | in a `bin` folder |
//! | `Word`, `WORD`, `word:`, `10.0.0.1`, `{`, `http://…`     | no  | no |
//! | any name before `=`, `:` or `->` on its own              | no  | no |
//! | any name before words of which the last ends in `{`      | no  | no |
//! | a name in small letters                                  | in a fence that names a shell, or with a flag, a path or `k=v` | no |
//! | `$X`, `"$X"/y`                                           | yes | no |
//! | only assignments                                         | - | yes |
//!
//! A fence that names no language and whose first command is none is text as a whole: code of other
//! languages has lines that pass for shell, and commands come before what they print.
//!
//! Errs towards "no": what is claimed later comes from known programs only, and a fence that is left
//! out is reported.

use super::fence::Language;
use super::{Command, Piece, Word};

/// Programs that labs call, one line a field.
const KNOWN: &[&str] = &[
    "vault", "consul", "nomad", "terraform", "boundary", "packer", "waypoint", "vagrant", "sentinel",
    "consul-template", "consul-terraform-sync", "consul-k8s", "envconsul", "nomad-pack", "tfc", "hcp",
    "kubectl", "k", "oc", "helm", "kind", "minikube", "k3s", "k3d", "kustomize", "istioctl", "kubeadm",
    "kubectx", "kubens", "crictl", "ctr", "argocd", "flux", "cilium", "linkerd", "calicoctl", "eksctl",
    "velero", "skaffold", "stern", "k9s", "tkn", "kn", "odo", "roxctl", "cosign", "virtctl", "subctl",
    "docker", "docker-compose", "podman", "buildah", "skopeo", "nerdctl", "podman-compose", "crane",
    "psql", "pg_dump", "pg_restore", "pgbench", "createdb", "createuser", "dropdb", "initdb", "pg_ctl",
    "mysql", "mysqldump", "mysqladmin", "mariadb", "sqlite3", "mongo", "mongosh", "redis-cli", "cqlsh",
    "aws", "az", "gcloud", "gsutil", "bq", "doctl", "ibmcloud", "oci", "linode-cli", "eksctl", "gh",
    "curl", "wget", "http", "https", "grpcurl", "nc", "ncat", "netcat", "telnet", "ssh", "scp", "sftp",
    "ssh-keygen", "ssh-copy-id", "ssh-add", "ssh-agent", "rsync", "ping", "dig", "nslookup", "host",
    "traceroute", "ip", "ifconfig", "netstat", "ss", "iptables", "nft", "nmcli", "firewall-cmd", "ethtool",
    "ldapsearch", "ldapadd", "ldapmodify", "openssl", "gpg", "keytool", "certbot", "step", "cfssl",
    "git", "svn", "make", "cmake", "gcc", "cargo", "rustc", "go", "java", "javac", "mvn", "gradle",
    "python", "python2", "python3", "pip", "pip3", "pipenv", "poetry", "uv", "virtualenv", "conda",
    "node", "npm", "npx", "yarn", "pnpm", "ruby", "gem", "bundle", "rake", "perl", "php", "composer",
    "dotnet", "swift", "bash", "sh", "zsh", "fish", "tmux", "screen", "ansible", "ansible-playbook",
    "ansible-galaxy", "ansible-navigator", "ansible-vault", "ansible-builder", "ansible-inventory",
    "ansible-doc", "ansible-config", "ansible-lint", "chef", "knife", "puppet", "salt", "inspec",
    "puppetserver", "puppet-code", "puppet-access", "puppet-query", "facter", "pdk", "bolt", "r10k",
    "tflint", "tfsec", "checkov", "infracost", "pulumi", "crossplane", "opa", "conftest", "kyverno",
    "trivy", "snyk", "grype", "syft", "falco", "sysdig", "bpftrace", "tetra", "hubble", "tshark",
    "tcpdump", "nmap", "wireshark", "strace", "ltrace", "perf", "gdb", "hey", "ab", "wrk", "k6", "fortio",
    "yum", "dnf", "rpm", "apt", "apt-get", "apt-cache", "apk", "dpkg", "brew", "snap", "zypper", "pacman",
    "subscription-manager", "systemctl", "service", "journalctl", "timedatectl", "hostnamectl", "loginctl",
    "useradd", "userdel", "usermod", "groupadd", "adduser", "passwd", "chage", "id", "su", "sudo", "visudo",
    "whoami", "who", "w", "last", "lastlog", "groups", "getent", "semanage", "setsebool", "getsebool",
    "restorecon", "chcon", "sestatus", "getenforce", "setenforce", "ausearch", "auditctl", "fapolicyd-cli",
    "insights-client", "composer-cli", "leapp", "stratis", "vdo", "lvcreate", "pvcreate", "vgcreate",
    "lvextend", "lvs", "pvs", "vgs", "mkfs", "mkfs.xfs", "mkfs.ext4", "mount", "umount", "lsblk", "blkid",
    "fdisk", "parted", "df", "du", "free", "top", "htop", "ps", "kill", "killall", "pkill", "pgrep", "nice",
    "lsof", "uptime", "uname", "hostname", "dmesg", "lscpu", "lsmod", "modprobe", "sysctl", "ulimit",
    "ls", "ll", "la", "cd", "pwd", "cat", "bat", "tac", "less", "more", "head", "tail", "tree", "find",
    "locate", "cp", "mv", "rm", "mkdir", "rmdir", "touch", "ln", "chmod", "chown", "chgrp", "stat", "file",
    "dd", "tar", "zip", "unzip", "gzip", "gunzip", "xz", "base64", "md5sum", "sha256sum", "sha1sum", "xxd",
    "od", "hexdump", "grep", "egrep", "fgrep", "rg", "sed", "awk", "gawk", "cut", "sort", "uniq", "wc",
    "tr", "tee", "xargs", "diff", "cmp", "comm", "join", "paste", "split", "column", "fold", "nl", "seq",
    "jq", "yq", "envsubst", "printf", "echo", "read", "date", "cal", "sleep", "watch", "timeout", "time",
    "wait", "true", "false", "test", "[", "[[", "expr", "bc", "env", "printenv", "set", "unset", "export",
    "source", ".", "alias", "unalias", "type", "which", "whereis", "command", "builtin", "exec", "eval",
    "exit", "logout", "clear", "reset", "history", "help", "man", "info", "trap", "shopt", "complete",
    "pushd", "popd", "dirs", "jobs", "fg", "bg", "disown", "nohup", "crontab", "at", "logger", "vi", "vim",
    "nano", "emacs", "code", "agent", "set-workdir", "fail-message", "rosa", "rhc", "tkn", "bootc", "nginx",
    "httpd", "caddy", "coder", "tower-cli", "awx", "rpmbuild", "mock", "fio", "stress", "stress-ng", "tuned-adm",
    "cockpit", "flatpak", "xdg-open", "open", "explorer", "gofmt", "kcat", "kafka-topics", "kafka-topics.sh",
    "pv", "expect", "sshpass", "script", "gitlab-runner", "circleci", "jenkins-cli", "influx", "promtool",
    "etcdctl", "etcdutl", "keycloak", "kcadm.sh", "teleport", "tsh", "tctl", "wash", "tinygo", "nomctx",
    "nats", "bao", "sops", "age", "rclone", "restic", "minio", "mc", "s3cmd", "f5", "tmsh", "cf", "pks",
    "pbcopy", "xclip", "ngrok", "dapr", "func", "kubectl-argo-rollouts", "tilt", "task", "just", "go-task",
];

/// Programs that are whole commands alone. Others do nothing without arguments, or are names of things.
const ALONE: &[&str] = &[
    "ls", "ll", "la", "pwd", "cd", "clear", "exit", "logout", "reset", "history", "date", "whoami", "id",
    "hostname", "uptime", "uname", "env", "printenv", "top", "htop", "ps", "df", "free", "lsblk", "bash",
    "sh", "zsh", "kubectl", "vault", "consul", "nomad", "terraform", "boundary", "docker", "podman", "helm",
    "psql", "mysql", "mongosh", "mongo", "redis-cli", "sqlite3", "python", "python3", "node", "make", "w",
    "who", "last", "mount", "lscpu", "lsmod", "dmesg", "journalctl", "jobs", "fg", "bg", "wait", "tree",
    "vim", "vi", "nano", "tmux", "screen", "sestatus", "getenforce", "ifconfig", "netstat", "set", "export",
    "pvs", "vgs", "lvs", "k9s", "oc", "aws", "gcloud", "az", "git", "alias", "ansible-navigator", "sudo",
    "groups", "true", "false", "visudo", "blkid", "tmsh", "ansible", "tsh", "man", "help", "odo", "lsof",
];

/// Known programs that are names of languages too, for opening lines of fences.
const LANGUAGES: &[&str] = &[
    "terraform", "sentinel", "go", "java", "python", "python2", "python3", "node", "ruby", "perl", "php",
    "swift", "bash", "sh", "zsh", "fish", "awk", "sed", "make", "cmake", "diff", "nginx", "puppet", "rego",
    "http", "https", "info", "code", "file", "script", "help", "read", "docker", "yq", "jq", "vim", "task",
];

/// Whether `name` is a program that labs call.
pub(super) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// Whether `name` is a language of fences as well.
pub(super) fn is_language(name: &str) -> bool {
    LANGUAGES.contains(&name)
}

/// Whether a line of text begins with a known program or a shell's keyword.
pub(super) fn begins_like_shell(line: &str) -> bool {
    const KEYWORDS: &[&str] =
        &["if", "for", "while", "until", "case", "function", "select", "{", "(", "!", "time"];
    let first = line.split_whitespace().next().unwrap_or_default();
    is_known(first) || KEYWORDS.contains(&first) || runs(first) || first.ends_with("()")
}

/// Whether `command` is one, in a fence of `language` (see the table above).
pub(super) fn is_command(command: &Command, language: Language) -> bool {
    let named = matches!(language, Language::Shell | Language::Command);
    let Some((first, arguments)) = command.words.split_first() else {
        return !command.assignments.is_empty() || named;
    };
    let Some(name) = first.literal() else {
        return is_computed(first) && (named || !arguments.is_empty()) && !defines(arguments);
    };
    let alone = arguments.is_empty();
    if is_known(&name) || is_known(name.rsplit('/').next().unwrap_or_default()) {
        let fed = !command.redirects.is_empty() || !command.assignments.is_empty();
        return if alone { fed || ALONE.contains(&name.as_str()) || name.contains("/bin/") }
            else { !defines(arguments) };
    }
    if runs(&name) {
        return true;
    }
    if name.starts_with('/') {
        return !alone || name.contains("/bin/");
    }
    is_name(&name)
        && !alone
        && !defines(arguments)
        && !opens(arguments)
        && (named || arguments.iter().any(is_shell_like))
}

/// `class x {`, `f (`, `"a": 1,`: a line of some other language that goes on.
fn opens(arguments: &[Word]) -> bool {
    arguments
        .last()
        .and_then(|word| match word.pieces.last() {
            Some(Piece::Literal(text)) => text.chars().next_back(),
            _ => None,
        })
        .is_some_and(|last| matches!(last, '{' | '(' | ',' | ';'))
}

/// `./x`, `~/x`, `../x`, `x.sh`.
fn runs(name: &str) -> bool {
    (["./", "~/", "../"].iter().any(|start| name.starts_with(start)) && !name.ends_with('/'))
        || (name.ends_with(".sh") && name.len() > 3)
}

/// A name as programs have: begins with a small letter, and goes on with letters, digits and `_.+-`.
fn is_name(name: &str) -> bool {
    name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte))
        && !name.ends_with('.')
}

/// `NAME = value`, `NAME : value`: the second word says that the first is no program.
fn defines(arguments: &[Word]) -> bool {
    arguments.first().and_then(Word::literal).is_some_and(|word| {
        matches!(word.as_str(), "=" | ":" | ":=" | "->" | "=>" | "==" | "::=")
    })
}

/// A flag, a path, `k=v` or a variable: prose has none of them.
fn is_shell_like(word: &Word) -> bool {
    word.pieces.iter().any(|piece| match piece {
        Piece::Literal(text) => {
            text.starts_with('-') || text.contains('/') || (text.contains('=') && text.len() > 1)
        }
        Piece::Variable(_) | Piece::Substitution(_) => true,
        _ => false,
    })
}

/// The program's name comes from a variable, at least in part.
fn is_computed(word: &Word) -> bool {
    word.pieces.iter().any(|piece| matches!(piece, Piece::Variable(_) | Piece::Substitution(_)))
}
