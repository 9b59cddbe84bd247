//! The simulated daemon: what the real one does, and who talks to it.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[path = "../shared/mod.rs"]
mod shared;

mod checks;
mod sas;
#[cfg(unix)]
mod strangers;
mod types;
