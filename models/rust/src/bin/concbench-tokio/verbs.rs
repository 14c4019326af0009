//! A verb runs any kernel of one shape in the way a user of tokio would: one task each, by `spawn`.
use std::sync::Arc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, Barrier, Mutex};
use tokio::task::{spawn_blocking, yield_now, JoinHandle};
use tokio::time::sleep_until;
use worker::clients::Served;
use worker::echo::Echo;
use worker::fans::Fan;
use worker::heat::Heat;
use worker::hold::{self, Hold, MemoryBefore};
use worker::messages::{seal, unseal, Messages};
use worker::model::{Outcome, Tally};
use worker::mutex::{Contend, Contender, Guarded};
use worker::probe::Observer;
use worker::recipes::{Recipe, Step};
use worker::ring::{HopWatch, Ring};
use worker::sleepers::Sleepers;
use worker::stopwatch::Interval;
use worker::trees::{Branch, Tree};
use worker::workloads::Yield;

use crate::gate::{join_all, meet, Gate};

pub async fn fork_join<T: Tree>(tree: T) -> Outcome {
    let interval = Interval::begin();
    let all = visit(tree, tree.root()).await.expect("no task panics");
    let usage = interval.end();
    Outcome { tally: Tally { answer: tree.answer(all.result), ops: all.ops }, usage }
}

/// Makes the task of one node. That a function which is no async one makes it is what lets it recur
/// without a box for each future: the task itself is one.
fn visit<T: Tree>(tree: T, node: T::Node) -> JoinHandle<Branch<T>> {
    tokio::spawn(async move {
        let children: Vec<_> = tree.children(&node).map(|child| visit(tree, child)).collect();
        let mut all: Option<Branch<T>> = None;
        for child in children {
            let next = child.await.expect("no task panics");
            all = Some(match all {
                None => next,
                Some(before) => before.with(next),
            });
        }
        all.map_or_else(|| Branch::leaf(tree, &node), Branch::parent)
    })
}

/// Making the list of tasks to join is part of making the tasks, and is timed.
pub async fn fan_out<F: Fan>(fan: F, observer: Observer) -> Outcome {
    let interval = Interval::begin();
    let make = |task| {
        let made = observer.clone().map(|probe| (probe, Instant::now()));
        tokio::spawn(async move {
            if let Some((probe, made)) = made {
                probe.add(made.elapsed());
            }
            Tally { answer: fan.body(task), ops: 1 }
        })
    };
    let tally = join_all((0..fan.tasks()).map(make).collect()).await;
    Outcome { tally, usage: interval.end() }
}

/// Neighbours are joined by channels with room for the one token.
pub async fn hand_off(ring: Ring, observer: Observer) -> Outcome {
    let watch = HopWatch::new(&observer);
    let (mut outboxes, inboxes): (Vec<_>, Vec<_>) = (0..ring.tasks).map(|_| mpsc::channel(1)).unzip();
    outboxes.rotate_left(1);
    let mut ends = outboxes.into_iter().zip(inboxes);
    meet(ring.tasks, |task, gate| {
        let (next, mut inbox) = ends.next().expect("a pair each");
        let watch = watch.clone();
        async move {
            gate.pass().await;
            let mut mine = Tally::default();
            for hop in (task..ring.hops).step_by(ring.tasks as usize) {
                let token = if hop == 0 { 0 } else { inbox.recv().await.expect("a token comes") };
                if let Some(watch) = &watch {
                    watch.note();
                }
                let token = ring.pass(token, task);
                mine.ops += 1;
                if hop + 1 == ring.hops {
                    mine.answer = token;
                } else {
                    next.send(token).await.expect("the next one waits");
                }
            }
            mine
        }
    })
    .await
}

/// Several consumers share tokio's receiver, of which there is one, by a lock.
enum Inbox {
    Own(mpsc::Receiver<u64>),
    Shared(Arc<Mutex<mpsc::Receiver<u64>>>),
}

impl Inbox {
    async fn next(&mut self) -> Option<u64> {
        match self {
            Inbox::Own(receiver) => receiver.recv().await,
            Inbox::Shared(receiver) => receiver.lock().await.recv().await,
        }
    }
}

/// The channel is closed when the last producer has ended. A message counts when it is received.
pub async fn channel(messages: Messages, observer: Observer) -> Outcome {
    let (sender, receiver) = mpsc::channel(messages.capacity);
    let mut inboxes = inboxes(receiver, messages.consumers).into_iter();
    let mut sender = Some(sender);
    meet(messages.producers + messages.consumers, |task, gate| {
        let observer = observer.clone();
        let is_producer = task < messages.producers;
        let outbox = if task + 1 < messages.producers { sender.clone() } else { sender.take() };
        let inbox = if is_producer { None } else { inboxes.next() };
        async move {
            gate.pass().await;
            let mut mine = Tally::default();
            if let Some(outbox) = outbox {
                for number in messages.of_producer(task) {
                    outbox.send(seal(number, &observer)).await.expect("a consumer waits");
                }
            }
            if let Some(mut inbox) = inbox {
                while let Some(message) = inbox.next().await {
                    mine += Tally { answer: unseal(message, &observer), ops: 1 };
                }
            }
            mine
        }
    })
    .await
}

fn inboxes(receiver: mpsc::Receiver<u64>, consumers: u64) -> Vec<Inbox> {
    if consumers == 1 {
        return vec![Inbox::Own(receiver)];
    }
    let shared = Arc::new(Mutex::new(receiver));
    (0..consumers).map(|_| Inbox::Shared(shared.clone())).collect()
}

