//! What the reader makes of single constructs; whole fences are in `tests/challenges/parse`.

use super::*;
use crate::challenge::{Link, Nest, Piece, Redirect, Word};

fn reading(text: &str) -> Reading {
    let mut mapped = Mapped::default();
    mapped.push(text, 0, text.len());
    read(&mapped)
}

fn words(text: &str) -> Vec<Word> {
    let reading = reading(text);
    assert_eq!(reading.diagnostics, [], "{text}");
    reading.commands.into_iter().flat_map(|command| command.words).collect()
}

#[test]
fn what_stands_around_a_substitution_is_kept() {
    for (text, around) in [
        ("a \"b,$(echo q) d\"", ["b,", " d"]),
        ("a \"b,\\\nc,$(echo q) d\"", ["b,c,", " d"]),
        ("a \"b,\\\nc,\\\ne,$(echo \\\"q\\\") d\"", ["b,c,e,", " d"]),
    ] {
        let words = words(text);
        let literal = |piece: Option<&Piece>| match piece {
            Some(Piece::Literal(text)) => text.clone(),
            other => panic!("{text}: {other:?}"),
        };
        let pieces = &words[1].pieces;
        assert_eq!(literal(pieces.first()), around[0], "{text}: {pieces:?}");
        assert_eq!(literal(pieces.last()), around[1], "{text}: {pieces:?}");
        assert_eq!(pieces.len(), 3, "{text}: {pieces:?}");
    }
}

