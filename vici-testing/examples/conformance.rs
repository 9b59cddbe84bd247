//! Checks whether what listens at an address speaks VICI as charon does, and prints a table.
//!
//! ```sh
//! cargo run --example simulated_daemon -- unix:///tmp/simulated.vici  # in a terminal of its own
//! cargo run --example conformance -- unix:///tmp/simulated.vici
//! ```
//!
//! What it loads for that it unloads again; see `check_conformance`.

use std::env;
use std::process::ExitCode;

use vici_client::AddressError;
use vici_testing::check_conformance;

fn main() -> Result<ExitCode, AddressError> {
    let Some(address) = env::args().nth(1) else {
        eprintln!("which server? unix:///path or tcp://host:port");
        return Ok(ExitCode::from(2));
    };
    let report = check_conformance(&address.parse()?);
    println!("{report}");
    Ok(if report.is_conformant() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
