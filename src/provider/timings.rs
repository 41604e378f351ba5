//! Which reads took how long, and which of them waited for one another.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The clock of one run, shared by its sessions.
#[derive(Clone, Debug)]
pub struct Timings {
    started: Instant,
    spans: Arc<Mutex<Vec<Timing>>>,
}

/// One request and its answer.
#[derive(Clone, Debug)]
struct Timing {
    what: String,
    start: Duration,
    end: Duration,
}

impl Timing {
    fn length(&self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}

impl Default for Timings {
    fn default() -> Self {
        Self { started: Instant::now(), spans: Arc::default() }
    }
}

impl Timings {
    /// Waits for `work` and keeps how long it took. `what` holds no secret.
    pub async fn time<T>(&self, what: impl Into<String>, work: impl Future<Output = T>) -> T {
        let start = self.started.elapsed();
        let result = work.await;
        let timing = Timing { what: what.into(), start, end: self.started.elapsed() };
        if let Ok(mut spans) = self.spans.lock() {
            spans.push(timing);
        }
        result
    }

    /// A line for each read, in the order in which they began; then the longest chain of reads of which
    /// each began after the one before had ended, and the whole run.
    pub fn summary(&self, whole: Duration) -> String {
        let mut spans = self.spans.lock().map(|spans| spans.clone()).unwrap_or_default();
        spans.sort_by_key(|timing| timing.start);
        let mut text = String::from("   start     took  read\n");
        for timing in &spans {
            let (start, took) = (millis(timing.start), millis(timing.length()));
            let _ = writeln!(text, "{start:>8.1} {took:>8.1}  {}", timing.what);
        }
        let _ = writeln!(text, "chain  {:.1} ms", millis(chain(&spans)));
        let _ = writeln!(text, "whole  {:.1} ms", millis(whole));
        text
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// From the read that ended last, back through the one that ended last before each began.
fn chain(spans: &[Timing]) -> Duration {
    let mut total = Duration::ZERO;
    let mut next = spans.iter().max_by_key(|timing| timing.end);
    while let Some(timing) = next {
        total += timing.length();
        next = spans
            .iter()
            .filter(|earlier| earlier.end <= timing.start && earlier.start < timing.start)
            .max_by_key(|earlier| earlier.end);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(start: u64, end: u64) -> Timing {
        let [start, end] = [start, end].map(Duration::from_millis);
        Timing { what: String::new(), start, end }
    }

    #[test]
    fn the_chain_is_what_waited_for_one_another() {
        let spans = [timing(0, 5), timing(0, 2), timing(5, 9), timing(2, 4), timing(9, 10)];
        assert_eq!(chain(&spans), Duration::from_millis(10));
        assert_eq!(chain(&[]), Duration::ZERO);
    }
}
