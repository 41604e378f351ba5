//! What holds of every text whatever: reading ends, does not panic, and its places are places.

use labproof::assertion::{Bindings, collect};
use labproof::challenge::{Challenge, Command, Piece, Redirect, Word, parse};
use labproof::source::{Source, Span};
use proptest::prelude::*;

/// Parts that texts with trouble are made of.
const PARTS: &[&str] = &[
    "---\n",
    "slug: x\n",
    "```",
    "```bash\n",
    "```\n",
    "~~~\n",
    "    ```\n",
    "   ```sh\n",
    "> ",
    "- ",
    "1. ",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "<details>",
    "</details>\n",
    "<!--",
    "-->",
    "<p>\n",
    "vault ",
    "vault secrets enable kv\n",
    "for x in a {1..3} $A; do ",
    "done\n",
    "f() {",
    "cd /a\n",
    "echo a > f\n",
    "> f\n",
    "bash -c 'ls'\n",
    "bash <<'E'\nls\nE\n",
    "alias v=vault\n",
    "v ",
    "sudo -u x ",
    "xargs ",
    "rm -r f\n",
    "sed -i s/a/b/ f\n",
    "kubectl get pods\n",
    "a=b ",
    "$(",
    ")",
    "`",
    "\"",
    "'",
    "\\",
    "\\\n",
    "<NAME>",
    "<",
    ">",
    "<<EOF\n",
    "EOF\n",
    "{{ x }}",
    "[[ Instruqt-Var key=\"k\" hostname=\"h\" ]]",
    "$A",
    "${A",
    "}",
    "| ",
    "&& ",
    "; ",
    "# ",
    "$ ",
    "[root@h ~]# ",
    "mysql> ",
    "if ",
    "then ",
    "fi\n",
    "{ ",
    "é",
    "日本",
    "🎉",
    "\u{a0}",
    "\u{feff}",
    "“",
    "*",
    "[",
    "]",
    "!",
    "export ",
    "((",
    "))",
    "&",
];

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(proptest::sample::select(PARTS), 0..40)
            .prop_map(|parts| parts.concat()),
        ".{0,200}",
        "(```\n)?.{0,60}\n```",
    ]
}

fn fixtures() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/challenges/parse");
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect()
}

/// A fixture with a part cut out and another put in.
fn mutated() -> impl Strategy<Value = String> {
    let cut = (any::<proptest::sample::Index>(), 0..30usize, proptest::sample::select(PARTS));
    (proptest::sample::select(fixtures()), proptest::collection::vec(cut, 1..5)).prop_map(
        |(mut text, cuts)| {
            for (at, length, part) in cuts {
                let mut start = at.index(text.len() + 1);
                let mut end = (start + length).min(text.len());
                while !text.is_char_boundary(start) {
                    start -= 1;
                }
                while !text.is_char_boundary(end) {
                    end += 1;
                }
                text.replace_range(start..end, part);
            }
            text
        },
    )
}

fn place(text: &str, span: Span) {
    assert!(span.start <= span.end, "{span:?}");
    assert!(text.get(span.start..span.end).is_some(), "{span:?} of {}", text.len());
}

fn word(text: &str, word: &Word) {
    place(text, word.span);
    for pair in word.pieces.windows(2) {
        let joined = !matches!(pair, [Piece::Literal(_), Piece::Literal(_)]);
        assert!(joined, "two literals in a row");
    }
    for piece in &word.pieces {
        if let Piece::Substitution(commands) = piece {
            self::commands(text, commands);
        }
    }
}

fn commands(text: &str, commands: &[Command]) {
    for command in commands {
        place(text, command.span);
        for assignment in &command.assignments {
            place(text, assignment.span);
            word(text, &assignment.value);
        }
        command.words.iter().for_each(|each| word(text, each));
        for within in &command.within {
            place(text, within.span);
        }
        for redirect in &command.redirects {
            let (Redirect::Write(target)
            | Redirect::Append(target)
            | Redirect::Group(target)
            | Redirect::Read(target)
            | Redirect::Here(target)) = redirect;
            word(text, target);
        }
    }
    let starts: Vec<usize> = commands.iter().map(|command| command.span.start).collect();
    assert!(starts.is_sorted(), "commands in the order of the text: {starts:?}");
}

/// Sound, and what it claims can be worked out.
fn collected(challenge: &Challenge) {
    sound(challenge);
    let plan = collect(challenge, &Bindings::default());
    assert_eq!(plan.steps.len(), challenge.steps.len());
}

fn sound(challenge: &Challenge) {
    let text = &challenge.source.text;
    let mut end = 0;
    for (index, step) in challenge.steps.iter().enumerate() {
        assert_eq!(step.number, index + 1);
        place(text, step.span);
        place(text, step.prose);
        assert!(step.prose.start >= end && step.span.start >= step.prose.end);
        end = step.span.end;
        commands(text, &step.commands);
    }
    for diagnostic in &challenge.diagnostics {
        place(text, diagnostic.span);
    }
    assert!(challenge.diagnostics.is_sorted_by_key(|diagnostic| diagnostic.span));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn any_text_is_read(text in texts()) {
        collected(&parse(Source::new("x.md", text)));
    }

    #[test]
    fn any_fence_is_read(text in texts()) {
        collected(&parse(Source::new("x.md", format!("```bash\nvault status\n{text}\n```\n"))));
    }

    #[test]
    fn any_change_of_a_fixture_is_read(text in mutated()) {
        collected(&parse(Source::new("x.md", text)));
    }
}

#[test]
fn long_texts_are_read_in_time() {
    for part in [
        "```\nls\n```\n",
        "<p>\n```\nls\n```\n",
        "    ```\n",
        "<!-- ",
        "> ",
        "- ```\n",
        "1. x\n   ```\ny\n",
    ] {
        let text = part.repeat(300_000 / part.len());
        let start = processor_ticks();
        sound(&parse(Source::new("x.md", text)));
        assert!(processor_ticks() - start < 2_000, "{part:?}");
    }
}

/// What this thread has used of a processor, in hundredths of a second: a busy machine takes nothing from it.
fn processor_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let behind_name = stat.rsplit_once(')').unwrap().1;
    let used: Vec<&str> = behind_name.split_whitespace().collect();
    used[11].parse::<u64>().unwrap() + used[12].parse::<u64>().unwrap()
}
