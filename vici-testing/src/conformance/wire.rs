//! Checks of frames and packets.

use vici_client::proto::{MAX_FRAME_LEN, Packet};

use super::raw::{Came, Raw, VERSION, frame};
use super::{Check, Place};

pub(super) const CHECKS: &[Check] = &[
    ("a request is answered", a_request_is_answered),
    ("unknown commands are told", unknown_commands_are_told),
    ("unknown events are told", unknown_events_are_told),
    ("registrations are counted", registrations_are_counted),
    (
        "registrations are those of a connection",
        registrations_are_those_of_a_connection,
    ),
    ("frames may come byte by byte", frames_may_come_byte_by_byte),
    (
        "pipelined requests are answered in order",
        pipelined_requests_are_answered_in_order,
    ),
    (
        "packets that make no sense are ignored",
        packets_that_make_no_sense_are_ignored,
    ),
    (
        "a frame of the limit is taken",
        a_frame_of_the_limit_is_taken,
    ),
    (
        "a longer frame ends the connection",
        a_longer_frame_ends_the_connection,
    ),
];

fn a_request_is_answered(place: &Place<'_>) -> Result<(), String> {
    Raw::connect(place)?.is_alive()
}

fn unknown_commands_are_told(place: &Place<'_>) -> Result<(), String> {
    let mut raw = Raw::connect(place)?;
    for name in ["no-such-command", "", "Version", "version "] {
        let message = &[][..];
        raw.ask(Packet::CommandRequest { name, message }, &Came::Unknown)?;
    }
    raw.is_alive()
}

fn unknown_events_are_told(place: &Place<'_>) -> Result<(), String> {
    let mut raw = Raw::connect(place)?;
    for name in ["no-such-event", "", "Log"] {
        raw.ask(Packet::EventRegister { name }, &Came::EventUnknown)?;
        raw.ask(Packet::EventUnregister { name }, &Came::EventUnknown)?;
    }
    raw.is_alive()
}

const LIST: &str = "list-conn";

fn registrations_are_counted(place: &Place<'_>) -> Result<(), String> {
    let mut raw = Raw::connect(place)?;
    let name = LIST;
    raw.ask(Packet::EventUnregister { name }, &Came::EventUnknown)?;
    for _ in 0..3 {
        raw.ask(Packet::EventRegister { name }, &Came::Confirm)?;
    }
    for _ in 0..3 {
        raw.ask(Packet::EventUnregister { name }, &Came::Confirm)?;
    }
    raw.ask(Packet::EventUnregister { name }, &Came::EventUnknown)
}

fn registrations_are_those_of_a_connection(place: &Place<'_>) -> Result<(), String> {
    let [mut raw, mut other] = [Raw::connect(place)?, Raw::connect(place)?];
    let name = LIST;
    raw.ask(Packet::EventRegister { name }, &Came::Confirm)?;
    other.ask(Packet::EventUnregister { name }, &Came::EventUnknown)
}

fn frames_may_come_byte_by_byte(place: &Place<'_>) -> Result<(), String> {
    let mut raw = Raw::connect(place)?;
    for byte in frame(VERSION)? {
        raw.write(&[byte]);
    }
    raw.expect_version()
}

fn pipelined_requests_are_answered_in_order(place: &Place<'_>) -> Result<(), String> {
    let mut raw = Raw::connect(place)?;
    let name = "no-such-event";
    let round = [frame(VERSION)?, frame(Packet::EventRegister { name })?].concat();
    raw.write(&round.repeat(50));
    for _ in 0..50 {
        raw.expect_version()?;
        raw.expect(&Came::EventUnknown)?;
    }
    Ok(())
}

fn packets_that_make_no_sense_are_ignored(place: &Place<'_>) -> Result<(), String> {
    let mut raw = Raw::connect(place)?;
    for payload in [
        // Nothing at all.
        &b""[..],
        // What only servers send.
        b"\x01",
        b"\x02",
        b"\x05",
        b"\x06",
        b"\x07\x03log",
        // What nobody knows.
        b"\x63",
        // Names that are missing, cut off or not printable.
        b"\x00",
        b"\x00\x09version",
        b"\x00\x07versio\xc3",
        b"\x03\x04log",
        b"\x03\x03lo\x0a",
    ] {
        raw.send_payload(payload);
    }
    raw.is_alive()
}

fn a_frame_of_the_limit_is_taken(place: &Place<'_>) -> Result<(), String> {
    let mut raw = Raw::connect(place)?;
    let mut longest = b"\x00\x07version".to_vec();
    longest.resize(MAX_FRAME_LEN, 0);
    raw.send_payload(&longest);
    raw.expect_version()
}

fn a_longer_frame_ends_the_connection(place: &Place<'_>) -> Result<(), String> {
    let mut raw = Raw::connect(place)?;
    let len = u32::try_from(MAX_FRAME_LEN + 1).unwrap_or(u32::MAX);
    raw.write(&len.to_be_bytes());
    raw.expect(&Came::End)
}