pub async fn give_way(kernel: Yield) -> Outcome {
    meet(kernel.tasks, |task, gate| async move {
        gate.pass().await;
        let mut mine = Tally::default();
        for _ in 0..kernel.yields {
            yield_now().await;
            mine += Tally { answer: task + 1, ops: 1 };
        }
        mine
    })
    .await
}

pub async fn contend(kernel: Contend, observer: Observer) -> Outcome {
    let guarded = Arc::new(Mutex::new(Guarded::default()));
    let met = meet(kernel.tasks, |_, gate| {
        let (guarded, observer) = (guarded.clone(), observer.clone());
        async move {
            gate.pass().await;
            let mut own = Contender::default();
            for _ in 0..kernel.sections {
                let asked = observer.as_ref().map(|_| Instant::now());
                let mut state = guarded.lock().await;
                kernel.enter(&mut state, &mut own, asked, &observer);
            }
            Tally::default()
        }
    })
    .await;
    let tally = guarded.lock().await.tally(&observer);
    Outcome { tally, ..met }
}

/// Making and releasing the tasks is timed; what it costs to have them is looked at in between.
pub async fn hold(kernel: Hold, observer: Observer) -> Outcome {
    let memory = MemoryBefore::look(&observer);
    let gate = Gate::new(kernel.n);
    let making = Interval::begin();
    let make = |task| {
        let gate = gate.clone();
        tokio::spawn(async move {
            let answer = kernel.begin(task);
            gate.pass().await;
            Tally { answer, ops: 1 }
        })
    };
    let tasks: Vec<_> = (0..kernel.n).map(make).collect();
    let alive = gate.arrivals().await;
    let made = making.end();

    memory.note_growth(&observer, alive);

    let releasing = Interval::begin();
    gate.open(releasing.started);
    let tally = join_all(tasks).await;
    let released = releasing.end();
    hold::note_times(&observer, made.wall, released.wall);
    let mut usage = made;
    usage += released;
    Outcome { tally, usage }
}

pub async fn timers(kernel: Sleepers, observer: Observer) -> Outcome {
    meet(kernel.n, |task, gate| {
        let observer = observer.clone();
        async move {
            let deadline = gate.pass().await + kernel.delay(task);
            sleep_until(deadline.into()).await;
            Tally { answer: kernel.woke(task, deadline, &observer), ops: 1 }
        }
    })
    .await
}

/// A call that blocks goes to one of tokio's threads for that, as its documentation demands.
pub async fn recipe<R: Recipe>(recipe: R, observer: Observer) -> Outcome {
    meet(recipe.tasks(), |task, gate| {
        let observer = observer.clone();
        async move {
            let mut since = gate.pass().await;
            let mut mine = Tally::default();
            for step in 0..recipe.steps() {
                match recipe.step(task, step) {
                    Step::Wait(time) => sleep_until((since + time).into()).await,
                    Step::Compute(time) => recipe.pace().work_for(time),
                    Step::Block(time) => {
                        spawn_blocking(move || std::thread::sleep(time)).await.expect("it does not panic")
                    }
                }
                let ended = Instant::now();
                mine += Tally { answer: recipe.did(task, step, ended - since, &observer), ops: 1 };
                since = ended;
            }
            mine
        }
    })
    .await
}

/// Two grids change places after each phase, which tokio's own barrier ends.
pub async fn phases(kernel: Heat) -> Outcome {
    let grids = Arc::new([kernel.fill(), kernel.fill()]);
    let barrier = Arc::new(Barrier::new(kernel.tasks as usize));
    let met = meet(kernel.tasks, |task, gate| {
        let (grids, barrier) = (grids.clone(), barrier.clone());
        async move {
            gate.pass().await;
            let mut mine = Tally::default();
            for phase in 0..kernel.phases as usize {
                kernel.advance(&grids[phase % 2], &grids[(phase + 1) % 2], task);
                mine.ops += u64::from(barrier.wait().await.is_leader());
            }
            mine
        }
    })
    .await;
    let answer = Heat::checksum(&grids[kernel.phases as usize % 2]);
    Outcome { tally: Tally { answer, ops: met.tally.ops }, ..met }
}

/// The first task lets the clients go, once all are ready.
pub async fn serve(echo: Echo, served: Served) -> Outcome {
    let mut starter = Some(served.starter);
    let mut sockets = served.sockets.into_iter();
    meet(echo.load.connections, |_, gate| {
        let starter = starter.take();
        let socket = sockets.next().expect("a connection each");
        async move {
            socket.set_nonblocking(true).expect("a socket can be non-blocking");
            let socket = TcpStream::from_std(socket).expect("tokio's poller takes a socket");
            gate.pass().await;
            if let Some(starter) = starter {
                starter.begin();
            }
            answer_all(echo, socket).await
        }
    })
    .await
}

/// Answers until the client closes the connection. One that breaks off is its own witness, who says
/// so.
async fn answer_all(echo: Echo, mut socket: TcpStream) -> Tally {
    let mut mine = Tally::default();
    let mut message = vec![0; echo.load.bytes];
    while socket.read_exact(&mut message).await.is_ok() {
        let answer = echo.reply(&message);
        if socket.write_all(&message).await.is_err() {
            break;
        }
        mine += Tally { answer, ops: 1 };
    }
    mine
}
