//! Variables, directories and files on their way through the text: what each word stands for at its place.
mod files;
mod left_open;
mod reused;
mod script;
mod shell;
mod words;
mod wrapped;

use std::collections::BTreeMap;

use crate::challenge::{Command, Link, Nest, Piece, Redirect, Word};
use crate::claim::{Hole, Part, Text};
use crate::provider::{self, Call, Write};

use super::{Bindings, Lookup};

use files::Files;
use shell::Shell;

/// What is known at one place of the text, and the look-ups that were met on the way.
#[derive(Clone)]
pub(super) struct Scope<'a> {
    bindings: &'a Bindings,
    /// The challenge's text, where it shows whether a word stands in quotes.
    source: &'a str,
    variables: BTreeMap<String, Text>,
    /// The shells that are typed into, one a terminal.
    shells: BTreeMap<Option<usize>, Shell>,
    terminal: Option<usize>,
    host: Option<String>,
    files: BTreeMap<Option<String>, Files>,
    functions: BTreeMap<String, Vec<Command>>,
    /// What the command before prints, where the text says it.
    printed: Option<Text>,
    /// The command before, where it is a tool that may make a manifest for the next one to apply.
    before: Option<Call>,
    echoed: bool,
    /// How many times a step was begun.
    step: usize,
    /// Values of the step at hand that the prose leaves to the learner.
    left_open: Vec<String>,
    pub(super) lookups: Vec<Lookup>,
    /// What commands have set for look-ups behind them, as [`provider::Story::settings`].
    pub(super) settings: Vec<(&'static str, Text)>,
}

/// A command as it stands at its place.
pub(super) struct Entered {
    pub(super) call: Call,
    /// Whether it may run another number of times than once.
    pub(super) perhaps: bool,
    /// The same with what its files held once, where the learner has changed them since.
    pub(super) former: Option<Call>,
    /// The files that are no longer what the text wrote.
    pub(super) changed: Vec<String>,
}

/// What is forgotten behind a subshell.
pub(super) struct Kept {
    variables: BTreeMap<String, Text>,
    shell: Shell,
}

impl<'a> Scope<'a> {
    pub(super) fn new(bindings: &'a Bindings, source: &'a str) -> Self {
        Self {
            bindings,
            source,
            variables: BTreeMap::new(),
            shells: BTreeMap::new(),
            terminal: None,
            host: None,
            files: BTreeMap::new(),
            functions: BTreeMap::new(),
            printed: None,
            before: None,
            echoed: false,
            step: 0,
            left_open: Vec::new(),
            lookups: Vec::new(),
            settings: Vec::new(),
        }
    }

    /// Goes to a terminal: its place among the tabs, its host and the directory that it starts in.
    pub(super) fn go_to(
        &mut self,
        terminal: Option<usize>,
        host: Option<&str>,
        directory: Option<&str>,
    ) {
        self.step += 1;
        self.terminal = terminal;
        self.host = host.map(str::to_owned);
        let start = directory
            .map(Text::from)
            .or_else(|| self.bindings.given("PWD", "$PWD").map(Text::from));
        self.shells.entry(terminal).or_insert_with(|| Shell::starting_in(start));
    }

    /// A file that the text shows in full.
    pub(super) fn show(&mut self, name: &str, text: &str) {
        let path = provider::place::resolved(self.shell().directory(), &Text::from(name)).shown();
        self.files.entry(self.host.clone()).or_default().show(path, Text::from(text));
    }

    fn shell(&mut self) -> &mut Shell {
        self.shells.entry(self.terminal).or_default()
    }

    /// What a subshell cannot change for those behind it.
    pub(super) fn keep(&mut self) -> Kept {
        Kept { variables: self.variables.clone(), shell: self.shell().clone() }
    }

    /// Forgets what a subshell has set.
    pub(super) fn restore(&mut self, kept: Kept) {
        self.variables = kept.variables;
        *self.shell() = kept.shell;
    }

