//! What a helm command gives a release: its chart, and its values.

use serde_json::Value;

use super::fields::{Address, flatten};
use super::helm_cli::{Line, set_values};
use crate::claim::{Field, Meaning, Text};
use crate::provider::Call;

/// The most values of one release that are claimed.
const VALUE_LIMIT: usize = 100;

/// What the command says of the chart.
pub(super) fn chart_fields(line: &Line, chart: &Text) -> Vec<Field> {
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

/// A field as the command spells it.
pub(super) fn exact(path: &str, value: Text) -> Field {
    Field::new(path, value, Meaning::Exact)
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
pub(super) fn values(line: &Line, call: &Call) -> Vec<Field> {
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
    use super::super::helm_infer::understand;
    use super::*;
    use crate::provider::Story;

    fn claimed(words: &str, files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), Text::from(*text)));
        let call = Call { files: files.collect(), ..call(words) };
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
