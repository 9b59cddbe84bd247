//! The client and the types against real daemons: each test runs against charon of three releases of
//! Debian, which `daemons/prepare` fetches.
//!
//! Every test starts daemons of its own (`daemons/charon`, `daemons/lab`), in namespaces of their
//! own, and talks to no other: neither the default socket nor `VICI_URI` are looked at. Where no
//! daemon can be started the tests say what they leave out and pass, unless
//! `VICI_TEST_REQUIRE_DAEMON` is set. [`wire`] sees to it that all that comes fits its types, and
//! [`coverage`] to it that all there is has come.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[cfg(feature = "tokio")]
#[path = "../support/asking.rs"]
mod asking;
#[cfg(feature = "tokio")]
mod asynchronous;
mod borrowed;
mod charon;
mod commands;
mod conns;
mod control;
mod coverage;
mod creds;
mod examples;
mod failures;
mod lab;
mod parity;
mod pki;
mod pools;
mod quickstart;
mod same;
#[path = "../../../vici-testing/tests/shared/mod.rs"]
mod shared;
mod soak;
mod strangers;
mod survival;
mod tcp;
mod typed;
mod wire;
