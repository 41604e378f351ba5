//! A PostgreSQL of a lab: its own data directory, an own loopback address, and a way in for the
//! harness that no learner sees (a second superuser, over the Unix socket only).

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::certificates::Pair;
use crate::process::{self, Server, Stop, guarded, lock, output};
use crate::servers::Servers;
use crate::wait::{Done, until};

const LIMIT: Duration = Duration::from_mins(1);

/// The account that only the harness uses.
pub(crate) const KEEPER: &str = "keeper";

/// A PostgreSQL that can be stopped, started again and looked at.
pub(crate) struct Postgres {
    pub(crate) socket: SocketAddr,
    directory: PathBuf,
    programs: Programs,
    server: Mutex<Option<Arc<Server>>>,
}

struct Programs {
    setpriv: PathBuf,
    postgres: PathBuf,
    psql: PathBuf,
    user: Option<&'static str>,
}

/// A way to log in, as a client would from outside.
pub(crate) struct Login<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: Option<&'a str>,
    pub(crate) database: &'a str,
}

impl Postgres {
    /// Makes a data directory with one superuser and starts the server on `socket`.
    pub(crate) fn start(
        servers: &Servers,
        socket: SocketAddr,
        directory: &Path,
        superuser: (&str, &str),
    ) -> Done<Postgres> {
        let io = |error: std::io::Error| format!("{}: {error}", directory.display());
        let programs = Programs {
            setpriv: servers.path("setpriv")?.to_owned(),
            postgres: servers.path("postgres")?.to_owned(),
            psql: servers.path("psql")?.to_owned(),
            user: as_postgres()?,
        };
        std::fs::create_dir_all(directory).map_err(io)?;
        std::fs::write(directory.join("password"), superuser.1).map_err(io)?;
        if programs.user.is_some() {
            let (user, group) = (id("-u")?, id("-g")?);
            chown(directory, Some(user), Some(group)).map_err(io)?;
            chown(directory.join("password"), Some(user), Some(group)).map_err(io)?;
        }
        let mut initdb = guarded(&programs.setpriv, programs.user, servers.path("initdb")?);
        initdb
            .args(["--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256"])
            .args(["--encoding=UTF8", "--locale=C", "-U", superuser.0])
            .arg(format!("--pwfile={}", directory.join("password").display()))
            .arg(format!("--pgdata={}", directory.join("data").display()))
            .current_dir(directory);
        output(&mut initdb, LIMIT)?;
        let directory = directory.to_owned();
        let postgres = Postgres { socket, directory, programs, server: Mutex::new(None) };
        postgres.launch_for(superuser.0)?;
        let keeper = format!("CREATE ROLE {KEEPER} SUPERUSER LOGIN");
        postgres.sql_as(superuser.0, "postgres", &keeper)?;
        Ok(postgres)
    }

    /// Starts it again after `stop`.
    pub(crate) fn restart(&self) -> Done<()> {
        self.stop();
        self.launch_for(KEEPER)
    }

    /// Stops it and waits for its end; the data stays.
    pub(crate) fn stop(&self) {
        if let Some(server) = lock(&self.server).take() {
            process::stop(&server);
        }
    }

    /// Runs SQL as the keeper; rows come back without decoration, one a line.
    pub(crate) fn sql(&self, database: &str, text: &str) -> Done<String> {
        self.sql_as(KEEPER, database, text)
    }

    /// The names of all roles but the built-in ones.
    pub(crate) fn roles(&self) -> Done<BTreeSet<String>> {
        let text = "SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'";
        Ok(self.sql("postgres", text)?.lines().map(str::to_owned).collect())
    }

    /// Whether a login from outside is accepted; the words of the refusal if not.
    pub(crate) fn login(&self, login: &Login<'_>) -> Result<(), String> {
        let mut psql = self.psql(login.user, login.database);
        psql.args(["-h", &self.socket.ip().to_string(), "-w", "-c", "SELECT 1"]);
        if let Some(password) = login.password {
            psql.env("PGPASSWORD", password);
        }
        output(&mut psql, LIMIT).map(drop)
    }

    /// Replaces the rules for connections over TCP (`trust` or `scram-sha-256`) and waits for them.
    pub(crate) fn ask_for_passwords(&self, method: &str, user: &str) -> Done<()> {
        self.rules("host", method)?;
        until("PostgreSQL has taken its new rules", LIMIT, || {
            let open = self.login(&Login { user, password: None, database: "postgres" });
            if open.is_ok() == (method == "trust") { Ok(()) } else { Err(format!("{open:?}")) }
        })
    }

    /// Lets whoever comes over the socket in under the name of his own account, and nobody else.
    pub(crate) fn ask_for_accounts(&self) -> Done<()> {
        let rules = format!("local all {KEEPER} trust\nlocal all all peer\n");
        self.write("pg_hba.conf", &rules)?;
        self.sql("postgres", "SELECT pg_reload_conf()").map(drop)
    }

    /// The directory of its socket.
    pub(crate) fn socket_directory(&self) -> &Path {
        &self.directory
    }

