//! The PostgreSQL of a lab: its own data directory, an own loopback address, and a way in that no learner sees
//! (a second superuser, over the Unix socket only).

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::geteuid;

use crate::secret::Secret;

use super::process::{self, Process, Stop, lock, output, write_private};
use super::wait::until;
use super::{LabError, Place, PostgresAccess, Programs};

const LIMIT: Duration = Duration::from_mins(1);

/// The account that only the lab uses.
pub const KEEPER: &str = "keeper";

/// The account of the machine that root runs PostgreSQL as: it does not run as root.
const ACCOUNT: &str = "postgres";

/// The file that says who may come in.
const RULES: &str = "pg_hba.conf";

/// Data that are put aside.
const KEPT: &str = "kept";

/// Takes every right to read from the public and from whoever owns what is read, the catalogs among it.
const FORBID: &str = "DO $$ DECLARE part record; BEGIN \
    FOR part IN SELECT DISTINCT n.nspname, r.rolname FROM pg_class c \
        JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner \
        WHERE n.nspname !~ '^pg_(toast|temp)' \
    LOOP EXECUTE format('REVOKE SELECT ON ALL TABLES IN SCHEMA %I FROM PUBLIC, %I', \
        part.nspname, part.rolname); END LOOP; END $$";

/// A PostgreSQL that can be stopped, started again and looked at.
#[derive(Debug)]
pub struct Postgres {
    /// Where it listens.
    pub socket: SocketAddr,
    superuser: (String, Secret),
    directory: PathBuf,
    server: PathBuf,
    psql: PathBuf,
    place: Place,
    process: Mutex<Option<Arc<Process>>>,
}

/// A way to log in, as a client would from outside.
#[derive(Clone, Copy, Debug)]
pub struct Login<'a> {
    /// The role.
    pub user: &'a str,
    /// Its password, if one is given.
    pub password: Option<&'a str>,
    /// The database.
    pub database: &'a str,
}

impl Postgres {
    /// Makes a data directory with one superuser and starts the server on `socket`.
    pub fn start(
        place: &Place,
        programs: &Programs,
        socket: SocketAddr,
        directory: &Path,
        superuser: (&str, &Secret),
    ) -> Result<Self, LabError> {
        process::directory(directory)?;
        let postgres = Self {
            socket,
            superuser: (superuser.0.to_owned(), superuser.1.clone()),
            directory: directory.to_owned(),
            server: programs.path("postgres")?.to_owned(),
            psql: programs.path("psql")?.to_owned(),
            place: place.clone(),
            process: Mutex::new(None),
        };
        postgres.make_template(programs.path("initdb")?)?;
        postgres.copy_template()?;
        postgres.launch()?;
        Ok(postgres)
    }

    /// Throws all data away and starts with those of the first start.
    pub fn reset(&mut self) -> Result<(), LabError> {
        if let Some(process) = lock(&self.process).take() {
            self.place.stop_by(&process, Stop::Quit);
        }
        let data = self.directory.join("data");
        std::fs::remove_dir_all(&data).map_err(LabError::file(&data))?;
        self.copy_template()?;
        self.launch()
    }

    /// Starts it again after `stop`, with the data that it had.
    pub fn restart(&self) -> Result<(), LabError> {
        self.stop();
        self.launch()
    }

    /// Stops it and waits for its end; the data stays.
    pub fn stop(&self) {
        if let Some(process) = lock(&self.process).take() {
            self.place.stop(&process);
        }
    }

    /// The way into it.
    pub fn access(&self) -> PostgresAccess {
        let (user, password) = self.superuser.clone();
        PostgresAccess { socket: self.socket, user, password }
    }

    /// Runs SQL as the keeper; rows come back without decoration, one a line.
    pub fn sql(&self, database: &str, text: &str) -> Result<String, LabError> {
        let mut psql = self.psql(KEEPER, database);
        psql.arg("-h").arg(&self.directory).args(["-w", "-At", "-v", "ON_ERROR_STOP=1"]);
        output(psql.args(["-c", text]), LIMIT)
    }

    /// The names of all roles but the built-in ones.
    pub fn roles(&self) -> Result<BTreeSet<String>, LabError> {
        let text = "SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'";
        Ok(self.sql("postgres", text)?.lines().map(str::to_owned).collect())
    }

