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
        ("vault -address=http://h read -field=x kv/a", "read", "kv/a"),
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
