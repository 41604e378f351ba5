//! Challenge → [`Plan`]: what must be true after each step, and what has to be looked up to say it.
//!
//! Pure: no server is asked. What a command means is the providers' to say; this module walks the text,
//! carries variables along and keeps the order.

mod bindings;
mod planned;
mod scope;
mod selection;
mod shown;
mod timeline;
mod told;

use crate::challenge::{Challenge, Command};
use crate::claim::{Claim, Subject, Text, Verb};
use crate::provider::{self, Call, Reading, Story, Unseen};
use crate::source::Span;
use crate::text::{one_line, ticked};

pub use bindings::{BindingError, Bindings};
pub use planned::{Made, PlannedCommand};
pub use selection::Selection;
pub use timeline::{Part, State, Timeline};

use planned::Doubt;
use scope::Scope;

/// A claim at its place in the text, with the words for it.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// The step, from 1.
    pub step: usize,
    /// The command that claims it.
    pub span: Span,
    /// What is claimed.
    pub claim: Claim,
    /// Where it comes from.
    pub origin: Origin,
    /// The claim in half a sentence.
    pub title: String,
    /// What is expected, in a few words.
    pub expected: String,
    /// What to do where it does not hold.
    pub hint: String,
    /// The word for the subject: `role`.
    pub noun: &'static str,
}

/// Where an assertion comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Read from a command.
    Inferred,
    /// Written by the author.
    Author,
}

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Something is different after it.
    Changes,
    /// Something is tried or looked at that an earlier step made so.
    Confirms,
    /// Only looks, or sets variables.
    Reads,
}

impl Role {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Confirms => "confirms",
            Self::Reads => "reads",
        }
    }
}

/// A step as the plan sees it.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// From 1.
    pub number: usize,
    /// The fence.
    pub span: Span,
    /// What it is for.
    pub role: Role,
    /// Its first claim, or its first command.
    pub title: String,
    /// The commands that claim nothing, and why.
    pub unclaimed: Vec<Unclaimed>,
    /// All commands, and what is made of them.
    pub commands: Vec<PlannedCommand>,
}

/// What the text says of a thing without claiming it: reads it, and so takes it to be there, or does something
/// to it that cannot be told.
#[derive(Clone, Debug)]
pub struct Aside {
    /// The step, from 1.
    pub step: usize,
    /// The command.
    pub span: Span,
    /// The thing, and what is said of it.
    pub claim: Claim,
}

/// A command from which nothing is claimed.
#[derive(Clone, Debug)]
pub struct Unclaimed {
    /// The command.
    pub span: Span,
    /// The command as a person may read it.
    pub shown: String,
    /// Why: `only reads`, `sets variables`, …
    pub why: String,
    /// What its provider makes of it; `None` where it is no provider's.
    pub reading: Option<Reading>,
}

impl Unclaimed {
    fn new(
        challenge: &Challenge,
        command: &Command,
        why: String,
        reading: Option<Reading>,
    ) -> Self {
        Self { span: command.span, shown: shown::command(challenge, command), why, reading }
    }
}

/// A read that a variable stands for: `$(kubectl get … | jq …)`.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// How the text writes what it binds: `$PG_HOST`.
    pub written: String,
    /// The command that reads.
    pub call: Call,
    /// What is done with what it prints, in order.
    pub filters: Vec<provider::jq::Filter>,
}

/// What a challenge claims, in the order of the text.
#[derive(Clone, Debug)]
pub struct Plan {
    /// All steps.
    pub steps: Vec<PlannedStep>,
    /// All claims, in the order of the text.
    pub assertions: Vec<Assertion>,
    /// What the text says of things without claiming it.
    pub asides: Vec<Aside>,
    /// The reads that variables stand for.
    pub lookups: Vec<Lookup>,
}

