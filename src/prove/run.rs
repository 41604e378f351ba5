//! The trials of one challenge, handed out to as many labs as are asked for.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use crate::assertion::Plan;
use crate::challenge::Challenge;
use crate::lab::{self, Options, Programs};
use crate::sidecar::Sidecar;
use crate::text::ticked;

use super::ProveError;
use super::mutants::{self, Mutant};
use super::proof::{Finding, Proof, ProofStep, Trial, Tried};
use super::record::Record;
use super::script::CheckScript;
use super::solutions::{self, Course, Solution};
use super::stage::{Matter, Stage};
use super::trials::{faults, harmless, mutant, scripted, solution, walk};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// The families of trials.
    pub trials: BTreeSet<Trial>,
    /// How many labs at a time.
    pub jobs: usize,
    /// How long the commands of a step may take.
    pub limit: Duration,
    /// The text of a script that does all steps, in place of the challenge's own fences.
    pub solve: Option<String>,
    /// The script that is tried, where it is not `labproof check`.
    pub script: Option<CheckScript>,
}

/// What is told while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Trials that are over.
    pub done: usize,
    /// Trials that there are, as far as is known.
    pub all: usize,
}

/// A challenge with what its author says about it.
pub struct Subject<'a> {
    /// The challenge as it is on disk.
    pub challenge: &'a Challenge,
    /// Its world and inputs.
    pub sidecar: &'a Sidecar,
}

/// One piece of work for one lab. The numbers are places in the lists that each lab makes of its own text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Walk,
    Mutant(usize),
    Solution(usize),
    Solved,
}

/// What the labs share.
struct Board {
    waiting: Mutex<Waiting>,
    stop: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    /// `None` until a lab has made the lists.
    cases: Option<VecDeque<Case>>,
}

