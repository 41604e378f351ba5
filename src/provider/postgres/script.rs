//! What `psql` runs, in pieces: statements up to their semicolon, and its own commands with a backslash.

/// A piece of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A statement, without its semicolon.
    Sql(String),
    /// A command of psql's own: its name without the backslash, and its arguments.
    Meta(String, Vec<String>),
}

/// Stands where a variable of psql's is not known; no statement with it is read.
const UNKNOWN: char = '\u{1}';

/// Takes a script apart. `variable` gives what `:name` stands for.
pub(super) fn pieces(script: &str, variable: &dyn Fn(&str) -> Option<String>) -> Vec<Piece> {
    let mut scanner = Scanner {
        chars: script.chars().collect(),
        at: 0,
        statement: String::new(),
        depth: 0,
        pieces: Vec::new(),
        variable,
    };
    scanner.run();
    scanner.pieces
}

/// Whether something in a statement stands for what is not known.
pub(super) fn is_open(statement: &str) -> bool {
    statement.contains(UNKNOWN)
}

struct Scanner<'a> {
    chars: Vec<char>,
    at: usize,
    statement: String,
    depth: usize,
    pieces: Vec<Piece>,
    variable: &'a dyn Fn(&str) -> Option<String>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some(c) = self.chars.get(self.at).copied() {
            let next = self.chars.get(self.at + 1).copied();
            match (c, next) {
                ('\'', _) => self.quoted('\'', self.is_escaping()),
                ('"', _) => self.quoted('"', false),
                ('-', Some('-')) => self.line_comment(),
                ('/', Some('*')) => self.block_comment(),
                ('$', _) => self.dollar(),
                (':', Some(':')) => {
                    self.statement.push_str("::");
                    self.at += 2;
                }
                (':', Some(next)) if starts_name(next) => self.variable(),
                ('\\', Some(';')) => {
                    // Sent together with what follows; still two statements.
                    self.at += 2;
                    self.end();
                }
                ('\\', _) => self.meta(),
                (';', _) if self.depth == 0 => {
                    self.at += 1;
                    self.end();
                }
                _ => {
                    match c {
                        '(' => self.depth += 1,
                        ')' => self.depth = self.depth.saturating_sub(1),
                        _ => {}
                    }
                    self.statement.push(c);
                    self.at += 1;
                }
            }
        }
        self.end();
    }

    fn end(&mut self) {
        let statement = std::mem::take(&mut self.statement);
        self.depth = 0;
        if !statement.trim().is_empty() {
            self.pieces.push(Piece::Sql(statement.trim().to_owned()));
        }
    }

    /// Whether the string that begins here is `E'…'`.
    fn is_escaping(&self) -> bool {
        let mut before = self.statement.chars().rev();
        matches!(before.next(), Some('e' | 'E'))
            && before.next().is_none_or(|c| !c.is_alphanumeric() && c != '_')
    }

    fn quoted(&mut self, quote: char, escaping: bool) {
        self.take();
        while let Some(c) = self.chars.get(self.at).copied() {
            self.take();
            if c == '\\' && escaping {
                self.take();
            } else if c == quote {
                return;
            }
        }
    }

    fn take(&mut self) {
        self.statement.extend(self.chars.get(self.at));
        self.at += 1;
    }

    fn line_comment(&mut self) {
        while self.chars.get(self.at).is_some_and(|c| *c != '\n') {
            self.at += 1;
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.chars.len() {
            let two = (self.chars[self.at], self.chars.get(self.at + 1));
            match two {
                ('/', Some('*')) => (depth, self.at) = (depth + 1, self.at + 2),
                ('*', Some('/')) => {
                    (depth, self.at) = (depth - 1, self.at + 2);
                    if depth == 0 {
                        break;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.statement.push(' ');
    }

    /// `$tag$ … $tag$`, or a dollar like any other character.
    fn dollar(&mut self) {
        let rest = &self.chars[self.at + 1..];
        let length = rest.iter().take_while(|c| c.is_alphanumeric() || **c == '_').count();
        let named = rest.first().is_none_or(|c| !c.is_ascii_digit());
        let inside_word = self.statement.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if rest.get(length) != Some(&'$') || !named || inside_word {
            self.take();
            return;
        }
        let tag: Vec<char> = self.chars[self.at..self.at + length + 2].to_vec();
        for _ in 0..tag.len() {
            self.take();
        }
        while self.at < self.chars.len() {
            if self.chars[self.at..].starts_with(&tag) {
                for _ in 0..tag.len() {
                    self.take();
                }
                return;
            }
            self.take();
        }
    }

    /// `:name`, `:'name'` as a string, `:"name"` as a name.
    fn variable(&mut self) {
        let quote = self.chars.get(self.at + 1).copied().filter(|c| matches!(c, '\'' | '"'));
        let start = self.at + 1 + usize::from(quote.is_some());
        let length = self.chars[start..].iter().take_while(|c| is_in_name(**c)).count();
        let name: String = self.chars[start..start + length].iter().collect();
        let closed = quote.is_none_or(|quote| self.chars.get(start + length) == Some(&quote));
        if name.is_empty() || !closed {
            self.take();
            return;
        }
        self.at = start + length + usize::from(quote.is_some());
        match ((self.variable)(&name), quote) {
            (None, _) => self.statement.push(UNKNOWN),
            (Some(value), None) => self.statement.push_str(&value),
            (Some(value), Some(quote)) => {
                let doubled = value.replace(quote, &format!("{quote}{quote}"));
                self.statement.push(quote);
                self.statement.push_str(&doubled);
                self.statement.push(quote);
            }
        }
    }

    /// A backslash and its words, up to the end of the line or the next backslash command.
    fn meta(&mut self) {
        let rest: String = self.chars[self.at + 1..].iter().take_while(|c| **c != '\n').collect();
        let line = rest.split("\\\\").next().unwrap_or_default();
        self.at += 1 + line.chars().count() + if line.len() < rest.len() { 2 } else { 0 };
        let mut words = words(line).into_iter();
        let name = words.next().unwrap_or_default();
        // `\g` and its like send what stands before them.
        if matches!(
            name.as_str(),
            "g" | "gx" | "gexec" | "gset" | "gdesc" | "crosstabview" | "watch"
        ) {
            self.end();
        } else if matches!(name.as_str(), "r" | "reset") {
            self.statement.clear();
        }
        self.pieces.push(Piece::Meta(name, words.collect()));
    }
}

fn starts_name(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '\'' | '"')
}

fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Words with psql's quotes taken off.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(script: &str) -> Vec<String> {
        let variable = |name: &str| (name == "role").then(|| "app".to_owned());
        let spelled = |piece| match piece {
            Piece::Sql(text) => text,
            Piece::Meta(name, words) => format!("\\{name} {words:?}"),
        };
        pieces(script, &variable).into_iter().map(spelled).collect()
    }

    #[test]
    fn statements_end_where_psql_ends_them() {
        for (script, expected) in [
            ("select 1; select 2", &["select 1", "select 2"][..]),
            ("select ';'; select \"a;b\"", &["select ';'", "select \"a;b\""]),
            ("select 'it''s;'; x", &["select 'it''s;'", "x"]),
            ("select E'\\';'; x", &["select E'\\';'", "x"]),
            ("do $$ begin; end; $$; x", &["do $$ begin; end; $$", "x"]),
            ("do $a$ $$; $a$; x", &["do $a$ $$; $a$", "x"]),
            ("-- a; b\nselect 1;", &["select 1"]),
            ("/* a; /* b; */ */ select 1;", &["select 1"]),
            ("create rule r as (a; b); x", &["create rule r as (a; b)", "x"]),
            ("\\c shop\ncreate table t (a int);", &["\\c [\"shop\"]", "create table t (a int)"]),
            ("\\c \"My Shop\" app", &["\\c [\"My Shop\", \"app\"]"]),
            ("select 'x' \\gexec\nselect 2;", &["select 'x'", "\\gexec []", "select 2"]),
            (
                "create role :role; drop role :\"role\"; x :'role'",
                &["create role app", "drop role \"app\"", "x 'app'"],
            ),
            ("select a::text, '1:2'", &["select a::text, '1:2'"]),
            ("select $1", &["select $1"]),
        ] {
            assert_eq!(shown(script), expected, "{script}");
        }
        assert!(is_open(&shown("create role :other")[0]));
    }
}
