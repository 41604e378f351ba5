//! Commands that run another command: `sudo`, `env`, `timeout`, `watch`, `xargs`. Looked through, so that what is
//! read is the command itself.

use crate::claim::{Hole, Part, Text};
use crate::provider::Call;

/// How a program takes its own options before the command that it runs.
struct Wrapper {
    name: &'static str,
    /// Short options that take a value.
    short: &'static str,
    /// Long options that take a value behind a blank.
    long: &'static [&'static str],
    /// Whether `NAME=VALUE` may stand before the command.
    assigns: bool,
    /// Words of its own between its options and the command.
    operands: usize,
}

const fn plain(name: &'static str, short: &'static str, long: &'static [&'static str]) -> Wrapper {
    Wrapper { name, short, long, assigns: false, operands: 0 }
}

const WRAPPERS: &[Wrapper] = &[
    Wrapper {
        assigns: true,
        ..plain(
            "sudo",
            "ugpCDRrtTU",
            &[
                "user",
                "group",
                "prompt",
                "close-from",
                "chdir",
                "chroot",
                "role",
                "type",
                "command-timeout",
                "other-user",
                "host",
            ],
        )
    },
    plain("doas", "uC", &[]),
    Wrapper { assigns: true, ..plain("env", "uC", &["unset", "chdir"]) },
    Wrapper { operands: 1, ..plain("timeout", "sk", &["signal", "kill-after"]) },
    plain("time", "fo", &["format", "output"]),
    plain("watch", "n", &["interval"]),
    plain("nohup", "", &[]),
    plain("nice", "n", &["adjustment"]),
    plain("ionice", "cn", &["class", "classdata"]),
    plain("setsid", "", &[]),
    plain("command", "", &[]),
    plain("builtin", "", &[]),
    plain("exec", "a", &[]),
    plain("stdbuf", "ioe", &["input", "output", "error"]),
    plain(
        "xargs",
        "IndLPEsa",
        &["replace", "max-args", "delimiter", "max-lines", "max-procs", "arg-file", "max-chars"],
    ),
];

/// Wrappers in wrappers beyond this are left alone.
const DEEPEST: usize = 8;

/// Takes the wrappers off a call. Whether what is left may run another number of times than once, or on what the
/// text does not show.
pub(super) fn unwrap(call: &mut Call) -> bool {
    let mut perhaps = false;
    for _ in 0..DEEPEST {
        let Some(program) = call.program() else { break };
        let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.name == program) else { break };
        let Some(inner) = Inner::of(call, wrapper) else { break };
        call.own.extend(inner.own);
        call.words = inner.words;
        perhaps |= matches!(wrapper.name, "watch" | "xargs");
    }
    perhaps
}

/// What a wrapper runs.
struct Inner {
    words: Vec<Text>,
    own: Vec<(String, Text)>,
}

impl Inner {
    /// `None` where it runs nothing: `sudo -i`, `command -v kubectl`, `env`.
    fn of(call: &Call, wrapper: &Wrapper) -> Option<Self> {
        let mut own = Vec::new();
        let mut options: Vec<(String, Option<Text>)> = Vec::new();
        let mut words = call.words[1..].iter().peekable();
        while let Some(word) = words.peek() {
            let text = word.literal().unwrap_or_default();
            if text == "--" {
                words.next();
                break;
            }
            if let Some(long) = text.strip_prefix("--") {
                words.next();
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(Text::from(value))),
                    None if wrapper.long.contains(&long) => (long, words.next().cloned()),
                    None => (long, None),
                };
                options.push((name.to_owned(), value));
            } else if let Some(short) = text.strip_prefix('-').filter(|short| !short.is_empty()) {
                words.next();
                let at = short.find(|letter| wrapper.short.contains(letter));
                let value = at.and_then(|at| match &short[at + 1..] {
                    "" => words.next().cloned(),
                    value => Some(Text::from(value)),
                });
                let letters = short.chars().take(at.map_or(usize::MAX, |at| at + 1));
                options.extend(letters.map(|letter| (letter.to_string(), None)));
                if let Some(last) = options.last_mut().filter(|_| at.is_some()) {
                    last.1 = value;
                }
            } else if let Some(assigned) = assignment(word).filter(|_| wrapper.assigns) {
                own.push(assigned);
                words.next();
            } else {
                break;
            }
        }
        let words: Vec<Text> = words.skip(wrapper.operands).cloned().collect();
        let has = |name: &str| options.iter().any(|(option, _)| option == name);
        let looks = match wrapper.name {
            "command" => has("v") || has("V"),
            "sudo" => has("e") || has("edit") || has("l") || has("list"),
            _ => false,
        };
        if words.is_empty() || looks {
            return None;
        }
        let value = |names: [&str; 2]| {
            let found = options.iter().rev().find(|(option, _)| names.contains(&option.as_str()));
            found.and_then(|(_, value)| value.clone())
        };
        let words = match wrapper.name {
            "watch" => watched(words),
            "xargs" => with_input(words, value(["I", "replace"]).and_then(|one| one.literal())),
            _ => words,
        };
        if wrapper.name == "sudo"
            && let Some(user) = value(["u", "user"])
            && call.variable("PGUSER").is_none()
        {
            // libpq's user is that of the account, where nothing else names one.
            own.push(("PGUSER".to_owned(), user));
        }
        Some(Self { words, own })
    }
}

