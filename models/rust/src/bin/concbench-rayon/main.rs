//! concbench-rayon runs concbench's workloads as rayon's work-stealing tasks.
//!
//! A task that waits for its children helps: it runs them, or other work, on its own stack. For
//! anything else it would hold its thread, so that only trees and fans of tasks can be run.
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};
use worker::crew::Crew;
use worker::fans::Fan;
use worker::model::{Model, Outcome, Setup, Tally};
use worker::probe::Observer;
use worker::stopwatch::Interval;
use worker::trees::{Branch, Tree};
use worker::workloads::{self, Workload};

struct Rayon {
    pool: ThreadPool,
}

/// Threads' stacks, of which memory is used as far as they are touched: a thread that waits runs other
/// tasks on top.
const STACK_BYTES: usize = 256 << 20;

const WAITS: &str = "a rayon task that waits for another would hold its thread";

impl Model for Rayon {
    const NAME: &'static str = "rayon";
    const LIBRARY: &'static str = concat!("rayon ", env!("RAYON_VERSION"));

    fn refuses() -> BTreeMap<&'static str, &'static str> {
        let fans_and_trees = ["fib", "skynet", "nqueens", "uts", "integrate", "spawn", "grain", "mandelbrot"];
        let others = workloads::NAMES.into_iter().filter(|name| !fans_and_trees.contains(name));
        let reason = |name| match name {
            "yield" => {
                "a rayon task that gives way runs another on its own stack, and cannot go on before that ends"
            }
            "mutex" => "a rayon task that waits for a lock would hold its thread",
            "sleepers" | "chef" => "rayon has no timers: a task that sleeps would hold its thread",
            "block" => "a rayon task that blocks would hold its thread",
            "echo" => "a rayon task that waits for a connection would hold its thread",
            _ => WAITS,
        };
        others.map(|name| (name, reason(name))).collect()
    }

    fn refusal(setup: &Setup, _: &Workload) -> Result<(), String> {
        match setup.options.keys().next() {
            Some(option) => Err(format!("rayon has no option \"{option}\"")),
            None => Ok(()),
        }
    }

    fn start(setup: &Setup, crew: Arc<Crew>) -> Result<Rayon, String> {
        let builder = ThreadPoolBuilder::new().num_threads(setup.cpus.len()).stack_size(STACK_BYTES);
        let pool = builder.start_handler(move |_| crew.enlist()).build();
        pool.map(|pool| Rayon { pool }).map_err(|error| format!("rayon cannot start: {error}"))
    }

    fn first_task(&self) -> Instant {
        self.pool.install(Instant::now)
    }

    fn perform(&self, workload: &Workload, observer: &Observer) -> Result<Outcome, String> {
        Ok(self.pool.install(|| match *workload {
            Workload::Fib(kernel) => fork_join(kernel),
            Workload::Skynet(kernel) => fork_join(kernel),
            Workload::NQueens(kernel) => fork_join(kernel),
            Workload::Uts(kernel) => fork_join(kernel),
            Workload::Integrate(kernel) => fork_join(kernel),
            Workload::Spawn(kernel) => fan_out(kernel, observer),
            Workload::Grain(kernel) => fan_out(kernel, observer),
            Workload::Mandelbrot(kernel) => fan_out(kernel, observer),
            _ => unreachable!("refused when it was opened"),
        }))
    }
}

/// Joins a scope of one task, the tree's root.
fn fork_join<T: Tree>(tree: T) -> Outcome {
    let mut root = None;
    let interval = Interval::begin();
    rayon::scope(|scope| scope.spawn(|_| root = Some(visit(tree, tree.root()))));
    let usage = interval.end();
    let all = root.expect("the scope has joined it");
    Outcome { tally: Tally { answer: tree.answer(all.result), ops: all.ops }, usage }
}

/// The task of one node. Two children are joined as rayon's own fib does it: one can be stolen while
/// the other is run.
fn visit<T: Tree>(tree: T, node: T::Node) -> Branch<T> {
    let mut children = tree.children(&node);
    match children.len() {
        0 => Branch::leaf(tree, &node),
        2 => {
            let mut next = || children.next().expect("two children");
            let (first, second) = (next(), next());
            let (first, second) = rayon::join(|| visit(tree, first), || visit(tree, second));
            first.with(second).parent()
        }
        _ => visit_all(tree, children),
    }
}

/// The task of a node with any number of children, which are spawned in a scope, with slots for what
/// they return. That it is a function of its own keeps the stack of the other one small.
#[inline(never)]
fn visit_all<T: Tree>(tree: T, children: T::Children) -> Branch<T> {
    let mut branches: Vec<Option<Branch<T>>> = (0..children.len()).map(|_| None).collect();
    rayon::scope(|scope| {
        for (slot, child) in branches.iter_mut().zip(children) {
            scope.spawn(move |_| *slot = Some(visit(tree, child)));
        }
    });
    let all = branches.into_iter().flatten().reduce(Branch::with);
    all.expect("the scope has joined them").parent()
}

/// Spawns all tasks in one scope, each with a slot for what it returns. Making the slots is part of
/// making the tasks, and is timed.
fn fan_out<F: Fan>(fan: F, observer: &Observer) -> Outcome {
    let interval = Interval::begin();
    let mut results = vec![Tally::default(); fan.tasks() as usize];
    rayon::scope(|scope| {
        for (task, slot) in (0..).zip(&mut results) {
            let made = observer.as_ref().map(|probe| (probe, Instant::now()));
            scope.spawn(move |_| {
                if let Some((probe, made)) = made {
                    probe.add(made.elapsed());
                }
                *slot = Tally { answer: fan.body(task), ops: 1 };
            });
        }
    });
    let usage = interval.end();
    let mut tally = Tally::default();
    results.into_iter().for_each(|result| tally += result);
    Outcome { tally, usage }
}

fn main() -> ExitCode {
    worker::conversation::converse::<Rayon>()
}