    /// The account of the machine that it runs as, where that is another than ours.
    pub(crate) fn account(&self) -> Option<&'static str> {
        self.programs.user
    }

    /// Starts it again with this certificate; `who` may come in: `hostssl` or `hostnossl`.
    pub(crate) fn speak_tls(&self, pair: &Pair, who: &str) -> Done<()> {
        for (from, name) in [(&pair.certificate, "server.crt"), (&pair.key, "server.key")] {
            let text = std::fs::read_to_string(from).map_err(|error| error.to_string())?;
            self.write(name, &text)?;
        }
        self.sql("postgres", "ALTER SYSTEM SET ssl = on")?;
        self.rules(who, "scram-sha-256")?;
        self.restart()
    }

    /// Starts it again without TLS; it then takes everybody with a password.
    pub(crate) fn speak_no_tls(&self) -> Done<()> {
        self.sql("postgres", "ALTER SYSTEM RESET ssl")?;
        self.rules("host", "scram-sha-256")?;
        self.restart()
    }

    /// Starts it again as a standby that nobody sends anything: it starts up for ever (57P03).
    pub(crate) fn start_for_ever(&self, user: &str) -> Done<()> {
        self.sql("postgres", "ALTER SYSTEM SET hot_standby = off")?;
        self.stop();
        self.write("standby.signal", "")?;
        self.launch()?.until("PostgreSQL says that it is starting", LIMIT, || {
            let login = Login { user, password: None, database: "postgres" };
            let refused = self.login(&login).err().unwrap_or_default();
            let starting = refused.contains("the database system is");
            if starting { Ok(()) } else { Err(refused) }
        })
    }

    /// Makes it a server of its own again.
    pub(crate) fn start_at_last(&self) -> Done<()> {
        self.stop();
        let signal = self.directory.join("data/standby.signal");
        std::fs::remove_file(&signal).map_err(|error| format!("{}: {error}", signal.display()))?;
        self.restart()?;
        self.sql("postgres", "ALTER SYSTEM RESET hot_standby").map(drop)
    }

    /// Ends every session but the keeper's own: pooled connections become cold.
    pub(crate) fn end_sessions(&self) -> Done<()> {
        let text = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity \
                    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        self.sql("postgres", text).map(drop)
    }

    /// Starts it and waits until it lets `user` in.
    fn launch_for(&self, user: &str) -> Done<()> {
        self.launch()?.until("PostgreSQL answers", LIMIT, || {
            self.sql_as(user, "postgres", "SELECT 1").map(drop)
        })
    }

    /// Replaces the rules for connections over TCP, of this kind.
    fn rules(&self, kind: &str, method: &str) -> Done<()> {
        self.write("pg_hba.conf", &format!("local all all trust\n{kind} all all all {method}\n"))?;
        self.sql("postgres", "SELECT pg_reload_conf()").map(drop)
    }

    /// Writes a file of the data directory, which belongs to the server's user alone.
    fn write(&self, name: &str, text: &str) -> Done<()> {
        let path = self.directory.join("data").join(name);
        let write = || {
            std::fs::write(&path, text)?;
            let owner = std::fs::metadata(self.directory.join("data"))?;
            chown(&path, Some(owner.uid()), Some(owner.gid()))?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
        };
        write().map_err(|error| format!("{}: {error}", path.display()))
    }

    fn launch(&self) -> Done<Arc<Server>> {
        let programs = &self.programs;
        let mut command = guarded(&programs.setpriv, programs.user, &programs.postgres);
        command
            .arg("-D")
            .arg(self.directory.join("data"))
            .args(["-c", &format!("listen_addresses={}", self.socket.ip())])
            .args(["-c", &format!("port={}", self.socket.port())])
            .args(["-c", &format!("unix_socket_directories={}", self.directory.display())])
            // Nothing here outlives the run, so nothing needs to reach the disk.
            .args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off"])
            .args(["-c", "shared_buffers=16MB", "-c", "max_connections=40"])
            .current_dir(&self.directory);
        let log = self.directory.with_extension("log");
        let server = Server::start("postgres", command, log, Stop::Interrupt)?;
        *lock(&self.server) = Some(Arc::clone(&server));
        Ok(server)
    }

    fn sql_as(&self, user: &str, database: &str, text: &str) -> Done<String> {
        let mut psql = self.psql(user, database);
        psql.arg("-h").arg(&self.directory).args(["-w", "-At", "-v", "ON_ERROR_STOP=1"]);
        output(psql.args(["-c", text]), LIMIT)
    }

    fn psql(&self, user: &str, database: &str) -> Command {
        let mut command = Command::new(&self.programs.psql);
        command
            .env_clear()
            .env("HOME", &self.directory)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("PGCONNECT_TIMEOUT", "10")
            .args(["-X", "-q", "-p", &self.socket.port().to_string(), "-U", user, "-d", database]);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// PostgreSQL does not run as root: root runs it as the package's user.
fn as_postgres() -> Done<Option<&'static str>> {
    let own = output(Command::new("id").arg("-u"), LIMIT)?;
    Ok((own.trim() == "0").then_some("postgres"))
}

fn id(which: &str) -> Done<u32> {
    let text = output(Command::new("id").args([which, "postgres"]), LIMIT)?;
    text.trim().parse().map_err(|_| format!("id {which} postgres printed {text}"))
}
