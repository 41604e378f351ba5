//! Random words from the operating system: tokens and names that nobody can guess.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::LabError;

/// A word of `count` random bytes, in hexadecimal digits.
pub fn word(count: usize) -> Result<String, LabError> {
    use std::fmt::Write;
    let mut word = String::new();
    for byte in bytes(count)? {
        let _ = write!(word, "{byte:02x}");
    }
    Ok(word)
}

/// A random byte.
pub(super) fn byte() -> Result<u8, LabError> {
    Ok(bytes(1)?[0])
}

fn bytes(count: usize) -> Result<Vec<u8>, LabError> {
    let source = Path::new("/dev/urandom");
    let mut bytes = vec![0; count];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(LabError::file(source))?;
    Ok(bytes)
}
