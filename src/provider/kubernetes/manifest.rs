//! Manifests in a heredoc: which objects they name, and with which fields.

use serde_json::Value;

use super::fields::{Address, decoded, flatten, is_bookkeeping};
use super::resources::usual_kind;
use crate::claim::{Field, Meaning, Part, Text};

/// The most fields of one object that are claimed.
const FIELD_LIMIT: usize = 100;

/// An object of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The canonical word of its kind.
    pub(super) word: String,
    /// Its name.
    pub(super) name: Text,
    /// The namespace that it names itself.
    pub(super) namespace: Option<Text>,
    /// The fields that it names.
    pub(super) fields: Vec<Field>,
}

/// The objects of a manifest with one or more documents.
pub(super) fn objects(manifest: &Text) -> Result<Vec<Named>, String> {
    let masked = Masked::new(manifest);
    // As kubectl reads it: `yes` is true and 0644 is octal.
    let options = serde_yaml::options! { legacy_octal_numbers: true };
    let documents: Vec<Value> = serde_yaml::from_multiple_with_options(&masked.text, options)
        .map_err(|_| "the manifest is not YAML".to_owned())?;
    let mut objects = Vec::new();
    for document in documents {
        match &document {
            Value::Null => {}
            Value::Object(map) if map.get("kind") == Some(&Value::from("List")) => {
                let items = map.get("items").and_then(Value::as_array);
                for item in items.into_iter().flatten() {
                    objects.push(named(item, &masked)?);
                }
            }
            object => objects.push(named(object, &masked)?),
        }
    }
    if objects.is_empty() { Err("the manifest names no object".to_owned()) } else { Ok(objects) }
}

fn named(object: &Value, masked: &Masked) -> Result<Named, String> {
    let text = |value: &Value| value.as_str().map(|text| masked.restored(text));
    let (api_version, kind) = (object["apiVersion"].as_str(), object["kind"].as_str());
    let (Some(api_version), Some(kind)) = (api_version, kind) else {
        return Err("the manifest has no `apiVersion` or no `kind`".to_owned());
    };
    let Some(name) = text(&object["metadata"]["name"]) else {
        return Err(format!("the manifest gives its `{kind}` no name"));
    };
    let usual = usual_kind(api_version, kind);
    let group = api_version.split_once('/').map(|(group, _)| group);
    let word = usual.as_ref().map_or_else(
        || match group {
            Some(group) => format!("{kind}.{group}").to_lowercase(),
            None => kind.to_lowercase(),
        },
        |resource| resource.word.clone(),
    );
    // Another version of a kind may spell its fields in another way than the one that is read.
    let same_version = usual.as_ref().is_none_or(|usual| usual.api_version() == api_version);
    let fields = if same_version { fields(object, masked) } else { Vec::new() };
    Ok(Named { word, name, namespace: text(&object["metadata"]["namespace"]), fields })
}

fn fields(object: &Value, masked: &Masked) -> Vec<Field> {
    let secret = object["kind"] == "Secret";
    let mut fields = Vec::new();
    for (path, value) in flatten(object, Address::Name) {
        let known = !masked.holds(&path) && !is_bookkeeping(&path) && !is_identity(&path);
        if !known || is_quantity(&path) {
            continue;
        }
        let plain = match &value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if secret && let Some(key) = path.strip_prefix("stringData.") {
            fields.push(sealed_field(key, masked.restored(&plain)));
        } else if secret && let Some(key) = path.strip_prefix("data.") {
            if let Some(text) = decoded(&plain) {
                fields.push(sealed_field(key, Text::from(text)));
            }
        } else {
            fields.push(Field::new(&path, masked.restored(&plain), Meaning::Exact));
        }
    }
    fields.truncate(FIELD_LIMIT);
    fields
}

/// A field of a secret: its value is compared and never shown, though the text itself shows it.
pub(super) fn sealed_field(key: &str, value: Text) -> Field {
    Field::new(format!("data.{key}"), value.sealed(), Meaning::Exact)
}

fn is_identity(path: &str) -> bool {
    matches!(path, "apiVersion" | "kind" | "metadata.name" | "metadata.namespace")
}

/// The server writes `1000m` as `1`: not compared, as it could only be wrong.
fn is_quantity(path: &str) -> bool {
    const PLACES: [&str; 8] = [
        ".limits.",
        ".requests.",
        ".hard.",
        ".capacity.",
        ".default.",
        ".defaultRequest.",
        ".max.",
        ".min.",
    ];
    PLACES.iter().any(|place| path.contains(place)) || path.ends_with("sizeLimit")
}

