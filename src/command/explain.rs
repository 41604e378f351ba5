//! `labproof explain`: what a challenge claims, without looking at any system.

use crate::cli::{Explain, ExplainFormat};
use crate::report::explanation;

use super::{Stop, coverage, load, write_out};

/// Runs the subcommand. A challenge without a claim is explained all the same.
pub(super) fn run(arguments: &Explain) -> Result<u8, Stop> {
    if arguments.coverage {
        return coverage::run(arguments);
    }
    let challenge = load::challenge(&arguments.input.path)?;
    let bindings = load::bindings(&arguments.input.given)?;
    let word = load::word(&challenge, &arguments.input.path)?;
    let plan = load::plan(&challenge, &word, bindings, None)?;
    let explanation = explanation::Explanation::new(&challenge, &plan);
    write_out(|out| match arguments.format {
        ExplainFormat::Human => explanation.human(out),
        ExplainFormat::Json => explanation.json(out),
    })?;
    Ok(0)
}
