//! Terminal sessions: which lines of a fence are typed and which are printed, by their prompts.
//!
//! Does not read commands; only tells where one goes on over several lines.

use super::fence::Language;
use super::mapped::Mapped;
use super::plausible;

/// A fence's text without prompts and output.
#[derive(Debug)]
pub(super) struct Session {
    /// What is typed.
    pub(super) typed: Mapped,
    /// How many lines are left out as printed, or as typed into something other than a shell.
    pub(super) left_out: usize,
    /// Whether a prompt was seen, of a shell or of something else.
    pub(super) prompted: bool,
}

/// Takes the prompts off. Where a fence has a shell's prompt, the lines without one are output; lines
/// at the prompt of a database or of another interpreter are never a shell's.
pub(super) fn typed(mapped: &Mapped, language: Language) -> Session {
    let lines: Vec<(usize, &str)> = offsets(&mapped.text).collect();
    let root = language == Language::Console;
    let prompted = lines.iter().any(|(_, line)| shell_prompt(line, root).is_some());
    let foreign = lines.iter().any(|(_, line)| is_foreign(line));
    let mut session =
        Session { typed: Mapped::default(), left_out: 0, prompted: prompted || foreign };
    if !session.prompted {
        session.typed = mapped.clone();
        return session;
    }
    let mut open = Open::default();
    for (at, line) in lines {
        let end = at + line.len();
        let prompt = if open.is_open() { None } else { shell_prompt(line, root) };
        let start = match prompt {
            Some(length) => at + length,
            // The second prompt of a command that goes on.
            None if prompted && open.is_open() && line.starts_with("> ") => at + 2,
            None if open.is_open() || (!prompted && !is_foreign(line)) => at,
            None => {
                session.left_out += usize::from(!line.trim().is_empty());
                continue;
            }
        };
        session.typed.push_part(mapped, start..end);
        if prompted {
            open.feed(&mapped.text[start..end]);
        }
    }
    session
}

fn offsets(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    })
}

/// The length of a shell's prompt at the start of a line, blanks included.
fn shell_prompt(line: &str, root: bool) -> Option<usize> {
    let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    let text = &line[indent..];
    let after = |length: usize| {
        let rest = text[length..].strip_prefix(' ')?;
        Some(indent + length + 1 + rest.len() - rest.trim_start_matches(' ').len())
    };
    if text.starts_with("$> ") {
        return after(2);
    }
    if text.starts_with('$') {
        return after(1);
    }
    if root && text.starts_with("# ") {
        let first = text[2..].split_whitespace().next().unwrap_or_default();
        return plausible::is_known(first).then(|| after(1)).flatten();
    }
    // `[root@host ~]#`, `user@host:~/x$`, `-bash-5.1$`, `/ #`.
    let window = text.char_indices().take(80);
    let end =
        window.skip(1).find(|(at, c)| matches!(c, '$' | '#') && text[at + 1..].starts_with(' '));
    let (end, _) = end?;
    let name = &text[..end];
    let bracketed = name.starts_with('[') && name.ends_with(']') && name.contains('@');
    let placed = name
        .split_once('@')
        .is_some_and(|(user, host)| is_user(user) && host.contains(':') && !host.contains(' '));
    let shell = ["bash-", "sh-"].iter().any(|shell| {
        // A shell that was logged in to has a dash before its name.
        name.strip_prefix('-')
            .unwrap_or(name)
            .strip_prefix(shell)
            .is_some_and(|version| version.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
    });
    let place = matches!(name, "/ " | "~ ");
    (bracketed || placed || shell || place).then(|| after(end + 1)).flatten()
}

fn is_user(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// The prompt of a database client or of another interpreter.
fn is_foreign(line: &str) -> bool {
    let text = line.trim_start();
    let first = text.split_whitespace().next().unwrap_or_default();
    let client =
        ["mysql>", "MariaDB", "sqlite>", "mongo>", "redis>", ">>>", "irb>", "test>", "cqlsh>"];
    let postgres = ["=#", "=>", "-#", "->", "(#"]
        .iter()
        .any(|end| first.strip_suffix(end).is_some_and(|name| name.len() > 1 && is_user(name)));
    (client.contains(&first) && (first != "MariaDB" || text.contains("]>"))) || postgres
}

/// Whether a typed command goes on in the next line.
#[derive(Debug, Default)]
pub(super) struct Open {
    quote: Option<char>,
    joined: bool,
    heredocs: Vec<String>,
}

impl Open {
    /// Whether it does, by the lines so far.
    pub(super) fn is_open(&self) -> bool {
        self.quote.is_some() || self.joined || !self.heredocs.is_empty()
    }

    /// Whether it does in a quote.
    pub(super) fn is_quoted(&self) -> bool {
        self.quote.is_some()
    }

    /// Takes one more line in.
    pub(super) fn feed(&mut self, line: &str) {
        let line = line.trim_end_matches(['\n', '\r']);
        self.joined = false;
        if let Some(delimiter) = self.heredocs.first() {
            if line.trim_start_matches('\t') == delimiter {
                self.heredocs.remove(0);
            }
            return;
        }
        let mut characters = line.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            match (self.quote, character) {
                (Some('\''), '\'') | (Some('"'), '"') => self.quote = None,
                (Some('\''), _) => {}
                (_, '\\') => {
                    self.joined = characters.next().is_none();
                }
                (None, '"' | '\'') => self.quote = Some(character),
                (None, '<') if line[at..].starts_with("<<") && !line[at..].starts_with("<<<") => {
                    self.heredoc(&line[at + 2..]);
                    characters.next();
                }
                (None, '#') if at == 0 || line[..at].ends_with([' ', '\t']) => break,
                _ => {}
            }
        }
    }

    fn heredoc(&mut self, rest: &str) {
        let rest = rest.trim_start_matches(['-', ' ']);
        let delimiter: String = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || "_-'\"\\".contains(*c))
            .filter(|c| !"'\"\\".contains(*c))
            .collect();
        if !delimiter.is_empty() {
            self.heredocs.push(delimiter);
        }
    }
}
