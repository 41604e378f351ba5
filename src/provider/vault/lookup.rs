//! What `$(vault read -field=… …)` and `$(vault … -format=json)` stand for: the answer, worked out natively.

use serde_json::Value;

use super::answer::Answer;
use super::cli::Invocation;
use super::client::Session;
use super::place::known;
use crate::claim::Unobservable;
use crate::provider::Call;
use crate::text::ticked;

/// Whether a variable may stand for what the command prints.
pub(super) fn is_lookup(call: &Call) -> bool {
    Invocation::of(call).is_some_and(|invocation| request(&invocation).is_some())
}

/// What the command prints.
pub(super) async fn look_up(call: &Call, session: &Session) -> Result<String, Unobservable> {
    let invocation = Invocation::of(call);
    let Some((invocation, request)) =
        invocation.and_then(|invocation| request(&invocation).map(|request| (invocation, request)))
    else {
        return Err(Unobservable::NotObserved("the command is not one that only reads".to_owned()));
    };
    let path = known(&request)?;
    let plain = session.get(&path).await?;
    let versioned = invocation.is(&["kv", "get"]) && !plain.is_there();
    let answer = match path.split_once('/') {
        // `kv get` goes to `data/` of itself where the engine is of version 2.
        Some((mount, inner)) if versioned => session.get(&format!("{mount}/data/{inner}")).await?,
        _ => plain,
    };
    if !answer.is_there() {
        let shown = ticked(&request.shown());
        return Err(match answer.status {
            403 => Unobservable::Forbidden(format!("the token may not read {shown}")),
            status => {
                Unobservable::Unexpected(format!("Vault answered {status} to a read of {shown}"))
            }
        });
    }
    printed(&invocation, &answer, versioned).ok_or_else(|| {
        Unobservable::Unexpected(format!("{} has no such field", ticked(&request.shown())))
    })
}

/// The path that is read, where the command prints one value or one document. Reading `creds/` makes
/// credentials, so it is not one.
fn request(invocation: &Invocation) -> Option<crate::claim::Text> {
    let reads = invocation.is(&["read"]) || invocation.is(&["kv", "get"]);
    let one = invocation.flag("field").is_some() || is_json(invocation);
    let path = invocation.path()?;
    let masked = crate::provider::masked::Masked::new(path);
    let issues = masked.text.split('/').any(|piece| matches!(piece, "creds" | "issue" | "sign"));
    // An older version would be another value.
    if !reads || !one || issues || invocation.has("version") || invocation.elsewhere() {
        return None;
    }
    match invocation.flag("mount") {
        Some(mount) => Some(super::place::under(&super::place::mount_path(mount), path)),
        None => Some(path.clone()),
    }
}

fn is_json(invocation: &Invocation) -> bool {
    invocation.flag("format").and_then(crate::claim::Text::literal).as_deref() == Some("json")
}

/// As the CLI prints it. Pure.
fn printed(invocation: &Invocation, answer: &Answer, versioned: bool) -> Option<String> {
    let Some(field) = invocation.flag("field") else {
        return Some(answer.body.to_string());
    };
    let data = if versioned { &answer.data()["data"] } else { answer.data() };
    match data.get(field.value()?)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::cli::tests::call;
    use super::*;
    use serde_json::json;

    #[test]
    fn only_reads_of_one_value_or_document_are_lookups() {
        for (line, is) in [
            ("vault read -field=password kv/a", true),
            ("vault kv get -format=json kv/a", true),
            ("vault kv get -format=json -version=1 kv/a", false),
            ("curl -s http://vault:8200/v1/kv/a", true),
            ("curl -s http://vault:8200/v1/database/creds/x", false),
            ("curl -s -XDELETE http://vault:8200/v1/kv/a", false),
            ("vault read -format=json database/config/pg", true),
            ("vault read kv/a", false),
            ("vault read -field=password database/creds/x", false),
            ("vault write -field=x kv/a b=c", false),
            ("vault status -format=json", false),
        ] {
            assert_eq!(is_lookup(&call(line)), is, "{line}");
        }
    }

    #[test]
    fn a_field_is_printed_bare_and_a_document_whole() {
        let plain = Answer { status: 200, body: json!({"data": {"k": "v", "n": 1}}) };
        let of = |line: &str, answer: &Answer, versioned| {
            printed(&Invocation::of(&call(line)).unwrap(), answer, versioned)
        };
        assert_eq!(of("vault read -field=k kv/a", &plain, false).unwrap(), "v");
        assert_eq!(of("vault read -field=n kv/a", &plain, false).unwrap(), "1");
        assert_eq!(of("vault read -field=x kv/a", &plain, false), None);
        let document = of("vault read -format=json kv/a", &plain, false).unwrap();
        assert_eq!(document, r#"{"data":{"k":"v","n":1}}"#);
        let two = Answer { status: 200, body: json!({"data": {"data": {"k": "v"}}}) };
        assert_eq!(of("vault kv get -field=k kv/a", &two, true).unwrap(), "v");
    }
}
