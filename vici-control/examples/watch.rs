//! Shows the tunnels that are up, and what happens to them, over restarts of the daemon, until it is
//! interrupted.
//!
//! ```sh
//! cargo run --example watch        # until it is interrupted
//! cargo run --example watch -- 1   # for a second
//! ```
//!
//! The daemon is asked for bytes and packets at the end only: no event tells of them.

use std::env;
use std::time::{Duration, Instant};

use vici_client::{Config, Error};
use vici_control::Watch;
use vici_control::watch::Change;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let end = match env::args().nth(1) {
        Some(seconds) => Some(Instant::now() + Duration::from_secs(seconds.parse()?)),
        None => None,
    };
    // A daemon that is starting is waited for, and one that does not answer is not.
    let config = Config::from_env()?
        .connect_limit(Duration::from_secs(10))
        .timeout(Duration::from_secs(10));
    let mut watch = Watch::connect(&config)?;
    let interrupted = watch.shutdown_handle()?;
    let handle = interrupted.clone();
    ctrlc::set_handler(move || {
        if let Err(error) = handle.shutdown() {
            eprintln!("{error}");
        }
    })?;

    loop {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        match watch.next(left) {
            Ok(Some(Change::Listed)) => print(&watch),
            Ok(Some(change)) => println!("{change}"),
            Ok(None) => break,
            Err(_) if interrupted.is_shut_down() => return Ok(()),
            // It lists again.
            Err(error @ (Error::Timeout | Error::Decode { .. })) => eprintln!("{error}"),
            Err(error) => return Err(error.into()),
        }
    }
    for (id, traffic) in watch.traffic()? {
        let (bytes_in, bytes_out) = (traffic.bytes_in, traffic.bytes_out);
        println!("{{{id}}}: {bytes_in} bytes in, {bytes_out} bytes out");
    }
    Ok(())
}

/// The table.
fn print(watch: &Watch) {
    let (ikes, children) = (watch.table().len(), watch.table().children());
    println!("{ikes} IKE_SAs and {children} CHILD_SAs are up");
    for sa in watch.table() {
        println!("{}: {}, with {}", sa.ike, sa.ike.ends, sa.ike.remote_id);
        for child in &sa.children {
            let selectors = child.remote_ts.iter().map(ToString::to_string);
            println!("  {child}: {}", selectors.collect::<Vec<_>>().join(" "));
        }
    }
}
