//! The report as SARIF 2.1.0: a rule for each kind, a result for each claim that fails or is unknown.

use std::collections::BTreeSet;
use std::io;

use serde::Serialize;
use url::Url;

use crate::provider;
use crate::verdict::Outcome;

use super::words::NOTHING;
use super::{Report, ReportAssertion, RunOutcome, Together};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const NOT_SEEN: &str = "something could not be seen; this is not about the learner's work";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
struct Run<'a> {
    tool: Tool,
    invocations: [Invocation; 1],
    results: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    help: Help,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    exit_code_description: &'static str,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[Location; 1]>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    rule_id: &'static str,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<[Location; 1]>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
}

#[derive(Serialize)]
struct Properties<'a> {
    step: usize,
    outcome: &'static str,
    #[serde(flatten)]
    evidence: serde_json::Map<String, serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<&'a str>,
}

/// Writes the log and a newline.
pub(super) fn render(reports: &[Report], out: &mut dyn io::Write) -> io::Result<()> {
    let claims = reports.iter().flat_map(|report| &report.assertions);
    let kinds: BTreeSet<&str> = claims.map(|claim| claim.assertion.claim.subject.kind).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let claims = reports
        .iter()
        .flat_map(|report| report.assertions.iter().map(move |claim| (report, claim)))
        .filter_map(|(report, claim)| found(report, claim, &kinds));
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "labproof",
                    version: env!("CARGO_PKG_VERSION"),
                    rules: kinds.iter().filter_map(|kind| rule(kind)).collect(),
                },
            },
            invocations: [invocation(reports)],
            results: claims.collect(),
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

fn rule(kind: &str) -> Option<Rule> {
    let kind = provider::kind(kind)?;
    let doc = kind.doc();
    let first: Vec<&str> = doc.lines().take_while(|line| !line.is_empty()).collect();
    Some(Rule {
        id: kind.id(),
        short_description: message(&first.join(" ")),
        help: Help { text: braced(doc), markdown: braced(doc) },
    })
}

/// It succeeds where all could be seen, whether or not that is as claimed.
fn invocation(reports: &[Report]) -> Invocation {
    let outcome = Together::of(reports).outcome;
    let mut notifications = Vec::new();
    for report in reports {
        let mut note = |level, text: &str| {
            let locations = location(&report.path, None);
            notifications.push(Notification { level, message: message(text), locations });
        };
        match report.outcome {
            RunOutcome::Nothing => note("error", NOTHING),
            _ if report.counts.unknown > 0 => note("warning", NOT_SEEN),
            _ => {}
        }
        for line in report.lines_aside() {
            note("note", &line);
        }
    }
    Invocation {
        execution_successful: matches!(outcome, RunOutcome::Pass | RunOutcome::Fail),
        exit_code: outcome.exit_code(),
        exit_code_description: outcome.word(),
        tool_execution_notifications: notifications,
    }
}

/// The result of a claim. What was not seen is `open`, and then the standard wants no level: nothing is said to be wrong.
fn found<'a>(report: &'a Report, claim: &'a ReportAssertion, kinds: &[&str]) -> Option<Found<'a>> {
    let (kind, level, start) = match claim.verdict.outcome {
        Outcome::Fail => ("fail", "error", ""),
        Outcome::Unknown => ("open", "none", "could not tell: "),
        Outcome::Pass | Outcome::Skip => return None,
    };
    let rule_id = claim.assertion.claim.subject.kind;
    let evidence = report.evidence(claim).into_iter();
    Some(Found {
        rule_id,
        rule_index: kinds.iter().position(|kind| *kind == rule_id)?,
        kind,
        level,
        message: message(&format!("{}: {start}{}", claim.label(), claim.finding())),
        locations: location(&report.path, Some(claim.line)),
        properties: Properties {
            step: claim.assertion.step,
            outcome: claim.verdict.outcome.word(),
            evidence: evidence.map(|(name, text)| (name.to_owned(), text.into())).collect(),
            challenge: report.slug.as_deref(),
        },
    })
}

/// A place in the challenge; standard input has none.
fn location(path: &str, line: Option<usize>) -> Option<[Location; 1]> {
    let region = line.map(|start_line| Region { start_line });
    let artifact_location = Artifact { uri: uri(path)? };
    Some([Location { physical_location: PhysicalLocation { artifact_location, region } }])
}

/// A path as a reference: a `file:` URL, or relative as it was given.
fn uri(path: &str) -> Option<String> {
    if path == "-" {
        return None;
    }
    if path.starts_with('/') {
        return Url::from_file_path(path).ok().map(String::from);
    }
    let segment = |segment: &str| {
        if segment == "." || segment == ".." {
            return Some(segment.to_owned());
        }
        let mut url = Url::parse("file:///").ok()?;
        url.path_segments_mut().ok()?.push(segment);
        // A colon in the first segment would be read as the end of a scheme.
        Some(url.path().trim_start_matches('/').replace(':', "%3A"))
    };
    let segments: Option<Vec<String>> = path.split('/').map(segment).collect();
    Some(segments?.join("/"))
}

fn message(text: &str) -> Message {
    Message { text: braced(text) }
}

/// In a message, a brace that stands for itself is doubled.
fn braced(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_reference() {
        for (path, wanted) in [
            ("-", None),
            ("a/assignment.md", Some("a/assignment.md")),
            ("../b c/%41.md", Some("../b%20c/%2541.md")),
            ("./a:b?#.md", Some("./a%3Ab%3F%23.md")),
            ("/tmp/é.md", Some("file:///tmp/%C3%A9.md")),
        ] {
            assert_eq!(uri(path).as_deref(), wanted, "{path}");
        }
    }
}
