//! Instructions, counted by valgrind: the same in every run.

use std::env;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use crate::case::Case;

/// What the process does that runs under valgrind.
pub(crate) const RUN: &str = "run-case";

/// How often a case runs more in the second run than in the first.
const MORE: u64 = 10;

/// The instructions of one iteration of each case, on as many processors as there are.
pub(crate) fn count(cases: &[(usize, &Case)]) -> Result<Vec<u64>, String> {
    let next = AtomicUsize::new(0);
    let counts = Mutex::new(vec![Ok(0); cases.len()]);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let place = next.fetch_add(1, Relaxed)
                    && let Some((index, case)) = cases.get(place)
                {
                    let count = count_one(*index, case);
                    if let Ok(mut counts) = counts.lock() {
                        counts[place] = count;
                    }
                }
            });
        }
    });
    counts
        .into_inner()
        .map_err(|error| error.to_string())?
        .into_iter()
        .collect()
}

/// What the process under valgrind runs.
pub(crate) fn run(case: &Case, iterations: u64) {
    let (_, mut run) = case.prepare();
    for _ in 0..iterations {
        run();
    }
}

fn count_one(index: usize, case: &Case) -> Result<u64, String> {
    // The large ones take their time, and one time is like the other.
    let more = if case.input.contains("500 kB") || case.is_hostile() {
        1
    } else {
        MORE
    };
    let first = collect(index, 1)?;
    let second = collect(index, 1 + more)?;
    Ok((second - first) / more)
}

fn collect(index: usize, iterations: u64) -> Result<u64, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([RUN, &index.to_string(), &iterations.to_string()])
        .output()
        .map_err(|error| format!("valgrind, which has to be installed: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text
        .lines()
        .find_map(|line| line.split("Collected : ").nth(1)?.trim().parse().ok());
    collected.ok_or_else(|| format!("valgrind ({}): {text}", output.status))
}
