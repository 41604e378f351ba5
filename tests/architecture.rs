//! The direction of imports, read from the sources: an arrow that points back fails.

use std::fs;
use std::path::{Path, PathBuf};

/// What a module may use of those that stand before it.
#[derive(Clone, Copy)]
enum Uses {
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

use Uses::{AllBut, Only};

/// The modules in reading order. `src/ARCHITECTURE.md` gives the reasons.
const MODULES: &[(&str, Uses)] = &[
    ("source", Only(&[])),
    ("text", Only(&[])),
    ("secret", Only(&[])),
    ("diagnostic", Only(&["source"])),
    ("yaml", AllBut(&["secret"])),
    ("claim", Only(&["secret"])),
    ("challenge", AllBut(&["secret", "claim"])),
    ("config", Only(&["secret"])),
    ("provider", Only(&["claim", "config", "secret", "text"])),
    ("author", AllBut(&["secret", "claim", "config"])),
    ("assertion", AllBut(&["yaml", "config"])),
    ("local", Only(&["challenge", "author", "assertion", "secret"])),
    ("observe", Only(&["assertion", "claim", "config", "provider"])),
    ("verdict", Only(&["assertion", "claim", "secret", "text"])),
    ("report", AllBut(&["secret", "yaml", "config", "author", "local", "observe"])),
    ("lab", Only(&["config", "secret", "text"])),
    ("world", Only(&["source", "diagnostic", "yaml", "lab", "secret", "text"])),
    (
        "sidecar",
        Only(&[
            "source",
            "diagnostic",
            "yaml",
            "challenge",
            "author",
            "lab",
            "world",
            "secret",
            "text",
        ]),
    ),
    ("prove", AllBut(&["yaml"])),
    ("cli", Only(&[])),
    ("command", AllBut(&["yaml", "claim"])),
    ("lib", Only(&[])),
    ("main", Only(&[])),
];

/// The modules that one may use; nothing for one that is not in the table.
fn may_use(module: &str) -> Option<Vec<&'static str>> {
    let at = MODULES.iter().position(|(name, _)| *name == module)?;
    let before = MODULES[..at].iter().map(|(name, _)| *name);
    Some(match MODULES[at].1 {
        Only(some) => some.to_vec(),
        AllBut(some) => before.filter(|name| !some.contains(name)).collect(),
    })
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file without comments, so that prose may name what code may not use.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

fn module(root: &Path, path: &Path) -> String {
    let first = path.strip_prefix(root).unwrap().components().next().unwrap();
    Path::new(first.as_os_str()).file_stem().unwrap().to_string_lossy().into_owned()
}

fn used(code: &str) -> Vec<String> {
    let word = |rest: &str| {
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
    };
    let mut names: Vec<String> = code.split("crate::").skip(1).map(word).collect();
    // `use crate::{a, b}` would slip past; the style is one `use` for each module.
    names.retain(|name| !name.is_empty());
    names
}

/// Every import that the table does not allow.
fn wrong(root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    sources(root, &mut files);
    let mut wrong = Vec::new();
    for path in files {
        let (module, code) = (module(root, &path), code(&path));
        let Some(allowed) = may_use(&module) else {
            wrong.push(format!("{}: `{module}` is not in the table", path.display()));
            continue;
        };
        if code.contains("use crate::{") {
            wrong.push(format!("{}: `use crate::{{…}}` hides what is used", path.display()));
        }
        for name in used(&code) {
            if name != module && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{}: `{module}` may not use `{name}`", path.display()));
            }
        }
    }
    wrong
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn no_import_points_back() {
    let wrong = wrong(&root());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_itself_points_forward() {
    for (index, (module, uses)) in MODULES.iter().enumerate() {
        let (Only(named) | AllBut(named)) = uses;
        for name in *named {
            let at = MODULES.iter().position(|(known, _)| known == name);
            assert!(
                at.is_some_and(|at| at < index),
                "`{module}` names `{name}`, which comes later"
            );
        }
    }
}

#[test]
fn a_planted_back_edge_is_caught() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("claim.rs"), "use crate::report::Report;\n").unwrap();
    fs::write(folder.path().join("text.rs"), "// crate::report is only named here\n").unwrap();
    assert_eq!(wrong(folder.path()).len(), 1);
}

#[test]
fn only_config_and_commands_read_the_environment() {
    let mut files = Vec::new();
    sources(&root(), &mut files);
    for path in files {
        let module = module(&root(), &path);
        let reads = code(&path).contains("std::env::");
        assert!(!reads || ["config", "command"].contains(&module.as_str()), "{}", path.display());
    }
}

#[test]
fn files_and_functions_stay_small() {
    let mut files = Vec::new();
    sources(&root(), &mut files);
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        // A file's own tests do not count: they are a table beside the code.
        let lines = text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}

/// One TLS crypto provider in the tree, and no second TLS.
#[test]
fn the_only_crypto_provider_is_ring() {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    let lock = fs::read_to_string(lock).unwrap();
    let has = |name: &str| lock.contains(&format!("name = \"{name}\"\n"));
    assert!(has("ring") && has("rustls"));
    for other in ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls", "boring"] {
        assert!(!has(other), "{other}");
    }
}
