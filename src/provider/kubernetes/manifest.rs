//! Manifests in the text: which objects they name, and with which fields.

use serde_json::Value;

use super::resources::usual_kind;
use super::stated::stated;
use crate::claim::{Field, Text};
use crate::provider::masked::Masked;

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

/// The objects of a manifest with one or more documents; without those that the server is to name.
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
            Value::Object(map) if is_list(map) => {
                let items = map.get("items").and_then(Value::as_array);
                for item in items.into_iter().flatten() {
                    objects.push(named(item, &masked)?);
                }
            }
            object => objects.push(named(object, &masked)?),
        }
    }
    if objects.is_empty() {
        return Err("the manifest names no object".to_owned());
    }
    Ok(objects.into_iter().flatten().collect())
}

fn is_list(map: &serde_json::Map<String, Value>) -> bool {
    let kind = map.get("kind").and_then(Value::as_str);
    kind.is_some_and(|kind| kind.ends_with("List")) && map.contains_key("items")
}

fn named(object: &Value, masked: &Masked) -> Result<Option<Named>, String> {
    let text = |value: &Value| value.as_str().map(|text| masked.unmask(text));
    let (api_version, kind) = (object["apiVersion"].as_str(), object["kind"].as_str());
    let (Some(api_version), Some(kind)) = (api_version, kind) else {
        return Err("the manifest has no `apiVersion` or no `kind`".to_owned());
    };
    let Some(name) = text(&object["metadata"]["name"]) else {
        if object["metadata"]["generateName"].is_string() {
            return Ok(None);
        }
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
    let kind = usual.map_or(String::new(), |resource| resource.kind);
    let fields = if same_version { stated(object, masked, &kind) } else { Vec::new() };
    let namespace = text(&object["metadata"]["namespace"]);
    Ok(Some(Named { word, name, namespace, fields }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Hole, Part};

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
                 spec.template.spec.containers[web].image=nginx:1 \
                 spec.template.spec.containers[web].resources.limits.cpu=1000m",
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
