//! What can go wrong with a lab, each in one sentence, and what to do about it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// Why a lab is not there.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// Programs that are neither on PATH nor in the cache.
    #[error("{}: neither on PATH nor in `{}`", list(names), cache.display())]
    Missing {
        /// Their names.
        names: Vec<String>,
        /// Where servers that were built are kept.
        cache: PathBuf,
    },
    /// Somebody else listens there.
    #[error("port {port} is taken on {}", who.as_deref().unwrap_or("every loopback address"))]
    Taken {
        /// The port.
        port: u16,
        /// The address, where it is a single one.
        who: Option<String>,
    },
    /// Nothing more can be written.
    #[error("the disk under `{}` is full", .0.display())]
    Full(PathBuf),
    /// A file that would be larger than this process may make one.
    #[error("`{}` would be larger than a file may be here", .0.display())]
    TooLarge(PathBuf),
    /// A file or directory of the lab.
    #[error("`{}`: {}", path.display(), what(error))]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A server that ended by itself.
    #[error("{server} ended{}", after(said))]
    Ended {
        /// Its name.
        server: &'static str,
        /// The last lines that it wrote, without secrets.
        said: String,
    },
    /// A state that did not come.
    #[error("{what}: not within {seconds} s{}", after(reason))]
    Slow {
        /// What was waited for.
        what: String,
        /// For how long.
        seconds: u64,
        /// What the last look said.
        reason: String,
    },
    /// A directory that labs would be put into and that another account may change.
    #[error("`{}` is not a directory of this account alone", .0.display())]
    Foreign(PathBuf),
    /// A lab that stays is up already.
    #[error("a lab is up in `{}`", .0.display())]
    Up(PathBuf),
    /// No lab that stays is up.
    #[error("no lab is up")]
    NoneUp,
    /// The process is about to end.
    #[error("interrupted")]
    Interrupted,
    /// A server or client that refuses what it is asked for.
    #[error("{0}")]
    Refused(String),
}

impl LabError {
    /// A refusal in these words.
    pub fn refused(words: impl Into<String>) -> Self {
        Self::Refused(words.into())
    }

    /// What a failed read or write of `path` comes to.
    pub(crate) fn file(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(path.clone()),
            io::ErrorKind::FileTooLarge => Self::TooLarge(path.clone()),
            _ => Self::File { path: path.clone(), error },
        }
    }

    /// What to do, where there is one thing to do.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Missing { .. } => {
                "install them, or let `tests/live/servers/get` of labproof's sources build them"
            }
            Self::Taken { who: None, .. } => {
                "end what listens there, or choose another with `--postgres-port` or the world's `port`"
            }
            Self::Full(_) => {
                "make room there, or name another place with `XDG_RUNTIME_DIR` or `TMPDIR`"
            }
            Self::TooLarge(_) => "`ulimit -f` says how large, and raises it",
            Self::Foreign(_) => {
                "remove it, or name another place with `XDG_RUNTIME_DIR` or `TMPDIR`"
            }
            Self::Up(_) => "`labproof lab shell` goes there, `labproof lab down` ends it",
            Self::NoneUp => "`labproof lab up` starts one",
            _ => return None,
        };
        Some(text.to_owned())
    }
}

/// For callers that tell it in words of their own.
impl From<LabError> for String {
    fn from(error: LabError) -> Self {
        error.to_string()
    }
}

/// Lines of a log that are never told: what Vault prints of its keys.
const SECRET_LINES: [&str; 2] = ["Unseal Key", "Root Token"];

/// How many lines of a log say why a server has ended, and how much of each.
const LINES: usize = 4;
const LETTERS: usize = 240;

/// What a server's end comes to, by what it wrote into its file.
pub(super) fn ended(server: &'static str, log: &str, file: &Path) -> LabError {
    let lower = log.to_lowercase();
    if lower.contains("no space left on device") {
        return LabError::Full(file.parent().unwrap_or(file).to_owned());
    }
    if let Some((port, address)) = taken(&lower) {
        return LabError::Taken { port, who: Some(address.to_string()) };
    }
    LabError::Ended { server, said: last_lines(log) }
}

/// The last lines before the stack that a Go program prints when it gives up.
fn last_lines(log: &str) -> String {
    let told = |line: &&str| {
        !line.trim().is_empty() && !SECRET_LINES.iter().any(|secret| line.contains(secret))
    };
    let before = log.lines().take_while(|line| !line.starts_with("goroutine "));
    let lines: Vec<&str> = before.filter(told).collect();
    let last = lines[lines.len().saturating_sub(LINES)..].iter();
    let cut: Vec<String> = last.map(|line| line.chars().take(LETTERS).collect()).collect();
    cut.join("\n  ")
}

/// Where somebody else listens: `ADDRESS:PORT`, or as PostgreSQL says it, the port on a line of its own.
fn taken(log: &str) -> Option<(u16, IpAddr)> {
    let at = log.find("address already in use")?;
    let line = log[..at].lines().next_back().unwrap_or_default();
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
    let words: Vec<String> = line.split_whitespace().rev().map(bare).collect();
    if let Some(socket) = words.iter().find_map(|word| word.parse::<SocketAddr>().ok()) {
        return Some((socket.port(), socket.ip()));
    }
    let address = words.iter().find_map(|word| word.parse().ok())?;
    let port = log[at..].split_once("running on port ")?.1;
    let digits = port.find(|c: char| !c.is_ascii_digit()).unwrap_or(port.len());
    Some((port[..digits].parse().ok()?, address))
}

fn after(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn what(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        kind => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_at_its_end_is_told_apart() {
        let place = Path::new("/lab");
        let full =
            ended("postgres", "could not write: No space left on device\ngoroutine 1", place);
        assert!(matches!(full, LabError::Full(_)), "{full}");
        let taken = "Error initializing listener of type tcp: listen tcp 127.3.0.2:8200: bind: address already in use";
        let taken = ended("vault", taken, place);
        assert_eq!(taken.to_string(), "port 8200 is taken on 127.3.0.2");
        let taken = "LOG:  could not bind IPv4 address \"127.3.0.10\": Address already in use\n\
                     HINT:  Is another postmaster already running on port 5432? If not, wait.\n";
        let taken = ended("postgres", taken, place);
        assert_eq!(taken.to_string(), "port 5432 is taken on 127.3.0.10");
        let log = "Unseal Key: k\nRoot Token: t\nboom\n\ngoroutine 1 [running]:\nmain.main()\n";
        assert_eq!(ended("etcd", log, place).to_string(), "etcd ended: boom");
    }

    #[test]
    fn a_full_disk_has_its_own_words() {
        let error = LabError::file(Path::new("/lab/x"))(io::ErrorKind::StorageFull.into());
        assert_eq!(error.to_string(), "the disk under `/lab/x` is full");
        assert!(error.hint().is_some());
    }

    #[test]
    fn every_missing_program_is_named() {
        let names = vec!["vault".to_owned(), "etcd".to_owned()];
        let error = LabError::Missing { names, cache: PathBuf::from("/cache") };
        assert_eq!(error.to_string(), "`vault`, `etcd`: neither on PATH nor in `/cache`");
    }
}
