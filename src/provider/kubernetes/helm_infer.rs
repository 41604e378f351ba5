//! What a helm command claims of releases, or why it claims nothing.

use serde_json::Value;

use super::fields::{Address, flatten};
use super::helm_cli::{Line, set_values};
use super::helm_release::ID;
use super::infer::Understood;
use super::oc;
use super::oc_words::NAMESPACE;
use crate::claim::{Claim, Expectation, Field, Meaning, Subject, Text, Verb};
use crate::provider::{Call, Reading, Story, Unseen};

/// The most values of one release that are claimed.
const VALUE_LIMIT: usize = 100;

/// Flags that may name another cluster than the current context's.
const ELSEWHERE: [&str; 4] = ["kube-context", "kubeconfig", "kube-apiserver", "kube-token"];

/// Verbs that only look, or only print.
const READING: [&str; 16] = [
    "",
    "completion",
    "env",
    "help",
    "history",
    "hist",
    "get",
    "inspect",
    "lint",
    "list",
    "ls",
    "search",
    "show",
    "status",
    "template",
    "version",
];

/// Verbs that make files of whoever runs them, or change helm's settings.
const SETTINGS: [&str; 8] =
    ["create", "dep", "dependency", "fetch", "package", "plugin", "pull", "registry"];

/// Reads a command.
pub(super) fn understand(call: &Call, story: &Story) -> Understood {
    if call.program().as_deref() != Some("helm") {
        return Err(Reading::Reads);
    }
    let line = Line::parse(call).map_err(Reading::NotUnderstood)?;
    if line.has("help") || line.is_dry() {
        return Err(Reading::Reads);
    }
    let verb = line.word(0);
    let own = ["KUBECONFIG", "HELM_KUBECONTEXT", "HELM_KUBEAPISERVER"];
    let elsewhere = ELSEWHERE.iter().any(|flag| line.flag(flag).is_some())
        || call.own.iter().any(|(name, _)| own.contains(&name.as_str()));
    match verb.as_str() {
        "list" | "ls" | "status" | "history" | "hist" | "get" if !elsewhere => {
            looked(&line, call, story)
        }
        verb if READING.contains(&verb) || verb == "verify" => Err(Reading::Reads),
        "repo" | "plugin" | "dependency" | "dep" if is_list(&line.word(1)) => Err(Reading::Reads),
        "repo" => oc::not_observable(Unseen::OwnSettings),
        verb if SETTINGS.contains(&verb) => oc::not_observable(Unseen::OwnSettings),
        _ if elsewhere || verb == "push" => oc::not_observable(Unseen::Elsewhere),
        "test" => oc::not_observable(Unseen::ShortLived),
        // Helm 2 kept its releases elsewhere.
        _ if line.flag("name").is_some() || line.has("purge") || line.has("tiller-namespace") => {
            oc::not_observable(Unseen::OtherEdition)
        }
        _ if keeps_elsewhere(call) => oc::not_observable(Unseen::Elsewhere),
        "install" => installed(&line, call, story),
        "upgrade" => upgraded(&line, call, story),
        "rollback" => rolled_back(&line, call, story),
        "uninstall" | "delete" | "del" | "un" => uninstalled(&line, call, story),
        verb => oc::not_understood(&format!("`helm {verb}` is not known")),
    }
}

/// The namespaces that a command makes for its release.
pub(super) fn namespaces(call: &Call, story: &Story) -> Understood {
    let claims = understand(call, story)?;
    let line = Line::parse(call).map_err(Reading::NotUnderstood)?;
    let namespace = namespace(&line, call, story);
    match namespace.filter(|_| line.has("create-namespace") && !claims.is_empty()) {
        Some(namespace) => {
            let there = Expectation::Present(Vec::new());
            Ok(vec![oc::claim(("namespace", &namespace), None, there, Verb::Make)])
        }
        None => Err(Reading::Reads),
    }
}

fn is_list(word: &str) -> bool {
    matches!(word, "" | "list" | "ls")
}

/// Whether releases are kept in something else than Secrets.
fn keeps_elsewhere(call: &Call) -> bool {
    let driver = call.variable("HELM_DRIVER").map(Text::shown);
    driver.is_some_and(|driver| !matches!(driver.as_str(), "" | "secret" | "secrets"))
}

fn namespace(line: &Line, call: &Call, story: &Story) -> Option<Text> {
    let given = line.flag("namespace").or_else(|| call.variable("HELM_NAMESPACE"));
    given.or_else(|| story.setting(NAMESPACE)).cloned()
}

