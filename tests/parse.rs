//! Challenges of our own writing, one for each thing that bodies in the field have, and what is read
//! from them: the snapshots are the specification. Knows no claims.

use labproof::challenge::parse;
use labproof::source::Source;

use crate::render;

#[test]
fn challenges_are_read_as_their_snapshots_say() {
    insta::glob!("challenges/parse/*.md", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap();
        let challenge = parse(Source::new(name, text));
        insta::assert_snapshot!(render::challenge(&challenge));
    });
}

#[test]
fn every_place_is_one_of_the_file() {
    for (text, spans) in [
        // A heredoc that never ends, in a substitution.
        (
            "```bash\nvault status\n```<<EOF\ncd /a\n```bash\ncd /a\n---\n\n```\n",
            &["vault status", "```<<EOF\ncd /a\n```bash", "cd /a", "cd /a"][..],
        ),
        // What is typed into psql, without an end of its last line.
        ("```\nvault login\npsql\n\\```kubectl tail > ", &["vault login", "psql"]),
    ] {
        let challenge = parse(Source::new("a.md", text));
        let commands = &challenge.steps[0].commands;
        let mut found: Vec<&str> =
            commands.iter().map(|command| challenge.source.slice(command.span)).collect();
        assert!(commands.is_sorted_by_key(|command| command.span.start), "{text}");
        found.sort_unstable();
        let mut spans = spans.to_vec();
        spans.sort_unstable();
        assert_eq!(found, spans, "{text}");
    }
}
