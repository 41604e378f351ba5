//! What each system's commands mean, and how its things are looked at. All I/O of the program is in here,
//! behind [`Lab`]. Has never heard of Markdown, spans, steps or reports.

mod files;
pub mod host;
mod inner;
pub mod jq;
pub mod kubernetes;
mod lab;
mod masked;
pub(crate) mod place;
pub mod postgres;
mod servers;
mod timings;
mod tls;
mod unseen;
pub mod vault;

use futures_util::future::BoxFuture;

use crate::claim::{Claim, Expectation, Observation, Subject, Text, Unobservable, Verb};

pub use files::Files;
pub use inner::seen_through;
pub use lab::Lab;
pub use timings::Timings;
pub use unseen::Unseen;

/// A command as it stands at its place in the text: variables replaced by what they stand for there.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The program and its arguments. Never empty.
    pub words: Vec<Text>,
    /// The variables that the text set before it.
    pub environment: Vec<(String, Text)>,
    /// The variables that are written in front of it, for it alone.
    pub own: Vec<(String, Text)>,
    /// What it reads from standard input, where the text says it: a heredoc, or a literal `echo` piped in.
    pub stdin: Option<Text>,
    /// The files that it may read: a heredoc into a file, a fence that is one, a file of this machine.
    pub files: Files,
    /// The commands whose output the text does not show and that files hold, by path; `-` is standard input.
    pub printed: Vec<(String, Call)>,
    /// The files that it writes by redirection or as `tee` does, by path.
    pub writes: Vec<Write>,
    /// The directory that the text has changed to by then; `None` where it is the one it started in, which
    /// the text does not say.
    pub directory: Option<Text>,
    /// The host whose terminal it is typed into, where the challenge has several.
    pub host: Option<String>,
    /// Whether it is typed into a shell inside something else: a container, a pod, another machine.
    pub inside: bool,
}

/// A file that a command writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Its path, as [`Call::path`] gives it.
    pub path: Text,
    /// Whether what it holds stays in front of what is written.
    pub append: bool,
    /// What is written, where the text says it.
    pub text: Option<Text>,
}

impl Call {
    /// The program's name without its directory, where it is literal.
    pub fn program(&self) -> Option<String> {
        let program = self.words.first()?.literal()?;
        Some(program.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// The path that a file's name means where the command is run: absolute, below `~`, or relative to the
    /// directory in which the text starts.
    pub fn path(&self, name: &Text) -> Text {
        place::resolved(self.directory.as_ref(), name)
    }

    /// What is in a file of this name: what the text wrote, or what this machine has.
    pub fn file(&self, name: &str) -> Option<&Text> {
        if self.printed(name).is_some() {
            return None;
        }
        self.files.get(&self.path(&Text::from(name)))
    }

    /// The command whose output a file of this name is, or standard input for `-`.
    pub fn printed(&self, name: &str) -> Option<&Call> {
        let path = match name {
            "-" | "/dev/stdin" => "-".to_owned(),
            name => self.path(&Text::from(name)).shown(),
        };
        self.printed.iter().rev().find(|(known, _)| *known == path).map(|(_, call)| call)
    }

    /// A variable that the command sees.
    pub fn variable(&self, name: &str) -> Option<&Text> {
        let mut seen = self.own.iter().rev().chain(self.environment.iter().rev());
        seen.find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// What the text has claimed before a command, in order.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// The claims of all commands before it.
    pub claims: Vec<Claim>,
    /// What commands before it set for those that follow, by a name of the provider's: the namespace of
    /// `kubectl config set-context --current --namespace`. The last setting counts.
    pub settings: Vec<(&'static str, Text)>,
}

impl Story {
    /// The last claim on a subject of `kind` that `is` picks.
    pub fn last(&self, kind: &str, is: impl Fn(&Claim) -> bool) -> Option<&Claim> {
        self.claims.iter().rev().find(|claim| claim.subject.kind == kind && is(claim))
    }

    /// Whether the text has taken a thing away by then.
    pub fn is_gone(&self, subject: &Subject) -> bool {
        self.last(subject.kind, |claim| claim.subject == *subject && claim.verb != Verb::Read)
            .is_some_and(|claim| claim.expectation == Expectation::Absent)
    }

    /// What a command says that only reads a thing: that it was there, or, behind its removal, that it is gone.
    pub fn read(&self, subject: Subject) -> Claim {
        if self.is_gone(&subject) {
            Claim::new(subject, Expectation::Absent, Verb::Confirm)
        } else {
            Claim::new(subject, Expectation::Present(Vec::new()), Verb::Read)
        }
    }
}

/// What a provider makes of a command from which no kind claims anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It only looks.
    Reads,
    /// It changes something that nothing here can see afterwards; why.
    NotObservable(Unseen),
    /// Its form is not known; what of it.
    NotUnderstood(String),
}

/// The reads and controls of a claim, for `explain`: in the words of the protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// `GET database/roles/products-api`
    pub reads: Vec<String>,
    /// What proves that an absence or a refusal is one.
    pub controls: Vec<String>,
}

/// One kind of thing that a challenge can claim: one file in its provider's folder.
pub trait Kind: Sync {
    /// `provider/kind`, as reports and authors write it.
    fn id(&self) -> &'static str;
    /// What it is, in Markdown: the text that `explain` and the README show.
    fn doc(&self) -> &'static str;
    /// The word for one of it: `role`, `mount`.
    fn noun(&self) -> &'static str;
    /// What `call`, a command of its provider's programs, claims of things of this kind; nothing where it is
    /// about something else.
    fn infer(&self, call: &Call, story: &Story) -> Vec<Claim>;
    /// The claim in half a sentence: ``role `products-api` exists``.
    fn title(&self, claim: &Claim) -> String;
    /// What is expected, in a few words: ``a role of `database/` on `hashicups-pgsql` ``.
    fn expected(&self, claim: &Claim) -> String;
    /// What to do where it does not hold: for a learner, without giving blame.
    fn hint(&self, claim: &Claim) -> String;
    /// Where it is looked for.
    fn looks(&self, claim: &Claim) -> Looks;
    /// Whether `holder`, a thing of this kind, holds `thing` by their names alone.
    fn holds(&self, _holder: &Subject, _thing: &Subject) -> bool {
        false
    }
    /// The parameters of a subject without which it cannot be found, as its name is one.
    fn needs(&self) -> &'static [&'static str] {
        &[]
    }
    /// The parameters that an author may give a subject, such as its namespace.
    fn params(&self) -> &'static [&'static str] {
        &[]
    }
    /// Whether a field of `subject` may hold what must not be shown.
    fn holds_secrets(&self, _subject: &Subject, _field: &str) -> bool {
        false
    }
    /// The systems that are read to tell, beside that of the thing itself.
    fn also_reads(&self) -> &'static [&'static str] {
        &[]
    }
    /// Begins what takes long and needs no look-up, while those of `subject` are still under way. What it
    /// makes is the sessions' to keep: [`Kind::observe`] asks for it again.
    fn prepare<'a>(&'a self, _subject: &'a Subject, _lab: &'a Lab) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
    /// Looks. `subject` has no look-ups left; what is unbound in it stays a hole.
    fn observe<'a>(&'a self, subject: &'a Subject, lab: &'a Lab) -> BoxFuture<'a, Observation>;
}

