//! The grammar: words, flags wherever they may stand, data from words, files and standard input.

use super::*;

/// A call from words in one string, separated by blanks.
pub(in crate::provider::vault) fn call(line: &str) -> Call {
    let words = line.split(' ').map(|word| match word.strip_prefix('$') {
        Some(_) => Text::from(Part::Hole(Hole::Unbound(word.to_owned()))),
        None => Text::from(word),
    });
    Call { words: words.collect(), ..Call::default() }
}

fn of(line: &str) -> Invocation {
    Invocation::of(&call(line)).unwrap()
}

#[test]
fn verbs_flags_and_arguments_are_told_apart() {
    for (line, verb, arguments) in [
        ("vault secrets enable database", "secrets enable", "database"),
        ("vault secrets enable -path=db database", "secrets enable", "database"),
        ("vault secrets enable -path db database", "secrets enable", "database"),
        ("vault write -f database/rotate-root/x", "write", "database/rotate-root/x"),
        ("vault write -force database/rotate-root/x", "write", "database/rotate-root/x"),
        ("vault kv delete kv/a", "kv delete", "kv/a"),
        ("vault kv metadata delete -mount=kv a", "kv metadata delete", "a"),
        ("vault -format=json read -field=x kv/a", "read", "kv/a"),
        ("vault status", "status", ""),
    ] {
        let invocation = of(line);
        let shown: Vec<String> = invocation.arguments.iter().map(Text::shown).collect();
        assert_eq!((invocation.verb.join(" "), shown.join(" ")), (verb.into(), arguments.into()));
    }
    assert_eq!(of("vault secrets enable -path db database").flag("path"), Some(&Text::from("db")));
    assert!(of("vault write -f x").has("f"));
    assert_eq!(Invocation::of(&call("kubectl get pods")), None);
    assert_eq!(Invocation::of(&call("vault")), None);
}

#[test]
fn data_comes_from_words_files_and_standard_input() {
    let mut call = call("vault write p a=1 b=@file c=- d=x=y e=");
    call.stdin = Some(Text::from("in"));
    let data = Invocation::of(&call).unwrap().data();
    let shown: Vec<(String, String)> =
        data.iter().map(|(key, value)| (key.clone(), value.shown())).collect();
    let expected = [("a", "1"), ("b", "@file"), ("c", "in"), ("d", "x=y"), ("e", "")];
    assert_eq!(shown, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    assert_eq!(data[1].1.value(), None);
}

#[test]
fn a_json_object_is_data() {
    let mut call = call("vault write p -");
    call.stdin = Some(Text::from(r#"{"a":"1","ttl":60,"list":["x","y"],"deep":{"k":1}}"#));
    let data = Invocation::of(&call).unwrap().data();
    let shown: Vec<String> = data.iter().map(|(k, v)| format!("{k}={}", v.shown())).collect();
    assert_eq!(shown, ["a=1", "ttl=60", "list=x,y"]);
}

#[test]
fn flags_behind_an_argument_are_data_or_too_much() {
    let data: Vec<(String, String)> = of("vault kv put kv/a -cas=0 b=1")
        .data()
        .iter()
        .map(|(key, value)| (key.clone(), value.shown()))
        .collect();
    assert_eq!(data, [("-cas".into(), "0".into()), ("b".into(), "1".into())]);
    assert_eq!(Invocation::of(&call("vault kv delete kv/a -mount=b")), None);
    let written = Invocation::as_written(&call("vault kv delete kv/a -mount=b")).unwrap();
    assert_eq!(written.misplaced.as_deref(), Some("-mount"));
    for line in ["vault -address=http://h read kv/a", "vault secrets -address=http://h enable kv"] {
        assert_eq!(Invocation::of(&call(line)), None, "{line}");
    }
    // The CLI takes these out first.
    assert_eq!(of("vault read kv/a -format=json").flag("format"), Some(&Text::from("json")));
}

#[test]
fn switches_may_be_switched_off() {
    assert!(
        of("vault write -force=true p").has("force") && of("vault write --force p").has("force")
    );
    assert!(!of("vault write -force=false p a=b").has("force"));
    let written = |line: &str| Invocation::as_written(&call(line)).unwrap();
    assert!(
        written("vault write p").lacks_data && written("vault write -force=false p").lacks_data
    );
    assert!(!written("vault write -f p").lacks_data && !written("vault write p -").lacks_data);
    assert!(of("vault kv put -h p").is(&["help"]));
    assert!(of("vault write -output-curl-string p a=b").is(&["help"]));
}

#[test]
fn groups_within_groups_are_verbs() {
    for (line, verb) in [
        ("vault operator raft snapshot save f", "operator raft snapshot save"),
        ("vault operator raft list-peers", "operator raft list-peers"),
        ("vault plugin runtime list", "plugin runtime list"),
        ("vault kv metadata put -max-versions=2 a", "kv metadata put"),
        ("vault agent -config=f", "agent"),
    ] {
        assert_eq!(of(line).verb.join(" "), verb, "{line}");
    }
}

#[test]
fn another_namespace_or_server_is_elsewhere() {
    let with = |line: &str, own: &[(&str, &str)], environment: &[(&str, &str)]| {
        let set = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), Text::from(*value))).collect()
        };
        let call = Call { own: set(own), environment: set(environment), ..call(line) };
        Invocation::of(&call).unwrap().elsewhere
    };
    let other = Some(Unseen::OtherEdition);
    assert_eq!(with("vault read -namespace=team kv/a", &[], &[]), other);
    assert_eq!(with("vault read -ns=team/ kv/a", &[], &[]), other);
    assert_eq!(with("vault read -namespace=root kv/a", &[], &[]), None);
    assert_eq!(with("vault read kv/a", &[], &[("VAULT_NAMESPACE", "team")]), other);
    assert_eq!(with("vault read kv/a", &[("VAULT_NAMESPACE", "team")], &[]), other);
    let unset = with("vault read kv/a", &[("VAULT_NAMESPACE", "")], &[("VAULT_NAMESPACE", "t")]);
    assert_eq!(unset, None);
    let address = [("VAULT_ADDR", "http://a")];
    assert_eq!(with("vault read kv/a", &address, &[]), Some(Unseen::Elsewhere));
    assert_eq!(with("vault read kv/a", &[], &address), None);
    assert_eq!(with("vault read -address=http://a kv/a", &[], &address), None);
    assert_eq!(with("vault read -address=http://b kv/a", &[], &address), Some(Unseen::Elsewhere));
}

#[test]
fn a_file_that_the_text_wrote_is_data() {
    let mut call = call("vault write p @./a.json k=@b.txt l=@missing");
    call.files = Files::from_iter([
        ("a.json".into(), Text::from(r#"{"a":"1","deep":{"x":"y","n":2}}"#)),
        ("b.txt".into(), Text::from("old")),
        ("b.txt".into(), Text::from("new")),
    ]);
    let invocation = Invocation::of(&call).unwrap();
    let shown = |data: Vec<(String, Text)>| {
        data.into_iter().map(|(key, value)| format!("{key}={}", value.shown())).collect::<Vec<_>>()
    };
    assert_eq!(shown(invocation.data()), ["a=1", "k=new", "l=@missing"]);
    assert_eq!(shown(invocation.nested("deep").unwrap()), ["x=y", "n=2"]);
    assert_eq!(invocation.nested("flat"), None);
}