/// A claim on the release of this name.
fn claim(name: &Text, namespace: Option<&Text>, expectation: Expectation, verb: Verb) -> Claim {
    let subject = Subject::new(ID, name.clone());
    match namespace {
        Some(namespace) => {
            let home = Subject::new(super::object::ID, namespace.prefixed("namespace/"));
            Claim::new(subject.with("namespace", namespace.clone()), expectation, verb).within(home)
        }
        None => Claim::new(subject, expectation, verb),
    }
}

/// What the text last did to a release.
fn last<'a>(story: &'a Story, name: &Text, namespace: Option<&Text>) -> Option<&'a Claim> {
    story.last(ID, |claim| {
        let subject = &claim.subject;
        claim.verb.changes() && subject.name == *name && subject.param("namespace") == namespace
    })
}

/// `status NAME` and its like say that a release was there; after its removal, they confirm that.
fn looked(line: &Line, call: &Call, story: &Story) -> Understood {
    let namespace = namespace(line, call, story);
    let verb = line.word(0);
    let place = if verb == "get" { 2 } else { 1 };
    let claims: Vec<Claim> = if matches!(verb.as_str(), "list" | "ls") {
        removed(story, namespace.as_ref(), line.has("all-namespaces"))
    } else {
        let Some(name) = line.arguments.get(place) else { return Err(Reading::Reads) };
        let gone = last(story, name, namespace.as_ref())
            .is_some_and(|claim| claim.expectation == Expectation::Absent);
        let (expectation, verb) = if gone {
            (Expectation::Absent, Verb::Confirm)
        } else {
            (Expectation::Present(Vec::new()), Verb::Read)
        };
        vec![claim(name, namespace.as_ref(), expectation, verb)]
    };
    if claims.is_empty() { Err(Reading::Reads) } else { Ok(claims) }
}

/// The releases that a list does not show any more.
fn removed(story: &Story, namespace: Option<&Text>, everywhere: bool) -> Vec<Claim> {
    let mut gone: Vec<Claim> = Vec::new();
    for claim in story.claims.iter().filter(|claim| claim.subject.kind == ID) {
        gone.retain(|known| known.subject != claim.subject || !claim.verb.changes());
        let here = everywhere || claim.subject.param("namespace") == namespace;
        if claim.verb == Verb::Remove && here {
            gone.push(Claim { verb: Verb::Confirm, ..claim.clone() });
        }
    }
    gone
}

fn installed(line: &Line, call: &Call, story: &Story) -> Understood {
    if line.has("generate-name") || line.flag("name-template").is_some() {
        return oc::not_observable(Unseen::Nameless);
    }
    let (Some(name), Some(chart)) = (line.arguments.get(1), line.arguments.get(2)) else {
        return oc::not_understood("the release or its chart is not in the text");
    };
    let mut fields = chart_fields(line, chart);
    fields.extend(values(line, call));
    let there = Expectation::Present(fields);
    let verb = if line.has("replace") { Verb::Replace } else { Verb::Create };
    Ok(vec![claim(name, namespace(line, call, story).as_ref(), there, verb)])
}

fn upgraded(line: &Line, call: &Call, story: &Story) -> Understood {
    let (Some(name), Some(chart)) = (line.arguments.get(1), line.arguments.get(2)) else {
        return oc::not_understood("the release or its chart is not in the text");
    };
    let namespace = namespace(line, call, story);
    let before = last(story, name, namespace.as_ref());
    let given = line.flags().any(|(flag, _)| flag.starts_with("set") || flag == "values");
    let reused = line.has("reuse-values") || line.has("reset-then-reuse-values");
    // Values that are given take the place of all earlier ones; without any, the earlier ones stay.
    let replaces = line.has("reset-values") || (given && !reused);
    let there_before =
        before.is_some_and(|claim| matches!(claim.expectation, Expectation::Present(_)));
    let mut fields = chart_fields(line, chart);
    let names_version = fields.iter().any(|field| field.path == "version");
    fields.extend(values(line, call));
    let stated = |path: &str| {
        let fields = before.map(|claim| claim.expectation.fields()).unwrap_or_default();
        fields.iter().any(|field| field.path == path && field.meaning != Meaning::Unset)
    };
    // Without a version, it is the newest that the repository has then.
    let another_version = stated("version") && !names_version;
    let verb = match (line.has("install"), there_before) {
        (_, true) if replaces || another_version => Verb::Replace,
        (true, false) if replaces => Verb::Replace,
        (true, _) => Verb::Make,
        (false, _) => Verb::Change,
    };
    if verb != Verb::Replace && stated("rolled-back-to") {
        fields.push(Field::unset("rolled-back-to"));
    }
    Ok(vec![claim(name, namespace.as_ref(), Expectation::Present(fields), verb)])
}