    /// A function of the text's.
    pub(super) fn define(&mut self, name: &str, body: &[Command]) {
        self.functions.insert(name.to_owned(), body.to_vec());
    }

    /// The body of the function that a command calls.
    pub(super) fn called(&self, command: &Command) -> Option<Vec<Command>> {
        self.functions.get(&command.words.first()?.literal()?).cloned()
    }

    /// What `for` goes through; `None` where the text does not say it.
    pub(super) fn values(&mut self, words: &[Word]) -> Option<Vec<Text>> {
        let mut values = Vec::new();
        for word in words {
            if let [Piece::Substitution(commands)] = word.pieces.as_slice() {
                let call = self.call(commands.first()?);
                values.extend(words::sequence(&call.words)?);
                continue;
            }
            values.extend(self.split(word));
        }
        let known = values.iter().all(|value| value.value().is_some());
        (known && values.len() <= words::MOST).then_some(values)
    }

    /// Sets a variable.
    pub(super) fn bind(&mut self, name: &str, value: Text) {
        self.variables.insert(name.to_owned(), value);
    }

    /// From here on nothing is known of a variable.
    pub(super) fn unbind(&mut self, name: &str) {
        self.bind(name, unbound(&format!("${name}")));
    }

    /// The command as it stands here; `None` where it only sets variables, which are then set.
    pub(super) fn enter(&mut self, command: &Command, perhaps: bool) -> Option<Entered> {
        if command.words.is_empty() && command.redirects.is_empty() {
            for assignment in &command.assignments {
                let value = self.assigned(&assignment.name, &assignment.value);
                self.variables.insert(assignment.name.clone(), value);
                if perhaps {
                    self.unbind(&assignment.name);
                }
            }
            return None;
        }
        let mut call = self.call(command);
        self.shell().rename(&mut call.words);
        let perhaps = wrapped::unwrap(&mut call) || perhaps;
        let printed = words::printed(&call);
        self.echoed = call.program().as_deref() == Some("echo");
        let before = std::mem::replace(&mut self.printed, printed);
        call.writes = self.writes(&call, command, before);
        let piped = self.before.take().filter(|_| command.link == Link::Pipe);
        let makes = matches!(call.program().as_deref(), Some("kubectl" | "k" | "oc"));
        // What it reads itself, it keeps; what others have printed is theirs.
        self.before = makes.then(|| Call { printed: Vec::new(), ..call.clone() });
        call.printed.extend(piped.map(|before| ("-".to_owned(), before)));
        if call.words.is_empty() && !call.writes.is_empty() {
            // `> FILE` alone empties it, as `: > FILE` does.
            call.words.push(Text::from(":"));
        }
        let stale = |scope: &Self| scope.files.get(&scope.host).map(Files::all_stale);
        let before = stale(self).unwrap_or_default();
        let former = self.with_former_files(&mut call);
        self.settle(&call, perhaps);
        let mut changed = stale(self).unwrap_or_default();
        changed.retain(|path| !before.contains(path));
        Some(Entered { call, perhaps, former, changed })
    }

    /// Takes in what a command does to the shell and to files.
    fn settle(&mut self, call: &Call, perhaps: bool) {
        self.shell().take_in(call, perhaps);
        let program = call.program().unwrap_or_default();
        if matches!(program.as_str(), "unset" | "read" | "mapfile" | "readarray") {
            let names = call.words[1..].iter().filter_map(Text::literal);
            let names: Vec<String> = names.filter(|name| !name.starts_with('-')).collect();
            for name in names {
                self.unbind(&name);
            }
        }
        self.files.entry(self.host.clone()).or_default().take_in(call, perhaps);
    }

