//! Challenges of our own writing, one for each thing that bodies in the field have, and what is read
//! from them: the snapshots are the specification. Knows no claims.

use labproof::challenge::parse;
use labproof::source::Source;

use crate::render;

#[test]
fn challenges_are_read_as_their_snapshots_say() {
    insta::glob!("challenges/parse/*.md", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap();
        let challenge = parse(Source::new(name, text));
        insta::assert_snapshot!(render::challenge(&challenge));
    });
}
