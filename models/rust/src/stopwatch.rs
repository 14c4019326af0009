//! The timed interval, and what it took of the machine.
use std::ops::AddAssign;
use std::time::{Duration, Instant};

/// What timed intervals took.
#[derive(Clone, Copy)]
pub struct Usage {
    pub wall: Duration,
    pub cost: Option<Cost>, // none if the kernel does not tell, which a filter may forbid it
}

#[derive(Clone, Copy, Default)]
pub struct Cost {
    pub cpu_ns: i64,
    pub voluntary: i64, // context switches, like the next
    pub involuntary: i64,
}

impl Default for Usage {
    fn default() -> Usage {
        Usage { wall: Duration::ZERO, cost: Some(Cost::default()) }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, more: Usage) {
        self.wall += more.wall;
        self.cost = self.cost.zip(more.cost).map(|(a, b)| Cost {
            cpu_ns: a.cpu_ns + b.cpu_ns,
            voluntary: a.voluntary + b.voluntary,
            involuntary: a.involuntary + b.involuntary,
        });
    }
}

/// An interval that has begun. The kernel is asked just outside of it.
pub struct Interval {
    before: Option<Cost>,
    pub started: Instant,
}

impl Interval {
    pub fn begin() -> Interval {
        Interval { before: cost_so_far(), started: Instant::now() }
    }

    pub fn end(self) -> Usage {
        let wall = self.started.elapsed();
        let cost = cost_so_far().zip(self.before).map(|(after, before)| Cost {
            cpu_ns: after.cpu_ns - before.cpu_ns,
            voluntary: after.voluntary - before.voluntary,
            involuntary: after.involuntary - before.involuntary,
        });
        Usage { wall, cost }
    }
}

fn cost_so_far() -> Option<Cost> {
    // SAFETY: a structure of numbers may be all zeros, and the kernel fills it.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is there.
    if unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) } != 0 {
        return None;
    }
    let ns = |time: libc::timeval| time.tv_sec * 1_000_000_000 + time.tv_usec * 1000;
    Some(Cost {
        cpu_ns: ns(usage.ru_utime) + ns(usage.ru_stime),
        voluntary: usage.ru_nvcsw,
        involuntary: usage.ru_nivcsw,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_tells_what_it_took() {
        let interval = Interval::begin();
        std::thread::sleep(Duration::from_millis(5));
        let mut usage = interval.end();
        assert!(usage.wall >= Duration::from_millis(5));
        assert!(usage.cost.unwrap().voluntary >= 1);
        usage += Usage { wall: Duration::ZERO, cost: None };
        assert!(usage.cost.is_none(), "what is unknown in part is unknown");
    }
}
