//! Every challenge of ours, and the seed, proven by `labproof prove` itself, as an author would call it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use labproof::lab::System;
use labproof::lab::process::wait_within;
use labproof::sidecar::Sidecar;
use labproof::world::VaultState;
use libtest_mimic::Trial;
use serde_json::Value;

use crate::own_servers::killed::Labs;
use crate::own_servers::left::Traces;
use crate::prng::{Prng, fresh_seed};
use crate::seed;
use crate::wait::Done;

/// The slug of the seed and of its retelling.
const SEED: &str = "static-to-dynamic-database-secrets";

/// How many wrong turns of each challenge count, and are caught: no fewer than when its proof was read through.
/// One that leaves the lab as the solution does, or as the text does later on, does not count.
/// (One more counts in `deployment-life` where the check looks before the rollout is over that it does not wait for.)
const COUNTED: &[(&str, u64)] = &[
    ("certificates-and-keys", 73),
    ("deployment-life", 72),
    ("first-start", 16),
    ("helm-release", 22),
    ("kv-versions", 60),
    ("leases-and-static-roles", 51),
    ("make-change-delete", 61),
    ("move-to-a-new-namespace", 24),
    ("notes-on-a-host", 26),
    ("policies-and-userpass", 60),
    ("roles-and-grants", 46),
    (SEED, 40),
    ("unseal-after-a-restart", 8),
    ("values-from-files", 58),
];

const COUNTED_OF_THE_SEED: u64 = 40;

/// How many wrong turns a step has at least, where its shape allows.
const OF_A_STEP: usize = 4;

/// Steps whose shape allows fewer, and why.
const FEWER: &[(&str, u64, usize, &str)] = &[
    ("deployment-life", 1, 3, "a namespace has a name and nothing else: no other place, no value"),
    ("first-start", 1, 3, "a Vault has no name and no place, and cannot be made new again"),
    ("first-start", 2, 3, "a key is given or not, or is none; which of the keys cannot be told"),
    ("first-start", 3, 3, "as step 2"),
    ("first-start", 4, 3, "as step 2"),
    ("move-to-a-new-namespace", 3, 3, "a namespace has a name and nothing else"),
    ("roles-and-grants", 2, 3, "the database is made with a name and nothing else"),
    ("unseal-after-a-restart", 2, 3, "a key is given or not, or is none"),
];

/// One proof takes two labs, which is all that a small machine has room for.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The trials of this file.
pub(crate) fn trials() -> Vec<Trial> {
    let challenges = Path::new(env!("CARGO_MANIFEST_DIR")).join("challenges");
    let entries = std::fs::read_dir(&challenges).into_iter().flatten().flatten();
    let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
    let mut trials: Vec<Trial> = folders
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(format!("proof::{name}"), move || Ok(of_challenge(&path, &name)?))
        })
        .collect();
    trials.push(Trial::test("proof::seed", || Ok(of_seed()?)));
    trials.push(Trial::test("proof::conventional_check", || Ok(conventional_check()?)));
    trials.push(Trial::test("proof::login_at_a_prompt", || Ok(login_at_a_prompt()?)));
    trials.push(Trial::test("proof::authors_word", || Ok(of_authors_word()?)));
    trials.push(Trial::test("proof::killed_at_any_moment", || Ok(killed_at_any_moment()?)));
    trials
}

fn of_challenge(path: &Path, name: &str) -> Done<()> {
    let counted = COUNTED.iter().find(|(challenge, _)| *challenge == name);
    let (_, counted) = counted.ok_or_else(|| format!("`{name}` has no number in this table"))?;
    proven(name, path, *counted)
}

fn of_seed() -> Done<()> {
    let track = track()?;
    proven(SEED, &track.path().join(SEED), COUNTED_OF_THE_SEED)
}

