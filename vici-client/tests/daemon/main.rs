//! The client and the types against a real charon.
//!
//! Every test starts a daemon of its own (`daemons/charon`), in namespaces of its own, and talks to
//! no other: neither the default socket nor `VICI_URI` are looked at. Where no daemon can be started
//! the tests say what they leave out and pass, unless `VICI_TEST_REQUIRE_DAEMON` is set.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod charon;
mod commands;
mod conns;
mod control;
mod failures;
mod quickstart;
