//! The README's tables equal the registries, and what it shows of the program is what the program says.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use labproof::provider;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn kinds_table() -> String {
    let mut table = String::from("| kind | what it is |\n|---|---|\n");
    for kind in provider::kinds() {
        let first: Vec<&str> = kind.doc().lines().take_while(|line| !line.is_empty()).collect();
        let _ = writeln!(table, "| `{}` | {} |", kind.id(), first.join(" "));
    }
    table
}

#[test]
fn the_table_of_kinds_is_the_registrys() {
    let readme = fs::read_to_string(path()).unwrap();
    let (before, rest) = readme.split_once("readme` -->\n").expect("the marker of the table");
    let (table, after) = rest.split_once("<!-- /kinds -->").expect("the end of the table");
    let wanted = kinds_table();
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        let updated = format!("{before}readme` -->\n{wanted}<!-- /kinds -->{after}");
        fs::write(path(), updated).unwrap();
        return;
    }
    assert_eq!(table, wanted, "run `UPDATE=1 cargo test --test labproof readme`");
}

#[test]
fn the_files_that_the_readme_names_are_there() {
    let readme = fs::read_to_string(path()).unwrap();
    for name in
        ["tests/run", "src/ARCHITECTURE.md", "challenges/static-to-dynamic-database-secrets"]
    {
        assert!(readme.contains(name), "{name}");
        assert!(path().with_file_name(name).exists(), "{name}");
    }
}