    fn call(&mut self, command: &Command) -> Call {
        let words: Vec<Text> = command.words.iter().flat_map(|word| self.split(word)).collect();
        let mut environment: Vec<(String, Text)> = Vec::new();
        for name in self.variables.keys() {
            environment.push((name.clone(), self.variable(name)));
        }
        let mut own: Vec<(String, Text)> = Vec::new();
        for assignment in &command.assignments {
            own.push((assignment.name.clone(), self.expand(&assignment.value)));
        }
        let shell = self.shell();
        let (directory, inside) = (shell.directory().cloned(), shell.is_inside());
        let files = self.readable();
        let printed = self.files.get(&self.host).map(Files::printed).unwrap_or_default();
        let host = self.host.clone();
        let place = Call { directory, host, inside, ..Call::default() };
        let mut call = Call { words, environment, own, files, printed, ..place };
        call.stdin = self.input(command, &call);
        call
    }

    /// The files that a command writes by redirection, or as `tee` does. `before` is what is piped into it.
    fn writes(&mut self, call: &Call, command: &Command, before: Option<Text>) -> Vec<Write> {
        let mut writes = Vec::new();
        if call.program().as_deref() == Some("tee") {
            let option = |word: &&Text| word.literal().is_some_and(|text| text.starts_with('-'));
            let append =
                call.words.iter().filter(option).filter_map(Text::literal).any(|text| {
                    text == "--append" || !text.starts_with("--") && text.contains('a')
                });
            let fed = command.redirects.iter().any(|one| matches!(one, Redirect::Here(_)));
            let text = if fed || command.link != Link::Pipe { call.stdin.clone() } else { before };
            for word in call.words[1..].iter().filter(|word| !option(word)) {
                writes.push(Write { path: call.path(word), append, text: text.clone() });
            }
        }
        let last = command.redirects.iter().rposition(|redirect| {
            matches!(redirect, Redirect::Write(_) | Redirect::Append(_) | Redirect::Group(_))
        });
        for (index, redirect) in command.redirects.iter().enumerate() {
            let (word, append, text) = match redirect {
                Redirect::Write(word) => (word, false, self.printed.clone()),
                Redirect::Append(word) => (word, true, self.printed.clone()),
                // Nothing is known of what stands in it, as it is not of what stood there before.
                Redirect::Group(word) => (word, true, None),
                Redirect::Read(_) | Redirect::Here(_) => continue,
            };
            // Where output goes to several files, the last one gets it.
            let text = if Some(index) == last { text } else { Some(Text::default()) };
            writes.push(Write { path: call.path(&self.expand(word)), append, text });
        }
        writes.retain(|write| !write.path.shown().starts_with("/dev/"));
        writes
    }

    /// What a command reads from standard input, where the text says it.
    fn input(&mut self, command: &Command, call: &Call) -> Option<Text> {
        let redirect = command.redirects.iter().rev().find_map(|redirect| match redirect {
            Redirect::Here(word) => Some(Some(self.expand(word))),
            Redirect::Read(word) => {
                let name = self.expand(word);
                Some(call.file(&name.shown()).cloned())
            }
            _ => None,
        });
        if let Some(text) = redirect {
            return text;
        }
        // The end of its line is `echo`'s, and not what is meant.
        let text = self.printed.as_ref().filter(|_| command.link == Link::Pipe)?;
        Some(if self.echoed { words::without_end(text) } else { text.clone() })
    }

    pub(super) fn assigned(&mut self, name: &str, value: &Word) -> Text {
        let written = format!("${name}");
        if let [Piece::Substitution(commands)] = value.pieces.as_slice() {
            let hole = match self.lookup(commands, &written) {
                Some(id) => Part::Hole(self.hole(id, written)),
                None => self
                    .bindings
                    .in_environment(name, &written)
                    .unwrap_or(Part::Hole(Hole::Unbound(written))),
            };
            return Text::from(hole);
        }
        self.expand(value)
    }

