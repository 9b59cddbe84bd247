//! The table of a watch against daemons that are made up: a random one, and the simulated one.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[cfg(all(unix, feature = "tokio"))]
mod asynchronous;
#[cfg(unix)]
mod blocking;
#[cfg(unix)]
#[path = "../../../vici-testing/tests/shared/built.rs"]
mod built;
mod daemon;
#[cfg(unix)]
mod example;
mod mirror;
mod model;
mod order;
#[cfg(unix)]
#[path = "../../../vici-testing/tests/shared/outside.rs"]
mod outside;
#[cfg(unix)]
mod tunnels;
#[cfg(unix)]
mod words;
