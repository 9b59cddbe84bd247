//! Clients over a Unix socket, each in a process of its own, and the server in another.

#[cfg(feature = "peers")]
mod asynchronous;
mod ours;
#[cfg(feature = "peers")]
mod peers;
mod server;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) use self::server::serve;
use crate::allocations::Allocations;
use crate::strace;

/// What the process of the server does.
pub(crate) const SERVE: &str = "serve";

/// What the process of a client does.
pub(crate) const CLIENT: &str = "client";

/// How many events there are, and how many calls.
pub(crate) const COUNT: usize = 10_000;

/// How many events there are when it is about what does not depend on it.
const FEW: usize = 1000;

/// Of so many runs the best counts: the machine may have other things to do.
const RUNS: usize = 7;

type Failure = Box<dyn std::error::Error>;

/// A client and what it is called: it gets the path of the socket and how often to call, and returns
/// how many events or answers have come.
type Way = (&'static str, fn(&str, usize) -> Result<usize, Failure>);

/// What a client needs for all of its events or calls.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) work: &'static str,
    pub(crate) way: &'static str,
    pub(crate) time: Duration,
    pub(crate) cpu: Duration,
    /// The most memory that the process had, in kilobytes.
    pub(crate) peak: u64,
    /// The same where the work is a tenth.
    pub(crate) peak_of_few: u64,
    pub(crate) allocations: u64,
    pub(crate) allocated: u64,
    /// How many system calls the process made.
    pub(crate) system_calls: u64,
}

/// The work of reading events.
pub(crate) const EVENTS: &str = "10,000 events";
const CALLS: &str = "10,000 calls";

/// The work of as many calls, which tasks make at the same time.
#[cfg(feature = "peers")]
pub(crate) const CALLS_AT_ONCE: &str = "10,000 calls, 50 at once";

/// How many tasks there are.
#[cfg(feature = "peers")]
const AT_ONCE: usize = 50;

fn ways() -> Vec<(&'static str, Way)> {
    let mut ways: Vec<(&str, Way)> = ours::EVENTS.map(|way| (EVENTS, way)).to_vec();
    #[cfg(feature = "peers")]
    {
        ways.extend(asynchronous::EVENTS.map(|way| (EVENTS, way)));
        ways.extend(peers::EVENTS.map(|way| (EVENTS, way)));
    }
    ways.extend(ours::CALLS.map(|way| (CALLS, way)));
    #[cfg(feature = "peers")]
    {
        ways.extend(asynchronous::CALLS.map(|way| (CALLS, way)));
        ways.extend(peers::CALLS.map(|way| (CALLS, way)));
        ways.extend(asynchronous::CALLS_AT_ONCE.map(|way| (CALLS_AT_ONCE, way)));
        ways.extend(peers::CALLS_AT_ONCE.map(|way| (CALLS_AT_ONCE, way)));
    }
    ways
}

/// Measures every client.
pub(crate) fn measure() -> Result<Vec<Cost>, String> {
    let many = Server::start(COUNT)?;
    let few = Server::start(FEW)?;
    let mut costs = Vec::new();
    for (index, (work, (way, _))) in ways().into_iter().enumerate() {
        let mut best: Option<Cost> = None;
        for _ in 0..RUNS {
            let run = run_client(index, work, way, &many, COUNT)?;
            best = Some(match best {
                None => run,
                Some(best) => Cost {
                    time: best.time.min(run.time),
                    cpu: best.cpu.min(run.cpu),
                    ..best
                },
            });
        }
        let peak_of_few = run_client(index, work, way, &few, FEW)?.peak;
        let system_calls = count_system_calls(index, &many)?;
        costs.extend(best.map(|best| Cost {
            peak_of_few,
            system_calls,
            ..best
        }));
    }
    Ok(costs)
}

