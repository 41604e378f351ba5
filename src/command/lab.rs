//! `labproof lab`: servers of one's own for a challenge, started, entered, looked at and ended.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::cli::{LabCommand, LabServers, LabSystem};
use crate::config::{self, Config};
use crate::lab::{
    Access, Kept, KubernetesAccess, LabError, Options, PostgresAccess, Programs, Servers, System,
    VARIABLE, VaultAccess, end_all,
};
use crate::secret::Secret;
use crate::sidecar::Sidecar;
use crate::world::{World, WorldError};

use super::options::{self, Wish};
use super::{Stop, load, told_to_end, write_out};

/// Exit code of a status with a server that does not answer.
const NOT_SEEN: u8 = 3;

/// What a terminal needs, and all that a shell in the lab gets from its caller.
const TERMINAL: [&str; 4] = ["TERM", "COLORTERM", "LANG", "LC_ALL"];

/// Runs the subcommand; `shell` gives the exit code of its bash.
pub(super) fn run(command: &LabCommand) -> Result<u8, Stop> {
    match command {
        LabCommand::Up(arguments) => up(arguments),
        LabCommand::Shell(arguments) => shell(arguments),
        LabCommand::Status => status(),
        LabCommand::Down => down(),
    }
}

/// Prints the lab's secrets: to hand them to the learner's shell is its purpose, and they open nothing else.
fn up(arguments: &LabServers) -> Result<u8, Stop> {
    let parent = config::labs();
    let _right = Kept::may_begin(&parent)?;
    let servers = start(arguments, true)?;
    let postgres = servers.postgres().map(|postgres| {
        let access = postgres.access();
        let (socket, user, password) = (access.socket, access.user, access.password);
        format!("# PostgreSQL at {socket}: superuser {user}, password {}\n", password.expose())
    });
    let kept = servers.keep()?;
    write_out(|out| write!(out, "{}{}", exports(&kept), postgres.unwrap_or_default()))?;
    let names: Vec<&str> = kept.servers.iter().map(|server| server.name.as_str()).collect();
    say(&format!("a lab is up with {}; `labproof lab down` ends it", names.join(", ")));
    if io::stdout().is_terminal() {
        say(
            "the lines above are for your shell: `eval \"$(labproof lab up)\"`, or `labproof lab shell`",
        );
    }
    Ok(0)
}

fn shell(arguments: &LabServers) -> Result<u8, Stop> {
    if let Some(kept) = Kept::find(&config::labs())? {
        say("this shell is in the lab that is up");
        let home = kept.directory.join("home");
        let mut environment = kept.variables.clone();
        environment.insert("PATH".to_owned(), kept.search_path.clone());
        environment.insert("HOME".to_owned(), home.display().to_string());
        environment.insert(VARIABLE.to_owned(), kept.directory.display().to_string());
        return bash(&home, &environment);
    }
    let servers = start(arguments, false)?;
    let home = servers.directory().join("home");
    say("this lab lasts as long as its shell");
    let code = bash(&home, &servers.environment(&home));
    servers.stop()?;
    code
}

fn status() -> Result<u8, Stop> {
    use std::fmt::Write;
    let kept = Kept::find(&config::labs())?.ok_or(LabError::NoneUp)?;
    let answers = |address: &str| {
        let mut sockets = address.to_socket_addrs().into_iter().flatten();
        sockets.any(|at| TcpStream::connect_timeout(&at, Duration::from_secs(2)).is_ok())
    };
    let mut all = true;
    let mut text = format!("a lab is up in `{}`\n", kept.directory.display());
    for server in &kept.servers {
        let answers = server.address.as_deref().map(answers);
        all &= answers != Some(false);
        let word = match answers {
            Some(true) => "answers",
            Some(false) => "does not answer",
            None => "not looked at",
        };
        let _ = writeln!(text, "  {:<11} {}  {word}", server.name, server.shown);
    }
    write_out(|out| out.write_all(text.as_bytes()))?;
    Ok(if all { 0 } else { NOT_SEEN })
}

fn down() -> Result<u8, Stop> {
    let kept = Kept::find(&config::labs())?.ok_or(LabError::NoneUp)?;
    kept.end()?;
    say("the lab is gone");
    Ok(0)
}