/// A system: one folder, one line in [`PROVIDERS`].
pub trait Provider: Sync {
    /// `vault`
    fn name(&self) -> &'static str;
    /// The programs whose commands it knows.
    fn programs(&self) -> &'static [&'static str];
    /// Whether a command is its own: a `curl` may go anywhere.
    fn knows(&self, call: &Call) -> bool {
        call.program().is_some_and(|program| self.programs().contains(&program.as_str()))
    }
    /// Whether a command of its own is about the lab's own server when a container or another user runs it.
    fn reads_inside(&self, _call: &Call) -> bool {
        false
    }
    /// Its kinds, in the order of their ids.
    fn kinds(&self) -> &'static [&'static dyn Kind];
    /// Whether it reads all that `call`, a command of another's, runs at once: `sh -c 'psql …; dropdb …'`.
    fn runs(&self, _call: &Call) -> bool {
        false
    }
    /// What a command is from which no kind claims anything, behind what the text has said before it.
    fn reading(&self, call: &Call, story: &Story) -> Reading;
    /// What `call` sets for the commands behind it.
    fn settings(&self, _call: &Call) -> Vec<(&'static str, Text)> {
        Vec::new()
    }
    /// The server that a command of its own is sent to, where the text says it: two that differ are two servers.
    fn server(&self, _call: &Call) -> Option<Text> {
        None
    }
    /// The same where it is run inside something else, by the command that does so.
    fn server_inside(&self, _outer: &Call) -> Option<Text> {
        None
    }
    /// Whether another server may answer behind `call`, any command: one is started, made anew or taken away.
    fn leaves_server(&self, _call: &Call) -> bool {
        false
    }
    /// Whether a variable may stand for what `call` prints: it only reads, and prints one document or value.
    fn is_lookup(&self, call: &Call) -> bool;
    /// A look-up as it would be written where nothing was set before it: with what [`Provider::settings`] gave for
    /// it spelled out.
    fn placed(&self, call: &Call, _settings: &[(&'static str, Text)]) -> Call {
        call.clone()
    }
    /// What `call` prints.
    fn look_up<'a>(
        &'a self,
        call: &'a Call,
        lab: &'a Lab,
    ) -> BoxFuture<'a, Result<String, Unobservable>>;
}

/// Every system that can be looked at.
pub const PROVIDERS: &[&dyn Provider] =
    &[&host::Host, &kubernetes::Kubernetes, &postgres::Postgres, &vault::Vault];

/// All kinds, in the order of their ids.
pub fn kinds() -> impl Iterator<Item = &'static dyn Kind> {
    PROVIDERS.iter().flat_map(|provider| provider.kinds().iter().copied())
}

/// A kind by its id.
pub fn kind(id: &str) -> Option<&'static dyn Kind> {
    kinds().find(|kind| kind.id() == id)
}

/// Whether one thing holds the other by their names alone.
pub fn holds(holder: &Subject, thing: &Subject) -> bool {
    kind(holder.kind).is_some_and(|kind| kind.holds(holder, thing))
}

/// The provider that knows a command: whoever reads what it runs, before that of the program itself.
pub fn provider_of(call: &Call) -> Option<&'static dyn Provider> {
    let mut providers = PROVIDERS.iter().copied();
    let runs = providers.clone().find(|provider| provider.runs(call));
    runs.or_else(|| providers.find(|provider| provider.knows(call)))
}
