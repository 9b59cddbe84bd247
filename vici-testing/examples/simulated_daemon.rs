//! Serves a simulated daemon, for clients in any language, until standard input is closed.
//!
//! ```sh
//! cargo run --example simulated_daemon -- unix:///tmp/simulated.vici  # in a terminal of its own
//! VICI_URI=unix:///tmp/simulated.vici cargo run --example site_to_site
//! swanctl --list-conns --uri unix:///tmp/simulated.vici
//! ```

use std::io::{self, Read};
use std::{env, process};

use vici_testing::SimulatedDaemon;

fn main() -> io::Result<()> {
    let Some(address) = env::args().nth(1) else {
        eprintln!("where to listen? unix:///path or tcp://host:port");
        process::exit(2);
    };
    let daemon = SimulatedDaemon::new();
    println!("listening at {}", daemon.server().listen_uri(&address)?);

    let mut buffer = [0; 1024];
    while io::stdin().read(&mut buffer)? > 0 {}
    Ok(())
}
