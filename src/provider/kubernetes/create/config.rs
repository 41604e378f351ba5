//! ConfigMaps and Secrets as kubectl makes them: from literals, files and files of variables.

use super::super::cli::Line;
use super::super::stated::sealed_field;
use super::{exact, given};
use crate::claim::{Field, Meaning, Text};
use crate::provider::Call;
use crate::provider::masked::Masked;

pub(super) fn config_map(line: &Line, call: &Call) -> Vec<Field> {
    data(line, call, |key, value, meaning| Field::new(format!("data.{key}"), value, meaning))
}

pub(super) fn secret(line: &Line, call: &Call, form: &str) -> Vec<Field> {
    match form {
        "generic" => {
            let sealed = |key: &str, value, meaning| Field { meaning, ..sealed_field(key, value) };
            let mut fields = data(line, call, sealed);
            fields.extend(given(line, "type", "type"));
            fields
        }
        "tls" => {
            let mut fields = vec![exact("type", "kubernetes.io/tls")];
            for (flag, key) in [("cert", "tls.crt"), ("key", "tls.key")] {
                let file = line.flag(flag).and_then(|name| call.file(&name.literal()?));
                let known = file.map(|text| sealed_field(key, text.clone()));
                fields.extend(known.map(|field| Field { meaning: Meaning::FileText, ..field }));
            }
            fields
        }
        "docker-registry" => {
            vec![exact("type", "kubernetes.io/dockerconfigjson"), there(".dockerconfigjson")]
        }
        _ => Vec::new(),
    }
}

/// A key that is there; its value is not in the text.
fn there(key: &str) -> Field {
    Field::new(format!("data.{key}"), "any value", Meaning::AnyValue)
}

/// The entries of `--from-literal`, `--from-file` and `--from-env-file`, as far as the text says them.
fn data(line: &Line, call: &Call, field: impl Fn(&str, Text, Meaning) -> Field) -> Vec<Field> {
    let mut fields = Vec::new();
    for pair in line.all("from-literal") {
        let Some((key, value)) = pair.split_once('=') else { continue };
        let Some(key) = key.literal() else { continue };
        // kubectl takes quotes around a whole value off only where the shell has left them.
        fields.push(field(&key, value, Meaning::Exact));
    }
    for source in line.all("from-file") {
        let (key, file) = match source.split_once('=') {
            Some((key, file)) => (key.literal(), file.literal()),
            None => (None, source.literal()),
        };
        let Some(file) = file else { continue };
        let base = file.rsplit('/').next().unwrap_or(&file);
        match (call.file(&file), &key) {
            (Some(text), _) => {
                let key = key.as_deref().unwrap_or(base);
                fields.push(field(key, text.clone(), Meaning::FileText));
            }
            (None, Some(key)) => fields.push(there(key)),
            // Without a key it may be a folder, whose files are not in the text.
            (None, None) => {}
        }
    }
    for file in line.all("from-env-file").filter_map(Text::literal) {
        let Some(text) = call.file(&file) else { continue };
        fields.extend(
            variables(text).into_iter().map(|(key, value)| field(&key, value, Meaning::Exact)),
        );
    }
    fields
}

/// The `KEY=VALUE` lines of a file of variables.
fn variables(text: &Text) -> Vec<(String, Text)> {
    let masked = Masked::new(text);
    let lines = masked.text.lines().map(str::trim_start);
    let pairs = lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let pairs = pairs.filter(|(key, _)| !masked.holds(key));
    pairs.map(|(key, value)| (key.to_owned(), masked.unmask(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_variables_is_read_as_kubectl_reads_it() {
        let text = Text::from("A=1\n# B=2\n\n  C=two words\nHOME\nURL=a=b\n");
        let found = variables(&text);
        let shown: Vec<String> =
            found.iter().map(|(key, value)| format!("{key}:{}", value.shown())).collect();
        assert_eq!(shown, ["A:1", "C:two words", "URL:a=b"]);
    }
}
