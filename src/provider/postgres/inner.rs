//! The commands of Postgres' clients that a command runs: its own, or through `kubectl exec`, `docker exec`,
//! `sh -c`, `su -c` and `sudo -u`. Pure.

use super::PROGRAMS;
use crate::claim::{Hole, Part, Text};
use crate::provider::Call;
use crate::provider::masked::Masked;

/// Wrappers in wrappers: no deeper than this.
const DEPTH: usize = 4;

/// A client's command, and where it runs.
#[derive(Clone, Debug)]
pub(super) struct Inner {
    /// As if it were written by itself.
    pub(super) call: Call,
    /// Whether it runs in a container, whose `localhost` is not ours.
    pub(super) inside: bool,
}

/// The clients' commands in a call, in order.
pub(super) fn clients(call: &Call) -> Vec<Inner> {
    let mut found = Vec::new();
    unwrap(Inner { call: call.clone(), inside: false }, 0, &mut found);
    found
}

/// Whether a call runs a client in another program's name.
pub(super) fn wraps_client(call: &Call) -> bool {
    !call.program().is_some_and(|program| PROGRAMS.contains(&program.as_str()))
        && !clients(call).is_empty()
}

fn unwrap(outer: Inner, depth: usize, found: &mut Vec<Inner>) {
    let Some(program) = outer.call.program() else { return };
    if PROGRAMS.contains(&program.as_str()) {
        found.push(outer);
        return;
    }
    if depth == DEPTH {
        return;
    }
    match program.as_str() {
        "kubectl" | "oc" | "k" => in_pod(&outer, depth, found),
        "docker" | "podman" | "nerdctl" | "docker-compose" => in_container(&outer, depth, found),
        "sudo" | "env" | "runuser" | "gosu" | "su-exec" | "su" => as_user(&outer, depth, found),
        "bash" | "sh" | "ash" | "dash" | "zsh" => in_shell(&outer, depth, found),
        _ => {}
    }
}

/// The same call with other words.
fn with_words(outer: &Inner, words: Vec<Text>) -> Inner {
    Inner { call: Call { words, ..outer.call.clone() }, ..*outer }
}

fn is(word: &Text, literal: &str) -> bool {
    word.literal().as_deref() == Some(literal)
}

