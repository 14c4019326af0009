//! The workloads by their names, with parameters and ranges as their headers in workloads/ have them.
use std::time::Duration;

use serde_json::{Map, Value};

use crate::echo::{Echo, Load};
use crate::fans::{Grain, Mandelbrot, Spawn};
use crate::heat::Heat;
use crate::hold::Hold;
use crate::messages::Messages;
use crate::mutex::Contend;
use crate::recipes::{Block, Chef};
use crate::ring::{Place, Ring};
use crate::sleepers::Sleepers;
use crate::trees::{Fib, Integrate, NQueens, Skynet};
use crate::uts::{self, Uts};
use crate::work::Pace;

/// What a model is to run.
pub enum Workload {
    Fib(Fib),
    Skynet(Skynet),
    NQueens(NQueens),
    Uts(Uts),
    Integrate(Integrate),
    Spawn(Spawn),
    Grain(Grain),
    Mandelbrot(Mandelbrot),
    Ring(Ring, Place),
    Messages(Messages),
    Yield(Yield),
    Mutex(Contend),
    Hold(Hold),
    Sleepers(Sleepers),
    Chef(Chef),
    Block(Block),
    Heat(Heat),
    Echo(Echo),
}

/// Tasks that only give way to each other.
#[derive(Clone, Copy)]
pub struct Yield {
    pub tasks: u64,
    pub yields: u64,
}

pub const NAMES: [&str; 21] = [
    "fib",
    "skynet",
    "nqueens",
    "uts",
    "integrate",
    "spawn",
    "grain",
    "mandelbrot",
    "ping_pong",
    "ring",
    "spsc",
    "mpsc",
    "mpmc",
    "yield",
    "mutex",
    "hold",
    "sleepers",
    "chef",
    "block",
    "heat",
    "echo",
];

/// The named workload with its parameters; an error says what does not fit. A parameter that is not
/// known is refused, not ignored: it could change what is measured.
pub fn parse(name: &str, given: &Map<String, Value>) -> Result<Workload, String> {
    let mut params = Params { workload: name, given, known: Vec::new() };
    let workload = params.workload()?;
    match given.keys().find(|key| !params.known.contains(&key.as_str())) {
        Some(stranger) => Err(format!("{name} has no parameter \"{stranger}\"")),
        None => Ok(workload),
    }
}

struct Params<'a> {
    workload: &'a str,
    given: &'a Map<String, Value>,
    known: Vec<&'static str>,
}

impl<'a> Params<'a> {
    fn workload(&mut self) -> Result<Workload, String> {
        Ok(match self.workload {
            "fib" => Workload::Fib(Fib { n: self.number("n", 0, 60)? as usize }),
            "skynet" => Workload::Skynet(self.skynet()?),
            "nqueens" => Workload::NQueens(NQueens { n: self.number("n", 1, 16)? as u32 }),
            "uts" => Workload::Uts(Uts::new(self.word("tree", &uts::NAMES)?)),
            "integrate" => Workload::Integrate(Integrate { n: self.number("n", 1, 10_000)? as f64 }),
            "spawn" => Workload::Spawn(Spawn { n: self.number("n", 1, 1_000_000_000)? }),
            "grain" => {
                let tasks = self.number("tasks", 1, 1_000_000_000)?;
                Workload::Grain(Grain::new(tasks, Duration::from_nanos(self.number("ns", 0, 1_000_000)?)))
            }
            "mandelbrot" => Workload::Mandelbrot(Mandelbrot {
                n: self.number("n", 1, 16_384)?,
                limit: self.number("limit", 1, 1_000_000)?,
            }),
            "ping_pong" => {
                let places = [Place::Any, Place::Same, Place::Cross];
                let place = places[self.word("place", &["any", "same", "cross"])?];
                Workload::Ring(Ring { tasks: 2, hops: self.hops()? }, place)
            }
            "ring" => {
                let tasks = self.number("tasks", 2, 10_000_000)?;
                Workload::Ring(Ring { tasks, hops: self.hops()? }, Place::Any)
            }
            "spsc" => Workload::Messages(self.messages(1, 1)?),
            "mpsc" => {
                let producers = self.peers("producers")?;
                Workload::Messages(self.messages(producers, 1)?)
            }
            "mpmc" => {
                let (producers, consumers) = (self.peers("producers")?, self.peers("consumers")?);
                Workload::Messages(self.messages(producers, consumers)?)
            }
            "yield" => Workload::Yield(Yield {
                tasks: self.number("tasks", 1, 10_000_000)?,
                yields: self.number("yields", 1, 1_000_000_000)?,
            }),
            "mutex" => Workload::Mutex(Contend {
                tasks: self.number("tasks", 1, 1_000_000)?,
                sections: self.number("sections", 1, 1_000_000_000)?,
            }),
            "hold" => Workload::Hold(Hold {
                n: self.number("n", 1, 100_000_000)?,
                touch: self.number("touch", 0, 1 << 20)?,
            }),
            "sleepers" => Workload::Sleepers(Sleepers {
                n: self.number("n", 1, 10_000_000)?,
                first_us: self.number("first_us", 0, 60_000_000)?,
                span_us: self.number("span_us", 0, 60_000_000)?,
            }),
            "chef" => Workload::Chef(Chef {
                dishes: self.number("dishes", 1, 1_000_000)?,
                chop: self.microseconds("chop_us", 1_000_000)?,
                boil: self.microseconds("boil_us", 10_000_000)?,
                pace: Pace::measure(),
            }),
            "block" => Workload::Block(Block {
                blockers: self.number("blockers", 0, 100_000)?,
                computers: self.number("computers", 1, 100_000)?,
                rounds: self.number("rounds", 1, 1_000_000)?,
                call: self.microseconds("call_us", 1_000_000)?,
                compute: self.microseconds("compute_us", 1_000_000)?,
                pace: Pace::measure(),
            }),
            "heat" => Workload::Heat(Heat {
                tasks: self.number("tasks", 1, 100_000)?,
                cells: self.number("cells", 1, 10_000_000)?,
                phases: self.number("phases", 1, 1_000_000)?,
            }),
            "echo" => Workload::Echo(self.echo()?),
            unknown => return Err(format!("there is no workload \"{unknown}\"")),
        })
    }

