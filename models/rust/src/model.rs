//! What a model is to the conversation, and what a run of a workload comes to.
use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Instant;

use crate::crew::Crew;
use crate::probe::Observer;
use crate::stopwatch::Usage;
use crate::workloads::Workload;

/// A way to run tasks.
pub trait Model: Sized {
    const NAME: &'static str;
    /// The crate and its version.
    const LIBRARY: &'static str;

    /// The workloads that cannot work in this model, each with the reason.
    fn refuses() -> BTreeMap<&'static str, &'static str>;

    /// Why it cannot run that workload as asked; the workload is none of those that it refuses.
    fn refusal(setup: &Setup, workload: &Workload) -> Result<(), String>;

    /// Starts as many workers as there are CPUs, each of which enlists with the crew.
    fn start(setup: &Setup, crew: Arc<Crew>) -> Result<Self, String>;

    /// Runs a task that does nothing but look at the clock.
    fn first_task(&self) -> Instant;

    /// Performs a workload once; the root of the run is a task of the model, too.
    fn perform(&self, workload: &Workload, observer: &Observer) -> Result<Outcome, String>;
}

/// How a cell is to be run: a worker on each of the CPUs, and the model's variant.
pub struct Setup {
    pub cpus: Vec<usize>,
    pub free_cpus: Vec<usize>, // that this process might have used besides
    pub options: BTreeMap<String, String>,
}

/// An answer, and the operations that made it, counted by whoever performed them: each task has its
/// own, and they are added up along the joins, so that no counter is shared.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub answer: u64,
    pub ops: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, more: Tally) {
        self.answer = self.answer.wrapping_add(more.answer);
        self.ops += more.ops;
    }
}

/// A run of a workload.
pub struct Outcome {
    pub tally: Tally,
    pub usage: Usage,
}

/// The part of `total` things that falls to one of `parts`: equal parts, the first ones larger by
/// one where it does not come out even.
pub fn share(total: u64, parts: u64, index: u64) -> std::ops::Range<u64> {
    let (each, rest) = (total / parts, total % parts);
    let first = |index: u64| index * each + index.min(rest);
    first(index)..first(index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_even_and_cover_everything() {
        let shares: Vec<_> = (0..3).map(|index| share(10, 3, index)).collect();
        assert_eq!(shares, [0..4, 4..7, 7..10]);
        assert_eq!(share(1, 3, 2), 1..1);
    }
}
