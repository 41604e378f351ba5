//! `createdb`, `dropdb`, `createuser` and `dropuser`: whom and what they make or take away. Pure.

use super::conninfo::Conninfo;
use super::sql::Said;
use super::{database, role};
use crate::claim::{Claim, Expectation, Field, Meaning, Subject, Text, Verb};
use crate::provider::Call;
use crate::provider::masked::Masked;

/// A command of one of these programs taken apart.
#[derive(Default)]
struct Line {
    to: Conninfo,
    arguments: Vec<Text>,
    /// Options by their long names.
    options: Vec<(&'static str, Option<Text>)>,
}

/// Short option, long option, whether it takes a value.
type Options = &'static [(char, &'static str, bool)];

const COMMON: Options = &[
    ('h', "host", true),
    ('p', "port", true),
    ('U', "username", true),
    ('w', "no-password", false),
    ('W', "password", false),
    ('e', "echo", false),
    ('V', "version", false),
    ('?', "help", false),
];

const CREATEDB: Options = &[
    ('D', "tablespace", true),
    ('E', "encoding", true),
    ('l', "locale", true),
    ('O', "owner", true),
    ('T', "template", true),
    ('\0', "lc-collate", true),
    ('\0', "lc-ctype", true),
    ('\0', "icu-locale", true),
    ('\0', "locale-provider", true),
    ('\0', "strategy", true),
    ('\0', "maintenance-db", true),
];

const CREATEUSER: Options = &[
    // Taken and without effect.
    ('E', "encrypted", false),
    ('c', "connection-limit", true),
    ('d', "createdb", false),
    ('D', "no-createdb", false),
    ('g', "member-of", true),
    ('\0', "role", true),
    ('\0', "with-admin", true),
    ('a', "with-admin", true),
    ('m', "with-member", true),
    ('\0', "member", true),
    ('i', "inherit", false),
    ('I', "no-inherit", false),
    ('l', "login", false),
    ('L', "no-login", false),
    ('P', "pwprompt", false),
    ('r', "createrole", false),
    ('R', "no-createrole", false),
    ('s', "superuser", false),
    ('S', "no-superuser", false),
    ('v', "valid-until", true),
    ('\0', "interactive", false),
    ('\0', "bypassrls", false),
    ('\0', "no-bypassrls", false),
    ('\0', "replication", false),
    ('\0', "no-replication", false),
];

const DROPPING: Options = &[
    ('i', "interactive", false),
    ('f', "force", false),
    ('\0', "if-exists", false),
    ('\0', "maintenance-db", true),
];

/// What such a command does, and over which connection; `None` where it is another program.
pub(super) fn read(call: &Call) -> Option<(Conninfo, Said)> {
    let program = call.program()?;
    let options = match program.as_str() {
        "createdb" => CREATEDB,
        "createuser" => CREATEUSER,
        "dropdb" | "dropuser" => DROPPING,
        _ => return None,
    };
    let Some(mut line) = Line::of(call, options) else {
        return Some((Conninfo::default(), Said::unknown(&program)));
    };
    line.to = std::mem::take(&mut line.to).or(Conninfo::from_variables(|name| call.variable(name)));
    let own = call.variable("USER");
    line.to.user = line.to.user.or_else(|| own.cloned());
    if line.has("help") || line.has("version") {
        return Some((line.to, Said::claimed(Vec::new())));
    }
    let claims = match program.as_str() {
        "createdb" => line.makes_database(),
        "createuser" => line.makes_role(),
        "dropdb" => line.drops(database::ID),
        _ => line.drops(role::ID),
    };
    let said = claims.map_or_else(|| Said::unknown(&program), Said::claimed);
    Some((line.to, said))
}

