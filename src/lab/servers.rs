//! The servers of a lab made here: started together, made anew together, ended together.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use crate::secret::Secret;

use super::place::Place;
use super::process::lock;
use super::programs::{Programs, System};
use super::{
    Access, Kept, Kubernetes, LabError, Listening, Postgres, Vault, VaultOptions, kept, trace,
};

/// What a lab is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The servers that it has.
    pub systems: Vec<System>,
    /// How Vault is started.
    pub vault: VaultOptions,
    /// PostgreSQL's superuser, as the challenge knows it.
    pub superuser: (String, Secret),
    /// Where PostgreSQL listens, on an address of the lab's own.
    pub postgres_port: u16,
    /// Where the directories of labs are.
    pub parent: PathBuf,
    /// Whether the servers outlive this process, once they are left.
    pub stays: bool,
    /// Servers that run already and are taken as they are: neither made anew nor ended.
    pub running: Access,
}

/// The port on which every challenge expects PostgreSQL.
pub const POSTGRES_PORT: u16 = 5432;

/// The servers of a lab. They end when this is dropped.
#[derive(Debug)]
pub struct Servers {
    vault: Option<Vault>,
    postgres: Option<Postgres>,
    kubernetes: Option<Kubernetes>,
    running: Access,
    search_path: String,
    /// What the challenge gives its learner beyond that.
    variables: BTreeMap<String, String>,
    place: Place,
}

impl Servers {
    /// Starts all servers at once and waits until they answer.
    pub fn start(programs: &Programs, options: &Options) -> Result<Self, LabError> {
        let port = options.postgres_port;
        let wanted = |system| options.systems.contains(&system);
        let needed = wanted(System::Postgres).then_some(port);
        let place = Place::claim(programs, &options.parent, needed, options.stays)?;
        let below = |name: &str| place.directory().join(name);
        let start_vault = || Vault::start(&place, programs, &below("vault"), &options.vault);
        let start_postgres = || {
            let socket = SocketAddr::new(place.service_ip(), port);
            let superuser = (options.superuser.0.as_str(), &options.superuser.1);
            Postgres::start(&place, programs, socket, &below("postgres"), superuser)
        };
        let start_kubernetes = || Kubernetes::start(&place, programs, &below("kubernetes"), &[]);
        let failure = Failure::default();
        let (vault, postgres, kubernetes) = thread::scope(|scope| {
            let (place, failure) = (&place, &failure);
            let vault = wanted(System::Vault)
                .then(|| scope.spawn(move || failure.note(place, start_vault())));
            let postgres = wanted(System::Postgres)
                .then(|| scope.spawn(move || failure.note(place, start_postgres())));
            let kubernetes = wanted(System::Kubernetes)
                .then(|| scope.spawn(move || failure.note(place, start_kubernetes())));
            (vault.and_then(join), postgres.and_then(join), kubernetes.and_then(join))
        });
        if let Some(error) = failure.first() {
            return Err(error);
        }
        let search_path = programs.search_path();
        let running = options.running.clone();
        let variables = BTreeMap::new();
        Ok(Self { vault, postgres, kubernetes, running, search_path, variables, place })
    }

    /// Makes all servers as they were just after the start: nothing of what was done since is left.
    ///
    /// `cargo test --test live -- lab::reset` prints how long that takes. Seen on two cores that others were using too:
    /// 0.45 to 0.7 s for Vault and PostgreSQL, 0.4 to 0.8 s for all three, and 1 s where a namespace was just being
    /// deleted (twice that on a machine that is very busy); a start of all takes 4 to 9 s.
    pub fn reset(&mut self) -> Result<(), LabError> {
        let Self { vault, postgres, kubernetes, .. } = self;
        let done = thread::scope(|scope| {
            let vault = vault.as_mut().map(|vault| scope.spawn(|| vault.reset()));
            let postgres = postgres.as_mut().map(|postgres| scope.spawn(|| postgres.reset()));
            let kubernetes = kubernetes.as_mut().map(|cluster| scope.spawn(|| cluster.reset()));
            [vault, postgres, kubernetes].map(|handle| handle.map(join))
        });
        done.into_iter().flatten().collect()
    }

    /// The ways into the servers, those that ran already among them.
    pub fn access(&self) -> Access {
        let running = self.running.clone();
        Access {
            vault: self.vault.as_ref().map(Vault::access).or(running.vault),
            postgres: self.postgres.as_ref().map(Postgres::access).or(running.postgres),
            kubernetes: self.kubernetes.as_ref().map(Kubernetes::access).or(running.kubernetes),
        }
    }

