//! Participants that begin together.
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Notify, OnceCell};
use tokio::task::JoinHandle;
use worker::model::{Outcome, Tally};
use worker::stopwatch::Interval;

/// Lets nobody on before it is opened.
pub struct Gate {
    expected: u64,
    arrived: AtomicU64,
    all_are_here: Notify,
    opened: Notify,
    opened_at: OnceCell<Instant>,
}

impl Gate {
    pub fn new(expected: u64) -> Arc<Gate> {
        Arc::new(Gate {
            expected,
            arrived: AtomicU64::new(0),
            all_are_here: Notify::new(),
            opened: Notify::new(),
            opened_at: OnceCell::new(),
        })
    }

    /// Waits with the others, and returns when the gate was opened.
    pub async fn pass(&self) -> Instant {
        let opened = self.opened.notified(); // counts from here on
        if self.arrived.fetch_add(1, SeqCst) + 1 == self.expected {
            self.all_are_here.notify_one();
        }
        opened.await;
        *self.opened_at.get().expect("it is open")
    }

    /// Returns once all are at the gate, with their number.
    pub async fn arrivals(&self) -> u64 {
        self.all_are_here.notified().await;
        self.arrived.load(SeqCst)
    }

    pub fn open(&self, now: Instant) {
        self.opened_at.set(now).expect("it is opened once");
        self.opened.notify_waiters();
    }
}

/// Makes the participants, each of which passes the gate first, and times from its opening to the last
/// one's end.
pub async fn meet<F>(participants: u64, mut make: impl FnMut(u64, Arc<Gate>) -> F) -> Outcome
where
    F: Future<Output = Tally> + Send + 'static,
{
    let gate = Gate::new(participants);
    let tasks: Vec<_> = (0..participants).map(|task| tokio::spawn(make(task, gate.clone()))).collect();
    gate.arrivals().await;
    let interval = Interval::begin();
    gate.open(interval.started);
    let tally = join_all(tasks).await;
    Outcome { tally, usage: interval.end() }
}

/// The sum of what the tasks return.
pub async fn join_all(tasks: Vec<JoinHandle<Tally>>) -> Tally {
    let mut all = Tally::default();
    for task in tasks {
        all += task.await.expect("no task panics");
    }
    all
}