impl Line {
    fn of(call: &Call, own: Options) -> Option<Self> {
        let mut line = Self::default();
        let mut words = call.words[1..].iter();
        let known = || own.iter().chain(COMMON);
        while let Some(word) = words.next() {
            let masked = Masked::new(word);
            let text = masked.text.as_str();
            if let Some(long) = text.strip_prefix("--").filter(|long| !long.is_empty()) {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(masked.unmask(value))),
                    None => (long, None),
                };
                let (_, name, takes) = known().find(|(_, known, _)| *known == name)?;
                let value =
                    if *takes && value.is_none() { Some(words.next()?.clone()) } else { value };
                line.set(name, value);
                continue;
            }
            let Some(shorts) = text.strip_prefix('-').filter(|shorts| !shorts.is_empty()) else {
                line.arguments.push(word.clone());
                continue;
            };
            for (at, short) in shorts.char_indices() {
                let (_, name, takes) = known().find(|(known, ..)| *known == short)?;
                if *takes {
                    let rest = &shorts[at + short.len_utf8()..];
                    let value =
                        if rest.is_empty() { words.next()?.clone() } else { masked.unmask(rest) };
                    line.set(name, Some(value));
                    break;
                }
                line.set(name, None);
            }
        }
        Some(line)
    }

    fn set(&mut self, name: &'static str, value: Option<Text>) {
        match name {
            "host" => self.to.host = value,
            "port" => self.to.port = value,
            "username" => self.to.user = value,
            _ => self.options.push((name, value)),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(option, _)| *option == name)
    }

    fn value(&self, name: &str) -> Option<&Text> {
        let mut found = self.options.iter().rev().filter(|(option, _)| *option == name);
        found.next().and_then(|(_, value)| value.as_ref())
    }

    /// `createdb [NAME [COMMENT]]`; without a name it is the user's.
    fn makes_database(&self) -> Option<Vec<Claim>> {
        let name = self.arguments.first().or(self.to.user.as_ref())?;
        let mut fields = Vec::new();
        if let Some(owner) = self.value("owner") {
            fields.push(Field::new("owner", owner.clone(), Meaning::Exact));
        }
        if let Some(encoding) = self.value("encoding")
            && encoding.literal().as_deref() == Some("UTF8")
        {
            fields.push(Field::new("encoding", encoding.clone(), Meaning::Exact));
        }
        let subject = Subject::new(database::ID, name.clone());
        Some(vec![Claim::new(subject, Expectation::Present(fields), Verb::Create)])
    }

    /// `createuser` writes every attribute down, those that it is not asked for too.
    fn makes_role(&self) -> Option<Vec<Claim>> {
        let name = self.arguments.first()?;
        let mut fields = Vec::new();
        let attributes = [
            ("superuser", "superuser", "no-superuser", false),
            ("createdb", "createdb", "no-createdb", false),
            ("createrole", "createrole", "no-createrole", false),
            ("inherit", "inherit", "no-inherit", true),
            ("login", "login", "no-login", true),
            ("replication", "replication", "no-replication", false),
            ("bypassrls", "bypassrls", "no-bypassrls", false),
        ];
        for (field, yes, no, usual) in attributes {
            // A prompt asks for the first three; what is answered is not in the text.
            let open = self.has("interactive") && !self.has(yes) && !self.has(no);
            let asked = matches!(field, "superuser" | "createdb" | "createrole");
            let said = self.has(yes) || self.has(no);
            // The last two are only written where they are asked for.
            if (open && asked) || !said && matches!(field, "replication" | "bypassrls") {
                continue;
            }
            let value = if self.has(yes) { true } else { !self.has(no) && usual };
            fields.push(Field::new(field, value.to_string(), Meaning::Exact));
        }
        if let Some(limit) = self.value("connection-limit") {
            fields.push(Field::new("connection_limit", limit.clone(), Meaning::Exact));
        }
        if self.has("pwprompt") {
            fields.push(Field::new("password", Text::default(), Meaning::NotReturned));
        }
        for group in ["member-of", "role"].iter().filter_map(|option| self.value(option)) {
            let path = format!("member of {}", group.literal()?);
            fields.push(Field::new(path, "true", Meaning::Exact));
        }
        let subject = Subject::new(role::ID, name.clone());
        let mut claims = vec![Claim::new(subject, Expectation::Present(fields), Verb::Create)];
        for member in
            ["with-member", "member", "with-admin"].iter().filter_map(|option| self.value(option))
        {
            let path = format!("member of {}", name.literal()?);
            let field = Field::new(path, "true", Meaning::Exact);
            let subject = Subject::new(role::ID, member.clone());
            claims.push(Claim::new(subject, Expectation::Present(vec![field]), Verb::Change));
        }
        Some(claims)
    }

    fn drops(&self, kind: &'static str) -> Option<Vec<Claim>> {
        let name = self.arguments.first()?;
        let claim = Claim::new(Subject::new(kind, name.clone()), Expectation::Absent, Verb::Remove);
        Some(vec![claim.leniently(self.has("if-exists"))])
    }
}
