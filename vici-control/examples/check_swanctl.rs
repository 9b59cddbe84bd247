//! Checks a `swanctl.conf` and the folders beside it without a daemon: prints each mistake with its place
//! and its key, and fails if there is any.
//!
//! ```sh
//! printf 'connections { home { remote_addrs = 192.0.2.4 } }\n' > /tmp/swanctl.conf
//! cargo run --example check_swanctl -- /tmp/swanctl.conf
//! ```

use std::process::ExitCode;

use vici_control::{Config, Problem};

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("give a swanctl.conf");
        return ExitCode::FAILURE;
    };
    let problems: Vec<Problem> = match Config::read(path) {
        Ok(config) => config.check(),
        Err(error) => error.problems().to_vec(),
    };
    for problem in &problems {
        println!("{problem}");
    }
    if problems.is_empty() {
        println!("nothing is wrong");
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}