/// Works out what the text claims.
pub fn collect(challenge: &Challenge, bindings: &Bindings) -> Plan {
    let mut scope = Scope::new(bindings);
    let mut story = Story::default();
    let mut plan =
        Plan { steps: Vec::new(), assertions: Vec::new(), asides: Vec::new(), lookups: Vec::new() };
    let told = told::all(challenge);
    for step in &challenge.steps {
        let (mut unclaimed, mut commands) = (Vec::new(), Vec::new());
        let first = (plan.assertions.len(), plan.asides.len());
        let mut doubt = None;
        for (index, command) in step.commands.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| &step.commands[before]);
            let told = told[step.number - 1][index];
            doubt = Doubt::of(command, before.map(|one| (one, doubt)), told);
            for (at, (inner, before)) in planned::substituted(command).into_iter().enumerate() {
                let doubt = doubt.or(Doubt::of(inner, before.map(|one| (one, None)), None));
                // What it sets and binds ends with its subshell.
                let mut read = read_command((inner, before), doubt, &mut scope.clone(), &story);
                commands.push(read.planned(challenge, inner, (index, at + 1)));
                // What it looks at is bound to where it stands, or is not known.
                read.claims.retain(|claim| claim.verb.changes());
                plan.claim((step.number, inner.span), read, &mut story);
            }
            let mut read = read_command((command, before), doubt, &mut scope, &story);
            commands.push(read.planned(challenge, command, (index, 0)));
            if let Some(why) = read.why.take() {
                let reading = read.reading.clone();
                unclaimed.push(Unclaimed::new(challenge, command, why, reading));
            }
            story.settings.append(&mut read.settings);
            plan.claim((step.number, command.span), read, &mut story);
        }
        let claimed = &plan.assertions[first.0..];
        plan.steps.push(PlannedStep {
            number: step.number,
            span: step.span,
            role: role(claimed, &plan.asides[first.1..], &unclaimed),
            title: claimed.first().map_or_else(
                || match step.commands.first() {
                    Some(command) => shown::command(challenge, command),
                    None => ticked(&one_line(challenge.source.slice(step.span), 60)),
                },
                |assertion| assertion.title.clone(),
            ),
            unclaimed,
            commands,
        });
    }
    plan.lookups = scope.lookups;
    plan
}

const CHANGES_UNSEEN: &str = "changes something that cannot be seen afterwards: ";

fn role(claimed: &[Assertion], asides: &[Aside], unclaimed: &[Unclaimed]) -> Role {
    let changes = claimed.iter().any(Assertion::changes)
        || asides.iter().any(|aside| aside.claim.verb.changes())
        || unclaimed.iter().any(|command| command.why.starts_with(CHANGES_UNSEEN));
    match (changes, claimed.is_empty()) {
        (true, _) => Role::Changes,
        (false, false) => Role::Confirms,
        (false, true) => Role::Reads,
    }
}

/// What one command says.
struct Read {
    /// The program that it runs, where the text says which.
    program: Option<String>,
    claims: Vec<Claim>,
    /// What is made of it.
    made: Made,
    /// Why nothing is claimed, where nothing is.
    why: Option<String>,
    /// What its provider makes of it, where it has one and nothing is claimed.
    reading: Option<Reading>,
    /// What it sets for the commands behind it.
    settings: Vec<(&'static str, Text)>,
    /// Whether it may not do what it says.
    doubted: bool,
}

impl Read {
    fn nothing(why: String) -> Self {
        Self {
            program: None,
            claims: Vec::new(),
            made: Made::Foreign,
            why: Some(why),
            reading: None,
            settings: Vec::new(),
            doubted: false,
        }
    }

