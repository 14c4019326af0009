//! The threads of a model's scheduler, each bound to its CPU, and where they are seen.
use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex};

use serde_json::{json, Value};

use crate::cpu_set::CpuSet;
use crate::system;

/// As many workers as `cpus` has entries. Each enlists itself when its thread starts.
pub struct Crew {
    cpus: Vec<usize>,
    roll: Mutex<Roll>,
    all_enlisted: Condvar,
}

#[derive(Default)]
struct Roll {
    enlisted: usize,
    workers: Vec<Worker>,
    failure: Option<String>,
}

struct Worker {
    thread: libc::pid_t,
    last: Option<usize>,
    observed: BTreeSet<usize>,
    migrations: u64,
}

impl Crew {
    pub fn new(cpus: &[usize]) -> Crew {
        Crew { cpus: cpus.to_vec(), roll: Mutex::default(), all_enlisted: Condvar::new() }
    }

    /// Binds the calling thread to the next worker's CPU. One that comes when all workers are there
    /// (tokio's threads for calls that block) is none, and may use what all of them may.
    pub fn enlist(&self) {
        let mut roll = self.roll.lock().unwrap();
        let place = roll.enlisted;
        roll.enlisted += 1;
        let mine = if place < self.cpus.len() { &self.cpus[place..=place] } else { &self.cpus };
        if let Err(reason) = CpuSet::new(mine).and_then(|set| set.bind_this_thread()) {
            roll.failure = Some(reason);
        }
        if place < self.cpus.len() {
            roll.workers.push(Worker::this_thread());
        }
        self.all_enlisted.notify_all();
    }

    /// Returns once every worker has been bound; an error says why one could not be.
    pub fn wait_until_bound(&self) -> Result<(), String> {
        let roll = self.roll.lock().unwrap();
        let roll = self.all_enlisted.wait_while(roll, |roll| roll.enlisted < self.cpus.len()).unwrap();
        roll.failure.clone().map_or(Ok(()), Err)
    }

    /// Looks where the workers are, and reports where they have been; null if the kernel does not
    /// tell.
    pub fn report(&self) -> Value {
        let mut roll = self.roll.lock().unwrap();
        roll.workers
            .iter_mut()
            .map(Worker::report)
            .collect::<Option<Vec<_>>>()
            .map_or(Value::Null, Value::Array)
    }
}

impl Worker {
    fn this_thread() -> Worker {
        // SAFETY: gettid has no preconditions.
        let thread = unsafe { libc::syscall(libc::SYS_gettid) } as libc::pid_t;
        Worker { thread, last: None, observed: BTreeSet::new(), migrations: 0 }
    }

    fn report(&mut self) -> Option<Value> {
        let cpu = last_cpu(self.thread)?;
        self.note(cpu);
        let allowed = CpuSet::of_thread(self.thread).ok()?.cpus();
        let bound = if allowed.len() == 1 { json!(allowed[0]) } else { json!(-1) };
        Some(json!({"cpu": bound, "observed": self.observed, "migrations": self.migrations}))
    }

    fn note(&mut self, cpu: usize) {
        if self.last.map_or(false, |last| last != cpu) {
            self.migrations += 1;
        }
        self.last = Some(cpu);
        self.observed.insert(cpu);
    }
}

/// The CPU on which a thread runs, or ran last: field 39 of its stat. Fields are counted from behind
/// the name, field 2, which is in brackets and may hold anything.
fn last_cpu(thread: libc::pid_t) -> Option<usize> {
    let stat = system::read(&format!("/proc/self/task/{thread}/stat"))?;
    stat.rsplit(')').next()?.split_whitespace().nth(39 - 3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_counted_between_sightings() {
        let mut worker = Worker::this_thread();
        for cpu in [3, 3, 1, 3] {
            worker.note(cpu);
        }
        assert_eq!(worker.migrations, 2);
        assert_eq!(worker.observed.into_iter().collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn a_worker_is_seen_where_it_was_bound() {
        let cpu = CpuSet::of_thread(0).unwrap().cpus()[0];
        let crew = Crew::new(&[cpu]);
        crew.enlist();
        crew.wait_until_bound().unwrap();
        assert_eq!(crew.report(), json!([{"cpu": cpu, "observed": [cpu], "migrations": 0}]));
    }

    #[test]
    fn a_worker_that_cannot_be_bound_is_a_failure() {
        let crew = Crew::new(&[8000]);
        crew.enlist();
        assert!(crew.wait_until_bound().unwrap_err().contains("8000"));
    }
}