/// Tries everything, in labs that are gone afterwards.
pub fn prove(
    subject: &Subject<'_>,
    programs: &Programs,
    options: &Options,
    order: &Order,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Proof, ProveError> {
    let started = Instant::now();
    lab::adopt_orphans()?;
    let source = &subject.challenge.source;
    let matter = Matter { source, sidecar: subject.sidecar, programs, options, limit: order.limit };
    let board = Board { waiting: Mutex::default(), stop: AtomicBool::new(false) };
    let (sender, results) = mpsc::channel();
    let (tried, failed) = std::thread::scope(|scope| {
        for _ in 0..order.jobs.max(1) {
            let (sender, matter, board) = (sender.clone(), &matter, &board);
            scope.spawn(move || {
                let result = work(matter, order, board, &sender);
                if let Err(error) = result {
                    board.stop.store(true, Ordering::SeqCst);
                    // Nobody listens any more only where another lab has failed before.
                    let _ = sender.send(Told::Failed(error));
                }
            });
        }
        drop(sender);
        gather(&results, progress)
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let (tried, plan) = sorted(tried);
    let frontmatter = &subject.challenge.frontmatter;
    let title = frontmatter.title.as_ref().or(frontmatter.slug.as_ref());
    Ok(Proof {
        path: source.path.display().to_string(),
        title: title.map(|field| field.value.clone()),
        check: match &order.script {
            Some(script) => {
                format!("{}, where {}", script.path.display(), script.fail_message.words())
            }
            None => "labproof check".to_owned(),
        },
        steps: plan.map(|plan| steps(subject.challenge, &plan)).unwrap_or_default(),
        tried,
        duration: started.elapsed(),
    })
}

/// What a lab tells.
enum Told {
    Cases(usize, Box<Plan>),
    Tried(Vec<Tried>),
    LeftOut(Vec<Tried>),
    Failed(ProveError),
}

type Gathered = (Vec<Tried>, Option<Box<Plan>>);

fn gather(
    results: &mpsc::Receiver<Told>,
    progress: &(dyn Fn(Progress) + Sync),
) -> (Gathered, Option<ProveError>) {
    let (mut tried, mut plan, mut failed) = (Vec::new(), None, None);
    let mut now = Progress { done: 0, all: 0 };
    for told in results {
        match told {
            Told::Cases(number, made) => {
                now.all = number;
                plan = Some(made);
            }
            Told::Tried(some) => {
                now.done += 1;
                tried.extend(some);
            }
            Told::LeftOut(some) => tried.extend(some),
            Told::Failed(error) => failed = failed.or(Some(error)),
        }
        progress(now);
    }
    ((tried, plan), failed)
}

fn sorted((mut tried, plan): Gathered) -> Gathered {
    tried.sort_by_key(|one| (one.trial, one.step));
    (tried, plan)
}

fn steps(challenge: &Challenge, plan: &Plan) -> Vec<ProofStep> {
    let steps = plan.steps.iter().map(|step| ProofStep {
        number: step.number,
        line: challenge.source.line(step.span.start),
        title: step.title.clone(),
        role: step.role,
    });
    steps.collect()
}

/// One lab: takes cases until there are none.
fn work(
    matter: &Matter<'_>,
    order: &Order,
    board: &Board,
    sender: &mpsc::Sender<Told>,
) -> Result<(), ProveError> {
    let mut stage = Stage::start(matter)?;
    let plan = stage.plan();
    let asked = |trial| order.trials.contains(&trial);
    let mutants =
        if asked(Trial::Mutants) { mutants::of(&stage.challenge, &plan) } else { Vec::new() };
    let solutions = if asked(Trial::Solutions) {
        let has_input = |step| stage.has_input(step);
        let challenge = &stage.challenge;
        solutions::of(&Course { challenge, plan: &plan, has_input: &has_input })
    } else {
        Vec::new()
    };
    let (solutions, without): (Vec<_>, Vec<_>) =
        solutions.into_iter().partition(|one| has(matter.programs, one));
    list(board, order, (&mutants, &solutions, &without), plan, sender);
    let mut record = Record::default();
    while let Some(case) = next(board) {
        let tried = one(&mut stage, &mut record, order, case, (&mutants, &solutions))?;
        if sender.send(Told::Tried(tried)).is_err() {
            break;
        }
    }
    stage.servers.stop()?;
    Ok(())
}

/// The first lab makes the list of what there is to do; the longest comes first.
fn list(
    board: &Board,
    order: &Order,
    (mutants, solutions, without): (&[Mutant], &[Solution], &[Solution]),
    plan: Plan,
    sender: &mpsc::Sender<Told>,
) {
    let mut waiting = board.waiting.lock().unwrap_or_else(PoisonError::into_inner);
    if waiting.cases.is_some() {
        return;
    }
    let asked = |trials: &[Trial]| trials.iter().any(|trial| order.trials.contains(trial));
    let mut cases = VecDeque::new();
    cases.extend(asked(&[Trial::Before, Trial::Walk]).then_some(Case::Walk));
    cases.extend(asked(&[Trial::Faults, Trial::Harmless]).then_some(Case::Solved));
    cases.extend((0..solutions.len()).map(Case::Solution));
    cases.extend((0..mutants.len()).rev().map(Case::Mutant));
    // The receiver lives as long as there are labs.
    let _ = sender.send(Told::Cases(cases.len(), Box::new(plan)));
    waiting.cases = Some(cases);
    if !without.is_empty() {
        let _ = sender.send(Told::LeftOut(without.iter().map(left_out).collect()));
    }
}

/// Whether the program is here that a way needs beside those of the lab.
fn has(programs: &Programs, solution: &Solution) -> bool {
    solution.needs.is_none_or(|name| programs.path(name).is_ok())
}

/// A way that nobody can take on this machine.
fn left_out(solution: &Solution) -> Tried {
    let name = solution.needs.unwrap_or_default();
    Tried {
        trial: Trial::Solutions,
        step: None,
        rule: Some(solution.rule),
        name: solution.name.clone(),
        finding: Finding::Nothing(format!("there is no {} on PATH", ticked(name))),
        took: Duration::ZERO,
    }
}

fn next(board: &Board) -> Option<Case> {
    if board.stop.load(Ordering::SeqCst) || lab::ending() {
        return None;
    }
    let mut waiting = board.waiting.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.cases.as_mut()?.pop_front()
}

fn one(
    stage: &mut Stage<'_>,
    record: &mut Record,
    order: &Order,
    case: Case,
    (mutants, solutions): (&[Mutant], &[Solution]),
) -> Result<Vec<Tried>, ProveError> {
    let script = order.script.as_ref();
    match case {
        Case::Walk => {
            let mut tried = match (script, &order.solve) {
                (Some(script), _) => scripted::walk(stage, script)?,
                (None, Some(solve)) => walk::by_script(stage, solve)?,
                (None, None) => walk::walk(stage)?,
            };
            tried.retain(|one| order.trials.contains(&one.trial));
            Ok(tried)
        }
        Case::Mutant(number) => {
            let tried = mutants.get(number).map(|mutant| match script {
                Some(script) => scripted::mutant(stage, record, script, mutant),
                None => mutant::try_one(stage, record, mutant),
            });
            tried.into_iter().collect()
        }
        Case::Solution(number) => {
            let tried = solutions.get(number).map(|solution| {
                solution::try_one(stage, solution, |stage| match script {
                    Some(script) => scripted::solution(stage, script),
                    None => solution::check(stage),
                })
            });
            tried.into_iter().collect()
        }
        Case::Solved => solved(stage, order),
    }
}

/// What is tried on a lab on which all steps are done.
fn solved(stage: &mut Stage<'_>, order: &Order) -> Result<Vec<Tried>, ProveError> {
    stage.renew()?;
    let mut tried = Vec::new();
    match stage.steps_up_to(stage.challenge.steps.len()) {
        Ok(()) => {}
        Err(ProveError::Untried(why)) => {
            let (name, finding) = ("all steps".to_owned(), Finding::Untried(why));
            let (trial, took) = (Trial::Faults, Duration::ZERO);
            return Ok(vec![Tried { trial, step: None, rule: None, name, finding, took }]);
        }
        Err(error) => return Err(error),
    }
    if order.trials.contains(&Trial::Harmless) {
        tried.push(match &order.script {
            Some(script) => scripted::harmless(stage, script)?,
            None => harmless::try_it(stage)?,
        });
    }
    if order.trials.contains(&Trial::Faults) {
        tried.extend(match &order.script {
            Some(script) => scripted::faults(stage, script)?,
            None => faults::try_all(stage)?,
        });
    }
    Ok(tried)
}
