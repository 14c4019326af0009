//! concbench-tokio runs concbench's workloads as tokio's tasks: futures on a scheduler of its own.
mod gate;
mod verbs;

use std::collections::BTreeMap;
use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::{Builder, Runtime};
use worker::clients::Clients;
use worker::crew::Crew;
use worker::echo::Echo;
use worker::limits::{fits, fits_descriptors};
use worker::model::{Model, Outcome, Setup};
use worker::probe::Observer;
use worker::ring::Place;
use worker::workloads::Workload;

struct Tokio {
    runtime: Runtime,
    free_cpus: Vec<usize>,
}

/// tokio's two schedulers.
#[derive(PartialEq)]
enum Flavor {
    Multi,
    Current,
}

impl Flavor {
    fn of(setup: &Setup) -> Result<Flavor, String> {
        if let Some(stranger) = setup.options.keys().find(|name| *name != "flavor") {
            return Err(format!("tokio has no option \"{stranger}\""));
        }
        match setup.options.get("flavor").map_or("multi", String::as_str) {
            "multi" => Ok(Flavor::Multi),
            "current" => Ok(Flavor::Current),
            other => Err(format!("flavor={other}: must be multi or current")),
        }
    }
}

/// The least that a task takes: its state and its future, which are one block, and its handle. Measured
/// with tokio 1.24: 248 bytes each for 100,000 that wait at a gate.
const TASK_BYTES: u64 = 240;

impl Model for Tokio {
    const NAME: &'static str = "tokio";
    const LIBRARY: &'static str = concat!("tokio ", env!("TOKIO_VERSION"));

    fn refuses() -> BTreeMap<&'static str, &'static str> {
        BTreeMap::new()
    }

    fn refusal(setup: &Setup, workload: &Workload) -> Result<(), String> {
        let cpus = setup.cpus.len();
        if Flavor::of(setup)? == Flavor::Current && cpus > 1 {
            return Err(format!(
                "flavor=current is one thread, which cannot be {cpus} workers; flavor=multi can"
            ));
        }
        match workload {
            Workload::Ring(_, Place::Same) if cpus > 1 => {
                Err("ping_pong.place=same: tokio has no way to keep two tasks on one of several workers"
                    .into())
            }
            Workload::Ring(_, Place::Cross) => {
                Err("ping_pong.place=cross: tokio has no way to keep two tasks apart".into())
            }
            Workload::Ring(ring, Place::Any | Place::Same) => fits(ring.tasks, TASK_BYTES),
            Workload::Messages(messages) if messages.capacity == 0 => {
                Err("capacity=0: tokio's channels hold at least one message".into())
            }
            Workload::Messages(messages) => fits(messages.producers + messages.consumers, TASK_BYTES),
            Workload::Yield(kernel) => fits(kernel.tasks, TASK_BYTES),
            Workload::Mutex(kernel) => fits(kernel.tasks, TASK_BYTES),
            Workload::Hold(kernel) => fits(kernel.n, TASK_BYTES),
            Workload::Sleepers(kernel) => fits(kernel.n, TASK_BYTES),
            Workload::Chef(kernel) => fits(kernel.dishes, TASK_BYTES),
            Workload::Heat(kernel) => fits(kernel.tasks, TASK_BYTES),
            Workload::Echo(echo) => fits_descriptors(echo.load.connections),
            _ => Ok(()),
        }
    }

    /// The one thread of flavor=current is the one that starts it and, later, waits for runs.
    fn start(setup: &Setup, crew: Arc<Crew>) -> Result<Tokio, String> {
        let mut builder = match Flavor::of(setup)? {
            Flavor::Multi => {
                let mut multi = Builder::new_multi_thread();
                multi.worker_threads(setup.cpus.len());
                multi
            }
            Flavor::Current => {
                crew.enlist();
                Builder::new_current_thread()
            }
        };
        let runtime = builder.enable_all().on_thread_start(move || crew.enlist()).build();
        let runtime = runtime.map_err(|error| format!("tokio cannot start: {error}"))?;
        Ok(Tokio { runtime, free_cpus: setup.free_cpus.clone() })
    }

    fn first_task(&self) -> Instant {
        self.run(async { Instant::now() })
    }

    fn perform(&self, workload: &Workload, observer: &Observer) -> Result<Outcome, String> {
        let observer = observer.clone();
        Ok(match *workload {
            Workload::Fib(kernel) => self.run(verbs::fork_join(kernel)),
            Workload::Skynet(kernel) => self.run(verbs::fork_join(kernel)),
            Workload::NQueens(kernel) => self.run(verbs::fork_join(kernel)),
            Workload::Uts(kernel) => self.run(verbs::fork_join(kernel)),
            Workload::Integrate(kernel) => self.run(verbs::fork_join(kernel)),
            Workload::Spawn(kernel) => self.run(verbs::fan_out(kernel, observer)),
            Workload::Grain(kernel) => self.run(verbs::fan_out(kernel, observer)),
            Workload::Mandelbrot(kernel) => self.run(verbs::fan_out(kernel, observer)),
            Workload::Ring(kernel, _) => self.run(verbs::hand_off(kernel, observer)),
            Workload::Messages(kernel) => self.run(verbs::channel(kernel, observer)),
            Workload::Yield(kernel) => self.run(verbs::give_way(kernel)),
            Workload::Mutex(kernel) => self.run(verbs::contend(kernel, observer)),
            Workload::Hold(kernel) => self.run(verbs::hold(kernel, observer)),
            Workload::Sleepers(kernel) => self.run(verbs::timers(kernel, observer)),
            Workload::Chef(kernel) => self.run(verbs::recipe(kernel, observer)),
            Workload::Block(kernel) => self.run(verbs::recipe(kernel, observer)),
            Workload::Heat(kernel) => self.run(verbs::phases(kernel)),
            Workload::Echo(kernel) => return self.serve(kernel, &observer),
        })
    }
}

impl Tokio {
    /// Runs a task, and waits for it outside.
    fn run<F>(&self, task: F) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.runtime.block_on(self.runtime.spawn(task)).expect("no task panics")
    }

    fn serve(&self, echo: Echo, observer: &Observer) -> Result<Outcome, String> {
        let (clients, served) = Clients::connect(&echo.load, &self.free_cpus)?;
        let outcome = self.run(verbs::serve(echo, served));
        clients.finish(observer)?;
        Ok(outcome)
    }
}

fn main() -> ExitCode {
    worker::conversation::converse::<Tokio>()
}
