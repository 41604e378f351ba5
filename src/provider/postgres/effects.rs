//! What a command of Postgres' clients does, statement by statement: its claims, or why it has none. Pure.

use super::cli::{Psql, Source};
use super::conninfo::Conninfo;
use super::place::{Place, container};
use super::row_history;
use super::script::{Piece, is_open, pieces};
use super::sql::{self, Flow, Said};
use super::unmask::unmasked;
use super::{Postgres, role, rows, tools};
use crate::claim::{Claim, Expectation, Subject, Text, Verb};
use crate::provider::inner::{self, Inner};
use crate::provider::masked::Masked;
use crate::provider::{Call, Provider as _, Reading, Story, Unseen};

/// Scripts that include each other: no deeper than this.
const DEPTH: usize = 5;

/// What a command does.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Effects {
    pub(super) claims: Vec<Claim>,
    /// What it is where it claims nothing.
    pub(super) reading: Reading,
}

/// What the clients in a call do; `None` where it runs none.
pub(super) fn of(call: &Call, story: &Story) -> Option<Effects> {
    let clients = inner::commands(call, &|inner| Postgres.knows(inner));
    if clients.is_empty() {
        return None;
    }
    let mut walk = Walk {
        story,
        place: Place::default(),
        path: None,
        claims: Vec::new(),
        reading: Reading::Reads,
        begun: None,
        ended: false,
    };
    for client in &clients {
        walk.client(client);
    }
    Some(Effects { claims: walk.claims, reading: walk.reading })
}

/// Whether all that a call's clients run only looks.
pub(super) fn only_looks(call: &Call) -> bool {
    of(call, &Story::default())
        .is_none_or(|effects| effects.claims.is_empty() && effects.reading == Reading::Reads)
}

/// The claims of a call on things of one kind.
pub(super) fn claims(call: &Call, story: &Story, kind: &str) -> Vec<Claim> {
    let claims = of(call, story).map(|effects| effects.claims).unwrap_or_default();
    claims.into_iter().filter(|claim| claim.subject.kind == kind).collect()
}

struct Walk<'a> {
    story: &'a Story,
    place: Place,
    /// The schema that a `SET search_path` put first.
    path: Option<String>,
    claims: Vec<Claim>,
    reading: Reading,
    /// How many claims there were when a transaction began.
    begun: Option<usize>,
    /// Whether a `\q` or what cannot be followed ends the script.
    ended: bool,
}

