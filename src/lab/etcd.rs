//! The store behind the API server: started, recorded, and put back to what was recorded.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use k8s_openapi::ByteString;
use serde_json::{Value, json};

use super::http::{Request, send};
use super::process::{Process, Stop};
use super::{LabError, Place, Programs};

/// Everything that the API server keeps begins so.
const ROOT: &str = "/registry/";

/// What changes by itself all the time; whole ones that were not there are removed all the same.
const BY_THEMSELVES: [&str; 2] = ["/registry/leases/", "/registry/events/"];

/// What the API server keeps for itself.
const ITS_OWN: [&str; 2] = ["/registry/masterleases/", "/registry/health"];

/// In this order things are removed: first what makes others, so that its controller does not make new ones. What is
/// not named comes between the last two: an unknown kind may have made anything but pods.
const MAKERS: [&[&str]; 3] = [
    &["cronjobs", "deployments", "horizontalpodautoscalers"],
    &["daemonsets", "jobs", "replicasets", "controllers", "statefulsets"],
    &["pods", "services", "endpointslices", "configmaps", "serviceaccounts"],
];

/// How long nothing may be made any more before the store counts as restored: a controller that was just about to
/// make something has then done so, and it was removed too.
const QUIET: Duration = Duration::from_millis(60);

/// The same, after a namespace that was being deleted: its controller goes through everything in a namespace of that
/// name, and must be through before there is another one.
const QUIET_AFTER_NAMESPACES: Duration = Duration::from_millis(800);

/// Where namespaces are.
const NAMESPACES: &str = "/registry/namespaces/";

const LIMIT: Duration = Duration::from_secs(30);

/// A running etcd.
#[derive(Debug)]
pub(super) struct Etcd {
    address: SocketAddr,
    process: Arc<Process>,
    /// The keys just after the start, with what stands there and the revision that is known to be so.
    record: BTreeMap<String, (u64, String)>,
}

impl Etcd {
    /// Starts one with its files in `directory`.
    pub(super) fn start(
        place: &Place,
        programs: &Programs,
        directory: &Path,
    ) -> Result<Self, LabError> {
        let address = SocketAddr::new(place.ip(), place.free_port()?);
        let peer = format!("http://{}", SocketAddr::new(place.ip(), place.free_port()?));
        let client = format!("http://{address}");
        let mut command = place.command(programs.path("etcd")?, None);
        command
            .arg(format!("--data-dir={}", directory.join("etcd").display()))
            .arg(format!("--listen-client-urls={client}"))
            .arg(format!("--advertise-client-urls={client}"))
            .arg(format!("--listen-peer-urls={peer}"))
            .arg(format!("--initial-advertise-peer-urls={peer}"))
            .arg(format!("--initial-cluster=default={peer}"))
            // A whole reset is one transaction, with everything that a challenge may have made.
            .args(["--max-txn-ops=100000", "--max-request-bytes=67108864"])
            .args(["--unsafe-no-fsync", "--log-level=warn"])
            .current_dir(directory);
        let process = place.start("etcd", command, &directory.join("etcd.log"), Stop::Kill)?;
        Ok(Self { address, process, record: BTreeMap::new() })
    }

    /// Why whoever works with it has failed: its own end, if it has ended, else what that one says.
    pub(super) fn blame(&self, error: LabError) -> LabError {
        match self.process.alive() {
            Err(own @ (LabError::Ended { .. } | LabError::Full(_))) => own,
            _ => error,
        }
    }

    /// Waits until it answers.
    pub(super) fn ready(&self) -> Result<(), LabError> {
        self.process
            .until("etcd answers", LIMIT, || self.call("range", &range(ROOT, true)).map(drop))
    }

    /// Where the API server finds it.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes what is there now for what a reset brings back, once nothing is made any more.
    pub(super) fn record(&mut self) -> Result<(), LabError> {
        let started = Instant::now();
        let mut since = Instant::now();
        let mut before = self.revisions()?;
        while since.elapsed() < QUIET * 2 {
            std::thread::sleep(Duration::from_millis(10));
            let now = self.revisions()?;
            let steady = |all: &BTreeMap<String, u64>| {
                all.clone().into_iter().filter(|(key, _)| !by_itself(key)).collect::<Vec<_>>()
            };
            if steady(&now) != steady(&before) {
                since = Instant::now();
            }
            before = now;
            if started.elapsed() > LIMIT {
                return Err(slow(
                    "the new cluster comes to rest",
                    "something is made again and again",
                ));
            }
        }
        let answer = self.call("range", &range(ROOT, false))?;
        for pair in pairs(&answer)? {
            let (key, revision) = key_and_revision(pair)?;
            let value = pair["value"].as_str().unwrap_or_default().to_owned();
            self.record.insert(key, (revision, value));
        }
        Ok(())
    }

