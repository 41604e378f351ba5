//! A lab in which a challenge is done again and again: a fresh world, a learner's shell, and the check's look.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::assertion::Plan;
use crate::author::{FenceMark, Word};
use crate::challenge::{self, Challenge};
use crate::config::Probes;
use crate::lab::{self, Access, LabError, Options, Programs, Servers, Vault};
use crate::sidecar::{Sidecar, StepInput};
use crate::source::Source;
use crate::world::{Kept, Values};

use super::ProveError;
use super::deeds::Deed;
use super::look::{self, From, Sight};
use super::shell::{Lines, Ran, Shell, Start};

/// What is proven, and with what.
pub(super) struct Matter<'a> {
    /// The challenge as it is on disk.
    pub(super) source: &'a Source,
    /// What its author says about it.
    pub(super) sidecar: &'a Sidecar,
    /// Servers and clients.
    pub(super) programs: &'a Programs,
    /// How the lab is started.
    pub(super) options: &'a Options,
    /// How long a step's commands may take.
    pub(super) limit: Duration,
}

/// A lab with one learner in it.
pub(super) struct Stage<'a> {
    matter: &'a Matter<'a>,
    pub(super) servers: Servers,
    /// The challenge as this lab has it.
    pub(super) challenge: Challenge,
    /// What its author says of the checks.
    word: Word,
    access: Access,
    /// Changes from world to world.
    pub(super) home: PathBuf,
    environment: BTreeMap<String, String>,
    shell: Option<Shell>,
    kept: Kept,
    worlds: u32,
    fresh: bool,
    /// Whether something was done otherwise than the text has it.
    astray: bool,
}

impl<'a> Stage<'a> {
    /// Starts the servers.
    pub(super) fn start(matter: &'a Matter<'a>) -> Result<Self, ProveError> {
        let servers = Servers::start(matter.programs, matter.options)?;
        let access = servers.access();
        let text = matter.sidecar.inputs.text(&matter.source.text, &access)?;
        let challenge = challenge::parse(Source::new(&matter.source.path, text));
        let word = matter.sidecar.word_on(&challenge)?;
        Ok(Self {
            matter,
            servers,
            challenge,
            word,
            access,
            home: PathBuf::new(),
            environment: BTreeMap::new(),
            shell: None,
            kept: Kept::new(),
            worlds: 0,
            // The first world needs no reset.
            fresh: true,
            astray: false,
        })
    }

    /// Throws away what is there and makes the challenge's world anew.
    pub(super) fn renew(&mut self) -> Result<(), ProveError> {
        // The shell first: nothing of an earlier learner may reach the new world.
        self.shell = None;
        self.servers.place().end_strays()?;
        self.kept.clear();
        self.astray = false;
        if !std::mem::take(&mut self.fresh) {
            self.servers.reset()?;
        }
        let old = std::mem::take(&mut self.home);
        if !old.as_os_str().is_empty() {
            match std::fs::remove_dir_all(&old) {
                // Learners take even their home away.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                done => done.map_err(|error| ProveError::file(&old, &error))?,
            }
        }
        self.worlds += 1;
        let home = self.servers.directory().join(format!("home-{}", self.worlds));
        std::fs::create_dir_all(&home).map_err(|error| ProveError::file(&home, &error))?;
        self.home = home;
        self.access = self.servers.access();
        let world = &self.matter.sidecar.world;
        let client = |name: &str| self.servers.place().client(self.matter.programs, name);
        world.fill(&self.access, &client, &self.home)?;
        self.environment = self.servers.environment(&self.home);
        for (name, value) in world.environment(&self.access)? {
            self.environment.insert(name, value.expose().to_owned());
        }
        Ok(())
    }

    /// Does one step as the text has it, or with another script in its place.
    pub(super) fn step(&mut self, number: usize, script: Option<&str>) -> Result<Ran, ProveError> {
        let marked = self.word.on(number).is_some_and(|said| said.fence != FenceMark::Required);
        let own = self.challenge.steps.get(number - 1).filter(|_| !marked);
        let own = own.map(|step| step.typed.text().to_owned()).unwrap_or_default();
        let script = script.unwrap_or(&own).to_owned();
        let input = self.matter.sidecar.inputs.step(number);
        let (script, lines) = match input {
            Some(input) => self.with_input(input, script)?,
            None => (script, Lines::Input(String::new())),
        };
        let ran = self.shell()?.run(&script, &lines)?;
        if ran.trouble.is_some() {
            self.shell = None;
        }
        self.take_token();
        if let Some(input) = input.filter(|input| input.keeps()) {
            match input.keep(&ran.stdout, &mut self.kept) {
                Err(error) if !self.astray => return Err(error.into()),
                _ => {}
            }
        }
        Ok(ran)
    }

    /// A new Vault tells its token to whoever initialises it; the check is called with the one that the learner uses.
    fn take_token(&mut self) {
        let new = self.servers.vault().is_some_and(Vault::is_new);
        if let (true, Some(shell)) = (new, &mut self.shell) {
            match shell.variable("VAULT_TOKEN") {
                Some(token) => self.environment.insert("VAULT_TOKEN".to_owned(), token),
                None => self.environment.remove("VAULT_TOKEN"),
            };
        }
    }