impl Walk<'_> {
    fn client(&mut self, client: &Inner) {
        let call = &client.call;
        if let Some((to, said)) = tools::read(call) {
            self.place = Place::new(to, client.inside);
            self.said(said, &Masked::default());
            return;
        }
        match call.program().as_deref() {
            Some("pg_restore" | "pgbench") => {
                return self.reads(Reading::NotObservable(Unseen::NotInText));
            }
            Some("psql") => {}
            // `pg_isready`, `pg_dump`, `pg_dumpall`
            _ => return,
        }
        let Some(mut psql) = Psql::of(call) else {
            return self.reads(Reading::NotUnderstood("the options of `psql`".to_owned()));
        };
        if psql.lists {
            return;
        }
        psql.to.user = psql.to.user.or_else(|| call.variable("USER").cloned());
        self.place = Place::new(psql.to.clone(), client.inside);
        (self.path, self.begun, self.ended) = (None, None, false);
        if psql.sources.is_empty() {
            psql.sources.push(Source::File(Text::from("-")));
        }
        for source in &psql.sources {
            match source {
                Source::Command(text) => self.script(text, call, &psql.variables, 0),
                Source::File(name) => self.file(name, call, &psql.variables, 0),
            }
        }
    }

    fn file(&mut self, name: &Text, call: &Call, variables: &[(String, Text)], depth: usize) {
        let text = match name.literal().as_deref() {
            // Without statements of the text it is a session for the learner's own.
            Some("-") => match &call.stdin {
                Some(text) => text,
                None => return,
            },
            Some(name) if depth < DEPTH => match call.file(name) {
                Some(text) => text,
                None => return self.reads(Reading::NotObservable(Unseen::NotInText)),
            },
            _ => return self.reads(Reading::NotObservable(Unseen::NotInText)),
        };
        self.script(text, call, variables, depth);
    }

    fn script(&mut self, text: &Text, call: &Call, variables: &[(String, Text)], depth: usize) {
        let masked = Masked::new(text);
        let mut variables = variables.to_vec();
        let of = |name: &str, variables: &[(String, Text)]| {
            let mut known = variables.iter().rev();
            known.find(|(known, _)| known == name).and_then(|(_, value)| value.literal())
        };
        // What `\set` gives counts from there on; scripts set before they use.
        let lookup = {
            let first = pieces(&masked.text, &|_| None);
            for piece in first {
                if let Piece::Meta(name, words) = piece
                    && let ("set", [variable, rest @ ..]) = (name.as_str(), words.as_slice())
                {
                    variables.push((variable.clone(), Text::from(rest.concat())));
                }
            }
            variables.clone()
        };
        let mut last: Option<String> = None;
        let all = pieces(&masked.text, &|name| of(name, &lookup));
        for (index, piece) in all.iter().enumerate() {
            if self.ended {
                return;
            }
            match piece {
                Piece::Sql(statement) => {
                    last = Some(statement.clone());
                    let executed =
                        matches!(all.get(index + 1), Some(Piece::Meta(name, _)) if name == "gexec");
                    if !executed {
                        self.statement(statement, &masked);
                    }
                }
                Piece::Meta(name, words) => {
                    let words: Vec<Text> = words.iter().map(|word| masked.unmask(word)).collect();
                    match name.as_str() {
                        "i" | "ir" | "include" | "include_relative" => {
                            let Some(name) = words.first() else { continue };
                            self.file(name, call, &lookup, depth + 1);
                        }
                        "gexec" => self.executed(last.as_deref(), &masked),
                        _ => self.meta(name, &words),
                    }
                }
            }
        }
    }

    fn statement(&mut self, statement: &str, masked: &Masked) {
        let said = if is_open(statement) {
            Said::unknown(statement)
        } else {
            sql::read(statement, self.path.as_deref())
        };
        self.said(said, masked);
    }

    /// `SELECT 'CREATE …' WHERE NOT EXISTS (…) \gexec`: done where it is not there yet.
    fn executed(&mut self, statement: Option<&str>, masked: &Masked) {
        let Some(inner) = statement.and_then(sql::selected_literal) else {
            return self.reads(Reading::NotObservable(Unseen::ControlFlow));
        };
        let said = sql::read(&inner, self.path.as_deref());
        let claims = said.claims.into_iter().map(|claim| claim.leniently(true)).collect();
        self.said(Said { claims, ..said }, masked);
    }

    fn meta(&mut self, name: &str, words: &[Text]) {
        match name {
            "c" | "connect" => self.connect(words),
            "q" | "quit" => self.ended = true,
            "if" | "elif" | "else" | "endif" => {
                self.reads(Reading::NotObservable(Unseen::ControlFlow));
                self.ended = true;
            }
            "password" | "e" | "edit" | "ef" | "ev" => {
                self.reads(Reading::NotObservable(Unseen::NotInText));
            }
            "copy"
                if words
                    .iter()
                    .any(|word| word.literal().is_some_and(|w| w.eq_ignore_ascii_case("from"))) =>
            {
                self.reads(Reading::NotObservable(Unseen::Nameless));
            }
            "lo_import" | "lo_unlink" => self.reads(Reading::NotObservable(Unseen::NoMark)),
            "!" => self.reads(Reading::NotUnderstood("a shell command of `psql`".to_owned())),
            _ => {}
        }
    }

    /// `\c [db [user [host [port]]]]`, with `-` for what stays; or a URI.
    fn connect(&mut self, words: &[Text]) {
        let new = |index: usize| {
            words.get(index).filter(|word| word.literal().as_deref() != Some("-")).cloned()
        };
        // A database that was the user's own stays where only the user changes.
        let database = self.place.database();
        let mut to = Conninfo { database: Some(database), ..self.place.to.clone() };
        if let Some(info) = new(0).as_ref().and_then(Conninfo::parse) {
            to = info.or(to);
        } else {
            let other = new(1).is_some_and(|user| to.user.as_ref() != Some(&user));
            if other {
                to.password = None;
            }
            let rest = Conninfo::default();
            let (database, user, host, port) = (new(0), new(1), new(2), new(3));
            to = Conninfo { user, host, port, database, ..rest }.or(to);
        }
        self.place = Place::new(to, self.place.inside);
        self.path = None;
    }

    fn said(&mut self, said: Said, masked: &Masked) {
        self.reads(said.reading);
        match said.flow {
            // Who owns what follows is somebody else's matter.
            Flow::Stays | Flow::Becomes => {}
            Flow::Begins => self.begun = Some(self.claims.len()),
            Flow::Commits => self.begun = None,
            Flow::Undoes => {
                if let Some(begun) = self.begun.take() {
                    self.claims.truncate(begun);
                }
            }
            Flow::Path(path) => self.path = path,
        }
        if let Some(touched) = said.touched {
            let table = Subject::new(rows::ID, touched.table.as_str()).with("where", "");
            let table = self.place.subject(table, std::iter::empty());
            let earlier = self.story.claims.iter().chain(&self.claims);
            let disturbed = row_history::touched(&table, &touched.with, earlier);
            self.claims.extend(disturbed);
        }
        for claim in said.claims {
            let claim = unmasked(claim, masked);
            let table = self.place.subject(claim.subject.clone(), std::iter::empty());
            let earlier = self.story.claims.iter().chain(&self.claims);
            let known = row_history::deleted(&claim, &table, earlier);
            if known.is_empty() {
                self.claim(&claim);
            }
            self.claims.extend(known);
        }
    }

    fn reads(&mut self, reading: Reading) {
        let rank = |reading: &Reading| match reading {
            Reading::Reads => 0,
            Reading::NotObservable(_) => 1,
            Reading::NotUnderstood(_) => 2,
        };
        if rank(&reading) > rank(&self.reading) {
            self.reading = reading;
        }
    }

    /// A claim with its place; together with what the same command did to the same thing.
    fn claim(&mut self, claim: &Claim) {
        let earlier = self.story.claims.iter().chain(&self.claims);
        let subject = self.place.subject(claim.subject.clone(), earlier.clone());
        let mut claim = Claim { subject, ..claim.clone() };
        claim.container = container(&self.place, &claim.subject, earlier);
        if claim.subject.kind == role::ID {
            claim.container = None;
        }
        if claim.verb == Verb::Remove {
            self.remove_inside(&claim);
        }
        let same = self
            .claims
            .iter()
            .rposition(|other| other.subject == claim.subject && other.verb != Verb::Disturb);
        let Some(before) = same.map(|index| &mut self.claims[index]) else {
            self.claims.push(claim);
            return;
        };
        match (before.verb, claim.verb) {
            (
                Verb::Create | Verb::Make | Verb::Replace | Verb::Change,
                Verb::Change | Verb::Make,
            ) => {
                merge(before, &claim);
            }
            (Verb::Remove, Verb::Create | Verb::Make) => {
                // Taken away and made anew: what it was before does not count.
                claim.verb = Verb::Replace;
                claim.lenient = true;
                *before = claim;
            }
            _ => self.claims.push(claim),
        }
    }

    /// What the same command made inside of what it takes away goes with it.
    fn remove_inside(&mut self, removal: &Claim) {
        let mut gone: Vec<Subject> = vec![removal.subject.clone()];
        let mut next = 0;
        while next < gone.len() {
            for claim in &self.claims {
                let inside = claim.container.as_ref() == Some(&gone[next])
                    || crate::provider::holds(&gone[next], &claim.subject);
                if inside && !gone.contains(&claim.subject) {
                    gone.push(claim.subject.clone());
                }
            }
            next += 1;
        }
        for subject in gone.into_iter().skip(1) {
            let last = self.claims.iter().rfind(|claim| claim.subject == subject);
            if let Some(last) = last.filter(|last| last.expectation != Expectation::Absent) {
                let claim = Claim {
                    verb: Verb::Remove,
                    expectation: Expectation::Absent,
                    lenient: removal.lenient,
                    ..last.clone()
                };
                self.claims.push(claim);
            }
        }
    }
}

/// The fields of the later claim over those of the earlier.
fn merge(before: &mut Claim, later: &Claim) {
    let Expectation::Present(fields) = &mut before.expectation else { return };
    for field in later.expectation.fields() {
        match fields.iter_mut().find(|known| known.path == field.path) {
            Some(known) => *known = field.clone(),
            None => fields.push(field.clone()),
        }
    }
}
