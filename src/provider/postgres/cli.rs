//! The grammar of `psql`: whom it connects as, where, and what it would run. Pure.

use super::conninfo::Conninfo;
use crate::claim::Text;
use crate::provider::Call;
use crate::provider::masked::Masked;

/// Short options that take a value.
const SHORT_WITH_VALUE: &str = "cdfFhLopPRTUv";

/// Long options that take a value.
const LONG_WITH_VALUE: &[&str] = &[
    "command",
    "dbname",
    "file",
    "field-separator",
    "host",
    "log-file",
    "output",
    "port",
    "pset",
    "record-separator",
    "table-attr",
    "username",
    "set",
    "variable",
];

/// A `psql` command taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Psql {
    /// Where and as whom, with the variables that the command sees.
    pub(super) to: Conninfo,
    /// What it runs, in order.
    pub(super) sources: Vec<Source>,
    /// `-v`, each with its value.
    pub(super) variables: Vec<(String, Text)>,
    /// Whether it only says something of itself, or lists databases.
    pub(super) lists: bool,
}

/// What `psql` runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// `-c`
    Command(Text),
    /// `-f`, by its name; `-` is standard input.
    File(Text),
}

impl Psql {
    /// Takes a call apart; `None` where it is not psql's.
    pub(super) fn of(call: &Call) -> Option<Self> {
        if call.program()? != "psql" {
            return None;
        }
        let mut psql = Self::default();
        let mut positional = Vec::new();
        let mut words = call.words[1..].iter();
        while let Some(word) = words.next() {
            let masked = Masked::new(word);
            let text = masked.text.as_str();
            if let Some(long) = text.strip_prefix("--") {
                match long.split_once('=') {
                    Some((name, value)) => psql.set(name, masked.unmask(value)),
                    None if LONG_WITH_VALUE.contains(&long) => {
                        psql.set(long, words.next()?.clone());
                    }
                    None => psql.lists |= matches!(long, "list" | "version" | "help"),
                }
            } else if let Some(short) = text.strip_prefix('-').filter(|short| !short.is_empty()) {
                let at = short.find(|c| SHORT_WITH_VALUE.contains(c));
                psql.lists |= short[..at.unwrap_or(short.len())].contains(['l', 'V', '?']);
                if let Some(at) = at {
                    let value = &short[at + 1..];
                    let name = &short[at..=at];
                    let value =
                        if value.is_empty() { words.next()?.clone() } else { masked.unmask(value) };
                    psql.set(name, value);
                }
            } else {
                positional.push(word.clone());
            }
        }
        psql.place(positional);
        psql.to = psql.to.or(Conninfo::from_variables(|name| call.variable(name)));
        Some(psql)
    }

    fn set(&mut self, name: &str, value: Text) {
        match name {
            "U" | "username" => self.to.user = Some(value),
            "h" | "host" => self.to.host = Some(value),
            "p" | "port" => self.to.port = Some(value),
            "d" | "dbname" => self.connect_to(value),
            "c" | "command" => self.sources.push(Source::Command(value)),
            "f" | "file" => self.sources.push(Source::File(value)),
            "v" | "set" | "variable" => {
                let masked = Masked::new(&value);
                if let Some((name, value)) = masked.text.split_once('=') {
                    self.variables.push((name.to_owned(), masked.unmask(value)));
                }
            }
            _ => {}
        }
    }

    /// `psql [DBNAME [USERNAME]]`, where an option does not name them already.
    fn place(&mut self, positional: Vec<Text>) {
        for word in positional {
            if self.to.database.is_none() {
                self.connect_to(word);
            } else if self.to.user.is_none() {
                self.to.user = Some(word);
            }
        }
    }

    /// A database's name, a URI or a `key=value` string: its parts stand above the options before it.
    fn connect_to(&mut self, text: Text) {
        match Conninfo::parse(&text) {
            Some(info) => self.to = info.or(std::mem::take(&mut self.to)),
            None => self.to.database = Some(text),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::claim::{Hole, Part};

    /// A call from words in one string, separated by blanks; `<X>` and `$X` are holes.
    pub(in crate::provider::postgres) fn call(line: &str) -> Call {
        let words = line.split(' ').map(|word| match word.chars().next() {
            Some('<' | '$') => Text::from(Part::Hole(Hole::Unbound(word.to_owned()))),
            _ => Text::from(word),
        });
        Call { words: words.collect(), ..Call::default() }
    }

    fn shown(line: &str) -> String {
        let to = Psql::of(&call(line)).unwrap().to;
        [to.user, to.host, to.port, to.database]
            .map(|part| part.map_or_else(|| "-".to_owned(), |text| text.shown()))
            .join(" ")
    }

    #[test]
    fn options_and_positions_name_the_connection() {
        for (line, expected) in [
            ("psql -U <USER> -h $PG_HOST products", "<USER> $PG_HOST - products"),
            ("psql -U postgres -h $PG_HOST", "postgres $PG_HOST - -"),
            ("psql -Upostgres -hh -p5433 -d d", "postgres h 5433 d"),
            ("psql --username=u --host h --dbname=d", "u h - d"),
            ("psql d u", "u - - d"),
            ("psql -U u postgresql://h:5433/d", "u h 5433 d"),
            ("psql -tAc select -U u", "u - - -"),
        ] {
            assert_eq!(shown(line), expected, "{line}");
        }
        let mut call = call("psql -U u");
        call.environment.push(("PGHOST".to_owned(), Text::from("e")));
        assert_eq!(Psql::of(&call).unwrap().to.host, Some(Text::from("e")));
    }

    #[test]
    fn sources_keep_their_order() {
        let psql = Psql::of(&call("psql -v a=b -c one -f two -c three")).unwrap();
        let spelled = |source: &Source| match source {
            Source::Command(text) => format!("-c {}", text.shown()),
            Source::File(text) => format!("-f {}", text.shown()),
        };
        let sources: Vec<String> = psql.sources.iter().map(spelled).collect();
        assert_eq!(sources, ["-c one", "-f two", "-c three"]);
        assert_eq!(psql.variables, [("a".to_owned(), Text::from("b"))]);
        assert!(Psql::of(&call("psql -l")).unwrap().lists);
        assert!(Psql::of(&call("psql --version")).unwrap().lists);
        assert!(!Psql::of(&call("psql -d list")).unwrap().lists);
    }
}