    /// Removes what is not in the record and puts back what differs from it, until nothing more comes.
    pub(super) fn restore(&mut self) -> Result<(), LabError> {
        let started = Instant::now();
        let mut since = Instant::now();
        let quiet = if self.namespace_ends()? { QUIET_AFTER_NAMESPACES } else { QUIET };
        loop {
            if self.restore_once()? {
                since = Instant::now();
            }
            if since.elapsed() >= quiet {
                return Ok(());
            }
            if started.elapsed() > LIMIT {
                return Err(slow("the cluster is as it was", "things are made again and again"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What there is, but for what changes by itself.
    pub(super) fn objects(&self) -> Result<BTreeMap<String, u64>, LabError> {
        let mut all = self.revisions()?;
        all.retain(|key, _| !by_itself(key));
        Ok(all)
    }

    /// Whether a namespace is being deleted.
    fn namespace_ends(&self) -> Result<bool, LabError> {
        let answer = self.call("range", &range(NAMESPACES, false))?;
        let ends = |pair: &Value| {
            let value = serde_json::from_value::<ByteString>(pair["value"].clone());
            let phase = b"Terminating";
            value.is_ok_and(|value| value.0.windows(phase.len()).any(|part| part == phase))
        };
        Ok(pairs(&answer)?.iter().any(ends))
    }

    /// Whether something had to be done that does not come by itself.
    fn restore_once(&mut self) -> Result<bool, LabError> {
        let now = self.revisions()?;
        let mut foreign: Vec<&String> =
            now.keys().filter(|key| !self.record.contains_key(*key) && !its_own(key)).collect();
        foreign.sort_by_key(|key| rank(key));
        let changed: Vec<String> = self
            .record
            .iter()
            .filter(|(key, (revision, _))| !by_itself(key) && now.get(*key) != Some(revision))
            .map(|(key, _)| key.clone())
            .collect();
        for one in foreign.chunk_by(|one, other| rank(one) == rank(other)) {
            let removals = one
                .iter()
                .map(|key| json!({ "requestDeleteRange": { "key": base64(key.as_bytes()) } }));
            self.transaction(&removals.collect::<Vec<_>>())?;
        }
        let puts = changed.iter().map(|key| {
            json!({ "requestPut": { "key": base64(key.as_bytes()), "value": self.record[key].1 } })
        });
        let revision = self.transaction(&puts.collect::<Vec<_>>())?;
        for (key, (known, _)) in &mut self.record {
            if changed.contains(key) {
                *known = revision;
            }
        }
        Ok(!changed.is_empty() || foreign.iter().any(|key| !by_itself(key)))
    }

    /// Does all of it at once; gives the revision at which it was done.
    fn transaction(&self, operations: &[Value]) -> Result<u64, LabError> {
        if operations.is_empty() {
            return Ok(0);
        }
        let answer = self.call("txn", &json!({ "success": operations }))?;
        number(&answer["header"]["revision"])
    }

    fn revisions(&self) -> Result<BTreeMap<String, u64>, LabError> {
        let answer = self.call("range", &range(ROOT, true))?;
        pairs(&answer)?.iter().map(key_and_revision).collect()
    }

    fn call(&self, what: &str, body: &Value) -> Result<Value, LabError> {
        let (path, body) = (format!("/v3/kv/{what}"), body.to_string());
        let headers = [("Content-Type", "application/json")];
        let request = Request { method: "POST", path: &path, headers: &headers, body: &body };
        match send(self.address, &request)? {
            (200, text) => serde_json::from_str(&text)
                .map_err(|error| LabError::refused(format!("etcd: {path}: {error}"))),
            (status, _) => Err(LabError::refused(format!("etcd: {path} gave {status}"))),
        }
    }
}

/// All keys that begin so; the last letter is a slash.
fn range(prefix: &str, only_keys: bool) -> Value {
    // The end of the range is the first key behind them: `0` comes after `/`.
    let end = base64(format!("{}0", prefix.trim_end_matches('/')).as_bytes());
    json!({ "key": base64(prefix.as_bytes()), "range_end": end, "keys_only": only_keys })
}

fn pairs(answer: &Value) -> Result<&Vec<Value>, LabError> {
    answer["kvs"].as_array().ok_or_else(|| LabError::refused("etcd: an answer without keys"))
}

fn key_and_revision(pair: &Value) -> Result<(String, u64), LabError> {
    let wrong = || LabError::refused("etcd: a key that is no text");
    let bytes: ByteString = serde_json::from_value(pair["key"].clone()).map_err(|_| wrong())?;
    let key = String::from_utf8(bytes.0).map_err(|_| wrong())?;
    Ok((key, number(&pair["mod_revision"])?))
}

/// The gateway writes 64-bit numbers as texts.
fn number(value: &Value) -> Result<u64, LabError> {
    let number = value.as_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| LabError::refused("etcd: an answer without a revision"))
}

fn base64(bytes: &[u8]) -> Value {
    json!(ByteString(bytes.to_vec()))
}

fn by_itself(key: &str) -> bool {
    BY_THEMSELVES.iter().any(|prefix| key.starts_with(prefix)) || its_own(key)
}

fn its_own(key: &str) -> bool {
    ITS_OWN.iter().any(|prefix| key.starts_with(prefix))
}

/// What is removed first has the lowest rank; namespaces and definitions of kinds go last, with what they hold.
fn rank(key: &str) -> usize {
    let kind = key.strip_prefix(ROOT).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if matches!(kind, "namespaces" | "apiextensions.k8s.io" | "apiregistration.k8s.io") {
        return 4;
    }
    match MAKERS.iter().position(|kinds| kinds.contains(&kind)) {
        Some(2) => 3,
        Some(rank) => rank,
        None => 2,
    }
}

fn slow(what: &str, reason: &str) -> LabError {
    let (what, reason) = (what.to_owned(), reason.to_owned());
    LabError::Slow { what, seconds: LIMIT.as_secs(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_go_before_what_they_make() {
        let ranks = [
            "/registry/deployments/default/api",
            "/registry/replicasets/default/api-5d",
            "/registry/toys.example.com/kites/default/red",
            "/registry/pods/default/api-5d-x",
            "/registry/namespaces/shop",
        ]
        .map(rank);
        assert_eq!(ranks, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn the_range_ends_behind_all_keys_of_the_registry() {
        let range = range(ROOT, true);
        let end: ByteString = serde_json::from_value(range["range_end"].clone()).unwrap();
        assert_eq!(end.0, b"/registry0");
    }
}
