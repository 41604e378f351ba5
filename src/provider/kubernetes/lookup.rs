//! What `kubectl get` prints, for the variables that a text binds with it.

use serde_json::{Map, Value};

use super::answer::Answer;
use super::cli::{Line, Target};
use super::client::{Cluster, Form};
use super::discovery::resolve;
use super::infer::Place;
use super::jsonpath::Template;
use super::resources::{Resource, escaped};
use crate::claim::{Text, Unobservable};
use crate::provider::Call;
use crate::text::ticked;

/// A form of output.
#[derive(Clone, Debug, PartialEq)]
enum Output {
    /// The whole document.
    Json,
    /// `TYPE/NAME` lines.
    Names,
    /// Values picked from the document.
    Picked(Template),
}

/// Flags that change what is printed, or where it is read.
const OTHERS: [&str; 11] = [
    "watch",
    "watch-only",
    "filename",
    "kustomize",
    "raw",
    "subresource",
    "cluster",
    "kubeconfig",
    "server",
    "token",
    "as",
];

/// Whether a command only gets objects, in a form that is worked out here.
pub(super) fn is_lookup(call: &Call) -> bool {
    if !matches!(call.program().as_deref(), Some("kubectl" | "k" | "oc")) {
        return false;
    }
    let Ok(line) = Line::parse(call) else { return false };
    let targets = line.targets(0).unwrap_or_default();
    line.verb == "get"
        && !targets.is_empty()
        // What a secret holds must not become a value that may be shown.
        && targets.iter().all(|target| target.word != "secret" && target.word != "all")
        && OTHERS.iter().all(|flag| !line.has(flag))
        && output(&line).is_some()
}

