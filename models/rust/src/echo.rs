//! A server that sends back what it gets. A request is its number, lowest byte first, and bytes that
//! follow from it.
use std::time::Duration;

use crate::sleepers::GOLDEN;
use crate::work::Pace;

#[derive(Clone, Copy)]
pub struct Echo {
    pub load: Load,
    pub slow_permille: u64,
    pub slow: Duration,
    pub pace: Pace,
}

/// What clients ask of a server; a rate of 0 is a closed loop.
#[derive(Clone, Copy)]
pub struct Load {
    pub connections: u64,
    pub requests: u64,
    pub rate: u64,
    pub bytes: usize,
}

impl Echo {
    /// Looks at a request before it is sent back; 0 for a garbled one, which makes a wrong answer.
    pub fn reply(self, request: &[u8]) -> u64 {
        let (number, rest) = request.split_at(8);
        let number = u64::from_le_bytes(number.try_into().expect("eight bytes"));
        let is_right = |(i, &byte): (u64, &u8)| byte == number.wrapping_add(i) as u8;
        if !(8..).zip(rest).all(is_right) {
            return 0;
        }
        if self.is_slow(number) {
            self.pace.work_for(self.slow);
        }
        number + 1
    }

    fn is_slow(self, number: u64) -> bool {
        ((number.wrapping_mul(GOLDEN) >> 32) * 1000) >> 32 < self.slow_permille
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_garbled_request_counts_nothing() {
        let load = Load { connections: 1, requests: 1, rate: 0, bytes: 12 };
        let echo = Echo { load, slow_permille: 0, slow: Duration::ZERO, pace: Pace::measure() };
        let mut request = *b"\xff\0\0\0\0\0\0\0\x07\x08\x09\x0a";
        assert_eq!(echo.reply(&request), 256);
        request[11] ^= 1;
        assert_eq!(echo.reply(&request), 0);
    }

    #[test]
    fn about_as_many_are_slow_as_asked() {
        let load = Load { connections: 1, requests: 1, rate: 0, bytes: 8 };
        let echo = Echo { load, slow_permille: 100, slow: Duration::ZERO, pace: Pace::measure() };
        let slow = (0..10_000).filter(|&number| echo.is_slow(number)).count();
        assert!((990..1010).contains(&slow), "{slow}");
    }
}
