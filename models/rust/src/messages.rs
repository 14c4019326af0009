//! Messages from producers to consumers through one bounded channel; the answer is their sum.
use std::ops::Range;

use crate::model::share;
use crate::probe::{now_ns, Observer};

#[derive(Clone, Copy)]
pub struct Messages {
    pub producers: u64,
    pub consumers: u64,
    pub capacity: usize,
    pub count: u64,
}

/// An observed message carries the time of its sending in the bits that numbers up to 10^9 leave free;
/// they hold 17 seconds, and then begin anew.
const NUMBER_BITS: u32 = 30;

impl Messages {
    /// The numbers that a producer sends.
    pub fn of_producer(self, producer: u64) -> Range<u64> {
        let share = share(self.count, self.producers, producer);
        share.start + 1..share.end + 1
    }
}

#[inline]
pub fn seal(number: u64, observer: &Observer) -> u64 {
    match observer {
        None => number,
        Some(_) => now_ns() << NUMBER_BITS | number,
    }
}

/// The number of a message that was sealed.
#[inline]
pub fn unseal(message: u64, observer: &Observer) -> u64 {
    match observer {
        None => message,
        Some(probe) => {
            let sent = message >> NUMBER_BITS;
            probe.add_ns(now_ns().wrapping_sub(sent) << NUMBER_BITS >> NUMBER_BITS);
            message & ((1 << NUMBER_BITS) - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Probe;
    use std::sync::Arc;

    #[test]
    fn a_sealed_message_keeps_its_number_and_tells_its_age() {
        let probe = Arc::new(Probe::new(None));
        for observer in [None, Some(probe.clone())] {
            assert_eq!(unseal(seal(1_000_000_000, &observer), &observer), 1_000_000_000);
        }
        let latency = probe.latency();
        assert_eq!(latency.as_array().unwrap().len(), 1);
        assert!(latency[0][0].as_u64().unwrap() < 1500, "{latency}"); // 2 seconds
    }
}