/// `rollback NAME [REVISION]`: all is as it was at an earlier revision, which the text need not say.
fn rolled_back(line: &Line, call: &Call, story: &Story) -> Understood {
    let Some(name) = line.arguments.get(1) else {
        return oc::not_understood("the release is not in the text");
    };
    let namespace = namespace(line, call, story);
    let mut fields = vec![exact("status", "deployed".into())];
    if let Some(revision) = line.arguments.get(2) {
        fields.push(exact("rolled-back-to", revision.clone()));
    }
    let known = last(story, name, namespace.as_ref())
        .is_some_and(|claim| matches!(claim.expectation, Expectation::Present(_)));
    let verb = if known { Verb::Replace } else { Verb::Change };
    Ok(vec![claim(name, namespace.as_ref(), Expectation::Present(fields), verb)])
}

fn uninstalled(line: &Line, call: &Call, story: &Story) -> Understood {
    let namespace = namespace(line, call, story);
    let names = line.arguments.get(1..).unwrap_or_default();
    if names.is_empty() {
        return oc::not_understood("the release is not in the text");
    }
    let gone = |name| {
        claim(name, namespace.as_ref(), Expectation::Absent, Verb::Remove)
            .leniently(line.has("ignore-not-found"))
    };
    Ok(names.iter().map(gone).collect())
}

fn exact(path: &str, value: Text) -> Field {
    Field::new(path, value, Meaning::Exact)
}

/// What the command says of the chart.
fn chart_fields(line: &Line, chart: &Text) -> Vec<Field> {
    let mut fields = vec![exact("status", "deployed".into())];
    let name = chart.literal().and_then(|chart| chart_name(&chart, line.flag("repo").is_some()));
    fields.extend(name.map(|name| exact("chart", name.into())));
    let version = line.flag("version").and_then(Text::literal);
    let version = version.map(|version| version.trim_start_matches('v').to_owned());
    // A range is not a version.
    let whole = |version: &String| {
        let (numbers, _) = version.split_once('-').unwrap_or((version, ""));
        let mut numbers = numbers.split('.');
        let number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        numbers.clone().count() == 3 && numbers.all(number) && !version.contains(['+', ' '])
    };
    fields.extend(version.filter(whole).map(|version| exact("version", version.into())));
    fields
}

/// The name of the chart of a repository. What may be a directory has the name that its own file gives it.
fn chart_name(chart: &str, in_repository: bool) -> Option<String> {
    const FOLDERS: [&str; 8] =
        ["..", "chart", "charts", "deploy", "helm", "kubernetes", "manifests", "~"];
    if let Some(path) = chart.strip_prefix("oci://") {
        let last = path.rsplit('/').next()?.split([':', '@']).next()?;
        return Some(last.to_owned());
    }
    if in_repository {
        return (!chart.contains('/')).then(|| chart.to_owned());
    }
    let (repository, name) = chart.split_once('/')?;
    let plain = !name.contains('/') && !name.contains(".tgz") && !name.is_empty();
    let folder = repository.starts_with('.') || repository.is_empty();
    (plain && !folder && !FOLDERS.contains(&repository)).then(|| name.to_owned())
}

/// The values that the command gives the release, as far as the text says them.
fn values(line: &Line, call: &Call) -> Vec<Field> {
    let mut from_files = Value::Null;
    for (_, file) in line.flags().filter(|(flag, _)| *flag == "values") {
        let text = file.literal().and_then(|name| call.file(&name)).and_then(Text::literal);
        let read = text.and_then(|text| serde_yaml::from_str::<Value>(&text).ok());
        match read {
            Some(read) => merge(&mut from_files, read),
            // What it holds is not known, and may stand above what was read before.
            None => from_files = Value::Null,
        }
    }
    let mut pairs: Vec<(String, Text)> = flatten(&from_files, Address::Name)
        .into_iter()
        .map(|(path, value)| (path, Text::from(plain(&value))))
        .collect();
    for (flag, value) in line.flags() {
        let set = match flag {
            "set" | "set-string" => set_values(value),
            "set-literal" => value
                .split_once('=')
                .and_then(|(path, value)| Some((path.literal()?, value)))
                .map(|(path, value)| (path.clone(), vec![(path, value)]))
                .into_iter()
                .collect(),
            // A file, or JSON: they stand above what a file of values says.
            "set-file" | "set-json" => {
                let path = value.split_once('=').and_then(|(path, _)| path.literal());
                pairs.retain(|(known, _)| path.as_ref().is_some_and(|path| !is_at(known, path)));
                continue;
            }
            _ => continue,
        };
        for (place, values) in set {
            pairs.retain(|(known, _)| !is_at(known, &place) && !is_at(&place, known));
            let is_null =
                |value: &Text| flag == "set" && value.literal().as_deref() == Some("null");
            pairs.extend(values.into_iter().filter(|(_, value)| !is_null(value)));
        }
    }
    pairs.truncate(VALUE_LIMIT);
    pairs.into_iter().map(|(path, value)| value_field(&path, value)).collect()
}

