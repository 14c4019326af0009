//! Arithmetic of a given length.
use std::time::{Duration, Instant};

/// Steps of which each needs the one before. It is the twin of workloads/work.hpp, and like there a
/// number of steps, not a time: who is interrupted takes longer.
#[inline(never)]
pub fn work_steps(steps: u64) {
    let mut x = steps;
    for _ in 0..steps {
        x = x.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    }
    // SAFETY: it is read from where it is; being volatile keeps the compiler from dropping the work.
    unsafe { std::ptr::read_volatile(&x) };
}

/// How long a step takes on this machine if nothing disturbs it.
#[derive(Clone, Copy)]
pub struct Pace {
    ns_per_step: f64,
}

impl Pace {
    /// Measures, as the best of several rounds. Call it before any clock runs.
    pub fn measure() -> Pace {
        const ROUNDS: u32 = 20;
        const STEPS: u64 = 20_000;
        let round = |_| {
            let started = Instant::now();
            work_steps(STEPS);
            started.elapsed()
        };
        let best = (0..ROUNDS).map(round).min().unwrap_or_default();
        Pace { ns_per_step: best.as_nanos().max(1) as f64 / STEPS as f64 }
    }

    pub fn steps_in(self, time: Duration) -> u64 {
        (time.as_nanos() as f64 / self.ns_per_step) as u64
    }

    pub fn work_for(self, time: Duration) {
        work_steps(self.steps_in(time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_at_least_about_its_time() {
        let pace = Pace::measure();
        let started = Instant::now();
        pace.work_for(Duration::from_millis(20));
        assert!(started.elapsed() > Duration::from_millis(10), "{:?}", started.elapsed());
    }
}