/// The seed as it is, with our two files at the root of its track, in a directory that goes again.
fn track() -> Done<tempfile::TempDir> {
    let track = tempfile::Builder::new().prefix("labproof-live-track-").tempdir();
    let track = track.map_err(|error| error.to_string())?;
    let from = seed::assignment();
    let from = from.parent().ok_or("the seed has no directory")?;
    let to = track.path().join(SEED);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let world = format!("{SEED}.world.yml");
    let copied = std::fs::create_dir(&to)
        .and_then(|()| std::fs::read_dir(from)?.collect::<Result<Vec<_>, _>>())
        .and_then(|files| {
            files.iter().filter(|file| file.path().is_file()).try_for_each(|file| {
                std::fs::copy(file.path(), to.join(file.file_name())).map(drop)
            })
        })
        .and_then(|()| {
            std::fs::copy(root.join("challenges").join(&world), track.path().join(&world))?;
            std::fs::copy(root.join("tests/seed/labproof.yml"), track.path().join("labproof.yml"))
        });
    copied.map_err(|error| format!("the seed's track: {error}"))?;
    Ok(track)
}

/// Proves one challenge: all is as it should be, everything could be tried, and enough was.
fn proven(name: &str, path: &Path, counted: u64) -> Done<()> {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let labs = Labs::new()?;
    let started = Instant::now();
    let (code, document, said) = prove(&labs, path, &["--jobs", "2"])?;
    let proof = &document["proofs"][0];
    println!("proof of {name}: {} counted, {:.0?}", proof["counted"], started.elapsed());
    let trials = proof["trials"].as_array().ok_or("no trials")?;
    let bad = trials.iter().filter(|one| one["finding"] == "wrong" || one["finding"] == "untried");
    let bad: Vec<String> = bad.map(Value::to_string).collect();
    if code != Some(0) || proof["outcome"] != "proven" || !bad.is_empty() {
        return Err(format!("exit {code:?}\n{}\n{said}", bad.join("\n")));
    }
    let number = |key: &str| proof[key].as_u64().unwrap_or_default();
    if number("caught") != number("counted") || number("counted") < counted {
        let (caught, found) = (number("caught"), number("counted"));
        return Err(format!("{caught} of {found} caught, where at least {counted} count"));
    }
    enough_of_each_step(name, trials)?;
    every_fault(&Sidecar::beside(path).map_err(|error| error.to_string())?, trials)?;
    labs.nothing_left(&Traces::default())
}

/// Each step that changes something has as many wrong turns as its shape allows; what does not count says why.
fn enough_of_each_step(name: &str, trials: &[Value]) -> Done<()> {
    let of = |family: &'static str| trials.iter().filter(move |one| one["trial"] == family);
    let steps: BTreeSet<u64> = of("before").filter_map(|one| one["step"].as_u64()).collect();
    for step in steps {
        let made = of("mutants").filter(|one| one["step"] == step).count();
        let fewer = FEWER.iter().find(|(named, of, ..)| (*named, *of) == (name, step));
        match fewer {
            Some((.., expected, why)) if made != *expected => {
                return Err(format!("step {step}: {made} wrong turns, not {expected}; {why}"));
            }
            None if made < OF_A_STEP => return Err(format!("step {step}: {made} wrong turns")),
            _ => {}
        }
    }
    Ok(())
}

/// Each system is broken in every way that there is: away, shut, and answering with a refusal.
fn every_fault(sidecar: &Sidecar, trials: &[Value]) -> Done<()> {
    let systems = sidecar.world.systems();
    let vault = systems.contains(&System::Vault);
    let new = sidecar.world.vault_state() == VaultState::New;
    let mut wanted = BTreeSet::new();
    if vault {
        wanted.insert("Vault is down");
    }
    if vault && !new {
        wanted.extend(["Vault is sealed", "the token is not valid", "the token may read nothing"]);
    }
    if systems.contains(&System::Postgres) {
        wanted.extend(["PostgreSQL is down", "PostgreSQL turns everybody away"]);
        wanted.extend((!vault).then_some("the logins may read nothing"));
    }
    if systems.contains(&System::Kubernetes) {
        wanted.extend(["the Kubernetes API is down", "the account may do nothing"]);
    }
    let faults = trials.iter().filter(|one| one["trial"] == "faults");
    let tried: BTreeSet<&str> = faults.filter_map(|one| one["name"].as_str()).collect();
    if tried == wanted { Ok(()) } else { Err(format!("tried: {tried:?}, not {wanted:?}")) }
}

