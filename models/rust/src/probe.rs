//! What an observed run notices besides its time.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{json, Value};

use crate::system;

/// None in a run that is timed to the nanosecond.
pub type Observer = Option<Arc<Probe>>;

/// Durations, in the log-linear histogram that docs/protocol.md describes, and measures by their
/// names.
pub struct Probe {
    buckets: Vec<AtomicU64>,
    measures: Mutex<BTreeMap<&'static str, u64>>,
    memory_at_open: Option<u64>,
}

const PART_BITS: u32 = 6; // an octave has 2^6 buckets
const OCTAVES: u32 = 42; // durations below 2^42 ns are told apart
const BUCKETS: usize = ((OCTAVES - PART_BITS + 1) << PART_BITS) as usize;

fn bucket_of(ns: u64) -> usize {
    if ns >> OCTAVES != 0 {
        return BUCKETS - 1;
    }
    let shift = (63 - (ns | 1).leading_zeros()).saturating_sub(PART_BITS);
    ((shift as usize) << PART_BITS) + (ns >> shift) as usize
}

/// Nanoseconds on the monotonic clock, for stamps that travel between tasks.
pub fn now_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists, and the structure is filled.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

impl Probe {
    pub fn new(memory_at_open: Option<u64>) -> Probe {
        let buckets = (0..BUCKETS).map(|_| AtomicU64::new(0)).collect();
        Probe { buckets, measures: Mutex::default(), memory_at_open }
    }

    /// Counts a duration.
    pub fn add(&self, duration: Duration) {
        self.add_ns(duration.as_nanos() as u64);
    }

    pub fn add_ns(&self, ns: u64) {
        self.add_to_bucket(bucket_of(ns), 1);
    }

    /// Takes over what somebody else has counted.
    pub fn add_to_bucket(&self, bucket: usize, count: u64) {
        self.buckets[bucket].fetch_add(count, Relaxed);
    }

    pub fn set(&self, measure: &'static str, value: u64) {
        self.measures.lock().unwrap().insert(measure, value);
    }

    pub fn sum(&self, measure: &'static str, value: u64) {
        *self.measures.lock().unwrap().entry(measure).or_default() += value;
    }

    /// Keeps the largest value.
    pub fn raise(&self, measure: &'static str, value: u64) {
        let mut measures = self.measures.lock().unwrap();
        let largest = measures.entry(measure).or_default();
        *largest = value.max(*largest);
    }

    /// By how much the program's own memory has grown since the cell was opened. "Before" is not
    /// later, because tasks that have ended leave their memory to the next ones.
    pub fn memory_since_open(&self) -> Option<u64> {
        system::anonymous_memory()?.checked_sub(self.memory_at_open?)
    }

    pub fn measures(&self) -> Value {
        json!(*self.measures.lock().unwrap())
    }

    /// The buckets that have something in them, each with its count.
    pub fn latency(&self) -> Value {
        let counts = self.buckets.iter().map(|bucket| bucket.load(Relaxed));
        counts.enumerate().filter(|&(_, count)| count > 0).map(|pair| json!(pair)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_those_of_the_protocol() {
        for (ns, bucket) in [
            (0, 0),
            (1, 1),
            (127, 127),
            (128, 128),
            (129, 128),
            (130, 129),
            (255, 191),
            (256, 192),
            ((1 << 42) - 1, 2367),
            (1 << 42, 2367),
            (u64::MAX, 2367),
        ] {
            assert_eq!(bucket_of(ns), bucket, "{ns} ns");
        }
    }

    #[test]
    fn measures_are_set_summed_or_raised() {
        let probe = Probe::new(None);
        for value in [2, 3, 1] {
            probe.set("set", value);
            probe.sum("sum", value);
            probe.raise("raised", value);
        }
        assert_eq!(probe.measures(), json!({"set": 1, "sum": 6, "raised": 3}));
    }

    #[test]
    fn only_buckets_with_something_in_them_are_told() {
        let probe = Probe::new(None);
        probe.add(Duration::from_nanos(130));
        probe.add_ns(131);
        probe.add_to_bucket(7, 5);
        assert_eq!(probe.latency(), json!([[7, 5], [129, 2]]));
    }
}
