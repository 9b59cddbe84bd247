//! Many connections loaded into a real daemon from the text of a `swanctl.conf`.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use vici_client::{Client, Config};
use vici_control::settings::Folder;
use vici_control::swanctl::Reader;
use vici_control::{Loaded, Memory, OnRefusal, Plan, Scope};
use vici_types::Version;

use crate::daemon::{Daemon, Failure, path};
use crate::end_to_end;

/// What the process of a client does.
pub(crate) const CLIENT: &str = "load-client";

/// How many connections there are.
pub(crate) const COUNT: usize = 10_000;

/// Of so many runs the best counts, each on a daemon of its own.
const RUNS: usize = 5;

/// What is done, and all of it in the end.
pub(crate) const STEPS: [&str; 5] = [
    "reading the text",
    "asking the daemon, and planning",
    "applying the plan",
    ALL,
    FRAMES,
];

pub(crate) const ALL: &str = "all of it";
pub(crate) const FRAMES: &str = "the same requests, encoded before";

/// What a step takes: its time, and the time of the processor in the client.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) step: &'static str,
    pub(crate) time: Duration,
    pub(crate) cpu: Duration,
}

/// Measures each step, on daemons of its own. Needs root, and what daemons/prepare makes.
pub(crate) fn measure() -> Result<Vec<Cost>, String> {
    let mut best: Vec<Cost> = Vec::new();
    for _ in 0..RUNS {
        let mut costs = Vec::new();
        for raw in ["", "raw"] {
            let daemon = Daemon::start(false)?;
            let text = daemon.run(&[], &[CLIENT, &daemon.uri(), raw])?;
            let numbers: Result<Vec<u64>, _> = text.split_whitespace().map(str::parse).collect();
            let numbers = numbers.map_err(|_| format!("{text} is not numbers"))?;
            costs.extend(numbers.chunks_exact(2).map(|lap| (lap[0], lap[1])));
        }
        let nanos = Duration::from_nanos;
        let costs = STEPS.into_iter().zip(costs);
        let costs: Vec<Cost> = costs
            .map(|(step, (time, cpu))| Cost {
                step,
                time: nanos(time),
                cpu: nanos(cpu),
            })
            .collect();
        if best.is_empty() {
            best.clone_from(&costs);
        }
        for (best, cost) in best.iter_mut().zip(costs) {
            best.time = best.time.min(cost.time);
            best.cpu = best.cpu.min(cost.cpu);
        }
    }
    Ok(best)
}

/// What the process of a client does: for each step it prints the nanoseconds, and those of the processor.
pub(crate) fn client(uri: &str, raw: bool) -> Result<(), String> {
    let run = if raw { send_frames } else { load };
    run(uri).map_err(|error| error.to_string())
}

/// Time and processor, since this was made.
struct Clock(Instant, u64);

impl Clock {
    fn new() -> Result<Self, Failure> {
        Ok(Self(Instant::now(), end_to_end::cpu()?))
    }

    fn lap(&self) -> Result<(), Failure> {
        println!(
            "{} {}",
            self.0.elapsed().as_nanos(),
            end_to_end::cpu()? - self.1
        );
        Ok(())
    }
}

fn load(uri: &str) -> Result<(), Failure> {
    let mut client = connect(uri)?;
    let files = Folder::from([("/swanctl.conf", text())]);
    let all = Clock::new()?;
    let clock = Clock::new()?;
    let config = Reader::new().files(&files).read("/swanctl.conf")?;
    clock.lap()?;
    let clock = Clock::new()?;
    let loaded = Loaded::ask(&mut client)?;
    let mut memory = Memory::new();
    let plan = Plan::new(&config, &loaded, &memory, &Scope::all());
    clock.lap()?;
    let clock = Clock::new()?;
    let report = plan.apply(&mut client, &mut memory, OnRefusal::Stop);
    clock.lap()?;
    all.lap()?;
    if !report.is_complete() || report.outcomes.len() != COUNT {
        return Err(report.to_string().into());
    }
    Ok(())
}

fn send_frames(uri: &str) -> Result<(), Failure> {
    let files = Folder::from([("/swanctl.conf", text())]);
    let config = Reader::new().files(&files).read("/swanctl.conf")?;
    let mut memory = Memory::new();
    let plan = Plan::new(&config, &Loaded::default(), &memory, &Scope::all());
    let mut recorder = Client::new(Recorder::default());
    let report = plan.apply(&mut recorder, &mut memory, OnRefusal::Stop);
    if !report.is_complete() {
        return Err(report.to_string().into());
    }
    drop(connect(uri)?);
    let mut stream = UnixStream::connect(path(uri))?;
    let mut answer = [0; DONE.len()];
    let clock = Clock::new()?;
    for frame in recorder.into_inner().frames {
        stream.write_all(&frame)?;
        stream.read_exact(&mut answer)?;
        if answer != *DONE {
            return Err(format!("the daemon says {}", answer.escape_ascii()).into());
        }
    }
    clock.lap()
}

/// A client of a daemon that has started.
fn connect(uri: &str) -> Result<Client, Failure> {
    let config = Config::from_uri(uri)?.connect_limit(Duration::from_secs(20));
    let mut client = config.connect()?;
    client.call(&Version::new())?;
    Ok(client)
}

/// Connections as they are between sites.
fn text() -> String {
    let mut text = "connections {\n".to_owned();
    for number in 0..COUNT {
        let (high, low) = (number / 250, number % 250);
        let _ = write!(
            text,
            "  site-{number} {{
    version = 2
    local_addrs = 192.0.2.1
    remote_addrs = 198.51.{high}.{low}
    proposals = aes256-sha256-modp2048
    dpd_delay = 30s
    local {{
      auth = psk
      id = moon.example.org
    }}
    remote {{
      auth = psk
      id = site-{number}.example.org
    }}
    children {{
      net {{
        local_ts = 10.0.0.0/16
        remote_ts = 10.1.{low}.0/24
        esp_proposals = aes256gcm16-modp2048
        rekey_time = 1h
      }}
    }}
  }}
"
        );
    }
    text + "}\n"
}

/// What a daemon answers where it has done something.
const DONE: &[u8; 19] = b"\0\0\0\x0f\x01\x03\x07success\0\x03yes";

/// A daemon that says yes to all, and keeps the frames.
#[derive(Default)]
struct Recorder {
    frames: Vec<Vec<u8>>,
    partial: Vec<u8>,
    answers: Vec<u8>,
}

impl Write for Recorder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.partial.extend_from_slice(bytes);
        while let Some(length) = self.partial.first_chunk() {
            let end = 4 + u32::from_be_bytes(*length) as usize;
            if self.partial.len() < end {
                break;
            }
            let rest = self.partial.split_off(end);
            self.frames.push(std::mem::replace(&mut self.partial, rest));
            self.answers.extend_from_slice(DONE);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Recorder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.answers.len());
        buffer[..length].copy_from_slice(&self.answers[..length]);
        self.answers.drain(..length);
        Ok(length)
    }
}
