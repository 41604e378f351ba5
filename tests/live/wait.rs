//! Waiting for a state, with a deadline. Never a sleep in the place of a look.

use std::time::{Duration, Instant};

/// What a step of the harness gives back: a value, or one sentence that says what went wrong.
pub(crate) type Done<T> = Result<T, String>;

/// Looks again and again until `look` succeeds; its last reason is told when the time is up.
pub(crate) fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Done<T>) -> Done<T> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        match look() {
            Ok(value) => return Ok(value),
            Err(reason) if started.elapsed() >= limit => {
                return Err(format!("{what}: not within {} s: {reason}", limit.as_secs()));
            }
            Err(_) => std::thread::sleep(pause),
        }
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}
