//! One token that tasks in a ring pass on; ping_pong is the ring of two.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

use crate::probe::{now_ns, Observer, Probe};

/// Hop h is made by task h mod tasks.
#[derive(Clone, Copy)]
pub struct Ring {
    pub tasks: u64,
    pub hops: u64,
}

/// Where the tasks of a ring live.
#[derive(Clone, Copy, PartialEq)]
pub enum Place {
    Any,
    Same,
    Cross,
}

impl Ring {
    /// The token after a hop; at first it is 0.
    #[inline]
    pub fn pass(self, token: u64, task: u64) -> u64 {
        token + task + 1
    }
}

/// Notes the time from one hop to the next: the waiting task's wake-up.
pub struct HopWatch {
    probe: Arc<Probe>,
    last: AtomicU64,
}

impl HopWatch {
    pub fn new(observer: &Observer) -> Option<Arc<HopWatch>> {
        let probe = observer.clone()?;
        Some(Arc::new(HopWatch { probe, last: AtomicU64::new(0) }))
    }

    /// Is called by whoever holds the one token, and by nobody else.
    pub fn note(&self) {
        let now = now_ns();
        let last = self.last.swap(now, Relaxed);
        if last != 0 {
            self.probe.add_ns(now - last);
        }
    }
}
