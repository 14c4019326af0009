//! The worker protocol of docs/protocol.md, over standard input and output.
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{json, Map, Value};

use crate::cpu_set::CpuSet;
use crate::crew::Crew;
use crate::model::{Model, Setup, Tally};
use crate::probe::Probe;
use crate::stopwatch::Usage;
use crate::system;
use crate::workloads::{self, Workload};

const PROTOCOL: u32 = 1;
const LONGEST_LINE: u64 = 1 << 20;

/// Holds the conversation, and uses no CPU while it waits for a line.
///
/// The program's one option is `--slow-down=PERCENT`: work to do and to time beyond what is asked for
/// (check --self-test).
pub fn converse<M: Model>() -> ExitCode {
    let slow_down = match parse_slow_down(std::env::args().skip(1)) {
        Ok(percent) => percent,
        Err(reason) => {
            eprintln!("concbench-{}: {reason}", M::NAME);
            return ExitCode::from(2);
        }
    };
    let mut worker = Worker::<M> { slow_down, cpus_at_start: CpuSet::of_thread(0).ok(), cell: None };
    match serve(&mut worker) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // Whoever broke the protocol may not be there any more.
            let _ = say(&json!({"type": "failed", "reason": reason}));
            ExitCode::FAILURE
        }
    }
}

fn parse_slow_down(mut words: impl Iterator<Item = String>) -> Result<f64, String> {
    words.try_fold(0.0, |_, word| {
        let percent = word.strip_prefix("--slow-down=").and_then(|text| text.parse().ok());
        percent.ok_or_else(|| format!("{word}: the only option is --slow-down=PERCENT"))
    })
}

/// Returns when the session has closed or has gone; an error is a violation of the protocol.
fn serve<M: Model>(worker: &mut Worker<M>) -> Result<(), String> {
    let cannot = |error: io::Error| error.to_string();
    say(&greeting::<M>()).map_err(cannot)?;
    let mut input = io::stdin().lock();
    loop {
        let mut line = Vec::new();
        input.by_ref().take(LONGEST_LINE + 1).read_until(b'\n', &mut line).map_err(cannot)?;
        if line.is_empty() {
            return Ok(());
        }
        if line.len() as u64 > LONGEST_LINE {
            return Err("a line is longer than 1 MiB".into());
        }
        let reply = worker.answer(&line)?;
        say(&reply).map_err(cannot)?;
        if reply["type"] == "closed" {
            return Ok(());
        }
    }
}

fn say(message: &Value) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{message}")?;
    output.flush()
}

fn greeting<M: Model>() -> Value {
    let refuses = M::refuses();
    let offered: Vec<_> = workloads::NAMES.iter().filter(|name| !refuses.contains_key(*name)).collect();
    json!({
        "type": "hello",
        "protocol": PROTOCOL,
        "program": format!("concbench-{}", M::NAME),
        "version": env!("CARGO_PKG_VERSION"),
        "model": M::NAME,
        "workloads": offered,
        "refuses": refuses,
        "build": format!("{}, {}", env!("RUSTC_VERSION"), M::LIBRARY),
    })
}

struct Worker<M> {
    slow_down: f64, // percent
    cpus_at_start: Option<CpuSet>,
    cell: Option<Cell<M>>,
}

/// What has been opened.
struct Cell<M> {
    model: M,
    crew: Arc<Crew>,
    workload: Workload,
    memory_at_open: Option<u64>,
}

impl<M: Model> Worker<M> {
    /// Carries out one request; an error is a violation of the protocol.
    fn answer(&mut self, line: &[u8]) -> Result<Value, String> {
        let request: Map<String, Value> =
            serde_json::from_slice(line).map_err(|error| format!("this is no JSON object: {error}"))?;
        match request.get("type").and_then(Value::as_str) {
            Some("open") => self.open(&request),
            Some("run") => self.run(&request),
            Some("close") => {
                let notes = json!({ "library": M::LIBRARY });
                Ok(json!({"type": "closed", "children_peak_rss_bytes": null, "notes": notes}))
            }
            Some(other) => Err(format!("no message has the type \"{other}\"")),
            None => Err("a message must have a type".into()),
        }
    }

    fn open(&mut self, request: &Map<String, Value>) -> Result<Value, String> {
        if self.cell.is_some() {
            return Err("open: a cell is open already".into());
        }
        let asked = Asked::parse(request).ok_or("open: a field is missing, or has another type")?;
        match self.prepare(asked) {
            Ok((cell, cold_start_ns)) => {
                self.cell = Some(cell);
                Ok(json!({"type": "opened", "cold_start_ns": cold_start_ns}))
            }
            Err(reason) => Ok(json!({"type": "refused", "reason": reason})),
        }
    }

