//! Tasks that sleep until their deadlines, which are spread over a span of time so that neighbours'
//! are far apart.
use std::time::{Duration, Instant};

use crate::probe::Observer;

#[derive(Clone, Copy)]
pub struct Sleepers {
    pub n: u64,
    pub first_us: u64,
    pub span_us: u64,
}

/// 2^64 / golden ratio.
pub const GOLDEN: u64 = 11400714819323198485;

impl Sleepers {
    pub fn delay(self, task: u64) -> Duration {
        let part = (task.wrapping_mul(GOLDEN) >> 11) as f64 / (1_u64 << 53) as f64;
        Duration::from_nanos(self.first_us * 1000 + (self.span_us as f64 * 1e3 * part) as u64)
    }

    /// 0 if the task has not slept long enough, which makes a wrong answer.
    pub fn woke(self, task: u64, deadline: Instant, observer: &Observer) -> u64 {
        match Instant::now().checked_duration_since(deadline) {
            None => 0,
            Some(late) => {
                if let Some(probe) = observer {
                    probe.add(late);
                }
                task + 1
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_those_of_the_protocol() {
        let kernel = Sleepers { n: 4, first_us: 1000, span_us: 5000 };
        let delays: Vec<_> = (0..4).map(|task| kernel.delay(task).as_nanos()).collect();
        assert_eq!(delays, [1_000_000, 4_090_169, 2_180_339, 5_270_509]);
    }

    #[test]
    fn who_wakes_early_is_wrong() {
        let kernel = Sleepers { n: 4, first_us: 0, span_us: 0 };
        assert_eq!(kernel.woke(2, Instant::now() + Duration::from_secs(9), &None), 0);
        assert_eq!(kernel.woke(2, Instant::now(), &None), 3);
    }
}