/// Whether a path is another one, or below it.
fn is_at(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn value_field(path: &str, value: Text) -> Field {
    const SECRETS: [&str; 5] = ["pass", "secret", "token", "key", "credential"];
    let lower = path.to_lowercase();
    let sealed = SECRETS.iter().any(|word| lower.contains(word));
    exact(&format!("values.{path}"), if sealed { value.sealed() } else { value })
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Lays one set of values over another, as helm does: maps key by key, everything else as a whole.
fn merge(below: &mut Value, above: Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                merge(below.entry(key).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above,
    }
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;

    fn claimed(words: &str, files: &[(&str, &str)]) -> Vec<String> {
        let files =
            files.iter().map(|(name, text)| ((*name).to_owned(), Text::from(*text))).collect();
        let call = Call { files, ..call(words) };
        let claims = understand(&call, &Story::default()).unwrap();
        let fields = claims[0].expectation.fields().iter();
        let values = fields.filter_map(|field| {
            let path = field.path.strip_prefix("values.")?;
            Some(format!("{path}={}", field.value.value()?))
        });
        values.collect()
    }

    #[test]
    fn values_come_from_files_of_the_text_and_from_the_command_above_them() {
        let one: (&str, &str) = ("one.yaml", "a: {b: 1, c: x}\nlist: [p, q]\n");
        let two: (&str, &str) = ("two.yaml", "a: {b: 2}\nlist: [r]\n");
        for (words, expected) in [
            ("helm install w c -f one.yaml", &["a.b=1", "a.c=x", "list[0]=p", "list[1]=q"][..]),
            ("helm install w c --values=one.yaml -f ./two.yaml", &["a.b=2", "a.c=x", "list[0]=r"]),
            ("helm install w c -f one.yaml -f elsewhere.yaml", &[]),
            ("helm install w c -f elsewhere.yaml -f two.yaml", &["a.b=2", "list[0]=r"]),
            ("helm install w c -f one.yaml --set a.b=3,list={s}", &["a.c=x", "a.b=3", "list[0]=s"]),
            (
                "helm install w c -f one.yaml --set list[0]=s",
                &["a.b=1", "a.c=x", "list[1]=q", "list[0]=s"],
            ),
            ("helm install w c -f one.yaml --set a=null,list=null", &[]),
            ("helm install w c --set a.b=1 --set-file a.b=f", &[]),
            ("helm install w c --set a=1 --set-json b=[1]", &["a=1"]),
        ] {
            assert_eq!(claimed(words, &[one, two]), expected, "{words}");
        }
    }

    #[test]
    fn what_looks_like_a_password_is_sealed() {
        let call = call("helm install w c --set auth.password=hunter2,mode=live");
        let claims = understand(&call, &Story::default()).unwrap();
        let shown: Vec<String> =
            claims[0].expectation.fields().iter().map(|field| field.value.shown()).collect();
        assert_eq!(shown, ["deployed", "the text's value", "live"]);
    }

    #[test]
    fn a_chart_of_a_repository_is_told_from_a_directory() {
        for (chart, in_repository, name) in [
            ("bitnami/nginx", false, Some("nginx")),
            ("oci://registry.lab/a/nginx:1", false, Some("nginx")),
            ("nginx", true, Some("nginx")),
            ("nginx", false, None),
            ("./nginx", false, None),
            ("../charts/nginx", false, None),
            ("/opt/nginx", false, None),
            ("charts/nginx", false, None),
            ("a/b/nginx", false, None),
            ("a/nginx-1.2.3.tgz", false, None),
            ("https://lab/nginx.tgz", false, None),
        ] {
            assert_eq!(chart_name(chart, in_repository).as_deref(), name, "{chart}");
        }
    }
}
