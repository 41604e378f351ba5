//! The command line: what may be written, and its help. Does nothing.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Reads a lab challenge and checks the live systems for what must be true after each step.
#[derive(Debug, Parser)]
#[command(name = "labproof", version, about, propagate_version = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The part of the help that scripts rest on.
const EXIT_CODES: &str = "\
Exit codes: 0 everything asked for stands, 1 a step is not done, 2 usage or an unreadable challenge, \
3 something could not be seen (not the learner's fault), 4 nothing was checked.";

/// One subcommand.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the live systems for what the steps of a challenge must have done.
    Check(Check),
    /// Say what each step claims, and by which reads it is checked; looks at no system.
    Explain(Explain),
    /// Prove that a challenge's checks check: do it rightly and wrongly in labs made for it. Runs its commands there.
    Prove(Prove),
    /// Print the JSON Schema of a file of labproof's, for editors.
    Schema(Schema),
    /// Servers of one's own for a challenge: Vault, PostgreSQL and Kubernetes on loopback addresses.
    Lab(Lab),
}

/// Where a challenge is, and what its variables stand for.
#[derive(Debug, Args)]
pub struct Input {
    /// A challenge's file or directory, or `-` for standard input.
    #[arg(value_name = "PATH", default_value = "assignment.md")]
    pub path: PathBuf,
    /// What its variables stand for.
    #[command(flatten)]
    pub given: Given,
}

/// What the variables of a challenge stand for.
#[derive(Debug, Args)]
pub struct Given {
    /// What a variable or placeholder of the text stands for; above what the text says.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub variables: Vec<String>,
    /// A file of NAME=VALUE lines, so that no secret need stand in a process list.
    #[arg(long, value_name = "FILE")]
    pub var_file: Option<PathBuf>,
}

/// `labproof check`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(after_help = EXIT_CODES)]
pub struct Check {
    /// Challenges' files or directories, or `-` for standard input.
    #[arg(value_name = "PATH", default_value = "assignment.md")]
    pub paths: Vec<PathBuf>,
    /// What their variables stand for.
    #[command(flatten)]
    pub given: Given,
    /// Only the steps up to this one; a learner who is further on passes.
    #[arg(long, value_name = "N", conflicts_with = "step", value_parser = clap::value_parser!(u32).range(1..))]
    pub until: Option<u32>,
    /// Only this step.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub step: Option<u32>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,
    /// For an Instruqt check script: at most one `FAIL: ` line on standard output.
    #[arg(long, conflicts_with = "format")]
    pub instruqt: bool,
    /// The bound on the whole run, in seconds; a platform kills a check at 60.
    #[arg(long, value_name = "S", default_value_t = 45, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub deadline: u64,
    /// Make no credentials of our own, not even for a moment: claims that need some are skipped.
    #[arg(long, conflicts_with = "probe")]
    pub no_probes: bool,
    /// Also probe what changes the lab: `reset` tells a rotation from a password changed by hand.
    #[arg(long, value_enum)]
    pub probe: Option<Probe>,
    /// Only claims on these systems: vault, kubernetes, postgres, host; without it, all but host. Files belong to
    /// the host that they are on: `host` says that it is this machine.
    #[arg(long, value_name = "SYSTEM,…", value_enum, value_delimiter = ',')]
    pub only: Option<Vec<System>>,
    /// This machine is the challenge's host NAME, so look at the files that the text makes there too.
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// How much of a hint: where its author has written a ladder of them, 1 is a nudge, and each higher number says
    /// more.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    pub hint: u8,
    /// Show every step in full, later ones too.
    #[arg(long)]
    pub all: bool,
    /// Say on standard error which reads took how long.
    #[arg(long)]
    pub timings: bool,
}

/// A probe that must be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Probe {
    /// `database/reset/NAME`: makes Vault log in anew with the password that it keeps.
    Reset,
}

/// A system that claims are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum System {
    /// Files of this machine.
    Host,
    /// Kubernetes and OpenShift.
    Kubernetes,
    /// PostgreSQL.
    Postgres,
    /// Vault.
    Vault,
}

impl System {
    /// Its name in the registry of providers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Kubernetes => "kubernetes",
            Self::Postgres => "postgres",
            Self::Vault => "vault",
        }
    }
}

/// How to say what a check has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// Annotations of a GitHub workflow.
    Github,
    /// For a terminal.
    Human,
    /// One JSON document.
    Json,
    /// JUnit XML.
    Junit,
    /// SARIF 2.1.0.
    Sarif,
    /// TAP 13.
    Tap,
}

impl CheckFormat {
    /// Its name in the registry of formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Human => "human",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Tap => "tap",
        }
    }
}

/// How to say what a challenge claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// For a terminal.
    Human,
    /// One JSON document.
    Json,
}

