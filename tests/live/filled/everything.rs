//! A world with something of everything: kinds that come before their objects, versions of KV, files and variables.

use std::os::unix::fs::MetadataExt;
use std::time::Instant;

use labproof::secret::Secret;
use labproof::source::Source;
use labproof::world::World;

use super::There::Sql;
use super::{access, empty, fill, is_there};
use crate::lab::Lab;
use crate::wait::Done;

const EVERYTHING: &str = include_str!("everything.world.yml");

pub(super) fn trial(lab: &mut Lab) -> Done<()> {
    empty(lab)?;
    let access = access(lab);
    let home = lab.directory.join("home-of-everything");
    let world = World::read(Source::new("a", EVERYTHING)).map_err(|error| error.to_string())?;
    let started = Instant::now();
    fill(lab, &world, &access, &home)?;
    println!("everything: filled in {:?}", started.elapsed());
    let host = lab.world.postgres.socket.ip().to_string();
    let words = format!("\"words\":\"$$ ${{x}} {host}\"");
    for (path, wanted) in [
        ("secret/data/tray", "\"size\":4"),
        ("shelf/a/b", words.as_str()),
        ("identity/entity/name/ann", "\"of\":\"postgres\""),
    ] {
        let read = lab.world.vault.read(path)?.to_string();
        if !read.contains(wanted) {
            return Err(format!("{path}: {read}"));
        }
    }
    if lab.world.vault.list("shelf")?.contains("gone") {
        return Err("a request that deletes was not made".to_owned());
    }
    is_there(lab, &Sql("shop", "SELECT two() + count(*) FROM orders", "4\n"))?;
    let get = |what: &str, path: &str| {
        lab.kubernetes.kubectl(&["get", what, "-n", "hall", "-o", &format!("jsonpath={path}")])
    };
    let found = [
        get("shelf/oak", "{.spec.wood}")?,
        get("statefulset/row", "{.status.readyReplicas}")?,
        get("job/once", "{.status.succeeded}")?,
    ];
    let file = |path: &str| std::fs::metadata(home.join(path)).map(|about| about.mode() & 0o777);
    let modes = [file("notes/plan.md"), file("bin/go")].map(Result::unwrap_or_default);
    let environment = world.environment(&access).map_err(|error| error.to_string())?;
    lab.kubernetes.kubectl(&["delete", "namespace", "hall"])?;
    lab.kubernetes.kubectl(&["delete", "crd", "shelves.lab.example"])?;
    let plan = std::fs::read_to_string(home.join("notes/plan.md")).unwrap_or_default();
    if found != ["oak", "2", "1"]
        || modes != [0o644, 0o755]
        || environment != [("PGHOST".to_owned(), Secret::new(host))]
        || plan != format!("on {}\n", lab.world.vault.address())
    {
        return Err(format!("{found:?}, {modes:?}, {plan:?}"));
    }
    Ok(())
}
