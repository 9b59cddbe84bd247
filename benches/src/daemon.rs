//! Clients on a real daemon, over its Unix socket and over TCP: the time and the system calls of one
//! call.

use std::env;
use std::fs;
use std::hint::black_box;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use vici_client::{Client, Config};
use vici_types::{Conn, ConnAuth, ListConns, LoadConn, Version};

use crate::strace;

/// The work of a single call.
pub(crate) const CALL: &str = "call";

/// What the process of a client does.
pub(crate) const CLIENT: &str = "daemon-client";

/// The daemon that is measured with.
const GENERATION: &str = "bookworm";

/// So many calls are timed, in the best of so many runs.
const CALLS: usize = 5000;
const RUNS: usize = 5;

/// So many calls are counted, beyond those of a shorter run.
const COUNTED: usize = 1000;

pub(crate) type Failure = Box<dyn std::error::Error>;

/// What a client does, so many times, and whether it can over TCP.
struct Way {
    work: &'static str,
    name: &'static str,
    tcp: bool,
    run: fn(&str, usize) -> Result<(), Failure>,
}

const fn way(
    work: &'static str,
    name: &'static str,
    tcp: bool,
    run: fn(&str, usize) -> Result<(), Failure>,
) -> Way {
    Way {
        work,
        name,
        tcp,
        run,
    }
}

fn ways() -> Vec<Way> {
    vec![
        way(CALL, "vici", true, |uri, count| {
            calls(&Config::from_uri(uri)?, count)
        }),
        way(CALL, "vici, with a deadline", true, |uri, count| {
            calls(
                &Config::from_uri(uri)?.timeout(Duration::from_secs(5)),
                count,
            )
        }),
        way(CALL, "nothing but writing and reading", false, raw_calls),
        #[cfg(feature = "peers")]
        way(CALL, "vici async", true, |uri, count| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let client = Config::from_uri(uri)?.connect_async().await?;
                for _ in 0..count {
                    black_box(&client.call(&Version::new()).await?);
                }
                Ok(())
            })
        }),
        #[cfg(feature = "peers")]
        way(CALL, "rsvici", false, |uri, count| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build()?;
            runtime.block_on(async {
                let mut client = rsvici::unix::connect(path(uri)).await?;
                for _ in 0..count {
                    let version: serde::de::IgnoredAny = client.request("version", ()).await?;
                    black_box(&version);
                }
                Ok(())
            })
        }),
        #[cfg(feature = "peers")]
        way(CALL, "rustici", false, |uri, count| {
            let mut client = rustici::Client::connect(path(uri))?;
            for _ in 0..count {
                black_box(&client.call("version", &rustici::Message::new())?);
            }
            Ok(())
        }),
        way("stream of one item", "vici", true, |uri, count| {
            streams(&Config::from_uri(uri)?, count)
        }),
        way(
            "stream of one item",
            "vici, with a deadline",
            true,
            |uri, count| {
                streams(
                    &Config::from_uri(uri)?.timeout(Duration::from_secs(5)),
                    count,
                )
            },
        ),
    ]
}

fn calls(config: &Config, count: usize) -> Result<(), Failure> {
    let mut client = config.connect()?;
    for _ in 0..count {
        black_box(&client.call(&Version::new())?);
    }
    Ok(())
}

fn streams(config: &Config, count: usize) -> Result<(), Failure> {
    let mut client = config.connect()?;
    for _ in 0..count {
        let mut conns = client.stream(&ListConns::new())?;
        if conns.by_ref().count() != 1 {
            return Err("an item is missing".into());
        }
        conns.finish()?;
    }
    Ok(())
}

/// The bytes of one request, and of as many answers.
fn raw_calls(uri: &str, count: usize) -> Result<(), Failure> {
    let mut stream = UnixStream::connect(path(uri))?;
    let mut buffer = [0; 4096];
    for _ in 0..count {
        stream.write_all(b"\0\0\0\x09\0\x07version")?;
        let mut filled = 0;
        loop {
            filled += stream.read(&mut buffer[filled..])?;
            if let Some(length) = buffer[..filled].first_chunk()
                && filled == 4 + u32::from_be_bytes(*length) as usize
            {
                break;
            }
        }
    }
    Ok(())
}

pub(crate) fn path(uri: &str) -> &str {
    uri.strip_prefix("unix://").unwrap_or(uri)
}

/// What one call costs, in microseconds and in system calls.
pub(crate) struct Cost {
    pub(crate) work: &'static str,
    pub(crate) way: &'static str,
    pub(crate) unix: (f64, f64),
    pub(crate) tcp: Option<(f64, f64)>,
}