    /// The environment of a learner's shell in the lab, and nothing of the caller's own.
    pub fn environment(&self, home: &Path) -> BTreeMap<String, String> {
        let mut all = BTreeMap::from(
            [
                ("PATH", self.search_path.clone()),
                ("HOME", home.display().to_string()),
                (trace::VARIABLE, self.directory().display().to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        all.extend(self.leads());
        all
    }

    /// Sets variables that a learner's shell has beyond those that lead to the servers.
    pub fn set(&mut self, variables: BTreeMap<String, String>) {
        self.variables = variables;
    }

    /// The variables that lead a learner's commands to the servers, and what else was set for them.
    pub fn leads(&self) -> BTreeMap<String, String> {
        let access = self.access();
        let mut all = BTreeMap::new();
        let mut set = |name: &str, value: String| all.insert(name.to_owned(), value);
        if let Some(vault) = &access.vault {
            set("VAULT_ADDR", vault.address.clone());
            // A new one has none yet.
            if !vault.token.expose().is_empty() {
                set("VAULT_TOKEN", vault.token.expose().to_owned());
            }
        }
        if let Some(cluster) = &access.kubernetes {
            let own = self.kubernetes.as_ref().map(Kubernetes::kubeconfig);
            let path = own.unwrap_or_else(|| cluster.kubeconfig.clone());
            set("KUBECONFIG", path.display().to_string());
        }
        if let Some(postgres) = &access.postgres {
            set("PGCONNECT_TIMEOUT", "10".to_owned());
            // With a cluster, a Service leads there, as the challenge says.
            if access.kubernetes.is_none() {
                set("PGHOST", postgres.socket.ip().to_string());
                set("PGPORT", postgres.socket.port().to_string());
            }
        }
        all.extend(self.variables.clone());
        all
    }

    /// Leaves the servers running behind this process, with a record for later ones.
    pub fn keep(self) -> Result<Kept, LabError> {
        let own_servers =
            self.vault.is_some() || self.postgres.is_some() || self.kubernetes.is_some();
        let kept = Kept {
            own_servers,
            variables: self.leads(),
            search_path: self.search_path.clone(),
            servers: self.listening(),
            directory: self.directory().to_owned(),
        };
        kept::write(&kept)?;
        self.place.leave();
        Ok(kept)
    }

    fn listening(&self) -> Vec<Listening> {
        let access = self.access();
        let vault = access.vault.map(|vault| {
            let address = vault.address.split("://").last().map(|rest| rest.trim_matches('/'));
            let address = address.map(str::to_owned);
            Listening { name: "vault".to_owned(), shown: vault.address, address }
        });
        let postgres = access.postgres.map(|postgres| {
            let (name, shown) = ("postgres".to_owned(), postgres.socket.to_string());
            Listening { name, address: Some(shown.clone()), shown }
        });
        let kubernetes = access.kubernetes.map(|cluster| {
            let own = self.kubernetes.as_ref();
            let file = format!("as `{}` says", cluster.kubeconfig.display());
            let shown = own.map_or(file, Kubernetes::server);
            let address = own.map(|own| own.address.to_string());
            Listening { name: "kubernetes".to_owned(), shown, address }
        });
        [vault, postgres, kubernetes].into_iter().flatten().collect()
    }

    /// The lab's directory.
    pub fn directory(&self) -> &Path {
        self.place.directory()
    }

    /// The lab's place, for what else is to run and end in it.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// An address of the lab on which nothing listens.
    pub fn nowhere(&self) -> SocketAddr {
        self.place.nowhere()
    }

    /// Its Vault.
    pub fn vault(&self) -> Option<&Vault> {
        self.vault.as_ref()
    }

    /// Its PostgreSQL.
    pub fn postgres(&self) -> Option<&Postgres> {
        self.postgres.as_ref()
    }

    /// Its cluster.
    pub fn kubernetes(&self) -> Option<&Kubernetes> {
        self.kubernetes.as_ref()
    }

    /// Ends all servers and removes the lab's files.
    pub fn stop(self) -> Result<(), LabError> {
        self.place.end()
    }
}

/// Why the first server could not be started.
#[derive(Default)]
struct Failure(Mutex<Option<LabError>>);

impl Failure {
    /// Keeps the first error, and ends what the others start: nobody waits for half a lab.
    fn note<T>(&self, place: &Place, started: Result<T, LabError>) -> Option<T> {
        let error = match started {
            Ok(server) => return Some(server),
            Err(error) => error,
        };
        lock(&self.0).get_or_insert(error);
        // What could not be ended is ended with the place, or by the next lab.
        place.end().ok();
        None
    }

    fn first(self) -> Option<LabError> {
        lock(&self.0).take()
    }
}

/// What the thread gives; its panic goes on here.
fn join<T>(handle: thread::ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
