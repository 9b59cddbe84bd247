//! Makes a daemon equal to a file: a `swanctl.conf`, TOML or YAML, by the end of its name.
//!
//! ```sh
//! printf '[connections.vici-example-a]\nremote_addrs = ["192.0.2.4"]\n' > /tmp/wanted.toml
//! cargo run --example reconcile -- /tmp/wanted.toml --prefix vici-example- || echo there is drift
//! cargo run --example reconcile -- /tmp/wanted.toml --prefix vici-example- --state /tmp/state --apply
//! cargo run --example reconcile -- /tmp/wanted.toml --prefix vici-example- --state /tmp/state
//! ```
//!
//! Without `--apply` it prints what it would do, and ends with the status 2 if that is anything. With
//! `--prefix` it leaves alone what has other names. `--state` is a file in which it remembers what it has
//! loaded, so that it sees changes of what a daemon does not list. In TOML and YAML the sections are
//! `connections`, `pools`, `authorities` and the lists `secrets`, `certs`, `keys` and `tokens`, with the
//! keys of the requests.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use vici_client::Client;
use vici_control::{Config, Loaded, Memory, OnRefusal, Plan, Scope};

/// The status that tells that the daemon is not as wanted.
const DRIFT: u8 = 2;

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let mut path = None;
    let mut state = None;
    let mut scope = Scope::all();
    let mut apply = false;
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--apply" => apply = true,
            "--prefix" => scope = scope.prefix(arguments.next().ok_or("--prefix what?")?),
            "--state" => state = Some(arguments.next().ok_or("--state in which file?")?),
            option if option.starts_with('-') => {
                return Err(format!("there is no option {option}").into());
            }
            _ => path = Some(argument),
        }
    }
    let config = read(Path::new(&path.ok_or("give the file with what is wanted")?))?;
    let mut memory = match &state {
        Some(state) if Path::new(state).exists() => serde_json::from_slice(&fs::read(state)?)?,
        _ => Memory::new(),
    };

    let mut client = Client::connect_env()?;
    let loaded = Loaded::ask(&mut client)?;
    let plan = Plan::new(&config, &loaded, &memory, &scope);
    print!("{plan}");
    if !apply {
        let status = if plan.is_empty() { 0 } else { DRIFT };
        return Ok(ExitCode::from(status));
    }

    let report = plan.apply(&mut client, &mut memory, OnRefusal::GoOn);
    if let Some(state) = state {
        write(&state, &serde_json::to_vec(&memory)?)?;
    }
    for (step, error) in report.failures(&plan) {
        eprintln!("{step}: {error}");
    }
    println!("{report}");
    Ok(if report.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read(path: &Path) -> Result<Config, Box<dyn Error>> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => Ok(toml::from_str(&fs::read_to_string(path)?)?),
        Some("yaml" | "yml") => Ok(serde_yaml_ng::from_str(&fs::read_to_string(path)?)?),
        _ => Ok(Config::read(path)?),
    }
}

/// Writes a file that nobody else may read, at once or not at all.
fn write(path: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let new = format!("{path}.new");
    let _ = fs::remove_file(&new);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&new)?.write_all(bytes)?;
    fs::rename(&new, path)?;
    Ok(())
}
