//! The walk through the text: every command at its place, as often as a shell would reach it. Loops over values
//! of the text are gone through; what may or may not run claims nothing, and leaves open what it touches.

mod heard;
mod optional;

use std::collections::BTreeSet;

use crate::author::{FenceMark, Word};
use crate::challenge::{Challenge, Command, Link, Nest, Step};
use crate::claim::{Claim, Expectation, Subject, Verb};
use crate::provider::{self, Story};
use crate::text::{one_line, ticked};

use super::planned::{self, Doubt, Read};
use super::reading::{self, CHANGES_UNSEEN};
use super::scope::Scope;
use super::servers::Servers;
use super::told::{self, Exercise, Told};
use super::{
    Assertion, Bindings, LocalFile, Plan, PlannedCommand, PlannedStep, Role, Unclaimed, shown,
    worded,
};

/// A text has no more commands than this, loops unrolled.
const MOST_COMMANDS: usize = 20_000;
/// Functions that call functions are followed so far.
const DEEPEST: usize = 8;

/// Works out what the text claims.
pub fn collect(challenge: &Challenge, bindings: &Bindings) -> Plan {
    collect_with(challenge, &Word::default(), bindings)
}

/// Works out what the text claims, by its author's word.
pub fn collect_with(challenge: &Challenge, word: &Word, bindings: &Bindings) -> Plan {
    let plan = Plan { unchecked: word.unchecked, ..Plan::default() };
    let scope = Scope::new(bindings, &challenge.source.text);
    let story = Story::default();
    let mut walk = Walk {
        challenge,
        word,
        told: told::all(challenge),
        exercises: told::exercises(challenge),
        left_open: told::left_open(challenge),
        edited: told::edited(challenge),
        scope,
        story,
        servers: Servers::default(),
        left_behind: 0,
        plan,
        unclaimed: Vec::new(),
        planned: Vec::new(),
        doubt: None,
        files: BTreeSet::new(),
        optional: Vec::new(),
        commands_seen: 0,
        step: 0,
        depth: 0,
    };
    for step in &challenge.steps {
        walk.asked_for(step.number - 1);
        walk.step(step);
    }
    walk.asked_for(challenge.steps.len());
    let mut plan = walk.plan;
    let as_it_is = |file: &LocalFile| walk.scope.touches(file) == file.touches;
    plan.files = walk.files.into_iter().filter(as_it_is).collect();
    plan.lookups = walk.scope.lookups;
    plan
}

struct Walk<'a> {
    challenge: &'a Challenge,
    word: &'a Word,
    /// What the text tells of the commands of each step.
    told: Vec<Vec<Option<Told>>>,
    /// What it asks for without a fence, before each step and behind the last.
    exercises: Vec<Vec<Exercise>>,
    /// What it leaves to whoever runs the commands of each step.
    left_open: Vec<Vec<String>>,
    /// The files that it has had changed by hand before the commands of each step.
    edited: Vec<Vec<String>>,
    scope: Scope<'a>,
    story: Story,
    servers: Servers,
    /// How many asides of the step at hand only say that its server is another.
    left_behind: usize,
    plan: Plan,
    /// The commands of the step at hand that claim nothing.
    unclaimed: Vec<Unclaimed>,
    /// What is made of the commands of the step at hand.
    planned: Vec<PlannedCommand>,
    /// The doubt about the command before.
    doubt: Option<Doubt>,
    /// The files that commands have asked for and that the text does not show.
    files: BTreeSet<LocalFile>,
    /// What only commands make that need not be run.
    optional: Vec<Subject>,
    commands_seen: usize,
    step: usize,
    depth: usize,
}

