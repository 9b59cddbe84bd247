//! Shapes that derive cannot express, and values that are not what they look like.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;
mod sections;
mod values;

use vici_serde::{Message, Section};

use common::{RoundTrip, Visit, decode};

/// Reads it with nothing ignored, and writes the same, in JSON, too.
pub(crate) fn read<T: common::Typed>(message: &Message) -> T {
    let bytes = vici_serde::to_vec(message).unwrap();
    assert_eq!(RoundTrip(&bytes).visit::<T>().unwrap(), bytes);
    decode::<T>(&bytes).unwrap().0
}

/// The least that an IKE_SA has.
pub(crate) fn ike_sa() -> Section {
    Section::new()
        .key("uniqueid", "1")
        .key("version", "2")
        .key("state", "ESTABLISHED")
        .key("local-host", "192.0.2.7")
        .key("local-id", "%any")
        .key("remote-host", "::1.2.3.4")
        .key("remote-id", "%any")
        .key("initiator-spi", "dc381b4a812a9da0")
        .key("responder-spi", "0000000000000000")
}

pub(crate) fn child_sa(name: &str, uniqueid: &str, state: &str) -> Section {
    Section::new()
        .key("name", name)
        .key("uniqueid", uniqueid)
        .key("reqid", "1")
        .key("state", state)
        .key("mode", "TUNNEL")
        .list("local-ts", ["10.0.0.1..10.0.0.9"])
        .list("remote-ts", ["dynamic[tcp/http]"])
}