    /// What is typed in a step and at its prompts.
    fn with_input(&self, input: &StepInput, script: String) -> Result<(String, Lines), ProveError> {
        let values = Values::with(&self.access, &self.kept);
        let filled = match input.fill(&script, &values) {
            Err(error) if !self.astray => return Err(error.into()),
            filled => filled.unwrap_or(script),
        };
        let typed = match input.typed(&values) {
            Err(error) if !self.astray => return Err(error.into()),
            typed => typed.unwrap_or_default(),
        };
        let lines = typed.iter().fold(String::new(), |lines, line| lines + line.expose() + "\n");
        let at = if input.at_a_terminal() { Lines::Terminal } else { Lines::Input };
        Ok((filled, at(lines)))
    }

    /// From here on the lab is no longer what the text makes of it: there may be nothing to keep and nothing to fill in.
    pub(super) fn go_astray(&mut self) {
        self.astray = true;
    }

    /// Types something that belongs to no step.
    pub(super) fn type_in(&mut self, script: &str) -> Result<Ran, ProveError> {
        if script.is_empty() {
            return Ok(Ran::default());
        }
        let ran = self.shell()?.run(script, &Lines::Input(String::new()))?;
        self.take_token();
        Ok(ran)
    }

    /// Does all steps up to one; gives what hindered any of them.
    pub(super) fn steps_up_to(&mut self, last: usize) -> Result<(), ProveError> {
        (1..=last).try_for_each(|number| self.done(number))
    }

    /// Does one step as the text has it; gives what hindered it.
    pub(super) fn done(&mut self, number: usize) -> Result<(), ProveError> {
        match self.step(number, None)?.trouble {
            Some(trouble) => Err(ProveError::Untried(format!("step {number}: {trouble}"))),
            None => Ok(()),
        }
    }

    /// Does something to the lab that the learner does not type.
    pub(super) fn deed(&self, deed: &Deed) -> Result<(), ProveError> {
        match deed {
            Deed::Sql { database, text } => match self.servers.postgres() {
                Some(postgres) => postgres.sql(database, text).map(drop).map_err(ProveError::from),
                None => Err(ProveError::Untried("this lab has no PostgreSQL".to_owned())),
            },
            Deed::Shell(text) => self.in_a_shell(text),
        }
    }

    fn in_a_shell(&self, text: &str) -> Result<(), ProveError> {
        let mut command = self.bash()?;
        let place = self.servers.directory().join("deeds");
        std::fs::create_dir_all(&place).map_err(|error| ProveError::file(&place, &error))?;
        command.arg("-euo").arg("pipefail").current_dir(&place);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child =
            command.spawn().map_err(|error| ProveError::file(Path::new("bash"), &error))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A shell that ended early says why itself.
            let _ = stdin.write_all(text.as_bytes());
        }
        let done = child.wait_with_output().map_err(|error| ProveError::file(&place, &error))?;
        if done.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        let first =
            said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        Err(ProveError::Untried(format!("the lab could not be prepared: {first}")))
    }

    /// Looks at the lab behind the steps up to `done`, and again while one of them may take longer by its author's word.
    pub(super) fn look_behind(&self, done: usize, probes: Probes) -> Result<Sight, ProveError> {
        let since = Instant::now();
        loop {
            let sight = self.look(probes)?;
            let here = sight.report.here.filter(|here| *here <= done);
            let wait = here.and_then(|here| self.word.on(here)?.wait).unwrap_or_default();
            if since.elapsed() >= wait || lab::ending() {
                return Ok(sight);
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    /// Looks at the lab as the learner's check does.
    pub(super) fn look(&self, probes: Probes) -> Result<Sight, ProveError> {
        self.look_through(&self.environment, probes)
    }

    /// The same with another environment.
    pub(super) fn look_through(
        &self,
        environment: &BTreeMap<String, String>,
        probes: Probes,
    ) -> Result<Sight, ProveError> {
        look::look(&self.challenge, &self.word, From { environment, home: &self.home, probes })
    }

    /// What the challenge claims here.
    pub(super) fn plan(&self) -> Plan {
        let from = From { environment: &self.environment, home: &self.home, probes: Probes::None };
        look::plan(&self.challenge, &self.word, from)
    }

    /// The environment of the learner's shell.
    pub(super) fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// Whether something is typed into a step, kept from it or filled in.
    pub(super) fn has_input(&self, step: usize) -> bool {
        self.matter.sidecar.inputs.step(step).is_some()
    }

    fn shell(&mut self) -> Result<&mut Shell, ProveError> {
        if self.shell.is_none() {
            // Whoever had the shell before was ended with the lab, and nobody is to go on in what is left of it.
            if lab::ending() {
                return Err(LabError::Interrupted.into());
            }
            let start = Start {
                bash: self.bash()?,
                home: self.home.clone(),
                scratch: self.servers.directory().join("scratch"),
                limit: self.matter.limit,
                largest_file: self.servers.place().largest_file(),
                terminal: self.matter.sidecar.inputs.need_a_terminal(),
            };
            self.shell = Some(Shell::start(start)?);
        }
        self.shell.as_mut().ok_or_else(|| ProveError::Lab("no shell".to_owned()))
    }

    /// A bash that ends with this process and has the learner's environment; a terminal it has not, so that what asks
    /// for a password reads it from its input.
    pub(super) fn bash(&self) -> Result<Command, ProveError> {
        let programs = self.matter.programs;
        let mut command = self.servers.place().command(programs.path("setsid")?, None);
        // The lab's commands lead a group of their own, so that this one forks: it waits, and what it waits for ends
        // with it.
        command.arg("--wait").arg(programs.path("setpriv")?).args(["--pdeathsig", "KILL"]);
        command.arg(programs.path("bash")?).envs(&self.environment);
        Ok(command)
    }
}