impl Walk<'_> {
    /// Leaves open what the prose asks for between two steps. Behind the last it is counted with that.
    fn asked_for(&mut self, index: usize) {
        let exercises = self.exercises.get_mut(index).map(std::mem::take).unwrap_or_default();
        let step = (index + 1).min(self.challenge.steps.len());
        for exercise in exercises {
            for claim in exercise.opened(&self.story.claims) {
                self.story.claims.push(claim.clone());
                self.plan.set_aside(step, exercise.span, claim);
            }
        }
    }

    fn step(&mut self, step: &Step) {
        let challenge = self.challenge;
        self.step = step.number;
        let first = (self.plan.assertions.len(), self.plan.asides.len());
        self.scope.go_to(step.terminal, challenge.host(step), challenge.starts_in(step));
        let left_open = self.left_open.get_mut(step.number - 1);
        self.scope.leave_open(left_open.map(std::mem::take).unwrap_or_default());
        for name in self.edited.get(step.number - 1).into_iter().flatten() {
            self.scope.edit(name);
        }
        for file in &step.shown {
            self.scope.show(&file.name, &file.text);
        }
        let said = self.word.on(step.number);
        if let Some(said) = said {
            self.hear(said);
        }
        if said.is_none_or(|said| said.fence != FenceMark::NotForTheLearner) {
            self.commands(&step.commands, Some(0), 0, false);
        }
        if let Some(said) = said {
            self.heed(said, first.0);
        }
        let unclaimed = std::mem::take(&mut self.unclaimed);
        let claimed = &self.plan.assertions[first.0..];
        let changing =
            self.plan.asides[first.1..].iter().filter(|aside| aside.claim.verb.changes());
        let own = changing.count() > std::mem::take(&mut self.left_behind);
        let title = claimed.first().map_or_else(
            || match step.commands.first() {
                Some(command) => shown::command(challenge, command),
                None => ticked(&one_line(challenge.source.slice(step.span), 60)),
            },
            |assertion| assertion.title.clone(),
        );
        self.plan.steps.push(PlannedStep {
            number: step.number,
            span: step.span,
            role: role(claimed, own, &unclaimed),
            title: said.and_then(|said| said.name.clone()).unwrap_or(title),
            named: said.is_some_and(|said| said.name.is_some()),
            fence: said.map(|said| said.fence).unwrap_or_default(),
            unclaimed,
            commands: planned::complete(challenge, step, std::mem::take(&mut self.planned)),
        });
    }

    /// Commands of which all stand in the same `depth` outer things. `base` is the place of the first in its
    /// step; `None` where they are run again.
    fn commands(&mut self, commands: &[Command], base: Option<usize>, depth: usize, perhaps: bool) {
        let mut at = 0;
        while let Some(command) = commands.get(at) {
            let Some(within) = command.within.get(depth) else {
                self.command(commands, at, base, perhaps);
                at += 1;
                continue;
            };
            let inside = commands[at..]
                .iter()
                .take_while(|command| command.within.get(depth) == Some(within))
                .count();
            let body = &commands[at..at + inside];
            let base = base.map(|base| base + at);
            at += inside;
            match &within.nest {
                Nest::Subshell => {
                    let kept = self.scope.keep();
                    self.commands(body, base, depth + 1, perhaps);
                    self.scope.restore(kept);
                }
                Nest::Each { variable, words } => {
                    let values = self.scope.values(words).filter(|_| !leaves(body));
                    for value in values.iter().flatten() {
                        self.scope.bind(variable, value.clone());
                        self.commands(body, base, depth + 1, perhaps);
                    }
                    if values.is_none() {
                        self.scope.unbind(variable);
                        self.commands(body, base, depth + 1, true);
                    }
                }
                Nest::Function(name) => {
                    self.scope.define(name, body);
                    self.commands(body, base, depth + 1, true);
                }
                Nest::Perhaps | Nest::Unread => self.commands(body, base, depth + 1, true),
            }
        }
    }

    fn command(&mut self, commands: &[Command], at: usize, base: Option<usize>, perhaps: bool) {
        let command = &commands[at];
        self.commands_seen += 1;
        if self.commands_seen > MOST_COMMANDS {
            if self.commands_seen == MOST_COMMANDS + 1 {
                let why =
                    format!("the text has more than {MOST_COMMANDS} commands, and is read so far");
                self.unclaimed.push(Unclaimed::new(self.challenge, command, why, None));
            }
            return;
        }
        if let Some(body) = self.scope.called(command).filter(|_| self.depth < DEEPEST) {
            self.depth += 1;
            // The body stands in the function, and in whatever that stands in.
            let outside = body.first().map_or(0, |first| first.within.len());
            let function = body.first().and_then(|first| {
                first.within.iter().position(|within| matches!(within.nest, Nest::Function(_)))
            });
            self.commands(&body, None, function.map_or(outside, |at| at + 1), true);
            self.depth -= 1;
        }
        let index = base.map(|base| base + at);
        let told = index.and_then(|index| *self.told.get(self.step - 1)?.get(index)?);
        let before = at.checked_sub(1).map(|before| (&commands[before], self.doubt));
        let doubt = Doubt::of(command, before, told);
        self.substituted(command, index, doubt, perhaps);
        self.doubt = doubt;
        let fallback = has_fallback(&commands[at + 1..]);
        let script = self.scope.script(command).filter(|_| self.depth < DEEPEST);
        let mut read = self.read(command, doubt, perhaps);
        if command.is_unread() {
            read.leave_unread();
        }
        if let Some(index) = index {
            self.open_what_is_listed(&mut read.claims, index);
        }
        if script.is_some() {
            // What it is, its commands say.
            read.why = None;
        }
        self.planned.extend(index.map(|at| read.planned(self.challenge, command, (at, 0))));
        // What is there for a command that fails need not have been there.
        read.claims.retain(|claim| !fallback || claim.verb != Verb::Read);
        if let Some(why) = read.why.take() {
            let unclaimed = Unclaimed::new(self.challenge, command, why, read.reading.clone());
            let known = |one: &Unclaimed| one.span == unclaimed.span && one.why == unclaimed.why;
            if !self.unclaimed.iter().any(known) {
                self.unclaimed.push(unclaimed);
            }
        }
        self.scope.settings.extend(read.settings.iter().cloned());
        self.story.settings.append(&mut read.settings);
        self.claim(command, read, fallback);
        if let Some(body) = script {
            // As if it stood there.
            self.depth += 1;
            self.commands(&body, None, 0, perhaps || doubt.is_some());
            self.doubt = doubt;
            self.depth -= 1;
        }
    }

    /// A look that is shown to list a thing does not confirm that it is gone.
    fn open_what_is_listed(&self, claims: &mut [Claim], index: usize) {
        for claim in claims
            .iter_mut()
            .filter(|claim| claim.verb == Verb::Confirm && claim.expectation == Expectation::Absent)
        {
            let name = claim.subject.name.shown();
            let name = name.split_once('/').map_or(name.as_str(), |(_, name)| name);
            if told::lists(self.challenge, self.step - 1, index, name) {
                claim.verb = Verb::Disturb;
                claim.lenient = true;
            }
        }
    }

    /// What stands in a command's substitutions is run before it, in a shell of its own.
    fn substituted(
        &mut self,
        command: &Command,
        index: Option<usize>,
        doubt: Option<Doubt>,
        perhaps: bool,
    ) {
        for (at, (inner, before)) in planned::substituted(command).into_iter().enumerate() {
            let doubt = doubt.or(Doubt::of(inner, before.map(|one| (one, None)), None));
            let kept = self.scope.clone();
            let mut read = self.read(inner, doubt, perhaps);
            if command.is_unread() {
                read.leave_unread();
            }
            let inside = std::mem::replace(&mut self.scope, kept);
            let planned = index.map(|index| read.planned(self.challenge, inner, (index, at + 1)));
            self.planned.extend(planned);
            // What it looks at is bound to where it stands, or is not known.
            read.claims.retain(|claim| claim.verb.changes());
            if !read.claims.is_empty() {
                self.scope.lookups = inside.lookups;
            }
            self.claim(inner, read, false);
        }
    }

    fn claim(&mut self, command: &Command, read: Read, fallback: bool) {
        let refused = self.word.on(self.step).is_some_and(|said| said.refused);
        for claim in read.claims {
            let claim = claim.leniently(fallback);
            let claim = if refused { worded::refused(claim) } else { Some(claim) };
            let Some(claim) = claim else { continue };
            // What may not have been done is no ground for what later commands mean.
            if !read.doubted {
                self.story.claims.push(claim.clone());
            }
            let (step, span) = (self.step, command.span);
            if claim.verb.claims() {
                let place = self.plan.place();
                self.plan.assertions.push(Assertion::new(step, span, place, claim));
            } else {
                self.plan.set_aside(step, span, claim);
            }
        }
    }

    fn read(&mut self, command: &Command, doubt: Option<Doubt>, perhaps: bool) -> Read {
        let hangs = doubt.is_some_and(Doubt::hangs);
        let Some(entered) = self.scope.enter(command, perhaps || hangs) else {
            return Read::nothing("sets variables".to_owned());
        };
        let program = entered.call.program();
        if entered.call.words.is_empty() {
            return Read::nothing("sets variables".to_owned());
        }
        let outer = entered.call;
        let call = provider::seen_through(outer.clone());
        for claim in self.servers.meet(&outer, &call, &mut self.story) {
            self.plan.set_aside(self.step, command.span, claim);
            self.left_behind += 1;
        }
        let mut read = match doubt {
            Some(doubt) => reading::doubtful_read(&call, &self.story, doubt),
            None if entered.perhaps => reading::perhaps_read(&call, &self.story),
            None => reading::read(&call, &self.story),
        };
        read.program = program;
        read.seal(&call.files);
        let asked = call.files.asked().into_iter();
        self.files.extend(asked.map(|path| self.scope.local_file(path)));
        // What is left open comes before what the same command makes anew.
        let mut opened = match entered.former {
            Some(former) => planned::opened_by(reading::claims(&former, &self.story), &self.story),
            None => Vec::new(),
        };
        let host = call.host.as_deref();
        let files = planned::opened_files(&entered.changed, host, &self.story);
        let untold = |open: &Claim| read.claims.iter().all(|claim| claim.subject != open.subject);
        opened.extend(files.into_iter().filter(untold));
        read.claims.splice(0..0, opened);
        self.go_on(read, doubt)
    }
}

/// Whether a command may fail without harm, by those behind it: `a || b`, `a && b || c`.
fn has_fallback(behind: &[Command]) -> bool {
    behind.iter().find(|next| next.link != Link::And).is_some_and(|next| next.link == Link::Or)
}

/// Whether a loop may end before its last value.
fn leaves(body: &[Command]) -> bool {
    body.iter().any(|command| {
        command.words.first().and_then(crate::challenge::Word::literal).is_some_and(|program| {
            matches!(program.as_str(), "break" | "continue" | "exit" | "return")
        })
    })
}

fn role(claimed: &[Assertion], disturbs: bool, unclaimed: &[Unclaimed]) -> Role {
    let changes = claimed.iter().any(Assertion::changes)
        || disturbs
        || unclaimed.iter().any(|command| command.why.starts_with(CHANGES_UNSEEN));
    match (changes, claimed.is_empty()) {
        (true, _) => Role::Changes,
        (false, false) => Role::Confirms,
        (false, true) => Role::Reads,
    }
}