/// `kubectl exec POD -- psql …`, and its old form without the dashes.
fn in_pod(outer: &Inner, depth: usize, found: &mut Vec<Inner>) {
    let words = &outer.call.words;
    let Some(exec) = words.iter().position(|word| is(word, "exec")) else { return };
    let start = match words.iter().position(|word| is(word, "--")) {
        Some(dashes) if dashes > exec => dashes + 1,
        Some(_) => return,
        None => {
            let client =
                |word: &Text| word.literal().is_some_and(|word| PROGRAMS.contains(&base(&word)));
            match words[exec..].iter().position(client) {
                Some(offset) => exec + offset,
                None => return,
            }
        }
    };
    let mut inner = with_words(outer, words[start..].to_vec());
    inner.inside = true;
    // The pod does not see the shell's variables.
    inner.call.environment.clear();
    inner.call.own.clear();
    unwrap(inner, depth + 1, found);
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `docker exec [flags] NAME psql …`, `docker compose exec SERVICE psql …`.
fn in_container(outer: &Inner, depth: usize, found: &mut Vec<Inner>) {
    const WITH_VALUE: [&str; 8] =
        ["-e", "--env", "-u", "--user", "-w", "--workdir", "--index", "--env-file"];
    let words = &outer.call.words;
    let Some(exec) = words.iter().position(|word| is(word, "exec")) else { return };
    let mut inner = with_words(outer, Vec::new());
    inner.inside = true;
    inner.call.environment.clear();
    inner.call.own.clear();
    let mut rest = words[exec + 1..].iter();
    let mut named = false;
    while let Some(word) = rest.next() {
        let flag = word.literal().filter(|word| word.starts_with('-'));
        match flag {
            Some(flag) if WITH_VALUE.contains(&flag.as_str()) => {
                let Some(value) = rest.next() else { return };
                match flag.as_str() {
                    "-e" | "--env" => inner.call.own.extend(assignment(value)),
                    "-u" | "--user" => inner.call.own.push(("USER".to_owned(), value.clone())),
                    _ => {}
                }
            }
            Some(_) => {}
            None if !named => named = true,
            None => {
                inner.call.words =
                    std::iter::once(word.clone()).chain(rest.by_ref().cloned()).collect();
            }
        }
    }
    if !inner.call.words.is_empty() {
        unwrap(inner, depth + 1, found);
    }
}

/// `NAME=value`
fn assignment(word: &Text) -> Option<(String, Text)> {
    let masked = Masked::new(word);
    let (name, value) = masked.text.split_once('=')?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    plain.then(|| (name.to_owned(), masked.unmask(value)))
}

/// `sudo -u postgres psql`, `su - postgres -c "psql …"`, `env PGPASSWORD=… psql`.
fn as_user(outer: &Inner, depth: usize, found: &mut Vec<Inner>) {
    let mut inner = with_words(outer, Vec::new());
    let su = matches!(outer.call.program().as_deref(), Some("su"));
    let by_name = matches!(outer.call.program().as_deref(), Some("gosu" | "su-exec"));
    let (mut user, mut script) = (None, None);
    let mut rest = outer.call.words[1..].iter();
    while let Some(word) = rest.next() {
        let literal = word.literal().unwrap_or_default();
        match literal.as_str() {
            "-u" | "--user" => user = rest.next().cloned(),
            "-c" | "--command" if su => script = rest.next().cloned(),
            "-g" | "--group" | "-s" | "--shell" => drop(rest.next()),
            flag if flag.starts_with('-') => {}
            _ if su || by_name && user.is_none() => user = Some(word.clone()),
            _ => match assignment(word) {
                Some(own) => inner.call.own.push(own),
                None => {
                    inner.call.words =
                        std::iter::once(word.clone()).chain(rest.by_ref().cloned()).collect();
                }
            },
        }
    }
    inner.call.own.extend(user.map(|user| ("USER".to_owned(), user)));
    match script {
        Some(script) => run_script(&inner, &script, depth, found),
        None if !inner.call.words.is_empty() => unwrap(inner, depth + 1, found),
        None => {}
    }
}

fn in_shell(outer: &Inner, depth: usize, found: &mut Vec<Inner>) {
    let words = &outer.call.words;
    let flag = words.iter().skip(1).position(|word| {
        word.literal().is_some_and(|flag| {
            flag.starts_with('-') && !flag.starts_with("--") && flag.ends_with('c')
        })
    });
    let Some(script) = flag.and_then(|flag| words.get(flag + 2)) else { return };
    run_script(outer, &script.clone(), depth, found);
}

fn run_script(outer: &Inner, script: &Text, depth: usize, found: &mut Vec<Inner>) {
    let mut piped: Option<Text> = None;
    for command in commands(script) {
        let mut inner = with_words(outer, command.words);
        let assigned: Vec<(String, Text)> = inner.call.words.iter().map_while(assignment).collect();
        inner.call.words.drain(..assigned.len());
        inner.call.own.extend(assigned);
        if inner.call.words.is_empty() {
            continue;
        }
        if command.piped {
            inner.call.stdin = piped.take();
        }
        piped = (inner.call.program().as_deref() == Some("echo")).then(|| {
            let mut text = Text::default();
            for word in &inner.call.words[1..] {
                text.extend(word);
                text.push(Part::Literal(" ".to_owned()));
            }
            text
        });
        unwrap(inner, depth + 1, found);
    }
}

/// One command of a small script.
#[derive(Default)]
struct Simple {
    words: Vec<Text>,
    /// Whether it reads what the one before it writes.
    piped: bool,
}

/// Words of a script by the shell's quotes; variables are holes, as what they stand for there is not known.
fn commands(script: &Text) -> Vec<Simple> {
    let masked = Masked::new(script);
    let mut chars = masked.text.chars().peekable();
    let mut commands = vec![Simple::default()];
    let mut word: Option<Text> = None;
    let mut quote = None;
    let push = |word: &mut Option<Text>, text: Text| word.get_or_insert_default().extend(&text);
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, Some(open)) if c == open => quote = None,
            ('\\', None | Some('"')) => match chars.next() {
                Some('\n') | None => {}
                Some(next) if quote.is_none() || "\"\\$`".contains(next) => {
                    push(&mut word, masked.unmask(&next.to_string()));
                }
                Some(next) => push(&mut word, masked.unmask(&format!("\\{next}"))),
            },
            ('$', None | Some('"')) if chars.peek().is_some_and(|next| starts_variable(*next)) => {
                let mut name = String::from("$");
                let braced = chars.peek() == Some(&'{');
                while let Some(next) = chars.peek() {
                    let part = next.is_ascii_alphanumeric() || *next == '_';
                    if !(part || braced && !name.ends_with('}')) {
                        break;
                    }
                    name.extend(chars.next());
                }
                push(&mut word, Text::from(Part::Hole(Hole::Unbound(name))));
            }
            (c, None) if c.is_whitespace() && c != '\n' => end(&mut word, &mut commands),
            (';' | '\n' | '&' | '|', None) => {
                end(&mut word, &mut commands);
                let again = chars.next_if_eq(&c).is_some();
                commands.push(Simple { words: Vec::new(), piped: c == '|' && !again });
            }
            (c, _) => push(&mut word, masked.unmask(&c.to_string())),
        }
    }
    end(&mut word, &mut commands);
    commands.retain(|command| !command.words.is_empty());
    commands
}