fn run_client(
    index: usize,
    work: &'static str,
    way: &'static str,
    server: &Server,
    count: usize,
) -> Result<Cost, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args([CLIENT, &index.to_string(), &count.to_string()])
        .arg(server.socket())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<u64> = text
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    let [time, cpu, peak, allocations, allocated] = numbers[..] else {
        return Err(format!("{work}, {way}: {text}"));
    };
    Ok(Cost {
        work,
        way,
        time: Duration::from_nanos(time),
        cpu: Duration::from_nanos(cpu),
        peak,
        peak_of_few: peak,
        allocations,
        allocated,
        system_calls: 0,
    })
}

/// How many system calls the process of a client makes, those of its start included.
fn count_system_calls(index: usize, server: &Server) -> Result<u64, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = server.folder.join("strace");
    let status = strace::counting(&output)
        .arg(program)
        .args([CLIENT, &index.to_string(), &COUNT.to_string()])
        .arg(server.socket())
        .stdout(Stdio::null())
        .status()
        .map_err(|error| format!("strace: {error}"))?;
    if !status.success() {
        return Err(format!("the client {index} below strace: {status}"));
    }
    strace::total(&output)
}

/// What the process of a client does: it prints nanoseconds of time and of the processor, the peak of
/// memory in kilobytes, allocations and bytes.
pub(crate) fn client(index: usize, count: usize, socket: &str) -> Result<(), String> {
    let ways = ways();
    let (_, (_, run)) = ways.get(index).ok_or("there is no such client")?;
    let cpu = cpu()?;
    let start = Instant::now();
    let mut came = Ok(0);
    let allocations = Allocations::during(|| came = run(socket, count));
    let time = start.elapsed().as_nanos();
    let cpu = self::cpu()? - cpu;
    if came.map_err(|error| error.to_string())? != count {
        return Err("events are missing".to_owned());
    }
    println!(
        "{time} {cpu} {} {} {}",
        peak()?,
        allocations.count(),
        allocations.bytes
    );
    Ok(())
}

/// Nanoseconds that the threads of this process have run.
pub(crate) fn cpu() -> Result<u64, String> {
    Ok(cpu_of_threads()?.max(cpu_of_all()?))
}

/// The same with the threads that have ended, in hundredths of a second.
fn cpu_of_all() -> Result<u64, String> {
    let text = fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
    // Behind the name of the program, which may hold spaces.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|word| word.parse::<u64>().ok()).sum();
    Ok(ticks * 10_000_000)
}

fn cpu_of_threads() -> Result<u64, String> {
    let mut sum = 0;
    for task in fs::read_dir("/proc/self/task").map_err(|error| error.to_string())? {
        let path = task
            .map_err(|error| error.to_string())?
            .path()
            .join("schedstat");
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        let nanos = text
            .split(' ')
            .next()
            .and_then(|word| word.parse::<u64>().ok());
        sum += nanos.ok_or("the kernel does not count the time of threads")?;
    }
    Ok(sum)
}

/// The most memory that this process had, in kilobytes.
fn peak() -> Result<u64, String> {
    let text = fs::read_to_string("/proc/self/status").map_err(|error| error.to_string())?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    peak.ok_or_else(|| "the kernel does not tell the peak of memory".to_owned())
}

/// The process of a server, which ends with this.
pub(crate) struct Server {
    process: Child,
    folder: PathBuf,
}

impl Server {
    pub(crate) fn start(events: usize) -> Result<Self, String> {
        let folder = env::temp_dir().join(format!("vici-benches-{}-{events}", std::process::id()));
        Self::start_in(folder, events).map_err(|error| format!("the server: {error}"))
    }

    fn start_in(folder: PathBuf, events: usize) -> Result<Self, Failure> {
        fs::create_dir(&folder)?;
        let process = Command::new(env::current_exe()?)
            .args([SERVE, &events.to_string()])
            .arg(socket(&folder))
            .stdout(Stdio::piped())
            .spawn()?;
        let mut server = Self { process, folder };
        let output = server.process.stdout.take().ok_or("it has no output")?;
        BufReader::new(output).read_line(&mut String::new())?;
        Ok(server)
    }

    pub(crate) fn socket(&self) -> PathBuf {
        socket(&self.folder)
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("charon.vici")
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
