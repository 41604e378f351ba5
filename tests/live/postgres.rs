//! The PostgreSQL of the harness: a lab's own, and the odd states that trials put it into.

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use labproof::lab::{KEEPER, Login, Place, Programs};
use labproof::secret::Secret;

use crate::certificates::Pair;
use crate::wait::{Done, until};

const LIMIT: Duration = Duration::from_mins(1);

/// A PostgreSQL that can also speak TLS, trust everybody, or start for ever.
pub(crate) struct Postgres(labproof::lab::Postgres);

impl Postgres {
    /// Makes a data directory with one superuser and starts the server on `socket`.
    pub(crate) fn start(
        place: &Place,
        servers: &Programs,
        socket: SocketAddr,
        directory: &Path,
        superuser: (&str, &str),
    ) -> Done<Postgres> {
        let (user, password) = (superuser.0, Secret::new(superuser.1));
        let superuser = (user, &password);
        let started = labproof::lab::Postgres::start(place, servers, socket, directory, superuser);
        Ok(Postgres(started?))
    }

    /// Starts it again where a stand-in has listened: a child that another trial was just forking may hold the
    /// stand-in's listener until it runs its own program.
    pub(crate) fn back(&self) -> Done<()> {
        until("PostgreSQL is back at its address", LIMIT, || Ok(self.restart()?))
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
        self.sql("postgres", "SELECT pg_reload_conf()")?;
        Ok(())
    }

    /// Starts it again with this certificate; `who` may come in: `hostssl` or `hostnossl`.
    pub(crate) fn speak_tls(&self, pair: &Pair, who: &str) -> Done<()> {
        for (from, name) in [(&pair.certificate, "server.crt"), (&pair.key, "server.key")] {
            let text = std::fs::read_to_string(from).map_err(|error| error.to_string())?;
            self.write(name, &text)?;
        }
        self.sql("postgres", "ALTER SYSTEM SET ssl = on")?;
        self.rules(who, "scram-sha-256")?;
        Ok(self.restart()?)
    }

    /// Starts it again without TLS; it then takes everybody with a password.
    pub(crate) fn speak_no_tls(&self) -> Done<()> {
        self.sql("postgres", "ALTER SYSTEM RESET ssl")?;
        self.rules("host", "scram-sha-256")?;
        Ok(self.restart()?)
    }

    /// Starts it again as a standby that nobody sends anything: it starts up for ever (57P03).
    pub(crate) fn start_for_ever(&self, user: &str) -> Done<()> {
        self.sql("postgres", "ALTER SYSTEM SET hot_standby = off")?;
        self.stop();
        self.write("standby.signal", "")?;
        self.launch_only()?.until("PostgreSQL says that it is starting", LIMIT, || {
            let login = Login { user, password: None, database: "postgres" };
            let refused = self.login(&login).err().map(String::from).unwrap_or_default();
            let starting = refused.contains("the database system is");
            if starting { Ok(()) } else { Err(refused) }
        })
    }

    /// Makes it a server of its own again.
    pub(crate) fn start_at_last(&self) -> Done<()> {
        self.stop();
        self.remove("standby.signal")?;
        self.restart()?;
        self.sql("postgres", "ALTER SYSTEM RESET hot_standby")?;
        Ok(())
    }

    /// Replaces the rules for connections over TCP, of this kind.
    fn rules(&self, kind: &str, method: &str) -> Done<()> {
        self.write("pg_hba.conf", &format!("local all all trust\n{kind} all all all {method}\n"))?;
        self.sql("postgres", "SELECT pg_reload_conf()")?;
        Ok(())
    }
}

impl Deref for Postgres {
    type Target = labproof::lab::Postgres;

    fn deref(&self) -> &labproof::lab::Postgres {
        &self.0
    }
}
