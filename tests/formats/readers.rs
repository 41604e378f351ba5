//! Readers of the formats for programs, none of which shares code with its writer.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_sarif::sarif::Sarif;

/// A claim as a format tells it: its outcome in the format's own word, its name, its message, its line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) outcome: String,
    pub(crate) name: String,
    pub(crate) message: String,
    pub(crate) place: Option<(String, usize)>,
}

/// JUnit by an XML parser; the counts of each suite are those of its cases.
pub(crate) fn junit(text: &str) -> Vec<Told> {
    let document = roxmltree::Document::parse(text).expect("well-formed XML");
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let mut all = Vec::new();
    for suite in root.children().filter(roxmltree::Node::is_element) {
        assert_eq!(suite.tag_name().name(), "testsuite");
        let cases: Vec<Told> =
            suite.children().filter(|node| node.has_tag_name("testcase")).map(case).collect();
        let number = |outcome: &str| cases.iter().filter(|one| one.outcome == outcome).count();
        for (attribute, wanted) in [
            ("tests", cases.len()),
            ("failures", number("failure")),
            ("errors", number("error")),
            ("skipped", number("skipped")),
        ] {
            assert_eq!(
                suite.attribute(attribute),
                Some(wanted.to_string().as_str()),
                "{attribute}"
            );
        }
        all.extend(cases);
    }
    all
}

fn case(node: roxmltree::Node<'_, '_>) -> Told {
    let inner: Vec<_> = node.children().filter(roxmltree::Node::is_element).collect();
    assert!(inner.len() <= 1, "a case has one outcome");
    let inner = inner.first();
    let line = node.attribute("line").map(|line| line.parse().unwrap());
    Told {
        outcome: inner.map_or("pass", |inner| inner.tag_name().name()).to_owned(),
        name: node.attribute("name").unwrap().to_owned(),
        message: inner.and_then(|it| it.attribute("message")).unwrap_or_default().to_owned(),
        place: node.attribute("file").map(str::to_owned).zip(line),
    }
}

/// TAP line by line: what is no test, no comment and no block is an error, and the plan is kept.
pub(crate) fn tap(text: &str) -> Vec<Told> {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("TAP version 13"));
    let plan = lines.next().and_then(|line| line.strip_prefix("1..")).expect("a plan");
    let planned: usize = plan.split(" # ").next().unwrap().parse().expect("a number");
    let mut all: Vec<Told> = Vec::new();
    while let Some(line) = lines.next() {
        if line == "  ---" {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "  ...").collect();
            let last = all.last_mut().expect("a block stands behind a test");
            with_block(last, &block.join("\n"));
        } else if !line.starts_with("# ") {
            all.push(test(line, all.len() + 1));
        }
    }
    assert_eq!(all.len(), planned, "the plan");
    assert!(planned > 0 || plan.contains("# SKIP"), "a plan of nothing says why");
    all
}

fn test(line: &str, number: usize) -> Told {
    let (outcome, rest) = match line.strip_prefix("not ok ") {
        Some(rest) => ("not ok", rest),
        None => ("ok", line.strip_prefix("ok ").unwrap_or_else(|| panic!("no test: {line}"))),
    };
    let rest = rest.strip_prefix(&format!("{number} - ")).expect("the next number");
    let mut parts = vec![String::new()];
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => parts.last_mut().unwrap().extend(characters.next()),
            '#' => parts.push(String::new()),
            other => parts.last_mut().unwrap().push(other),
        }
    }
    let (outcome, message) = match parts.as_slice() {
        [_] => (outcome, String::new()),
        [_, directive] => {
            let reason = directive.trim().strip_prefix("SKIP").expect("a directive that is known");
            assert_eq!(outcome, "ok");
            ("skip", reason.trim().to_owned())
        }
        _ => panic!("two directives: {line}"),
    };
    let name = parts[0].trim_end_matches(' ').to_owned();
    Told { outcome: outcome.to_owned(), name, message, place: None }
}

fn with_block(told: &mut Told, block: &str) {
    let rows: BTreeMap<String, Value> = serde_yaml::from_str(block).expect("YAML");
    let text = |key: &str| rows.get(key).and_then(Value::as_str).map(str::to_owned);
    told.outcome = format!("{} {}", told.outcome, text("outcome").unwrap());
    told.message = text("message").unwrap();
    let line = rows.get("line").and_then(Value::as_u64);
    told.place = text("file").zip(line.map(|line| usize::try_from(line).unwrap()));
}

/// Workflow commands, as the runner takes a line apart; what is no command is for the log.
pub(crate) fn github(text: &str) -> (Vec<Told>, Vec<String>) {
    let (mut commands, mut log) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let Some(rest) = line.strip_prefix("::") else {
            assert!(!line.contains("##["), "the older form of a command: {line}");
            log.push(line.to_owned());
            continue;
        };
        let (head, message) = rest.split_once("::").expect("the end of the head");
        let (outcome, properties) = head.split_once(' ').expect("properties");
        let properties: BTreeMap<&str, String> = properties
            .split(',')
            .map(|property| property.split_once('=').expect("a name and a value"))
            .map(|(name, value)| (name, plain(&value.replace("%3A", ":").replace("%2C", ","))))
            .collect();
        let line = properties.get("line").map(|line| line.parse().unwrap());
        commands.push(Told {
            outcome: outcome.to_owned(),
            name: properties["title"].clone(),
            message: plain(message),
            place: properties.get("file").cloned().zip(line),
        });
    }
    (commands, log)
}

fn plain(text: &str) -> String {
    text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}

/// SARIF by types that were made from the standard's schema. Nothing that they do not know may be in it.
pub(crate) fn sarif(text: &str) -> (Vec<Told>, Sarif) {
    let log: Sarif = serde_json::from_str(text).expect("SARIF");
    let again: Value = serde_json::to_value(&log).unwrap();
    assert_eq!(again, serde_json::from_str::<Value>(text).unwrap(), "nothing is lost in the types");
    assert_eq!(again["version"], "2.1.0");
    let [run] = log.runs.as_slice() else { panic!("one run") };
    let rules = run.tool.driver.rules.as_ref().expect("rules");
    let mut all = Vec::new();
    for result in run.results.as_ref().expect("results") {
        let index = usize::try_from(result.rule_index.unwrap()).unwrap();
        assert_eq!(Some(&rules[index].id), result.rule_id.as_ref());
        let text = result.message.text.as_ref().unwrap();
        let text = text.replace("{{", "{").replace("}}", "}");
        let place = result.locations.as_ref().map(|locations| {
            let physical = locations[0].physical_location.as_ref().unwrap();
            let uri = physical.artifact_location.as_ref().unwrap().uri.clone().unwrap();
            let line = physical.region.as_ref().unwrap().start_line.unwrap();
            (uri, usize::try_from(line).unwrap())
        });
        let value = serde_json::to_value(result).unwrap();
        let word = |key: &str| value[key].as_str().unwrap().to_owned();
        all.push(Told {
            outcome: format!("{} {}", word("kind"), word("level")),
            name: result.rule_id.clone().unwrap(),
            message: text,
            place,
        });
    }
    (all, log)
}