/// Measures every client, on daemons of its own. Needs root, strace, and what daemons/prepare makes.
pub(crate) fn measure() -> Result<Vec<Cost>, String> {
    let unix = Daemon::start(false)?;
    let tcp = Daemon::start(true)?;
    unix.prepare()?;
    tcp.prepare()?;
    let mut costs = Vec::new();
    for (index, way) in ways().into_iter().enumerate() {
        costs.push(Cost {
            work: way.work,
            way: way.name,
            unix: unix.cost(index)?,
            tcp: if way.tcp {
                Some(tcp.cost(index)?)
            } else {
                None
            },
        });
    }
    Ok(costs)
}

/// What the process of a client does: it prints the nanoseconds that it took, connecting included.
pub(crate) fn client(index: usize, count: usize, uri: &str) -> Result<(), String> {
    let start = Instant::now();
    let Some(way) = ways().into_iter().nth(index) else {
        return prepare(uri).map_err(|error| error.to_string());
    };
    (way.run)(uri, count).map_err(|error| error.to_string())?;
    println!("{}", start.elapsed().as_nanos());
    Ok(())
}

/// Loads what is streamed.
fn prepare(uri: &str) -> Result<(), Failure> {
    let auth = || ConnAuth::new().auth("psk");
    let conn = Conn::new().local(auth()).remote(auth());
    let mut client: Client = Config::from_uri(uri)?
        .connect_limit(Duration::from_secs(20))
        .connect()?;
    client.call(&LoadConn::new("home", conn))?;
    Ok(())
}

/// A process of daemons/charon, which ends with this.
pub(crate) struct Daemon {
    process: Child,
    folder: PathBuf,
    tcp: bool,
}

impl Daemon {
    pub(crate) fn start(tcp: bool) -> Result<Self, String> {
        let folder = env::temp_dir().join(format!("vici-benches-{}-{tcp}", std::process::id()));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../daemons/charon");
        fs::create_dir(&folder).map_err(|error| error.to_string())?;
        // It replaces itself with the script, and the script with the daemon.
        let process = Command::new("unshare")
            .arg("--net")
            .arg(script)
            .args(tcp.then_some("--tcp"))
            .arg(GENERATION)
            .arg(&folder)
            .spawn()
            .map_err(|error| format!("daemons/charon: {error}"))?;
        let mut daemon = Self {
            process,
            folder,
            tcp,
        };
        while !daemon.folder.join("charon.log").exists() {
            if let Ok(Some(status)) = daemon.process.try_wait() {
                return Err(format!("daemons/charon: {status}"));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(daemon)
    }

    pub(crate) fn uri(&self) -> String {
        if self.tcp {
            return "tcp://127.0.0.1:4502".to_owned();
        }
        format!("unix://{}", self.folder.join("charon.vici").display())
    }

    fn prepare(&self) -> Result<(), String> {
        self.call(&[], usize::MAX, 0).map(drop)
    }

    /// Microseconds and system calls.
    fn cost(&self, index: usize) -> Result<(f64, f64), String> {
        let mut best = f64::INFINITY;
        for _ in 0..RUNS {
            let text = self.call(&[], index, CALLS)?;
            let nanos: f64 = text.trim().parse().map_err(|_| text)?;
            best = best.min(nanos / 1000.0 / CALLS as f64);
        }
        let few = self.count(index, 10)?;
        let many = self.count(index, 10 + COUNTED)?;
        Ok((best, (many - few) / COUNTED as f64))
    }

    /// How many system calls the process of a client makes.
    fn count(&self, index: usize, calls: usize) -> Result<f64, String> {
        let output = self.folder.join("strace");
        let strace = strace::command_line(&output);
        let strace: Vec<&str> = strace.iter().map(String::as_str).collect();
        self.call(&strace, index, calls)?;
        Ok(strace::total(&output)? as f64)
    }

    /// Runs the client of so many calls.
    fn call(&self, below: &[&str], index: usize, calls: usize) -> Result<String, String> {
        let (index, calls) = (index.to_string(), calls.to_string());
        self.run(below, &[CLIENT, &index, &calls, &self.uri()])
    }

    /// Runs the process of a client where the daemon is, below another program.
    pub(crate) fn run(&self, below: &[&str], arguments: &[&str]) -> Result<String, String> {
        let program = env::current_exe().map_err(|error| error.to_string())?;
        let output = Command::new("nsenter")
            .arg(format!("--net=/proc/{}/ns/net", self.process.id()))
            .args(below)
            .arg(program)
            .args(arguments)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("nsenter: {error}"))?;
        if !output.status.success() {
            return Err(format!("the client {arguments:?}: {}", output.status));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