fn starts_variable(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '{'
}

fn end(word: &mut Option<Text>, commands: &mut [Simple]) {
    if let (Some(word), Some(command)) = (word.take(), commands.last_mut()) {
        command.words.push(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(words: &[&str]) -> Vec<String> {
        let words = words.iter().map(|word| Text::from(*word)).collect();
        let call = Call { words, ..Call::default() };
        let spelled = |inner: &Inner| {
            let words: Vec<String> = inner.call.words.iter().map(Text::shown).collect();
            let own = inner.call.own.iter();
            let own: Vec<String> =
                own.map(|(name, value)| format!("{name}={} ", value.shown())).collect();
            let place = if inner.inside { "inside " } else { "" };
            format!("{place}{}{}", own.concat(), words.join("|"))
        };
        clients(&call).iter().map(spelled).collect()
    }

    #[test]
    fn a_client_is_found_in_what_runs_it() {
        for (words, expected) in [
            (&["psql", "-c", "a b"][..], &["psql|-c|a b"][..]),
            (
                &["kubectl", "exec", "-it", "pg", "-n", "x", "--", "psql", "-U", "u"],
                &["inside psql|-U|u"],
            ),
            (&["kubectl", "exec", "pg", "psql", "-l"], &["inside psql|-l"]),
            (&["kubectl", "get", "pods"], &[]),
            (
                &["docker", "exec", "-e", "PGPASSWORD=p", "-it", "pg", "psql", "-U", "u"],
                &["inside PGPASSWORD=p psql|-U|u"],
            ),
            (&["docker", "compose", "exec", "db", "createdb", "x"], &["inside createdb|x"]),
            (&["sudo", "-u", "postgres", "psql", "-c", "x"], &["USER=postgres psql|-c|x"]),
            (&["su", "-", "postgres", "-c", "psql -c 'a b'"], &["USER=postgres psql|-c|a b"]),
            (
                &[
                    "k",
                    "exec",
                    "pg",
                    "--",
                    "bash",
                    "-c",
                    "PGPASSWORD=$PW psql -U \"$U\" -c \"a 'b'\"; dropdb x",
                ],
                &["inside PGPASSWORD=$PW psql|-U|$U|-c|a 'b'", "inside dropdb|x"],
            ),
            (&["env", "PGUSER=u", "psql"], &["PGUSER=u psql"]),
            (&["kubectl", "exec", "pg", "--", "sh"], &[]),
        ] {
            assert_eq!(shown(words), expected, "{words:?}");
        }
    }

    #[test]
    fn what_is_piped_in_a_shell_is_read() {
        let words = ["sh", "-c", "echo 'select 1;' | psql -U u"].map(Text::from).to_vec();
        let found = clients(&Call { words, ..Call::default() });
        assert_eq!(found[0].call.stdin.as_ref().unwrap().shown().trim(), "select 1;");
    }
}
