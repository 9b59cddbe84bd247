//! The server for tests, and the scripted daemon.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod faults;
mod listening;
mod scripted;
mod server;

#[path = "../shared/outside.rs"]
mod outside;

use outside::leave_out;
use std::time::Duration;

/// No test waits longer for what has to happen.
const PATIENCE: Duration = Duration::from_secs(20);