    /// Whether a login from outside is accepted; the words of the refusal if not.
    pub fn login(&self, login: &Login<'_>) -> Result<(), LabError> {
        let mut psql = self.psql(login.user, login.database);
        psql.args(["-h", &self.socket.ip().to_string(), "-w", "-c", "SELECT 1"]);
        if let Some(password) = login.password {
            psql.env("PGPASSWORD", password);
        }
        output(&mut psql, LIMIT).map(drop)
    }

    /// The directory of its Unix socket.
    pub fn socket_directory(&self) -> &Path {
        &self.directory
    }

    /// The account of the machine that it runs as, where that is another than ours.
    pub fn account(&self) -> Option<&'static str> {
        account()
    }

    /// Ends every session but the keeper's own: pooled connections become cold.
    pub fn end_sessions(&self) -> Result<(), LabError> {
        let text = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity \
                    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        self.sql("postgres", text).map(drop)
    }

    /// Lets nobody in any more, and ends whoever is in: only the keeper comes in over the socket.
    pub fn turn_away(&self) -> Result<(), LabError> {
        self.write(
            RULES,
            &format!("local all {KEEPER} trust\nlocal all all reject\nhost all all all reject\n"),
        )?;
        self.obey_rules("PostgreSQL turns everybody away", true)?;
        self.end_sessions()
    }

    /// Lets in whom it let in at its first start.
    pub fn let_in(&self) -> Result<(), LabError> {
        let first = self.directory.join("template").join(RULES);
        let rules = std::fs::read_to_string(&first).map_err(LabError::file(&first))?;
        self.write(RULES, &rules)?;
        self.obey_rules("PostgreSQL asks for passwords", false)
    }

    /// Has it read its rules, and waits until it goes by them: they come into force some time after the order.
    fn obey_rules(&self, what: &str, away: bool) -> Result<(), LabError> {
        self.sql("postgres", "SELECT pg_reload_conf()")?;
        let login = Login { user: &self.superuser.0, password: None, database: "postgres" };
        until(what, LIMIT, || match self.login(&login) {
            Err(LabError::Refused(said)) if said.contains("pg_hba.conf rejects") == away => Ok(()),
            other => Err(LabError::refused(format!("{other:?}"))),
        })
    }

    /// Lets everybody in, and nobody but the keeper read anything.
    pub fn forbid_reads(&self) -> Result<(), LabError> {
        self.keep_data()?;
        let databases = "SELECT datname FROM pg_database WHERE datallowconn";
        for database in self.sql("postgres", databases)?.lines() {
            self.sql(database, FORBID)?;
        }
        self.sql(
            "postgres",
            &format!("UPDATE pg_authid SET rolsuper = false WHERE rolname <> '{KEEPER}'"),
        )
        .map(drop)
    }

    /// Starts it anew on the data that it had before its reads were forbidden.
    pub fn allow_reads(&self) -> Result<(), LabError> {
        self.stop();
        let data = self.directory.join("data");
        std::fs::remove_dir_all(&data).map_err(LabError::file(&data))?;
        let kept = self.directory.join(KEPT);
        std::fs::rename(&kept, &data).map_err(LabError::file(&kept))?;
        self.launch()
    }

    /// Keeps a copy of its data; they are at rest only while it is stopped.
    fn keep_data(&self) -> Result<(), LabError> {
        self.stop();
        self.copy("data", KEPT)?;
        self.launch()
    }

    /// Writes a file of the data directory, which belongs to the server's account alone.
    pub fn write(&self, name: &str, text: &str) -> Result<(), LabError> {
        let data = self.directory.join("data");
        let path = data.join(name);
        let owner = std::fs::metadata(&data).map_err(LabError::file(&data))?;
        let write = || {
            std::fs::write(&path, text)?;
            chown(&path, Some(owner.uid()), Some(owner.gid()))?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
        };
        write().map_err(LabError::file(&path))
    }

    /// Removes a file of the data directory.
    pub fn remove(&self, name: &str) -> Result<(), LabError> {
        let path = self.directory.join("data").join(name);
        std::fs::remove_file(&path).map_err(LabError::file(&path))
    }

    /// Starts the server without waiting until it lets anybody in.
    pub fn launch_only(&self) -> Result<Arc<Process>, LabError> {
        let mut command = self.place.command(&self.server, account());
        command
            .arg("-D")
            .arg(self.directory.join("data"))
            .args(["-c", &format!("listen_addresses={}", self.socket.ip())])
            .args(["-c", &format!("port={}", self.socket.port())])
            .args(["-c", &format!("unix_socket_directories={}", self.directory.display())])
            // Nothing here outlives the lab, so nothing needs to reach the disk, nor memory that a kill leaves.
            .args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off"])
            .args(["-c", "dynamic_shared_memory_type=mmap"])
            .args(["-c", "shared_buffers=16MB", "-c", "max_connections=40"])
            .current_dir(&self.directory);
        let log = self.directory.with_extension("log");
        let process = self.place.start("postgres", command, &log, Stop::Interrupt)?;
        *lock(&self.process) = Some(Arc::clone(&process));
        Ok(process)
    }

    /// Starts it and waits until it lets clients in.
    fn launch(&self) -> Result<(), LabError> {
        let process = self.launch_only()?;
        process.until("PostgreSQL answers", LIMIT, || self.ready(&process))
    }

    /// What its own note says: the number of the process that wrote it, and in the last line how far it is.
    fn ready(&self, process: &Process) -> Result<(), LabError> {
        let path = self.directory.join("data/postmaster.pid");
        let note = std::fs::read_to_string(&path).map_err(LabError::file(&path))?;
        let mut lines = note.lines();
        let same = lines.next().and_then(|line| line.trim().parse().ok()) == process.id();
        let state = lines.nth(6).unwrap_or_default().trim();
        if same && state == "ready" {
            return Ok(());
        }
        Err(LabError::refused(state))
    }

    /// The data that every start begins with: one superuser, and the keeper.
    fn make_template(&self, initdb: &Path) -> Result<(), LabError> {
        let word = self.directory.join("password");
        write_private(&word, self.superuser.1.expose())?;
        if account().is_some() {
            let (user, group) = (id(&self.place, "-u")?, id(&self.place, "-g")?);
            for path in [&self.directory, &word] {
                chown(path, Some(user), Some(group)).map_err(LabError::file(path))?;
            }
        }
        let template = self.directory.join("template");
        let mut command = self.place.command(initdb, account());
        command
            .args(["--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256"])
            // A small log of writes, since each start copies it.
            .args(["--encoding=UTF8", "--locale=C", "--wal-segsize=1", "-U", &self.superuser.0])
            .arg(format!("--pwfile={}", word.display()))
            .arg(format!("--pgdata={}", template.display()))
            .current_dir(&self.directory);
        output(&mut command, LIMIT)?;
        std::fs::remove_file(&word).map_err(LabError::file(&word))?;
        let order = self.directory.join("keeper.sql");
        write_private(&order, &format!("CREATE ROLE {KEEPER} SUPERUSER LOGIN\n"))?;
        let input = std::fs::File::open(&order).map_err(LabError::file(&order))?;
        let mut single = self.place.command(&self.server, account());
        single
            .args(["--single", "-F", "-c", "dynamic_shared_memory_type=mmap", "-D"])
            .arg(&template)
            .arg("postgres")
            .stdin(input);
        output(single.current_dir(&self.directory), LIMIT).map(drop)
    }

    fn copy_template(&self) -> Result<(), LabError> {
        self.copy("template", "data")
    }

    fn copy(&self, from: &str, to: &str) -> Result<(), LabError> {
        let mut copy = self.place.command(Path::new("cp"), account());
        copy.args(["-a", "--reflink=auto", from, to]).current_dir(&self.directory);
        output(&mut copy, LIMIT).map(drop)
    }

    fn psql(&self, user: &str, database: &str) -> Command {
        let mut command = self.place.command(&self.psql, None);
        command.env("PGCONNECT_TIMEOUT", "10").stdin(Stdio::null()).args([
            "-X",
            "-q",
            "-p",
            &self.socket.port().to_string(),
            "-U",
            user,
            "-d",
            database,
        ]);
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.place.ends_with_owner() {
            self.stop();
        }
    }
}

fn account() -> Option<&'static str> {
    geteuid().is_root().then_some(ACCOUNT)
}

/// A number of the account: `-u` its own, `-g` its group's.
fn id(place: &Place, which: &str) -> Result<u32, LabError> {
    let text = output(place.command(Path::new("id"), None).args([which, ACCOUNT]), LIMIT)?;
    let wrong = || LabError::refused(format!("`id {which} {ACCOUNT}` printed `{}`", text.trim()));
    text.trim().parse().map_err(|_| wrong())
}
