//! The clients of a server: `concbench load`, the same generator that all models are asked by, as a
//! process of its own on other CPUs than the server's where there are any.
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::io::AsRawFd;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::{env, fmt};

use serde_json::Value;

use crate::echo::Load;
use crate::probe::{Observer, Probe};

/// Their process, which ends with it.
pub struct Clients {
    process: Child,
    output: BufReader<ChildStdout>,
}

/// What a server has of them: its ends of the connections, and what has them send their requests.
pub struct Served {
    pub sockets: Vec<TcpStream>,
    pub starter: Starter,
}

pub struct Starter(ChildStdin);

impl Starter {
    /// If nobody reads it any more, `finish` finds out.
    pub fn begin(mut self) {
        let _ = self.0.write_all(b"go\n");
    }
}

impl Clients {
    /// Returns once all connections are established, and wait. The clients run on the free CPUs, if
    /// there are any.
    pub fn connect(load: &Load, free_cpus: &[usize]) -> Result<(Clients, Served), String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let mut process = generator(load, port, free_cpus).map_err(failed)?;
        let input = process.stdin.take().expect("it is a pipe");
        let output = BufReader::new(process.stdout.take().expect("it is a pipe"));
        let mut clients = Clients { process, output };
        let sockets = clients.accept_all(&listener, load.connections).map_err(failed)?;
        match clients.read_line()?.as_str() {
            "ready" => Ok((clients, Served { sockets, starter: Starter(input) })),
            other => Err(failed(format!("they said \"{other}\""))),
        }
    }

    fn accept_all(&mut self, listener: &TcpListener, connections: u64) -> io::Result<Vec<TcpStream>> {
        let mut sockets = Vec::new();
        while (sockets.len() as u64) < connections {
            if wait_for_one(listener)? {
                let (socket, _) = listener.accept()?;
                socket.set_nodelay(true)?;
                sockets.push(socket);
            } else if self.process.try_wait()?.is_some() {
                return Err(io::Error::new(io::ErrorKind::Other, "their process ended early"));
            }
        }
        Ok(sockets)
    }

    /// Takes down, once all connections have been served, what the clients noticed. They judge
    /// whether each reply was right.
    pub fn finish(mut self, observer: &Observer) -> Result<(), String> {
        let line = self.read_line()?;
        let status = self.process.wait().map_err(failed)?;
        let report = serde_json::from_str(&line).map_err(failed)?;
        if !status.success() {
            return Err(failed(status));
        }
        if let Some(probe) = observer {
            note(&report, probe).ok_or_else(|| failed(format!("they said \"{line}\"")))?;
        }
        Ok(())
    }

    /// The next line of what they say; an empty one if they have ended.
    fn read_line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(failed)?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        // Neither is possible, nor needed, if it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn failed(why: impl fmt::Display) -> String {
    format!("the clients failed: {why}")
}

/// The program beside this one.
fn generator(load: &Load, port: u16, free_cpus: &[usize]) -> io::Result<Child> {
    let mut command = Command::new(env::current_exe()?.with_file_name("concbench"));
    command.arg("load").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut option = |name: &str, value: &dyn fmt::Display| {
        command.arg(format!("--{name}={value}"));
    };
    option("port", &port);
    option("connections", &load.connections);
    option("requests", &load.requests);
    option("rate", &load.rate);
    option("bytes", &load.bytes);
    if !free_cpus.is_empty() {
        let list: Vec<_> = free_cpus.iter().map(usize::to_string).collect();
        option("cpus", &list.join(","));
        command.arg("--spin");
    }
    command.spawn()
}

/// Whether somebody wants to connect; false if nobody did for a while.
fn wait_for_one(listener: &TcpListener) -> io::Result<bool> {
    const PATIENCE_MS: libc::c_int = 100;
    let mut asked = libc::pollfd { fd: listener.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: the one structure is there.
    match unsafe { libc::poll(&mut asked, 1, PATIENCE_MS) } {
        ready if ready >= 0 => Ok(ready > 0),
        _ => Err(io::Error::last_os_error()),
    }
}

/// None if the report is not what the protocol says.
fn note(report: &Value, probe: &Probe) -> Option<()> {
    for pair in report["latency"].as_array()? {
        probe.add_to_bucket(pair[0].as_u64()? as usize, pair[1].as_u64()?);
    }
    probe.sum("load_latency_ns", report["latency_ns"].as_u64()?);
    probe.sum("load_late_ns", report["late_ns"].as_u64()?);
    Some(())
}
