//! A challenge as compact text: what snapshots show and digests are taken of. Not a report: nothing
//! else reads it.

use std::fmt::Write as _;

use labproof::challenge::{
    Assignment, Challenge, Command, Field, Link, Nest, Piece, Redirect, Word,
};

/// Steps, commands and diagnostics of a challenge.
pub(crate) fn challenge(challenge: &Challenge) -> String {
    let mut text = frontmatter(challenge);
    for step in &challenge.steps {
        let source = &challenge.source;
        let (from, to) = (source.line(step.span.start), source.line(step.span.end));
        let prose = source.slice(step.prose).split_whitespace().collect::<Vec<_>>().join(" ");
        let prose: String = prose.chars().take(40).collect();
        line(&mut text, &format!("step {}, lines {from}-{to}, after {prose:?}", step.number));
        for command in &step.commands {
            let at = source.line(command.span.start);
            line(&mut text, &format!("  {at}: {}", self::command(command)));
        }
    }
    for found in &challenge.diagnostics {
        let at = challenge.source.line(found.span.start);
        line(&mut text, &format!("{:?} {at}: {}", found.severity, found.message));
        let marked: String = challenge.source.slice(found.span).chars().take(50).collect();
        line(&mut text, &format!("    at {marked:?}"));
        if let Some(help) = &found.help {
            line(&mut text, &format!("    help {help}"));
        }
    }
    text
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").unwrap();
}

fn frontmatter(challenge: &Challenge) -> String {
    let matter = &challenge.frontmatter;
    let mut text = String::new();
    let texts = [
        ("slug", &matter.slug),
        ("id", &matter.id),
        ("type", &matter.kind),
        ("title", &matter.title),
        ("teaser", &matter.teaser),
        ("difficulty", &matter.difficulty),
    ];
    for (name, field) in texts {
        if let Some(field) = field {
            let key = challenge.source.slice(field.key);
            let written = challenge.source.slice(field.span);
            line(&mut text, &format!("{name} = {:?} ({key}: {written:?})", field.value));
        }
    }
    if let Some(field) = &matter.timelimit {
        line(&mut text, &format!("timelimit = {}", field.value));
    }
    if let Some(field) = &matter.enhanced_loading {
        line(&mut text, &format!("enhanced_loading = {}", field.value));
    }
    for note in &matter.notes {
        let value = |field: &Option<Field<String>>| field.as_ref().map(|field| field.value.clone());
        let (kind, contents, url) = (value(&note.kind), value(&note.contents), value(&note.url));
        let parts: Vec<String> = [kind, contents, url].into_iter().flatten().collect();
        line(&mut text, &format!("note {parts:?}"));
    }
    for tab in &matter.tabs {
        let texts =
            [&tab.title, &tab.kind, &tab.hostname, &tab.path, &tab.url, &tab.cmd, &tab.workdir];
        let parts: Vec<&str> =
            texts.into_iter().flatten().map(|field| field.value.as_str()).collect();
        let port = tab.port.as_ref().map(|field| field.value);
        let window = tab.new_window.as_ref().map(|field| field.value);
        line(&mut text, &format!("tab {parts:?} port {port:?} new window {window:?}"));
    }
    let answers: Vec<&str> = matter.answers.iter().map(|field| field.value.as_str()).collect();
    let solution: Vec<u64> = matter.solution.iter().map(|field| field.value).collect();
    if !answers.is_empty() {
        line(&mut text, &format!("answers {answers:?} solution {solution:?}"));
    }
    text
}

/// One command: its link, assignments, words and redirections.
pub(crate) fn command(command: &Command) -> String {
    let mut parts = Vec::new();
    match command.link {
        Link::Then => {}
        Link::And => parts.push("&&".to_owned()),
        Link::Or => parts.push("||".to_owned()),
        Link::Pipe => parts.push("|".to_owned()),
    }
    let assigned =
        |assignment: &Assignment| format!("{}:={}", assignment.name, word(&assignment.value));
    parts.extend(command.assignments.iter().map(assigned));
    parts.extend(command.words.iter().map(word));
    for redirect in &command.redirects {
        parts.push(match redirect {
            Redirect::Write(target) => format!("write({})", word(target)),
            Redirect::Append(target) => format!("append({})", word(target)),
            Redirect::Group(target) => format!("group({})", word(target)),
            Redirect::Read(target) => format!("read({})", word(target)),
            Redirect::Here(text) => format!("here({})", word(text)),
        });
    }
    for within in &command.within {
        parts.push(match &within.nest {
            Nest::Subshell => "(in a subshell)".to_owned(),
            Nest::Each { variable, words } => {
                let words: Vec<String> = words.iter().map(word).collect();
                format!("(for {variable} in {})", words.join(" "))
            }
            Nest::Function(name) => format!("(in {name})"),
            Nest::Perhaps => "(perhaps)".to_owned(),
            Nest::Unread => "(unread)".to_owned(),
        });
    }
    parts.join(" ")
}

fn word(word: &Word) -> String {
    if word.pieces.is_empty() {
        return "''".to_owned();
    }
    let pieces: Vec<String> = word.pieces.iter().map(piece).collect();
    pieces.join("+")
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Literal(text)
            if text.chars().all(|c| c.is_alphanumeric() || "-_./:,@=".contains(c)) =>
        {
            text.clone()
        }
        Piece::Literal(text) => format!("{text:?}"),
        Piece::Variable(name) => format!("var({name})"),
        Piece::Substitution(commands) => {
            let inner: Vec<String> = commands.iter().map(command).collect();
            format!("sub({})", inner.join("; "))
        }
        Piece::Placeholder(name) => format!("fill({name})"),
        Piece::InstruqtVar(key) => format!("instruqt({key})"),
        Piece::Opaque(written) => format!("opaque({written})"),
    }
}
