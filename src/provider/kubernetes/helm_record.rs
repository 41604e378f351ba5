//! Helm's own record of a revision: JSON, gzipped, in base64, in a Secret that is base64 once more.

use std::io::{BufReader, Read as _};

use flate2::read::GzDecoder;
use k8s_openapi::ByteString;
use serde::Deserialize;
use serde_json::Value;

use super::fields::{Address, flatten};
use crate::claim::Facts;
use crate::secret::Secret;

/// The most of an unpacked record that is read: a Secret holds 1 MiB, and text packs well.
const UNPACKED_LIMIT: u64 = 32 * 1024 * 1024;

/// What helm says when it has rolled back.
const ROLLED_BACK: &str = "Rollback to ";

/// What is read of a record. Its templates and manifests are passed over unread.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    info: Info,
    chart: Chart,
    config: Option<Value>,
    version: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Info {
    status: String,
    description: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chart {
    metadata: Option<Metadata>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    name: String,
    version: String,
    app_version: String,
}

impl Record {
    /// Reads the record out of its Secret.
    pub(super) fn of(secret: &Value) -> Option<Self> {
        let outer = bytes(secret["data"]["release"].as_str()?)?;
        let packed = bytes(std::str::from_utf8(&outer).ok()?)?;
        let record: Self = if packed.starts_with(&[0x1f, 0x8b]) {
            let unpacked = GzDecoder::new(packed.as_slice()).take(UNPACKED_LIMIT);
            serde_json::from_reader(BufReader::new(unpacked)).ok()?
        } else {
            serde_json::from_slice(&packed).ok()?
        };
        (!record.info.status.is_empty()).then_some(record)
    }

    /// What may be compared of it. A value may be a password, whatever its name.
    pub(super) fn facts(&self) -> Facts {
        let mut facts = Facts::none().with("status", self.info.status.as_str());
        facts = facts.with("revision", self.version);
        if let Some(chart) = &self.chart.metadata {
            let version = chart.version.trim_start_matches('v');
            facts = facts.with("chart", chart.name.as_str()).with("version", version);
            facts = facts.with("app-version", chart.app_version.as_str());
        }
        let back = self.info.description.strip_prefix(ROLLED_BACK);
        if let Some(revision) = back.and_then(|text| text.parse::<u64>().ok()) {
            facts = facts.with("rolled-back-to", revision);
        }
        for (path, value) in flatten(self.config.as_ref().unwrap_or(&Value::Null), Address::Both) {
            let text = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            facts = facts.sealed(format!("values.{path}"), Secret::new(text));
        }
        facts
    }
}

fn bytes(base64: &str) -> Option<Vec<u8>> {
    let bytes: ByteString = serde_json::from_value(Value::String(base64.to_owned())).ok()?;
    Some(bytes.0)
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use serde_json::json;

    use super::*;
    use crate::claim::Fact;

    fn base64(bytes: &[u8]) -> String {
        let value = serde_json::to_value(ByteString(bytes.to_vec())).unwrap();
        value.as_str().unwrap().to_owned()
    }

    /// A Secret as helm writes it.
    pub(in crate::provider::kubernetes) fn secret(record: &Value) -> Value {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(record.to_string().as_bytes()).unwrap();
        let inner = base64(&packed.finish().unwrap());
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "helm.sh/release.v1",
            "data": {"release": base64(inner.as_bytes())},
        })
    }

    pub(in crate::provider::kubernetes) fn record() -> Value {
        json!({
            "name": "web",
            "namespace": "shop",
            "version": 3,
            "info": {"status": "deployed", "description": "Rollback to 1"},
            "chart": {
                "metadata": {"name": "nginx", "version": "v1.2.3", "appVersion": "1.27"},
                "templates": [{"name": "a", "data": "e30="}],
                "values": {"a": 1},
            },
            "manifest": "---\n",
            "config": {"replicas": 2, "auth": {"password": "hunter2"}, "hosts": ["a", "b"]},
        })
    }

    #[test]
    fn a_record_is_unpacked_and_its_values_are_sealed() {
        let facts = Record::of(&secret(&record())).unwrap().facts();
        for (path, value) in [
            ("status", json!("deployed")),
            ("revision", json!(3)),
            ("chart", json!("nginx")),
            ("version", json!("1.2.3")),
            ("app-version", json!("1.27")),
            ("rolled-back-to", json!(1)),
        ] {
            assert_eq!(facts.get(path), Some(&Fact::Plain(value)), "{path}");
        }
        for (path, value) in [
            ("values.replicas", "2"),
            ("values.auth.password", "hunter2"),
            ("values.hosts[1]", "b"),
        ] {
            let sealed = Fact::Sealed(Secret::new(value));
            assert_eq!(facts.get(path), Some(&sealed), "{path}");
        }
    }

    #[test]
    fn a_record_without_gzip_is_read_and_anything_else_is_none() {
        let plain = base64(base64(record().to_string().as_bytes()).as_bytes());
        assert!(Record::of(&json!({"data": {"release": plain}})).is_some());
        let nothing = base64(base64(b"{}").as_bytes());
        let cut = {
            let whole = secret(&record());
            let text = bytes(whole["data"]["release"].as_str().unwrap()).unwrap();
            base64(&text[..text.len() / 8 * 4])
        };
        for release in [json!(nothing), json!(cut), json!("%%"), json!(1), json!(null)] {
            assert!(Record::of(&json!({"data": {"release": release}})).is_none());
        }
    }
}