/// The command with the context and the namespace that commands before it have set, where it names none itself.
pub(super) fn placed(call: &Call, settings: &[(&'static str, Text)]) -> Call {
    let Ok(line) = Line::parse(call) else { return call.clone() };
    let place = Place::set(settings);
    let elsewhere = line.has("context");
    let mut flags = Vec::new();
    let mut add = |name: &str, value: Option<Text>| {
        let value = value.filter(|_| !elsewhere && !line.has(name));
        flags.extend(value.map(|value| value.prefixed(&format!("--{name}="))));
    };
    add("context", place.context);
    add("namespace", place.namespace);
    let mut words = call.words.clone();
    words.splice(1..1, flags);
    Call { words, ..call.clone() }
}

/// What the command prints, without the line break at its end; nothing where an object is not there.
pub(super) async fn look_up(call: &Call, cluster: &Cluster) -> Result<String, Unobservable> {
    let unknown = || Unobservable::NotObserved("the command is not worked out".to_owned());
    let line = Line::parse(call).map_err(|_| unknown())?;
    let output = output(&line).ok_or_else(unknown)?;
    let targets = line.targets(0).map_err(|_| unknown())?;
    let context = line.flag("context").map(known).transpose()?;
    let other = context.map(|name| cluster.in_context(&name));
    let cluster = other.as_deref().unwrap_or(cluster);
    let single = targets.len() == 1 && targets[0].name.is_some();
    let mut found = Vec::new();
    for target in &targets {
        get(&line, target, cluster, &mut found).await?;
    }
    if single && found.is_empty() {
        return Ok(String::new());
    }
    Ok(match output {
        Output::Names => {
            let names = found.iter().map(|(resource, object)| {
                let group = if resource.group.is_empty() { "" } else { "." };
                let name = object["metadata"]["name"].as_str().unwrap_or_default();
                let kind = resource.kind.to_lowercase();
                format!("{kind}{group}{}/{name}", resource.group)
            });
            names.collect::<Vec<_>>().join("\n")
        }
        Output::Json => document(found, single).to_string(),
        Output::Picked(template) => template.picked(&document(found, single)),
    })
}

/// The object, or the list that kubectl's client makes of several.
fn document(found: Vec<(Resource, Value)>, single: bool) -> Value {
    let mut objects = found.into_iter().map(|(_, object)| object);
    if single {
        return objects.next().unwrap_or_default();
    }
    serde_json::json!({
        "apiVersion": "v1",
        "items": objects.collect::<Vec<_>>(),
        "kind": "List",
        "metadata": {"resourceVersion": ""},
    })
}

fn output(line: &Line) -> Option<Output> {
    let output = line.flag("output")?.literal()?;
    match output.split_once('=') {
        None if output == "json" => Some(Output::Json),
        None if output == "name" => Some(Output::Names),
        Some(("jsonpath", template)) => Template::parse(template).map(Output::Picked),
        _ => None,
    }
}

async fn get(
    line: &Line,
    target: &Target,
    cluster: &Cluster,
    found: &mut Vec<(Resource, Value)>,
) -> Result<(), Unobservable> {
    let resource = resolve(cluster, &target.word).await?;
    let namespace = match line.flag("namespace") {
        _ if line.has("all-namespaces") => None,
        Some(text) => Some(known(text)?),
        None => Some(cluster.namespace().await?.to_owned()),
    };
    let name = target.name.as_ref().map(known).transpose()?;
    let mut path = resource.path(namespace.as_deref(), name.as_deref());
    let mut separator = "?";
    for (flag, parameter) in [("selector", "labelSelector"), ("field-selector", "fieldSelector")] {
        if let Some(selector) = line.flag(flag) {
            path.extend([separator, parameter, "=", &escaped(&known(selector)?)]);
            separator = "&";
        }
    }
    match &*cluster.read(&path, Form::Whole).await? {
        Answer::Object(object) if name.is_some() => found.push((resource, clean(object.clone()))),
        Answer::Object(list) => {
            let items = list["items"].as_array().cloned().unwrap_or_default();
            found.extend(items.into_iter().map(|item| {
                let item = typed(item, &resource);
                (resource.clone(), clean(item))
            }));
        }
        Answer::NotFound(_) => {}
        Answer::Forbidden => {
            let place = namespace.map_or("all namespaces".to_owned(), |namespace| {
                format!("namespace {}", ticked(&namespace))
            });
            return Err(Unobservable::Forbidden(format!(
                "the account may not read {} in {place}",
                resource.qualified()
            )));
        }
        Answer::NotServed => {
            let reason = format!("the cluster does not serve {}", resource.qualified());
            return Err(Unobservable::Unexpected(reason));
        }
        Answer::Status(code, _) => {
            return Err(Unobservable::Unexpected(format!("the cluster answered {code}")));
        }
    }
    Ok(())
}

/// The whole value of a text.
fn known(text: &Text) -> Result<String, Unobservable> {
    text.value().ok_or_else(|| {
        let reason = format!("what {} stands for is not known", ticked(&text.shown()));
        Unobservable::NotObserved(reason)
    })
}

/// The entry of a list with its kind: the server leaves it out, and kubectl puts it in.
fn typed(item: Value, resource: &Resource) -> Value {
    let Value::Object(fields) = item else { return item };
    let mut typed = Map::new();
    typed.insert("apiVersion".to_owned(), resource.api_version().into());
    typed.insert("kind".to_owned(), resource.kind.clone().into());
    typed.extend(fields);
    Value::Object(typed)
}

/// Without what kubectl leaves out.
fn clean(mut object: Value) -> Value {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    object
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;

    #[test]
    fn only_a_get_in_a_known_form_is_a_lookup() {
        for (words, is) in [
            ("kubectl get svc -l app=postgres -o=json", true),
            ("k get svc db -o jsonpath={.spec.clusterIP}", true),
            ("k get po -o name", true),
            ("k get po,svc -A -ojson", true),
            ("k get po", false),
            ("k get po -o yaml", false),
            ("k get po -o wide", false),
            ("k get secret s -o json", false),
            ("k get all -o json", false),
            ("k get po -w -o json", false),
            ("k get po -o json --context other", true),
            ("oc get route r -o jsonpath={.spec.host}", true),
            ("helm get values r -o json", false),
            ("k get po -o json --server other", false),
            ("k get -f x.yaml -o json", false),
            ("k delete po a -o name", false),
        ] {
            assert_eq!(is_lookup(&call(words)), is, "{words}");
        }
    }

    #[test]
    fn a_lookup_looks_where_the_text_has_gone() {
        let set = |key: &'static str, value: &str| (key, Text::from(value));
        let went = set("kubernetes/context", "east");
        let named = set("kubernetes/context-named", "east");
        let shop = set("kubernetes/namespace", "shop");
        let shown = |settings: &[(&'static str, Text)], words: &str| {
            let call = placed(&call(words), settings);
            call.words.iter().map(Text::shown).collect::<Vec<_>>().join(" ")
        };
        let in_shop = [shop.clone()];
        for (settings, words, expected) in [
            (&[][..], "k get po -o name", "k get po -o name"),
            (&in_shop, "k get po -o name", "k --namespace=shop get po -o name"),
            (&in_shop, "oc get po -oname", "oc --namespace=shop get po -oname"),
            (&in_shop, "k get po -n x -o name", "k get po -n x -o name"),
            (&in_shop, "k get po --context b -o name", "k get po --context b -o name"),
            (
                &[named, shop.clone(), went.clone()],
                "k get po -o name",
                "k --context=east --namespace=shop get po -o name",
            ),
            (&[shop, went], "k get po -o name", "k --context=east get po -o name"),
        ] {
            assert_eq!(shown(settings, words), expected);
        }
    }
}
