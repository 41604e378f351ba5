//! What an answer of the API server is: judged by the raw status code and body, never by a library.
//!
//! Pure: reads nothing.

use serde_json::Value;

use super::resources::Resource;

/// What one request was answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// An object or a list of the API.
    Object(Value),
    /// There is no such thing, and the Status names what was looked for.
    NotFound(Missing),
    /// The API does not serve the resource: a NotFound without details.
    NotServed,
    /// The account may not.
    Forbidden,
    /// Another Status: the code and the server's word for the reason.
    Status(u16, String),
}

/// What a NotFound Status says is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// The resource (`deployments`) or its kind.
    pub(super) kind: String,
    /// The group; empty for the core.
    pub(super) group: String,
    /// The name.
    pub(super) name: String,
}

/// Why an answer is none of a Kubernetes API, or ends the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// 401: who asks is not known.
    Unauthorized,
    /// Not the API's JSON: a proxy's page, another server.
    NotKubernetes(u16),
}

impl Missing {
    /// Whether this is about the thing that was asked for. An answer about another thing proves nothing.
    pub(super) fn is(&self, resource: &Resource, name: &str) -> bool {
        let kind = self.kind.eq_ignore_ascii_case(&resource.plural)
            || self.kind.eq_ignore_ascii_case(&resource.kind);
        kind && self.group == resource.group && self.name == name
    }
}

/// Judges an answer.
pub(super) fn classify(code: u16, body: &[u8]) -> Result<Answer, Foreign> {
    if code == 401 {
        return Err(Foreign::Unauthorized);
    }
    let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(body) else {
        return Err(Foreign::NotKubernetes(code));
    };
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let succeeded = (200..300).contains(&code);
    if text("kind") != "Status" {
        // `/version` has no kind.
        let known = !text("kind").is_empty() || !text("gitVersion").is_empty();
        return if succeeded && known {
            Ok(Answer::Object(Value::Object(object)))
        } else {
            Err(Foreign::NotKubernetes(code))
        };
    }
    if text("apiVersion") != "v1" || succeeded {
        return Err(Foreign::NotKubernetes(code));
    }
    let detail = |key: &str| {
        let details = object.get("details")?;
        details.get(key)?.as_str().map(str::to_owned)
    };
    Ok(match (code, text("reason")) {
        (403, "Forbidden") => Answer::Forbidden,
        (404, "NotFound") => match (detail("kind"), detail("name")) {
            (Some(kind), Some(name)) => {
                Answer::NotFound(Missing { kind, group: detail("group").unwrap_or_default(), name })
            }
            _ => Answer::NotServed,
        },
        (_, reason) => Answer::Status(code, reason.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::resources::usual;
    use super::*;

    #[test]
    fn only_a_status_that_names_the_thing_is_not_found() {
        let web = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"deployments.apps \"web\" not found","reason":"NotFound","details":{"name":"web","group":"apps","kind":"deployments"},"code":404}"#;
        let bare = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}"#;
        let forbidden = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","details":{"name":"web"},"code":403}"#;
        let other = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"ServiceUnavailable","code":503}"#;
        let missing =
            Missing { kind: "deployments".into(), group: "apps".into(), name: "web".into() };
        for (code, body, expected) in [
            (404, web, Ok(Answer::NotFound(missing.clone()))),
            (404, bare, Ok(Answer::NotServed)),
            (403, forbidden, Ok(Answer::Forbidden)),
            (503, other, Ok(Answer::Status(503, "ServiceUnavailable".into()))),
            (401, other, Err(Foreign::Unauthorized)),
            (404, "404 page not found\n", Err(Foreign::NotKubernetes(404))),
            (404, "", Err(Foreign::NotKubernetes(404))),
            (403, "<html>", Err(Foreign::NotKubernetes(403))),
            (200, "<html>", Err(Foreign::NotKubernetes(200))),
            (200, "{}", Err(Foreign::NotKubernetes(200))),
            (200, "[]", Err(Foreign::NotKubernetes(200))),
            (404, r#"{"errors":[]}"#, Err(Foreign::NotKubernetes(404))),
            // A body that says NotFound under another code is not the server's own proof.
            (200, web, Err(Foreign::NotKubernetes(200))),
            (502, web, Ok(Answer::Status(502, "NotFound".into()))),
        ] {
            assert_eq!(classify(code, body.as_bytes()), expected, "{code} {body}");
        }
        let deployment = usual("deployment").unwrap();
        assert!(missing.is(&deployment, "web"));
        assert!(!missing.is(&deployment, "api"));
        assert!(!missing.is(&usual("pod").unwrap(), "web"));
    }

    #[test]
    fn an_object_is_one_by_its_kind() {
        let body = br#"{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web"}}"#;
        assert!(matches!(classify(200, body), Ok(Answer::Object(_))));
        assert!(matches!(classify(200, br#"{"gitVersion":"v1.35.4"}"#), Ok(Answer::Object(_))));
    }
}
