//! The rows of the tables of paths, one by one: each is written with the real command line, and compared field by
//! field with what Vault gives back. A row that cannot be tried without another service is named as such in the
//! head of its table.
//!
//! The files in `paths/` hold one `### ENGINE PATTERN` a row with the commands that write it, and below it
//! `### at first: WORDS` where something is there from the start, `### changed: WORDS` with commands that make
//! another of it, and `### back` with those that take it away, with the row that they try, if it is another.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use super::proof::{Ground, prove as proven};
use super::row::{Differs, Row, Start};
use crate::check::Check;
use crate::faults::Broken;
use crate::lab::Lab;
use crate::wait::Done;
use crate::world::Names;

/// One table: what is enabled in its text, what stands beside it, and its rows.
struct Table {
    given: &'static str,
    before: &'static str,
    rows: &'static str,
}

const TABLES: [Table; 3] = [
    Table {
        given: include_str!("paths/engines.given"),
        before: include_str!("paths/engines.before"),
        rows: include_str!("paths/engines.txt"),
    },
    Table {
        given: include_str!("paths/methods.given"),
        before: include_str!("paths/methods.before"),
        rows: include_str!("paths/methods.txt"),
    },
    Table {
        given: "",
        before: include_str!("paths/built_in.before"),
        rows: include_str!("paths/built_in.txt"),
    },
];

/// The words by which `path_area` makes rows that a read gives back.
const MAKERS: [&str; 8] =
    ["keeps", "replaces", "sets", "configures", "resets", "makes", "changes", "removes"];

/// Proves the rows of all tables.
pub(super) fn prove(lab: &mut Lab) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    let nowhere = lab.directory.join("nowhere.md");
    let id = |kind: &str| {
        let path = format!("identity/{kind}/name/given");
        lab.world.vault.write(&path, &json!({}))?;
        let body = lab.world.vault.read(&path)?;
        body["data"]["id"].as_str().map(str::to_owned).ok_or_else(|| format!("no id: {body}"))
    };
    let words = vec![("ENTITY-ID", id("entity")?), ("GROUP-ID", id("group")?)];
    for table in TABLES {
        let ground = Ground {
            given: table.given.trim_end(),
            rows: parse(table.rows)?.into_iter().map(|(_, row)| row).collect(),
            words: words.clone(),
            before: String::new(),
            beside: table.before,
            call: Check::new(lab, &nowhere).secret("hidden-key").secret("first-day"),
            hide: |_, call, _| Ok(Broken::told(call.clone())),
            faults: Vec::new(),
        };
        proven(lab, &ground)?;
    }
    Ok(())
}

/// Each row of the tables that is read back is tried here, or the head of its file says that it is not.
pub(super) fn every_row_is_tried() -> Done<()> {
    let mut tried = BTreeSet::new();
    for table in TABLES {
        tried.extend(parse(table.rows)?.into_iter().flat_map(|(areas, _)| areas));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/provider/vault");
    let (mut known, mut named) = (BTreeSet::new(), BTreeSet::new());
    let files = std::fs::read_dir(&folder).map_err(|error| error.to_string())?;
    for file in files {
        let path = file.map_err(|error| error.to_string())?.path();
        let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
        // A table, whatever file it is in.
        if !text.contains("&[Area] = &[") {
            continue;
        }
        let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        let ticked = head.split('`').skip(1).step_by(2);
        named.extend(ticked.filter(|text| text.contains(' ')).map(str::to_owned));
        for maker in MAKERS {
            let begins = format!(" {maker}(");
            let calls = text.split(&begins).skip(1);
            known.extend(calls.filter_map(|call| {
                let mut quoted = call.split('"').skip(1).step_by(2);
                Some(format!("{} {}", quoted.next()?, quoted.next()?))
            }));
        }
    }
    if known.len() < 100 {
        return Err(format!("only {} rows were found in the tables", known.len()));
    }
    let silent: Vec<&String> =
        known.difference(&tried).filter(|row| !named.contains(*row)).collect();
    let idle: Vec<&String> = named.iter().filter(|row| tried.contains(*row)).collect();
    let strange: Vec<&String> = tried.union(&named).filter(|row| !known.contains(*row)).collect();
    if silent.is_empty() && idle.is_empty() && strange.is_empty() {
        return Ok(());
    }
    Err(format!("not tried: {silent:?}; tried and named as not: {idle:?}; no rows: {strange:?}"))
}

/// The rows of a file, with what they try.
fn parse(text: &'static str) -> Done<Vec<(Vec<String>, Row)>> {
    let mut rows: Vec<(Vec<String>, Row)> = Vec::new();
    for section in text.split("### ").skip(1) {
        let (head, body) = section.split_once('\n').ok_or("a row without commands")?;
        let body = body.trim_end();
        let last = || rows.len().checked_sub(1).ok_or_else(|| format!("`{head}` before any row"));
        if let Some(words) = head.strip_prefix("at first: ") {
            let at = last()?;
            rows[at].1.start = Start::Otherwise(words);
            rows[at].1.make = body;
        } else if let Some(words) = head.strip_prefix("changed: ") {
            let at = last()?;
            rows[at].1.differs = Differs::By(body, Box::leak(Box::new([words])));
        } else if let Some(area) = head.strip_prefix("back") {
            let at = last()?;
            rows[at].1.back = Some(body);
            rows[at].0.extend(area.strip_prefix(": ").map(str::to_owned));
        } else {
            let row = Row::new("vault/path", body).never_another("a read shows none of its fields");
            rows.push((vec![head.to_owned()], row));
        }
    }
    Ok(rows)
}
