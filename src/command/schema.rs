//! `labproof schema`: the JSON Schemas of the files that people write.

use crate::cli::{Schema, SchemaName};

use super::{Stop, write_out};

/// Runs the subcommand.
pub(super) fn run(arguments: &Schema) -> Result<u8, Stop> {
    let schema = match arguments.name {
        SchemaName::Labproof => include_str!("../../schema/labproof.json"),
        SchemaName::World => include_str!("../../schema/world.json"),
    };
    write_out(|out| out.write_all(schema.as_bytes()))?;
    Ok(0)
}