/// A text with a word of our own in the place of each hole, so that YAML can be read around them.
struct Masked {
    text: String,
    /// The words, with what they stand for.
    holes: Vec<(String, Part)>,
}

impl Masked {
    fn new(text: &Text) -> Self {
        let mut masked = Self { text: String::new(), holes: Vec::new() };
        for part in text.parts() {
            if let Part::Literal(literal) = part {
                masked.text.push_str(literal);
            } else {
                let word = format!("labproof-hole-{}-", masked.holes.len());
                masked.text.push_str(&word);
                masked.holes.push((word, part.clone()));
            }
        }
        masked
    }

    fn holds(&self, text: &str) -> bool {
        self.holes.iter().any(|(word, _)| text.contains(word.as_str()))
    }

    /// A piece of the text with its holes back in place.
    fn restored(&self, mut text: &str) -> Text {
        let mut restored = Text::default();
        loop {
            let next =
                self.holes.iter().filter_map(|(word, part)| Some((text.find(word)?, word, part)));
            let Some((at, word, part)) = next.min_by_key(|(at, ..)| *at) else { break };
            if at > 0 {
                restored.push(Part::Literal(text[..at].to_owned()));
            }
            restored.push(part.clone());
            text = &text[at + word.len()..];
        }
        if !text.is_empty() || restored.parts().is_empty() {
            restored.push(Part::Literal(text.to_owned()));
        }
        restored
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Hole;

    fn shown(objects: &[Named]) -> Vec<String> {
        objects
            .iter()
            .map(|object| {
                let fields: Vec<String> = object
                    .fields
                    .iter()
                    .map(|f| format!("{}={}", f.path, f.value.shown()))
                    .collect();
                let namespace = object.namespace.as_ref().map_or(String::new(), Text::shown);
                format!("{namespace}:{}/{} {}", object.word, object.name.shown(), fields.join(" "))
            })
            .collect()
    }

    #[test]
    fn a_manifest_names_its_objects_and_their_fields() {
        let manifest = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: web
        image: nginx:1
        resources: {limits: {cpu: 1000m}}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {password: hunter2}
data: {user: YWRtaW4=}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: c}
spec: {dnsNames: [a, b], ready: yes, mode: 0644}
";
        let found = objects(&Text::from(manifest)).unwrap();
        assert_eq!(
            shown(&found),
            [
                "shop:deployment/web spec.replicas=3 \
                 spec.template.spec.containers[web].name=web \
                 spec.template.spec.containers[web].image=nginx:1",
                ":secret/s data.password=the text's value data.user=the text's value",
                ":certificate.cert-manager.io/c spec.dnsNames[0]=a spec.dnsNames[1]=b spec.ready=true spec.mode=420",
            ]
        );
        assert!(found[1].fields[0].value.matches("hunter2"));
        assert!(found[1].fields[1].value.matches("admin"));
    }

    #[test]
    fn holes_stay_holes() {
        let mut manifest = Text::from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c-");
        manifest.push(Part::Hole(Hole::Unbound("$N".into())));
        manifest.push(Part::Literal("}\ndata: {url: 'http://".into()));
        manifest.push(Part::Hole(Hole::Unbound("$H".into())));
        manifest.push(Part::Literal(":80'}\n".into()));
        let found = objects(&manifest).unwrap();
        assert_eq!(shown(&found), [":configmap/c-$N data.url=http://$H:80"]);
    }

    #[test]
    fn what_is_no_manifest_is_said() {
        for (manifest, reason) in [
            ("{{{", "the manifest is not YAML"),
            ("", "the manifest names no object"),
            ("a: 1", "the manifest has no `apiVersion` or no `kind`"),
            ("apiVersion: v1\nkind: Pod\n", "the manifest gives its `Pod` no name"),
        ] {
            assert_eq!(objects(&Text::from(manifest)).unwrap_err(), reason);
        }
    }

    #[test]
    fn another_version_of_a_kind_claims_only_that_it_is_there() {
        let manifest = "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\n\
                        metadata: {name: h}\nspec: {targetCPUUtilizationPercentage: 50}\n";
        assert_eq!(
            shown(&objects(&Text::from(manifest)).unwrap()),
            [":horizontalpodautoscaler/h "]
        );
    }
}