/// Starts the servers; a signal in between ends all that was started.
fn start(arguments: &LabServers, stays: bool) -> Result<Servers, Stop> {
    let sidecar = sidecar(arguments.path.as_deref())?;
    let options = options(arguments, sidecar.as_ref().map(|sidecar| &sidecar.world), stays)?;
    let runtime = runtime()?;
    let started = runtime.block_on(async {
        let work = tokio::task::spawn_blocking(move || {
            let programs =
                Programs::find(&config::search_path(), &config::servers(), &options.systems);
            let programs = programs?;
            let mut servers = Servers::start(&programs, &options)?;
            if let Some(sidecar) = sidecar {
                let variables = fill(&sidecar.world, &servers, &programs)?;
                servers.set(variables);
            }
            Ok(servers)
        });
        tokio::pin!(work);
        tokio::select! {
            started = &mut work => started,
            () = told_to_end(true, || ()) => {
                end_all();
                // What was being started is gone, so that it ends at once.
                let _ = work.await;
                Ok(Err(Stop::Interrupted))
            }
        }
    });
    started.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// The author's word on the challenge at this path; an empty world without one.
fn sidecar(path: Option<&Path>) -> Result<Option<Sidecar>, Stop> {
    let Some(path) = path else { return Ok(None) };
    load::challenge(path)?;
    let sidecar = Sidecar::beside(path).map_err(|error| Stop::Unreadable(error.to_string()))?;
    Ok(Some(sidecar))
}

/// Fills in what the challenge starts from; gives what its learner's shell has in its environment beyond the lab's own.
fn fill(
    world: &World,
    servers: &Servers,
    programs: &Programs,
) -> Result<BTreeMap<String, String>, Stop> {
    let told = |error: WorldError| Stop::Unreadable(error.to_string());
    let client = |name: &str| servers.place().client(programs, name);
    let home = servers.directory().join("home");
    prepare(&home)
        .map_err(|error| Stop::Unreadable(format!("{}: {}", home.display(), error.kind())))?;
    let access = servers.access();
    world.fill(&access, &client, &home).map_err(told)?;
    let variables = world.environment(&access).map_err(told)?;
    Ok(variables.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect())
}

/// A bash in the lab, with nothing of the caller's environment but what its terminal needs; its exit code.
fn bash(home: &Path, environment: &BTreeMap<String, String>) -> Result<u8, Stop> {
    let failed = |error: io::Error| Stop::Unreadable(format!("bash: {}", error.kind()));
    prepare(home).map_err(failed)?;
    // A shell whose owner is killed goes with it.
    let mut command = tokio::process::Command::new("setpriv");
    command.args(["--pdeathsig", "HUP", "bash"]).env_clear().current_dir(home);
    for name in TERMINAL {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command.envs(environment);
    // At a terminal, Ctrl-C is for what runs in the shell.
    let terminal = io::stdin().is_terminal();
    runtime()?.block_on(async {
        let mut child = command.spawn().map_err(failed)?;
        tokio::select! {
            status = child.wait() => {
                let code = status.map_err(failed)?.code();
                Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
            }
            () = told_to_end(!terminal, || ()) => {
                child.kill().await.map_err(failed)?;
                Err(Stop::Interrupted)
            }
        }
    })
}

/// The shell's home, with the prompt that tells it from the caller's own.
fn prepare(home: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(home)?;
    let file = home.join(".bashrc");
    if file.exists() { Ok(()) } else { std::fs::write(file, "PS1='lab:\\w\\$ '\n") }
}

fn options(arguments: &LabServers, world: Option<&World>, stays: bool) -> Result<Options, Stop> {
    let running = running(arguments)?;
    let only: Option<Vec<System>> =
        arguments.only.as_ref().map(|only| only.iter().map(|system| system.system()).collect());
    let named = world.map(|world| world.systems().iter().copied().collect());
    let mut systems = only.or(named).unwrap_or_else(|| System::ALL.to_vec());
    systems.retain(|system| match system {
        System::Vault => running.vault.is_none(),
        System::Postgres => running.postgres.is_none(),
        System::Kubernetes => running.kubernetes.is_none(),
    });
    let postgres_port = arguments.postgres_port;
    options::of(world, Wish { systems, postgres_port, stays, running })
}

impl LabSystem {
    fn system(self) -> System {
        match self {
            Self::Vault => System::Vault,
            Self::Postgres => System::Postgres,
            Self::Kubernetes => System::Kubernetes,
        }
    }
}

/// The servers that run already, as the caller gives their addresses.
fn running(arguments: &LabServers) -> Result<Access, Stop> {
    let vault = arguments.vault_addr.as_deref().map(running_vault).transpose()?;
    let postgres = arguments.postgres.as_deref().map(running_postgres).transpose()?;
    let kubernetes = arguments.kubeconfig.as_deref().map(running_kubernetes).transpose()?;
    Ok(Access { vault, postgres, kubernetes })
}

fn running_vault(address: &str) -> Result<VaultAccess, Stop> {
    let wrong = |why: &str| Stop::Unreadable(format!("--vault-addr `{address}`: {why}"));
    let url = url::Url::parse(address).map_err(|_| wrong("not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong("not the address of a Vault, such as http://127.0.0.1:8200"));
    }
    let token = Config::from_environment().vault.token;
    let token = token.ok_or_else(|| wrong("no token for it; VAULT_TOKEN gives one"))?;
    Ok(VaultAccess { address: address.to_owned(), token, unseal_key: None })
}

fn running_postgres(text: &str) -> Result<PostgresAccess, Stop> {
    // The URL may hold a password, so that it is not shown.
    let wrong = |why: &str| Stop::Unreadable(format!("--postgres: {why}"));
    let form = "wanted: postgresql://USER:PASSWORD@HOST:PORT";
    let url: tokio_postgres::Config = text.parse().map_err(|_| wrong(form))?;
    let [tokio_postgres::config::Host::Tcp(host)] = url.get_hosts() else {
        return Err(wrong(form));
    };
    let port = url.get_ports().first().copied().unwrap_or(5432);
    let found = (host.as_str(), port).to_socket_addrs().ok().and_then(|mut all| all.next());
    let socket = found.ok_or_else(|| wrong("its host has no address"))?;
    let word = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| wrong(form));
    let user = url.get_user().ok_or_else(|| wrong(form))?.to_owned();
    let password = Secret::new(word(url.get_password().ok_or_else(|| wrong(form))?)?);
    Ok(PostgresAccess { socket, user, password })
}

fn running_kubernetes(path: &Path) -> Result<KubernetesAccess, Stop> {
    let kubeconfig = path.canonicalize().ok().filter(|path| path.is_file()).ok_or_else(|| {
        Stop::Unreadable(format!("--kubeconfig `{}`: no such file", path.display()))
    })?;
    Ok(KubernetesAccess { kubeconfig, service_ip: None })
}

/// The lines that a learner's shell takes over with `eval`.
fn exports(kept: &Kept) -> String {
    let own = config::search_path();
    let own: Vec<_> = std::env::split_paths(&own).collect();
    let clients = std::env::split_paths(&kept.search_path);
    let further: Vec<String> = clients
        .filter(|folder| !own.contains(folder))
        .map(|folder| folder.display().to_string())
        .collect();
    let mut lines = Vec::new();
    if !further.is_empty() {
        lines.push(format!("export PATH={}:\"$PATH\"\n", quoted(&further.join(":"))));
    }
    let variables = kept.variables.iter();
    lines.extend(variables.map(|(name, value)| format!("export {name}={}\n", quoted(value))));
    lines.concat()
}

/// A word as a shell takes it, whatever is in it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn runtime() -> Result<Runtime, Stop> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|error| Stop::Unreadable(format!("cannot start: {}", error.kind())))
}

fn say(words: &str) {
    let _ = writeln!(io::stderr(), "{words}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_value_is_one_word_of_a_shell() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }

    #[test]
    fn a_wrong_url_of_postgres_is_not_shown() {
        let Err(Stop::Unreadable(said)) = running_postgres("postgresql://u:hunter2@/nowhere")
        else {
            panic!("taken");
        };
        assert!(said.contains("wanted") && !said.contains("hunter2"), "{said}");
        let found = running_postgres("postgresql://u:p%40ss@127.0.0.1:5433/db").unwrap();
        assert_eq!(found.password, Secret::new("p@ss"));
        assert_eq!(found.socket.port(), 5433);
    }
}
