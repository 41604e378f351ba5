//! The commands that a command runs in its name: through `kubectl exec`, `oc rsh`, `docker exec`, `sh -c`, `su -c`
//! and `sudo -u`. Pure.

use super::masked::Masked;
use super::{Call, PROVIDERS};
use crate::claim::{Hole, Part, Text};

/// Wrappers in wrappers: no deeper than this.
const DEPTH: usize = 4;

/// Programs that run what stands in their words.
const WRAPPERS: [&str; 18] = [
    "kubectl",
    "oc",
    "k",
    "docker",
    "podman",
    "nerdctl",
    "docker-compose",
    "sudo",
    "env",
    "runuser",
    "gosu",
    "su-exec",
    "su",
    "bash",
    "sh",
    "ash",
    "dash",
    "zsh",
];

/// A command that is run in the name of another, and where.
#[derive(Clone, Debug)]
pub(super) struct Inner {
    /// As if it were written by itself.
    pub(super) call: Call,
    /// Whether it runs in a container, whose `localhost` is not ours.
    pub(super) inside: bool,
}

/// Whether a provider reads a command wherever it is run.
type Known<'a> = &'a dyn Fn(&Call) -> bool;

/// The commands that a call runs and that are `known`, in order; a known one runs itself.
pub(super) fn commands(call: &Call, known: Known<'_>) -> Vec<Inner> {
    let mut found = Vec::new();
    // Most commands run none, and need no copy.
    if !known(call) && !call.program().is_some_and(|program| WRAPPERS.contains(&program.as_str())) {
        return found;
    }
    let outer = Inner { call: call.clone(), inside: call.inside };
    unwrap(outer, known, 0, &mut found);
    found
}

/// The one command that a call of another program runs in a container or as somebody else, where a provider reads
/// it there; the call itself where there is none.
pub fn seen_through(call: Call) -> Call {
    let known = |inner: &Call| PROVIDERS.iter().any(|provider| provider.reads_inside(inner));
    let mut found = commands(&call, &known);
    let Some(only) = found.pop().filter(|_| found.is_empty()) else { return call };
    Call { inside: only.inside, ..only.call }
}

fn unwrap(outer: Inner, known: Known<'_>, depth: usize, found: &mut Vec<Inner>) {
    if known(&outer.call) {
        found.push(outer);
        return;
    }
    let program = outer.call.program().filter(|_| depth < DEPTH);
    match program.as_deref().unwrap_or_default() {
        "kubectl" | "oc" | "k" => in_pod(&outer, known, depth, found),
        "docker" | "podman" | "nerdctl" | "docker-compose" => {
            in_container(&outer, known, depth, found);
        }
        "sudo" | "env" | "runuser" | "gosu" | "su-exec" | "su" => {
            as_user(&outer, known, depth, found);
        }
        "bash" | "sh" | "ash" | "dash" | "zsh" => in_shell(&outer, known, depth, found),
        _ => {}
    }
}

/// The same call with other words.
fn with_words(outer: &Inner, words: Vec<Text>) -> Inner {
    Inner { call: Call { words, ..outer.call.clone() }, ..*outer }
}

/// The same in a container, which sees neither the shell's variables nor its files.
fn contained(outer: &Inner, words: Vec<Text>) -> Inner {
    let Inner { mut call, .. } = with_words(outer, words);
    call.environment.clear();
    call.own.clear();
    call.files = super::Files::default();
    call.printed.clear();
    call.directory = None;
    Inner { call, inside: true }
}

fn is(word: &Text, literal: &str) -> bool {
    word.literal().as_deref() == Some(literal)
}

/// `kubectl exec POD -- psql …`, `oc rsh POD psql …`, and the old form without the dashes.
fn in_pod(outer: &Inner, known: Known<'_>, depth: usize, found: &mut Vec<Inner>) {
    const WITH_VALUE: [&str; 10] = [
        "-c",
        "-f",
        "-n",
        "--container",
        "--filename",
        "--namespace",
        "--pod-running-timeout",
        "--request-timeout",
        "--shell",
        "--timeout",
    ];
    const ELSEWHERE: [&str; 5] = ["--cluster", "--context", "--kubeconfig", "--server", "--user"];
    let (mut verb, mut pod) = (false, false);
    let mut rest = outer.call.words[1..].iter();
    let words = loop {
        let Some(word) = rest.next() else { return };
        let text = word.shown();
        let flag = text.split('=').next().unwrap_or_default();
        if ELSEWHERE.contains(&flag) {
            return;
        }
        match text.as_str() {
            "--" if verb => break rest.cloned().collect(),
            flag if WITH_VALUE.contains(&flag) => drop(rest.next()),
            flag if flag.starts_with('-') => {}
            "exec" | "rsh" if !verb => verb = true,
            _ if !verb => return,
            _ if !pod => pod = true,
            _ => break std::iter::once(word).chain(rest).cloned().collect(),
        }
    };
    unwrap(contained(outer, words), known, depth + 1, found);
}

/// `docker exec [flags] NAME psql …`, `docker compose exec SERVICE psql …`.
fn in_container(outer: &Inner, known: Known<'_>, depth: usize, found: &mut Vec<Inner>) {
    const WITH_VALUE: [&str; 8] =
        ["-e", "--env", "-u", "--user", "-w", "--workdir", "--index", "--env-file"];
    let words = &outer.call.words;
    let Some(exec) = words.iter().position(|word| is(word, "exec")) else { return };
    let mut inner = contained(outer, Vec::new());
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
        unwrap(inner, known, depth + 1, found);
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
fn as_user(outer: &Inner, known: Known<'_>, depth: usize, found: &mut Vec<Inner>) {
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
        Some(script) => run_script(&inner, known, &script, depth, found),
        None if !inner.call.words.is_empty() => unwrap(inner, known, depth + 1, found),
        None => {}
    }
}

fn in_shell(outer: &Inner, known: Known<'_>, depth: usize, found: &mut Vec<Inner>) {
    let words = &outer.call.words;
    let flag = words.iter().skip(1).position(|word| {
        word.literal().is_some_and(|flag| {
            flag.starts_with('-') && !flag.starts_with("--") && flag.ends_with('c')
        })
    });
    let Some(script) = flag.and_then(|flag| words.get(flag + 2)) else { return };
    run_script(outer, known, &script.clone(), depth, found);
}

fn run_script(
    outer: &Inner,
    known: Known<'_>,
    script: &Text,
    depth: usize,
    found: &mut Vec<Inner>,
) {
    let mut piped: Option<Text> = None;
    for command in simple(script) {
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
        unwrap(inner, known, depth + 1, found);
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
fn simple(script: &Text) -> Vec<Simple> {
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

    fn known(call: &Call) -> bool {
        let program = call.program().unwrap_or_default();
        matches!(program.as_str(), "psql" | "createdb" | "dropdb")
    }

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
        commands(&call, &known).iter().map(spelled).collect()
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
            (&["oc", "rsh", "-n", "x", "psql", "psql", "-l"], &["inside psql|-l"]),
            (&["kubectl", "exec", "pg", "--context=b", "--", "psql", "-l"], &[]),
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
        let found = commands(&Call { words, ..Call::default() }, &known);
        assert_eq!(found[0].call.stdin.as_ref().unwrap().shown().trim(), "select 1;");
    }
}
