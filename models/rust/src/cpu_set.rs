//! Which CPUs a thread may use, as the kernel is told and as it answers.
use std::io;
use std::mem::size_of;

/// The most that Linux can have.
const MOST_CPUS: usize = 8192;

/// The kernel's affinity mask.
#[derive(Clone, PartialEq, Eq)]
pub struct CpuSet([u64; MOST_CPUS / 64]);

impl CpuSet {
    pub fn new(cpus: &[usize]) -> Result<CpuSet, String> {
        let mut set = CpuSet([0; MOST_CPUS / 64]);
        for &cpu in cpus {
            if cpu >= MOST_CPUS {
                return Err(format!("there is no CPU {cpu}"));
            }
            set.0[cpu / 64] |= 1 << (cpu % 64);
        }
        Ok(set)
    }

    /// What a thread may use, by its kernel id; 0 is the one that asks.
    pub fn of_thread(id: libc::pid_t) -> io::Result<CpuSet> {
        let mut set = CpuSet([0; MOST_CPUS / 64]);
        // SAFETY: the kernel writes at most the size that it is told.
        let failed =
            unsafe { libc::sched_getaffinity(id, size_of::<CpuSet>(), set.0.as_mut_ptr().cast()) != 0 };
        if failed {
            Err(io::Error::last_os_error())
        } else {
            Ok(set)
        }
    }

    pub fn cpus(&self) -> Vec<usize> {
        (0..MOST_CPUS).filter(|&cpu| self.has(cpu)).collect()
    }

    pub fn has(&self, cpu: usize) -> bool {
        self.0[cpu / 64] & 1 << (cpu % 64) != 0
    }

    /// Confines the calling thread, and reads that back: the kernel silently drops CPUs that are not
    /// there, or are forbidden to this cgroup, as long as one is left.
    pub fn bind_this_thread(&self) -> Result<(), String> {
        let cannot = |why: String| format!("cannot run on CPUs {:?}: {why}", self.cpus());
        // SAFETY: the kernel reads as many bytes as it is told.
        let failed = unsafe { libc::sched_setaffinity(0, size_of::<CpuSet>(), self.0.as_ptr().cast()) != 0 };
        if failed {
            return Err(cannot(io::Error::last_os_error().to_string()));
        }
        let found = CpuSet::of_thread(0).map_err(|error| cannot(error.to_string()))?;
        if found != *self {
            return Err(cannot(format!("only {:?} may be used", found.cpus())));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_the_cpus_that_it_was_made_of() {
        let set = CpuSet::new(&[0, 63, 64, 8191, 64]).unwrap();
        assert_eq!(set.cpus(), [0, 63, 64, 8191]);
        assert!(CpuSet::new(&[8192]).is_err());
    }

    #[test]
    fn a_bound_thread_may_use_nothing_else() {
        let all = CpuSet::of_thread(0).unwrap();
        let last = CpuSet::new(&all.cpus()[all.cpus().len() - 1..]).unwrap();
        last.bind_this_thread().unwrap();
        assert!(CpuSet::of_thread(0).unwrap() == last);
        let error = CpuSet::new(&[8000]).unwrap().bind_this_thread().unwrap_err();
        assert!(error.contains("8000"), "{error}");
    }
}
