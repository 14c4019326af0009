//! Tasks that go through one critical section, which does almost nothing.
use std::time::Instant;

use crate::model::Tally;
use crate::probe::Observer;

#[derive(Clone, Copy)]
pub struct Contend {
    pub tasks: u64,
    pub sections: u64,
}

/// What the lock protects. Once the first task is through, each compares by its next section how many
/// it has had: the fewest and the most tell whom the lock favours.
#[derive(Default)]
pub struct Guarded {
    entered: u64,
    sum: u64,
    one_is_through: bool,
    shares: Option<(u64, u64)>,
}

/// What a task keeps for itself.
#[derive(Default)]
pub struct Contender {
    entered: u64,
    has_compared: bool,
}

impl Contend {
    /// The section. `asked` is when the task began to wait for the lock, if it is observed.
    #[inline]
    pub fn enter(
        self,
        state: &mut Guarded,
        own: &mut Contender,
        asked: Option<Instant>,
        observer: &Observer,
    ) {
        state.entered += 1;
        state.sum += state.entered;
        own.entered += 1;
        if let (Some(asked), Some(probe)) = (asked, observer) {
            let waited = asked.elapsed();
            probe.add(waited);
            probe.raise("longest_wait_ns", waited.as_nanos() as u64);
            self.compare(state, own);
        }
    }

    fn compare(self, state: &mut Guarded, own: &mut Contender) {
        let had = own.entered;
        state.one_is_through |= had == self.sections;
        if state.one_is_through && !own.has_compared {
            own.has_compared = true;
            let (low, high) = state.shares.unwrap_or((had, had));
            state.shares = Some((low.min(had), high.max(had)));
        }
    }
}

impl Guarded {
    /// What all sections came to.
    pub fn tally(&self, observer: &Observer) -> Tally {
        if let (Some(probe), Some((low, high))) = (observer, self.shares) {
            probe.set("share_low", low);
            probe.set("share_high", high);
        }
        Tally { answer: self.sum, ops: self.entered }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Probe;
    use std::sync::Arc;

    #[test]
    fn shares_are_compared_once_the_first_is_through() {
        let observer = Some(Arc::new(Probe::new(None)));
        let kernel = Contend { tasks: 2, sections: 3 };
        let mut state = Guarded::default();
        let mut each = [Contender::default(), Contender::default()];
        for task in [0, 1, 0, 0, 1, 1] {
            kernel.enter(&mut state, &mut each[task], Some(Instant::now()), &observer);
        }
        let tally = state.tally(&observer);
        assert_eq!((tally.answer, tally.ops), (21, 6));
        let measures = observer.unwrap().measures();
        assert_eq!((&measures["share_low"], &measures["share_high"]), (&2.into(), &3.into()));
    }
}
