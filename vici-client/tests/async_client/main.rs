//! The async client, against a peer of the test's own and against servers of `vici-testing`.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/asking.rs"]
mod asking;
mod calls;
mod cancel;
mod end;
mod load;
mod peer;
mod streams;
mod subscriptions;