    fn skynet(&mut self) -> Result<Skynet, String> {
        let leaves = self.number("leaves", 1, 1_000_000_000)?;
        let branching = self.number("branching", 2, 1000)?;
        let mut powers = std::iter::successors(Some(1), |power| Some(power * branching));
        if powers.find(|&power| power >= leaves) != Some(leaves) {
            return Err("skynet.leaves must be a power of skynet.branching".into());
        }
        Ok(Skynet { leaves, branching })
    }

    fn hops(&mut self) -> Result<u64, String> {
        self.number("hops", 1, 1_000_000_000)
    }

    fn peers(&mut self, name: &'static str) -> Result<u64, String> {
        self.number(name, 1, 1_000_000)
    }

    fn messages(&mut self, producers: u64, consumers: u64) -> Result<Messages, String> {
        let capacity = self.number("capacity", 0, 1_000_000)? as usize;
        let count = self.number("messages", 1, 1_000_000_000)?;
        Ok(Messages { producers, consumers, capacity, count })
    }

    fn echo(&mut self) -> Result<Echo, String> {
        let load = Load {
            connections: self.number("connections", 1, 1_000_000)?,
            requests: self.number("requests", 1, 1_000_000_000)?,
            rate: self.number("rate", 0, 10_000_000)?,
            bytes: self.number("bytes", 8, 65_536)? as usize,
        };
        let slow_permille = self.number("slow_permille", 0, 1000)?;
        let slow = self.microseconds("slow_us", 1_000_000)?;
        Ok(Echo { load, slow_permille, slow, pace: Pace::measure() })
    }

    fn microseconds(&mut self, name: &'static str, high: u64) -> Result<Duration, String> {
        self.number(name, 0, high).map(Duration::from_micros)
    }

    /// A whole number from low to high.
    fn number(&mut self, name: &'static str, low: u64, high: u64) -> Result<u64, String> {
        let value = self.value(name)?;
        let number = value.as_u64().filter(|number| (low..=high).contains(number));
        number.ok_or_else(|| self.misfit(name, value, &format!("a whole number from {low} to {high}")))
    }

    /// The index of one of the words.
    fn word(&mut self, name: &'static str, choices: &[&str]) -> Result<usize, String> {
        let value = self.value(name)?;
        let index = choices.iter().position(|choice| value == choice);
        index.ok_or_else(|| self.misfit(name, value, &format!("one of {}", choices.join(", "))))
    }

    fn value(&mut self, name: &'static str) -> Result<&'a Value, String> {
        self.known.push(name);
        self.given.get(name).ok_or_else(|| format!("{}.{name} is missing", self.workload))
    }

    fn misfit(&self, name: &str, value: &Value, fitting: &str) -> String {
        format!("{}.{name}={value}: must be {fitting}", self.workload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(name: &str, params: Value) -> String {
        parse(name, params.as_object().unwrap()).err().unwrap_or_default()
    }

    #[test]
    fn every_name_is_known() {
        for name in NAMES {
            assert!(refusal(name, json!({})).contains("is missing"), "{name}");
        }
        assert!(refusal("sorting", json!({})).contains("\"sorting\""));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (name, params, named) in [
            ("fib", json!({"n": 61}), "fib.n=61: must be a whole number from 0 to 60"),
            ("fib", json!({"n": -1}), "fib.n=-1"),
            ("fib", json!({"n": "3"}), "fib.n"),
            ("fib", json!({"n": 1.5}), "fib.n"),
            ("fib", json!({"n": 1, "m": 1}), "fib has no parameter \"m\""),
            ("uts", json!({"tree": "T2"}), "one of tiny, small, T1, T3, T5"),
            ("skynet", json!({"leaves": 11, "branching": 10}), "skynet.leaves must be a power"),
        ] {
            let reason = refusal(name, params);
            assert!(reason.contains(named), "{reason}");
        }
        assert_eq!(refusal("skynet", json!({"leaves": 1, "branching": 10})), "");
    }
}