/// Runs it to its end: its exit code, its document, and what it said.
fn prove(labs: &Labs, path: &Path, words: &[&str]) -> Done<(Option<i32>, Value, String)> {
    let output = command(labs, path, words).output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let document = serde_json::from_slice(&output.stdout);
    let document = document.map_err(|error| format!("{error}: {:?} {said}", output.status))?;
    Ok((output.status.code(), document, said))
}

fn command(labs: &Labs, path: &Path, words: &[&str]) -> Command {
    // Helm is not among the servers: the walks' stand-in keeps releases as it does.
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/own");
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    let search_path =
        std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&search_path)));
    let mut command = labs.labproof();
    command.arg("prove").arg(path).args(["--format", "json"]).args(words);
    command.env("PATH", search_path.unwrap_or_default()).stdin(Stdio::null());
    command
}

/// A text whose reader logs in at Vault's own prompt, which takes no token from anything but a terminal.
fn login_at_a_prompt() -> Done<()> {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let place = tempfile::Builder::new().prefix("labproof-live-login-").tempdir();
    let place = place.map_err(|error| error.to_string())?;
    let labs = Labs::new()?;
    let steps = "# Log in\n\n```bash\nunset VAULT_TOKEN\nvault login\n```\n\n\
                 ```bash\nvault kv put kv/shop/mail sender=shop@example.com\n```\n";
    for (key, expected) in [("terminal", Some(0)), ("type", Some(1))] {
        let inputs = format!("inputs: {{ steps: {{ 1: {{ {key}: ['${{vault.token}}'] }} }} }}\n");
        let files = [
            ("login.md", steps),
            ("login.world.yml", "vault: { mounts: { kv: { type: kv } } }\n"),
            ("login.labproof.yml", &inputs),
        ];
        for (name, text) in files {
            std::fs::write(place.path().join(name), text).map_err(|error| error.to_string())?;
        }
        let words = ["--trials", "before,walk,solutions,harmless"];
        let (code, document, said) = prove(&labs, &place.path().join("login.md"), &words)?;
        if code != expected {
            return Err(format!("`{key}`: exit {code:?}\n{said}\n{document:#}"));
        }
    }
    labs.nothing_left(&Traces::default())
}

/// A challenge whose author says what its text does not: claims of three systems, a path into an object, and what is
/// waited for. Wrong turns of what was added are caught like all others.
fn of_authors_word() -> Done<()> {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let place = tempfile::Builder::new().prefix("labproof-live-word-").tempdir();
    let place = place.map_err(|error| error.to_string())?;
    for (name, text) in [
        ("word.md", include_str!("own/word.md")),
        ("word.world.yml", include_str!("own/word.world.yml")),
        ("word.labproof.yml", include_str!("own/word.labproof.yml")),
    ] {
        std::fs::write(place.path().join(name), text).map_err(|error| error.to_string())?;
    }
    let labs = Labs::new()?;
    let (code, document, said) = prove(&labs, &place.path().join("word.md"), &[])?;
    let trials = document["proofs"][0]["trials"].as_array().cloned().unwrap_or_default();
    let caught = |step: u64| {
        let of_step = |trial: &&Value| {
            trial["trial"] == "mutants" && trial["step"] == step && trial["finding"] == "proven"
        };
        trials.iter().filter(of_step).count()
    };
    let enough = (1..=4).all(|step| caught(step) > 0);
    if code != Some(0) || !enough {
        return Err(format!("exit {code:?}\n{said}\n{document:#}"));
    }
    labs.nothing_left(&Traces::default())
}

