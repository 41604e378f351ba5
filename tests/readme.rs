//! The README's tables equal the registries, and what it shows of the program is what the program says.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use labproof::provider;
use serde_json::Value;

use crate::corpus;
use crate::run_labproof::Labproof;

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

/// The text between the marker of a table and its end is `wanted`; `UPDATE=1` makes it so.
fn assert_table(name: &str, wanted: &str) {
    // Two tables may be written by two tests of one run.
    static README: Mutex<()> = Mutex::new(());
    let _one = README.lock();
    let start =
        format!("<!-- {name}: written by `UPDATE=1 cargo test --test labproof readme` -->\n");
    let end = format!("<!-- /{name} -->");
    let readme = fs::read_to_string(path()).unwrap();
    let (before, rest) = readme.split_once(&start).expect("the marker of the table");
    let (table, after) = rest.split_once(&end).expect("the end of the table");
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        fs::write(path(), format!("{before}{start}{wanted}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(table, wanted, "run `UPDATE=1 cargo test --test labproof readme`");
}

#[test]
fn the_table_of_kinds_is_the_registrys() {
    assert_table("kinds", &kinds_table());
}

/// What the program itself counts in the corpus.
fn coverage_table(counted: &Value) -> String {
    let number = |value: &Value| value.as_u64().unwrap();
    let totals = &counted["totals"];
    let mut table = format!(
        "{} challenges, {} fences, {} commands.\n\n",
        totals["files"], totals["fences"], totals["commands"]
    );
    table.push_str(
        "| tool | commands | read | change | claimed | not observable | not understood |\n\
         |---|---|---|---|---|---|---|\n",
    );
    let tools = counted["by_tool"].as_object().unwrap().iter();
    let tools = tools.map(|(name, counts)| (format!("`{name}`"), counts));
    for (name, counts) in tools.chain([("all".to_owned(), &totals["known_tool"])]) {
        let row = ["commands", "reads", "changes", "claimed", "not_observable", "not_understood"];
        let row: Vec<String> = row.iter().map(|key| counts[*key].to_string()).collect();
        let _ = writeln!(table, "| {name} | {} |", row.join(" | "));
    }
    let sum = |tools: &[&Value], key: &str| tools.iter().map(|one| number(&one[key])).sum::<u64>();
    let all = [&totals["known_tool"]];
    let two = [&counted["by_tool"]["kubectl"], &counted["by_tool"]["vault"]];
    for (whose, tools) in [("all five tools", &all[..]), ("`vault` and `kubectl`", &two[..])] {
        let (changes, claimed) = (sum(tools, "changes"), sum(tools, "claimed"));
        let told = changes - sum(tools, "not_observable");
        let _ = writeln!(
            table,
            "\nOf what the commands of {whose} change in the lab, claimed: {} of all ({claimed} of {changes}), and \
             {} of what can be told and seen ({claimed} of {told}).",
            share(claimed, changes),
            share(claimed, told),
        );
    }
    let known = &totals["known_tool"];
    let _ = writeln!(
        table,
        "\nNot understood: {} of the tools' commands ({} of {}).",
        share(number(&known["not_understood"]), number(&known["commands"])),
        known["not_understood"],
        known["commands"],
    );
    let reasons = counted["not_observable"].as_object().unwrap();
    if !reasons.is_empty() {
        table.push_str("\n| not observable, since | commands |\n|---|---|\n");
    }
    for (why, number) in reasons {
        let _ = writeln!(table, "| {why} | {number} |");
    }
    table
}

/// In percent, with one digit, cut.
fn share(part: u64, whole: u64) -> String {
    let permille = (part * 1000).checked_div(whole).unwrap_or_default();
    format!("{}.{} %", permille / 10, permille % 10)
}

#[test]
fn the_table_of_coverage_is_what_the_program_counts() {
    let Some(shared) = corpus::shared() else { return };
    let corpus = shared.join("corpus").canonicalize().unwrap().display().to_string();
    let ran = Labproof::new(&["explain", "--coverage", &corpus, "--format", "json"]).run();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_table("coverage", &coverage_table(&serde_json::from_str(&ran.stdout).unwrap()));
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
