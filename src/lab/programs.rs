//! The programs of a lab: servers and clients, from PATH or from the cache of servers that were built.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::LabError;

/// A system whose servers a lab may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum System {
    /// A Vault in memory.
    Vault,
    /// A PostgreSQL with a data directory of its own.
    Postgres,
    /// A cluster: etcd, API server, controllers, scheduler, a simulated node.
    Kubernetes,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Vault, Self::Postgres, Self::Kubernetes];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vault => "vault",
            Self::Postgres => "postgres",
            Self::Kubernetes => "kubernetes",
        }
    }

    /// What runs it, and what a learner types at it.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Vault => &["vault"],
            Self::Postgres => &["initdb", "postgres", "psql"],
            Self::Kubernetes => &[
                "etcd",
                "kube-apiserver",
                "kube-controller-manager",
                "kube-scheduler",
                "kwok",
                "kubectl",
            ],
        }
    }
}

/// What every lab needs, whatever its servers are.
const ALWAYS: [&str; 4] = ["bash", "jq", "setpriv", "setsid"];

/// What a learner types, so that its folder belongs on PATH.
const CLIENTS: [&str; 7] = ["vault", "kubectl", "psql", "jq", "helm", "oc", "curl"];

/// What a challenge may ask for and no lab is made of: taken where it is there.
const PERHAPS: [&str; 3] = ["helm", "oc", "curl"];

/// Where distributions keep the server tools of PostgreSQL, off PATH: below folders of this prefix and a version.
const POSTGRES: [(&str, &str); 2] = [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")];

/// The programs of a lab by name.
#[derive(Clone, Debug)]
pub struct Programs {
    paths: BTreeMap<&'static str, PathBuf>,
}

impl Programs {
    /// Finds the programs of these systems; an error names every one that is missing.
    pub fn find(search_path: &OsStr, cache: &Path, systems: &[System]) -> Result<Self, LabError> {
        let of_systems = System::ALL.iter().flat_map(|system| {
            let wanted = systems.contains(system);
            system.programs().iter().map(move |name| (*name, wanted))
        });
        let mut paths = BTreeMap::new();
        let mut names = Vec::new();
        for (name, wanted) in ALWAYS.map(|name| (name, true)).into_iter().chain(of_systems) {
            match find(name, search_path, cache) {
                Some(path) => drop(paths.insert(name, path)),
                None if wanted => names.push(name.to_owned()),
                None => {}
            }
        }
        for name in PERHAPS {
            if let Some(path) = find(name, search_path, cache) {
                paths.insert(name, path);
            }
        }
        if names.is_empty() {
            return Ok(Self { paths });
        }
        Err(LabError::Missing { names, cache: cache.to_owned() })
    }

    /// The path of a program of the systems that were asked for.
    pub fn path(&self, name: &str) -> Result<&Path, LabError> {
        let path = self.paths.get(name).map(PathBuf::as_path);
        path.ok_or_else(|| LabError::refused(format!("no `{name}` was looked for")))
    }

    /// A PATH for a learner's shell: the clients' folders first, then what the machine has.
    pub fn search_path(&self) -> String {
        let mut folders: Vec<String> = Vec::new();
        let own = CLIENTS.iter().filter_map(|name| self.paths.get(name)?.parent());
        let usual = ["/usr/local/bin", "/usr/bin", "/bin"].map(Path::new);
        for folder in own.chain(usual) {
            let folder = folder.display().to_string();
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        folders.join(":")
    }
}

/// PATH first, then where the program is kept otherwise.
fn find(name: &str, search_path: &OsStr, cache: &Path) -> Option<PathBuf> {
    let folders = search_path.as_bytes().split(|byte| *byte == b':').map(OsStr::from_bytes);
    let on_path = folders.map(|folder| Path::new(folder).join(name));
    let mut found = on_path.filter(|path| path.is_absolute() && runs(path));
    // A simulated node needs the stages that say how pods become ready; they lie beside the program.
    let whole = |path: &PathBuf| name != "kwok" || path.with_file_name("stages").is_dir();
    let server = matches!(name, "initdb" | "postgres");
    let packaged = || server.then(|| packaged(name)).flatten();
    found.find(whole).or_else(|| newest(cache, name)).or_else(packaged)
}

fn packaged(name: &str) -> Option<PathBuf> {
    let folders = POSTGRES.iter().flat_map(|(folder, prefix)| {
        versions(Path::new(folder), prefix).into_iter().rev().map(|version| version.join("bin"))
    });
    folders.map(|folder| folder.join(name)).find(|path| runs(path))
}

/// The newest `NAME-VERSION/NAME` of the cache.
fn newest(cache: &Path, name: &str) -> Option<PathBuf> {
    let mut found = versions(cache, &format!("{name}-")).into_iter().rev();
    found.find_map(|folder| Some(folder.join(name)).filter(|path| runs(path)))
}

/// The folders whose name is this prefix and a version, in the order of the versions.
fn versions(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(Vec<u64>, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let version = name.strip_prefix(prefix).map(|text| text.split('.').map(str::parse));
        if let Some(Ok(version)) = version.map(Iterator::collect::<Result<Vec<u64>, _>>) {
            found.push((version, entry.path()));
        }
    }
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

fn runs(path: &Path) -> bool {
    std::fs::metadata(path)
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(folder: &Path, name: &str) {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join(name), "").unwrap();
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.join(name), mode).unwrap();
    }

    #[test]
    fn path_comes_before_the_cache_and_the_newest_of_it() {
        let (path, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let search = path.path().as_os_str();
        for name in ALWAYS {
            program(path.path(), name);
        }
        program(&cache.path().join("vault-1.9.0"), "vault");
        program(&cache.path().join("vault-1.21.1"), "vault");
        program(&cache.path().join("vault-broken"), "vault");
        let found = Programs::find(search, cache.path(), &[System::Vault]).unwrap();
        assert_eq!(found.path("vault").unwrap(), cache.path().join("vault-1.21.1/vault"));
        assert!(found.search_path().starts_with(cache.path().to_str().unwrap()));
        program(path.path(), "vault");
        let found = Programs::find(search, cache.path(), &[System::Vault]).unwrap();
        assert_eq!(found.path("vault").unwrap(), path.path().join("vault"));
    }

    #[test]
    fn everything_that_is_missing_is_named_at_once() {
        let empty = tempfile::tempdir().unwrap();
        let search = empty.path().as_os_str();
        let systems = [System::Vault, System::Kubernetes];
        let Err(LabError::Missing { names, .. }) = Programs::find(search, empty.path(), &systems)
        else {
            panic!("found in an empty folder");
        };
        for name in ["bash", "jq", "setpriv", "setsid", "vault", "etcd", "kwok", "kubectl"] {
            assert!(names.iter().any(|missing| missing == name), "{name}: {names:?}");
        }
        assert!(!names.iter().any(|name| name == "psql"), "{names:?}");
    }

    #[test]
    fn a_simulator_without_its_stages_is_none() {
        let (path, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        program(path.path(), "kwok");
        assert_eq!(find("kwok", path.path().as_os_str(), cache.path()), None);
        std::fs::create_dir(path.path().join("stages")).unwrap();
        assert!(find("kwok", path.path().as_os_str(), cache.path()).is_some());
    }
}