#[test]
fn quoting_is_resolved() {
    for (text, wanted) in [
        (r"a 'b $c' ", "a|b $c"),
        (r#"a "b\"c\$d\\e\n""#, r#"a|b"c$d\e\n"#),
        ("a \"b\\\nc\"", "a|bc"),
        ("a b\\\n c", "a|b|c"),
        (r"a b\ c\'d", "a|b c'd"),
        (r"a $'b\tc\'d'", "a|b\tc'd"),
        (r#"a "b"'c'd"#, "a|bcd"),
        ("a ''", "a|"),
        ("a ~/b", "a|~/b"),
        ("a # b", "a"),
        ("a b#c", "a|b#c"),
        ("a {{b}} '{{c}}'", "a|{{b}}|{{c}}"),
        ("a $", "a|$"),
        ("a \"b'c\"", "a|b'c"),
        ("a [ b", "a|[|b"),
    ] {
        let found: Vec<String> =
            words(text).iter().map(|word| word.literal().unwrap_or("?".into())).collect();
        assert_eq!(found.join("|"), wanted, "{text}");
    }
}

#[test]
fn what_is_not_in_the_text_stays_apart() {
    let variable = |name: &str| Piece::Variable(name.to_owned());
    let literal = |text: &str| Piece::Literal(text.to_owned());
    let opaque = |text: &str| Piece::Opaque(text.to_owned());
    for (text, wanted) in [
        ("x $A", vec![variable("A")]),
        ("x ${A}b", vec![variable("A"), literal("b")]),
        ("x \"a$A.b\"", vec![literal("a"), variable("A"), literal(".b")]),
        ("x '$A'", vec![literal("$A")]),
        ("x \\$A", vec![literal("$A")]),
        ("x $1$?", vec![opaque("$1"), opaque("$?")]),
        ("x ${A:-b c}", vec![opaque("${A:-b c}")]),
        ("x ${A%.*}", vec![opaque("${A%.*}")]),
        ("x ${#A}", vec![opaque("${#A}")]),
        ("x $((1 + A))", vec![opaque("$((1 + A))")]),
        ("x *.c", vec![opaque("*"), literal(".c")]),
        ("x a?.c", vec![literal("a"), opaque("?"), literal(".c")]),
        ("x u=p://$A/?m=off", vec![literal("u=p://"), variable("A"), literal("/?m=off")]),
        ("x a[0]", vec![literal("a"), opaque("[0]")]),
        ("x {a,b}", vec![opaque("{a,b}")]),
        ("x <(ls)", vec![opaque("<(ls)")]),
        ("x '<A b>'", vec![Piece::Placeholder("A b".to_owned())]),
        ("x \"k=<A>\"", vec![literal("k="), Piece::Placeholder("A".to_owned())]),
        ("x `a \\`b\\``", vec![opaque("`a \\`b\\``")]),
    ] {
        assert_eq!(words(text)[1].pieces, wanted, "{text}");
    }
}

#[test]
fn substitutions_hold_commands_with_places_of_their_own() {
    let text = "a=\"$(b \"$(c d)\" | e)\" f `g h`";
    let reading = reading(text);
    let command = &reading.commands[0];
    let Piece::Substitution(inner) = &command.assignments[0].value.pieces[0] else {
        panic!("{text}")
    };
    assert_eq!(inner.len(), 2);
    assert_eq!((inner[0].link, inner[1].link), (Link::Then, Link::Pipe));
    let Piece::Substitution(innermost) = &inner[0].words[1].pieces[0] else { panic!("{text}") };
    let span = innermost[0].span;
    assert_eq!(&text[span.start..span.end], "c d");
    let Piece::Substitution(quoted) = &command.words[1].pieces[0] else { panic!("{text}") };
    let span = quoted[0].span;
    assert_eq!(&text[span.start..span.end], "g h");
}

#[test]
fn redirections_of_input_and_output_are_kept() {
    let reading = reading("a > b >> c < d <<< e 2> f >&2 &> g");
    let kinds: Vec<String> = reading.commands[0]
        .redirects
        .iter()
        .map(|redirect| match redirect {
            Redirect::Write(word) => format!(">{}", word.literal().unwrap()),
            Redirect::Append(word) => format!(">>{}", word.literal().unwrap()),
            Redirect::Group(word) => format!(">*{}", word.literal().unwrap()),
            Redirect::Read(word) => format!("<{}", word.literal().unwrap()),
            Redirect::Here(word) => format!("<<<{}", word.literal().unwrap()),
        })
        .collect();
    assert_eq!(kinds, [">b", ">>c", "<d", "<<<e", ">g"]);
}

/// `?` stands before what may or may not run, `*` before what runs once for each value.
fn marked(text: &str) -> String {
    let mark = |command: &Command| {
        let marks = command.within.iter().map(|within| match within.nest {
            Nest::Subshell => '(',
            Nest::Each { .. } => '*',
            Nest::Function(_) => 'f',
            Nest::Perhaps => '?',
            Nest::Unread => '!',
        });
        let program = command.words.first().map(|word| word.literal().unwrap_or("$".to_owned()));
        marks.collect::<String>() + &program.unwrap_or("=".to_owned())
    };
    reading(text).commands.iter().map(mark).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_may_or_may_not_run_is_read_as_that() {
    for (text, programs) in [
        ("[[ -f x ]] && a", "?a"),
        ("a && [[ -f x ]] && b", "a ?b"),
        ("a; if b; then c; fi && d; e", "a ?b ?c ?d e"),
        ("if a; then b; elif c; then d; else e; fi", "?a ?b ?c ?d ?e"),
        ("a | while read x; do b; done | c", "a ?read ?b ?c"),
        ("until a; do b; done", "?a ?b"),
        ("case $x in y) a;; *) b;; esac", "?a ?b"),
        ("(a && b); { c; d; }", "(a (b c d"),
        ("time a", "a"),
        ("a $(if b; then c; fi)", "a"),
        ("for x in a b; do c; d; done; e", "*c *d e"),
        ("for x in {1..3}; do (c); done && e", "*(c ?e"),
        ("for x in $(seq 3); do for y in $A; do c; done; done", "**c"),
        ("for x in *.c; do c; done", "?c"),
        ("for x in $(ls); do c; done", "?c"),
        ("for x; do c; done", "?c"),
        ("for ((i=0; i<3; i++)); do c; done", "?c"),
        ("f() { a; b; }; f", "fa fb f"),
        ("function f { a; }", "fa"),
    ] {
        assert_eq!(marked(text), programs, "{text}");
    }
}

#[test]
fn scripts_in_words_are_read() {
    for (text, programs) in [
        ("bash -c 'a && b'; c", "(a (b c"),
        ("sh -ec 'a'", "(a"),
        ("sudo bash -c \"a\"", "(a"),
        ("bash -c \"a $X\"", "?(a"),
        ("bash -c \"$X\"", "?($"),
        ("bash -c \"a $(b)\"", "bash"),
        ("eval 'a; b'", "a b"),
        ("eval $X y", "eval"),
        ("bash <<'EOF'\na\nb\nEOF\nc", "(a (b c"),
        ("cat <<'EOF' | sh\na\nEOF", "cat (a"),
        ("echo 'a b' | bash", "echo (a"),
        ("curl x | bash", "curl bash"),
        ("bash x.sh", "bash"),
        ("bash", "bash"),
        ("bash -c 'bash -c \"a\"'", "((a"),
        ("bash -c 'a (b)'", "bash"),
        ("bash -c 'if a; then b; fi'", "(?a (?b"),
    ] {
        assert_eq!(marked(text), programs, "{text}");
    }
}

#[test]
fn what_a_group_prints_is_more_than_its_last_command() {
    for (text, kind) in [
        ("{ a; b; } > f", "group"),
        ("{ a; } > f", "write"),
        ("(a) >> f", "append"),
        ("for x in 1 2; do a; done > f", "group"),
        ("if a; then b; fi > f", "group"),
    ] {
        let reading = reading(text);
        let found = match reading.commands.last().unwrap().redirects.as_slice() {
            [Redirect::Group(_)] => "group",
            [Redirect::Write(_)] => "write",
            [Redirect::Append(_)] => "append",
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(found, kind, "{text}");
    }
}

#[test]
fn half_a_command_is_no_command() {
    for (text, programs, message) in [
        ("a\nb 'c\nd", 1, "a quote is opened and not closed"),
        ("a\nb \\\n c (d)\ne", 1, "a parenthesis stands here without quotes"),
        ("a\nb $(c\nd", 1, "a `$(` or a backquote is opened and not closed"),
        ("a\n)\nb", 1, "this is not well-formed shell"),
        ("a &&", 0, "this is not well-formed shell"),
    ] {
        let reading = reading(text);
        assert_eq!(reading.commands.len(), programs, "{text}");
        assert!(reading.more, "{text}");
        let found = &reading.diagnostics[0].message;
        assert!(found.starts_with(message), "{text}: {found}");
    }
}

#[test]
fn deep_and_long_texts_are_refused_in_time() {
    for text in [
        "(".repeat(20_000),
        "$(".repeat(20_000),
        "a ".repeat(100_000),
        "[".repeat(100_000),
        "a && ".repeat(20_000),
        "<a".repeat(50_000),
        "{{".repeat(50_000),
        "`".repeat(20_001),
        "\"$(".repeat(10_000),
        "a\\\n".repeat(50_000),
        "<<E\n".repeat(5_000),
    ] {
        let start = std::time::Instant::now();
        reading(&text);
        assert!(start.elapsed().as_secs() < 30, "{}", &text[..8]);
    }
}

/// The parser counts wrongly behind some escapes; where it does, nothing is read.
#[test]
fn what_backquotes_hold_is_where_it_stands() {
    let inside = |text: &str| {
        let mut found = Vec::new();
        for word in words(text) {
            for piece in &word.pieces {
                match piece {
                    Piece::Substitution(commands) => {
                        let spans = commands.iter().map(|one| &text[one.span.start..one.span.end]);
                        found.extend(spans.map(str::to_owned));
                    }
                    Piece::Opaque(written) => found.push(format!("? {written}")),
                    _ => {}
                }
            }
        }
        found
    };
    for (text, expected) in [
        ("x `vault read y`", "vault read y"),
        ("x \"é`vault read y`\"", "vault read y"),
        ("x ` vault read y `", "vault read y"),
        ("x \"\\\"$(vault read y)\"", "? $(vault read y)"),
        ("x \"\\\"`vault read y`\"", "vault read y"),
        ("x \"\\\"\\A`ls ¡`\"", "ls ¡"),
    ] {
        assert_eq!(inside(text), [expected], "{text}");
    }
}

/// `!` stands before what is left open: a command of a text that is not well-formed.
#[test]
fn what_is_no_shell_does_not_end_the_reading() {
    for (text, programs, lines) in [
        // A block of another language.
        (
            "vault read a\npath \"x\" {\n  a = [\"b\"]\n}\nvault write b c=d",
            "vault vault",
            &[2][..],
        ),
        (
            "vault read a\n{\n  \"a\": {\n    \"b\": 1\n  }}\nkubectl get pods",
            "vault kubectl",
            &[2],
        ),
        ("cat > p.hcl <<EOF\npath \"x\" {\n}\nEOF\npath \"x\" {\n}\nls -l", "cat ls", &[5]),
        // What is printed.
        ("vault read a\nKey (x)   Value\nvault read b", "vault vault", &[2]),
        (
            "ls -l\nIt's done\nsome (of) it\nvault read b\nDon't\nkubectl get x",
            "ls vault kubectl",
            &[2, 5],
        ),
        (
            "vault read a\nIt's done\nvault write b c=d\nDon't worry\nls -l",
            "vault vault ls",
            &[2, 4],
        ),
        ("ls\n}\n)\nvault read b", "ls vault", &[2]),
        ("# It's\nls -l\n# don't (x)\nls -l", "ls ls", &[]),
        ("echo 'It\nls -l\n'\nDone='a\nls -l'\n{ ls -l\n} | awk '\nls -l'", "echo = ls awk", &[]),
        ("vault read a\nIt's\n  vault read b\nls -l", "vault !vault ls", &[2]),
        // A command that a shell turns down.
        ("vault write b (c)\nvault read b", "!vault vault", &[1]),
        ("vault write b \\\n  c=d (e)\nvault read b", "!vault vault", &[1]),
        // Open to the end.
        ("ls\nvault kv put a b=\"c\nvault read b\nmytool x", "ls !vault !vault", &[2]),
        ("A=$(vault read a\nvault read b", "!vault", &[1]),
        ("if true; then\n  vault write a (b)\nfi\nvault read b", "!vault !vault", &[1]),
        ("f() {\n  vault write a (b)\n}\nvault read b", "!vault !vault", &[1]),
        ("vault read a\nfi\nvault read b", "vault !vault", &[2]),
        ("ls\n)\nb", "ls", &[2]),
        ("#!/bin/bash\nls -l\nvault read a (b)\nls -l", "!ls !vault !ls", &[3]),
        ("#!/usr/bin/ruby\nif (a)\nexit 1\nend", "", &[]),
    ] {
        assert_eq!(marked(text), programs, "{text}");
        let found: Vec<usize> = reading(text)
            .diagnostics
            .iter()
            .map(|one| text[..one.span.start].matches('\n').count() + 1)
            .collect();
        assert_eq!(found, lines, "{text}");
    }
}

#[test]
fn a_text_with_many_lines_that_are_no_shell_is_read_in_time() {
    for text in [
        "vault read a (b)\n".repeat(3_000),
        "It's done\nvault read a\n".repeat(2_000),
        "vault read 'a\n".repeat(3_001),
        "ls <<E\n".repeat(3_000) + ")",
        "a = [\n".repeat(10_000) + ")",
        "path \"x\" {\n  a = 1\n}\n".repeat(2_000),
        "}\nvault read a\n".repeat(2_000),
    ] {
        let start = std::time::Instant::now();
        reading(&text);
        assert!(start.elapsed().as_secs() < 30, "{}", &text[..8]);
    }
}
