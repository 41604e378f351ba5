//! Walks through our own challenges in `challenges/`: one file each, with its tables.

mod certificates_and_keys;
mod custom_resource;
mod deployment_life;
mod first_start;
pub(crate) mod helm_release;
mod kv_versions;
mod leases_and_static_roles;
mod make_change_delete;
mod mounts_of_the_lab;
mod move_to_a_new_namespace;
mod over_a_socket;
mod policies_and_userpass;
mod retold_seed;
mod roles_and_grants;
mod row;
mod unseal_after_a_restart;
mod values_from_files;

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use serde_json::json;

use crate::check::Check;
use crate::fences::fences;
use crate::lab::Lab;
use crate::labs::WALKS;
use crate::prng::{Prng, fresh_seed};
use crate::renamed::replace;
use crate::wait::Done;
use crate::walk::{Input, Session};
use row::{Row, compare};

/// Challenges that need no server: `tests/host.rs` walks them.
const WITHOUT_SERVERS: &[&str] = &["notes-on-a-host"];

type Walk = fn(&mut Lab) -> Done<()>;

/// The trials of this folder. A challenge without a walk is a failure too.
pub(crate) fn trials() -> Vec<Trial> {
    let walks: [(&str, &[(&str, Walk)]); 13] = [
        (certificates_and_keys::SLUG, certificates_and_keys::WALKS),
        (deployment_life::SLUG, deployment_life::WALKS),
        (first_start::SLUG, first_start::WALKS),
        (helm_release::SLUG, helm_release::WALKS),
        (kv_versions::SLUG, kv_versions::WALKS),
        (leases_and_static_roles::SLUG, leases_and_static_roles::WALKS),
        (make_change_delete::SLUG, make_change_delete::WALKS),
        (move_to_a_new_namespace::SLUG, move_to_a_new_namespace::WALKS),
        (policies_and_userpass::SLUG, policies_and_userpass::WALKS),
        (retold_seed::SLUG, retold_seed::WALKS),
        (roles_and_grants::SLUG, roles_and_grants::WALKS),
        (unseal_after_a_restart::SLUG, unseal_after_a_restart::WALKS),
        (values_from_files::SLUG, values_from_files::WALKS),
    ];
    let mut trials = vec![Trial::test("walk::every_challenge_has_a_walk", move || {
        Ok(every_challenge_has_a_walk(&walks.map(|(slug, _)| slug))?)
    })];
    for (slug, walks) in walks {
        for (name, walk) in walks {
            let name = format!("walk::{}::{name}", slug.replace('-', "_"));
            trials.push(Trial::test(name, move || Ok(WALKS.with(walk)?)));
        }
    }
    trials.push(Trial::test("walk::custom_resource", || Ok(WALKS.with(custom_resource::walk)?)));
    trials.push(Trial::test("walk::over_a_socket", || Ok(WALKS.with(over_a_socket::walk)?)));
    trials
        .push(Trial::test("walk::mounts_of_the_lab", || Ok(WALKS.with(mounts_of_the_lab::walk)?)));
    trials
}

fn every_challenge_has_a_walk(walked: &[&str]) -> Done<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("challenges");
    let entries = std::fs::read_dir(&folder).map_err(|error| error.to_string())?;
    for entry in entries {
        let entry = entry.map_err(|error| error.to_string())?;
        let name = entry.file_name();
        // World files and authors' files lie beside the folders.
        if entry.path().is_dir() && !walked.iter().chain(WITHOUT_SERVERS).any(|slug| name == *slug)
        {
            return Err(format!("challenges/{} has no walk", name.display()));
        }
    }
    Ok(())
}

fn challenge(slug: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("challenges").join(slug).join("assignment.md")
}

/// A walk: which text, what the learner does, and what holds after it.
struct Course<'a> {
    challenge: &'a Path,
    /// Steps that are done first, without a look.
    quietly: &'a [usize],
    /// In the order in which the steps are done; a learner may forget some.
    rows: &'a [Row],
    /// The step whose last command says that something is not there any more.
    refused: Option<usize>,
    /// The rows after which all ranges are looked at, not only those of the step just done.
    thorough: &'a [usize],
    /// What the text and the lab know and no report may tell.
    secrets: &'a [&'a str],
}

impl Course<'_> {
    /// Runs the fences one by one and holds each state against its row.
    fn walk(&self, lab: &Lab) -> Done<()> {
        let text = std::fs::read_to_string(self.challenge).map_err(|error| error.to_string())?;
        let steps = fences(&text);
        let plain = Check::new(lab, self.challenge);
        let call = self.secrets.iter().fold(plain, |call, secret| call.secret(secret));
        let mut session = Session::start(lab)?;
        let mut learner = |step: usize| {
            let ran = session.run(&steps[step - 1], &Input::default())?;
            if (ran.code != 0) == (self.refused == Some(step)) {
                Ok(())
            } else {
                Err(format!("step {step} of the walk: {ran:?}"))
            }
        };
        self.quietly.iter().try_for_each(|step| learner(*step))?;
        for row in self.rows {
            if row.outcomes.len() != steps.len() {
                return Err(format!("row {} is not of {} steps", row.done, steps.len()));
            }
            if row.done > 0 {
                learner(row.done)?;
            }
            let all = self.thorough.contains(&row.done);
            let ranges: Vec<usize> =
                (1..=steps.len()).filter(|step| all || *step == row.done).collect();
            compare(&call, row, &ranges)?;
        }
        Ok(())
    }
}

/// Writes a challenge under other names into the lab's directory.
fn under_other_names(lab: &Lab, slug: &str, names: Vec<(&'static str, String)>) -> Done<PathBuf> {
    let text = std::fs::read_to_string(challenge(slug)).map_err(|error| error.to_string())?;
    let path = lab.directory.join(format!("{slug}.md"));
    std::fs::write(&path, replace(&text, names)?).map_err(|error| error.to_string())?;
    Ok(path)
}

/// Connects Vault's engine for databases with the lab's Postgres, for all roles.
fn connect(lab: &Lab, connection: &str) -> Done<()> {
    let (vault, names) = (&lab.world.vault, &lab.world.names);
    vault.write("sys/mounts/database", &json!({ "type": "database" }))?;
    let address = lab.world.postgres.socket;
    let url = format!("postgresql://{{{{username}}}}:{{{{password}}}}@{address}/postgres");
    let connected = json!({
        "plugin_name": "postgresql-database-plugin",
        "allowed_roles": "*",
        "connection_url": format!("{url}?sslmode=disable"),
        "username": names.user,
        "password": names.password,
    });
    Ok(vault.write(&format!("database/config/{connection}"), &connected).map(drop)?)
}

/// Random names for one walk; LABPROOF_LIVE_SEED walks one again.
fn at_random(walk: impl FnOnce(&mut Prng) -> Done<()>) -> Done<()> {
    let given = std::env::var("LABPROOF_LIVE_SEED").ok().and_then(|text| text.parse().ok());
    let number = given.unwrap_or_else(fresh_seed);
    walk(&mut Prng::new(number))
        .map_err(|reason| format!("walk again with LABPROOF_LIVE_SEED={number}\n{reason}"))
}