    /// The words that a word gives: several for braces and for an unquoted variable with blanks in it, none for
    /// an empty one.
    fn split(&mut self, word: &Word) -> Vec<Text> {
        if let [Piece::Variable(name)] = word.pieces.as_slice() {
            let value = self.variable(name);
            let written = self.source.get(word.span.start..word.span.end).unwrap_or_default();
            let bare = written.starts_with('$') && !written.ends_with('"');
            return match value.literal() {
                Some(text) if bare && (text.is_empty() || text.contains([' ', '\t', '\n'])) => {
                    text.split_whitespace().map(Text::from).collect()
                }
                _ => vec![value],
            };
        }
        words::braced(word).iter().map(|word| self.expand(word)).collect()
    }

    fn expand(&mut self, word: &Word) -> Text {
        let mut text = Text::default();
        for piece in &word.pieces {
            match piece {
                Piece::Literal(literal) => self.said(literal, &mut text),
                Piece::Variable(name) => text.extend(&self.variable(name)),
                Piece::Substitution(commands) => {
                    let written = "$(…)".to_owned();
                    text.push(Part::Hole(match self.lookup(commands, &written) {
                        Some(id) => self.hole(id, written),
                        None => Hole::Unbound(written),
                    }));
                }
                Piece::Placeholder(name) => text.push(self.filled_in(name, &format!("<{name}>"))),
                Piece::InstruqtVar(key) => text.push(self.filled_in(key, &format!("[[ {key} ]]"))),
                Piece::Opaque(written) => text.push(Part::Hole(Hole::Unbound(written.clone()))),
            }
        }
        text
    }

    fn variable(&self, name: &str) -> Text {
        let written = format!("${name}");
        // `--var PWD` is where the text starts, and not where it goes on.
        if let Some(part) = self.bindings.given(name, &written).filter(|_| name != "PWD") {
            return Text::from(part);
        }
        if let Some(text) = self.variables.get(name) {
            return text.clone();
        }
        // The directory that labproof is started in is not the learner's.
        if matches!(name, "PWD" | "OLDPWD") {
            let shell = self.shells.get(&self.terminal).and_then(Shell::directory);
            return shell.filter(|_| name == "PWD").cloned().unwrap_or_else(|| unbound(&written));
        }
        let part = self.bindings.in_environment(name, &written);
        Text::from(part.unwrap_or(Part::Hole(Hole::Unbound(written))))
    }

    /// What Vault gives may be a secret, whatever its field is called.
    fn hole(&self, id: usize, written: String) -> Hole {
        let provider = self.lookups.get(id).and_then(|lookup| provider::provider_of(&lookup.call));
        let sealed = provider.is_some_and(|provider| provider.name() == "vault");
        Hole::Lookup { id, written, sealed }
    }

    fn filled_in(&self, name: &str, written: &str) -> Part {
        self.bindings
            .given(name, written)
            .unwrap_or_else(|| Part::Hole(Hole::Unbound(written.to_owned())))
    }

    /// A substitution that only reads: a command of a provider, and a `jq` behind it.
    fn lookup(&mut self, commands: &[Command], written: &str) -> Option<usize> {
        let (first, rest) = commands.split_first()?;
        let nested =
            |command: &Command| command.within.iter().any(|within| within.nest != Nest::Subshell);
        if rest.iter().any(|command| command.link != Link::Pipe) || commands.iter().any(nested) {
            return None;
        }
        let call = self.looking(first)?;
        let provider = provider::provider_of(&call).filter(|provider| provider.is_lookup(&call))?;
        let call = provider.placed(&call, &self.settings);
        let mut filters = Vec::new();
        for command in rest {
            let call = self.looking(command)?;
            filters.push(provider::jq::parse(&call)?);
        }
        self.lookups.push(Lookup { written: written.to_owned(), call, filters });
        Some(self.lookups.len() - 1)
    }

    /// A command of a substitution; nothing that it does is taken in.
    fn looking(&mut self, command: &Command) -> Option<Call> {
        if command.words.is_empty() {
            return None;
        }
        let mut call = self.call(command);
        self.shell().rename(&mut call.words);
        (!wrapped::unwrap(&mut call)).then_some(call)
    }
}

fn unbound(written: &str) -> Text {
    Text::from(Part::Hole(Hole::Unbound(written.to_owned())))
}
