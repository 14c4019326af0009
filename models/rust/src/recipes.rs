//! Tasks that go through scripts of steps.
use std::time::Duration;

use crate::probe::Observer;
use crate::work::Pace;

/// What a step takes by itself.
pub enum Step {
    /// Which the model's own timers see to.
    Wait(Duration),
    Compute(Duration),
    /// A system call that blocks its thread.
    Block(Duration),
}

/// After each step, `did` is told how long it took from the end of the step before, or the gate's
/// opening, which is also from when a wait counts; the answer is the sum of what it returns.
pub trait Recipe: Copy + Send + Sync + 'static {
    fn tasks(self) -> u64;
    fn steps(self) -> u64;
    fn pace(self) -> Pace;
    fn step(self, task: u64, step: u64) -> Step;
    fn did(self, task: u64, step: u64, took: Duration, observer: &Observer) -> u64;
}

/// Dishes that are chopped, boil alone, and are chopped again.
#[derive(Clone, Copy)]
pub struct Chef {
    pub dishes: u64,
    pub chop: Duration,
    pub boil: Duration,
    pub pace: Pace,
}

impl Recipe for Chef {
    fn tasks(self) -> u64 {
        self.dishes
    }
    fn steps(self) -> u64 {
        3
    }
    fn pace(self) -> Pace {
        self.pace
    }
    fn step(self, _task: u64, step: u64) -> Step {
        if step == 1 {
            Step::Wait(self.boil)
        } else {
            Step::Compute(self.chop)
        }
    }
    /// What is taken off the fire early makes a wrong answer.
    fn did(self, task: u64, step: u64, took: Duration, observer: &Observer) -> u64 {
        if step == 1 {
            if let Some(probe) = observer {
                probe.sum("wait_ns", self.boil.as_nanos() as u64);
                probe.add(took.saturating_sub(self.boil));
            }
            if took < self.boil {
                return 0;
            }
        }
        (task + 1) << step
    }
}

/// Tasks that make blocking system calls, which come first, beside others that compute.
#[derive(Clone, Copy)]
pub struct Block {
    pub blockers: u64,
    pub computers: u64,
    pub rounds: u64,
    pub call: Duration,
    pub compute: Duration,
    pub pace: Pace,
}

impl Recipe for Block {
    fn tasks(self) -> u64 {
        self.blockers + self.computers
    }
    fn steps(self) -> u64 {
        self.rounds
    }
    fn pace(self) -> Pace {
        self.pace
    }
    fn step(self, task: u64, _step: u64) -> Step {
        if task < self.blockers {
            Step::Block(self.call)
        } else {
            Step::Compute(self.compute)
        }
    }
    fn did(self, task: u64, _step: u64, took: Duration, observer: &Observer) -> u64 {
        if let (Some(probe), true) = (observer, task >= self.blockers) {
            probe.add(took.saturating_sub(self.compute));
        }
        task + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dish_that_boiled_too_short_is_wrong() {
        let boil = Duration::from_millis(5);
        let chef = Chef { dishes: 3, chop: Duration::ZERO, boil, pace: Pace::measure() };
        assert_eq!(chef.did(2, 1, boil, &None), 6);
        assert_eq!(chef.did(2, 1, boil - Duration::from_nanos(1), &None), 0);
        assert_eq!(chef.did(2, 2, Duration::ZERO, &None), 12);
    }
}
