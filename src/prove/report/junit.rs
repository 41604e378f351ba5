//! Proofs as JUnit XML: a suite for each challenge, a case for each trial.

use std::io;

use crate::prove::proof::{Finding, Proof, Tried};

/// Writes the document.
pub(super) fn render(proofs: &[Proof], out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"labproof prove\">")?;
    for proof in proofs {
        suite(proof, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn suite(proof: &Proof, out: &mut dyn io::Write) -> io::Result<()> {
    let number =
        |is: fn(&Finding) -> bool| proof.tried.iter().filter(|one| is(&one.finding)).count();
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\">",
        escaped(&proof.path),
        proof.tried.len(),
        number(|finding| matches!(finding, Finding::Wrong(_))),
        number(|finding| matches!(finding, Finding::Untried(_))),
        number(|finding| matches!(finding, Finding::Equivalent | Finding::Nothing(_))),
        proof.duration.as_secs_f64()
    )?;
    for one in &proof.tried {
        case(proof, one, out)?;
    }
    writeln!(out, "  </testsuite>")
}

fn case(proof: &Proof, one: &Tried, out: &mut dyn io::Write) -> io::Result<()> {
    let place = one.step.map(|step| format!("step {step}: ")).unwrap_or_default();
    let rule = one.rule.map(|rule| format!("{rule}: ")).unwrap_or_default();
    let name = escaped(&format!("{place}{rule}{}", one.name));
    let class = escaped(&format!("{}.{}", proof.check, one.trial.name()));
    write!(
        out,
        "    <testcase name=\"{name}\" classname=\"{class}\" time=\"{:.3}\"",
        one.took.as_secs_f64()
    )?;
    let (element, message) = match &one.finding {
        Finding::Proven => return writeln!(out, "/>"),
        Finding::Wrong(what) => ("failure", what.as_str()),
        Finding::Untried(why) => ("error", why.as_str()),
        Finding::Equivalent => ("skipped", "leaves all that is claimed as the solution does"),
        Finding::Nothing(why) => ("skipped", why.as_str()),
    };
    writeln!(out, ">")?;
    writeln!(out, "      <{element} message=\"{}\"/>", escaped(message))?;
    writeln!(out, "    </testcase>")
}

/// Text for an attribute; what XML has no place for is left out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push_str("&#10;"),
            '\t' => safe.push_str("&#9;"),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => {}
            other => safe.push(other),
        }
    }
    safe
}
