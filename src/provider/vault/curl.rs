//! `curl` to Vault's HTTP API, as the CLI's command that does the same.

use super::cli::Invocation;
use crate::claim::{Hole, Part, Text};
use crate::provider::masked::Masked;
use crate::provider::{Call, Unseen};

/// Short options that take a value, alone or behind others: `-sX POST`.
const SHORT_WITH_VALUE: &str = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";

/// Long options that take no value.
const LONG_WITHOUT_VALUE: &[&str] = &[
    "compressed",
    "fail",
    "fail-early",
    "fail-with-body",
    "get",
    "globoff",
    "head",
    "http1.1",
    "http2",
    "include",
    "insecure",
    "ipv4",
    "ipv6",
    "location",
    "no-buffer",
    "no-progress-meter",
    "progress-bar",
    "show-error",
    "silent",
    "tlsv1.2",
    "tlsv1.3",
    "trace-time",
    "verbose",
];

/// A call of curl taken apart.
#[derive(Default)]
struct Request {
    method: Option<String>,
    /// `-G`: the data stand in the address.
    get: bool,
    headers: Vec<Text>,
    data: Vec<Text>,
    address: Option<Text>,
    /// How many addresses it asks.
    addresses: usize,
}

/// Whether it is Vault's: by its header, or by where it goes.
pub(super) fn is_vaults(call: &Call) -> bool {
    let request = request(call);
    let Some((server, _)) = request.address.as_ref().and_then(path) else { return false };
    server.is_vaults() || request.headers.iter().any(|one| header(one).0.starts_with("x-vault-"))
}

/// The same as the CLI's; `None` where it is not Vault's, or is not one request.
pub(super) fn invocation(call: &Call) -> Option<Invocation> {
    if !is_vaults(call) {
        return None;
    }
    let request = request(call);
    let (server, path) = path(request.address.as_ref()?)?;
    if request.addresses > 1 {
        return None;
    }
    let mut invocation = Invocation::within(call);
    for one in &request.headers {
        let (name, value) = header(one);
        let named = value.literal().is_none_or(|name| !matches!(name.as_str(), "" | "root"));
        if name == "x-vault-namespace" && named {
            invocation.elsewhere = Some(Unseen::OtherEdition);
        }
    }
    if !server.is_the_labs(call) {
        invocation.elsewhere.get_or_insert(Unseen::Elsewhere);
    }
    let masked = Masked::new(&path);
    let (path, query) = match masked.text.split_once('?') {
        Some((path, query)) => (masked.unmask(path), query.to_owned()),
        None => (masked.unmask(&masked.text), String::new()),
    };
    let usual = if request.data.is_empty() || request.get { "GET" } else { "POST" };
    let verb = match request.method.as_deref().unwrap_or(usual) {
        "LIST" => "list",
        "GET" if query.split('&').any(|pair| pair == "list=true") => "list",
        "GET" | "HEAD" => "read",
        "POST" | "PUT" => "write",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => return None,
    };
    invocation.verb = vec![verb.to_owned()];
    invocation.arguments.push(path);
    // It prints the whole answer.
    invocation.flags.push(("format".to_owned(), Some(Text::from("json"))));
    if let Some(version) = query.split('&').find_map(|pair| pair.strip_prefix("version=")) {
        invocation.flags.push(("version".to_owned(), Some(masked.unmask(version))));
    }
    if let [body] = request.data.as_slice() {
        let written = body.literal().unwrap_or_default();
        if written == "@-" {
            invocation.arguments.push(Text::from("-"));
        } else if written.starts_with('@') {
            invocation.arguments.push(body.clone());
        } else {
            invocation.stdin = Some(body.clone());
            invocation.arguments.push(Text::from("-"));
        }
    }
    Some(super::system::named(invocation))
}

fn request(call: &Call) -> Request {
    let mut request = Request::default();
    let mut words = call.words.iter().skip(1);
    while let Some(word) = words.next() {
        let masked = Masked::new(word);
        if let Some(long) = masked.text.strip_prefix("--") {
            let (name, inline) = match long.split_once('=') {
                Some((name, value)) => (name, Some(masked.unmask(value))),
                None => (long, None),
            };
            if LONG_WITHOUT_VALUE.contains(&name) || name.starts_with("no-") {
                request.get |= name == "get";
                continue;
            }
            let Some(value) = inline.or_else(|| words.next().cloned()) else { continue };
            request.option(name, value);
        } else if let Some(short) = masked.text.strip_prefix('-').filter(|rest| !rest.is_empty()) {
            let Some(at) = short.find(|c| SHORT_WITH_VALUE.contains(c)) else {
                request.get |= short.contains('G');
                continue;
            };
            request.get |= short[..at].contains('G');
            let rest = &short[at + 1..];
            let value =
                if rest.is_empty() { words.next().cloned() } else { Some(masked.unmask(rest)) };
            if let Some(value) = value {
                request.option(&short[at..=at], value);
            }
        } else {
            request.address(word.clone());
        }
    }
    request
}

