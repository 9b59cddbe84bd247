//! All that is measured of a case.

use std::time::{Duration, Instant};

use crate::allocations::Allocations;
use crate::callgrind;
use crate::case::Case;

/// What one iteration of a case costs.
pub(crate) struct Cost<'a> {
    pub(crate) case: &'a Case,
    pub(crate) len: usize,
    /// Zero if time was not measured.
    pub(crate) time: Duration,
    pub(crate) instructions: u64,
    pub(crate) allocations: Allocations,
}

impl Cost<'_> {
    pub(crate) fn per_byte(&self) -> f64 {
        self.instructions as f64 / self.len as f64
    }
}

/// Measures the cases at these places in [`case::all`](crate::case::all), with time or without.
pub(crate) fn measure<'a>(
    cases: &[(usize, &'a Case)],
    with_time: bool,
) -> Result<Vec<Cost<'a>>, String> {
    let mut costs = Vec::new();
    for (_, case) in cases {
        let (len, mut run) = case.prepare();
        // Once before, for what is set up only once.
        run();
        costs.push(Cost {
            case,
            len,
            allocations: Allocations::during(&mut run),
            time: if with_time {
                time(&mut run)
            } else {
                Duration::ZERO
            },
            instructions: 0,
        });
    }
    let counts = callgrind::count(cases)?;
    for (cost, count) in costs.iter_mut().zip(counts) {
        cost.instructions = count;
    }
    Ok(costs)
}

/// The time of one iteration, in the best of nine batches.
fn time(run: &mut dyn FnMut()) -> Duration {
    const BATCH: Duration = Duration::from_millis(10);
    let mut iterations = 1;
    loop {
        let time = batch(run, iterations);
        if time >= BATCH {
            break;
        }
        iterations *= 2;
    }
    let best = (0..9).map(|_| batch(run, iterations)).min();
    best.unwrap_or_default() / iterations
}

fn batch(run: &mut dyn FnMut(), iterations: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..iterations {
        run();
    }
    start.elapsed()
}