    fn planned(
        &self,
        challenge: &Challenge,
        command: &Command,
        place: (usize, usize),
    ) -> PlannedCommand {
        PlannedCommand {
            place,
            span: command.span,
            program: self.program.clone(),
            shown: shown::command(challenge, command),
            made: self.made.clone(),
        }
    }
}

fn read_command(
    (command, before): (&Command, Option<&Command>),
    doubt: Option<Doubt>,
    scope: &mut Scope<'_>,
    story: &Story,
) -> Read {
    let Some(call) = scope.enter(command, before) else {
        return Read::nothing("sets variables".to_owned());
    };
    let program = call.program();
    let Some(provider) = provider::provider_of(&call) else {
        let shown = call.words.first().map(Text::shown).unwrap_or_default();
        let why = format!("{} is not a command that labproof reads", ticked(&shown));
        return Read { program, ..Read::nothing(why) };
    };
    // All kinds: a command of one system may change things of another (a rotation ends logins).
    let all = provider::kinds().flat_map(|kind| kind.infer(&call, story));
    let (gone, claims): (Vec<Claim>, Vec<Claim>) = all.partition(planned::is_gone_by_another_name);
    if claims.is_empty() && !gone.is_empty() {
        let reading = Reading::NotObservable(Unseen::Nameless);
        let why = format!("{CHANGES_UNSEEN}{}", Unseen::Nameless.words());
        let made = Made::Read(reading.clone());
        return Read { program, made, reading: Some(reading), ..Read::nothing(why) };
    }
    let made = Made::of(&claims, &call, provider);
    if let Some(doubt) = doubt {
        let claims: Vec<Claim> =
            claims.into_iter().filter_map(|claim| doubt.weakens(claim)).collect();
        let why = (!claims.iter().any(|claim| claim.verb.claims())).then(|| doubt.why().to_owned());
        let made = made.doubted(doubt);
        return Read { program, claims, made, why, doubted: true, ..Read::nothing(String::new()) };
    }
    let reading = if claims.iter().any(|claim| claim.verb.claims()) {
        None
    } else if claims.iter().any(|claim| claim.verb == Verb::Read) {
        Some(Reading::Reads)
    } else {
        Some(provider.reading(&call))
    };
    let why = reading.as_ref().map(|reading| match reading {
        Reading::Reads => "only reads".to_owned(),
        Reading::NotObservable(why) => format!("{CHANGES_UNSEEN}{}", why.words()),
        Reading::NotUnderstood(what) => format!("not understood: {what}"),
    });
    let settings = provider.settings(&call);
    Read { program, claims, made, why, reading, settings, doubted: false }
}

impl Assertion {
    fn new(step: usize, span: Span, claim: Claim) -> Self {
        let mut assertion = Self {
            step,
            span,
            claim,
            origin: Origin::Inferred,
            title: String::new(),
            expected: String::new(),
            hint: String::new(),
            noun: "thing",
        };
        assertion.describe();
        assertion
    }

    /// Whether the step makes it so, as against confirming it.
    pub fn changes(&self) -> bool {
        self.claim.verb.changes()
    }

    fn describe(&mut self) {
        if let Some(kind) = provider::kind(self.claim.subject.kind) {
            self.title = kind.title(&self.claim);
            self.expected = kind.expected(&self.claim);
            self.hint = kind.hint(&self.claim);
            self.noun = kind.noun();
        }
    }
}

impl Plan {
    /// Takes in what a command says.
    fn claim(&mut self, (step, span): (usize, Span), read: Read, story: &mut Story) {
        for claim in read.claims {
            // What may not have been done is no ground for what later commands mean.
            if !read.doubted {
                story.claims.push(claim.clone());
            }
            if claim.verb.claims() {
                self.assertions.push(Assertion::new(step, span, claim));
            } else {
                self.asides.push(Aside { step, span, claim });
            }
        }
    }

    /// The same with every look-up replaced by what `resolve` gives for it.
    #[must_use]
    pub fn resolved(&self, resolve: &dyn Fn(usize) -> Option<String>) -> Self {
        let assertions = self
            .assertions
            .iter()
            .map(|assertion| {
                let mut resolved = assertion.clone();
                resolved.claim = assertion.claim.resolved(resolve);
                resolved.describe();
                resolved
            })
            .collect();
        let asides = self
            .asides
            .iter()
            .map(|aside| Aside { claim: aside.claim.resolved(resolve), ..aside.clone() });
        Self { assertions, asides: asides.collect(), ..self.clone() }
    }

    /// Each subject once, in the order of the text.
    pub fn subjects(&self) -> Vec<&Subject> {
        let mut subjects: Vec<&Subject> = Vec::new();
        for assertion in &self.assertions {
            if !subjects.contains(&&assertion.claim.subject) {
                subjects.push(&assertion.claim.subject);
            }
        }
        subjects
    }
}