    /// Starts the model. Its error is a reason to refuse.
    fn prepare(&self, asked: Asked) -> Result<(Cell<M>, u64), String> {
        if let Some(&reason) = M::refuses().get(asked.workload) {
            return Err(reason.into());
        }
        let workload = workloads::parse(asked.workload, asked.params)?;
        let no_cpu = |_| format!("there is no such CPU in {:?}", asked.cpus);
        let cpus = asked.cpus.iter().map(|&cpu| usize::try_from(cpu)).collect::<Result<Vec<_>, _>>();
        let cpus = cpus.map_err(no_cpu)?;
        if cpus.is_empty() {
            return Err("cpus is empty: there is no worker".into());
        }
        let set = CpuSet::new(&cpus)?;
        let at_start = self.cpus_at_start.as_ref().map_or_else(Vec::new, CpuSet::cpus);
        let free_cpus = at_start.into_iter().filter(|&cpu| !set.has(cpu)).collect();
        let setup = Setup { cpus, free_cpus, options: asked.options };
        M::refusal(&setup, &workload)?;
        set.bind_this_thread()?;

        let crew = Arc::new(Crew::new(&setup.cpus));
        let before = Instant::now();
        let model = M::start(&setup, crew.clone())?;
        crew.wait_until_bound()?;
        let cold_start = model.first_task().duration_since(before);
        let cell = Cell { model, crew, workload, memory_at_open: system::anonymous_memory() };
        Ok((cell, cold_start.as_nanos() as u64))
    }

    fn run(&mut self, request: &Map<String, Value>) -> Result<Value, String> {
        let iterations = request.get("iterations").and_then(Value::as_u64).filter(|&number| number > 0);
        let iterations = iterations.ok_or("run: iterations must be a whole number of at least 1")?;
        let observe = match request.get("observe") {
            None => false,
            Some(value) => value.as_bool().ok_or("run: observe must be true or absent")?,
        };
        let cell = self.cell.as_ref().ok_or("run: no cell is open")?;
        let extra = (iterations as f64 * self.slow_down / 100.0).round() as u64;
        let sample = cell.sample(iterations, extra, observe);
        Ok(sample.unwrap_or_else(|reason| json!({"type": "failed", "reason": reason})))
    }
}

impl<M: Model> Cell<M> {
    /// Performs the workload so many times, one after another, and answers with their sums. What is
    /// extra is real work in the same interval, of which only the time is told.
    fn sample(&self, iterations: u64, extra: u64, observe: bool) -> Result<Value, String> {
        let observer = observe.then(|| Arc::new(Probe::new(self.memory_at_open)));
        let mut usage = Usage::default();
        let mut first: Option<Tally> = None;
        let mut ops = 0;
        for iteration in 0..iterations + extra {
            let outcome = self.model.perform(&self.workload, &observer)?;
            let (answer, right) = (outcome.tally.answer, first.get_or_insert(outcome.tally).answer);
            if answer != right {
                return Err(format!("two runs answered differently: {right} and {answer}"));
            }
            usage += outcome.usage;
            if iteration < iterations {
                ops += outcome.tally.ops;
            }
        }
        let mut sample = json!({
            "type": "sample",
            "iterations": iterations,
            "wall_ns": usage.wall.as_nanos() as u64,
            "ops": ops,
            "answer": first.map_or(0, |tally| tally.answer).to_string(),
            "cpu_ns": usage.cost.map(|cost| cost.cpu_ns),
            "voluntary": usage.cost.map(|cost| cost.voluntary),
            "involuntary": usage.cost.map(|cost| cost.involuntary),
            "workers": self.crew.report(),
        });
        if let Some(probe) = observer {
            sample["measures"] = probe.measures();
            sample["latency"] = probe.latency();
        }
        Ok(sample)
    }
}

/// What an `open` says.
struct Asked<'a> {
    workload: &'a str,
    params: &'a Map<String, Value>,
    cpus: Vec<i64>,
    options: BTreeMap<String, String>,
}

impl Asked<'_> {
    /// None if a field is missing or has another type than the protocol says.
    fn parse(request: &Map<String, Value>) -> Option<Asked<'_>> {
        let option = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        Some(Asked {
            workload: request.get("workload")?.as_str()?,
            params: request.get("params")?.as_object()?,
            cpus: request.get("cpus")?.as_array()?.iter().map(Value::as_i64).collect::<Option<_>>()?,
            options: request.get("options")?.as_object()?.iter().map(option).collect::<Option<_>>()?,
        })
    }
}
