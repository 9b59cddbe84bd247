//! Deadlines, and how a connection comes back in step after one.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    reason = "a test ends with what it did not expect"
)]

mod calls;
mod streams;
#[path = "../support/mod.rs"]
mod support;
mod transport;

use std::io;
use std::time::Duration;

use support::{Peer, frame};
use vici_client::Error;
use vici_client::proto::Packet;

pub(crate) const SHORT: Duration = Duration::from_millis(40);

pub(crate) fn assert_timeout<T: std::fmt::Debug>(result: Result<T, Error>) {
    let error = result.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(!error.is_closed());
}

/// Writes as much as the client takes, until it hangs up.
pub(crate) fn flood(daemon: &mut Peer, packet: Packet<'_>) {
    daemon.stream.set_nonblocking(true).unwrap();
    let bytes = frame(packet);
    let mut rest: &[u8] = &bytes;
    loop {
        match io::Write::write(&mut daemon.stream, rest) {
            Ok(count) if count < rest.len() => rest = &rest[count..],
            Ok(_) => rest = &bytes,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}