/// What a check as it is written today lets through, in both readings.
///
/// It was written with care, step by step, so it catches nearly every wrong turn; and yet not all, as it does not ask
/// for all fields. Every server that does not answer is the learner's fault to it, but for the Kubernetes API: one that
/// is down, or turns it away, has no Deployment. And the logins that it takes for a look stay behind.
fn conventional_check() -> Done<()> {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let check = root.join("tests/live/conventional-check").display().to_string();
    let labs = Labs::new()?;
    let words = ["--jobs", "2", "--check-script", &check];
    let started = Instant::now();
    let (code, document, said) = prove(&labs, &root.join("challenges").join(SEED), &words)?;
    println!("proof of the conventional check in both readings: {:.0?}", started.elapsed());
    let proofs = document["proofs"].as_array().ok_or("no proofs")?;
    if code != Some(1) || proofs.len() != 2 {
        return Err(format!("exit {code:?}, {} proofs\n{said}", proofs.len()));
    }
    for proof in proofs {
        let number = |key: &str| proof[key].as_u64().unwrap_or_default();
        let (caught, counted) = (number("caught"), number("counted"));
        println!("{}: {caught} of {counted}", proof["check"]);
        let trials = proof["trials"].as_array().ok_or("no trials")?;
        let wrong = |family: &str, word: &str| {
            trials.iter().any(|one| {
                let tells = |key: &str| one[key].as_str().is_some_and(|text| text.contains(word));
                one["trial"] == family
                    && one["finding"] == "wrong"
                    && (tells("name") || tells("message"))
            })
        };
        let expected = [
            ("most are caught", caught > counted / 2 && counted >= COUNTED_OF_THE_SEED),
            ("not all are", caught < counted && wrong("mutants", "it passes")),
            ("an API that is down passes", wrong("faults", "the Kubernetes API is down")),
            ("so does one that forbids", wrong("faults", "the account may do nothing")),
            ("an error is the learner's", wrong("faults", "it blames the learner")),
            ("logins are left", wrong("harmless", "v-token-products")),
        ];
        let not: Vec<&str> = expected.iter().filter(|(_, is)| !is).map(|(what, _)| *what).collect();
        if !not.is_empty() {
            return Err(format!("not so: {not:?}\n{proof:#}"));
        }
    }
    labs.nothing_left(&Traces::default())
}

/// Kills at random moments while a proof starts, walks and resets: with those of `lab::killed_at_any_moment` they are
/// fifty. After the next run nothing of them is left.
fn killed_at_any_moment() -> Done<()> {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let seed = std::env::var("LABPROOF_LIVE_SEED").ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(fresh_seed);
    let mut prng = Prng::new(seed);
    let challenges = Path::new(env!("CARGO_MANIFEST_DIR")).join("challenges");
    let (files, track, labs) = (challenges.join("notes-on-a-host"), track()?, Labs::new()?);
    for round in 0..26 {
        let (path, longest) = match round % 13 {
            12 => (track.path().join(SEED), 30_000),
            6 | 9 => (challenges.join("unseal-after-a-restart"), 5_000),
            number if number % 2 == 0 => (files.clone(), 700),
            _ => (challenges.join("kv-versions"), 4_000),
        };
        let mut child = command(&labs, &path, &["--jobs", "2"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let moment = Duration::from_millis(prng.between(0, longest));
        // Killed at the limit; `wait_within` has waited for its end. It may have come to its own.
        let _ = wait_within(&mut child, moment);
        let traces = Traces::of(&labs.parent());
        let next = prove(&labs, &files, &["--trials", "walk"])?;
        if next.0 != Some(0) {
            return Err(format!("the next run: {next:?}"));
        }
        labs.nothing_left(&traces).map_err(|reason| {
            let path = path.display();
            format!("round {round}, {path}, killed after {moment:?}, LABPROOF_LIVE_SEED={seed}\n{reason}")
        })?;
    }
    Ok(())
}
