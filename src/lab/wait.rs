//! Waiting for a state, with a deadline. Never a sleep in the place of a look.

use std::fmt::Display;
use std::time::{Duration, Instant};

use super::LabError;
use super::place::ending;

/// Looks again and again until `look` succeeds; its last reason is told when the time is up.
pub fn until<T, E: Display + From<LabError>>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Result<T, E>,
) -> Result<T, E> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        match look() {
            Ok(value) => return Ok(value),
            Err(_) if ending() => return Err(LabError::Interrupted.into()),
            Err(reason) if started.elapsed() >= limit => {
                let (what, seconds) = (what.to_owned(), limit.as_secs());
                return Err(LabError::Slow { what, seconds, reason: reason.to_string() }.into());
            }
            Err(_) => std::thread::sleep(pause),
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}
