//! Ways to a PostgreSQL that speaks TLS, and takes nobody without it.

use std::path::{Path, PathBuf};

use libtest_mimic::Trial;
use serde_json::json;

use crate::certificates::{Authority, self_signed};
use crate::check::Check;
use crate::faults::{Expected, SOLVED_LAB, call, compare, says};
use crate::lab::Lab;
use crate::labs::SOLVED;
use crate::postgres::Postgres;
use crate::seed::assignment;
use crate::wait::Done;

const ACCEPTED: Expected = Expected { code: 0, here: &[], outcomes: "P" };
/// What is the server's or its certificate's fault is no refusal of a password.
const UNKNOWN: Expected = Expected { code: 3, here: &[1], outcomes: "?" };

const UNTRUSTED: &str = "certificate";

/// The trials of this file.
pub(super) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("way::postgres::every_sslmode", || Ok(SOLVED.with(every_sslmode)?)),
        Trial::test("way::postgres::seed_over_tls", || Ok(SOLVED.with(seed_over_tls)?)),
    ]
}

/// A server with certificates to show, and a place for challenges that log in there.
struct Place {
    server: Postgres,
    authority: Authority,
    stranger: Authority,
    directory: PathBuf,
}

/// How a text says it: what stands in its command, and what its caller's environment holds.
enum Said {
    Uri(String),
    Pairs(String),
    Environment(Vec<(&'static str, String)>),
}

impl Place {
    fn start(lab: &Lab) -> Done<Place> {
        let directory = lab.directory.join("tls");
        std::fs::create_dir_all(&directory).map_err(|error| error.to_string())?;
        let socket = std::net::SocketAddr::new(lab.ip(), lab.place.free_port()?);
        Ok(Place {
            server: Postgres::start(
                &lab.place,
                &lab.servers,
                socket,
                &directory.join("server"),
                ("owner", "pw"),
            )?,
            authority: Authority::new("authority", &directory)?,
            stranger: Authority::new("stranger", &directory)?,
            directory,
        })
    }

    /// A challenge whose one step is a login, said in this way.
    fn challenge(&self, lab: &Lab, said: &Said) -> Done<Check> {
        let (host, port) = (self.server.socket.ip(), self.server.socket.port());
        let command = match said {
            Said::Uri(options) => {
                format!("psql \"postgresql://owner:pw@{host}:{port}/postgres{options}\"")
            }
            Said::Pairs(options) => format!(
                "psql \"host={host} port={port} user=owner password=pw dbname=postgres {options}\""
            ),
            Said::Environment(_) => {
                format!("PGPASSWORD=pw psql -h {host} -p {port} -U owner postgres")
            }
        };
        let text = format!("---\nslug: tls\ntitle: TLS\n---\n```\n{command}\n```\n");
        let path = self.directory.join("tls.md");
        std::fs::write(&path, text).map_err(|error| error.to_string())?;
        let call = Check::new(lab, &path);
        let Said::Environment(variables) = said else { return Ok(call) };
        Ok(variables.iter().fold(call, |call, (name, value)| call.set(name, value.clone())))
    }

    fn look(&self, lab: &Lab, said: &Said, expected: &Expected, words: &str) -> Done<()> {
        let call = self.challenge(lab, said)?;
        let report = call.json()?;
        compare(&report, expected)?;
        if expected.code == 0 { Ok(()) } else { says(&report, 1, words) }
    }

    fn look_at_all(&self, lab: &Lab, rows: &[(Said, &Expected, &str)]) -> Done<()> {
        let wrong: Vec<String> = rows
            .iter()
            .filter_map(|(said, expected, words)| {
                let found = self.look(lab, said, expected, words);
                found.err().map(|reason| format!("{}: {reason}", said.shown()))
            })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }
}

impl Said {
    fn shown(&self) -> String {
        match self {
            Said::Uri(options) | Said::Pairs(options) => format!("`{options}`"),
            Said::Environment(variables) => format!("{variables:?}"),
        }
    }
}

/// libpq's modes, against a certificate that holds the address, one that holds another name, and one
/// that is its own authority.
fn every_sslmode(lab: &mut Lab) -> Done<()> {
    let place = Place::start(lab)?;
    let address = place.server.socket.ip().to_string();
    let root = place.authority.certificate.display().to_string();
    let other = place.stranger.certificate.display().to_string();
    let uri = |mode: &str, root: &str| Said::Uri(format!("?sslmode={mode}&sslrootcert={root}"));
    let environment = |mode: &str, root: &str| {
        Said::Environment(vec![("PGSSLMODE", mode.to_owned()), ("PGSSLROOTCERT", root.to_owned())])
    };

    place.server.speak_tls(&place.authority.server("server", &[&address])?, "hostssl")?;
    place.look_at_all(
        lab,
        &[
            (uri("verify-full", &root), &ACCEPTED, ""),
            (uri("verify-ca", &root), &ACCEPTED, ""),
            (uri("require", &root), &ACCEPTED, ""),
            (Said::Uri("?sslmode=require".into()), &ACCEPTED, ""),
            (Said::Uri(String::new()), &ACCEPTED, ""),
            (Said::Pairs(format!("sslmode=verify-full sslrootcert={root}")), &ACCEPTED, ""),
            (environment("verify-full", &root), &ACCEPTED, ""),
            (uri("verify-full", &other), &UNKNOWN, UNTRUSTED),
            (uri("verify-ca", &other), &UNKNOWN, UNTRUSTED),
            (uri("require", &other), &UNKNOWN, UNTRUSTED),
            (environment("verify-full", &other), &UNKNOWN, UNTRUSTED),
            (Said::Uri("?sslmode=disable".into()), &UNKNOWN, "28000"),
            (uri("verify-full", "/no/such/root.crt"), &UNKNOWN, "`sslrootcert`"),
        ],
    )?;

    place
        .server
        .speak_tls(&place.authority.server("named", &["postgres.lab.invalid"])?, "hostssl")?;
    place.look_at_all(
        lab,
        &[
            (uri("verify-full", &root), &UNKNOWN, UNTRUSTED),
            (uri("verify-ca", &root), &ACCEPTED, ""),
        ],
    )?;

    let itself = self_signed(&place.directory, "itself", &[&address])?;
    let root = itself.certificate.display().to_string();
    place.server.speak_tls(&itself, "hostssl")?;
    place.look_at_all(
        lab,
        &[
            (uri("verify-full", &root), &ACCEPTED, ""),
            (uri("verify-ca", &root), &ACCEPTED, ""),
            (uri("verify-full", &other), &UNKNOWN, UNTRUSTED),
            (Said::Uri("?sslmode=require".into()), &ACCEPTED, ""),
        ],
    )?;

    // It speaks TLS and takes nobody who does: only a mode without a demand comes in.
    place.server.speak_tls(&itself, "hostnossl")?;
    place.look_at_all(
        lab,
        &[
            (Said::Uri(String::new()), &ACCEPTED, ""),
            (Said::Uri("?sslmode=prefer".into()), &ACCEPTED, ""),
            (Said::Uri("?sslmode=disable".into()), &ACCEPTED, ""),
            (Said::Uri("?sslmode=require".into()), &UNKNOWN, "28000"),
        ],
    )
}

/// The seed whose connection URL asks for TLS, in a lab whose Postgres takes nothing else: fresh
/// credentials, the old password's refusal and Vault's own sessions all go that way.
fn seed_over_tls(lab: &mut Lab) -> Done<()> {
    let directory = lab.directory.join("seed-over-tls");
    let authority = Authority::new("authority", &directory)?;
    let postgres = &lab.world.postgres;
    let address = postgres.socket.ip().to_string();
    let asks = format!("sslmode=verify-full&sslrootcert={}", authority.certificate.display());
    let retold = directory.join("assignment.md");
    let text = std::fs::read_to_string(assignment()).map_err(|error| error.to_string())?;
    std::fs::write(&retold, text.replace("sslmode=disable", &asks))
        .map_err(|error| error.to_string())?;

    postgres.speak_tls(&authority.server("server", &[&address])?, "hostssl")?;
    let looked = configure(lab, &asks).and_then(|()| {
        compare(&Check::new(lab, &retold).json()?, &SOLVED_LAB)?;
        with_another_root(lab, &directory, &retold)
    });
    let mended = postgres.speak_no_tls().and_then(|()| configure(lab, "sslmode=disable"));
    looked?;
    mended?;
    compare(&call(lab).json()?, &SOLVED_LAB)
}

/// The text's own logins trust somebody else: 7 and 9 are unknown, and nothing fails. 8 logs in where
/// and as Vault does.
fn with_another_root(lab: &Lab, directory: &Path, retold: &Path) -> Done<()> {
    let stranger = Authority::new("stranger", directory)?;
    let asks = format!(
        "-h $PG_HOST \"sslmode=verify-full sslrootcert={}\"",
        stranger.certificate.display()
    );
    let text = std::fs::read_to_string(retold).map_err(|error| error.to_string())?;
    std::fs::write(retold, text.replace("-h $PG_HOST", &asks))
        .map_err(|error| error.to_string())?;
    let blind = Expected { code: 3, here: &[7], outcomes: "P--PPo?P?PPP" };
    let report = Check::new(lab, retold).json()?;
    compare(&report, &blind)?;
    says(&report, 7, UNTRUSTED)
}

/// Changes how Vault connects; its password, which only Vault knows, stays.
fn configure(lab: &Lab, options: &str) -> Done<()> {
    let world = &lab.world;
    let (names, host) = (&world.names, world.postgres.socket);
    let connection = json!({
        "plugin_name": "postgresql-database-plugin",
        "allowed_roles": names.role,
        "connection_url": format!("postgresql://{{{{username}}}}:{{{{password}}}}@{host}/?{options}"),
        "username": names.user,
    });
    Ok(world
        .vault
        .write(&format!("{}/config/{}", names.engine, names.config), &connection)
        .map(drop)?)
}