impl Request {
    fn option(&mut self, name: &str, value: Text) {
        match name {
            "X" | "request" => self.method = value.literal(),
            "H" | "header" => self.headers.push(value),
            "d" | "data" | "data-raw" | "data-binary" | "data-ascii" | "json" => {
                self.data.push(value);
            }
            "url" => self.address(value),
            _ => {}
        }
    }

    fn address(&mut self, address: Text) {
        self.addresses += 1;
        self.address.get_or_insert(address);
    }
}

/// A header's name, in small letters, and its value.
fn header(written: &Text) -> (String, Text) {
    let masked = Masked::new(written);
    let (name, value) = masked.text.split_once(':').unwrap_or((&masked.text, ""));
    (name.trim().to_ascii_lowercase(), masked.unmask(value.trim()))
}

/// What stands before `/v1/`.
struct Server(Text);

impl Server {
    /// Whether its name or its port says that it is a Vault.
    fn is_vaults(&self) -> bool {
        let shown = self.0.shown();
        shown.contains("VAULT") || shown.contains("vault") || self.port().as_deref() == Some("8200")
    }

    /// Whether it is the one that the rest of the text speaks to, as far as its address says.
    fn is_the_labs(&self, call: &Call) -> bool {
        if call.variable("VAULT_ADDR") == Some(&self.0) {
            return true;
        }
        match self.0.parts() {
            [Part::Hole(Hole::Unbound(name)) | Part::Supplied { written: name, .. }] => {
                name == "$VAULT_ADDR"
            }
            _ => self.port().is_none_or(|port| port == "8200"),
        }
    }

    fn port(&self) -> Option<String> {
        let text = Masked::new(&self.0).text;
        let host = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
        let (_, port) = host.rsplit_once(':')?;
        Some(port.to_owned())
    }
}

/// The server and the path behind `/v1/`, where there is one.
fn path(address: &Text) -> Option<(Server, Text)> {
    let masked = Masked::new(address);
    let (server, path) = masked.text.split_once("/v1/")?;
    Some((Server(masked.unmask(server.trim_end_matches('/'))), masked.unmask(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(words: &[&str]) -> Call {
        let words = words.iter().map(|word| match word.strip_prefix("$VAULT_ADDR") {
            Some(rest) => {
                let mut text = Text::from(Part::Hole(Hole::Unbound("$VAULT_ADDR".to_owned())));
                text.push(Part::Literal(rest.to_owned()));
                text
            }
            None => Text::from(*word),
        });
        Call { words: words.collect(), ..Call::default() }
    }

    fn shown(words: &[&str]) -> Option<String> {
        let invocation = invocation(&call(words))?;
        let data = invocation.data().into_iter().map(|(k, v)| format!("{k}={}", v.shown()));
        let path = invocation.arguments.first().map(Text::shown);
        let words: Vec<String> = invocation.verb.iter().cloned().chain(path).chain(data).collect();
        Some(words.join(" "))
    }

    const TOKEN: [&str; 2] = ["-H", "X-Vault-Token: t"];

    #[test]
    fn a_request_is_the_clis_command() {
        for (words, expected) in [
            (&["-s", "$VAULT_ADDR/v1/kv/a"][..], "read kv/a"),
            (&["-X", "LIST", "$VAULT_ADDR/v1/kv/"], "list kv/"),
            (&["$VAULT_ADDR/v1/kv/?list=true"], "list kv/"),
            (&["-XDELETE", "$VAULT_ADDR/v1/kv/a"], "delete kv/a"),
            (&["-d", r#"{"a":"b"}"#, "$VAULT_ADDR/v1/kv/a"], "write kv/a a=b"),
            (&["-sX", "PUT", "--data", r#"{"a":1}"#, "http://h:8200/v1/kv/a"], "write kv/a a=1"),
            (&["--request", "POST", "$VAULT_ADDR/v1/sys/seal"], "operator seal"),
            (
                &["--data", r#"{"type":"kv"}"#, "https://127.0.0.1:8200/v1/sys/mounts/x"],
                "secrets enable kv",
            ),
        ] {
            let mut all = vec!["curl"];
            all.extend(TOKEN);
            all.extend(words);
            assert_eq!(shown(&all).as_deref(), Some(expected), "{words:?}");
        }
    }

    #[test]
    fn what_is_not_vaults_is_none_of_ours() {
        for words in [
            &["curl", "http://example.com/"][..],
            &["curl", "-d", "{}", "http://localhost:8080/v1/agent/service"],
            &["curl", "-s", "http://consul:8500/v1/kv/a"],
            &["curl"],
        ] {
            assert_eq!(shown(words), None, "{words:?}");
        }
    }

    #[test]
    fn another_server_or_namespace_is_elsewhere() {
        let of = |words: &[&str]| invocation(&call(words)).unwrap().elsewhere;
        let token = TOKEN[1];
        assert_eq!(of(&["curl", "-H", token, "http://h:8100/v1/kv/a"]), Some(Unseen::Elsewhere));
        assert_eq!(of(&["curl", "-H", token, "http://h/v1/kv/a"]), None);
        let space = "X-Vault-Namespace: team";
        assert_eq!(of(&["curl", "-H", space, "$VAULT_ADDR/v1/kv/a"]), Some(Unseen::OtherEdition));
    }
}