fn assignment(word: &Text) -> Option<(String, Text)> {
    let (name, value) = word.split_once('=')?;
    let name = name.literal()?;
    let first = name.chars().next()?;
    let good = (first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    good.then_some((name, value))
}

/// `watch` gives its words to a shell: one word may hold a whole command.
fn watched(words: Vec<Text>) -> Vec<Text> {
    let [one] = words.as_slice() else { return words };
    let Some(text) = one.literal() else { return words };
    let first = text.split(['|', ';', '&', '>']).next().unwrap_or_default();
    let split: Vec<Text> = first.split_whitespace().map(Text::from).collect();
    if split.is_empty() { words } else { split }
}

/// What `xargs` reads stands behind the words, or for the mark of `-I`.
fn with_input(words: Vec<Text>, mark: Option<String>) -> Vec<Text> {
    let unknown = || Text::from(Part::Hole(Hole::Unbound("…".to_owned())));
    let Some(mark) = mark else {
        return words.into_iter().chain([unknown()]).collect();
    };
    let replaced = |word: Text| match word.literal() {
        Some(text) if text.contains(&mark) => {
            let mut pieces = text.split(&mark);
            let mut whole = Text::from(pieces.next().unwrap_or_default());
            for piece in pieces {
                whole.extend(&unknown());
                whole.push(Part::Literal(piece.to_owned()));
            }
            whole
        }
        _ => word,
    };
    words.into_iter().map(replaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwrapped(line: &str) -> String {
        let words = line.split(' ').map(|word| Text::from(word.replace('~', " "))).collect();
        let mut call = Call { words, ..Call::default() };
        let perhaps = unwrap(&mut call);
        let own = call.own.iter().map(|(name, value)| format!("{name}:={}", value.shown()));
        let words = call.words.iter().map(Text::shown);
        let all: Vec<String> = own.chain(words).collect();
        format!("{}{}", if perhaps { "? " } else { "" }, all.join(" "))
    }

    #[test]
    fn the_command_itself_is_left() {
        for (line, inner) in [
            ("sudo a b", "a b"),
            ("sudo -E -u pg a", "PGUSER:=pg a"),
            ("sudo -upg -H a -x", "PGUSER:=pg a -x"),
            ("sudo --user=pg -- a", "PGUSER:=pg a"),
            ("sudo --user pg A=b a", "A:=b PGUSER:=pg a"),
            ("sudo -i", "sudo -i"),
            ("sudo -l a", "sudo -l a"),
            ("sudo -e f", "sudo -e f"),
            ("/usr/bin/sudo a", "a"),
            ("env -i A=b -u C a", "A:=b a"),
            ("env", "env"),
            ("env A=b", "env A=b"),
            ("timeout 5 a 6", "a 6"),
            ("timeout -k 5 --signal=9 10s a", "a"),
            ("nohup a", "a"),
            ("nice -n 5 a", "a"),
            ("nice -10 a", "a"),
            ("command a", "a"),
            ("command -v a", "command -v a"),
            ("exec -a x a", "a"),
            ("stdbuf -oL -e 0 a", "a"),
            ("time -p a", "a"),
            ("watch -n1 -d a b", "? a b"),
            ("watch -n 1 a~b~|~c", "? a b"),
            ("sudo timeout 5 env A=b a", "A:=b a"),
            ("xargs -n 1 a b", "? a b …"),
            ("xargs -I{} a x/{} b", "? a x/… b"),
            ("xargs -r a", "? a …"),
        ] {
            assert_eq!(unwrapped(line), inner, "{line}");
        }
    }
}
