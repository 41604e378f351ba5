//! What Vault answered: its status and body, and what the two together mean. Pure.

use serde_json::Value;

/// An answer in Vault's own form.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// The body; null where there was none.
    pub(super) body: Value,
}

impl Answer {
    /// Reads a body; `None` where it is not what a Vault writes.
    pub(super) fn parse(status: u16, body: &[u8]) -> Option<Self> {
        if body.is_empty() {
            return (status == 204).then_some(Self { status, body: Value::Null });
        }
        let body: Value = serde_json::from_slice(body).ok()?;
        let object = body.as_object()?;
        let errors = object.get("errors").is_some_and(Value::is_array);
        let known = |key: &&str| object.contains_key(*key);
        let form = errors || ["request_id", "data", "sealed"].iter().any(known);
        // A success without anything in it, or an error without errors, is somebody else's.
        (form && (status >= 400 || !errors)).then_some(Self { status, body })
    }

    /// `data`; null where there is none.
    pub(super) fn data(&self) -> &Value {
        &self.body["data"]
    }

    /// The texts in `errors`.
    pub(super) fn errors(&self) -> impl Iterator<Item = &str> {
        self.body["errors"].as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    /// Whether an error says this.
    pub(super) fn says(&self, words: &str) -> bool {
        self.errors().any(|error| error.contains(words))
    }

    /// Whether there is something to read.
    pub(super) fn is_there(&self) -> bool {
        self.status == 200
    }

    /// 404 with exactly `{"errors":[]}`: no such thing, said by an engine that answers.
    pub(super) fn is_nothing(&self) -> bool {
        self.status == 404
            && self.body.as_object().is_some_and(|object| object.len() == 1)
            && self.body["errors"].as_array().is_some_and(Vec::is_empty)
    }

    /// An engine's own word that what is asked for was never set.
    pub(super) fn is_unset(&self) -> bool {
        self.status == 400 && self.says("keys haven't been configured yet")
    }

    /// No engine is mounted at the path, no auth method enabled.
    pub(super) fn is_unrouted(&self) -> bool {
        (self.status == 404 && self.says("no handler for route"))
            || (self.status == 400
                && (self.says("No secret engine mount at") || self.says("No auth engine at")))
    }

    /// The token may not.
    pub(super) fn is_forbidden(&self) -> bool {
        self.status == 403
    }

    /// The keys of a list.
    pub(super) fn keys(&self) -> Vec<String> {
        let keys = self.data()["keys"].as_array().into_iter().flatten();
        keys.filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(status: u16, body: &str) -> Option<Answer> {
        Answer::parse(status, body.as_bytes())
    }

    #[test]
    fn only_vaults_own_form_is_an_answer() {
        for (status, body, known) in [
            (200, r#"{"request_id":"x","data":{"a":1}}"#, true),
            (204, "", true),
            (404, r#"{"errors":[]}"#, true),
            (503, r#"{"errors":["Vault is sealed"]}"#, true),
            (200, "<html>hello</html>", false),
            (404, "404 page not found", false),
            (404, "", false),
            (404, r#"{"kind":"Status"}"#, false),
            (200, r#"{"errors":[]}"#, false),
            (200, "[]", false),
        ] {
            assert_eq!(parse(status, body).is_some(), known, "{status} {body}");
        }
    }

    #[test]
    fn nothing_is_told_from_other_404s() {
        let nothing = |body| parse(404, body).unwrap().is_nothing();
        assert!(nothing(r#"{"errors":[]}"#));
        assert!(!nothing(r#"{"errors":["no handler for route \"x\". route entry not found."]}"#));
        assert!(!nothing(r#"{"data":null,"warnings":["Invalid path for a versioned K/V"]}"#));
        assert!(!nothing(
            r#"{"data":{"data":null,"metadata":{"deletion_time":"t"}},"request_id":"x"}"#
        ));
        let unrouted = r#"{"errors":["no handler for route \"x\". route entry not found."]}"#;
        assert!(parse(404, unrouted).unwrap().is_unrouted());
        let engine = r#"{"errors":["No secret engine mount at x/"]}"#;
        assert!(parse(400, engine).unwrap().is_unrouted());
    }
}