/// `labproof explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The challenge.
    #[command(flatten)]
    pub input: Input,
    /// Count what is understood of the commands of all these challenges; directories are searched for them.
    #[arg(long, conflicts_with_all = ["variables", "var_file"])]
    pub coverage: bool,
    /// More files and directories to count.
    #[arg(value_name = "PATH", requires = "coverage")]
    pub more: Vec<PathBuf>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t = ExplainFormat::Human)]
    pub format: ExplainFormat,
}

/// `labproof prove`
#[derive(Debug, Args)]
#[command(after_help = PROVE_EXIT_CODES)]
pub struct Prove {
    /// Challenges' files or directories; beside each may lie its world (`NAME.world.yml`) and what its learner types
    /// (`NAME.labproof.yml`).
    #[arg(value_name = "PATH", default_value = "assignment.md")]
    pub paths: Vec<PathBuf>,
    /// Only these families of trials.
    #[arg(long, value_name = "TRIAL,…", value_enum, value_delimiter = ',')]
    pub trials: Vec<TrialFamily>,
    /// How many labs at a time; each has its own servers.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub jobs: u8,
    /// How to say it.
    #[arg(long, value_enum, default_value_t = ProofFormat::Human)]
    pub format: ProofFormat,
    /// Walk by this script, which does all steps at once, in place of the challenge's own fences.
    #[arg(long, value_name = "FILE", conflicts_with = "check_script")]
    pub solve: Option<PathBuf>,
    /// Try this bash check in place of `labproof check`: it is to pass when all is done, and to fail on all else. Both
    /// readings of `fail-message` are tried: that it ends the script, and that it does not.
    #[arg(long, value_name = "FILE")]
    pub check_script: Option<PathBuf>,
    /// How long the commands of one step may take, in seconds.
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub step_limit: u64,
}

/// The part of the help of `prove` that scripts rest on.
const PROVE_EXIT_CODES: &str = "\
Exit codes: 0 all that was tried is as it should be, 1 something is not, 2 usage or an unreadable file, 3 something \
could not be tried, 4 there was nothing to prove.";

/// A family of trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TrialFamily {
    /// Immediately before its own step no changing claim holds.
    Before,
    /// After each step exactly what should stand does.
    Walk,
    /// Wrong turns are caught, at their step and by name.
    Mutants,
    /// Other right ways pass.
    Solutions,
    /// With a server down, sealed or forbidden, what needs it is unknown, and nothing else is.
    Faults,
    /// Checking twice changes nothing.
    Harmless,
}

impl TrialFamily {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Walk => "walk",
            Self::Mutants => "mutants",
            Self::Solutions => "solutions",
            Self::Faults => "faults",
            Self::Harmless => "harmless",
        }
    }
}

/// How to say a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProofFormat {
    /// For a terminal.
    Human,
    /// One JSON document.
    Json,
    /// JUnit XML.
    Junit,
}

impl ProofFormat {
    /// Its name in the registry of formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Junit => "junit",
        }
    }
}

/// `labproof schema`
#[derive(Debug, Args)]
pub struct Schema {
    /// Of which file.
    #[arg(value_enum)]
    pub name: SchemaName,
}

/// A file that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// The author's file: `NAME.labproof.yml`, or `labproof.yml` at a track's root.
    Labproof,
    /// What a challenge starts from: `NAME.world.yml`.
    World,
}

/// `labproof lab`
#[derive(Debug, Args)]
pub struct Lab {
    /// What to do with it.
    #[command(subcommand)]
    pub command: LabCommand,
}

/// One subcommand of `lab`.
#[derive(Debug, Subcommand)]
pub enum LabCommand {
    /// Start the servers and leave them running; prints the variables that lead to them, for `eval`.
    Up(LabServers),
    /// Open a bash in the lab that is up, or in one that lasts as long as the shell.
    Shell(LabServers),
    /// Say whether a lab is up, and whether its servers answer.
    Status,
    /// End the lab that is up, with all that runs in it.
    Down,
}

/// Which servers a lab has.
#[derive(Debug, Args)]
pub struct LabServers {
    /// The challenge whose starting state is filled in; without it, the servers are empty.
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Only these servers; without it, all of them.
    #[arg(long, value_name = "SYSTEM,…", value_enum, value_delimiter = ',')]
    pub only: Option<Vec<LabSystem>>,
    /// The port of PostgreSQL, on an address of the lab's own; 5432 unless the challenge's world says otherwise.
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub postgres_port: Option<u16>,
    /// A running Vault instead of one of the lab's own; its token is in VAULT_TOKEN.
    #[arg(long, value_name = "URL")]
    pub vault_addr: Option<String>,
    /// A running PostgreSQL instead: postgresql://USER:PASSWORD@HOST:PORT.
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// A running cluster instead.
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
}

/// A system whose servers a lab may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LabSystem {
    /// Vault.
    Vault,
    /// PostgreSQL.
    Postgres,
    /// Kubernetes.
    Kubernetes,
}
